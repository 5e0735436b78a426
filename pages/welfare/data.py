"""Matching-fund calculator: the choice in the link (scheme, changed numbers, places) and the money it gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from geo.matching_funds.funds import Funds, calculate, fund_gates, promised_received, pull
from geo.matching_funds.rules import Scheme, read_schemes
from loaders import codes
from loaders.problems import stated
from pages.components import saved_scenarios as scenarios
from pages.queries import store as queries
from pages.session.cache import cached
from pages.session.scope import Scope

KEY = "subdistrict_code"
MEETING = {"scheme": "proposal_2550", "basis": "mean", "numbers": ""}  # give the worked total of the meeting
EXISTING = "existing_2550"
MEAN = {"mean.places": 55.0, "mean.villages": 7.0}
GATE, SIZE = "gate", "size.all"  # names in the link: limit of a condition; one size for every local government
OPEN = "-"  # value in the link of a removed floor, cap or total


@dataclass(frozen=True)
class Choice:
    """Choice of the link.

    ``basis``: places counted, a key of ``panels.BASIS_KEYS`` or the key of a saved selection. ``numbers``: those that
    differ from the rules, as (``rule.parameter``, text).
    """

    scheme: str
    basis: str = "all"
    numbers: tuple[tuple[str, str], ...] = field(default=())

    def number(self, name: str) -> float:
        """Value of ``mean.places`` or ``mean.villages``."""
        return scenarios.number(dict(self.numbers).get(name), MEAN[name])

    @property
    def size(self) -> str | None:
        """Size assumed for every local government; None: not known."""
        return dict(self.numbers).get(SIZE)

    @property
    def year(self) -> int | None:
        """Changed register year of the population; None: that of the scheme."""
        written_year = dict(self.numbers).get("heads.year", "")
        return int(written_year) if written_year.isdigit() and int(written_year) in queries.POPULATION_YEARS else None


@cached(1)
def document() -> dict:
    """``data/rules/matching_funds.toml``: schemes, rules, conditions."""
    return codes.rule_file("matching_funds")


@cached(1)
def schemes() -> dict[str, Scheme]:
    """Schemes of the rules, by code; one that the file lacks is refused by name."""
    return stated(read_schemes(document()), "matching_funds.toml, scheme")


def names(kind: str, language: str) -> dict[str, str]:
    """Code -> name of schemes (``kind`` = ``scheme``) or conditions (``gate``)."""
    return {entry["code"]: entry[f"name_{language}"] for entry in document()[kind]}


def scheme_of(choice: Choice) -> Scheme:
    """Scheme with the changed numbers; raises ``FundError`` for an impossible one."""
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
    """Register year of the population in use."""
    return int(scheme_of(choice).population_column.rpartition("_")[2])


def places(scope: Scope, choice: Choice) -> pd.DataFrame:
    """One row per counted place, villages as of the scheme's year; with basis ``mean`` one mean place."""
    scheme = schemes()[choice.scheme]
    villages = queries.places(scope, scheme.fiscal_year).villages[KEY].value_counts()
    areas = queries.areas(scope, scheme.fiscal_year)
    if len(villages):  # without a register of villages their number is unknown, not 0
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
    """Number of places that a row of :func:`places` stands for; above 1 only for the mean place."""
    return int(choice.number("mean.places")) if choice.basis == "mean" else 1


def answers(scope: Scope, choice: Choice, counted: pd.DataFrame) -> pd.DataFrame | None:
    """Whether each place's fund meets the conditions; None without conditions or for the mean place."""
    scheme = schemes()[choice.scheme]
    if choice.basis == "mean" or not scheme.gates:
        return None
    return fund_gates(scheme_of(choice).gates, queries.register(scope, "welfare_fund"), counted, scheme.fiscal_year)


@cached(32)
def money(scope: Scope, choice: Choice) -> Funds:
    """Money of the scheme; raises ``FundError``. The cache is safe because a saved selection never changes."""
    counted = places(scope, choice)
    return calculate(scheme_of(choice), counted, answers(scope, choice, counted))


@cached(32)
def pulled(scope: Scope, choice: Choice) -> pd.DataFrame:
    """Baht that one more baht of the community brings in, per place."""
    return pull(scheme_of(choice), places(scope, choice))


def existing_per_place(choice: Choice) -> int:
    """Satang that the existing scheme already gives to a place with the mean number of villages."""
    mean_place = pd.DataFrame({KEY: ["mean"], "villages": [choice.number("mean.villages")], "population_2007": [0]})
    return calculate(schemes()[EXISTING], mean_place).total_satang


def _promises(scope: Scope, choice: Choice, district: str | None) -> pd.DataFrame:
    rows = queries.register(scope, "contribution")
    rows = rows[rows["fiscal_year"].eq(schemes()[choice.scheme].fiscal_year).fillna(False)]
    if choice.basis not in ("all", "mean"):
        rows = rows[rows[KEY].isin(places(scope, choice)[KEY])]
    return rows[rows["district_code"].eq(district).fillna(False)] if district else rows


def undated_promises(scope: Scope, district: str | None) -> pd.DataFrame:
    """Promises and payments without a fiscal year, which no year's figures include."""
    rows = queries.register(scope, "contribution")
    rows = rows[rows["fiscal_year"].isna()]
    return rows[rows["district_code"].eq(district).fillna(False)] if district else rows


def contributions(scope: Scope, choice: Choice, district: str | None) -> pd.DataFrame:
    """Promised and received money per source, in the scheme's year."""
    return promised_received(_promises(scope, choice, district))


def fund_records(scope: Scope, choice: Choice) -> pd.DataFrame:
    """Rows of welfare funds used: those that make a place count, and the years that conditions compare."""
    scheme, rows = schemes()[choice.scheme], queries.register(scope, "welfare_fund")
    rows = rows[rows[KEY].notna()]
    if choice.basis == "funds":
        return rows
    years = (scheme.fiscal_year, scheme.fiscal_year - 1) if scheme.gates and choice.basis != "mean" else ()
    return rows[rows["fiscal_year"].isin(years) & rows[KEY].isin(places(scope, choice)[KEY])]


def fund_sources(scope: Scope, choice: Choice, district: str | None) -> pd.DataFrame:
    """Source rows of conditions and promises."""
    columns = ["base", "batch_id", "file_name", "sheet", "row"]
    return pd.concat([_promises(scope, choice, district)[columns], fund_records(scope, choice)[columns]])
