"""Many written places at once: every different writing is matched once, the answers go back to their rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd

from loaders.places.types import Match, Written

SOURCE = {
    "subdistrict": "subdistrict",
    "district": "district",
    "province": "province",
    "code": "place_code",
    "moo": "moo",
    "text": "place_text",
    "on": "on",
    "village": "village",
}
RESULT = [
    "area_code",
    "area_level",
    "village_code",
    "subdistrict_code",
    "district_code",
    "province_code",
    "match_evidence",
    "is_accepted",
    "candidates",
    "problem",
]


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None or pd.isna(value) else str(value)  # type: ignore[arg-type]


def _column(frame: pd.DataFrame, field: str, name: str) -> list:
    if name not in frame.columns:
        return [None if field == "on" else ""] * len(frame)
    if field == "on":
        return [value if isinstance(value, date) and not pd.isna(value) else None for value in frame[name]]
    return [_text(value) for value in frame[name]]


def _parents(match: Match) -> tuple[str | None, str | None]:
    """District and province of an accepted place; of a local government, those that all its places share."""
    if not match.accepted or not match.code:
        return None, None
    codes = [one.code for one in match.candidates] if match.area_level == "local_government" else [match.code]
    districts, provinces = {code[:4] for code in codes if len(code) >= 4}, {code[:2] for code in codes}
    return min(districts) if len(districts) == 1 else None, min(provinces) if len(provinces) == 1 else None


def _row(match: Match) -> tuple:
    district, province = _parents(match)
    candidates = "|".join(one.code for one in match.candidates)
    codes = (match.code, match.area_level, match.village_code, match.subdistrict_code, district, province)
    return (*codes, match.evidence, match.accepted, candidates, match.problem)


def match_frame(match: Callable[[Written], Match], frame: pd.DataFrame) -> pd.DataFrame:
    """Codes for a frame of written places.

    Parameters
    ----------
    match : the matcher of one written place.
    frame : any of the columns ``place_code``, ``subdistrict``, ``district``, ``province``, ``moo``, ``village``,
        ``place_text`` (text) and ``on`` (dates of the records).

    Returns
    -------
    The columns of :data:`RESULT` with the index of ``frame``; missing codes and no problem are NA.
    """
    columns = [_column(frame, field, name) for field, name in SOURCE.items()]
    answers: dict[tuple, tuple] = {}
    rows = []
    for cells in zip(*columns, strict=True):
        if (row := answers.get(cells)) is None:
            row = answers[cells] = _row(match(Written(*cells)))
        rows.append(row)
    result = pd.DataFrame(rows, columns=RESULT, index=frame.index)
    text = [name for name in RESULT if name != "is_accepted"]
    return result.astype({**dict.fromkeys(text, "str"), "is_accepted": bool})
