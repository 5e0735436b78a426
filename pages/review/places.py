"""Places to choose from at the review desk: candidates of the cell first, then all places of the province."""

from __future__ import annotations

import pandas as pd

from pages.components import records
from pages.components.names import district_names, subdistrict_names
from pages.session.scope import Scope
from pages.session.text import t


def offered(row: pd.Series) -> list[str]:
    """Candidate codes of a row, best first: codes of places (digits), or for a value problem codes of a list."""
    listed = str(row["candidates"]).split("|") if isinstance(row["candidates"], str) else []
    return [code for code in listed if code and code.isdigit() == (row["kind"] != "value")]


def choices(scope: Scope, row: pd.Series) -> list[str]:
    """Candidates first; then every subdistrict, district and the province."""
    first = offered(row)
    everywhere = [*subdistrict_names(scope), *district_names(scope), scope.province]
    return [*first, *(code for code in everywhere if code not in first)]


def words(scope: Scope, row: pd.Series, code: str) -> str:
    """Place with its code; candidates are marked."""
    named = f"{records.place_words(scope, code)} ({code})"
    return f"{t('candidate')}: {named}" if code in offered(row) else named
