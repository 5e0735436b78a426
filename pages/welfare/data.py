"""The matching-fund calculator as a choice: scheme, changed numbers, which places; the same choice gives the same money."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace

import pandas as pd

from geo.matching_funds.funds import Funds, calculate, fund_gates, promised_received, pull
from geo.matching_funds.rules import Scheme, read_schemes
from loaders import settings
from pages.components import saved_scenarios as scenarios
from pages.queries import store as queries
from pages.session.cache import cached
from pages.session.scope import Scope

KEY = "subdistrict_code"
MEETING = {"scheme": "proposal_2550", "basis": "mean", "numbers": ""}  # the worked total of the meeting
EXISTING = "existing_2550"
MEAN = {"mean.places": 55.0, "mean.villages": 7.0}
GATE, SIZE = "gate", "size.all"  # how the link names the limit of a condition, and one size for every local government
OPEN = "-"  # a floor, cap or total that was taken away


@dataclass(frozen=True)
class Choice:
    """Scheme code, numbers that differ from the rules (``rule.parameter``), places counted, register year of the heads."""

    scheme: str
    basis: str = "all"
    numbers: tuple[tuple[str, str], ...] = field(default=())

    def number(self, name: str) -> float:
        """``mean.places`` or ``mean.villages``."""
        return scenarios.number(dict(self.numbers).get(name), MEAN[name])

    @property
    def size(self) -> str | None:
        """The size that every local government is taken to have; None = not known."""
        return dict(self.numbers).get(SIZE)

    @property
    def year(self) -> int | None:
        """The register year of heads when it was changed."""
        written_year = dict(self.numbers).get("heads.year", "")
        return int(written_year) if written_year.isdigit() and int(written_year) in queries.POPULATION_YEARS else None


@cached(1)
def document() -> dict:
    """``data/rules/matching_funds.toml``."""
    with (settings.RULES / "matching_funds.toml").open("rb") as file:
        return tomllib.load(file)


@cached(1)
def schemes() -> dict[str, Scheme]:
    """The schemes as stated."""
    return read_schemes(document())


def names(kind: str, language: str) -> dict[str, str]:
    """Schemes (``scheme``) or conditions (``gate``) with their words."""
    return {entry["code"]: entry[f"name_{language}"] for entry in document()[kind]}


def scheme_of(choice: Choice) -> Scheme:
    """The scheme with the changed numbers. Raises ``FundError`` for a number that cannot be."""
    stated = schemes()[choice.scheme]
    sizes = {rule.code: {size for size, _ in rule.by_size} for rule in stated.rules}
    parts = [(name.rpartition(".")[::2], None if value == OPEN else value) for name, value in choice.numbers]
    changes = {
        (rule, f"by_size:{name}" if name in sizes[rule] else name): value
        for (rule, name), value in parts
        if rule in sizes
    }
    gate_codes = {gate.code for gate in stated.gates}
    limits = {name: value for (owner, name), value in parts if owner == GATE and name in gate_codes}
    changed = stated.with_parameters(changes).with_limits(limits)
    return replace(changed, population_column=f"population_{choice.year}") if choice.year else changed


def year_of(choice: Choice) -> int:
    """The register year whose heads are counted."""
    return int(scheme_of(choice).population_column.rpartition("_")[2])


def places(scope: Scope, choice: Choice) -> pd.DataFrame:
    """The places counted, villages as of the scheme's year; ``mean`` is one mean place."""
    scheme = schemes()[choice.scheme]
    villages = queries.places(scope, scheme.fiscal_year).villages[KEY].value_counts()
    areas = queries.areas(scope, scheme.fiscal_year)
    if len(villages):  # a province of which we keep no villages has an unknown number of them
        areas = areas.assign(villages=areas[KEY].map(villages).fillna(0).astype("Int64"))
    areas = areas.assign(size=choice.size)
    if choice.basis == "mean":
        heads = {f"population_{year}": [areas[f"population_{year}"].mean()] for year in queries.POPULATION_YEARS}
        return pd.DataFrame({KEY: ["mean"], "villages": [choice.number("mean.villages")], "size": choice.size, **heads})
    if choice.basis == "funds":
        held = queries.register(scope, "welfare_fund")[KEY].dropna()
        return areas[areas[KEY].isin(set(held))].reset_index(drop=True)
    if choice.basis.isdigit():
        picked = set(scenarios.content(scope, "selection", choice.basis).get("chosen", []))
        return areas[areas[KEY].isin(picked)].reset_index(drop=True)
    return areas


def times(choice: Choice) -> int:
    """How many places the mean place stands for."""
    return int(choice.number("mean.places")) if choice.basis == "mean" else 1


def answers(scope: Scope, choice: Choice, counted: pd.DataFrame) -> pd.DataFrame | None:
    """Whether each place's fund meets the conditions; nothing is known of a mean place."""
    scheme = schemes()[choice.scheme]
    if choice.basis == "mean" or not scheme.gates:
        return None
    return fund_gates(scheme_of(choice).gates, queries.register(scope, "welfare_fund"), counted, scheme.fiscal_year)


@cached(32)
def money(scope: Scope, choice: Choice) -> Funds:
    """What the scheme gives, once per data version and choice (a saved selection never changes). Raises ``FundError``."""
    counted = places(scope, choice)
    return calculate(scheme_of(choice), counted, answers(scope, choice, counted))


@cached(32)
def pulled(scope: Scope, choice: Choice) -> pd.DataFrame:
    """What one more baht of the community pulls in, place by place."""
    return pull(scheme_of(choice), places(scope, choice))


def existing_per_place(choice: Choice) -> int:
    """Community welfare money that a place with so many villages has already, in satang."""
    mean_place = pd.DataFrame({KEY: ["mean"], "villages": [choice.number("mean.villages")], "population_2007": [0]})
    return calculate(schemes()[EXISTING], mean_place).total_satang


def _promises(scope: Scope, choice: Choice, district: str | None) -> pd.DataFrame:
    rows = queries.register(scope, "contribution")
    rows = rows[rows["fiscal_year"].eq(schemes()[choice.scheme].fiscal_year).fillna(False)]
    if choice.basis not in ("all", "mean"):
        rows = rows[rows[KEY].isin(places(scope, choice)[KEY])]
    return rows[rows["district_code"].eq(district).fillna(False)] if district else rows


def undated_promises(scope: Scope, district: str | None) -> pd.DataFrame:
    """Promises and payments that state no fiscal year: they stand in no year."""
    rows = queries.register(scope, "contribution")
    rows = rows[rows["fiscal_year"].isna()]
    return rows[rows["district_code"].eq(district).fillna(False)] if district else rows


def contributions(scope: Scope, choice: Choice, district: str | None) -> pd.DataFrame:
    """Promised against received by source, of the scheme's year."""
    return promised_received(_promises(scope, choice, district))


def fund_records(scope: Scope, choice: Choice) -> pd.DataFrame:
    """Rows of welfare funds that the money rests on: those counted as places, and the years that the conditions compare."""
    scheme, rows = schemes()[choice.scheme], queries.register(scope, "welfare_fund")
    rows = rows[rows[KEY].notna()]
    if choice.basis == "funds":
        return rows
    years = (scheme.fiscal_year, scheme.fiscal_year - 1) if scheme.gates and choice.basis != "mean" else ()
    return rows[rows["fiscal_year"].isin(years) & rows[KEY].isin(places(scope, choice)[KEY])]


def fund_sources(scope: Scope, choice: Choice, district: str | None) -> pd.DataFrame:
    """Rows behind the conditions and the promises, for the list of sources."""
    columns = ["base", "batch_id", "file_name", "sheet", "row"]
    return pd.concat([_promises(scope, choice, district)[columns], fund_records(scope, choice)[columns]])
