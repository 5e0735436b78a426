"""Specification of a composite index in an editable TOML file: criteria, groups and methods.

:func:`read_spec` makes a :class:`Spec` from a parsed document (``tomllib.loads``; keys as in
``data/rules/criteria.toml``). Mistakes in the file raise :class:`SpecError` with a code; none is silently corrected.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from geo.frames import StatedError

NORMALISATIONS = ("minmax", "z", "goalposts", "rank")
AGGREGATIONS = ("arithmetic", "geometric", "mazziotta_pareto")
CLASSINGS = ("none", "thirds", "thresholds", "natural")
IMPUTATIONS = ("none", "mean", "group_mean")
OUTLIERS = ("none", "winsorise")
TRANSFORMS = ("none", "log")
AXES = ("strength", "need")
NEAR = 0.7  # minimum similarity of a misspelt key and the suggested one (difflib ratio)
Document = Mapping[str, Any]
TOP = ""  # parent of criteria and groups that enter the score directly


class SpecError(StatedError):
    """An index specification, or its data, that cannot be used."""


def in_range(name: str, value: object, low: float, high: float = math.inf, *, whole: bool = False) -> None:
    """Raise :class:`SpecError` unless ``value`` is a finite number (an int if ``whole``) in ``low`` .. ``high``."""
    kinds = int if whole else (int, float)
    good = isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value) and low <= value <= high
    if not good:
        raise SpecError(
            "rank_setting_out_of_range",
            f"{name} = {value}",
            f"{low:g} .. {high:g}" if high < math.inf else f">= {low:g}",
        )


@dataclass(frozen=True)
class Criterion:
    """One column of the data. ``direction`` +1: a higher value raises the score, -1: it lowers it."""

    code: str
    column: str
    direction: int = 1
    weight: float = 1.0
    parent: str = TOP
    denominator: str | None = None
    goalposts: tuple[float, float] | None = None
    transform: str = "none"
    unit: str = ""
    year: int | None = None
    source: str = ""
    name_th: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Group:
    """Criteria or groups that are averaged first; ``divide_by`` rescales the mean, as in the HDI of 2010."""

    code: str
    parent: str = TOP
    weight: float = 1.0
    aggregation: str | None = None
    divide_by: float = 1.0


@dataclass(frozen=True)
class Uncertainty:
    """What is varied in the draws, and by how much.

    ``leave_out``: share of draws that leave one criterion out. ``weight_spread``: each weight is multiplied by a random
    number between 1 - spread and 1 + spread. ``hold``: minimum share of draws for a class to be called firm.
    """

    draws: int = 1000
    seed: int = 2550
    weight_spread: float = 0.25
    leave_out: float = 0.5
    normalisations: tuple[str, ...] = ()
    aggregations: tuple[str, ...] = ()
    hold: float = 0.9

    def __post_init__(self) -> None:
        """Raise :class:`SpecError` for unusable settings, whether from a file, the command line or a page."""
        in_range("draws", self.draws, 0, whole=True)
        in_range("seed", self.seed, 0, whole=True)
        for name in ("weight_spread", "leave_out", "hold"):  # a spread above 1 would turn weights negative
            in_range(name, getattr(self, name), 0, 1)


@dataclass(frozen=True)
class Spec:
    """A whole index. ``scale``: ends for min-max, goalposts and rank. ``z``: mean and spread for z scores.

    ``outlier_limits`` as in :func:`geo.ranking.normalise.winsorised`. ``version``: hash of the document and the axis.
    """

    code: str
    unit: str
    criteria: tuple[Criterion, ...]
    groups: tuple[Group, ...] = ()
    normalisation: str = "z"
    scale: tuple[float, float] = (0.0, 100.0)
    z: tuple[float, float] = (100.0, 10.0)
    aggregation: str = "arithmetic"
    imputation: str = "none"
    imputation_group: str | None = None
    known_share: float = 0.75
    outliers: str = "none"
    outlier_limits: tuple[float, float, int] = (2.0, 3.5, 5)
    classing: str = "thirds"
    labels: tuple[str, ...] = ("A", "B", "C")
    thresholds: tuple[float, ...] = ()
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    version: str = ""

    @property
    def codes(self) -> list[str]:
        """Codes of the criteria, in the order of the specification."""
        return [criterion.code for criterion in self.criteria]

    @property
    def weakest(self) -> str:
        """Label of the lowest class."""
        return self.labels[-1]

    def children(self, parent: str) -> list[Criterion | Group]:
        """Criteria and groups directly below ``parent``."""
        return [node for node in (*self.criteria, *self.groups) if node.parent == parent]

    def effective_weights(self) -> dict[str, float]:
        """Weight of each criterion in the whole index by code; the weights sum to 1."""
        share = {TOP: 1.0}
        for group in self.downwards():
            share[group.code] = self._share(group) * share[group.parent]
        return {criterion.code: self._share(criterion) * share[criterion.parent] for criterion in self.criteria}

    def _share(self, node: Criterion | Group) -> float:
        total = sum(other.weight for other in self.children(node.parent))
        return node.weight / total if total else 0.0

    def downwards(self) -> list[Group]:
        """Groups with parents before children."""
        ordered: list[Group] = []
        layer = [TOP]
        while layer:
            children = [group for group in self.groups if group.parent in layer]
            ordered += children
            layer = [group.code for group in children]
        return ordered

    def upwards(self) -> list[Group]:
        """Groups with children before parents."""
        return self.downwards()[::-1]


def _one_of(table: Document, key: str, allowed: Sequence[str], default: str) -> str:
    value = table.get(key, default)
    if value not in allowed:
        raise SpecError("rank_unknown_method", value, ", ".join(allowed))
    return value


def _pair(ends: Sequence[float]) -> tuple[float, float]:
    low, high = ends
    return float(low), float(high)


def _criterion(table: Document) -> Criterion:
    if "code" not in table:
        raise SpecError("rank_criterion_without_code", dict(table), "code")
    if table.get("direction", 1) not in (1, -1):
        raise SpecError("rank_direction_unclear", table["code"], "1 / -1")
    if not table.get("weight", 1.0) >= 0:
        raise SpecError("rank_weight_negative", table["code"], ">= 0")
    in_range(f"{table['code']}.weight", table.get("weight", 1.0), 0)
    posts = _pair(table["goalposts"]) if "goalposts" in table else None
    if posts is not None and not posts[0] < posts[1]:
        raise SpecError("rank_goalposts_unordered", table["code"], "[low, high]")
    return Criterion(
        code=table["code"],
        column=table.get("column", table["code"]),
        direction=table.get("direction", 1),
        weight=float(table.get("weight", 1.0)),
        parent=table.get("group", TOP),
        denominator=table.get("denominator"),
        goalposts=posts,
        transform=_one_of(table, "transform", TRANSFORMS, "none"),
        **{key: table[key] for key in ("unit", "year", "source", "name_th", "name_en") if key in table},
    )


def _groups(document: Document) -> tuple[Group, ...]:
    return tuple(
        Group(
            code=table["code"],
            parent=table.get("parent", TOP),
            weight=float(table.get("weight", 1.0)),
            aggregation=_one_of(table, "aggregation", AGGREGATIONS, "") if "aggregation" in table else None,
            divide_by=float(table.get("divide_by", 1.0)),
        )
        for table in document.get("group", [])
    )


def _uncertainty(table: Document, normalisation: str, aggregation: str) -> Uncertainty:
    normalisations = tuple(table.get("normalisations", [normalisation]))
    aggregations = tuple(table.get("aggregations", [aggregation]))
    for methods, allowed in ((normalisations, NORMALISATIONS), (aggregations, AGGREGATIONS)):
        if unknown := [method for method in methods if method not in allowed]:
            raise SpecError("rank_unknown_method", unknown[0], ", ".join(allowed))
    plain = {key: table[key] for key in ("draws", "seed", "weight_spread", "leave_out", "hold") if key in table}
    return Uncertainty(**plain, normalisations=normalisations, aggregations=aggregations)


def _check(spec: Spec) -> Spec:
    if not spec.criteria:
        raise SpecError("rank_no_criteria", spec.code, "[[criterion]]")
    for check in (_check_settings, _check_tree, _check_normalisation, _check_classes):
        check(spec)
    return spec


def _check_settings(spec: Spec) -> None:
    in_range("known_share", spec.known_share, 0, 1)
    in_range("spread", spec.z[1], 0)
    in_range("most", spec.outlier_limits[2], 0, whole=True)
    for group in spec.groups:
        in_range(f"{group.code}.weight", group.weight, 0)
        in_range(f"{group.code}.divide_by", group.divide_by, 1e-12)
    if not spec.scale[0] < spec.scale[1]:
        raise SpecError("rank_setting_out_of_range", f"scale = {list(spec.scale)}", "[low, high]")


def _check_tree(spec: Spec) -> None:
    """Codes must be unique, every node must be below :data:`TOP`, and some weight above zero."""
    codes = [*spec.codes, *(group.code for group in spec.groups)]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        raise SpecError("rank_code_twice", doubled[0], "different codes")
    reached = {TOP, *(group.code for group in spec.downwards())}
    if lost := [node.code for node in (*spec.criteria, *spec.groups) if node.parent not in reached]:
        raise SpecError("rank_group_unknown", lost[0], ", ".join(sorted(reached - {TOP})))
    if not any(spec.effective_weights().values()):
        raise SpecError("rank_weights_all_zero", spec.code, "> 0")


def _check_normalisation(spec: Spec) -> None:
    if "goalposts" in (spec.normalisation, *spec.uncertainty.normalisations):
        without = [criterion.code for criterion in spec.criteria if criterion.goalposts is None]
        if without:
            raise SpecError("rank_goalposts_missing", without[0], "[low, high]")
    if {"geometric", "mazziotta_pareto"} & {spec.aggregation, *spec.uncertainty.aggregations} and spec.z[0] <= 0:
        raise SpecError("rank_centre_not_positive", spec.z[0], "> 0")


def _check_classes(spec: Spec) -> None:
    if spec.classing != "none" and (not spec.labels or len(set(spec.labels)) < len(spec.labels)):
        raise SpecError("rank_setting_out_of_range", f"labels = {list(spec.labels)}", "A, B, C")
    if spec.classing != "thresholds":
        return
    if len(spec.thresholds) != len(spec.labels) - 1:
        raise SpecError("rank_thresholds_count", len(spec.thresholds), len(spec.labels) - 1)
    if list(spec.thresholds) != sorted(spec.thresholds, reverse=True):
        raise SpecError("rank_thresholds_unordered", spec.thresholds, "falling, as the labels do")


_TEXTS = ("name_th", "name_en", "source", "note")
KEYS: dict[str, tuple[str, ...]] = {
    "": ("code", "unit", "axis", "normalise", "aggregate", "missing", "outliers", "classes", "uncertainty", "criterion",
         "group", *_TEXTS),
    "normalise": ("method", "scale", "centre", "spread"),
    "aggregate": ("method",),
    "missing": ("impute", "group", "known_share"),
    "outliers": ("method", "skewness", "kurtosis", "most"),
    "classes": ("method", "labels", "thresholds"),
    "uncertainty": tuple(field_.name for field_ in fields(Uncertainty)),
    "criterion": ("code", "column", "direction", "weight", "group", "denominator", "goalposts", "transform", "unit", "year",
                  "axis", *_TEXTS),
    "group": ("code", "parent", "weight", "aggregation", "divide_by", *_TEXTS),
}  # fmt: skip


def _refuse_unknown(document: Document, chosen: str | None) -> None:
    """Raise :class:`SpecError` for a key that is unknown in its table, with the most similar valid key as a hint."""
    for name in document:
        _refuse_key("", name)
    for table in KEYS.keys() & document.keys() - {""}:
        is_list = table in ("criterion", "group")
        if not isinstance(document[table], list if is_list else Mapping):
            raise SpecError(
                "rank_key_unknown", f"{table} = {document[table]}", f"[[{table}]]" if is_list else f"[{table}]"
            )
    for table, content in document.items():
        for part in content if isinstance(content, list) else [content]:
            for name, inner in part.items() if isinstance(part, Mapping) else ():
                if table == "classes" and name in AXES and isinstance(inner, Mapping):
                    for key in inner:
                        _refuse_key("classes", key, f"classes.{name}")
                else:
                    _refuse_key(table, name)
    named = [chosen, document.get("axis"), *(entry.get("axis") for entry in document.get("criterion", []))]
    for axis in named:
        if axis is not None and axis not in AXES:
            raise SpecError("rank_unknown_method", f"axis = {axis}", ", ".join(AXES))


def _refuse_key(table: str, name: str, where: str | None = None) -> None:
    if name in KEYS[table]:
        return
    place = where if where is not None else table
    near = get_close_matches(name, KEYS[table], 1, NEAR)
    elsewhere = [f"[{name}]"] if name in KEYS else [
        f"{name} in [{other}]" for other, keys in KEYS.items() if other and name in keys
    ]  # fmt: skip
    everywhere = get_close_matches(name, sorted({key for keys in KEYS.values() for key in keys}), 1, NEAR)
    hint = ", ".join([*near, *elsewhere] or everywhere or KEYS[table])
    raise SpecError("rank_key_unknown", f"{place}.{name}".lstrip("."), hint)


def read_spec(document: Document, axis: str | None = None) -> Spec:
    """The index specified by a parsed TOML document.

    Parameters
    ----------
    document
        As ``tomllib`` reads it.
    axis
        Use only the criteria of this axis (``strength`` or ``need``); a criterion without one is ``strength``.
        ``None`` = the ``axis`` key of the document, or all criteria when it has none.

    Raises
    ------
    SpecError
        For anything in the document that cannot be used.
    """
    try:
        _refuse_unknown(document, axis)
        return _check(_read(document, axis))
    except SpecError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:  # a value of the wrong TOML type
        raise SpecError(
            "rank_spec_unreadable", error, "numbers, lists and tables as in data/rules/criteria.toml"
        ) from error


def _read(document: Document, axis: str | None) -> Spec:
    axis = axis or document.get("axis")
    criteria = [
        table for table in document.get("criterion", []) if axis is None or table.get("axis", "strength") == axis
    ]
    normalise, aggregate = document.get("normalise", {}), document.get("aggregate", {})
    missing, outliers, classes = document.get("missing", {}), document.get("outliers", {}), document.get("classes", {})
    classes = {**classes, **(classes.get(axis, {}) if axis else {})}  # [classes.AXIS] overrides [classes]
    normalisation = _one_of(normalise, "method", NORMALISATIONS, "z")
    aggregation = _one_of(aggregate, "method", AGGREGATIONS, "arithmetic")
    text = json.dumps({**document, "axis": axis}, sort_keys=True, default=str, ensure_ascii=False)
    return Spec(
        code=document.get("code", "index"),
        unit=document.get("unit", "subdistrict_code"),
        criteria=tuple(_criterion(table) for table in criteria),
        groups=_groups(document),
        normalisation=normalisation,
        scale=_pair(normalise.get("scale", (0, 100))),
        z=(float(normalise.get("centre", 100)), float(normalise.get("spread", 10))),
        aggregation=aggregation,
        imputation=_one_of(missing, "impute", IMPUTATIONS, "none"),
        imputation_group=missing.get("group"),
        known_share=float(missing.get("known_share", 0.75)),
        outliers=_one_of(outliers, "method", OUTLIERS, "none"),
        outlier_limits=(
            float(outliers.get("skewness", 2.0)),
            float(outliers.get("kurtosis", 3.5)),
            int(outliers.get("most", 5)),
        ),
        classing=_one_of(classes, "method", CLASSINGS, "thirds"),
        labels=tuple(classes.get("labels", ("A", "B", "C"))),
        thresholds=tuple(float(bound) for bound in classes.get("thresholds", ())),
        uncertainty=_uncertainty(document.get("uncertainty", {}), normalisation, aggregation),
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
    )
