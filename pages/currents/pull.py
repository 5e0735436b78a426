"""Speed and direction of streams together: chart, pairs of streams that pull apart in one place, weak communities."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.frames import each_row
from geo.maps.board import ClassStyle
from geo.maps.palette import OUTCOMES, WEAK
from geo.money import pull
from geo.money.alignment import strong_on_weak
from geo.money.pull import CURRENTS, KEY
from geo.money.speed import speed
from pages.components import charts, panels, records
from pages.components.map_layer import Choropleth, not_known_style
from pages.queries import coverage, money
from pages.queries.query import Query
from pages.questions import questions as overview_questions
from pages.session.cache import cached
from pages.session.formatter import SATANG_PER_BAHT
from pages.session.scope import Scope
from pages.session.text import baht, percent, safe, t, whole

STYLES = {
    "x": ClassStyle(OUTCOMES["suspected_duplication"], "pull_cross"),
    "s": ClassStyle(OUTCOMES["overlapping"], "pull_slow"),
    "g": ClassStyle(OUTCOMES["complementary"], "pull_strong"),
    "c": ClassStyle(OUTCOMES["single"], "pull_calm"),
    "v": not_known_style("pull_unknown"),
    "o": ClassStyle(WEAK["other"], "pull_not_weak"),
}
PAIR_KEYS = {"apart": "pull_apart", "adrift": "pull_adrift", "together": "pull_together"}
LETTERS = dict(zip(CURRENTS, "xsgcv", strict=True))


@cached(8)
def places(scope: Scope, chosen: Query) -> pd.DataFrame:
    """One row per subdistrict of the province (:func:`geo.money.pull.on_weak`)."""
    wide = chosen.without("district")
    strong = strong_on_weak(coverage.coverage(scope, wide), overview_questions.strength(scope, chosen.fiscal_year))
    sums = money.pulls(scope, wide).groupby(KEY)[["along_satang", "across_satang"]].sum()
    table = strong.join(sums, on=KEY).fillna({"along_satang": 0, "across_satang": 0})
    rows = coverage.records(scope, wide)
    return pull.on_weak(table, speed(rows, rows["subdistrict_code"], money.asked_on(chosen))["paid_share"])


def _inside(table: pd.DataFrame, chosen: Query) -> pd.DataFrame:
    return table[table[KEY].str.startswith(chosen.district or "")]


def layer(scope: Scope, chosen: Query) -> Choropleth:
    """Weak communities by the worst known property of the current there (:data:`geo.money.pull.CURRENTS`)."""
    table = places(scope, chosen)
    classes = table["current"].map(LETTERS).astype("object").fillna("o").mask(table["is_weak"].isna(), "v")
    weak = table["current"].notna()
    figures = {"unit_paid": table["paid_share"] * 100, "unit_across": table["across_satang"] / SATANG_PER_BAHT}
    more = tuple((values.where(weak), unit) for unit, values in figures.items())
    return Choropleth(STYLES, table[KEY], classes, table["per_head_baht"].where(weak), "unit_per_head_baht", more=more)


def words(scope: Scope, chosen: Query) -> None:
    """Sentence: weak communities by kind of current, and pairs of streams by how they pull."""
    table = _inside(places(scope, chosen), chosen)
    weak, counts = table[table["is_weak"].fillna(False).astype(bool)], table["current"].value_counts()
    is_stated = {name: bool(weak[f"is_{name}"].notna().any()) for name in ("cross", "slow", "strong")}
    met = {name: whole(counts.get(name, 0) if stated else None) for name, stated in is_stated.items()}
    pairs = _inside(pull.pairs(money.pulls(scope, chosen)), chosen)["kind"].value_counts()
    sentences = [t("finding_pull" if table["is_weak"].notna().any() else "finding_pull_unknown", **met)]
    if len(pairs):
        sentences.append(t("finding_pull_pairs", **{kind: whole(pairs.get(kind, 0)) for kind in pull.KINDS}))
    st.html(f"<p><b>{safe(' · '.join(sentences))}</b> {safe(t('pull_how'))}</p>")


def both(scope: Scope, chosen: Query) -> pd.DataFrame:
    """One row per stream, most money first: ``stream_code``, ``amount_satang``, ``paid_share``, ``direction``.

    ``direction``: share 0-1 of the money that goes along the plans. NA: not known.
    """
    rows = coverage.records(scope, chosen)
    fast = speed(rows, rows["stream_code"], money.asked_on(chosen))
    held = _inside(money.pulls(scope, chosen), chosen).groupby("stream_code")[["along_satang", "across_satang"]].sum()
    share = held["along_satang"] / held.sum(axis="columns")
    table = fast[["amount_satang", "paid_share"]].assign(direction=share.reindex(fast.index))
    return table[table.index != ""].sort_values("amount_satang", ascending=False).reset_index(names="stream_code")


def tables(scope: Scope, chosen: Query) -> None:
    """Chart of speed and direction with its table, and the pairs of streams by place."""
    table, names = both(scope, chosen), records.stream_names(scope)
    if table.empty:
        panels.empty("pull_no_picture")
        return
    table = table.assign(stream=[names.get(code, code) for code in table["stream_code"]])
    drawn = table.dropna(subset=["paid_share", "direction"])
    left, right = st.columns([5, 8], gap="medium")
    with left:
        if drawn.empty:
            panels.empty("pull_no_picture")
        else:
            st.altair_chart(charts.speed_direction(drawn.assign(million=drawn["amount_satang"].astype(float) / 1e8), {"direction": t("pull_axis_direction"), "speed": t("pull_axis_speed"), "million": t("pull_axis_million")}), width="stretch")  # fmt: skip
        unseen = table[~table["stream_code"].isin(drawn["stream_code"])]
        if len(unseen):
            listed = ", ".join(f"{row.stream} ({baht(row.amount_satang)})" for row in each_row(unseen))
            st.html(f'<p class="kradan-note">{safe(t("pull_not_in_picture", streams=listed))}</p>')
    with right:
        columns = {
            "stream": t("filter_stream"),
            "amount_satang": t("column_amount"),
            "paid_share": t("speed_share"),
            "direction": t("pull_axis_direction"),
        }
        unknown = dict.fromkeys(
            ("paid_share", "direction"), lambda value: t("not_known") if pd.isna(value) else percent(value)
        )
        panels.table(table, "speed-direction", columns, formats={"amount_satang": baht} | unknown)
    pairs = _inside(pull.pairs(money.pulls(scope, chosen)), chosen)
    if pairs.empty:
        st.caption(t("pull_pairs_unknown"))
        return
    st.html(f"<b>{safe(t('pull_pairs', pairs=whole(len(pairs))))}</b>")
    shown = pairs.assign(
        place=[records.place_words(scope, code) for code in pairs[KEY]], first_stream=[names.get(code, code) for code in pairs["stream_a"]],
        second_stream=[names.get(code, code) for code in pairs["stream_b"]], kind=[t(PAIR_KEYS[kind]) for kind in pairs["kind"]],
    )  # fmt: skip
    columns = {
        "place": t("column_place"),
        "first_stream": t("pull_one"),
        "second_stream": t("pull_other"),
        "kind": t("pull_kind"),
        "satang": t("column_amount"),
    }
    panels.table(shown, "pull-pairs", columns, formats={"satang": baht})
