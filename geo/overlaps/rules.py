"""The overlap rules of ``data/rules/overlap.toml``: checked, then applied in order.

Every pair of records is described by a value for each of :data:`RELATIONS`; the first rule whose conditions all hold
gives the outcome, one of :mod:`geo.overlaps.outcomes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.frames import StatedError
from geo.overlaps import outcomes
from loaders.problems import stated

RELATIONS: dict[str, tuple[str, ...]] = {
    "cofinancing": ("declared", "not_declared"),
    "theme": ("same", "same_group", "different", "not_known"),
    "target_group": ("same", "similar", "different", "not_known"),
    "activity": ("same", "different", "not_known"),
    "stream": ("same", "different", "not_known"),
    "period_basis": ("dates", "fiscal_year"),
}
NO_RULE = "no_rule"


class OverlapRuleError(StatedError):
    """A rule, group or co-financing scheme that cannot be used."""

    def __str__(self) -> str:
        return f"{self.code}: found {self.value}; expected one of {self.expected}; correct it in data/rules"


def _key_missing(where: str, key: str) -> OverlapRuleError:
    return OverlapRuleError("rule_key_missing", where, key)


@dataclass(frozen=True)
class Rule:
    """One rule: ``when`` maps a relation to its accepted values."""

    code: str
    outcome: str
    when: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Scheme:
    """One declared co-financing scheme of several streams; empty ``themes`` = every theme."""

    code: str
    streams: frozenset[str]
    themes: frozenset[str]


@dataclass(frozen=True)
class OverlapRules:
    """The checked rules, group of each theme and target group, and target groups that mean everyone."""

    rules: tuple[Rule, ...]
    theme_group: Mapping[str, str]
    target_family: Mapping[str, str]
    everyone: frozenset[str]


def _rule(entry: Mapping[str, Any]) -> Rule:
    when = {
        relation: (relation_words,) if isinstance(relation_words, str) else tuple(relation_words)
        for relation, relation_words in entry.get("when", {}).items()
    }
    for relation, relation_words in when.items():
        unknown = [word for word in relation_words if word not in RELATIONS.get(relation, ())]
        if relation not in RELATIONS or unknown:
            asked = f"{entry['code']}: {relation} = {', '.join(map(str, relation_words))}"
            raise OverlapRuleError("overlap_word_unknown", asked, ", ".join(RELATIONS.get(relation, RELATIONS)))
    if entry["outcome"] not in outcomes.from_rules():
        asked = f"{entry['code']}: outcome = {entry['outcome']}"
        raise OverlapRuleError("overlap_word_unknown", asked, ", ".join(outcomes.from_rules()))
    return Rule(entry["code"], entry["outcome"], when)


def _members(entries: Sequence[Mapping[str, Any]], key: str) -> dict[str, str]:
    """Member -> code of its group; raises :class:`OverlapRuleError` for a member of two groups."""
    group_of: dict[str, str] = {}
    for entry in entries:
        for member in entry[key]:
            if member in group_of:
                raise OverlapRuleError("overlap_member_twice", member, f"{group_of[member]}, {entry['code']}")
            group_of[member] = entry["code"]
    return group_of


def overlap_rules(table: Mapping[str, Any]) -> OverlapRules:
    """Check a table read with ``tomllib``; raises :class:`OverlapRuleError` that names the invalid entry."""
    table = stated(table, "overlap.toml", _key_missing)
    rules = tuple(_rule(entry) for entry in table.get("rule", []))
    codes = [rule.code for rule in rules]
    if not rules or len(set(codes)) < len(codes):
        raise OverlapRuleError("overlap_rule_codes", ", ".join(codes), "different codes")
    return OverlapRules(
        rules=rules,
        theme_group=_members(table.get("theme_group", []), "themes"),
        target_family=_members(table.get("target_family", []), "target_groups"),
        everyone=frozenset(table.get("everyone", {}).get("target_groups", [])),
    )


def cofinancing_schemes(table: Mapping[str, Any] | None) -> tuple[Scheme, ...]:
    """Schemes of ``data/rules/cofinancing.toml`` as read with ``tomllib``; ``None`` = no schemes."""
    table = stated(table or {}, "cofinancing.toml", _key_missing)
    return tuple(
        Scheme(entry["code"], frozenset(entry.get("streams", [])), frozenset(entry.get("themes", [])))
        for entry in table.get("scheme", [])
    )


def codes_of(values: pd.Series) -> np.ndarray:
    """Integer code of each distinct text; -1 for missing or empty."""
    return pd.factorize(values.mask(values.eq("")))[0]


def _same(codes: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Masks (equal codes, a code is missing) of each pair."""
    return codes[a] == codes[b], (codes[a] < 0) | (codes[b] < 0)


def _mapped(values: pd.Series, groups: Mapping[str, str]) -> np.ndarray:
    """Integer code of the group of each value; a value in no group is a group of its own."""
    return codes_of(values.map(lambda value: groups.get(value, f"={value}"), na_action="ignore"))


def _named(cell: object) -> list[str]:
    """Codes of a cell, which may hold several, comma-joined."""
    return [code for code in cell.split(",") if code] if isinstance(cell, str) else []


def _sharing(values: pd.Series, groups: Mapping[str, str], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mask of pairs whose cells have a code, or a group of codes, in common; an empty cell has nothing in common."""
    number, texts = pd.factorize(values.mask(values.eq("")))
    members = [{groups.get(code, f"={code}") for code in _named(text)} for text in texts]
    if all(len(cell_codes) < 2 for cell_codes in members):  # fast path for the usual case of one code per cell
        alone = codes_of(pd.Series([next(iter(cell_codes), None) for cell_codes in members], dtype="object"))
        number = np.append(alone, -1)[number]
        return (number[a] == number[b]) & (number[a] >= 0)
    shared = np.zeros((len(texts) + 1, len(texts) + 1), dtype=bool)  # number -1 selects the last row: missing
    holders: dict[str, list[int]] = {}
    for place, codes in enumerate(members):
        for code in codes:
            holders.setdefault(code, []).append(place)
    for places in holders.values():
        shared[np.ix_(places, places)] = True
    return shared[number[a], number[b]]


def _declared(support: pd.DataFrame, schemes: Sequence[Scheme], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    same, unknown = _same(codes_of(support["cofinancing"]), a, b)
    declared = same & ~unknown
    stream = codes_of(support["stream_code"])
    for scheme in schemes:
        belongs = support["stream_code"].isin(scheme.streams) & (
            support["theme_code"].isin(scheme.themes) | (not scheme.themes)
        )
        member = belongs.to_numpy(dtype=bool)
        declared |= member[a] & member[b] & (stream[a] != stream[b])
    return declared


def _word(relation: str, choices: Sequence[tuple[str, np.ndarray]], otherwise: str) -> np.ndarray:
    """First choice that holds, as index of its value in ``RELATIONS``; int8, because there can be millions of pairs."""
    places = RELATIONS[relation]
    conditions = [condition for _, condition in choices]
    return np.select(conditions, [np.int8(places.index(word)) for word, _ in choices], np.int8(places.index(otherwise)))


def relations(
    support: pd.DataFrame,
    from_dates: np.ndarray,
    rules: OverlapRules,
    schemes: Sequence[Scheme],
    a: np.ndarray,
    b: np.ndarray,
) -> dict[str, np.ndarray]:
    """Describe each pair of positions ``a``, ``b``: relation -> indices of its values in ``RELATIONS``.

    ``from_dates``: mask of records whose period comes from stated dates.
    """
    described = {"cofinancing": _word("cofinancing", [("declared", _declared(support, schemes, a, b))], "not_declared")}
    same, unknown = _same(codes_of(support["theme_code"]), a, b)
    group, _ = _same(_mapped(support["theme_code"], rules.theme_group), a, b)
    described["theme"] = _word("theme", [("not_known", unknown), ("same", same), ("same_group", group)], "different")
    same, unknown = _same(codes_of(support["target_group"]), a, b)
    family = _sharing(support["target_group"], rules.target_family, a, b)
    everyone = (
        support["target_group"].map(lambda cell: not rules.everyone.isdisjoint(_named(cell))).to_numpy(dtype=bool)
    )
    meant = everyone[a] | everyone[b]  # "everyone" is similar to any target group, stated or not
    described["target_group"] = _word(
        "target_group",
        [("same", same & ~unknown), ("similar", meant), ("not_known", unknown), ("similar", family)],
        "different",
    )
    for relation, column in {"activity": "activity_code", "stream": "stream_code"}.items():
        same, unknown = _same(codes_of(support[column]), a, b)
        same |= _sharing(support[column], {}, a, b)  # a cell may list several codes: one in common is enough
        described[relation] = _word(relation, [("not_known", unknown), ("same", same)], "different")
    described["period_basis"] = _word("period_basis", [("dates", from_dates[a] & from_dates[b])], "fiscal_year")
    return described


def words(relation: str, places: np.ndarray) -> pd.Series:
    """Values of one relation for the indices that :func:`relations` returns."""
    return pd.Series(pd.array(list(RELATIONS[relation]), dtype="str")[places])


def decide(described: Mapping[str, np.ndarray], rules: OverlapRules) -> tuple[pd.Series, pd.Series]:
    """(outcome, rule code) of each pair from the first rule that holds; ``not_known`` and ``no_rule`` if none does."""
    size = len(described["theme"])
    first = np.full(size, len(rules.rules), dtype=np.int16)
    for number, rule in reversed(list(enumerate(rules.rules))):
        fit = np.ones(size, dtype=bool)
        for relation, relation_words in rule.when.items():
            fit &= np.isin(described[relation], [RELATIONS[relation].index(word) for word in relation_words])
        first[fit] = number
    rule_outcomes = pd.array([*(rule.outcome for rule in rules.rules), "not_known"], dtype="str")
    codes = pd.array([*(rule.code for rule in rules.rules), NO_RULE], dtype="str")
    return pd.Series(rule_outcomes[first]), pd.Series(codes[first])
