"""Derived columns: the sum of neighbouring columns, or the difference of two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from loaders.layouts.quantities import Figures

MOST_PARTS = 14  # twelve months and two more
LEAST_ROWS = 1


@dataclass(frozen=True)
class Relation:
    """``heading`` is the sum of ``plus`` minus ``minus`` in ``rows`` rows, except at the positions ``broken``."""

    heading: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    rows: int
    broken: tuple[int, ...]

    @property
    def kind(self) -> str:
        """``sum`` or ``difference``."""
        return "difference" if self.minus else "sum"


def _holds(
    total: Figures, plus: Sequence[Figures], minus: Sequence[Figures], tolerance: Decimal, slack: float
) -> tuple[int, list[int]] | None:
    """Number of rows with total and parts, and positions where they differ; ``None`` once too many do."""
    rows, broken = 0, []
    most_broken = slack * sum(stated is not None for stated in total.values)
    for position, stated in enumerate(total.values):
        if stated is None:
            continue
        added = [value for column in plus if (value := column.values[position]) is not None]
        taken = [value for column in minus if (value := column.values[position]) is not None]
        if not added and not taken:
            continue
        rows += 1
        if abs(sum(added) - sum(taken) - stated) > tolerance:
            broken.append(position)
            if len(broken) > most_broken:
                return None
    return rows, broken


def _is_telling(total: Figures, plus: Sequence[Figures], minus: Sequence[Figures]) -> bool:
    """Whether two parts are ever filled in the same row; otherwise an equal sum proves nothing."""
    used = [column for column in (*plus, *minus) if any(column.values)]
    together = any(sum(1 for column in used if column.values[position]) > 1 for position in range(len(total.values)))
    return len(used) > 1 and together


def relations(columns: Mapping[str, Figures], order: Sequence[str], *, slack: float = 0.1) -> list[Relation]:
    """Sums of neighbouring columns and differences of two columns.

    Parts are next to their total, on either side. A relation that fails in at most ``slack`` (share 0-1) of its rows is
    returned with these rows, probably errors of the agency that a person should see.
    """
    numeric = [heading for heading in order if heading in columns and columns[heading].is_numeric]
    tolerance = Decimal("0.005")
    by_heading: dict[str, Relation] = {}

    def consider(heading: str, plus: Sequence[str], minus: Sequence[str] = ()) -> bool:
        parts, less = [columns[name] for name in plus], [columns[name] for name in minus]
        held = _holds(columns[heading], parts, less, tolerance, slack)
        if held is None:
            return False
        rows, broken = held
        fine = rows - len(broken)
        if (
            rows < LEAST_ROWS
            or fine < 1
            or len(broken) > slack * rows
            or not _is_telling(columns[heading], parts, less)
        ):
            return False
        if fine < 2 and not _named_total(heading):
            return False
        by_heading[heading] = Relation(heading, tuple(plus), tuple(minus), rows, tuple(broken))
        return True

    for at, heading in enumerate(numeric):
        windows = [numeric[start:at] for start in range(max(0, at - MOST_PARTS), at - 1)]
        windows += [numeric[at + 1 : end] for end in range(min(len(numeric), at + 1 + MOST_PARTS), at + 2, -1)]
        if any(consider(heading, window) for window in windows if len(window) > 1):
            continue
        near = numeric[max(0, at - 6) : at] + numeric[at + 1 : at + 7]
        for whole, part in combinations(near, 2):
            if consider(heading, [whole], [part]) or consider(heading, [part], [whole]):
                break
    return _without_circles(by_heading)


def _named_total(heading: str) -> bool:
    return any(
        word in heading.casefold()
        for word in ("รวม", "ทั้งหมด", "ทั้งสิ้น", "คงเหลือ", "total", "balance", "remaining", "sum")
    )


def _without_circles(by_heading: dict[str, Relation]) -> list[Relation]:
    """Of circular relations (a = b + c, b = a - c) keep the one whose heading says total or balance, else the sum."""
    kept: dict[str, Relation] = {}
    candidates = by_heading.values()
    ranked = sorted(candidates, key=lambda it: (not _named_total(it.heading), it.kind != "sum", -len(it.plus)))
    for relation in ranked:
        inputs = {*relation.plus, *relation.minus}
        rests_on_it = any(
            relation.heading in (*other.plus, *other.minus) and other.heading in inputs for other in kept.values()
        )
        if not rests_on_it:
            kept[relation.heading] = relation
    return list(kept.values())
