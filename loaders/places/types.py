"""Input and results of matching a written place."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from loaders.places.text import Cell

LEVELS = {2: "province", 4: "district", 6: "subdistrict", 8: "village"}

WRITTEN = "written_district"  # reason of a candidate: the district beside a subdistrict that nobody knows


class Written(NamedTuple):
    """A place as the file writes it; empty text means that the file has nothing there."""

    subdistrict: str = ""
    district: str = ""
    province: str = ""
    code: str = ""
    moo: str = ""
    text: str = ""
    on: date | None = None
    village: str = ""


class Candidate(NamedTuple):
    """A place the text may mean. ``reason`` is a code, ``score`` 0 to 1 only orders candidates."""

    code: str
    reason: str
    score: float


class Match(NamedTuple):
    """The answer. ``code`` is ``None`` unless ``accepted``; ``problem`` may also stand beside an accepted place.

    ``code`` has 2, 4, 6 or 8 digits for province, district, subdistrict and village; for ``area_level``
    ``"local_government"`` it is the code of the register of local governments. ``villages``: several villages that a
    record of a subdistrict lists, by code.
    """

    code: str | None
    area_level: str | None
    evidence: str
    accepted: bool
    candidates: tuple[Candidate, ...] = ()
    problem: str | None = None
    subdistrict_code: str | None = None
    village_code: str | None = None
    villages: tuple[str, ...] = ()


class Found(NamedTuple):
    """The result of a rule. ``code`` is set only when accepted; otherwise ``problem`` says why not."""

    code: str | None
    level: str | None
    evidence: str
    candidates: tuple[Candidate, ...] = ()
    problem: str | None = None


class Names(NamedTuple):
    """The three cells of a written place and the day the record speaks of."""

    subdistrict: Cell
    district: Cell
    province: Cell
    on: date | None = None


class Alias(NamedTuple):
    """A decision of a person: what is written so means this code (2, 4, 6 or 8 digits)."""

    key: str
    code: str


def accept(code: str, evidence: str) -> Found:
    """A settled place; its level follows from the code."""
    return Found(code, LEVELS[len(code)], evidence, (Candidate(code, evidence, 1.0),))


def refuse(problem: str, candidates: list[Candidate] | tuple[Candidate, ...] = ()) -> Found:
    """A place left to a person, with at most eight candidates, best first."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda offered: (-offered.score, offered.code)):
        best.setdefault(candidate.code, candidate)
    evidence = "none" if not best else "close" if problem == "place_spelling" else "ambiguous"
    return Found(None, None, evidence, tuple(best.values())[:8], problem)
