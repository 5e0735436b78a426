"""Entries of the registers (people, groups, communities, funds, plans ...), filtered for the viewer."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from geo import looking_after, networks, registers
from geo.coverage.heard import told
from geo.frames import each_village
from geo.money import funds as fund_figures
from geo.ranking.ranking import Ranking, rank
from geo.ranking.spec import Spec, read_spec
from loaders import registers as definitions
from loaders.codes import indicators as known_indicators
from loaders.codes import squeeze
from loaders.decisions import scenarios
from loaders.decisions.openness import read_openness
from loaders.imports.by_hand import entries as by_hand
from loaders.imports.by_hand import papers as kept_papers
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope


def entries(scope: Scope, name: str) -> pd.DataFrame:
    """Entries of a register: the columns of its definition, those of :mod:`geo.registers`, and the key ``entry``."""
    return _entries(_seen(scope, name), name)


def _seen(scope: Scope, name: str) -> Scope:
    """The scope to read a register in: registers with names of people depend on whether this person signed in."""
    definition = definitions.defined().get(name)
    is_private = name == "people" or (definition and definition.private)
    return queries.who_sees_people(scope) if is_private else scope


class Links(NamedTuple):
    """Index to find entries of a register from another one: ``entry`` by village code and by squeezed name.

    Each name comes with the entry's subdistrict code, ``None`` when it has none.
    """

    by_village: dict[str, list[str]]
    by_name: dict[str, list[tuple[str, str | None]]]


def links(scope: Scope, name: str, columns: tuple[str, ...]) -> Links:
    """The links of a register whose names are in ``columns``."""
    return _links(_seen(scope, name), name, columns)


@cached(32)
def _links(scope: Scope, name: str, columns: tuple[str, ...]) -> Links:
    rows, made = entries(scope, name), Links({}, {})
    if "village_code" in rows:
        spread = each_village(rows)
        spread = spread[spread["village_code"].notna()]
        for entry, village in zip(spread["entry"].tolist(), spread["village_code"].tolist(), strict=True):
            made.by_village.setdefault(village, []).append(entry)
    for column in columns:
        named = rows[rows[column].notna()]
        for entry, words, place in zip(named["entry"], named[column], named["subdistrict_code"], strict=True):
            made.by_name.setdefault(squeeze(words), []).append((entry, place if isinstance(place, str) else None))
    return made


class Over(NamedTuple):
    """A register on any map.

    ``places``: :func:`geo.registers.over_map`. ``entries``: their number. ``unplaced``: how many have no subdistrict.
    """

    places: pd.DataFrame
    entries: int
    unplaced: int


@cached(16)
def over(scope: Scope, name: str) -> Over:
    """The register per subdistrict today, as the viewer may see it."""
    register, rows = registers.REGISTERS[name], entries(scope, name)
    if "ends_on" in rows:
        rows = registers.in_force(rows, pd.Timestamp.today().normalize())
    if register.is_open:
        rows = rows[rows[register.is_open].fillna(False).astype(bool)]
    codes = queries.areas(scope, None)["subdistrict_code"]
    places = registers.over_map(rows, codes, _told(scope, register.table), register.is_open)
    return Over(places, len(rows), registers.unplaced(rows))


@cached(16)
def unit_keys(scope: Scope, name: str) -> pd.Series:
    """Key of an agreed class (:func:`loaders.decisions.scenarios.unit_key`), indexed by entry; NA without a name."""
    rows, title = entries(scope, name), registers.REGISTERS[name].title
    if name == "communities":
        return rows.set_index("entry")["village_code"]
    keys = [
        scenarios.unit_key(name, str(words), str(place) if isinstance(place, str) else None)
        if isinstance(words, str)
        else None
        for words, place in zip(rows[title], rows["area_code"], strict=True)
    ]
    return pd.Series(keys, index=rows["entry"], dtype="object")


def agreed_classes(scope: Scope, index_code: str, *, removed: bool = False) -> pd.DataFrame:
    """Agreed classes of an index, with the columns of :func:`geo.ranking.review.agreed` (``class``, ``by``, ``on``).

    With ``removed`` also those that were taken back.
    """
    table = queries.decisions(scope, "override", removed=removed)
    table = table[table["index_code"].eq(index_code)]
    return table.rename(columns={"agreed_class": "class", "decided_by": "by", "decided_at": "on"})


def agreed_of_entries(scope: Scope, name: str) -> pd.DataFrame:
    """Agreed classes of a register's entries: ``entry`` beside the decision, NA where no visible entry has its key.

    Two entries with one name and place are one unit: the class applies to both.
    """
    keys = unit_keys(scope, name).rename("unit_key").rename_axis("entry").reset_index()
    return agreed_classes(scope, name).merge(keys[keys["unit_key"].notna()], on="unit_key", how="left")


@cached(4)
def changes(scope: Scope) -> pd.DataFrame:
    """Changes of entries by hand, newest first."""
    with queries.reading(scope.viewer) as connection:
        return by_hand.read_changes(connection, viewer=scope.viewer)


def last_change(scope: Scope, register: str, number: int) -> int:
    """Number of the newest change of an entry: a form uses it to detect a change made in between."""
    with queries.reading(scope.viewer) as connection:
        return by_hand.last_change(connection, register, number)


@cached(4)
def papers(scope: Scope) -> pd.DataFrame:
    """Papers (PDF) kept with places of the province."""
    with queries.reading(scope.viewer) as connection:
        return kept_papers.read_papers(connection, scope.province, viewer=scope.viewer)


def paper(scope: Scope, number: int) -> bytes:
    """Content of a kept paper, if the viewer may have it."""
    with queries.reading(scope.viewer) as connection:
        return kept_papers.read_paper(connection, number, viewer=scope.viewer)


@cached(32)  # more than there are registers: a subdistrict's sheet reads them all
def _entries(scope: Scope, name: str) -> pd.DataFrame:
    return _keyed(_MAKERS.get(name, queries.register)(scope, registers.REGISTERS[name].table))


def _keyed(rows: pd.DataFrame) -> pd.DataFrame:
    key = rows["village_code"] if "id" not in rows else rows["id"].astype(str)
    return rows.assign(entry=key).reset_index(drop=True)


def _funds(scope: Scope, table: str) -> pd.DataFrame:
    areas = queries.areas(scope, queries.usual_year(scope))
    day = pd.Timestamp.today().normalize()
    return fund_figures.funds(queries.register(scope, table), queries.register(scope, "contribution"), areas, day)


def _indicators(scope: Scope, table: str) -> pd.DataFrame:
    """Indicators of places (a part beside its whole), named in both languages."""
    listed = known_indicators()
    rows = registers.indicators(queries.register(scope, table), listed)
    names = {definition["code"]: f"{definition['name_th']} · {definition['name_en']}" for definition in listed}
    return rows.assign(indicator_name=rows["indicator_code"].map(names).fillna(rows["indicator_code"]))


def _communities(scope: Scope, table: str) -> pd.DataFrame:
    villages = queries.places(scope, None).villages
    plans, groups = queries.register(scope, table), entries(scope, "groups")
    communities = registers.communities(villages, plans, groups, queries.support(scope))
    return communities.assign(name=communities["name_th"])


def _groups(scope: Scope, table: str) -> pd.DataFrame:
    """Groups, with the codes of the villages that their lists number."""
    villages = queries.places(scope, None).villages["village_code"]
    return registers.with_listed_villages(queries.register(scope, table), villages)


def _plans(scope: Scope, table: str) -> pd.DataFrame:
    """Plans, with the file names of their kept booklets."""
    kept = papers(scope)
    kept = kept[kept["register"].eq(table)].groupby("area_code")["file_name"].agg(", ".join)
    plans = queries.register(scope, table)
    names = plans["area_code"].map(kept).astype("string")
    return plans.assign(papers=names, booklet_pdf=names.notna().astype("boolean"))


def _people(scope: Scope, _table: str) -> pd.DataFrame:
    return queries.role_holders(scope)


_MAKERS = {
    "people": _people,
    "groups": _groups,
    "plans": _plans,
    "funds": _funds,
    "communities": _communities,
    "indicators": _indicators,
}


def _held(scope: Scope, name: str) -> pd.DataFrame:
    """Entries of a dated register in force today; of any other register all."""
    rows = entries(scope, name)
    if not registers.is_dated(registers.REGISTERS[name]):
        return rows
    return registers.in_force(rows, pd.Timestamp.today().normalize())


def _told(scope: Scope, name: str) -> pd.Series:
    """By subdistrict, the share (0-1) of expected reports of a register that were given; NA while rows wait."""
    return told(coverage.heard(scope, Query(None), name))


def memberships(scope: Scope, district: str | None = None) -> pd.DataFrame:
    """Memberships in force today, optionally of one district (those of no single subdistrict in it included)."""
    held = _held(scope, "membership")
    return held[held["district_code"].eq(district).fillna(False)] if district else held


@cached(8)
def unlinked(scope: Scope) -> pd.DataFrame:
    """Villages that are in no network."""
    return networks.unlinked(queries.places(scope, None).villages, _held(scope, "membership"))


@cached(8)
def unlinked_by_place(scope: Scope) -> pd.DataFrame:
    """Per subdistrict ``villages``, ``unlinked`` ones, and ``is_heard``: all due reports were given."""
    codes = queries.areas(scope, None)["subdistrict_code"]
    every, without = queries.places(scope, None).villages, unlinked(scope)
    counts = {
        name: codes.map(rows["subdistrict_code"].value_counts()).fillna(0).astype(int)
        for name, rows in (("villages", every), ("unlinked", without))
    }
    is_heard = codes.map(_told(scope, "membership")).ge(1).fillna(False).astype(bool)
    return pd.DataFrame({"subdistrict_code": codes, **counts, "is_heard": is_heard})


@cached(8)
def movements(scope: Scope) -> pd.DataFrame:
    """Which of the two movements each subdistrict is in (:func:`geo.networks.movements`)."""
    return networks.movements(queries.areas(scope, None), _held(scope, "membership"), _told(scope, "membership"))


@cached(8)
def looked_after(scope: Scope) -> pd.DataFrame:
    """Who looks after each subdistrict (:func:`geo.looking_after.by_place`)."""
    return looking_after.by_place(
        queries.areas(scope, None), _held(scope, "looking_after"), _told(scope, "looking_after")
    )


def carers_of(scope: Scope, code: str) -> pd.DataFrame:
    """Assignments in force today that reach a subdistrict."""
    return looking_after.of_place(_held(scope, "looking_after"), code)


def networks_over(scope: Scope, code: str) -> pd.DataFrame:
    """Networks, circles and movements that cover a subdistrict."""
    return networks.covering(_held(scope, "membership"), queries.register(scope, "organisation"), code)


def all_told(scope: Scope, name: str, code: str) -> bool:
    """Whether every report due of a register covers the subdistrict: only then does no entry mean "none"."""
    return bool(_told(scope, name).get(code, 0.0) == 1.0)


@cached(8)
def groups_without(scope: Scope) -> pd.DataFrame:
    """Groups and networks without anybody who looks after them."""
    return looking_after.groups_without(queries.register(scope, "organisation"), _held(scope, "looking_after"))


def functions_without(scope: Scope) -> list[str]:
    """Theme codes without anybody who looks after them."""
    return looking_after.functions_without(coverage.theme_codes(scope), _held(scope, "looking_after"))


@cached(8)
def targets_beside_plans(scope: Scope) -> pd.DataFrame:
    """Targets of departments beside the demands of the plans of the place."""
    return looking_after.targets_beside_plans(entries(scope, "target"), queries.register(scope, "plan"))


INVENTORY = ("groups", "members", "savings_satang", "people", "funds", "networks", "plans")


@cached(8)
def inventory(scope: Scope) -> pd.DataFrame:
    """Community capital per subdistrict: ``kind:KIND`` of the capital register, and counts named in :data:`INVENTORY`.

    NA where no entry names the place: an empty list does not prove that nothing is there. Vacant roles are not people;
    savings are the stated ones of groups and funds.
    """
    areas = queries.areas(scope, None)["subdistrict_code"]
    rows = {name: entries(scope, name) for name in ("capital", "groups", "people", "funds", "plans")}
    rows["people"] = rows["people"][~rows["people"]["is_vacant"].fillna(False).astype(bool)]
    rows["plans"] = rows["plans"][rows["plans"]["plan_exists"].eq(True).fillna(False)]
    held = _held(scope, "membership")
    held = held[held["body_kind"].isin(["network", "circle"])]
    counts = {
        f"kind:{kind}": own["subdistrict_code"].value_counts() for kind, own in rows["capital"].groupby("capital_kind")
    }
    counts |= {name: rows[name]["subdistrict_code"].value_counts() for name in ("groups", "people", "funds", "plans")}
    counts["networks"] = held.groupby("subdistrict_code")["body"].nunique()
    counts["members"] = rows["groups"].groupby("subdistrict_code")["members"].sum(min_count=1)
    money = pd.concat([rows[name][["subdistrict_code", "savings_satang"]] for name in ("groups", "funds")])
    counts["savings_satang"] = money.groupby("subdistrict_code")["savings_satang"].sum(min_count=1)
    return pd.DataFrame(
        {"subdistrict_code": areas, **{name: areas.map(by_area).astype("Int64") for name, by_area in counts.items()}}
    )


@cached(4)
def openness(scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Data sets with their sharing level and its date; every change of level."""
    with queries.reading(scope.viewer) as connection:
        return read_openness(connection, viewer=scope.viewer)


ROOMS_MEASURED = ("groups", "communities", "funds", "membership", "looking_after")  # registers counted per subdistrict


@cached(8)
def measured(scope: Scope, name: str) -> pd.DataFrame:
    """Measures of a register's entries, or of all subdistricts (``subdistricts``): ``entry`` and columns of floats."""
    today, figures = pd.Timestamp.today().normalize(), queries.register(scope, "indicator")
    if name == "subdistricts":
        codes = queries.areas(scope, None)["subdistrict_code"]
        rows = {register: _held(scope, register) for register in ROOMS_MEASURED}
        spoken = {register: _told(scope, registers.REGISTERS[register].table) for register in ROOMS_MEASURED}
        table = registers.per_subdistrict(codes, rows, spoken)
        return table.merge(registers.newest(figures, "subdistrict", "subdistrict_code"), left_on="entry", right_index=True, how="left")  # fmt: skip
    entered = entries(scope, name)
    if name == "communities":
        entered = entered.assign(
            networks=_networks_of(scope, entered["village_code"], entered["subdistrict_code"], "village_code")
        )
    elif name == "groups":
        keys = entered["organisation_name"].map(squeeze, na_action="ignore")
        named = entered["village_codes"].str.split(",").str.len().fillna(entered["village_code"].notna().astype(int))
        named = named.where(entered["village_codes"].notna() | entered["village_code"].notna())
        entered = entered.assign(
            villages_named=named, networks=_networks_of(scope, keys, entered["subdistrict_code"], "member")
        )
    table = registers.measures(registers.REGISTERS[name], entered, today)
    if name == "communities":
        table = table.merge(registers.newest(figures, "village", "village_code"), left_on="entry", right_index=True, how="left")  # fmt: skip
    return table


def _networks_of(scope: Scope, keys: pd.Series, places: pd.Series, column: str) -> pd.Series:
    """Number of networks and circles of each key; 0 only where all membership reports were given, else NaN."""
    held = _held(scope, "membership")
    held = held[held["body_kind"].isin(["network", "circle"]) & held[column].notna()]
    names = held[column] if column == "village_code" else held[column].map(squeeze)
    pairs = held.assign(key=names + held["subdistrict_code"].fillna("")).groupby("key")["body"].nunique()
    counts = (keys + places.fillna("")).map(pairs).astype(float)
    return counts.where(counts.notna(), places.map(_told(scope, "membership")).eq(1.0).map({True: 0.0, False: None}).astype(float))  # fmt: skip


@cached(16)
def classes(scope: Scope, name: str, criteria: tuple[tuple[str, float, int], ...], known_share: float) -> Ranking:
    """A/B/C class of the entries by criteria (column, weight, direction), with its stability."""
    return rank(index_of(name, criteria, known_share), measured(scope, name))


def index_of(name: str, criteria: tuple[tuple[str, float, int], ...], known_share: float) -> Spec:
    """The index behind :func:`classes`; registers with many entries get fewer uncertainty draws."""
    listed = [{"code": code, "weight": weight, "direction": direction} for code, weight, direction in criteria]
    draws = 1_000 if name in ("subdistricts", "funds") else 300
    return read_spec(
        {
            "code": name, "unit": "entry", "criterion": listed, "missing": {"known_share": known_share},
            "uncertainty": {"draws": draws, "weight_spread": 0.25, "leave_out": 0.5, "normalisations": ["z", "rank"]},
        }
    )  # fmt: skip
