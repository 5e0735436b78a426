"""Thai text: normalisation for comparison, Arabic digits, dictionary order."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ZERO_WIDTH = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
THAI_DIGIT = re.compile("[๐-๙]")
KEPT_TEXTS, KEPT_LETTERS = 1 << 14, 200  # cache of short texts: cells are compared several times and repeat in rows
THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
# Tone marks, karan, maitaikhu, phinthu, nikhahit, yamakkan, repetition and abbreviation signs.
MARKS = re.compile("[\u0e2f\u0e3a\u0e46-\u0e4e]")
SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")  # a tone mark may be between the two halves
LEADING_VOWEL = re.compile("([เแโใไ])([ก-ฮ])")


class Unreadable(ValueError):
    """A cell that cannot be parsed; ``code`` is the problem code, ``value`` the cell as text."""

    def __init__(self, code: str, value: object) -> None:
        self.code = code
        self.value = str(value)
        super().__init__(f"{code}: {self.value[:60]!r}")


def normalise(text: str) -> str:
    """NFC with nikhahit + aa as sara am, two sara e as sara ae, no zero-width characters, single spaces.

    Not NFKC, which decomposes sara am.
    """
    if text.isascii():
        return " ".join(text.split())
    return _short(text) if len(text) <= KEPT_LETTERS else _normalised(text)


def _normalised(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = ZERO_WIDTH.sub("", text)
    if "\u0e4d" in text:
        text = SARA_AM.sub("\\1\u0e33", text)
    return " ".join(text.replace("\u0e40\u0e40", "\u0e41").split())


_short = lru_cache(KEPT_TEXTS)(_normalised)


def arabic_digits(text: str) -> str:
    """Replace Thai digits by Arabic ones."""
    return text if text.isascii() or THAI_DIGIT.search(text) is None else text.translate(THAI_DIGITS)


def thai_sort_key(text: str) -> tuple[str, str]:
    """Sort key for Thai dictionary order: a leading vowel sorts after its consonant, marks only break ties.

    Examples
    --------
    >>> sorted(["เกาะ", "กา", "ขา", "ก้าง"], key=thai_sort_key)
    ['กา', 'ก้าง', 'เกาะ', 'ขา']
    """
    plain = normalise(text).casefold()
    return LEADING_VOWEL.sub(r"\2\1", MARKS.sub("", plain)), plain
