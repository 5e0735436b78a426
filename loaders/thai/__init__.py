"""Thai text, numbers and dates as agencies write them, parsed into normalised text, satang, counts and dates.

Unreadable cells raise :class:`Unreadable` with a problem code. ``periods`` is imported from its own module. Imports
nothing else of the project.
"""

from __future__ import annotations

from loaders.thai.dates import parse_date, stated_day, thai_date
from loaders.thai.numbers import Reading, parse_baht, parse_count, read_baht, read_count
from loaders.thai.text import Unreadable, arabic_digits, normalise, thai_sort_key

__all__ = [
    "Reading",
    "Unreadable",
    "arabic_digits",
    "normalise",
    "parse_baht",
    "parse_count",
    "parse_date",
    "read_baht",
    "read_count",
    "stated_day",
    "thai_date",
    "thai_sort_key",
]
