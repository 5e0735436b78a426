"""Panels of the strengthening plan: weak places with and without a team, map, projects booked on streams."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo import figures
from geo.maps.board import ClassStyle
from geo.maps.palette import WEAK
from geo.money.alignment import strong_on_weak
from geo.ranking import strengthening
from loaders.decisions import scenarios as store_scenarios
from pages.components import dates, named, panels, records
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth, not_known_style
from pages.components.names import offered, subdistrict_names
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking import panels as ranking_panels
from pages.ranking.data import KEY, Method
from pages.session.scope import Scope
from pages.session.text import baht, day, safe, t, whole

STATUS_KEYS = {"no_team": "team_status_no_team", "no_visit": "team_status_no_visit", "planned": "team_status_planned"}
WHY_KEYS = {"border": "team_why_border", "class": "team_why_class"}
STATUSES = {"no_team": ("n", "alone"), "no_visit": ("v", "few"), "planned": ("p", "several")}


def weak_places(scope: Scope, chosen: Query, method: Method) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ranked units with the class in force, and one row per place to be strengthened with its teams."""
    ranking = ranking_data.ranked(scope, chosen.fiscal_year, method)
    units = ranking_data.in_force(scope, ranking, chosen.fiscal_year)
    return units, weakest_first(
        strengthening.team_list(units, queries.decisions(scope, "team"), ranking.spec.weakest), units
    )


def strong_current(scope: Scope, chosen: Query, units: pd.DataFrame) -> pd.DataFrame:
    """Weak places with high money per head (:func:`geo.money.alignment.strong_on_weak`, as elsewhere on the board)."""
    weak = units.assign(strength=units["score"], is_weak=units["class"].eq(ranking_data.labels()[-1]).where(units["class"].notna()))  # fmt: skip
    return strong_on_weak(coverage.coverage(scope, chosen.without("district")), weak)


def rows_behind(scope: Scope, chosen: Query) -> pd.DataFrame:
    """Source rows of the classes and of the money per head."""
    money = coverage.rolled(scope, chosen.without("district")).by_subdistrict
    return pd.concat([ranking_panels.ranking_sources(scope, chosen.fiscal_year), money[ranking_panels.SOURCE]])


def team_layer(units: pd.DataFrame, teams: pd.DataFrame, flagged: pd.DataFrame) -> Choropleth:
    """Map of weak places by state of their team; striped where money per head is high (``flagged``)."""
    status = units[KEY].map(teams.set_index(KEY)["status"])
    classes = status.map({name: key for name, (key, _) in STATUSES.items()}).astype("object").where(status.notna(), "o")
    classes = classes.mask(units["score"].isna() & status.isna(), "u")
    styles = {key: ClassStyle(WEAK[color], STATUS_KEYS[name]) for name, (key, color) in STATUSES.items()}
    styles |= {
        "o": ClassStyle(WEAK["other"], "team_not_weak"),
        "u": not_known_style("rank_no_score"),
    }
    marks = units[KEY].map(flagged.set_index(KEY)["is_flagged"].fillna(False)).fillna(False).astype(bool)
    per_head = units[KEY].map(flagged.set_index(KEY)["per_head_baht"])
    return Choropleth(styles, units[KEY], classes, per_head, "unit_per_head_baht", marks, "team_strong_current")


def strengthening_finding(scope: Scope, teams: pd.DataFrame, named_figures: dict, chosen: Query) -> str:
    """Sentence: places of the weakest class, on its border, without a team and with a planned visit."""
    counts, places = teams["status"].value_counts(), named_figures["classed"] + named_figures["unclassed"]
    if not named_figures["classed"]:
        return ranking_panels.place_prefix(scope, chosen) + t("finding_strengthening_none", all=places)
    return ranking_panels.place_prefix(scope, chosen) + t(
        "finding_strengthening",
        known=named_figures["classed"],
        all=places,
        weak=named_figures["weak"],
        border=named_figures["weak_border"],
        none=int(counts.get("no_team", 0)),
        planned=int(counts.get("planned", 0)),
    )


def weakest_first(teams: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Sort by state (without a team first), then by score, lowest first."""
    order = teams.assign(_status=teams["status"].map({name: number for number, name in enumerate(STATUSES)}),
                         _score=teams[KEY].map(units.set_index(KEY)["score"]))  # fmt: skip
    return order.sort_values(["_status", "_score", KEY], ignore_index=True).drop(columns=["_status", "_score"])


def begin_with(scope: Scope, chosen: Query, method: Method, teams: pd.DataFrame, flagged: pd.DataFrame) -> pd.DataFrame:
    """Add ``begin`` (weakest criteria in words), ``strong`` (baht per head where it is high) and ``pilot``."""
    listed = scenarios.pilots(scope)
    pilots = set(listed.codes) if listed else set()
    points = teams[KEY].map(ranking_data.weak_points(scope, chosen.fiscal_year, method))
    names, strong = (
        ranking_controls.names(),
        flagged[flagged["is_flagged"].fillna(False)].set_index(KEY)["per_head_baht"],
    )
    return teams.assign(
        begin=[" · ".join(names[code] for code in codes) if isinstance(codes, tuple) else "" for codes in points],
        strong=teams[KEY].map(strong),
        pilot=[t("yes") if code in pilots else "" for code in teams[KEY]],
    )


def team_table(scope: Scope, teams: pd.DataFrame, stamped: dict[str, str], name: str) -> None:
    """Table of places to be strengthened; columns about teams only when there is any team."""
    if teams.empty:
        panels.empty("team_list_empty")
        return
    shown = teams.assign(
        place=[records.place_words(scope, code) for code in teams[KEY]],
        why=[
            t(WHY_KEYS[why]) + (f" ({edge})" if why == "border" else "")
            for why, edge in zip(teams["why"], teams["border"], strict=True)
        ],
        status=[t(STATUS_KEYS[status]) for status in teams["status"]],
        teams=teams["teams"].str.replace("|", ", "),
        tasks=teams["tasks"].str.replace("|", ", "),
        visit=teams["next_visit_on"],
    )
    columns = {"place": t("column_place"), "why": t("column_why"), "begin": t("team_begin"),
               "strong": t("team_strong_rate"), "pilot": t("column_pilot"), "status": t("column_status"), "teams": t("column_team"),
               "tasks": t("column_task"), "visit": t("column_visit"), KEY: t("column_code")}  # fmt: skip
    if not scenarios.pilots(scope):
        columns.pop("pilot")
    if not teams["teams"].notna().any():
        columns = {key: words for key, words in columns.items() if key not in ("status", "teams", "tasks", "visit")}
    panels.table(shown, name, columns, stamp=stamped, formats={"strong": _rate, "visit": day})


def _rate(value: Any) -> str:
    return "" if pd.isna(value) else t("unit_per_head_baht").format(f"{float(value):,.0f}")


def send(scope: Scope, teams: pd.DataFrame) -> None:
    """Forms to give places a team, a task and a day, and to undo one."""
    with st.expander(t("team_add")):
        if len(teams):
            places = {
                row[KEY]: f"{records.place_words(scope, row[KEY])} · {t('team_status_' + row['status'])}"
                for row in teams.to_dict("records")
            }
            with st.form("team", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
                codes = st.multiselect(
                    t("team_places"),
                    list(places),
                    format_func=places.__getitem__,
                    key="team-places",
                    placeholder=t("choose_subdistrict"),
                )
                team = st.text_input(t("column_team"), key="team-name", max_chars=120)
                task = st.text_input(t("column_task"), key="team-task", max_chars=300)
                on = dates.day_input(t("team_visit"), "team-visit")
                person = scenarios.who("team-who")
                sent = st.form_submit_button(t("team_save"))
            if sent and dates.are_days("team-visit"):
                scenarios.attempt(
                    lambda connection: store_scenarios.send_teams(
                        connection, codes, team, task, on, person, queries.basis(scope)
                    ),
                    "team_saved",
                )
        standing = queries.decisions(scope, "team").to_dict("records")
        scenarios.remove(
            "team",
            {
                int(row["id"]): f"{records.place_words(scope, row[KEY])}: {row['team']} · {row['task']}"
                for row in standing
            },
            t("team_undo"),
        )


def streams(scope: Scope) -> pd.DataFrame:
    """Streams as input of :func:`geo.ranking.strengthening.book`."""
    listed = queries.code_list(scope, "stream").rename(columns={"code": "stream_code"})[
        ["stream_code", "total_satang", "starts_on", "ends_on"]
    ]
    return listed.assign(total_satang=pd.to_numeric(listed["total_satang"]).astype("Int64"))


def bookings(scope: Scope, projects: pd.DataFrame) -> strengthening.Bookings:
    """Which projects are covered, and what is left of each stream after recorded support and projects."""
    return strengthening.book(streams(scope), projects, queries.support(scope))


def refusal(scope: Scope, projects: pd.DataFrame) -> str | None:
    """Problem code of the last project when it cannot be booked after the others; None when it can."""
    code = bookings(scope, projects).projects["code"].iloc[-1]
    return None if pd.isna(code) else str(code)


def projects(scope: Scope, district: str | None, stamped: dict[str, str]) -> None:
    """What every stream has left, the list of projects, and the form to book one."""
    standing = queries.decisions(scope, "project")
    booked, names = bookings(scope, standing), records.stream_names(scope)
    balance = booked.streams[booked.streams["total_satang"].notna()]
    if len(balance):
        st.html(f"<b>{safe(t('project_balances'))}</b>")
        money = ["total_satang", "committed_satang", "booked_satang", "left_satang"]
        columns = {"stream": t("filter_stream")} | {
            name: t(f"project_{name.removesuffix('_satang')}") for name in money
        }
        rows = balance.assign(stream=[names.get(code, code) for code in balance["stream_code"]])
        panels.table(rows, "stream-balances", columns, stamp=stamped, formats=dict.fromkeys(money, baht))
    st.html(f"<b>{safe(t('project_list'))}</b>")
    table = booked.projects
    table = table[table[KEY].str.startswith(district).fillna(False)] if district else table
    if table.empty:
        panels.empty("project_none")
    else:
        shown = table.assign(
            place=[records.place_words(scope, code) for code in table[KEY]],
            stream=[names.get(code, code) for code in table["stream_code"]],
            starts=table["starts_on"],
            state=[
                t("project_held") if held else t(f"problem_{code}", value=title)
                for held, code, title in zip(table["is_booked"], table["code"], table["title"], strict=True)
            ],
        )
        columns = {"project_code": t("column_project"), "title": t("column_what"), "place": t("column_place"),
                   "stream": t("filter_stream"), "amount_satang": t("column_amount"), "starts": t("column_starts"),
                   "state": t("column_status"), "decided_by": t("decided_by")}  # fmt: skip
        panels.table(shown, "projects", columns, stamp=stamped, formats={"amount_satang": baht, "starts": day})
    _book(scope, balance, standing)


def _book(scope: Scope, balance: pd.DataFrame, standing: pd.DataFrame) -> None:
    names, places = records.stream_names(scope), subdistrict_names(scope)
    with st.expander(t("project_add")):
        if balance.empty:
            panels.empty("project_no_stream")
            return
        left = dict(zip(balance["stream_code"], balance["left_satang"], strict=True))
        with st.form("project", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            code = st.text_input(t("column_project"), value=f"P{len(standing) + 1}", key="project-code", max_chars=40)
            title = st.text_input(t("column_what"), key="project-title", max_chars=200)
            place = st.selectbox(
                t("filter_subdistrict"),
                ["", *places],
                format_func=lambda key: places.get(key, t("whole_province")),
                key="project-place",
            )
            stream = st.selectbox(
                t("filter_stream"),
                list(offered(left, "stream")),
                format_func=lambda key: f"{names.get(key, key)} · {baht(left[key])}",
                key="project-stream",
            )
            amount = st.number_input(t("project_amount"), 0.0, step=1000.0, format="%.2f", key="project-amount")
            starts = dates.day_input(t("project_starts"), "project-starts")
            person = scenarios.who("project-who")
            sent = st.form_submit_button(t("project_book"))
        project = {"project_code": code, "title": title, "stream_code": stream, "amount_satang": round(amount * 100),
                   "subdistrict_code": place or None,
                   "starts_on": starts}  # fmt: skip
        if sent and dates.are_days("project-starts"):
            scenarios.attempt(
                lambda connection: store_scenarios.book_project(
                    connection, project, person, queries.basis(scope), lambda rows: refusal(scope, rows)
                ),
                "project_saved",
            )
        rows = {
            int(row["id"]): f"{row['project_code']} · {row['title']} · {baht(row['amount_satang'])}"
            for row in standing.to_dict("records")
        }
        scenarios.remove("project", rows, t("project_undo"))


def team_figures(scope: Scope, teams: pd.DataFrame, flagged: pd.DataFrame) -> None:
    """Figures: weak places by state of their team, with high money per head, and on the list of pilots."""
    counts = teams["status"].value_counts()
    shown = [(t(STATUS_KEYS[name]), whole(counts.get(name, 0))) for name in STATUSES]
    strong = named.named("strong_on_weak", figures.count("strong_on_weak", strong=flagged))
    listed = scenarios.pilots(scope)
    held = [(t("team_pilots", name=listed.name), whole(teams[KEY].isin(listed.codes).sum()))] if listed else []
    panels.figures([*shown, strong, *held])
