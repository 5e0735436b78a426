"""Checks and sums shared by all analyses, and the error for invalid values in a rule file or form."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd


class StatedError(ValueError):
    """Unusable value in an editable file or form; pages turn ``code``, ``value`` and ``expected`` into a sentence."""

    def __init__(self, code: str, value: object = "", expected: object = "") -> None:
        self.code, self.value, self.expected = code, str(value), str(expected)
        super().__init__(f"{code}: found {value!r}; expected {expected}; change what was stated")


def require_columns(frame: pd.DataFrame, columns: Collection[str], name: str) -> None:
    """Raise ``ValueError`` when ``frame`` lacks any of ``columns``; ``name`` identifies the frame in the message."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(
            f"frame '{name}' lacks columns {missing}; found {list(frame.columns)}; expected {list(columns)}; "
            f"build it with the column names of loaders.store.tables"
        )


def is_one_of(column: pd.Series, values: pd.Series) -> pd.Series:
    """True where a text of ``column`` is in ``values``, False where missing; faster than ``isin`` for ``str`` dtype."""
    allowed = set(values.dropna().tolist())
    return pd.Series(
        np.fromiter((text in allowed for text in column.tolist()), dtype=bool, count=len(column)), index=column.index
    )


def known_sum(values: pd.Series) -> Any:
    """Sum of the known values: 0 for an empty series, NA when there are rows but no known value."""
    return values.sum(min_count=1) if len(values) else 0


def newest_rows(rows: pd.DataFrame, keys: str | list[str], year: str = "fiscal_year") -> pd.DataFrame:
    """Newest row of each of ``keys``, by ``year``; of equal years the last row.

    An undated row may be older than any other, so it counts only where no row is dated.
    """
    ordered = rows.sort_values(year, kind="stable", na_position="first")
    return ordered.drop_duplicates(keys, keep="last")


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows of a frame as named tuples, with the index label as ``Index``.

    Unlike ``DataFrame.itertuples`` it caches the tuple type, whose creation dominates the time on small frames.
    """
    cells = (column for _, column in frame.items())
    yield from map(_row_type(tuple(frame.columns))._make, zip(frame.index, *cells, strict=True))


@lru_cache(512)
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", ("Index", *columns), rename=True)


def each_village(records: pd.DataFrame) -> pd.DataFrame:
    """Repeat a record for every village it lists in ``village_codes`` (comma-joined), each as its ``village_code``."""
    if "village_codes" not in records or not records["village_codes"].notna().any():
        return records
    listed = records["village_codes"].fillna(records["village_code"]).str.split(",")
    return records.assign(village_code=listed).explode("village_code")
