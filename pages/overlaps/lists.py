"""Lists and charts of the overlaps page: pairs, sets of streams, agencies that meet, clearings."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from geo.maps.palette import ACCENT, FAINT, INK, LINE, OUTCOMES, PAPER, ink_on
from geo.overlaps import outcomes
from geo.overlaps.overlaps import Overlaps, agency_matrix, at_stake, stream_sets
from pages.components import filters as choices
from pages.components import panels
from pages.components import records as rows_
from pages.overlaps import clearing as explain
from pages.queries import coverage, overlaps
from pages.queries.query import Query
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import baht, language, safe, t, whole

LIST_KEYS = {
    "pairs": "overlap_list_pairs",
    "streams": "overlap_list_streams",
    "agencies": "overlap_list_agencies",
    "cleared": "overlap_list_cleared",
}
MOST_SETS = 18


def inside(pairs: pd.DataFrame, chosen: Query, partner: str = "") -> pd.DataFrame:
    """Pairs of the chosen agency, stream and district; ``partner`` counts only with an agency."""
    keep = pd.Series(True, index=pairs.index)
    for agency in filter(None, (chosen.agency, chosen.agency and partner)):
        keep &= pairs["agency_a"].eq(agency) | pairs["agency_b"].eq(agency)
    if chosen.stream:
        keep &= pairs["streams"].astype("str").str.split("|").map(lambda streams: chosen.stream in streams).astype(bool)
    if chosen.district:
        keep &= pairs["area_code"].str.startswith(chosen.district)
    return pairs[keep]


def with_partner(scope: Scope, chosen: Query, partner: str) -> None:
    """Say that only pairs of two agencies are shown, with a link to all."""
    names = rows_.agency_names(scope)
    words = t("pairs_with_partner", one=names.get(chosen.agency, chosen.agency), other=names.get(partner, partner))
    every = safe(url_state.address("overlaps"))
    st.html(f'<p class="kradan-note">{safe(words)} <a href="{every}">{safe(t("pairs_with_all"))}</a></p>')


def by_area(judged: Overlaps, pairs: pd.DataFrame, chosen: Query) -> pd.DataFrame:
    """Outcomes and money at stake per place; with an agency or stream chosen, only from its pairs."""
    if not (chosen.agency or chosen.stream):
        return judged.by_area
    counts = pd.crosstab(pairs["area_code"], pairs["outcome"]).reindex(columns=outcomes.of_pairs(), fill_value=0)
    table = judged.by_area.drop(columns=counts.columns).merge(counts.reset_index(), on="area_code", how="left")
    table[counts.columns] = table[counts.columns].fillna(0).astype("int64")
    stakes = at_stake(pairs, judged.amounts).rename("at_stake_satang")
    table = table.drop(columns="at_stake_satang").join(stakes, on=list(stakes.index.names))
    present = table[counts.columns].gt(0)
    return table.assign(outcome=present.idxmax(axis="columns").where(present.any(axis="columns"), "single"))


def show(scope: Scope, chosen: Query, pairs: pd.DataFrame) -> None:
    """Choose and draw one list or chart at a time."""
    kind = choices.switch("list", t("list"), list(LIST_KEYS), lambda name: t(LIST_KEYS[name]), "pairs")
    if kind == "streams":
        _streams(scope, chosen)
    elif kind == "agencies":
        _agencies(scope, pairs)
    elif kind == "cleared":
        explain.cleared(scope)
    else:
        _pairs(scope, pairs)


def _outcome(pairs: pd.DataFrame) -> str | None:
    """Choose the outcome to list; None, with a message, where there is no pair."""
    kinds = [name for name in outcomes.of_pairs() if pairs["outcome"].eq(name).any()]
    if not kinds:
        panels.empty("no_overlaps")
        return None
    return choices.switch("layer", t("pairs_of"), kinds, lambda name: t(f"outcome_{name}"))


def _pairs(scope: Scope, pairs: pd.DataFrame) -> None:
    if (kind := _outcome(pairs)) is None:
        return
    rows = pairs[pairs["outcome"].eq(kind)].sort_values(
        ["at_stake_satang", "support_a", "support_b"], ascending=[False, True, True], na_position="last"
    )
    shown = rows_.pair_words(scope, rows)
    shown.insert(0, "number", range(1, len(shown) + 1))
    st.html("".join(f"<p><b>{safe(name)}</b>: {safe(why)}</p>" for name, why in _rules(rows)))
    columns = {"number": t("column_number"), "place": t("column_place"), "what_a": t("column_one"), "what_b": t("column_other"), "theme": t("column_theme"), "period": t("column_pair_period"),
               "at_stake_satang": t("column_at_stake"), "source_a": t("column_source_one"), "source_b": t("column_source_other")}  # fmt: skip
    panels.table(shown, "overlaps", columns, formats={"at_stake_satang": baht})
    if kind in outcomes.flags():
        explain.form(scope, shown)


def _rules(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Name and description of the rules that gave these outcomes."""
    used = set(rows["rule_code"])
    return [
        (rule[f"name_{language()}"], rule[f"description_{language()}"])
        for rule in overlaps.rules()["overlap"]["rule"]
        if rule["code"] in used
    ]


def _streams(scope: Scope, chosen: Query) -> None:
    """UpSet plot and table: which streams meet in how many subdistricts."""
    sets = stream_sets(coverage.records(scope, chosen))
    sets = sets[sets["stream_count"] > 0]
    if sets.empty:
        panels.empty("no_overlaps")
        return
    names = rows_.stream_names(scope)
    sets = sets.assign(
        words=[" + ".join(names.get(code, code) for code in streams.split("|")) for streams in sets["streams"]]
    )
    st.caption(t("upset_note", shown=min(len(sets), MOST_SETS), all=len(sets)))
    with st.container(key="wide-upset"):
        st.altair_chart(upset(sets.head(MOST_SETS), names), width="content")
    columns = {"words": t("column_streams"), "stream_count": t("column_stream_count"), "subdistricts": t("column_subdistricts"),
               "supports": t("records"), "amount_satang": t("column_amount")}  # fmt: skip
    panels.table(sets, "streams", columns, formats={"amount_satang": baht})


def upset(sets: pd.DataFrame, names: dict[str, str]) -> alt.VConcatChart:
    """UpSet plot: bars over a grid of dots, one column per set of streams, one row per stream."""
    order = [str(number) for number in range(1, len(sets) + 1)]
    sets = sets.assign(set=order)
    dots = sets.assign(code=sets["streams"].str.split("|")).explode("code")
    totals = dots.groupby("code")["subdistricts"].sum().sort_values(ascending=False)
    rows = [names.get(str(code), str(code)) for code in totals.index]
    dots = dots.assign(stream=[names.get(code, code) for code in dots["code"]])[
        ["set", "stream", "subdistricts", "words"]
    ]
    grid = pd.DataFrame([(set_name, row) for set_name in order for row in rows], columns=["set", "stream"])
    across = alt.X("set:N", sort=order, axis=None)
    down = alt.Y(
        "stream:N",
        sort=rows,
        title=None,
        axis=alt.Axis(labelLimit=420, labelFontSize=15, labelColor=INK, ticks=False, domain=False),
    )
    tips = [
        alt.Tooltip("words:N", title=t("column_streams")),
        alt.Tooltip("subdistricts:Q", title=t("column_subdistricts")),
    ]
    bars = alt.Chart(sets[["set", "subdistricts", "words"]]).encode(
        x=across, y=alt.Y("subdistricts:Q", title=t("column_subdistricts"))
    )
    top = (
        bars.mark_bar(color=ACCENT).encode(tooltip=tips)  # ty: ignore[missing-attribute]
        + bars.mark_text(dy=-9, fontSize=15).encode(text="subdistricts:Q")  # ty: ignore[missing-attribute]
    ).properties(height=230)
    empty = alt.Chart(grid).mark_circle(size=110, color=FAINT, opacity=1).encode(x=across, y=down)  # ty: ignore[missing-attribute]
    line = alt.Chart(dots).mark_line(color=INK, strokeWidth=3).encode(x=across, y=down, detail="set:N")  # ty: ignore[missing-attribute]
    full = alt.Chart(dots).mark_circle(size=190, color=INK, opacity=1).encode(x=across, y=down, tooltip=tips)  # ty: ignore[missing-attribute]
    below = (empty + line + full).properties(height=30 * len(rows))
    return alt.vconcat(
        top.properties(width=42 * len(order)), below.properties(width=42 * len(order)), spacing=6
    ).resolve_scale(x="shared")


def _agencies(scope: Scope, pairs: pd.DataFrame) -> None:
    """Heat map and table: how often each two agencies meet, for one outcome."""
    if (kind := _outcome(pairs)) is None:
        return
    names = rows_.agency_names(scope)
    matrix = agency_matrix(pairs, kind)
    matrix.index = matrix.columns = pd.Index([names.get(code, code) for code in matrix.index])
    with st.container(key="wide-matrix"):
        st.altair_chart(heat(matrix, kind), width="content")
    rows = matrix.rename_axis("agency").reset_index()
    panels.table(
        rows, "agency-pairs", {column: t("column_agency") if column == "agency" else column for column in rows.columns}
    )


def heat(matrix: pd.DataFrame, kind: str) -> alt.LayerChart:
    """Heat map agency x agency of the number of pairs."""
    cells = matrix.rename_axis("one").reset_index().melt("one", var_name="other", value_name="pairs")
    names = list(matrix.index)
    words = alt.Axis(labelLimit=260, labelFontSize=15, labelColor=INK, labelAngle=0, orient="top")
    base = alt.Chart(cells).encode(
        x=alt.X("other:N", sort=names, title=None, axis=words),
        y=alt.Y("one:N", sort=names, title=None, axis=alt.Axis(labelLimit=260, labelFontSize=15, labelColor=INK)),
    )
    most = max(int(cells["pairs"].max()), 1)
    full_shade = OUTCOMES[outcomes.OUTCOMES[kind].drawn_as or kind]
    shade = alt.Color(
        "pairs:Q",
        scale=alt.Scale(range=[PAPER, full_shade], domain=[0, most], interpolate="rgb"),
        legend=None,
    )
    boxes = base.mark_rect(stroke=LINE).encode(color=shade)  # ty: ignore[missing-attribute]
    dark = alt.condition(
        alt.datum.pairs > most / 2,
        alt.value(ink_on(full_shade)),
        alt.value(INK),
    )
    figures = (
        base.transform_filter(alt.datum.pairs > 0)  # ty: ignore[missing-attribute]
        .mark_text(fontSize=15)
        .encode(text=alt.Text("pairs:Q", format=","), color=dark)
    )
    return (boxes + figures).properties(width=max(90 * len(names), 300), height=max(38 * len(names), 120))


def figures(pairs: pd.DataFrame) -> None:
    """Number of pairs by outcome; ``not_known`` only where there is any."""
    counts = pairs["outcome"].value_counts()
    shown = [name for name in outcomes.of_pairs() if name != "not_known" or counts.get(name, 0)]
    panels.figures([(t(f"outcome_{name}"), t("pairs_number", number=whole(counts.get(name, 0)))) for name in shown])
