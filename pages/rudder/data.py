"""Moves of money in a link, the data they are evaluated on, and their outcome; the same link gives the same answer."""

from __future__ import annotations

from datetime import date

import pandas as pd

from geo.frames import each_row
from geo.matching_funds.rules import FundError
from geo.money.rudder import AND, Best, Board, Move, Outcome, Wish, apply, best, steerable
from loaders import codes
from pages.components import saved_scenarios as scenarios
from pages.queries import coverage, gaps, money
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope
from pages.welfare import data as welfare_data

KEY = "subdistrict_code"
SCHEME = welfare_data.Choice("proposal_2550")  # scheme whose payers match the moved money
ASKED = ["what", KEY, "theme_code", "count", "is_met"]
BETWEEN, APART = "~", "+"


def read(text: str) -> tuple[Move, ...]:
    """Parse the moves of a link; invalid parts are dropped, since anyone can type a link."""
    moves = []
    for part in str(text or "").replace(" ", APART).split(APART):  # "+" in a query string may arrive as a space
        pieces = part.split(BETWEEN)
        if len(pieces) in (4, 5) and all(pieces) and pieces[3].isascii() and pieces[3].isdigit():
            stream, place, theme, satang, *origin = pieces
            moves.append(Move(stream, place, theme, int(satang), *origin[:1]))
    return tuple(moves)


def written(moves: tuple[Move, ...]) -> str:
    """Moves in the format of :func:`read`."""
    return APART.join(BETWEEN.join(str(piece) for piece in move if piece != "") for move in moves)


def usual_day(scope: Scope, chosen: Query) -> date:
    """Newest "as of" day of the active files up to :func:`pages.queries.money.asked_on`; that day if there is none."""
    last = money.asked_on(chosen)
    loaded = queries.batches(scope)
    stated = pd.to_datetime(loaded.loc[loaded["is_active"].astype(bool), "as_of"]).dropna()
    within = stated[stated <= pd.Timestamp(last)]
    return within.max().date() if len(within) else last


@cached(8)
def board(scope: Scope, fiscal_year: int | None, day: date) -> Board:
    """Data that moves are evaluated on: records of the year, gaps of every need, plan demands, matching money."""
    query = Query(fiscal_year)
    listed = queries.code_list(scope, "stream").drop_duplicates("code").set_index("code")
    tied = {str(code): None if pd.isna(value) else bool(value) for code, value in listed["is_restricted"].items()}
    records = coverage.records(scope, query)
    areas = queries.areas(scope, fiscal_year).set_index(KEY)
    owners = {str(code): str(owner) for code, owner in listed["owner"].dropna().items()}
    return Board(
        steerable(records, tied, day), areas["population"].fillna(0).astype("int64"), _asked(scope, query), _matching(scope, records, owners), owners
    )  # fmt: skip


def _asked(scope: Scope, query: Query) -> pd.DataFrame:
    """Gaps and plan demands with their number, by whether they are met; unknown ones are left out."""
    parts = []
    present = set(gaps.needs(scope)["indicator_code"])
    for entry in codes.indicators():
        theme = entry.get("theme")
        if entry["direction"] == "need" and entry["code"] in present and theme:
            table = gaps.gaps(scope, query, entry["code"])
            judged = table[table["quadrant"].isin(["gap", "served"])]
            parts.append(
                judged[[KEY]].assign(what="gap", theme_code=theme, count=1, is_met=judged["quadrant"].eq("served"))
            )
    demands = gaps.plan_demands(scope, query)
    unmet = demands[demands["unmet"].gt(0) & demands["status"].ne("unknown")]
    parts.append(unmet[[KEY, "theme_code"]].assign(what="demand", count=unmet["unmet"], is_met=False))
    met = demands[demands["met"].gt(0)]
    parts.append(met[[KEY, "theme_code"]].assign(what="demand", count=met["met"], is_met=True))
    table = pd.concat(parts, ignore_index=True)
    grouped = table.groupby(["what", KEY, "theme_code", "is_met"], as_index=False)["count"].sum()
    return grouped[ASKED]


def _matching(scope: Scope, records: pd.DataFrame, owners: dict[str, str]) -> pd.DataFrame:
    """Satang that each payer of the scheme is known to have to add still, by place and theme its money is tied to."""
    columns = [KEY, "theme_code", "payer", "open_satang"]
    welfare_data.scheme_of(SCHEME)  # an unusable rule file is refused here: without its rules the money is not 0
    try:
        lines = welfare_data.money(scope, SCHEME).lines
    except FundError:
        return pd.DataFrame(columns=columns)
    lines = lines[lines["restricted_to"].notna() & lines["amount_satang"].notna() & lines["gate_status"].ne("not_met")]
    payer = records["stream_code"].map(owners).fillna(records["agency_code"])
    groups = records.assign(payer=payer, given=records["amount_satang"].astype("Int64")).groupby(
        [KEY, "theme_code", "payer"]
    )
    amounts = groups["given"].sum(min_count=1).to_frame().assign(has_given=True).reset_index()
    table = lines.rename(columns={"restricted_to": "theme_code"}).merge(
        amounts, on=[KEY, "theme_code", "payer"], how="left"
    )
    given = table["given"].astype("Int64").mask(table["has_given"].isna(), 0)  # NA: it gave, nobody says how much
    table["open_satang"] = (table["amount_satang"].astype("Int64") - given).clip(lower=0)
    return table.loc[table["open_satang"].gt(0).fillna(False), columns].reset_index(drop=True)


def origins(board: Board, moves: tuple[Move, ...] = ()) -> list[str]:
    """Sorted codes of districts and subdistricts with steerable money, and of the origins in ``moves``."""
    free = board.records[board.records["steerable_satang"] > 0]
    held = [*free[KEY].dropna(), *free["district_code"].dropna()]
    return sorted({str(code) for code in held} | {code for move in moves for code in move.origin.split(AND) if code})


@cached(32)
def outcome(scope: Scope, fiscal_year: int | None, day: date, moves: tuple[Move, ...]) -> Outcome:
    """Outcome of the moves; raises ``RudderError`` when they cannot be made."""
    return apply(board(scope, fiscal_year, day), moves)


@cached(16)
def proposed(scope: Scope, fiscal_year: int | None, day: date, wish: Wish) -> Best:
    """Best re-allocation for a wish (:func:`geo.money.rudder.best`)."""
    districts = queries.areas(scope, fiscal_year).set_index(KEY)["district_code"]
    return best(board(scope, fiscal_year, day), wish, districts)


def parts(scope: Scope, fiscal_year: int | None, day: date) -> pd.DataFrame:
    """One row per stream, most steerable first: ``amount_satang`` and the five parts that add up to it."""
    records = board(scope, fiscal_year, day).records
    names = [
        name
        for name in records
        if name
        in ("amount_satang", "bound_satang", "restricted_satang", "ended_satang", "unknown_satang", "steerable_satang")
    ]
    streams = records["stream_code"].fillna("")
    table = records[names].astype("int64").groupby(streams).sum()
    return table.sort_values(["steerable_satang", "amount_satang"], ascending=False).reset_index()


def saved(scope: Scope) -> tuple[str, date, int | None, tuple[Move, ...]] | None:
    """Newest saved scenario with a valid day: name, day, fiscal year, moves; None without one."""
    table = scenarios.kept(scope, "rudder")
    for row in each_row(table):
        moves = read(str(row.content.get("moves", "")))
        try:
            day = date.fromisoformat(str(row.content.get("day", "")))
        except ValueError:
            continue
        year = row.content.get("year")
        return str(row.name), day, int(year) if year else None, moves
    return None
