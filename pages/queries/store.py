"""The only access of pages to the store: every frame on a page is read here, cached by data version.

Frames are shared between sessions: never change them in place.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple, TypeVar

import pandas as pd
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from geo.periods import years_of
from loaders import reference, setup, store, tracker
from loaders.areas import facts as province_facts
from loaders.areas import register as areas_register
from loaders.decisions import Basis, scenarios, words, year_shares
from loaders.decisions import clearings as cleared_pairs
from loaders.decisions import dues as expected
from loaders.imports import duplicates, speaks_for
from loaders.imports import near_repeats as near
from loaders.imports.review import queries as review_queries
from loaders.imports.review.may_be import read_may_be
from loaders.replies import tokens
from loaders.store import code_lists, tables, users
from loaders.store.privacy import PUBLIC, Viewer
from loaders.store.shared import nation as shared_nation
from pages.session import sign_in, url_state
from pages.session.cache import cached
from pages.session.scope import Scope

Written = TypeVar("Written")
_words_of: dict[str, str] = {}  # data version whose edited code lists are applied over the shipped ones
POPULATION_YEARS = reference.POPULATION_YEARS


@cached(1)
def engine() -> Engine:
    """The process's one engine."""
    return store.open_store()


def viewer() -> Viewer:
    """The session's viewer (role, agency), read on every run: a revoked account becomes the public at once."""
    if not sign_in.has_sign_in():
        return sign_in.ALONE
    with store.reading(engine()) as connection:
        return users.viewer_of(connection, sign_in.name())


def is_team_member(subject: str | None) -> bool:
    """Whether this sign-in name is of the data team; without sign-in the person at this machine is."""
    if subject is None:
        return sign_in.may_be_alone()
    with store.reading(engine()) as connection:
        return users.viewer_of(connection, subject).is_team


def viewer_of_token(token: str) -> Viewer | None:
    """The viewer whom a program's token stands for; ``None`` for an invalid token."""
    with store.reading(engine()) as connection:
        return tokens.viewer_of(connection, token)


def why_not_ready() -> str | None:
    """Code of the reason why the store does not answer; ``None`` when it does."""
    try:
        with store.reading(engine()) as connection:
            store.data_version(connection)
    except store.StoreUnavailable as stop:
        return stop.code
    except SQLAlchemyError:
        return "store_failed"
    return None


@contextmanager
def reading(seen: Viewer | None = None) -> Generator[Connection]:
    """A consistent snapshot of the store, bound to a viewer (by default this session's)."""
    with store.reading(engine(), seen or viewer()) as connection:
        yield connection


def current_scope(province: str | None = None, seen: Viewer | None = None) -> Scope:
    """The scope of this moment: data version, province (by default the chosen one), viewer.

    Applies the code lists edited in the store when the data version has changed.
    """
    seen = seen or viewer()
    with store.reading(engine()) as connection:
        version = store.data_version(connection) + shared_nation.mark_of(connection)
        if _words_of.get("version") != version:
            code_lists.lay_over(connection)
            _words_of["version"] = version
    return Scope(version, province or url_state.province(), seen)


def basis(scope: Scope) -> Basis:
    """Data version and province, stored with a decision."""
    return Basis(scope.version, scope.province)


@contextmanager
def writing() -> Generator[Connection]:
    """A write transaction, signed with the sign-in name; raises ``Refused`` unless the viewer is of the data team."""
    sign_in.team_only(viewer())
    with store.writing(engine(), signer=sign_in.name()) as connection:
        yield connection


@cached(4)
def support(scope: Scope) -> pd.DataFrame:
    """All support records of the province, one row each."""
    with reading(scope.viewer) as connection:
        rows = store.read_support(connection, scope.province, viewer=scope.viewer, at=scope.at)
    return _of_province(scope, rows)


def _of_province(scope: Scope, rows: pd.DataFrame) -> pd.DataFrame:
    """Drop rows without a province that were loaded for another one: a national file is loaded once per province."""
    if "province_code" not in rows:
        return rows
    ours = rows["province_code"].notna() | rows["batch_id"].isin(batches(scope)["id"])
    return rows if bool(ours.all()) else rows[ours].reset_index(drop=True)


@cached(32)
def register(scope: Scope, name: str) -> pd.DataFrame:
    """Any other register of the province, with base and file of every row."""
    with reading(scope.viewer) as connection:
        rows = store.read_register(connection, name, scope.province, viewer=scope.viewer, at=scope.at)
    return _of_province(scope, rows)


def role_holders(scope: Scope) -> pd.DataFrame:
    """People by role; without sign-in one sees which roles are filled, not the names."""
    return _role_holders(who_sees_people(scope))


def who_sees_people(scope: Scope) -> Scope:
    """The scope to read registers with names of people in: the public's unless this board has sign-in.

    With sign-in the scope's own viewer decides what is masked.
    """
    return scope if sign_in.has_sign_in() else replace(scope, viewer=PUBLIC)


@cached(4)
def _role_holders(scope: Scope) -> pd.DataFrame:
    with reading(scope.viewer) as connection:
        return store.read_register(connection, "role_holder", scope.province, viewer=scope.viewer)


@cached(32)
def dues(scope: Scope, name: str | None = None) -> pd.DataFrame:
    """Expected reports of the province, of one register or all; a row with ``is_asked`` False owes nothing."""
    with reading(scope.viewer) as connection:
        return expected.read_dues(connection, name, scope.province, viewer=scope.viewer)


@cached(32)
def reports(scope: Scope, name: str = "support") -> pd.DataFrame:
    """Given reports: which base reported which area of the province and which year."""
    with reading(scope.viewer) as connection:
        rows = store.read_reports(connection, name, viewer=scope.viewer, at=scope.at)
    return rows[rows["area_code"].str.startswith(scope.province).fillna(False)].reset_index(drop=True)


@cached(32)
def may_be(scope: Scope, name: str = "support") -> pd.DataFrame:
    """Rows of a register that wait for review: one row per place of the province that each may be about."""
    with reading(scope.viewer) as connection:
        return read_may_be(connection, name, scope.province, viewer=scope.viewer, at=scope.at)


@cached(4)
def scopes(scope: Scope) -> dict[int, list[dict]]:
    """What each batch speaks for, by batch number."""
    with reading(scope.viewer) as connection:
        return speaks_for.read_scopes(connection, viewer=scope.viewer)


@cached(4)
def batches(scope: Scope) -> pd.DataFrame:
    """Batches loaded for the province, newest first, withdrawn ones included."""
    every, province = all_batches(scope), scope.province
    ours = pd.Series([province in codes.split(",") for codes in every["provinces"]], index=every.index, dtype=bool)
    return every[ours].reset_index(drop=True)


@cached(4)
def all_batches(scope: Scope) -> pd.DataFrame:
    """Batches of all provinces, newest first, withdrawn ones included."""
    with reading(scope.viewer) as connection:
        return store.read_batches(connection, viewer=scope.viewer)


@cached(32)
def has_demo(scope: Scope) -> bool:
    """Whether an active batch of the province is demo data."""
    loaded = batches(scope)
    return bool((loaded["is_active"].astype(bool) & loaded["is_demo"].astype(bool)).any())


@cached(4)
def data_sets(scope: Scope) -> pd.DataFrame:
    """Data sets that can be shared: each ``base`` and ``register`` with rows of the province."""
    pairs = [(base, name) for name in tables.REGISTERS for base in sorted(set(register(scope, name)["base"].dropna()))]
    return pd.DataFrame(pairs, columns=["base", "register"])


@cached(4)
def quarantined(scope: Scope) -> pd.DataFrame:
    """Quarantined rows of active batches of the province."""
    with reading(scope.viewer) as connection:
        rows = store.read_table(connection, tables.quarantine, viewer=scope.viewer)
    active = batches(scope).query("is_active")[["id", "base", "file_name"]].rename(columns={"id": "batch_id"})
    return rows.merge(active, on="batch_id")


@cached(8)
def resting_on(scope: Scope, batch: int) -> list[dict]:
    """Files that left out lines because this batch already has them; data team only."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        return duplicates.resting_on(connection, batch)


@cached(2)
def waiting(scope: Scope) -> pd.DataFrame:
    """Waiting rows of the province re-read today, with the open question of each and what is alike; data team only."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        rows = review_queries.waiting(connection, scope.province)
    return rows[rows["batch_id"].isin(batches(scope)["id"])].reset_index(drop=True)


@cached(2)
def near_repeats(scope: Scope) -> list[near.Pair]:
    """Undecided pairs of supports in use that may be the same money; data team only."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        return near.waiting(connection, scope.province)


@cached(2)
def over_years(scope: Scope) -> pd.DataFrame:
    """Records with money that run over several fiscal years, those without a stated share first; data team only."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        return year_shares.over_years(connection, scope.province, viewer=scope.viewer)


@cached(2)
def row_decisions(scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decisions on single rows, and aliases of places that nothing uses; data team only."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        taken, unused = review_queries.decisions(connection), review_queries.unused_aliases(connection)
    return taken[taken["batch_id"].isin(batches(scope)["id"])].reset_index(drop=True), unused


@cached(4)
def code_list(scope: Scope, name: str) -> pd.DataFrame:
    """A code list of the store (``agency``, ``stream``) as a frame."""
    with reading(scope.viewer) as connection:
        return store.read_table(connection, tables.metadata.tables[name], viewer=scope.viewer)


def population_year(fiscal_year: int | None) -> int:
    """The register year whose population is used for a fiscal year: the latest not after it, else the first."""
    past = [year for year in POPULATION_YEARS if fiscal_year is None or year <= fiscal_year]
    return past[-1] if past else POPULATION_YEARS[0]


class Places(NamedTuple):
    """The areas of a province in a fiscal year; equal for all data versions and viewers."""

    areas: pd.DataFrame  # subdistricts with population and households of the year's register
    villages: pd.DataFrame  # those that existed by the end of the year
    local_governments: pd.DataFrame


@cached(64)
def places(scope: Scope, fiscal_year: int | None) -> Places:
    """The areas of the province; the frames are shared between scopes."""
    return _places(scope.province, fiscal_year)


@cached(64)
def _places(province: str, fiscal_year: int | None) -> Places:
    table, year = province_facts.subdistricts(province), population_year(fiscal_year)
    villages = province_facts.villages(province)
    if fiscal_year is not None:
        created = pd.to_datetime(villages["created"], errors="coerce")
        villages = villages[created.isna() | (created < pd.Timestamp(fiscal_year, 10, 1))]
    return Places(
        table.assign(population=table[f"population_{year}"], households=table[f"households_{year}"]),
        villages,
        province_facts.local_governments(province),
    )


def areas(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """Subdistricts of the province, with population and households of the year's register."""
    return places(scope, fiscal_year).areas


def adjacency(scope: Scope) -> pd.DataFrame:
    """Neighbouring pairs of subdistricts of the province."""
    return _adjacency(scope.province)


@cached(8)
def _adjacency(province: str) -> pd.DataFrame:
    return province_facts.adjacency(province)


@cached(4)
def completeness(scope: Scope) -> pd.DataFrame:
    """Completeness of each register of places over all years (``tracker.Completeness``), ``records``, ``unplaced``."""
    rows, seen = [], scope.viewer
    with reading(scope.viewer) as connection:
        for name, table in tables.REGISTERS.items():
            if "subdistrict_code" in table.c:
                counted = tracker.completeness(connection, name, scope.province, viewer=seen)
                mine = support(scope) if name == "support" else register(scope, name)
                more = {"register": name, "records": len(mine), "unplaced": int(mine["area_code"].isna().sum())}
                unknown = (
                    {} if counted.total else dict.fromkeys(("reported", "total", "share"))
                )  # without an area register the total is unknown
                rows.append(more | counted._asdict() | unknown)
    return pd.DataFrame(rows).astype({"reported": "Int64", "total": "Int64", "share": float})


@cached(2)
def area_register(scope: Scope) -> pd.DataFrame:
    """Every period of every area of the province; dates are ``datetime.date`` or ``None``."""
    with reading(scope.viewer) as connection:
        periods = areas_register.read_areas(connection)
    periods = periods[periods["code"].str.startswith(scope.province)].reset_index(drop=True)
    return periods if len(periods) else areas_register.of_province(scope.province)


@cached(4)
def placed_records(scope: Scope) -> pd.DataFrame:
    """Place of every record: ``register``, ``subdistrict_code``, ``district_code``, ``amount_satang`` (of support)."""
    frames = []
    for name, table in tables.REGISTERS.items():
        if "subdistrict_code" in table.c:
            frame = support(scope) if name == "support" else register(scope, name)
            money = frame["amount_satang"] if name == "support" else pd.Series(pd.NA, index=frame.index, dtype="Int64")
            frames.append(frame[["subdistrict_code", "district_code"]].assign(register=name, amount_satang=money))
    return pd.concat(frames, ignore_index=True)


@cached(32)
def years(scope: Scope) -> list[int]:
    """Fiscal years of the support records (stated, run in, or with money), latest first."""
    return sorted(years_of(support(scope)), reverse=True)


@cached(32)
def usual_year(scope: Scope) -> int | None:
    """The fiscal year with most records, shown when no year is chosen; ``None`` without dated records."""
    named = support(scope)["fiscal_year"].dropna()
    return int(named.mode().iloc[0]) if len(named) else None


@cached(4)
def clearings(scope: Scope) -> pd.DataFrame:
    """Explanations of flagged pairs with the rows they concern; no ``support_a`` when the file is withdrawn."""
    with reading(scope.viewer) as connection:
        return cleared_pairs.read_clearings(connection, viewer=scope.viewer)


def delete_demo(who: str) -> dict:
    """Delete the demo data for good, keeping a backup; data team only."""
    sign_in.team_only(viewer())
    return setup.delete_demo(engine(), who)


def word_list(name: str) -> list[dict]:
    """Every entry of a code list, merged and retired ones too; data team only."""
    sign_in.team_only(viewer())
    with reading() as connection:
        return words.listed(connection, name)


def clear_pair(support_a: int, support_b: int, reason: str, who: str) -> None:
    """Explain a flagged pair; raises ``Refused`` with what is missing."""
    with writing() as connection:
        cleared_pairs.clear_pair(connection, support_a, support_b, reason, who)


def undo_clearing(key: int, who: str) -> None:
    """Undo an explanation."""
    with writing() as connection:
        cleared_pairs.undo(connection, key, who)


def decisions(scope: Scope, name: str, *, removed: bool = False) -> pd.DataFrame:
    """Standing rows of ``scenario``, ``override``, ``team`` or ``project``; not cached: no data version covers them.

    With ``removed`` also those taken back; with ``scope.at`` those that stood at that moment. Only the data team sees
    who decided.
    """
    with reading(scope.viewer) as connection:
        if scope.at is None:
            return scenarios.read(connection, name, scope.province, viewer=scope.viewer, removed=removed)
        every = scenarios.read(connection, name, scope.province, viewer=scope.viewer, removed=True)
    stood = every["decided_at"].le(scope.at.moment) & ~every["removed_at"].le(scope.at.moment).fillna(False)
    return every[stood.astype(bool)].reset_index(drop=True)


def decide(write: Callable[[Connection], Written]) -> Written:
    """Run one write of a decision; raises ``Refused`` with what is missing."""
    with writing() as connection:
        return write(connection)
