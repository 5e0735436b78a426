"""Matching-fund schemes of ``data/rules/matching_funds.toml``, checked; every number is an editable parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from geo.frames import StatedError
from loaders.problems import stated

KINDS = ("per_subdistrict", "per_village", "per_head", "column", "match", "share_of")
NUMBERS = ("baht", "ratio", "percent", "floor_baht", "cap_baht", "total_baht")
NEEDED = dict.fromkeys(("per_subdistrict", "per_village", "per_head"), "baht") | {
    "match": "ratio",
    "share_of": "percent",
    "column": "column",
}


class FundError(StatedError):
    """A matching-fund scheme, parameter or input that cannot be used."""


@dataclass(frozen=True)
class Rule:
    """One contribution of a payer; ``of`` names earlier rules; ``restricted_to`` ``None`` = unrestricted money."""

    code: str
    payer: str
    kind: str
    baht: Decimal | None = None
    ratio: Decimal | None = None
    percent: Decimal | None = None
    by_size: tuple[tuple[str, Decimal], ...] = ()
    of: tuple[str, ...] = ()
    column: str | None = None
    floor_baht: Decimal | None = None
    cap_baht: Decimal | None = None
    total_baht: Decimal | None = None
    restricted_to: str | None = None
    gates: tuple[str, ...] = ()
    to_be_confirmed: bool = False


@dataclass(frozen=True)
class Gate:
    """A condition: ``growth`` of a column by more than ``limit`` over the year before, or a value ``at_least`` it."""

    code: str
    kind: str
    column: str
    limit: Decimal


@dataclass(frozen=True)
class Scheme:
    """Rules of one scheme and fiscal year; the column names select the date of the population and village counts."""

    code: str
    fiscal_year: int
    rules: tuple[Rule, ...]
    gates: tuple[Gate, ...] = ()
    population_column: str = "population"
    villages_column: str = "villages"
    own_payer: str = "community"

    def parameters(self) -> pd.DataFrame:
        """One row per editable number: ``rule``, ``parameter`` (``by_size:SIZE``), ``value``, ``to_be_confirmed``."""
        rows: list[dict[str, object]] = []
        for rule in self.rules:
            numbers = {name: getattr(rule, name) for name in NUMBERS}
            numbers |= {f"by_size:{size}": value for size, value in rule.by_size}
            rows += [
                {"rule": rule.code, "parameter": name, "value": value, "to_be_confirmed": rule.to_be_confirmed}
                for name, value in numbers.items()
                if value is not None
            ]
        return pd.DataFrame(rows, columns=["rule", "parameter", "value", "to_be_confirmed"])

    def with_parameters(self, changes: Mapping[tuple[str, str], object]) -> Scheme:
        """A copy with other numbers, e.g. ``{("nhso_health", "baht"): "45"}``; ``None`` removes an optional one.

        Raises :class:`FundError` for an unknown rule or parameter, or an unusable number.
        """
        rules = {rule.code: rule for rule in self.rules}
        for (code, name), value in changes.items():
            if code not in rules:
                raise FundError("fund_rule_unknown", code, ", ".join(rules))
            rules[code] = _changed(rules[code], name, value)
        return replace(self, rules=tuple(rules.values()))

    def with_limits(self, limits: Mapping[str, object]) -> Scheme:
        """A copy with other limits of its gates, e.g. ``{"member_growth": "10"}``; raises :class:`FundError`."""
        gates = {gate.code: gate for gate in self.gates}
        for code, value in limits.items():
            if code not in gates:
                raise FundError("fund_gate_unknown", code, ", ".join(gates))
            gates[code] = replace(gates[code], limit=number(value, code))
        return replace(self, gates=tuple(gates.values()))


def number(value: object, where: str) -> Decimal:
    """``value`` as an exact ``Decimal``; raises :class:`FundError` unless it is a finite number >= 0."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise FundError("fund_number_unreadable", f"{where}: {value}", "a number") from error
    if not amount.is_finite() or amount < 0:
        raise FundError("fund_number_negative", f"{where}: {value}", "0 or more")
    return amount


def _changed(rule: Rule, name: str, value: object) -> Rule:
    if name.startswith("by_size:"):
        sizes = dict(rule.by_size) | {name.removeprefix("by_size:"): number(value, f"{rule.code}.{name}")}
        return replace(rule, by_size=tuple(sizes.items()))
    if name not in NUMBERS:
        raise FundError("fund_parameter_unknown", name, ", ".join(NUMBERS))
    if value is None and name == NEEDED[rule.kind]:
        raise FundError("fund_parameter_needed", f"{rule.code}.{name}", "a number")
    return replace(rule, **{name: None if value is None else number(value, f"{rule.code}.{name}")})


def _rule(table: Mapping[str, Any], earlier: list[str]) -> Rule:
    code = table["code"]
    if table["kind"] not in KINDS:
        raise FundError("fund_kind_unknown", f"{code}: {table['kind']}", ", ".join(KINDS))
    if NEEDED[table["kind"]] not in table:
        raise FundError("fund_parameter_needed", f"{code}.{NEEDED[table['kind']]}", "a number")
    of = tuple(table.get("of", ()))
    if table["kind"] in ("match", "share_of") and (not of or set(of) - set(earlier)):
        raise FundError("fund_rule_not_earlier", f"{code}: {', '.join(of)}", ", ".join(earlier))
    numbers = {name: number(table[name], f"{code}.{name}") for name in NUMBERS if name in table}
    return Rule(
        code=code,
        payer=table["payer"],
        kind=table["kind"],
        of=of,
        column=table.get("column"),
        by_size=tuple(
            (size, number(value, f"{code}.by_size.{size}")) for size, value in table.get("by_size", {}).items()
        ),
        restricted_to=table.get("restricted_to"),
        gates=tuple(table.get("gates", ())),
        to_be_confirmed=bool(table.get("to_be_confirmed", False)),
        **numbers,
    )


def _gate(table: Mapping[str, Any]) -> Gate:
    kinds = {"growth": "more_than", "at_least": "value"}
    if table["kind"] not in kinds:
        raise FundError("fund_kind_unknown", f"{table['code']}: {table['kind']}", ", ".join(kinds))
    return Gate(
        table["code"], table["kind"], table["column"], number(table.get(kinds[table["kind"]], 0), table["code"])
    )


def read_schemes(document: Mapping[str, Any]) -> dict[str, Scheme]:
    """Schemes of a parsed TOML document by code; raises :class:`FundError` for an invalid or incomplete one."""
    document = stated(document, "matching_funds.toml", lambda where, key: FundError("rule_key_missing", where, key))
    gates = {table["code"]: _gate(table) for table in document.get("gate", [])}
    schemes = {}
    for table in document.get("scheme", []):
        rules: list[Rule] = []
        for part in table.get("rule", []):
            rules.append(_rule(part, [rule.code for rule in rules]))
        codes = [rule.code for rule in rules]
        if len(set(codes)) < len(codes):
            raise FundError("fund_code_twice", table["code"], "different rule codes")
        if unknown := sorted({gate for rule in rules for gate in rule.gates} - set(gates)):
            raise FundError("fund_gate_unknown", unknown[0], ", ".join(gates))
        used_gates = {gate for rule in rules for gate in rule.gates}
        schemes[table["code"]] = Scheme(
            code=table["code"],
            fiscal_year=int(number(table["fiscal_year"], f"{table['code']}.fiscal_year")),
            rules=tuple(rules),
            gates=tuple(gate for code, gate in gates.items() if code in used_gates),
            population_column=table.get("population_column", "population"),
            villages_column=table.get("villages_column", "villages"),
            own_payer=table.get("own_payer", "community"),
        )
    return schemes
