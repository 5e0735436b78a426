"""The only door to the store: every frame a page sees comes from here, cached by data version.

Frames are shared between sessions and must not be changed in place; ``geo`` never does.
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
_words_of: dict[str, str] = {}  # the data version whose words lie over the shipped lists
POPULATION_YEARS = reference.POPULATION_YEARS


@cached(1)
def engine() -> Engine:
    """One engine for the process."""
    return store.open_store()


def viewer() -> Viewer:
    """Who looks, with role and agency, read on every run: a revoked account is the public again at once."""
    if not sign_in.has_sign_in():
        return sign_in.ALONE
    with store.reading(engine()) as connection:
        return users.viewer_of(connection, sign_in.name())


def is_team_member(subject: str | None) -> bool:
    """Whether this sign-in name is of the data team now; without a provider one person at this machine is."""
    if subject is None:
        return sign_in.may_be_alone()
    with store.reading(engine()) as connection:
        return users.viewer_of(connection, subject).is_team


def viewer_of_token(token: str) -> Viewer | None:
    """Whom a token of another program speaks for now; ``None`` for one that is none."""
    with store.reading(engine()) as connection:
        return tokens.viewer_of(connection, token)


def why_not_ready() -> str | None:
    """The code of what keeps the store from answering; ``None`` when it answers."""
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
    """One consistent view of the store, bound to who looks (else: to this session's viewer); nothing else in pages opens it."""
    with store.reading(engine(), seen or viewer()) as connection:
        yield connection


def current_scope(province: str | None = None, seen: Viewer | None = None) -> Scope:
    """The data version now, the province chosen (or the one asked for), who looks; made once per run."""
    seen = seen or viewer()
    with store.reading(engine()) as connection:
        version = store.data_version(connection) + shared_nation.mark_of(connection)
        if _words_of.get("version") != version:
            code_lists.lay_over(connection)
            _words_of["version"] = version
    return Scope(version, province or url_state.province(), seen)


def basis(scope: Scope) -> Basis:
    """What a decision taken now stands on."""
    return Basis(scope.version, scope.province)


@contextmanager
def writing() -> Generator[Connection]:
    """A write by the person at this session, signed by the sign-in name; refused unless this is the data team."""
    sign_in.team_only(viewer())
    with store.writing(engine(), signer=sign_in.name()) as connection:
        yield connection


@cached(4)
def support(scope: Scope) -> pd.DataFrame:
    """All support records of the province."""
    with reading(scope.viewer) as connection:
        rows = store.read_support(connection, scope.province, viewer=scope.viewer, at=scope.at)
    return _of_province(scope, rows)


def _of_province(scope: Scope, rows: pd.DataFrame) -> pd.DataFrame:
    """Without rows that name no province and were loaded for another one: a national file is loaded once for each."""
    if "province_code" not in rows:
        return rows
    ours = rows["province_code"].notna() | rows["batch_id"].isin(batches(scope)["id"])
    return rows if bool(ours.all()) else rows[ours].reset_index(drop=True)


@cached(32)
def register(scope: Scope, name: str) -> pd.DataFrame:
    """Another register of the province, with base and file of every row."""
    with reading(scope.viewer) as connection:
        rows = store.read_register(connection, name, scope.province, viewer=scope.viewer, at=scope.at)
    return _of_province(scope, rows)


def role_holders(scope: Scope) -> pd.DataFrame:
    """People by role as this person may see them: a visitor without sign-in sees which roles are filled, not by whom."""
    return _role_holders(who_sees_people(scope))


def who_sees_people(scope: Scope) -> Scope:
    """The scope that registers with names of people are read in: names are for who signed in."""
    return scope if sign_in.has_sign_in() else replace(scope, viewer=PUBLIC)


@cached(4)
def _role_holders(scope: Scope) -> pd.DataFrame:
    with reading(scope.viewer) as connection:
        return store.read_register(connection, "role_holder", scope.province, viewer=scope.viewer)


@cached(32)
def dues(scope: Scope, name: str | None = None) -> pd.DataFrame:
    """Whose report about the province is listed, of a register or of all; ``is_asked`` False owes nothing."""
    with reading(scope.viewer) as connection:
        return expected.read_dues(connection, name, scope.province, viewer=scope.viewer)


@cached(32)
def reports(scope: Scope, name: str = "support") -> pd.DataFrame:
    """Which base spoke for which area of the province and year, as somebody stated it."""
    with reading(scope.viewer) as connection:
        rows = store.read_reports(connection, name, viewer=scope.viewer, at=scope.at)
    return rows[rows["area_code"].str.startswith(scope.province).fillna(False)].reset_index(drop=True)


@cached(32)
def may_be(scope: Scope, name: str = "support") -> pd.DataFrame:
    """Rows of a register that wait, once for every place of the province that each may be about."""
    with reading(scope.viewer) as connection:
        return read_may_be(connection, name, scope.province, viewer=scope.viewer, at=scope.at)


@cached(4)
def scopes(scope: Scope) -> dict[int, list[dict]]:
    """What every batch speaks for, by its number."""
    with reading(scope.viewer) as connection:
        return speaks_for.read_scopes(connection, viewer=scope.viewer)


@cached(4)
def batches(scope: Scope) -> pd.DataFrame:
    """The batches that were loaded for the province, newest first."""
    every, province = all_batches(scope), scope.province
    ours = pd.Series([province in codes.split(",") for codes in every["provinces"]], index=every.index, dtype=bool)
    return every[ours].reset_index(drop=True)


@cached(4)
def all_batches(scope: Scope) -> pd.DataFrame:
    """Batches of every province in the store, newest first."""
    with reading(scope.viewer) as connection:
        return store.read_batches(connection, viewer=scope.viewer)


@cached(32)
def has_demo(scope: Scope) -> bool:
    """Whether invented data stand on the board."""
    loaded = batches(scope)
    return bool((loaded["is_active"].astype(bool) & loaded["is_demo"].astype(bool)).any())


@cached(4)
def data_sets(scope: Scope) -> pd.DataFrame:
    """What may be shared: every ``base`` and ``register`` with rows in the store."""
    pairs = [(base, name) for name in tables.REGISTERS for base in sorted(set(register(scope, name)["base"].dropna()))]
    return pd.DataFrame(pairs, columns=["base", "register"])


@cached(4)
def quarantined(scope: Scope) -> pd.DataFrame:
    """Rows of active batches that wait for a person."""
    with reading(scope.viewer) as connection:
        rows = store.read_table(connection, tables.quarantine, viewer=scope.viewer)
    active = batches(scope).query("is_active")[["id", "base", "file_name"]].rename(columns={"id": "batch_id"})
    return rows.merge(active, on="batch_id")


@cached(8)
def resting_on(scope: Scope, batch: int) -> list[dict]:
    """Files that left lines out because this batch has them."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        return duplicates.resting_on(connection, batch)


@cached(2)
def waiting(scope: Scope) -> pd.DataFrame:
    """The same rows as they read now: what a person has to say about each, and which are alike."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        rows = review_queries.waiting(connection, scope.province)
    return rows[rows["batch_id"].isin(batches(scope)["id"])].reset_index(drop=True)


@cached(2)
def near_repeats(scope: Scope) -> list[near.Pair]:
    """Pairs of supports in use that may be the same money, which nobody has decided yet."""
    sign_in.team_only(scope.viewer)
    with reading() as connection:
        return near.waiting(connection, scope.province)


@cached(2)
def over_years(scope: Scope) -> pd.DataFrame:
    """Records with money that run in several fiscal years, those whose share nobody stated first."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        return year_shares.over_years(connection, scope.province, viewer=scope.viewer)


@cached(2)
def row_decisions(scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decisions about single rows, and decided places that nothing uses."""
    sign_in.team_only(scope.viewer)
    with reading(scope.viewer) as connection:
        taken, unused = review_queries.decisions(connection), review_queries.unused_aliases(connection)
    return taken[taken["batch_id"].isin(batches(scope)["id"])].reset_index(drop=True), unused


@cached(4)
def code_list(scope: Scope, name: str) -> pd.DataFrame:
    """Agencies or streams as the store knows them."""
    with reading(scope.viewer) as connection:
        return store.read_table(connection, tables.metadata.tables[name], viewer=scope.viewer)


def population_year(fiscal_year: int | None) -> int:
    """The register year whose population stands for a fiscal year: the latest not after it, else the first."""
    past = [year for year in POPULATION_YEARS if fiscal_year is None or year <= fiscal_year]
    return past[-1] if past else POPULATION_YEARS[0]


class Places(NamedTuple):
    """What is known of the areas of a province in a fiscal year, independent of data and viewer."""

    areas: pd.DataFrame  # subdistricts with population and households of the year's register
    villages: pd.DataFrame  # those that existed by the end of the year
    local_governments: pd.DataFrame


@cached(64)
def places(scope: Scope, fiscal_year: int | None) -> Places:
    """The areas of the province; their frames are shared between scopes."""
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
    """The subdistricts of the province with population and households of the year's register."""
    return places(scope, fiscal_year).areas


def adjacency(scope: Scope) -> pd.DataFrame:
    """Neighbouring pairs of subdistricts of the province."""
    return _adjacency(scope.province)


@cached(8)
def _adjacency(province: str) -> pd.DataFrame:
    return province_facts.adjacency(province)


@cached(4)
def completeness(scope: Scope) -> pd.DataFrame:
    """How much of the province each register of places knows about, over all years: figures of ``tracker.Completeness``."""
    rows, seen = [], scope.viewer
    with reading(scope.viewer) as connection:
        for name, table in tables.REGISTERS.items():
            if "subdistrict_code" in table.c:
                counted = tracker.completeness(connection, name, scope.province, viewer=seen)
                mine = support(scope) if name == "support" else register(scope, name)
                more = {"register": name, "records": len(mine), "unplaced": int(mine["area_code"].isna().sum())}
                unknown = (
                    {} if counted.total else dict.fromkeys(("reported", "total", "share"))
                )  # no area register there
                rows.append(more | counted._asdict() | unknown)
    return pd.DataFrame(rows).astype({"reported": "Int64", "total": "Int64", "share": float})


@cached(2)
def area_register(scope: Scope) -> pd.DataFrame:
    """Every period of every area of the province in the register; dates are ``datetime.date`` or ``None``."""
    with reading(scope.viewer) as connection:
        periods = areas_register.read_areas(connection)
    periods = periods[periods["code"].str.startswith(scope.province)].reset_index(drop=True)
    return periods if len(periods) else areas_register.of_province(scope.province)


@cached(4)
def placed_records(scope: Scope) -> pd.DataFrame:
    """Where every record of every register of places stands: ``register``, ``subdistrict_code``, ``district_code``, ``amount_satang``."""
    frames = []
    for name, table in tables.REGISTERS.items():
        if "subdistrict_code" in table.c:
            frame = support(scope) if name == "support" else register(scope, name)
            money = frame["amount_satang"] if name == "support" else pd.Series(pd.NA, index=frame.index, dtype="Int64")
            frames.append(frame[["subdistrict_code", "district_code"]].assign(register=name, amount_satang=money))
    return pd.concat(frames, ignore_index=True)


@cached(32)
def years(scope: Scope) -> list[int]:
    """Fiscal years that support records name, run in or have money of, latest first."""
    return sorted(years_of(support(scope)), reverse=True)


@cached(32)
def usual_year(scope: Scope) -> int | None:
    """The fiscal year with most records: what a blank start shows."""
    named = support(scope)["fiscal_year"].dropna()
    return int(named.mode().iloc[0]) if len(named) else None


@cached(4)
def clearings(scope: Scope) -> pd.DataFrame:
    """Flags that an agency explained, with the rows they speak of; those whose file is gone have no ``support_a``."""
    with reading(scope.viewer) as connection:
        return cleared_pairs.read_clearings(connection, viewer=scope.viewer)


def delete_demo(who: str) -> dict:
    """Delete the invented data for good; a backup is kept."""
    sign_in.team_only(viewer())
    return setup.delete_demo(engine(), who)


def word_list(name: str) -> list[dict]:
    """Every entry of a code list as it stands now, merged and retired ones too."""
    sign_in.team_only(viewer())
    with reading() as connection:
        return words.listed(connection, name)


def clear_pair(support_a: int, support_b: int, reason: str, who: str) -> None:
    """Explain a flagged pair; raises ``Refused`` with what is missing."""
    with writing() as connection:
        cleared_pairs.clear_pair(connection, support_a, support_b, reason, who)


def undo_clearing(key: int, who: str) -> None:
    """Take an explanation back."""
    with writing() as connection:
        cleared_pairs.undo(connection, key, who)


def decisions(scope: Scope, name: str, *, removed: bool = False) -> pd.DataFrame:
    """What stands of ``scenario``, ``override``, ``team`` or ``project``: small tables, not cached, outside the data version.

    With ``removed`` all that ever stood.

    Who decided is for the data team; others see that somebody signed.
    """
    with reading(scope.viewer) as connection:
        if scope.at is None:
            return scenarios.read(connection, name, scope.province, viewer=scope.viewer, removed=removed)
        every = scenarios.read(connection, name, scope.province, viewer=scope.viewer, removed=True)
    stood = every["decided_at"].le(scope.at.moment) & ~every["removed_at"].le(scope.at.moment).fillna(False)
    return every[stood.astype(bool)].reset_index(drop=True)


def decide(write: Callable[[Connection], Written]) -> Written:
    """One write of a decision; raises ``Refused`` with what is missing."""
    with writing() as connection:
        return write(connection)
