"""What the records say under the filters: coverage, gaps, overlaps, flows; every frame kept by data version.

Computed from the frames of :mod:`pages.queries.store` by ``geo``. They are shared between sessions and must not be
changed in place; ``geo`` never does.
"""

from __future__ import annotations

import tomllib

import pandas as pd

from geo.coverage import coverage as cov
from geo.coverage import gaps as gap
from geo.coverage.roll_up import RolledUp, roll_up
from geo.maps.breaks import class_breaks
from geo.money import alignment as ali
from geo.money import currents as cur
from geo.overlaps import overlaps as lap
from geo.periods import filter_support
from loaders import codes, settings
from loaders.areas import facts as province_facts
from pages.queries import store as queries
from pages.queries.store import Filters
from pages.session.cache import kept
from pages.session.scope import Scope


@kept(64)
def chosen_support(scope: Scope, filters: Filters) -> pd.DataFrame:
    """Support records that meet the filters."""
    return filter_support(queries.support(scope), **filters.__dict__)


@kept(256)
def coverage(scope: Scope, filters: Filters) -> pd.DataFrame:
    """Coverage of every subdistrict under the filters. The district is left out: it zooms, it does not hide a record."""
    wide = filters.without("district")
    any_year = chosen_support(scope, wide.without("fiscal_year"))
    narrowed = any((wide.agency, wide.theme, wide.stream))
    bases = tuple(sorted(set(any_year["base"].dropna()))) if narrowed else None
    return cov.coverage(
        any_year,
        queries.areas(scope, wide.fiscal_year),
        queries.villages(scope, wide.fiscal_year),
        queries.reports(scope),
        fiscal_year=wide.fiscal_year,
        local_governments=province_facts.local_governments(scope.province),
        spoken=_spoken(scope, bases, wide.fiscal_year),
    )


@kept(128)
def _spoken(scope: Scope, bases: tuple[str, ...] | None, fiscal_year: int | None) -> pd.DataFrame:
    """Which of the relevant bases have not spoken: few sets of bases stand behind many filters."""
    return cov.missing_bases(queries.areas(scope, fiscal_year), queries.reports(scope), bases, fiscal_year)


@kept(256)
def all_spoke(scope: Scope, filters: Filters) -> tuple[int, int]:
    """Subdistricts (of the district chosen) for which every relevant base has spoken, and all of them; without a relevant base none has."""
    table = coverage(scope, filters)
    share = table["completeness"][table["district_code"].eq(filters.district) | (not filters.district)]
    return int(share.eq(1).sum()), len(share)


@kept(64)
def rolled(scope: Scope, filters: Filters) -> RolledUp:
    """Records by subdistrict and the strip of money without one."""
    return roll_up(
        chosen_support(scope, filters),
        queries.areas(scope, filters.fiscal_year),
        province_facts.local_governments(scope.province),
    )


@kept(256)
def breaks(scope: Scope, filters: Filters, column: str) -> list[float]:
    """Class bounds of a measure, from all years together so that two years' maps can be compared."""
    tables_ = [
        coverage(scope, Filters(year, filters.agency, filters.theme, filters.stream)) for year in queries.years(scope)
    ]
    pooled = pd.concat([table[column] for table in tables_]) if tables_ else pd.Series(dtype=float)
    return class_breaks(pooled, 5)


@kept(64)
def needs(scope: Scope) -> pd.DataFrame:
    """Figures about subdistricts: ``subdistrict_code``, ``indicator_code``, ``fiscal_year``, ``value``."""
    table = queries.register(scope, "indicator")
    return table[table["area_level"].eq("subdistrict")][["subdistrict_code", "indicator_code", "fiscal_year", "value"]]


@kept(64)
def gaps(scope: Scope, filters: Filters, indicator: str) -> pd.DataFrame:
    """Need against support of the need's theme (or of the theme chosen)."""
    theme = filters.theme or theme_of(indicator)
    table = coverage(scope, Filters(filters.fiscal_year, filters.agency, theme, filters.stream))
    return gap.gaps(needs(scope), table, indicator=indicator)


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
def overlaps(scope: Scope, filters: Filters) -> lap.Overlaps:
    """Pairs of supports in the same place and period with their outcome."""
    wide = filters.without("district", "agency", "stream")
    known = queries.clearings(scope).dropna(subset=["support_a", "support_b"])
    return lap.overlaps(
        chosen_support(scope, wide),
        rules()["overlap"],
        rules()["cofinancing"],
        fiscal_year=wide.fiscal_year,
        cleared=known,
    )


@kept(16)
def by_theme(scope: Scope, filters: Filters) -> pd.DataFrame:
    """Coverage for each theme (or the one chosen), stacked with ``theme_code``: the same figures as the coverage page."""
    wanted = [entry["code"] for entry in codes.themes() if filters.theme in (None, entry["code"])]
    wide = filters.without("district")
    tables_ = [
        coverage(scope, Filters(wide.fiscal_year, wide.agency, theme, wide.stream)).assign(theme_code=theme)
        for theme in wanted
    ]
    return pd.concat(tables_, ignore_index=True)


@kept(16)
def flows(scope: Scope, filters: Filters) -> cur.Currents:
    """Money by stream, agency, theme and district."""
    return cur.currents(
        chosen_support(scope, filters),
        queries.areas(scope, filters.fiscal_year),
        province_facts.local_governments(scope.province),
    )


@kept(16)
def alignment(scope: Scope, filters: Filters) -> pd.DataFrame:
    """Share of each subdistrict's money that meets its community's own plan."""
    return ali.alignment(
        rolled(scope, filters.without("district")).by_subdistrict,
        queries.register(scope, "plan"),
        queries.areas(scope, filters.fiscal_year),
    )


@kept(8)
def evenness(scope: Scope, filters: Filters) -> dict:
    """Lorenz curve, Gini and Theil of baht per head; loads its libraries (about 2 s) only when first asked for."""
    from geo.money import equity

    table = coverage(scope, filters)
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
