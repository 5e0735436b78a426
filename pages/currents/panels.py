"""Panels of the currents page: Sankey ribbons, map layers (money, alignment, strong on weak), tables, Lorenz curve."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from geo import figures
from geo.maps import classes as map_classes
from geo.maps.board import ClassStyle
from geo.maps.palette import SEQUENTIAL, UNMEASURED
from geo.money import currents as geo_currents
from geo.money.alignment import MONEY, strong_on_weak
from geo.money.sankey import sankey
from geo.money.stream_history import history as stream_history
from loaders.areas import facts as province_facts
from pages.components import charts, named, panels, records
from pages.components import filters as choices
from pages.components.map_layer import Choropleth, coverage_of, nothing_styles
from pages.components.names import district_names, theme_names
from pages.queries import coverage, money
from pages.queries import store as queries
from pages.queries.query import Query
from pages.questions import questions as overview_questions
from pages.session import page_links
from pages.session.scope import Scope
from pages.session.text import baht, day, percent, safe, t, whole

KEEP = {"stream_code": 12, "agency_code": 12, "theme_code": 12, "place_code": 24}
STATE_KEYS = {"running": "stream_running", "ended": "stream_ended", "not_started": "stream_not_started", "not_known": "stream_not_known"}  # fmt: skip
END_KEYS = {"districts": "flow_to_districts", "classes": "flow_to_classes"}
SHARES = (0.2, 0.4, 0.6, 0.8, 1.0)


def left_out_note(currents: geo_currents.Currents) -> str:
    """Note: the total in baht, and what it leaves out (records without an amount, money paid back)."""
    parts = [t("currents_adds_up", total=f"{currents.total_satang / 100:,.2f}")] if len(currents.paths) else []
    if currents.without_amount:
        parts.append(t("currents_without_amount", records=whole(currents.without_amount)))
    if currents.returned_satang:
        parts.append(t("currents_returned", amount=f"{-currents.returned_satang / 100:,.2f}"))
    return " · ".join(parts)


def namer(scope: Scope) -> Callable[[str, str], str]:
    """Return a function (step, code) -> label of a Sankey node, also for ends and for nodes folded into "other"."""
    agencies, streams, themes = records.agency_names(scope), records.stream_names(scope), theme_names()
    districts = district_names(scope)
    names = {"stream_code": streams, "agency_code": agencies, "theme_code": themes, "place_code": districts}

    def name(step: str, code: str) -> str:
        if code == geo_currents.OTHER:
            return t("flow_other")
        if code == geo_currents.NOT_CODED:
            return t(f"flow_without_{step}")
        if step == "place_code" and code in (*geo_currents.STRIP_LEVELS, "district"):
            return t("flow_end", level=t(records.LEVEL_KEYS[code]))
        if step == "place_code" and not code.isdigit():
            return t("flow_unclassed") if code == "unclassed" else t("flow_class", label=code)
        return names[step].get(code, code)

    return name


def flows(scope: Scope, chosen: Query, currents: geo_currents.Currents) -> None:
    """Sankey ribbons ending in districts or in classes of the ranking, and the same as a table."""
    if currents.paths.empty:
        return
    ends = choices.switch("ends", t("flow_ends"), list(END_KEYS), lambda end: t(END_KEYS[end]))
    if ends == "classes":
        classes = overview_questions.community_classes(scope, chosen.fiscal_year)
        currents = geo_currents.currents(
            coverage.records(scope, chosen),
            queries.areas(scope, chosen.fiscal_year),
            province_facts.local_governments(scope.province),
            classes,
        )
    name = namer(scope)
    drawing = sankey(geo_currents.fold(currents.paths, KEEP))
    headings = [t(f"step_{step}") for step in (*geo_currents.STEPS[:3], ends)]
    st.html(f'<p class="kradan-note">{safe(t("currents_width"))}</p>{charts.kind_legend(set(currents.paths["kind"]))}')
    st.html(charts.sankey_html(drawing, name, baht, headings, t("currents_aria")))
    with st.expander(t("currents_table")):
        shown = currents.paths.assign(
            **{step: [name(step, code) for code in currents.paths[step]] for step in geo_currents.STEPS}
        )
        columns = dict(zip(geo_currents.STEPS, headings, strict=True)) | {
            "supports": t("column_records"),
            "amount_satang": t("column_amount"),
        }
        panels.table(shown, "currents", columns, formats={"amount_satang": baht})


def money_layer(scope: Scope, chosen: Query) -> Choropleth:
    """Map of baht per head."""
    return coverage_of(scope, chosen, "per_head_baht")


def money_words(scope: Scope, chosen: Query) -> None:
    """Figures: money and records that name a subdistrict; none where nobody was asked."""
    if coverage.coverage(scope, chosen)["status"].eq("not_reported").all():
        return
    counted = figures.counted(placed=coverage.rolled(scope, chosen).by_subdistrict)
    panels.figures([named.named(code, counted[code]) for code in ("placed_money", "placed_records")])


def money_table(scope: Scope, chosen: Query) -> None:
    """One row per agency: records, streams, money (unknown when no record states an amount); most money first."""
    by_agency = coverage.records(scope, chosen).groupby("agency_code", dropna=False)
    table = by_agency.agg(supports=("support_id", "size"), streams=("stream_code", "nunique"))
    table = table.assign(amount_satang=by_agency["amount_satang"].sum(min_count=1)).reset_index()
    table = table.sort_values(["amount_satang", "supports"], ascending=False, na_position="last")
    names = records.agency_names(scope)
    rows = table.assign(
        agency=[t("not_known") if pd.isna(code) else names.get(code, code) for code in table["agency_code"]]
    )
    columns = {"agency": t("filter_agency"), "amount_satang": t("column_amount"), "supports": t("column_records"),
               "streams": t("column_stream_count")}  # fmt: skip
    panels.table(rows, "currents-agencies", columns, height=195, formats={"amount_satang": baht})


def alignment_layer(scope: Scope, chosen: Query) -> Choropleth:
    """Share of money that meets the community's own plan; places without plan, money or known amount are off the scale.

    A place without a plan of its own is classed by its villages' plans together, and striped.
    """
    table = money.alignment(scope, chosen)
    is_union = table["aligned_share"].isna() & table["union_share"].notna()
    share = table["aligned_share"].fillna(table["union_share"])
    number = pd.cut(share.astype(float), [-0.001, *SHARES[:-1], 1.001], labels=False)
    status = table["subdistrict_code"].map(coverage.coverage(scope, chosen).set_index("subdistrict_code")["status"])
    nowhere = status.map({"not_reported": "v"}).fillna("n")
    classes = pd.Series("u", index=table.index, dtype="object").mask(
        table["amount_satang"].eq(0).fillna(False), nowhere
    )
    classes = classes.mask(share.notna(), number.map(lambda value: "" if pd.isna(value) else str(int(value))))
    lows = (0.0, *SHARES[:-1])
    styles = {
        str(i): ClassStyle(
            SEQUENTIAL[i], "share_between", blanks={"low": f"{lows[i] * 100:.0f}", "high": f"{SHARES[i] * 100:.0f}"}
        )
        for i in reversed(range(5))
    }
    nothing = nothing_styles()
    styles["n"] = ClassStyle(nothing["n"].color, "alignment_no_money")
    styles["u"] = ClassStyle(nothing["n"].color, "alignment_no_plan", nothing["u"].hatch)
    classes = classes.mask(table["amount_satang"].isna(), map_classes.UNMEASURED)
    styles[map_classes.UNMEASURED] = ClassStyle(UNMEASURED, "unmeasured_amount_baht")
    styles["v"] = nothing["u"]
    return Choropleth(styles, table["subdistrict_code"], classes, share * 100, "unit_aligned", is_union, "mark_union")


def strong_layer(scope: Scope, chosen: Query) -> Choropleth:
    """Map of places with much money per head, weak communities, and both."""
    return overview_questions.layer_of(overview_questions.answer(scope, chosen, "strong_current_on_weak"))


def _inside(table: pd.DataFrame, chosen: Query) -> pd.DataFrame:
    return table if not chosen.district else table[table["district_code"].eq(chosen.district)]


def alignment_words(scope: Scope, chosen: Query) -> None:
    """Sentence and figures: money placed in subdistricts by its relation to plans; the parts add up to the whole."""
    table = _inside(money.alignment(scope, chosen), chosen)
    sums, counted = table[list(MONEY)].sum(), figures.counted(alignment=table)
    share = counted["aligned_share"]
    finding = t("finding_alignment_unknown") if share is None else t("finding_alignment", share=percent(share))
    union = sums["union_aligned_satang"] + sums["union_other_satang"]
    apart = t("alignment_union", share=percent(sums["union_aligned_satang"] / union)) if union else ""
    st.html(f"<p><b>{safe(finding)}</b> {safe(t('alignment_how'))} {safe(apart)}</p>")
    own = {"aligned_satang": "aligned_money", "other_satang": "other_money"}
    parts = [named.named(own[name], counted[own[name]]) if name in own else (t(f"alignment_{name}"), baht(amount)) for name, amount in sums.items()]  # fmt: skip
    if table["amount_satang"].gt(0).fillna(False).any():
        panels.figures([named.named("aligned_share", share), *parts])


def strong_words(scope: Scope, chosen: Query) -> None:
    """Sentence on weak places with a strong current, and what strong and weak mean here."""
    answer = overview_questions.answer(scope, chosen, "strong_current_on_weak")
    is_ranked = bool(overview_questions.community_classes(scope, chosen.fiscal_year))
    how = t("weak_how_ranked" if is_ranked else "weak_how")
    st.html(f"<p><b>{safe(overview_questions.sentence(scope, answer))}</b> {safe(how)}</p>")
    if is_ranked:
        page_links.link("ranking", t("answer_more", view=t("view_ranking")))


def alignment_table(scope: Scope, chosen: Query) -> None:
    """One row per place with money: how much of it meets the plan, lowest share first."""
    table = (
        _inside(money.alignment(scope, chosen), chosen)
        .query("amount_satang > 0")
        .sort_values(["aligned_share", "amount_satang"])
    )
    rows = table.assign(
        place=[records.place_words(scope, code) for code in table["subdistrict_code"]],
        asked=[_asked(themes) for themes in table["asked"]],
    )
    columns = {"place": t("column_place"), "aligned_share": t("column_aligned_share"),
               "aligned_satang": t("alignment_aligned_satang"), "other_satang": t("alignment_other_satang"),
               "union_share": t("column_union_share"),
               "union_aligned_satang": t("alignment_union_aligned_satang"),
               "union_other_satang": t("alignment_union_other_satang"),
               "not_coded_satang": t("alignment_not_coded_satang"), "no_plan_satang": t("alignment_no_plan_satang"),
               "asked": t("column_asked")}  # fmt: skip
    formats: dict[str, Callable] = {name: baht for name in columns if name.endswith("_satang")}
    formats |= {"aligned_share": percent, "union_share": percent}
    panels.table(rows, "alignment", columns, formats=formats)


def strong_table(scope: Scope, chosen: Query) -> None:
    """Weak places with a strong current, most baht per head first."""
    table = strong_on_weak(coverage.coverage(scope, chosen), overview_questions.strength(scope, chosen.fiscal_year))
    flagged = _inside(table[table["is_flagged"].fillna(False).astype(bool)], chosen).sort_values(
        "per_head_baht", ascending=False
    )
    rows = flagged.assign(place=[records.place_words(scope, code) for code in flagged["subdistrict_code"]])
    columns = {"place": t("column_place"), "per_head_baht": t("column_per_head"), "strength": t("column_strength")}
    panels.table(
        rows,
        "strong-on-weak",
        columns,
        formats={"per_head_baht": lambda value: f"{value:,.0f}", "strength": lambda value: f"{value:.2f}"},
    )


def _asked(themes: str) -> str:
    return records.theme_words(themes) if themes else "alignment_no_plan"


def history(scope: Scope, chosen: Query) -> None:
    """Every stream with its period and money, also those that ended before the chosen year and are not on the map."""
    table = stream_history(queries.support(scope), queries.code_list(scope, "stream"), chosen.fiscal_year)
    if table.empty:
        return
    ended = table[table["state"].eq("ended")]
    summary = t("stream_history", ended=len(ended), amount=baht(ended["amount_satang"].sum(min_count=1)))
    st.html(f"<b>{safe(summary if len(ended) else t('stream_history_running'))}</b>")
    names = records.stream_names(scope)
    rows = table.assign(
        stream=[names.get(code, code) for code in table["stream_code"]],
        kind=[t(f"kind_{kind}") if isinstance(kind, str) and kind else t("kind_unknown") for kind in table["kind"]],
        state=[t(STATE_KEYS[state]) for state in table["state"]],
        ends_on=[(day(value) or t("not_known")) if declared else t("end_of_records", day=day(value)) if day(value) else t("not_known")
                 for value, declared in zip(table["ends_on"], table["is_declared"], strict=True)],
    )  # fmt: skip
    columns = {"stream": t("filter_stream"), "kind": t("column_kind"), "state": t("column_state"),
               "starts_on": t("column_starts"), "ends_on": t("column_ends"), "supports": t("column_records"),
               "amount_satang": t("column_amount_all"), "year_satang": t("column_amount_year")}  # fmt: skip

    def of_year(satang: object) -> str:
        return "" if pd.isna(satang) else baht(satang)

    in_baht: dict[str, Callable] = {"amount_satang": baht, "year_satang": of_year}
    panels.table(rows, "streams", columns, formats=in_baht | {"starts_on": day})


def evenness(scope: Scope, chosen: Query) -> None:
    """Lorenz curve, Gini and Theil index of money by people; computed only while the toggle is on."""
    if not st.toggle(t("evenness"), key="evenness"):
        return
    spread = money.evenness(scope, chosen.without("district"))
    if spread["curve"].empty:
        panels.empty()
        return
    left, right = st.columns([5, 8], gap="medium")
    with left:
        st.altair_chart(
            charts.lorenz_chart(spread["curve"], {"people": t("lorenz_people"), "money": t("lorenz_money")}),
            width="stretch",
        )
    with right:
        theil = spread["theil"]
        panels.figures(
            [
                (t("gini"), f"{spread['gini']:.2f}"),
                (t("theil_between"), percent(theil["between_share"])),
                (t("theil_total"), f"{theil['total']:.2f}"),
            ]
        )
        st.html(f"<p>{safe(t('evenness_how', measured=spread['known'], all=spread['all']))}</p>")
