"""Search words against texts: as written, by sound, without vowels above and below, at last by similarity."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz

from loaders.codes import squeeze
from loaders.places.text import bare_key, name_key, plain, sound_key, spoken_key

LEAST, CLOSE = 5, 88.0  # letters from which a word may be misspelt, and its least likeness (0-100)
SHORTEST_CODE = 4
MOO = re.compile(r"(?:หมู่บ้านที่|หมู่ที่|หมู่|(?<![ก-๛])ม\.|\bmoo|\bvillage(?: no\.?)?)\s*(\d{1,2})(?!\d)")


class SearchTerms(NamedTuple):
    """A parsed search: numbers of villages (``หมู่ 3``), beginnings of place codes, other words."""

    villages: list[int]
    codes: list[str]
    words: list[str]


def search_terms(written: str) -> SearchTerms:
    """The parts of a search; a word of four digits or more is the beginning of a code."""
    plainly = plain(written)
    words = MOO.sub(" ", plainly).split()
    codes = [word for word in words if word.isdecimal() and len(word) >= SHORTEST_CODE]
    return SearchTerms(
        [int(number) for number in MOO.findall(plainly)], codes, [word for word in words if word not in codes]
    )


def _sound(text: str) -> str:
    return sound_key(name_key(text))


def _spoken(word: str) -> str:
    """Sound key of a word without its level word; กลุ่ม stays, it is part of a group's name."""
    return _sound(word) if word.startswith("กลุ่ม") else spoken_key(word)[0]


Tier = tuple[Callable[[str], str], Callable[[str], str]]  # key of a searched word, key of a text
TIERS: tuple[Tier, ...] = (
    (squeeze, squeeze),
    (_spoken, _sound),
    (lambda word: bare_key(_spoken(word)), lambda text: bare_key(_sound(text))),
)


def has_every_word(words: Sequence[str], cells: Sequence[str]) -> np.ndarray:
    """Texts that contain every word (bool array), by the first tier of tolerance with a hit."""
    keys: list[str] = []
    texts: list[str] = []
    for of_word, of_text in TIERS:
        keys, texts = [of_word(word) for word in words], [of_text(cell) for cell in cells]
        has_all = np.array([all(word in text for word in keys) for text in texts], dtype=bool)
        if has_all.any():
            return has_all
    return np.array(
        [min((_likeness(word, text) for word in keys), default=100.0) >= CLOSE for text in texts], dtype=bool
    )


def _likeness(word: str, text: str) -> float:
    """Similarity of a word to the nearest part of a text, 0-100; a short word must be contained exactly."""
    return fuzz.partial_ratio(word, text) if LEAST <= len(word) <= len(text) else 100.0 * (word in text)
