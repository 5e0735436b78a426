"""Divide whole units by weights so that the parts add up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def largest_remainder(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Divide ``total`` by ``weights`` into integers that add up exactly (Hamilton's method; ties go to the first).

    Raises ``ValueError`` for a negative weight, or when all are zero.

    Examples
    --------
    >>> largest_remainder(100, [1, 1, 1])
    [34, 33, 33]
    """
    denominator = lcm(*(Fraction(weight).denominator for weight in weights))
    whole = [int(weight * denominator) for weight in weights]
    if min(whole) < 0 or sum(whole) == 0:
        raise ValueError(
            f"weights {list(weights)} cannot share {total}; expected none negative and one above zero; "
            "choose another split"
        )
    sign, size = (-1, -total) if total < 0 else (1, total)
    shares = [divmod(size * weight, sum(whole)) for weight in whole]
    parts = [part for part, _ in shares]
    by_remainder = sorted(range(len(whole)), key=lambda place: (-shares[place][1], place))
    for place in by_remainder[: size - sum(parts)]:
        parts[place] += 1
    return [sign * part for part in parts]
