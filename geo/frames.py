"""Checks and sums that every analysis does on a frame, and the error for what a person stated wrongly in a rule file."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd


class StatedError(ValueError):
    """What a person stated in an editable file or form cannot be computed: ``code``, ``value`` and ``expected``; pages hold the words."""

    def __init__(self, code: str, value: object = "", expected: object = "") -> None:
        self.code, self.value, self.expected = code, str(value), str(expected)
        super().__init__(f"{code}: found {value!r}; expected {expected}; change what was stated")


def require_columns(frame: pd.DataFrame, columns: Collection[str], name: str) -> None:
    """Raise ``ValueError`` naming what is missing, what was found and what to do."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(
            f"frame '{name}' lacks columns {missing}; found {list(frame.columns)}; expected {list(columns)}; "
            f"build it with the column names of loaders.schema"
        )


def is_one_of(column: pd.Series, values: pd.Series) -> pd.Series:
    """True where a text is one of the texts given; what is missing is none of them."""
    allowed = set(values.dropna().tolist())
    return pd.Series(
        np.fromiter((text in allowed for text in column.tolist()), dtype=bool, count=len(column)), index=column.index
    )


def known_sum(values: pd.Series) -> object:
    """Sum of what is known: 0 for no rows at all, NA where there are rows and nothing is known of any."""
    return values.sum(min_count=1) if len(values) else 0


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows of a frame with their columns as attributes, and the index as ``Index``.

    As ``DataFrame.itertuples``, which makes a new type for every call: on small frames most of its time.
    """
    cells = (column for _, column in frame.items())
    yield from map(_row_type(tuple(frame.columns))._make, zip(frame.index, *cells, strict=True))


@lru_cache(512)
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", ("Index", *columns), rename=True)


def each_village(records: pd.DataFrame) -> pd.DataFrame:
    """Records with a row for each village that a subdistrict's record lists (``village_codes``) as its ``village_code``."""
    if "village_codes" not in records or not records["village_codes"].notna().any():
        return records
    listed = records["village_codes"].fillna(records["village_code"]).str.split(",")
    return records.assign(village_code=listed).explode("village_code")
