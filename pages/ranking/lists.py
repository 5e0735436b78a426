"""Lists below the ranking: places, criteria with their real influence, previous year, need beside strength."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.frames import each_row
from geo.ranking.ranking import Ranking, influence
from geo.ranking.review import Agreed
from pages.components import filters as choices
from pages.components import panels, records
from pages.components import saved_scenarios as scenarios
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking.data import KEY, Method
from pages.ranking.panels import FIELD_KEYS, FIELDS, decimal, draw_bars, inside, rank_words
from pages.session.scope import Scope
from pages.session.text import percent, safe, t, whole

LIST_KEYS = {
    "table": "ranking_tab_table",
    "criteria": "ranking_tab_criteria",
    "axes": "ranking_tab_axes",
    "last_year": "ranking_tab_last_year",
}
AXIS_KEYS = {"need": "criterion_axis_need", "strength": "criterion_axis_strength"}


def chosen_list(scope: Scope, ranking: Ranking, reviewed: Agreed, axes: pd.DataFrame, chosen: Query, method: Method,
          stamped: dict[str, str]) -> None:  # fmt: skip
    """Choose and draw one of the lists."""
    listed = choices.switch("tab", t("list"), list(LIST_KEYS), lambda name: t(LIST_KEYS[name]))
    if listed == "table":
        ranking_table(scope, reviewed, chosen, method, stamped)
    elif listed == "criteria":
        criteria(scope, ranking, ranking_data.ranked(scope, chosen.fiscal_year, method, "need"), stamped)
    elif listed == "axes":
        axes_table(scope, axes, chosen, method, stamped)
    else:
        last_year(scope, chosen, method, stamped)


def ranking_table(scope: Scope, reviewed: Agreed, chosen: Query, method: Method, stamped: dict[str, str]) -> None:
    """Score, rank, band, stability, computed and agreed class of every subdistrict; weakest first, unranked last."""
    rows = inside(reviewed.units, chosen).sort_values(["rank", KEY], ascending=[False, True], na_position="last")
    low, high = rows["rank_low"], rows["rank_high"]
    shown = rows.assign(
        place=[records.place_words(scope, code) for code in rows[KEY]],
        band=["" if pd.isna(lowest) else f"{lowest}–{highest}" for lowest, highest in zip(low, high, strict=True)],
        score=(rows["score"] - ranking_data.centre(method)).round(2),
        border=rows["border"].fillna(""),
        stability=(rows["stability"] * 100).round(1),
    )
    columns = {"place": t("column_place"), "score": ranking_controls.score_heading(method, "score"), "rank": t("rank_rank"), "band": t("rank_band"),
               "class": t("rank_class"), "stability": t("rank_stability"), "border": t("column_border"),
               "agreed_class": t("rank_agreed_class"), "reason": t("column_why"), "by": t("decided_by"),
               "known_share": t("rank_known_share"), KEY: t("column_code")}  # fmt: skip
    panels.table(
        shown,
        "ranking",
        columns,
        stamp=stamped,
        formats={
            "known_share": percent,
            "score": ranking_controls.score_words(method),
            "rank": rank_words,
            "stability": decimal,
        },
    )


def criteria(scope: Scope, ranking: Ranking, need: Ranking, stamped: dict[str, str]) -> None:
    """Criteria as stated, number of places with data, and their real influence on the score (strength only)."""
    strength = _influence(ranking)
    rows = pd.concat([strength, _influence(need).assign(real=float("nan"), mean_rank_shift=float("nan"))])
    stated = {entry["code"]: entry for entry in ranking_data.document()["criterion"]}
    known_places = pd.concat([ranked.prepared.notna().sum() for ranked in (ranking, need)])
    names, agencies = ranking_controls.names() | ranking_controls.names("need"), records.agency_names(scope)
    shown = rows.assign(
        name=rows["criterion"].map(names),
        axis=[t(AXIS_KEYS[stated[code].get("axis", "strength")]) for code in rows["criterion"]],
        unit=[t(f"criterion_unit_{stated[code]['unit']}") for code in rows["criterion"]],
        direction=[t("criterion_less" if stated[code].get("direction", 1) < 0 else "criterion_more") for code in rows["criterion"]],
        year=[stated[code]["year"] + 543 for code in rows["criterion"]],
        source=[agencies.get(stated[code]["source"], stated[code]["source"]) for code in rows["criterion"]],
        known=[t("criterion_known", known=whole(known_places[code]), all=whole(len(ranking.units))) for code in rows["criterion"]],
    )  # fmt: skip
    columns = {"name": t("column_criterion"), "axis": t("criterion_axis"), "unit": t("criterion_unit"),
               "direction": t("criterion_direction"), "source": t("column_source"), "year": t("criterion_year"),
               "known": t("criterion_known_in"), "stated": t("rank_stated_weight"), "real": t("rank_real_influence"),
               "mean_rank_shift": t("rank_mean_rank_shift")}  # fmt: skip
    _influence_bars(strength, names)
    panels.table(
        shown,
        "criteria",
        columns,
        height=520,
        stamp=stamped,
        formats={"stated": percent, "real": _share, "mean_rank_shift": decimal, "year": str},
    )
    scenarios.note([t("criteria_to_confirm")])


def _share(value: Any) -> str:
    return "–" if pd.isna(value) else percent(value)


def _influence(ranking: Ranking) -> pd.DataFrame:
    """Stated weights and real influence; the latter is NaN with fewer than three ranked places."""
    if ranking.units["score"].notna().sum() >= 3:
        return influence(ranking)
    stated = ranking.spec.effective_weights()
    return pd.DataFrame({"criterion": list(stated), "stated": list(stated.values())}).assign(
        real=float("nan"), mean_rank_shift=float("nan")
    )


def _influence_bars(rows: pd.DataFrame, names: dict[str, str]) -> None:
    if rows["real"].isna().all():
        return
    st.html(f"<b>{safe(t('influence'))}</b>")
    bars = [
        (
            names[row.criterion],
            [
                (row.stated, "stated", percent(row.stated)),
                (0 if pd.isna(row.real) else row.real, "real", percent(row.real)),
            ],
        )
        for row in each_row(rows)
    ]
    draw_bars(bars, float(rows[["stated", "real"]].max().max()))
    scenarios.note([t("influence_how")])


def last_year(scope: Scope, chosen: Query, method: Method, stamped: dict[str, str]) -> None:
    """Ranks against the previous year; ``is_firm``: a change larger than the uncertainty."""
    st.html(f"<b>{safe(t('last_year'))}</b>")
    before = ranking_data.year_before(scope, chosen.fiscal_year)
    if before is None:
        panels.empty("last_year_none")
        return
    rows = inside(ranking_data.against_last_year(scope, before + 1, method), chosen)
    rows = rows[rows["places_won"].notna()].sort_values("places_won", ascending=False)
    st.html(f"<p>{safe(t('last_year_finding', firm=int(rows['is_firm'].sum()), all=len(rows)))}</p>")
    shown = rows.assign(
        place=[records.place_words(scope, code) for code in rows[KEY]],
        firm=[t("yes") if firm else "" for firm in rows["is_firm"]],
    )
    columns = {"place": t("column_place"), "class_before": t("class_before"), "class_now": t("class_now"),
               "rank_before": t("rank_before"), "rank_now": t("rank_now"), "places_won": t("places_won"),
               "firm": t("change_is_firm")}  # fmt: skip
    panels.table(shown, "ranking-last-year", columns, stamp=stamped)


def axes_table(scope: Scope, axes: pd.DataFrame, chosen: Query, method: Method, stamped: dict[str, str]) -> None:
    """Strength and need per place, weak and needy places first."""
    order = {name: number for number, name in enumerate(FIELDS)}
    rows = (
        inside(axes, chosen)
        .assign(order=lambda table: table["field"].map(order))
        .sort_values(["order", "strength"], na_position="last")
    )
    shown = rows.assign(
        place=[records.place_words(scope, code) for code in rows[KEY]],
        strength=rows["strength"] - ranking_data.centre(method),
        need=rows["need"] - ranking_data.centre(method),
        field=[t("rank_no_score") if pd.isna(name) else t(FIELD_KEYS[name]) for name in rows["field"]],
    )
    columns = {
        "place": t("column_place"),
        "field": t("column_field"),
        "strength": ranking_controls.score_heading(method, "strength"),
        "need": ranking_controls.score_heading(method, "need"),
        "class": t("rank_class"),
    }
    panels.table(
        shown,
        "strength-by-need",
        columns,
        stamp=stamped,
        formats=dict.fromkeys(("strength", "need"), ranking_controls.score_words(method)),
    )
