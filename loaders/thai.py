"""Thai text, numbers and dates as agencies write them, turned into values the store can hold."""

from __future__ import annotations

import re
import unicodedata

ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def normalise(text: str) -> str:
    """NFC, nikhahit + aa to sara am, doubled sara e to sara ae, zero-width characters out, spaces single.

    NFKC is never used: it takes sara am apart.
    """
    text = ZERO_WIDTH.sub("", unicodedata.normalize("NFC", text))
    text = text.replace("\u0e4d\u0e32", "\u0e33").replace("\u0e40\u0e40", "\u0e41")
    return " ".join(text.split())
