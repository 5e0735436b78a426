"""Share one row over several places at the review desk: places, method, preview of the parts, decision."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from loaders import thai
from loaders.imports.review import commands, split
from loaders.problems import Refused
from pages.components import records
from pages.queries import store as queries
from pages.review import places
from pages.session import sign_in
from pages.session.scope import Scope
from pages.session.text import flat, problem_text, safe, t

WAY_KEYS = {"equal": "share_equal", "population": "share_population", "stated": "share_stated"}
SEVERAL = ("place_several", "place_two_places")


def is_wanted(first: pd.Series) -> bool:
    """Ask whether to share the row, if its register allows; preset to yes where the cell names several places."""
    if first["register"] not in split.REGISTERS:
        return False
    return bool(
        st.radio(
            t("row_is_of"),
            [False, True],
            index=int(first["problem"] in SEVERAL),
            format_func=lambda several: t("several_places" if several else "one_place"),
            horizontal=True,
            key=f"split-{first['id']}",
        )
    )


def sharing(scope: Scope, rows: pd.DataFrame, do: Callable[[Callable[[], commands.Decided]], None]) -> None:
    """Choose places and method, preview the parts, and share on the button (``do`` runs the decision)."""
    first = rows.iloc[0]
    mark = f"split-{first['id']}"
    inside = [code for code in places.choices(scope, first) if len(code) >= 4 and code.startswith(scope.province)]
    codes = st.multiselect(
        t("split_places"),
        inside,
        [code for code in places.offered(first) if code in inside],
        format_func=lambda code: records.place_words(scope, code),
        key=f"{mark}-places",
    )
    method = st.radio(
        t("split_by"), split.METHODS, format_func=lambda way: t(WAY_KEYS[way]), horizontal=True, key=f"{mark}-by"
    )
    alike = len(rows) > 1 and method != "stated"
    if alike:
        alike = st.checkbox(t("split_all_alike", number=len(rows)), value=True, key=f"{mark}-alike")
    satang = int(first["satang"] or 0)
    stated = _amounts(scope, codes, mark) if method == "stated" else None
    _preview(scope, satang, codes, method, stated)
    reason = st.text_input(t("decision_reason"), key=f"{mark}-why")
    if st.button(t("decide_split"), type="primary", key=f"{mark}-do"):
        ids = [int(number) for number in (rows["id"] if alike else rows["id"].head(1))]
        by, province, engine = sign_in.person(), scope.province, queries.engine()
        do(lambda: split.decide_split(engine, ids, codes, method, reason, by, stated=stated, province=province))


def _amounts(scope: Scope, codes: list[str], mark: str) -> dict[str, int]:
    """Satang typed for each place; unreadable amounts are left out."""
    stated = {}
    for code in codes:
        text = st.text_input(t("split_amount", place=records.place_words(scope, code)), key=f"{mark}-{code}")
        try:
            amount = thai.parse_baht(text)
        except ValueError:
            continue
        if amount is not None:
            stated[code] = amount
    return stated


def _preview(scope: Scope, satang: int, codes: list[str], method: str, stated: dict[str, int] | None) -> None:
    """Part of each place in baht, or why it cannot be shared like this."""
    if len(codes) < 2:
        return
    try:
        money = split.shares(satang, codes, method, stated)
    except Refused as stop:
        st.caption(flat(problem_text(stop.problem.as_dict())))
        return
    lines = (
        f"<li>{safe(records.place_words(scope, code))}: <b>{safe(t('split_part', baht=f'{part / 100:,.2f}'))}</b></li>"
        for code, part in money.items()
    )
    st.html(f"<ul>{''.join(lines)}</ul>")
    st.caption(t("split_is_stated" if method == "stated" else "split_is_estimate"))
