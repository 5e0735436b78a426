"""The only door to the store: every frame a page sees comes from here, cached by data version.

Frames are shared between sessions and must not be changed in place; ``geo`` never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd
from sqlalchemy import Connection, Engine

from loaders import settings, tracker
from loaders.areas import facts as province_facts
from loaders.areas import register as areas_register
from loaders.decisions import clearings as cleared_pairs
from loaders.decisions import scenarios
from loaders.imports import repeats, review
from loaders.store import connection as store
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, Viewer
from pages.session import sign_in as who
from pages.session.cache import kept

ROOT = settings.ROOT
Written = TypeVar("Written")
POPULATION_YEARS = (2006, 2007, 2021)


@dataclass(frozen=True)
class Filters:
    """What a person chose: fiscal year (Gregorian), agency, theme, stream, district; ``None`` = all."""

    fiscal_year: int | None = None
    agency: str | None = None
    theme: str | None = None
    stream: str | None = None
    district: str | None = None

    def without(self, *names: str) -> Filters:
        """The same choice with some of it dropped."""
        return Filters(**{name: None if name in names else value for name, value in self.__dict__.items()})


@kept()
def engine() -> Engine:
    """One engine for the process."""
    return store.open_store()


def viewer() -> Viewer:
    """Who looks; read anew on every run."""
    return who.viewer(engine())


def version() -> str:
    """The data version now with what else every cached frame is keyed by.

    That is the province in sight unless it is the installation's own, and who looks unless it is the data team.
    """
    seen, where = viewer(), settings.province()
    with store.reading(engine()) as connection:
        now = store.data_version(connection)
    now = now if where == settings.home_province() else f"{now}~{where}"
    return now if seen.is_team else f"{now}@{seen.role}:{seen.agency or ''}"


def number(version: str) -> str:
    """The data version alone, as it is shown."""
    return version.partition("@")[0].partition("~")[0]


def province_in(version: str) -> str:
    """The province that a version was made for."""
    return version.partition("@")[0].partition("~")[2] or settings.home_province()


def viewer_in(version: str) -> Viewer:
    """The viewer that a version was made for."""
    _now, marked, seen = version.partition("@")
    role, _, agency = seen.partition(":")
    return Viewer(role, agency or None) if marked else DATA_TEAM


@contextmanager
def writing() -> Iterator[Connection]:
    """A write by the person at this session; refused for whoever is not of the data team."""
    who.team_only(viewer())
    with store.writing(engine()) as connection:
        yield connection


@kept(4)
def support(version: str) -> pd.DataFrame:
    """All support records of the province."""
    with store.reading(engine()) as connection:
        found = store.read_support(connection, province_in(version), viewer=viewer_in(version))
    return _of_province(version, found)


def _of_province(version: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Without rows that name no province and were loaded for another one: a national file is loaded once for each."""
    if "province_code" not in rows:
        return rows
    ours = rows["province_code"].notna() | rows["batch_id"].isin(batches(version)["id"])
    return rows if bool(ours.all()) else rows[ours].reset_index(drop=True)


@kept(16)
def register(version: str, name: str) -> pd.DataFrame:
    """Another register of the province, with base and file of every row."""
    with store.reading(engine()) as connection:
        found = store.read_register(connection, name, province_in(version), viewer=viewer_in(version))
    return _of_province(version, found)


@kept(8)
def reports(version: str, name: str = "support") -> pd.DataFrame:
    """Which base spoke for which area of the province and year: a base of another province owes us nothing."""
    with store.reading(engine()) as connection:
        found = store.read_reports(connection, name, viewer=viewer_in(version))
    return found[found["area_code"].str.startswith(province_in(version)).fillna(False)].reset_index(drop=True)


@kept(4)
def batches(version: str) -> pd.DataFrame:
    """The batches that were loaded for the province, newest first."""
    found, province = all_batches(version), province_in(version)
    ours = pd.Series([province in codes.split(",") for codes in found["provinces"]], index=found.index, dtype=bool)
    return found[ours].reset_index(drop=True)


@kept(4)
def all_batches(version: str) -> pd.DataFrame:
    """Batches of every province in the store, newest first."""
    with store.reading(engine()) as connection:
        return store.read_batches(connection, viewer=viewer_in(version))


@kept(32)
def has_demo(version: str) -> bool:
    """Whether invented data stand on the board."""
    known = batches(version)
    return bool((known["is_active"].astype(bool) & known["is_demo"].astype(bool)).any())


@kept(4)
def data_sets(version: str) -> pd.DataFrame:
    """What may be shared: every ``base`` and ``register`` with rows in the store."""
    pairs = [
        (base, name) for name in tables.REGISTERS for base in sorted(set(register(version, name)["base"].dropna()))
    ]
    return pd.DataFrame(pairs, columns=["base", "register"])


@kept(4)
def quarantined(version: str) -> pd.DataFrame:
    """Rows of active batches that wait for a person."""
    with store.reading(engine()) as connection:
        rows = store.read_table(connection, tables.quarantine, viewer=viewer_in(version))
    active = batches(version).query("is_active")[["id", "base", "file_name"]].rename(columns={"id": "batch_id"})
    return rows.merge(active, on="batch_id")


@kept(8)
def resting_on(version: str, batch: int) -> list[dict]:
    """Files that left lines out because this batch has them."""
    who.team_only(viewer_in(version))
    with store.reading(engine()) as connection:
        return repeats.resting_on(connection, batch)


@kept(2)
def waiting(version: str) -> pd.DataFrame:
    """The same rows as they read now: what a person has to say about each, and which are alike."""
    who.team_only(viewer_in(version))
    with store.reading(engine()) as connection:
        found = review.waiting(connection)
    return found[found["batch_id"].isin(batches(version)["id"])].reset_index(drop=True)


@kept(2)
def row_decisions(version: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decisions about single rows, and decided places that nothing uses."""
    who.team_only(viewer_in(version))
    with store.reading(engine()) as connection:
        taken, unused = review.decisions(connection), review.unused_aliases(connection)
    return taken[taken["batch_id"].isin(batches(version)["id"])].reset_index(drop=True), unused


@kept(4)
def code_list(version: str, name: str) -> pd.DataFrame:
    """Agencies or streams as the store knows them."""
    with store.reading(engine()) as connection:
        return store.read_table(connection, tables.metadata.tables[name], viewer=viewer_in(version))


def population_year(fiscal_year: int | None) -> int:
    """The register year whose population stands for a fiscal year: the latest not after it, else the first."""
    past = [year for year in POPULATION_YEARS if fiscal_year is None or year <= fiscal_year]
    return past[-1] if past else POPULATION_YEARS[0]


def areas(fiscal_year: int | None) -> pd.DataFrame:
    """The subdistricts of the province in sight with population and households of the year's register."""
    return _areas(settings.province(), province_facts.state_of(settings.province()), fiscal_year)


@kept(32)
def _areas(province: str, state: tuple, fiscal_year: int | None) -> pd.DataFrame:
    table, year = province_facts.subdistricts(province), population_year(fiscal_year)
    return table.assign(population=table[f"population_{year}"], households=table[f"households_{year}"])


def villages(fiscal_year: int | None) -> pd.DataFrame:
    """Villages of the province in sight that existed by the end of the fiscal year."""
    return _villages(settings.province(), fiscal_year)


@kept(32)
def _villages(province: str, fiscal_year: int | None) -> pd.DataFrame:
    table = province_facts.villages(province)
    if fiscal_year is None:
        return table
    created = pd.to_datetime(table["created"], errors="coerce")
    return table[created.isna() | (created < pd.Timestamp(fiscal_year, 10, 1))]


@kept(4)
def completeness(version: str) -> pd.DataFrame:
    """How much of the province each register of places knows about, over all years: figures of ``tracker.Completeness``."""
    rows, seen = [], viewer_in(version)
    with store.reading(engine()) as connection:
        for name, table in tables.REGISTERS.items():
            if "subdistrict_code" in table.c:
                found = tracker.completeness(connection, name, province_in(version), viewer=seen)
                mine = support(version) if name == "support" else register(version, name)
                more = {"register": name, "records": len(mine), "unplaced": int(mine["area_code"].isna().sum())}
                unknown = {} if found.total else dict.fromkeys(("reported", "total", "share"))  # no area register there
                rows.append(more | found._asdict() | unknown)
    return pd.DataFrame(rows).astype({"reported": "Int64", "total": "Int64", "share": float})


@kept(2)
def area_register(version: str) -> pd.DataFrame:
    """Every period of every area of the province in the register (empty where we keep none); dates are ``datetime.date`` or ``None``."""
    with store.reading(engine()) as connection:
        found = areas_register.read_areas(connection)
    return found[found["code"].str.startswith(province_in(version))].reset_index(drop=True)


@kept(4)
def placed_records(version: str) -> pd.DataFrame:
    """Where every record of every register of places stands: ``register``, ``subdistrict_code``, ``district_code``, ``amount_satang``."""
    frames = []
    for name, table in tables.REGISTERS.items():
        if "subdistrict_code" in table.c:
            frame = support(version) if name == "support" else register(version, name)
            money = frame["amount_satang"] if name == "support" else pd.Series(pd.NA, index=frame.index, dtype="Int64")
            frames.append(frame[["subdistrict_code", "district_code"]].assign(register=name, amount_satang=money))
    return pd.concat(frames, ignore_index=True)


def adjacency() -> pd.DataFrame:
    """Neighbouring pairs of subdistricts of the province in sight."""
    return _adjacency(settings.province(), province_facts.state_of(settings.province()))


@kept(8)
def _adjacency(province: str, state: tuple) -> pd.DataFrame:
    return province_facts.adjacency(province)


@kept(32)
def years(version: str) -> list[int]:
    """Fiscal years that support records name, latest first."""
    return sorted({int(year) for year in support(version)["fiscal_year"].dropna()}, reverse=True)


@kept(32)
def usual_year(version: str) -> int | None:
    """The fiscal year with most records: what a blank start shows."""
    named = support(version)["fiscal_year"].dropna()
    return int(named.mode().iloc[0]) if len(named) else None


@kept(4)
def clearings(version: str) -> pd.DataFrame:
    """Flags that an agency explained, with the rows they speak of; those whose file is gone have no ``support_a``."""
    with store.reading(engine()) as connection:
        return cleared_pairs.read_clearings(connection)


def clear_pair(support_a: int, support_b: int, reason: str, who: str) -> None:
    """Explain a flagged pair; raises ``Refused`` with what is missing."""
    with writing() as connection:
        cleared_pairs.clear_pair(connection, support_a, support_b, reason, who)


def undo_clearing(key: int, who: str) -> None:
    """Take an explanation back."""
    with writing() as connection:
        cleared_pairs.undo(connection, key, who)


def decisions(name: str) -> pd.DataFrame:
    """What stands of ``scenario``, ``override``, ``team`` or ``project``: small tables, read anew, outside the data version.

    Who decided is for the data team; others see that somebody signed.
    """
    with store.reading(engine()) as connection:
        table = scenarios.read(connection, name)
    # What was decided carries the data version it stood on, and so the province it is about.
    table = table[table["data_version"].map(province_in).eq(settings.province())].reset_index(drop=True)
    return table if viewer().is_team else table.assign(decided_by="–")


def decide(write: Callable[[Connection], Written]) -> Written:
    """One write of a decision; raises ``Refused`` with what is missing."""
    with writing() as connection:
        return write(connection)
