"""Data of ranking, selection and strengthening plan: criteria from the registers, cached rankings, agreed classes."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from geo.coverage.heard import told
from geo.ranking import strengthening
from geo.ranking.criteria import criteria_frame
from geo.ranking.ranking import Ranking, contributions, rank
from geo.ranking.review import Agreed, agreed, compare, strength_by_need
from geo.ranking.spec import Spec, read_spec
from loaders import codes
from pages.queries import coverage, gaps
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope

KEY = "subdistrict_code"
LIMITS = {"z": (105.0, 95.0), "minmax": (60.0, 40.0), "rank": (66.0, 33.0)}


@dataclass(frozen=True)
class Method:
    """Ranking method: weights that differ from the stated ones, scale, mean, classes; ``limits`` of thresholds."""

    weights: tuple[tuple[str, float], ...] = ()
    normalise: str = "z"
    aggregate: str = "arithmetic"
    classes: str = "thirds"
    limits: tuple[float, ...] = field(default=())


@cached(1)
def document() -> dict:
    """``data/rules/criteria.toml``: criteria, stated weights and methods."""
    return codes.rule_file("criteria")


def criteria(axis: str = "strength") -> list[dict]:
    """Criteria of an axis (``strength`` or ``need``)."""
    return [entry for entry in document()["criterion"] if entry.get("axis", "strength") == axis]


def stated_weights() -> dict[str, float]:
    """Weights of the strength criteria in the rules, by code."""
    return {entry["code"]: float(entry.get("weight", 1.0)) for entry in criteria()}


def spec_of(method: Method, axis: str = "strength") -> Spec:
    """Specification of the index of an axis; raises ``SpecError`` when the method cannot be computed.

    Weights, classes and limits of the method apply to strength; need keeps those of the rules.
    """
    base = document()
    changed = {
        **base,
        "normalise": {**base["normalise"], "method": method.normalise},
        "aggregate": {"method": method.aggregate},
    }
    if axis == "strength":
        weights = stated_weights() | dict(method.weights)
        changed["criterion"] = [
            {**entry, "weight": weights.get(entry["code"], entry.get("weight", 1.0))} for entry in base["criterion"]
        ]
        limits = list(method.limits or LIMITS[method.normalise])
        stated = {"thresholds": limits} if method.classes == "thresholds" else {}
        changed["classes"] = {**base["classes"], "method": method.classes, **stated}
    return read_spec(changed, axis)


def centre(method: Method) -> float:
    """Value to subtract from a score before display: the average with z-scores, 0.0 with other scales.

    A score of 86 around an average of 100 would be misread as excellent; -14 is not.
    """
    return float(document()["normalise"]["centre"]) if method.normalise == "z" else 0.0


def labels() -> tuple[str, ...]:
    """Names of the classes of strength in the rules, strongest first."""
    return spec_of(Method()).labels


def spoken(scope: Scope, register: str, fiscal_year: int | None) -> set[str]:
    """Subdistricts for which every base that owes the register has reported; only there no record means none.

    Entries of these registers (funds, organisations) last, so the latest reported year up to ``fiscal_year`` counts.
    """
    years = queries.reports(scope, register)["fiscal_year"].dropna()
    past = years[years <= fiscal_year] if fiscal_year is not None else years
    table = coverage.heard(scope, Query(int(past.max()) if len(past) else fiscal_year), register)
    return set(table.index[told(table).eq(1.0)])


@cached(16)
def criteria_table(scope: Scope, fiscal_year: int | None) -> pd.DataFrame:
    """One row per subdistrict with a column per criterion; a column without data is all NaN."""
    registers = {name: queries.register(scope, name) for name in ("plan", "welfare_fund", "organisation")}
    none_where = {
        "funds": spoken(scope, "welfare_fund", fiscal_year),
        "organisations": spoken(scope, "organisation", fiscal_year),
    }
    table = criteria_frame(
        queries.areas(scope, fiscal_year), gaps.needs(scope), registers["plan"], registers["welfare_fund"], registers["organisation"],
        fiscal_year, none_where,
    )  # fmt: skip
    columns = [entry.get("column", entry["code"]) for entry in document()["criterion"]]
    return table.assign(**{column: float("nan") for column in columns if column not in table})


@cached(64)
def ranked(scope: Scope, fiscal_year: int | None, method: Method, axis: str = "strength") -> Ranking:
    """Ranking with its uncertainty; the draws are slow, hence the cache."""
    return rank(spec_of(method, axis), criteria_table(scope, fiscal_year))


@cached(16)
def explained(scope: Scope, fiscal_year: int | None, method: Method) -> pd.DataFrame:
    """Contribution of each criterion to each score (:func:`geo.ranking.ranking.contributions`)."""
    return contributions(ranked(scope, fiscal_year, method))


@cached(16)
def weak_points(scope: Scope, fiscal_year: int | None, method: Method) -> pd.Series:
    """Weakest criteria of each ranked place (:func:`geo.ranking.strengthening.weak_points`)."""
    return strengthening.weak_points(explained(scope, fiscal_year, method))


def overrides(scope: Scope, fiscal_year: int | None, *, removed: bool = False) -> pd.DataFrame:
    """Agreed classes of the year, input of :func:`geo.ranking.review.agreed`; ``removed``: also undone ones."""
    table = register_queries.agreed_classes(scope, document()["code"], removed=removed)
    year = table["fiscal_year"].astype("Int64")
    here = year.isna() if fiscal_year is None else year.eq(fiscal_year).fillna(False)
    return table[here.astype(bool)]


def reviewed(scope: Scope, ranking: Ranking, fiscal_year: int | None) -> Agreed:
    """Computed classes beside the agreed ones that are in force."""
    return agreed(ranking, overrides(scope, fiscal_year)[[KEY, "class", "reason", "by", "on"]])


def in_force(scope: Scope, ranking: Ranking, fiscal_year: int | None) -> pd.DataFrame:
    """Ranked units with the class in force: the agreed one (then without ``border``), else the computed one."""
    units = reviewed(scope, ranking, fiscal_year).units
    return units.assign(**{"class": units["agreed_class"], "border": units["border"].mask(units["is_overridden"])})


@cached(16)
def two_axes(scope: Scope, fiscal_year: int | None, method: Method) -> pd.DataFrame:
    """Strength and need side by side; the two are never summed."""
    return strength_by_need(ranked(scope, fiscal_year, method), ranked(scope, fiscal_year, method, "need"))


def year_before(scope: Scope, fiscal_year: int | None) -> int | None:
    """Previous fiscal year if any indicator of a strength criterion was reported for it, else None."""
    if fiscal_year is None:
        return None
    signs = {entry["code"] for entry in criteria()}
    signs_known = gaps.needs(scope)
    earlier = signs_known[
        signs_known["indicator_code"].isin(signs) & signs_known["fiscal_year"].eq(fiscal_year - 1).fillna(False)
    ]
    return fiscal_year - 1 if len(earlier) else None


@cached(8)
def against_last_year(scope: Scope, fiscal_year: int, method: Method) -> pd.DataFrame:
    """Comparison of the year with the previous one by the same method (:func:`geo.ranking.review.compare`)."""
    return compare(ranked(scope, fiscal_year, method), ranked(scope, fiscal_year - 1, method))
