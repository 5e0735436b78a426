"""How fast money is paid: granted, committed, paid and stuck, by stream, agency, district or month, and on the map."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from geo.maps.board import ClassStyle
from geo.maps.palette import SEQUENTIAL
from geo.money.pull import received
from geo.money.speed import speed
from pages.components import filters as choices
from pages.components import panels, records
from pages.components.map_layer import Choropleth, not_known_style
from pages.components.names import district_names
from pages.queries import coverage, money
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, day, percent, safe, t, whole

STEP_KEYS = {
    "stream": "speed_by_stream",
    "agency": "speed_by_agency",
    "place": "speed_by_place",
    "month": "speed_by_month",
}
WITHOUT_KEYS = {"stream": "flow_without_stream_code", "agency": "flow_without_agency_code", "place": "flow_without_place_code", "month": "speed_without_month"}  # fmt: skip
STEPS = {"stream": "stream_code", "agency": "agency_code", "place": "district_code", "month": "month"}
SHARES = (0.2, 0.4, 0.6, 0.8)
MOST_STUCK = 3


def layer(scope: Scope, chosen: Query) -> Choropleth:
    """Paid share per subdistrict of the money whose payment is stated; without any it is not known, never 0."""
    rows = coverage.records(scope, chosen.without("district"))
    speeds = speed(rows, rows["subdistrict_code"], money.asked_on(chosen))
    codes = queries.areas(scope, chosen.fiscal_year)["subdistrict_code"]
    share = codes.map(speeds["paid_share"]).astype("Float64")
    number = pd.cut(share.astype(float), [-float("inf"), *SHARES, float("inf")], labels=False)
    classes = number.map(lambda value: "v" if pd.isna(value) else str(int(value))).astype("object")
    lows = (0.0, *SHARES)
    highs = (*SHARES, 1.0)
    styles = {
        str(step): ClassStyle(
            SEQUENTIAL[step], "paid_between", blanks={"low": f"{low * 100:.0f}", "high": f"{high * 100:.0f}"}
        )
        for step, (low, high) in reversed(list(enumerate(zip(lows, highs, strict=True))))
    }
    styles["v"] = not_known_style("paid_not_known")
    return Choropleth(styles, codes, classes, share * 100, "unit_paid")


def words(scope: Scope, chosen: Query) -> None:
    """Sentence and figures for all money together, with how many records state what was paid."""
    rows = coverage.records(scope, chosen)
    whole_speed = speed(rows, pd.Series("", index=rows.index), money.asked_on(chosen))
    if whole_speed.empty or not whole_speed["paid_known"].iloc[0]:
        st.html(f"<p><b>{safe(t('finding_speed_unknown'))}</b></p>")
        return
    row = whole_speed.iloc[0]
    finding = t(
        "finding_speed",
        share=percent(row["paid_share"]),
        stated=whole(row["paid_known"]),
        records=whole(row["records"]),
    )
    st.html(f"<p><b>{safe(finding)}</b> {safe(t('speed_how'))}</p>")
    panels.figures(
        [
            (t("speed_of"), baht(row["paid_of_satang"])),
            (t("speed_paid"), baht(row["paid_satang"])),
            (t("speed_stuck", records=whole(row["stuck"])), baht(row["stuck_satang"])),
        ]
    )


def table(scope: Scope, chosen: Query) -> None:
    """Streams, agencies or districts, slowest first and unknown last; or months in order."""
    by = choices.switch("pace", t("speed_by"), list(STEPS), lambda step: t(STEP_KEYS[step]), "stream")
    rows = coverage.records(scope, chosen)
    rows = rows.assign(month=pd.to_datetime(rows["starts_on"]).dt.strftime("%Y-%m"))
    speeds = speed(rows, rows[STEPS[by]], money.asked_on(chosen))
    if speeds.empty:
        return
    names_of = {"stream": records.stream_names, "agency": records.agency_names, "place": district_names}
    _most_stuck(speeds, names_of[by](scope) if by in names_of else {})
    speeds = (
        speeds.sort_index()
        if by == "month"
        else speeds.sort_values(["paid_share", "amount_satang"], na_position="last")
    )
    names = (
        names_of[by](scope)
        if by in names_of
        else {month: t("month_of", day=day(f"{month}-01")) for month in speeds.index if month}
    )
    without = t(WITHOUT_KEYS[by])
    shown = speeds.assign(what=[names.get(code, code) if code else without for code in speeds.index])
    columns = {"what": t(STEP_KEYS[by]), "records": t("column_records"), "amount_satang": t("column_amount"),
               "committed_satang": t("speed_committed"), "paid_known": t("speed_known"), "paid_of_satang": t("speed_of"), "paid_satang": t("speed_paid"),
               "paid_share": t("speed_share"), "committed_share": t("speed_committed_share"),
               "stuck": t("speed_stuck_records"), "stuck_satang": t("speed_stuck_amount"), "days_late": t("speed_days_late")}  # fmt: skip
    in_baht = dict.fromkeys(
        ("amount_satang", "committed_satang", "paid_of_satang", "paid_satang", "stuck_satang"), _known(baht)
    )
    counts = dict.fromkeys(("stuck", "days_late"), _known(whole))
    panels.table(
        shown,
        "speed",
        columns,
        formats=in_baht | counts | dict.fromkeys(("paid_share", "committed_share"), _known(percent)),
    )
    _received(scope, chosen)


def _most_stuck(speeds: pd.DataFrame, names: dict[str, str]) -> None:
    """Sentence: where the most money is stuck; nothing by month (no ``names``) or where no payment is known."""
    if not names or not speeds["paid_known"].sum():
        return
    stuck = speeds[speeds["stuck"].gt(0) & speeds.index.isin(list(names))]
    listed = [
        t("speed_stuck_in", name=names[str(code)], amount=baht(row["stuck_satang"]), records=whole(row["stuck"]))
        for code, row in stuck.sort_values("stuck_satang", ascending=False).head(MOST_STUCK).iterrows()
    ]
    sentence = t("speed_most_stuck", listed=" · ".join(listed)) if listed else t("speed_none_stuck")
    st.html(f"<p><b>{safe(sentence)}</b></p>")


def _received(scope: Scope, chosen: Query) -> None:
    """Table by source: what funds were promised and what they received."""
    rows = queries.register(scope, "contribution")
    rows = rows[rows["fiscal_year"].eq(chosen.fiscal_year).fillna(False).astype(bool)] if chosen.fiscal_year else rows
    rows = rows[rows["district_code"].eq(chosen.district).fillna(False).astype(bool)] if chosen.district else rows
    sums, names = received(rows), records.agency_names(scope)
    if sums.empty:
        return
    st.html(f"<b>{safe(t('speed_received'))}</b>")
    shown = sums.assign(source=[names.get(code, code) for code in sums.index])
    columns = {"source": t("column_agency"), "promised_satang": t("speed_promised"), "received_satang": t("speed_got"), "share": t("column_received_share"),
               "known": t("speed_received_known"), "rows": t("column_records"), "first_on": t("speed_first_on"), "last_on": t("speed_last_on")}  # fmt: skip
    formats = dict.fromkeys(("promised_satang", "received_satang"), _known(baht)) | {
        "share": _known(percent),
        "first_on": day,
        "last_on": day,
    }
    panels.table(shown, "received", columns, formats=formats)


def _known(words: Callable[[object], str]) -> Callable[[object], str]:
    """Wrap a format so that NA reads "not known"."""
    return lambda value: t("not_known") if pd.isna(value) else words(value)
