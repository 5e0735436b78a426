"""What a coverage map looks at: filters, the agencies' level, a named split; every frame cached by data version."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from geo.clusters import Method, local_clusters
from geo.coverage import coverage as cov
from geo.coverage import gaps as gap
from geo.coverage.gaps import neighbouring_agencies, plan_gaps
from geo.coverage.roll_up import RolledUp, SplitMethod, roll_up, spread
from geo.maps.breaks import class_breaks
from geo.periods import periods
from loaders import codes
from loaders.areas import facts as province_facts
from loaders.store import connection as store
from loaders.store.privacy import PUBLIC
from pages.queries import analysis
from pages.queries import store as queries
from pages.queries.store import Filters
from pages.session import sign_in as who
from pages.session.cache import kept
from pages.session.scope import Scope

TIERS = ("local", "provincial", "central")


@dataclass(frozen=True)
class Look:
    """Filters, level of the agencies (``None`` = all), and how money above the subdistrict is spread (``None`` = not)."""

    filters: Filters
    tier: str | None = None
    split: SplitMethod | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the ordinary queries answer it."""
        return self.tier is None and self.split is None

    def with_(self, dimension: str, value: str) -> Look:
        """The same look at another value of a dimension (``year`` takes the Buddhist year)."""
        if dimension == "tier":
            return replace(self, tier=value or None)
        if dimension == "year":
            return replace(self, filters=replace(self.filters, fiscal_year=int(value) - 543 if value else None))
        return replace(self, filters=replace(self.filters, **{dimension: value or None}))


@kept(64)
def records(scope: Scope, look: Look) -> pd.DataFrame:
    """Support records of a look as written."""
    found = analysis.chosen_support(scope, look.filters)
    return found if look.tier is None else found[found["agency_level"].eq(look.tier).fillna(False).astype(bool)]


def rolled(scope: Scope, look: Look) -> RolledUp:
    """Records by subdistrict and the strip; a split moves money from the strip to the map, never adds any."""
    if look.is_plain:
        return analysis.rolled(scope, look.filters)
    return _rolled(scope, look)


@kept(64)
def _rolled(scope: Scope, look: Look) -> RolledUp:
    areas, governments = (
        queries.areas(scope, look.filters.fiscal_year),
        province_facts.local_governments(scope.province),
    )
    return roll_up(spread(records(scope, look), areas, look.split, governments), areas, governments)


def coverage(scope: Scope, look: Look) -> pd.DataFrame:
    """Coverage of every subdistrict under a look; the district only zooms."""
    look = replace(look, filters=look.filters.without("district"))
    return analysis.coverage(scope, look.filters) if look.is_plain else _coverage(scope, look)


@kept(128)
def _coverage(scope: Scope, look: Look) -> pd.DataFrame:
    year, governments = look.filters.fiscal_year, province_facts.local_governments(scope.province)
    areas = queries.areas(scope, year)
    relevant = records(scope, replace(look, filters=look.filters.without("fiscal_year")))["base"]
    narrowed = look.tier or any((look.filters.agency, look.filters.theme, look.filters.stream))
    return cov.coverage(
        spread(records(scope, look), areas, look.split, governments),
        areas,
        queries.villages(scope, year),
        queries.reports(scope),
        bases=sorted(set(relevant.dropna())) if narrowed else None,
        fiscal_year=year,
        local_governments=governments,
    )


@kept(64)
def shared_breaks(scope: Scope, looks: tuple[Look, ...], column: str) -> list[float]:
    """Class bounds for several maps at once, from all their years together, so that one colour means one thing."""
    if len(looks) == 1 and looks[0].is_plain:
        return analysis.breaks(scope, looks[0].filters.without("district", "fiscal_year"), column)
    wide = {
        replace(look, filters=replace(look.filters, fiscal_year=year, district=None))
        for look in looks
        for year in queries.years(scope)
    }
    tables = [coverage(scope, look)[column] for look in sorted(wide, key=repr)]
    return class_breaks(pd.concat(tables) if tables else pd.Series(dtype=float), 5)


@kept(64)
def undated(scope: Scope, look: Look) -> tuple[int, int]:
    """Records (and their satang) that a year filter leaves out because they state neither date nor year."""
    found = records(scope, replace(look, filters=look.filters.without("fiscal_year")))
    lost = found[periods(found)["basis"].eq("not_known")]
    return len(lost), int(lost["amount_satang"].sum())


def records_without_a_filter(scope: Scope, filters: Filters) -> dict[str, int]:
    """How many records there would be if one of the filters in use were dropped."""
    used = [name for name, value in filters.__dict__.items() if value is not None]
    return {name: len(analysis.chosen_support(scope, filters.without(name))) for name in used}


@kept(4)
def bases_by_theme(scope: Scope) -> dict[str, list[str]]:
    """Which bases ever reported work on a theme: only their silence counts against it; with none it stays not known."""
    known = queries.support(scope)[["theme_code", "base"]].dropna().drop_duplicates()
    return {theme: sorted(known.loc[known["theme_code"].eq(theme), "base"]) for theme in _themes()}


def _themes() -> list[str]:
    return [entry["code"] for entry in codes.themes()]


@kept(32)
def gaps_by_theme(scope: Scope, filters: Filters) -> pd.DataFrame:
    """How far each theme reaches, those that leave most people without first."""
    areas = queries.areas(scope, filters.fiscal_year)
    inside = areas[areas["district_code"].eq(filters.district)] if filters.district else areas
    found = analysis.chosen_support(scope, filters.without("district", "theme"))
    return gap.gaps_by_theme(
        found, inside, queries.villages(scope, filters.fiscal_year), queries.reports(scope), _themes(),
        bases_by_theme=bases_by_theme(scope), fiscal_year=filters.fiscal_year,
    )  # fmt: skip


@kept(32)
def theme_coverage(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """Status of every theme in every subdistrict."""
    return cov.coverage_by(
        "theme_code", _themes(), analysis.chosen_support(scope, Filters(fiscal_year)), queries.areas(scope, fiscal_year),
        queries.villages(scope, fiscal_year), queries.reports(scope), bases_by_value=bases_by_theme(scope),
        fiscal_year=fiscal_year, local_governments=province_facts.local_governments(scope.province),
    )  # fmt: skip


@kept(16)
def plan_demands(scope: Scope, filters: Filters) -> pd.DataFrame:
    """Themes that community plans ask for against the support of that theme."""
    found = analysis.chosen_support(scope, filters.without("district", "theme"))
    table = plan_gaps(
        queries.register(scope, "plan"), found, queries.areas(scope, filters.fiscal_year), queries.reports(scope),
        bases_by_theme=bases_by_theme(scope), fiscal_year=filters.fiscal_year,
    )  # fmt: skip
    if filters.district:
        table = table[table["subdistrict_code"].str.startswith(filters.district)]
    return table[table["theme_code"].eq(filters.theme)] if filters.theme else table


@kept(32)
def need_gaps(scope: Scope, filters: Filters, indicator: str, per: str, bar: str) -> pd.DataFrame:
    """Need against support of its theme; ``per`` count, population or households; ``bar`` median, mean or quarter."""
    theme = filters.theme or analysis.theme_of(indicator)
    table = analysis.coverage(scope, Filters(filters.fiscal_year, filters.agency, theme, filters.stream))
    by = None if per == "count" else per
    found = gap.gaps(
        analysis.needs(scope), table, indicator=indicator, threshold="median" if bar == "quarter" else bar, per=by
    )  # type: ignore[arg-type]
    if bar != "quarter" or not found["need_measure"].notna().any():
        return found
    return gap.gaps(
        analysis.needs(scope),
        table,
        indicator=indicator,
        threshold=float(found["need_measure"].quantile(0.75)),
        per=by,
    )  # type: ignore[arg-type]


@kept(8)
def near_agencies(scope: Scope, fiscal_year: int | None) -> dict[tuple[str, str], list[str]]:
    """Agencies at work next door by subdistrict and theme, those in most neighbours first."""
    table = neighbouring_agencies(analysis.chosen_support(scope, Filters(fiscal_year)), queries.adjacency(scope))
    return {
        (str(code), str(theme)): list(rows["agency_code"])
        for (code, theme), rows in table.groupby(["subdistrict_code", "theme_code"])
    }


@kept(16)
def clusters(scope: Scope, filters: Filters, measure: str, method: Method) -> pd.DataFrame:
    """Clusters on baht per head (``per_head_baht``: none counts as 0, not reported takes no part) or on an indicator."""
    if measure == "per_head_baht":
        table = analysis.coverage(scope, filters).set_index("subdistrict_code")
        values = table["per_head_baht"].mask(table["status"].eq("none"), 0.0).mask(table["status"].eq("not_reported"))
    else:
        rows = analysis.needs(scope).query("indicator_code == @measure").sort_values("fiscal_year")
        latest = (
            rows.dropna(subset=["value"])
            .drop_duplicates("subdistrict_code", keep="last")
            .set_index("subdistrict_code")["value"]
        )
        values = latest.reindex(queries.areas(scope, None)["subdistrict_code"])
    return local_clusters(values, queries.adjacency(scope), method=method)


def strengths(scope: Scope) -> dict[str, dict]:
    """Indicators of strength with figures in the store: code -> its entry."""
    present = set(analysis.needs(scope)["indicator_code"])
    return {
        entry["code"]: entry
        for entry in codes.indicators()
        if entry["direction"] == "strength" and entry["code"] in present
    }


def role_holders(scope: Scope) -> pd.DataFrame:
    """People by role as this person may see them: whoever did not sign in sees which roles are filled, not by whom."""
    return _role_holders(scope if who.has_sign_in() else replace(scope, viewer=PUBLIC))


@kept(4)
def _role_holders(scope: Scope) -> pd.DataFrame:
    with store.reading(queries.engine()) as connection:
        return store.read_register(connection, "role_holder", scope.province, scope.viewer)
