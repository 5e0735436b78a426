"""The only door to the store: every frame a page sees comes from here, cached by data version.

Frames are shared between sessions and must not be changed in place; ``geo`` never does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd
from sqlalchemy import Connection, Engine

from geo import alignment as ali
from geo import coverage as cov
from geo import currents as cur
from geo import gaps as gap
from geo import overlaps as lap
from geo.breaks import class_breaks
from geo.periods import filter_support
from geo.roll_up import RolledUp, roll_up
from loaders import areas_register, codes, province_facts, repeats, review, scenarios, settings, store, tables, tracker
from loaders import clearings as cleared_pairs
from loaders.privacy import DATA_TEAM, Viewer
from pages.parts import who
from pages.parts.kept import kept

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


@kept(64)
def chosen_support(version: str, filters: Filters) -> pd.DataFrame:
    """Support records that meet the filters."""
    return filter_support(support(version), **filters.__dict__)


@kept(256)
def coverage(version: str, filters: Filters) -> pd.DataFrame:
    """Coverage of every subdistrict under the filters. The district is left out: it zooms, it does not hide a record."""
    wide = filters.without("district")
    any_year = chosen_support(version, wide.without("fiscal_year"))
    narrowed = any((wide.agency, wide.theme, wide.stream))
    bases = tuple(sorted(set(any_year["base"].dropna()))) if narrowed else None
    return cov.coverage(
        any_year,
        areas(wide.fiscal_year),
        villages(wide.fiscal_year),
        reports(version),
        fiscal_year=wide.fiscal_year,
        local_governments=province_facts.local_governments(province_in(version)),
        spoken=_spoken(version, bases, wide.fiscal_year),
    )


@kept(128)
def _spoken(version: str, bases: tuple[str, ...] | None, fiscal_year: int | None) -> pd.DataFrame:
    """Which of the relevant bases have not spoken: few sets of bases stand behind many filters."""
    return cov.missing_bases(areas(fiscal_year), reports(version), bases, fiscal_year)


@kept(256)
def all_spoke(version: str, filters: Filters) -> tuple[int, int]:
    """Subdistricts (of the district chosen) for which every relevant base has spoken, and all of them; without a relevant base none has."""
    table = coverage(version, filters)
    share = table["completeness"][table["district_code"].eq(filters.district) | (not filters.district)]
    return int(share.eq(1).sum()), len(share)


@kept(64)
def rolled(version: str, filters: Filters) -> RolledUp:
    """Records by subdistrict and the strip of money without one."""
    return roll_up(
        chosen_support(version, filters),
        areas(filters.fiscal_year),
        province_facts.local_governments(province_in(version)),
    )


@kept(256)
def breaks(version: str, filters: Filters, column: str) -> list[float]:
    """Class bounds of a measure, from all years together so that two years' maps can be compared."""
    tables_ = [
        coverage(version, Filters(year, filters.agency, filters.theme, filters.stream)) for year in years(version)
    ]
    pooled = pd.concat([table[column] for table in tables_]) if tables_ else pd.Series(dtype=float)
    return class_breaks(pooled, 5)


@kept(64)
def needs(version: str) -> pd.DataFrame:
    """Figures about subdistricts: ``subdistrict_code``, ``indicator_code``, ``fiscal_year``, ``value``."""
    table = register(version, "indicator")
    return table[table["area_level"].eq("subdistrict")][["subdistrict_code", "indicator_code", "fiscal_year", "value"]]


@kept(64)
def gaps(version: str, filters: Filters, indicator: str) -> pd.DataFrame:
    """Need against support of the need's theme (or of the theme chosen)."""
    theme = filters.theme or theme_of(indicator)
    table = coverage(version, Filters(filters.fiscal_year, filters.agency, theme, filters.stream))
    return gap.gaps(needs(version), table, indicator=indicator)


def theme_of(indicator: str) -> str | None:
    """The theme that answers a need."""
    return next((entry.get("theme") for entry in codes.indicators() if entry["code"] == indicator), None)


@kept()
def rules() -> dict:
    """The overlap rules and co-financing schemes of ``data/rules``."""
    read = {}
    for name in ("overlap", "cofinancing"):
        with (settings.RULES / f"{name}.toml").open("rb") as file:
            read[name] = tomllib.load(file)
    return read


@kept(32)
def overlaps(version: str, filters: Filters) -> lap.Overlaps:
    """Pairs of supports in the same place and period with their outcome."""
    wide = filters.without("district", "agency", "stream")
    known = clearings(version).dropna(subset=["support_a", "support_b"])
    return lap.overlaps(
        chosen_support(version, wide),
        rules()["overlap"],
        rules()["cofinancing"],
        fiscal_year=wide.fiscal_year,
        cleared=known,
    )


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


@kept(16)
def by_theme(version: str, filters: Filters) -> pd.DataFrame:
    """Coverage for each theme (or the one chosen), stacked with ``theme_code``: the same figures as the coverage page."""
    wanted = [entry["code"] for entry in codes.themes() if filters.theme in (None, entry["code"])]
    wide = filters.without("district")
    tables_ = [
        coverage(version, Filters(wide.fiscal_year, wide.agency, theme, wide.stream)).assign(theme_code=theme)
        for theme in wanted
    ]
    return pd.concat(tables_, ignore_index=True)


@kept(16)
def flows(version: str, filters: Filters) -> cur.Currents:
    """Money by stream, agency, theme and district."""
    return cur.currents(
        chosen_support(version, filters),
        areas(filters.fiscal_year),
        province_facts.local_governments(province_in(version)),
    )


@kept(16)
def alignment(version: str, filters: Filters) -> pd.DataFrame:
    """Share of each subdistrict's money that meets its community's own plan."""
    return ali.alignment(
        rolled(version, filters.without("district")).by_subdistrict,
        register(version, "plan"),
        areas(filters.fiscal_year),
    )


@kept(8)
def evenness(version: str, filters: Filters) -> dict:
    """Lorenz curve, Gini and Theil of baht per head; loads its libraries (about 2 s) only when first asked for."""
    from geo import equity

    table = coverage(version, filters)
    stated = table["amount_satang"].mask(table["status"].eq("none"), 0)
    known = table[stated.notna() & (table["population"] > 0)].assign(baht=stated / 100)
    rate = equity.per_head(known["baht"], known["population"])
    parts = equity.theil(rate, known["district_code"])
    curve = equity.lorenz(known["baht"], known["population"])
    return {
        "curve": curve,
        "gini": equity.gini_by_people(known["baht"], known["population"]),
        "theil": parts,
        "known": len(known),
        "all": len(table),
    }
