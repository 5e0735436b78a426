"""Codes as files carry them: ``801210``, ``TH801210``, ``801210.0``, Thai digits, former codes, village codes."""

from __future__ import annotations

import re
from functools import cache

from loaders import reference
from loaders.places.gazetteer import Gazetteer
from loaders.places.text import plain

CODE = re.compile(r"(?:th)?(\d{2}|\d{4}|\d{6}|\d{8})(?:\.0)?")


def read_code(text: str, book: Gazetteer) -> tuple[str | None, tuple[str, ...]]:
    """The code a cell holds and today's codes of that area.

    ``(None, ())`` when no area has or had it; a former area without a successor has no present codes. An
    eight-digit code of a village outside the reference tables stands for its subdistrict.
    """
    found = CODE.fullmatch(plain(text).replace(" ", ""))
    if not found:
        return None, ()
    code = found[1]
    if code in book.areas:
        return code, (code,)
    if code in book.former:
        return code, book.former[code].targets
    if len(code) == 8 and code in _village_codes():
        return code, (code,)
    if len(code) == 8 and code[:6] in book.areas and not _has_villages(code[:6]):
        return code[:6], (code[:6],)
    return None, ()


@cache
def _village_codes() -> frozenset[str]:
    return frozenset(reference.villages()["village_code"])


@cache
def _has_villages(subdistrict: str) -> bool:
    return any(code.startswith(subdistrict[:2]) for code in _village_codes())
