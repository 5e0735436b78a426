"""Input and results of matching a written place."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from loaders.places.text import Cell

LEVELS = {2: "province", 4: "district", 6: "subdistrict", 8: "village"}

WRITTEN = "written_district"  # reason of a candidate: the known district of an unknown subdistrict


class Written(NamedTuple):
    """A place as written in a file; empty = not in the file. ``on``: day of the record, for former names."""

    subdistrict: str = ""
    district: str = ""
    province: str = ""
    code: str = ""
    moo: str = ""
    text: str = ""
    on: date | None = None
    village: str = ""


class Candidate(NamedTuple):
    """A possible place. ``reason``: code. ``score``: 0-1, for the order; a written code confirms only a high one."""

    code: str
    reason: str
    score: float


class Match(NamedTuple):
    """Result of matching. ``code`` is ``None`` unless ``accepted``; an accepted place may have a ``problem`` as well.

    ``code`` has 2, 4, 6 or 8 digits for province, district, subdistrict and village; for the ``area_level``
    ``"local_government"`` it is a code of the register of local governments. ``villages``: codes of several villages
    that a record of a subdistrict lists.
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
    """Result of a rule. ``code`` is set only if accepted; otherwise ``problem`` is the reason."""

    code: str | None
    level: str | None
    evidence: str
    candidates: tuple[Candidate, ...] = ()
    problem: str | None = None


class Names(NamedTuple):
    """The three parsed cells of a written place and the day of the record."""

    subdistrict: Cell
    district: Cell
    province: Cell
    on: date | None = None


class Alias(NamedTuple):
    """Decision of a person: a written place with this key means this code (2, 4, 6 or 8 digits)."""

    key: str
    code: str


def accept(code: str, evidence: str) -> Found:
    """An accepted place; its level follows from the length of the code."""
    return Found(code, LEVELS[len(code)], evidence, (Candidate(code, evidence, 1.0),))


def refuse(problem: str, candidates: list[Candidate] | tuple[Candidate, ...] = ()) -> Found:
    """A place left to a person, with at most eight candidates, highest score first."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda offered: (-offered.score, offered.code)):
        best.setdefault(candidate.code, candidate)
    evidence = "none" if not best else "close" if problem == "place_spelling" else "ambiguous"
    return Found(None, None, evidence, tuple(best.values())[:8], problem)
