"""A composite index as it is stated in an editable TOML: criteria, groups, and every choice of method.

:func:`geo.index_reading.read_spec` makes a :class:`Spec` of a parsed document. What a person can write wrongly is
refused with a code (:class:`SpecError`), never repaired in silence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

TOP = ""  # the parent of criteria and groups that lead straight into the score


class SpecError(ValueError):
    """The index is stated in a way that cannot be computed; ``code`` and ``value`` say what, pages hold the words."""

    def __init__(self, code: str, value: object = "", expected: object = "") -> None:
        self.code, self.value, self.expected = code, str(value), str(expected)
        super().__init__(f"{code}: found {value!r}; expected {expected}; change it in the index specification")


def in_range(name: str, value: object, low: float, high: float = math.inf, *, whole: bool = False) -> None:
    """Refuse a setting that is no finite number from ``low`` to ``high`` (a whole one where ``whole``)."""
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
    """One column of the data. ``direction`` +1: more is better for the score, -1: less is better."""

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
    """Criteria (or groups) averaged before they enter the score; ``divide_by`` rescales as the HDI of 2010 did."""

    code: str
    parent: str = TOP
    weight: float = 1.0
    aggregation: str | None = None
    divide_by: float = 1.0


@dataclass(frozen=True)
class Doubt:
    """What is varied in the draws, and by how much.

    ``leave_out``: share of draws that leave one criterion out; ``weight_spread``: each weight is multiplied by a
    number between 1 - spread and 1 + spread; ``hold``: share of draws in which a class must hold to be called firm.
    """

    draws: int = 1000
    seed: int = 2550
    weight_spread: float = 0.25
    leave_out: float = 0.5
    normalisations: tuple[str, ...] = ()
    aggregations: tuple[str, ...] = ()
    hold: float = 0.9

    def __post_init__(self) -> None:
        """Refuse what no draw can be made with, wherever it was stated: file, command line or page."""
        in_range("draws", self.draws, 0, whole=True)
        in_range("seed", self.seed, 0, whole=True)
        for name in ("weight_spread", "leave_out", "hold"):  # a spread above 1 would turn weights negative
            in_range(name, getattr(self, name), 0, 1)


@dataclass(frozen=True)
class Spec:
    """A whole index. ``scale``: lower and upper end of min-max, goalposts and rank; ``z``: mean and spread of z scores."""

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
    doubt: Doubt = field(default_factory=Doubt)
    version: str = ""

    @property
    def codes(self) -> list[str]:
        """Codes of the criteria, in the order of the specification."""
        return [criterion.code for criterion in self.criteria]

    def children(self, parent: str) -> list[Criterion | Group]:
        """Criteria and groups that enter ``parent``."""
        return [node for node in (*self.criteria, *self.groups) if node.parent == parent]

    def effective_weights(self) -> dict[str, float]:
        """Stated weight of each criterion in the whole, summing to 1."""
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
            found = [group for group in self.groups if group.parent in layer]
            ordered += found
            layer = [group.code for group in found]
        return ordered

    def upwards(self) -> list[Group]:
        """Groups with children before parents."""
        return self.downwards()[::-1]
