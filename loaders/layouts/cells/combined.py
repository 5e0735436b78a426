"""Several columns of a sheet that are one column of ours: quantities are added, texts joined, other values must agree.

No column is ignored silently: a row whose cells differ is quarantined.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import pandas as pd

from loaders.codes import squeeze
from loaders.layouts.cells.people import SURNAME
from loaders.thai import normalise

Parse = Callable[[str], object]
Faults = dict[int, tuple[str, str]]  # row -> (problem code, text)
TOGETHER = {
    "title": " · ", "activity": " · ", "reference": " · ", "village_list": ", ", "condition_th": " · ", "phone": ", ", "place_text": " ",
}  # fmt: skip
NOTHING = " \t\n-–—."


def parse_unique(cells: pd.Series, parse: Parse) -> tuple[pd.Series, Faults]:
    """Parse each distinct text once, because agency files repeat the same words thousands of times.

    Returns the values and the faults; the value of a faulty cell is None.
    """
    results: dict[str, object] = {}
    faults: dict[str, str] = {}
    for text in cells.unique():
        try:
            results[text] = parse(text)
        except ValueError as error:
            results[text] = None
            faults[text] = getattr(error, "code", "cell_unreadable")
    parsed = pd.Series([results[text] for text in cells], index=cells.index, dtype=object)
    wrong = cells[cells.isin(list(faults))] if faults else cells.iloc[:0]
    return parsed, {int(row): (faults[text], text) for row, text in wrong.items()}


def added_up(columns: Sequence[tuple[pd.Series, Parse]]) -> tuple[pd.Series, Faults]:
    """Sum several columns of one quantity row by row; missing when none of them has a number."""
    faults: Faults = {}
    sums: list = [None] * len(columns[0][0])
    for cells, parse in columns:
        parsed, wrong = parse_unique(cells, parse)
        faults |= wrong
        sums = [a if b is None else b if a is None else a + b for a, b in zip(sums, parsed, strict=True)]
    return pd.Series(sums, index=columns[0][0].index, dtype=object), faults


def agreed(
    column: str, cells: Mapping[str, pd.Series], parse: Parse, elsewhere: Collection[str] = ()
) -> tuple[pd.Series, Faults]:
    """Combine several columns of one text, date, code or person.

    Parameters
    ----------
    cells : heading -> written cells, in order of precedence.
    elsewhere : headings that another column of ours uses as well: they only replace empty cells.
    """
    index = next(iter(cells.values())).index
    parsed: dict[tuple[str, ...], object] = {}
    wrong: dict[tuple[str, ...], tuple[str, str]] = {}
    rows = list(zip(*cells.values(), strict=True))
    own = [heading not in elsewhere for heading in cells]
    separator = (
        " " if column == "person" and any(SURNAME.search(heading) for heading in cells) else TOGETHER.get(column)
    )
    for texts in dict.fromkeys(rows):
        try:
            parsed[texts] = _value(texts, own, parse, separator)
        except ValueError as error:
            parsed[texts] = None
            written = " / ".join(text.strip() for text in texts if text.strip(NOTHING))
            wrong[texts] = (getattr(error, "code", "cell_unreadable"), written)
    faults = {int(row): wrong[texts] for row, texts in zip(index, rows, strict=True) if texts in wrong}
    return pd.Series([parsed[texts] for texts in rows], index=index, dtype=object), faults


class TwoValues(ValueError):
    """Cells of one row have different values for one column of ours."""

    code = "two_values"


def _value(texts: tuple[str, ...], own: Sequence[bool], parse: Parse, separator: str | None) -> object:
    filled = [(text, is_own) for text, is_own in zip(texts, own, strict=True) if text.strip(NOTHING)]
    if len(filled) <= 1:
        return parse(filled[0][0] if filled else next((text for text in texts if text.strip()), texts[0]))
    if separator is not None:
        different = {squeeze(text): normalise(text) for text, _ in reversed(filled)}
        return parse(separator.join(reversed(different.values())))
    values = [parse(text) for text, is_own in filled if is_own] or [parse(filled[0][0])]
    if any(value != values[0] for value in values[1:]):
        raise TwoValues
    return values[0]


def one_heading_each(
    frame: pd.DataFrame, values: dict[str, list[str]], added: Collection[str]
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Of several headings for one text, date or code with different values keep the first, and add a doubt.

    Quantities are added and texts of work joined instead; an ordinal column is not a reference.
    """
    chosen, doubts = {}, ()
    for ours, names in values.items():
        chosen[ours] = names
        if len(names) < 2 or ours in added or ours in ("title", "activity"):
            continue
        if ours == "reference":
            chosen[ours] = [name for name in names if not is_running(frame[name])][:1] or names[:1]
        elif _differ(frame, names):
            chosen[ours] = names[:1]
            doubts += (f"two_values:{ours}",)
    return chosen, doubts


def is_running(cells: pd.Series) -> bool:
    """Whether the column is an ordinal: 1, 2, 3 ..."""
    figures = [text.strip(" .") for text in cells.astype(str) if text.strip()]
    return figures == [str(number) for number in range(1, len(figures) + 1)]


def _differ(frame: pd.DataFrame, names: list[str]) -> bool:
    """Whether these columns have different values in some row."""
    rows = frame[names].astype(str).drop_duplicates().itertuples(index=False, name=None)
    return any(len({squeeze(text) for text in row if text.strip(" -–—")}) > 1 for row in rows)
