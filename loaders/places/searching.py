"""What somebody writes into a search box against texts: as written, as it sounds, without lost marks, at last nearly so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz

from loaders.codes import squeeze
from loaders.places.text import bare_key, name_key, plain, sound_key, spoken_key

LEAST, CLOSE = 5, 88.0  # letters from which a word may be misspelt, and how alike it must be then
SHORTEST_CODE = 4
MOO = re.compile(r"(?:หมู่บ้านที่|หมู่ที่|หมู่|(?<![ก-๛])ม\.|\bmoo|\bvillage(?: no\.?)?)\s*(\d{1,2})(?!\d)")


class Wanted(NamedTuple):
    """A search taken apart: numbers of villages (``หมู่ 3``), beginnings of codes of places, other words."""

    villages: list[int]
    codes: list[str]
    words: list[str]


def wanted(written: str) -> Wanted:
    """The parts of what is written; a word of four digits or more is the beginning of a code."""
    plainly = plain(written)
    words = MOO.sub(" ", plainly).split()
    codes = [word for word in words if word.isdecimal() and len(word) >= SHORTEST_CODE]
    return Wanted(
        [int(number) for number in MOO.findall(plainly)], codes, [word for word in words if word not in codes]
    )


def _sound(text: str) -> str:
    return sound_key(name_key(text))


def _spoken(word: str) -> str:
    """A word as it sounds; without that of its level, where it is of a place (a group is called so)."""
    return _sound(word) if word.startswith("กลุ่ม") else spoken_key(word)[0]


Tier = tuple[Callable[[str], str], Callable[[str], str]]  # what becomes of a written word, and of a text
TIERS: tuple[Tier, ...] = (
    (squeeze, squeeze),
    (_spoken, _sound),
    (lambda word: bare_key(_spoken(word)), lambda text: bare_key(_sound(text))),
)


def standing(words: Sequence[str], cells: Sequence[str]) -> np.ndarray:
    """In which of the texts every word stands (bool): of the first degree of tolerance that finds any."""
    said: list[str] = []
    texts: list[str] = []
    for of_word, of_text in TIERS:
        said, texts = [of_word(word) for word in words], [of_text(cell) for cell in cells]
        found = np.array([all(word in text for word in said) for text in texts], dtype=bool)
        if found.any():
            return found
    return np.array(
        [min((_likeness(word, text) for word in said), default=100.0) >= CLOSE for text in texts], dtype=bool
    )


def _likeness(word: str, text: str) -> float:
    """How nearly a word stands in a text (0-100); a short one has to stand there as it is."""
    return fuzz.partial_ratio(word, text) if LEAST <= len(word) <= len(text) else 100.0 * (word in text)
