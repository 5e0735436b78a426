"""Read an index from a parsed TOML document (``tomllib.loads``); the keys are those of ``data/rules/criteria.toml``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from geo.ranking.spec import TOP, Criterion, Doubt, Group, Spec, SpecError, in_range

NORMALISATIONS = ("minmax", "z", "goalposts", "rank")
AGGREGATIONS = ("arithmetic", "geometric", "mazziotta_pareto")
CLASSINGS = ("none", "thirds", "thresholds", "natural")
IMPUTATIONS = ("none", "mean", "group_mean")
OUTLIERS = ("none", "winsorise")
TRANSFORMS = ("none", "log")
Document = Mapping[str, Any]


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


def _doubt(table: Document, normalisation: str, aggregation: str) -> Doubt:
    normalisations = tuple(table.get("normalisations", [normalisation]))
    aggregations = tuple(table.get("aggregations", [aggregation]))
    for value, allowed in [*((v, NORMALISATIONS) for v in normalisations), *((v, AGGREGATIONS) for v in aggregations)]:
        if value not in allowed:
            raise SpecError("rank_unknown_method", value, ", ".join(allowed))
    plain = {key: table[key] for key in ("draws", "seed", "weight_spread", "leave_out", "hold") if key in table}
    return Doubt(**plain, normalisations=normalisations, aggregations=aggregations)


def _check_settings(spec: Spec) -> None:
    in_range("known_share", spec.known_share, 0, 1)
    in_range("spread", spec.z[1], 0)
    in_range("most", spec.outlier_limits[2], 0, whole=True)
    for group in spec.groups:
        in_range(f"{group.code}.weight", group.weight, 0)
        in_range(f"{group.code}.divide_by", group.divide_by, 1e-12)
    if not spec.scale[0] < spec.scale[1]:
        raise SpecError("rank_setting_out_of_range", f"scale = {list(spec.scale)}", "[low, high]")
    if spec.classing != "none" and (not spec.labels or len(set(spec.labels)) < len(spec.labels)):
        raise SpecError("rank_setting_out_of_range", f"labels = {list(spec.labels)}", "A, B, C")


def _check(spec: Spec) -> Spec:
    codes = [*spec.codes, *(group.code for group in spec.groups)]
    if not spec.criteria:
        raise SpecError("rank_no_criteria", spec.code, "[[criterion]]")
    _check_settings(spec)
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        raise SpecError("rank_code_twice", doubled[0], "different codes")
    reached = {TOP, *(group.code for group in spec.downwards())}
    if lost := [node.code for node in (*spec.criteria, *spec.groups) if node.parent not in reached]:
        raise SpecError("rank_group_unknown", lost[0], ", ".join(sorted(reached - {TOP})))
    if not any(spec.effective_weights().values()):
        raise SpecError("rank_weights_all_zero", spec.code, "> 0")
    if "goalposts" in (spec.normalisation, *spec.doubt.normalisations) and any(
        c.goalposts is None for c in spec.criteria
    ):
        raise SpecError(
            "rank_goalposts_missing", next(c.code for c in spec.criteria if c.goalposts is None), "[low, high]"
        )
    if {"geometric", "mazziotta_pareto"} & {spec.aggregation, *spec.doubt.aggregations} and spec.z[0] <= 0:
        raise SpecError("rank_centre_not_positive", spec.z[0], "> 0")
    if spec.classing == "thresholds" and len(spec.thresholds) != len(spec.labels) - 1:
        raise SpecError("rank_thresholds_count", len(spec.thresholds), len(spec.labels) - 1)
    if spec.classing == "thresholds" and list(spec.thresholds) != sorted(spec.thresholds, reverse=True):
        raise SpecError("rank_thresholds_unordered", spec.thresholds, "falling, as the labels do")
    return spec


def read_spec(document: Document, axis: str | None = None) -> Spec:
    """The index of a parsed TOML document.

    Parameters
    ----------
    document
        As ``tomllib`` reads it.
    axis
        Take only the criteria of this axis (``strength`` / ``need``); a criterion that names none is ``strength``.
        ``None`` takes the document's own ``axis`` key, or every criterion when it has none. Axes are never added up.
    """
    try:
        return _check(_read(document, axis))
    except SpecError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:  # a word where a number or a table belongs
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
    classes = {**classes, **(classes.get(axis, {}) if axis else {})}  # an axis may name its classes otherwise
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
        doubt=_doubt(document.get("doubt", {}), normalisation, aggregation),
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
    )
