"""Rows of a support list that are no support: nothing is granted (yet), or neither money nor work is stated.

The words are in ``data/rules/no_support.toml``. Such rows are counted and reported; they never cover a place.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from loaders.codes import rule_file, squeeze

if TYPE_CHECKING:
    import pandas as pd

    from loaders.layouts.layout import Layout

NOT_ALLOTTED, NOT_GRANTED, NOTHING_STATED = "not_allotted", "not_granted", "nothing_stated"
REASONS = (NOT_ALLOTTED, NOT_GRANTED, NOTHING_STATED)
CONTRADICTED = "not_allotted_but_paid"
LONGEST = 60
AMOUNTS = ("amount", "committed", "paid")
WORK = ("activity", "title", "activity_code")
NO_WORK = re.compile(r"[\s\-–—_.0]*|ไม่มี|ไม่ระบุ|n/?a|none|nil", re.IGNORECASE)
_MAYBE = re.compile("รอ|ไม่|ระหว่าง|กำลัง|ยกเลิก|งด|pend|await|wait|not|be|reject|refus|cancel|withdr", re.IGNORECASE)


@cache
def _rules() -> tuple[list[tuple[str, re.Pattern[str]]], re.Pattern[str], re.Pattern[str]]:
    content = rule_file("no_support")
    words = [(entry["reason"], re.compile("|".join(entry["patterns"]))) for entry in content["words"]]
    return words, re.compile(content["but"]["pattern"]), re.compile(content["elsewhere"]["pattern"], re.IGNORECASE)


@cache
def reason_of(text: str) -> str | None:
    """Why a cell denies a grant: ``not_allotted``, ``not_granted``, or ``None`` when it does not.

    Examples
    --------
    >>> reason_of("ยังไม่ได้รับการจัดสรร"), reason_of("รอจัดสรรงวดที่ 2"), reason_of("ยกเลิกโครงการ"),
    reason_of("รองนายก อบต.")
    ('not_allotted', None, 'not_granted', None)
    """
    if not text or _MAYBE.search(text) is None:
        return None
    words, but, _ = _rules()
    key = squeeze(text)
    if len(key) > LONGEST or but.search(key):
        return None
    return next((reason for reason, pattern in words if pattern.match(key)), None)


def rows(
    frame: pd.DataFrame, layout: Layout, values: pd.DataFrame, bad: Collection[int], places: Collection[str]
) -> dict[int, str]:
    """Row number -> why it is no support, for a sheet of support; money beside such words is a contradiction.

    ``values``: the sheet's values by our column; ``bad``: rows that could not be read; ``places``: headings of place
    columns, where such words are not searched.
    """
    if layout.register != "support":
        return {}
    reasons: dict[int, str] = {}
    _, _, elsewhere = _rules()
    for heading in frame.columns:
        if heading in places or elsewhere.search(heading):
            continue
        cells = frame[heading].astype(str)
        words = {text: reason for text in cells.unique() if (reason := reason_of(text))}
        for row in frame.index[cells.isin(list(words))] if words else ():
            reasons.setdefault(int(row), words[cells[row]])
    paid = [name for name in ("committed", "paid") if name in values]
    for row in reasons:
        if any(values.at[row, name] or 0 for name in paid):
            reasons[row] = CONTRADICTED
    return {**_empty(layout, values, bad), **reasons}


def _empty(layout: Layout, values: pd.DataFrame, bad: Collection[int]) -> dict[int, str]:
    """Rows without any money, work or people, when the sheet has a column for one of them."""
    money = [name for name in (*AMOUNTS, "people_reached") if name in layout.columns and name in values]
    work = [name for name in WORK if name in layout.columns and name in values]
    if not money and not work:
        return {}
    stated = values[money].map(lambda value: bool(value) and value == value).any(axis=1)
    if work:
        stated |= values[work].map(lambda text: bool(text) and NO_WORK.fullmatch(str(text)) is None).any(axis=1)
    return {int(row): NOTHING_STATED for row in values.index[~stated] if int(row) not in bad}
