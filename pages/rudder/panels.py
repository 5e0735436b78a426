"""Panels of the rudder page: steerable money, moves and their effect, best re-allocation, saved scenarios."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from geo.frames import each_row
from geo.maps.board import ClassStyle
from geo.maps.palette import OUTCOMES
from geo.money.rudder import AND, Board, Move, Outcome, Wish
from pages.components import panels, records
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth, not_known_style
from pages.components.names import subdistrict_names, theme_names
from pages.queries import store as queries
from pages.queries.query import Query
from pages.rudder import data
from pages.rudder.data import KEY
from pages.session.scope import Scope
from pages.session.text import baht, day, percent, safe, t, whole

WHAT_KEYS = {"demand": "rudder_what_demand", "gap": "rudder_what_gap"}
SATANG_PER_MILLION = 100_000_000
STYLES = {
    "c": ClassStyle(OUTCOMES["suspected_duplication"], "rudder_closed"),
    "o": ClassStyle(OUTCOMES["overlapping"], "rudder_opened"),
    "m": ClassStyle(OUTCOMES["complementary"], "rudder_more"),
    "l": ClassStyle(OUTCOMES["not_known"], "rudder_less"),
    "s": ClassStyle(OUTCOMES["single"], "rudder_same"),
}
NOT_FREE_KEYS = {
    "bound_satang": "rudder_bound",
    "restricted_satang": "rudder_restricted",
    "ended_satang": "rudder_ended",
    "unknown_satang": "rudder_unknown",
}
ASKED = {"gaps": "gaps_open", "demands": "demands_open"}


def figures(outcome: Outcome, moves: tuple[Move, ...]) -> None:
    """Effect of the moves: each figure before and after."""
    rows = [
        (t("rudder_moved"), baht(sum(move.satang for move in moves))),
        *((t(f"rudder_{name}"), _pair(*outcome.figures[name], whole)) for name in (*ASKED.values(), "layered")),
        (t("rudder_gini"), _pair(*outcome.figures["gini"], lambda value: t("not_known") if pd.isna(value) else f"{value:.3f}")),
        (t("rudder_pulled"), baht(outcome.pulled_satang)),
        (t("rudder_unmatched"), baht(outcome.unmatched_satang)),
    ]  # fmt: skip
    panels.figures(rows)


def _pair(before: float, after: float, words: Callable[[float], str]) -> str:
    return t("not_known") if pd.isna(before) else f"{words(before)} → {words(after)}"


def layer(scope: Scope, board: Board, outcome: Outcome, moves: tuple[Move, ...]) -> Choropleth:
    """Map of places where a need or demand is newly answered or lost, or that get more or less money."""
    codes = pd.Series(board.people.index)
    before = board.records.groupby(KEY)["amount_satang"].sum().reindex(board.people.index).fillna(0).astype("int64")
    change = (outcome.placed - before).to_numpy()
    nothing = board.records.empty
    classes = pd.Series("v" if nothing else "s", index=codes.index, dtype="object")
    classes = classes.mask(change < 0, "l").mask(change > 0, "m")
    classes = classes.mask(codes.isin(outcome.answered[KEY]), "o").mask(codes.isin(outcome.lost[KEY]), "c")
    return Choropleth(
        STYLES | ({"v": not_known_style("rudder_not_known")} if nothing else {}),
        codes,
        classes,
        pd.Series(change / SATANG_PER_MILLION, index=codes.index).mask(change == 0),
        "rudder_unit_change",
    )


def stream_table(scope: Scope, chosen: Query, on: date) -> None:
    """Table of :func:`pages.rudder.data.parts` with the conditions of each stream."""
    table, names = data.parts(scope, chosen.fiscal_year, on), records.stream_names(scope)
    if table.empty:
        return
    conditions = queries.code_list(scope, "stream").drop_duplicates("code").set_index("code")["condition_th"]
    shown = table.assign(
        stream=[names.get(code, code) if code else t("flow_without_stream_code") for code in table["stream_code"]],
        condition=table["stream_code"].map(conditions),
    )
    columns = {"stream": t("filter_stream"), "amount_satang": t("column_amount"), "steerable_satang": t("rudder_steerable"), "bound_satang": t("rudder_bound"),
               "restricted_satang": t("rudder_restricted"), "ended_satang": t("rudder_ended"), "unknown_satang": t("rudder_unknown"), "condition": t("stream_condition")}  # fmt: skip
    panels.table(shown, "rudder-streams", columns, formats={name: baht for name in columns if name.endswith("_satang")})


def add_move(scope: Scope, board: Board, moves: tuple[Move, ...], chosen: Query) -> None:
    """Form that adds one move, from the streams with steerable money left."""
    names, places, themes = records.stream_names(scope), subdistrict_names(scope), theme_names()
    left = {
        str(code): int(satang) - sum(move.satang for move in moves if move.stream == code)
        for code, satang in board.pools.items()
    }
    left = {code: satang for code, satang in left.items() if satang > 0}
    inside = [code for code in places if code.startswith(chosen.district or "")]
    if left:
        with st.form("rudder-move", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            stream = st.selectbox(
                t("rudder_from"),
                list(left),
                format_func=lambda code: f"{names.get(code, code)} · {baht(left[code])}",
                key="rudder-stream",
            )
            place = st.selectbox(t("rudder_to"), inside, format_func=places.__getitem__, key="rudder-place")
            theme = st.selectbox(t("rudder_for"), list(themes), format_func=themes.__getitem__, key="rudder-theme")
            million = st.number_input(
                t("rudder_million"), 0.0, value=1.0, step=0.1, format="%.3f", key="rudder-million"
            )
            origins = st.multiselect(
                t("rudder_origin"),
                data.origins(board),
                format_func=lambda code: records.place_words(scope, code),
                placeholder=t("rudder_origin_all"),
                key="rudder-origin",
            )
            if st.form_submit_button(t("rudder_add")):
                satang, origin = round(million * SATANG_PER_MILLION), AND.join(sorted(origins))
                take(moves, (Move(str(stream), str(place), str(theme), satang, origin),))


def take_back(moves: tuple[Move, ...]) -> None:
    """Buttons that undo the last move, or all."""
    if moves:
        with st.container(horizontal=True):
            st.button(t("rudder_undo"), key="rudder-undo", on_click=_set, args=(moves[:-1],))
            st.button(t("rudder_clear"), key="rudder-clear", on_click=_set, args=((),))


def _set(moves: tuple[Move, ...]) -> None:
    st.session_state["steer"] = data.written(moves)


def take(moves: tuple[Move, ...], more: tuple[Move, ...]) -> None:
    """Add moves to those of the link and rerun."""
    _set((*moves, *more))
    st.rerun()


def move_table(scope: Scope, moves: tuple[Move, ...], stamped: dict[str, str]) -> None:
    """Table of the moves, in their order."""
    names, themes = records.stream_names(scope), theme_names()
    rows = pd.DataFrame(moves, columns=list(Move._fields))
    shown = rows.assign(
        stream=[names.get(code, code) for code in rows["stream"]], place=[records.place_words(scope, code) for code in rows["place"]],
        theme=[themes.get(code, code) for code in rows["theme"]], origin=[origin_words(scope, origin) for origin in rows["origin"]],
    )  # fmt: skip
    columns = {
        "stream": t("rudder_from"),
        "origin": t("rudder_origin"),
        "place": t("rudder_to"),
        "theme": t("rudder_for"),
        "satang": t("column_amount"),
    }
    panels.table(shown, "rudder-moves", columns, formats={"satang": baht}, stamp=stamped)


def origin_words(scope: Scope, origin: str) -> str:
    """Places that a move takes its money from, in words."""
    return (
        ", ".join(records.place_words(scope, code) for code in origin.split(AND)) if origin else t("rudder_origin_all")
    )


def wish_table(scope: Scope, outcome: Outcome) -> None:
    """Table of needs and demands that the moves answer or lose."""
    themes = theme_names()
    rows = pd.concat([outcome.lost.assign(fate="rudder_closed"), outcome.answered.assign(fate="rudder_opened")])
    if rows.empty:
        panels.empty("rudder_no_wish")
        return
    shown = rows.assign(
        fate=[t(fate) for fate in rows["fate"]], what=[t(WHAT_KEYS[what]) for what in rows["what"]],
        place=[records.place_words(scope, code) for code in rows[KEY]], theme=[themes.get(code, code) for code in rows["theme_code"]],
    )  # fmt: skip
    columns = {
        "fate": t("column_change"),
        "what": t("column_kind"),
        "place": t("column_place"),
        "theme": t("rudder_for"),
        "count": t("rudder_count"),
    }
    panels.table(shown, "rudder-wishes", columns)


def best_way(scope: Scope, chosen: Query, on: date) -> None:
    """Form for a wish, the best re-allocation for it, and a button that takes it over as moves."""
    with st.expander(t("rudder_best"), key="fold-rudder-best"):
        with st.form("rudder-best", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            package = st.number_input(
                t("rudder_package"), 1.0, value=100.0, step=10.0, format="%.0f", key="best-package"
            )
            per_head = st.number_input(t("rudder_per_head"), 0.0, value=0.0, step=5.0, format="%.2f", key="best-head")
            reserve = st.number_input(
                t("rudder_reserve"), 0.0, 90.0, value=5.0, step=5.0, format="%.0f", key="best-reserve"
            )
            district = st.number_input(t("rudder_per_district"), 0, value=1, key="best-district")
            place = st.number_input(t("rudder_per_place"), 1, value=2, key="best-place")
            sent = st.form_submit_button(t("rudder_solve"))
        if sent:
            st.session_state["_rudder_wish"] = Wish(
                round(package * 100_000), round(per_head * 100), reserve / 100, int(district), int(place)
            )
        wish = st.session_state.get("_rudder_wish")
        if not isinstance(wish, Wish):
            return
        proposal = data.proposed(scope, chosen.fiscal_year, on, wish)
        moved = sum(move.satang for move in proposal.moves)
        places = len({move.place for move in proposal.moves})
        st.html(
            f"<p>{safe(t(f'rudder_best_{proposal.status}', openings=whole(proposal.openings), places=whole(places), satang=baht(moved), seconds=f'{proposal.seconds:.1f}'))}</p>"
        )
        if proposal.moves and st.button(t("rudder_take"), key="rudder-take"):
            take((), tuple(proposal.moves))


def keep(scope: Scope, chosen: Query, on: date, moves: tuple[Move, ...]) -> None:
    """Save the moves by name or use saved ones; the newest is shown on the meeting wall."""
    with st.expander(t("rudder_scenarios"), key="fold-rudder-scenarios"):
        scenarios.note([t("rudder_wall")])
        scenarios.save(
            scope, "rudder", lambda: {"moves": data.written(moves), "day": on.isoformat(), "year": chosen.fiscal_year}
        )
        scenarios.listed(scope, "rudder", _use)


def _use(scope: Scope, key: str) -> None:
    content = scenarios.content(scope, "rudder", key)
    st.session_state["steer"], st.session_state["steerday"] = str(content.get("moves", "")), str(content.get("day", ""))


def moved_words(moves: tuple[Move, ...], outcome: Outcome) -> str:
    """Sentence on the effect of the moves."""
    fewer = {blank: outcome.figures[name][0] - outcome.figures[name][1] for blank, name in ASKED.items()}
    satang = sum(move.satang for move in moves)
    return t("finding_rudder_moved", satang=baht(satang), pulled=baht(outcome.pulled_satang), **{blank: whole(number) for blank, number in fewer.items()})  # fmt: skip


def stamp(scope: Scope, on: date) -> dict[str, str]:
    """Day and data version, written on every download of the page."""
    return scenarios.stamp(method=t("rudder_asked_on", day=day(on)), data=scope.version)


def finding(scope: Scope, parts: pd.DataFrame, on: date) -> str:
    """Sentence: steerable money on a day; not known when no record states an amount."""
    steerable, total = int(parts["steerable_satang"].sum()), int(parts["amount_satang"].sum())
    if not total:
        return t("finding_rudder_unknown")
    if not steerable:
        return t("finding_rudder_none", day=day(on), total=baht(total))
    share, streams = percent(steerable / total), first_streams(scope, parts)
    return t("finding_rudder", satang=baht(steerable), share=share, day=day(on), streams=streams)


def note(parts: pd.DataFrame) -> str:
    """Note: what counts as steerable, and the baht of each part that does not."""
    sums = {key: int(parts[column].sum()) for column, key in NOT_FREE_KEYS.items()}
    rest = " · ".join(f"{t(key)} {baht(satang)}" for key, satang in sums.items() if satang)
    return f"{t('rudder_how')} {t('rudder_rest', parts=rest)}" if rest else t("rudder_how")


def sources(scope: Scope, board: Board, chosen: Query) -> None:
    """List of the source records."""
    panels.sources(scope, board.records, chosen)


def first_streams(scope: Scope, parts: pd.DataFrame) -> str:
    """Names of the three streams with most steerable money."""
    names = records.stream_names(scope)
    some = parts[parts["steerable_satang"] > 0].head(3)
    return ", ".join(names.get(row.stream_code, row.stream_code) for row in each_row(some))
