"""Panels of the selection page: wish, map of both ways, prices, reasons, list, saved scenarios."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo import figures
from geo.maps.board import ClassStyle
from geo.maps.palette import QUADRANTS
from geo.selection.selection import Choice
from pages.components import filters as choices
from pages.components import panels, records
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth, not_known_style
from pages.components.names import district_names, subdistrict_names
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking import panels as ranking_panels
from pages.ranking.data import KEY, Method
from pages.selection import data as selection_data
from pages.selection.data import DEFAULTS, FLAT, NEIGHBOUR_KEYS, WEIGHTS, Pick
from pages.session import page_links
from pages.session.scope import Scope
from pages.session.text import baht, language, safe, t, whole
from pages.welfare import data as welfare_data

MILLION = 1e6
STATUS_KEYS = {"infeasible": "select_status_infeasible", "optimal": "select_status_optimal", "out_of_time": "select_status_out_of_time"}  # fmt: skip
FORCED_KEYS = {"in": "select_constraint_forced_in", "out": "select_constraint_forced_out"}
WAY_KEYS = {"optimum": "select_way_optimum", "simple": "select_way_simple"}
NAMED = 5  # places named beside a price; the others are only counted
SHOWN_WORTH = 100  # worth is 0-1 in frames and 0-100 on the screen


def choose_wishes(scope: Scope) -> Pick:
    """Widgets for every part of the wish; all of them are kept in the link."""
    parts = scenarios.state("pick")
    pick = selection_data.read(parts)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _number("choose", pick, 1.0)
        if not pick.any_budget:
            _budget(pick)
        _number("district", pick, 1.0)
    with st.expander(t("pick_more")):
        with st.container(horizontal=True):
            for name in WEIGHTS:
                st.session_state[f"pick-{name}"] = min(pick.number(name), 100.0)
                st.slider(
                    t(f"pick_{name}"),
                    0.0,
                    100.0,
                    step=5.0,
                    format="%.0f",
                    key=f"pick-{name}",
                    on_change=_moved,
                    args=(name,),
                )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _listed(
                "cost",
                t("pick_cost"),
                {**welfare_data.names("scheme", language()), FLAT: t("pick_cost_flat")},
                pick.cost,
                "proposal_2550",
            )
            if pick.cost == FLAT:
                _number("flat", pick, 10_000.0)
            _listed(
                "near",
                t("select_constraint_neighbours"),
                {name: t(key) for name, key in NEIGHBOUR_KEYS.items()},
                pick.neighbours,
                "any",
            )
            _listed(
                "limit",
                t("pick_limit"),
                {"": t("pick_limit_budget"), "none": t("pick_limit_none")},
                "none" if pick.any_budget else "",
                "",
            )
        _forced(scope, "in", pick.forced_in)
        _forced(scope, "out", pick.forced_out)
    return pick


def _number(name: str, pick: Pick, step: float) -> None:
    st.session_state[f"pick-{name}"] = pick.number(name)
    st.number_input(
        t(f"pick_{name}"), 0.0, step=step, format="%.0f", key=f"pick-{name}", on_change=_moved, args=(name,)
    )


def _budget(pick: Pick) -> None:
    """Field in millions of baht, because eight digits are hard to read; the link has baht."""
    st.session_state["pick-budget"] = pick.number("budget") / MILLION
    st.number_input(
        t("pick_budget"), 0.0, step=1.0, format="%.2f", key="pick-budget",
        on_change=lambda: scenarios.set_state(
            "pick", "budget", f"{st.session_state['pick-budget'] * MILLION:.0f}", f"{DEFAULTS['budget']:.0f}"
        ),
    )  # fmt: skip


def _moved(name: str) -> None:
    scenarios.set_state("pick", name, f"{st.session_state[f'pick-{name}']:.0f}", f"{DEFAULTS[name]:.0f}")


def _listed(name: str, words: str, options: dict[str, str], now: str, default: str) -> None:
    st.session_state[f"pick-{name}"] = now
    st.selectbox(
        words, list(options), format_func=options.__getitem__, key=f"pick-{name}",
        on_change=lambda: scenarios.set_state("pick", name, st.session_state[f"pick-{name}"], default),
    )  # fmt: skip


def _forced(scope: Scope, name: str, now: tuple[str, ...]) -> None:
    names = subdistrict_names(scope)
    st.session_state[f"pick-{name}"] = [code for code in now if code in names]
    st.multiselect(
        t(FORCED_KEYS[name]), list(names), format_func=names.__getitem__, key=f"pick-{name}", placeholder=t("choose_subdistrict"),
        on_change=lambda: scenarios.set_state("pick", name, "+".join(st.session_state[f"pick-{name}"])),
    )  # fmt: skip


def selection_finding(choice: Choice, pick: Pick) -> str:
    """Sentence: number of chosen places, their cost, and whether the optimum is proven."""
    known_places = int(choice.areas["is_known"].sum())
    if not known_places:
        return t("finding_selection_unknown", all=whole(len(choice.areas)))
    if choice.status == "infeasible" or "optimum" not in set(choice.summary["way"]):
        return t("finding_selection_none", choose=whole(pick.wish.choose), status=t(STATUS_KEYS[choice.status]))
    row = choice.summary.set_index("way").loc["optimum"]
    money = (
        baht(row["cost_satang"])
        if pick.any_budget
        else t("pick_of_budget", cost=baht(row["cost_satang"]), budget=baht(pick.wish.budget_satang))
    )
    return t(
        "finding_selection",
        chosen=whole(row["places"]),
        known=whole(known_places),
        all=whole(len(choice.areas)),
        money=money,
        status=t(STATUS_KEYS[choice.status]),
    )


def _is_in_force(scope: Scope, choice: Choice, pick: Pick) -> bool:
    """Whether the chosen places are the list of pilots that wall, pack and sheets show."""
    listed, chosen = scenarios.pilots(scope), set(choice.areas.loc[choice.areas["is_chosen"], KEY])
    return chosen == set(listed.codes) if listed else pick == selection_data.read({})


def told(scope: Scope, choice: Choice, pick: Pick) -> dict[str, int | float | None]:
    """Named figures of the list of pilots, by code; none when another list is shown."""
    return figures.counted(choice=choice.areas) if _is_in_force(scope, choice, pick) else {}


def in_force(scope: Scope, choice: Choice, pick: Pick) -> None:
    """Say which list of pilots the wall shows, and whether this page shows another one."""
    listed = scenarios.pilots(scope)
    words = t("pilots_in_force", name=listed.name, places=whole(len(listed.codes))) if listed else t("pilots_not_saved")
    other = "" if _is_in_force(scope, choice, pick) else f" {t('pilots_other')}"
    st.html(f'<p class="kradan-note">{safe(words + other)}</p>')
    if listed:
        page_links.link("strengthening", t("answer_more", view=t("view_strengthening")))


def worth_note(pick: Pick) -> str:
    """Note: what worth and cost mean with the current weights."""
    total = sum(pick.weights.values())
    weights = pick.weights if total else dict.fromkeys(WEIGHTS, 1.0)
    shares = {name: value / sum(weights.values()) * 100 for name, value in weights.items()}
    return t("note_selection", cost=cost_words(pick), **{name: f"{share:.0f}" for name, share in shares.items()})


def reasons(scope: Scope, choice: Choice) -> None:
    """Why the wish cannot be met and what to change; one message per cause, with all its places."""
    if not choice.areas["is_known"].any():
        panels.empty("pick_nothing")
        return
    for code, rows in choice.reasons.groupby("code", sort=False):
        needed = rows["needed"].iloc[0]
        money = code == "select_infeasible_budget"
        st.warning(
            t(
                str(code),
                value=", ".join(_reason(scope, value, money) for value in rows["value"]),
                suggestion="" if pd.isna(needed) else baht(needed) if money else needed,
            )
        )


def _reason(scope: Scope, value: str, money: bool) -> str:
    if money:
        return baht(int(value))
    return district_names(scope).get(value) or subdistrict_names(scope).get(value) or value


def stamp(scope: Scope, method: Method, pick: Pick) -> dict[str, str]:
    """Method, wish and data version, written on every output of the selection."""
    weights = ", ".join(f"{t(f'pick_{name}')} {value:g}" for name, value in pick.weights.items())
    words = f"{weights} · {cost_words(pick)} · {ranking_controls.method_words(method)}"
    return scenarios.stamp(
        method=words, wish=scenarios.packed(as_parts(pick)) or t("pick_defaults"), data=scope.version
    )


def cost_words(pick: Pick) -> str:
    """Cost of a place in words: flat amount or name of the scheme."""
    if pick.cost == FLAT:
        return t("pick_cost_is", cost=baht(round(pick.number("flat") * 100)))
    return t("pick_cost_is", cost=welfare_data.names("scheme", language())[pick.cost])


def beside(scope: Scope, choice: Choice) -> tuple[pd.Series, str]:
    """Choose the set to compare with: the simple rule or a saved one; returns membership per area, and its name."""
    saved = scenarios.names(scope, "selection")
    other = choices.choose(
        "with", t("pick_beside"), ["simple", *saved], lambda code: saved.get(code) or t("select_way_simple")
    )
    if other == "simple":
        return choice.areas["is_simple"], t("select_way_simple")
    picked = set(scenarios.content(scope, "selection", other).get("chosen", []))
    return choice.areas[KEY].isin(picked), saved[other]


def selection_layer(choice: Choice, other: pd.Series, words: str) -> Choropleth:
    """Map: chosen by both, by one, by neither; hatched where worth or cost is unknown, striped where forced."""
    table = choice.areas
    mine, theirs = table["is_chosen"].astype(bool), other.astype(bool)
    classes = pd.Series("o", index=table.index, dtype="object").mask(~table["is_known"], "u")
    classes = classes.mask(mine & theirs, "b").mask(mine & ~theirs, "p").mask(~mine & theirs, "s")
    styles = {
        "b": ClassStyle(QUADRANTS["served"], "pick_both", blanks={"other": words}),
        "p": ClassStyle(QUADRANTS["low_need_supported"], "pick_only_optimum"),
        "s": ClassStyle(QUADRANTS["gap"], "pick_only_other", blanks={"other": words}),
        "o": ClassStyle(QUADRANTS["low_need_none"], "pick_neither"),
        "u": not_known_style("pick_not_known"),
    }
    worth = (table["worth"].astype("Float64") * 100).round(0)
    return Choropleth(styles, table[KEY], classes, worth, "unit_worth", table["forced"].notna(), "pick_forced_mark")


def ways(scope: Scope, choice: Choice, stamped: dict[str, str]) -> None:
    """Table of optimum and simple rule, and the price of each constraint."""
    rows = choice.summary.assign(
        way=[t(WAY_KEYS[name]) for name in choice.summary["way"]],
        keeps=[t("keeps_all") if keeps else t("keeps_not") for keeps in choice.summary["keeps_wishes"]],
        worth=choice.summary["worth"] * SHOWN_WORTH,
    )
    columns = {"way": t("column_way"), "places": t("column_places"), "worth": t("column_worth_sum"),
               "cost_satang": t("column_cost"), "districts_missed": t("column_districts_missed"),
               "keeps": t("column_keeps")}  # fmt: skip
    panels.table(
        rows,
        "selection-ways",
        columns,
        stamp=stamped,
        formats={"cost_satang": baht, "worth": lambda value: f"{value:,.0f}"},
    )
    if len(choice.prices):
        lines = [_price(scope, row) for row in choice.prices.to_dict("records")]
        body = "".join(f"<li>{safe(line)}</li>" for line in lines)
        st.html(f'<div class="kradan-sheet"><b>{safe(t("pick_prices"))}</b><ul>{body}</ul></div>')


def _price(scope: Scope, row: dict) -> str:
    """Sentence: what would change without one constraint, and which places would be chosen instead."""
    wish = t(f"select_constraint_{row['constraint']}")
    if pd.isna(row["price"]):
        return t("pick_price_not_known", wish=wish)
    if not row["instead"]:
        return t("pick_price_nothing", wish=wish)
    names = ", ".join(records.place_words(scope, code) for code in row["instead"][:NAMED])
    more = len(row["instead"]) - NAMED
    return t(
        "pick_price", wish=wish, places=whole(len(row["instead"])), share=f"{row['price_share'] * 100:.1f}",
        money=baht(row["cost_satang_without"]), names=names + (t("pick_and_more", more=more) if more > 0 else ""),
    )  # fmt: skip


def place_list(
    scope: Scope, choice: Choice, candidates: pd.DataFrame, district: str | None, method: Method, stamped: dict[str, str]
) -> None:  # fmt: skip
    """Table of the chosen places and of those that only the simple rule takes."""
    rows = choice.areas.merge(candidates[[KEY, "need", "readiness", "people"]], on=KEY)
    rows = rows[rows["is_chosen"] | rows["is_simple"]].sort_values(["is_chosen", "worth"], ascending=False)
    rows = rows[rows[KEY].str.startswith(district)] if district else rows
    if rows.empty:
        return
    shown = rows.assign(
        place=[records.place_words(scope, code) for code in rows[KEY]],
        optimum=[t("pick_chosen") if chosen else "" for chosen in rows["is_chosen"]],
        simple=[t("pick_chosen") if chosen else "" for chosen in rows["is_simple"]],
        worth=rows["worth"].astype(float) * SHOWN_WORTH,
        need=rows["need"] - ranking_data.centre(method),
        readiness=rows["readiness"] - ranking_data.centre(method),
        forced=["" if pd.isna(way) else t(FORCED_KEYS[way]) for way in rows["forced"]],
    )
    columns = {"place": t("column_place"), "optimum": t("select_way_optimum"), "simple": t("select_way_simple"),
               "worth": t("column_worth"), "cost_satang": t("column_cost"), "need": ranking_controls.score_heading(method, "need"),
               "readiness": ranking_controls.score_heading(method, "strength"), "people": t("column_population"), "forced": t("column_forced"),
               KEY: t("column_code")}  # fmt: skip
    decimals = dict.fromkeys(("need", "readiness"), ranking_controls.score_words(method))
    decimals |= {"worth": lambda value: "–" if pd.isna(value) else f"{float(value):.1f}"}
    panels.table(shown, "selection", columns, stamp=stamped, formats=decimals | {"cost_satang": baht, "people": whole})


def saved(scope: Scope, choice: Choice, pick: Pick) -> None:
    """Save the result by name or use a saved one; a saved result keeps its places when the data change."""
    with st.expander(t("pick_scenarios")):
        scenarios.listed(scope, "selection", _use)
        if choice.status != "infeasible":
            scenarios.save(scope, "selection", lambda: as_content(choice, pick))


def as_content(choice: Choice, pick: Pick) -> dict[str, object]:
    """Content of a saved scenario: wish, chosen places, status, cost."""
    table = choice.areas[choice.areas["is_chosen"]]
    return {
        "pick": scenarios.packed(as_parts(pick)),
        "chosen": list(table[KEY]),
        "status": choice.status,
        "cost_satang": int(table["cost_satang"].sum()),
    }


def as_parts(pick: Pick) -> dict[str, str]:
    """Pick as parts of the link, inverse of :func:`pages.selection.data.read`."""
    others = {"cost": "" if pick.cost == "proposal_2550" else pick.cost,
              "near": "" if pick.neighbours == "any" else pick.neighbours, "in": "+".join(pick.forced_in),
              "out": "+".join(pick.forced_out), "limit": "none" if pick.any_budget else ""}  # fmt: skip
    return dict(pick.numbers) | others


def _use(scope: Scope, key: str) -> None:
    st.session_state["pick"] = str(scenarios.content(scope, "selection", key).get("pick", ""))
    st.session_state["with"] = key


def selection_sources(scope: Scope, fiscal_year: int | None, pick: Pick) -> pd.DataFrame:
    """Source rows of worth and cost."""
    worth = ranking_panels.ranking_sources(scope, fiscal_year)
    if pick.cost == selection_data.FLAT:
        return worth
    funds = welfare_data.fund_records(scope, welfare_data.Choice(pick.cost))
    return pd.concat([worth, funds[worth.columns]])
