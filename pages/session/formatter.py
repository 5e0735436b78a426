"""Text keys, numbers, money, dates and names as text in one language. Imports no Streamlit.

Used by the screen (through :mod:`pages.session.text`, which knows the person's language), the meeting wall, the meeting
pack and the shell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from loaders import codes
from loaders.thai import thai_date
from loaders.words import CAPITAL, catalogue, fill

SATANG_PER_BAHT = 100
MILLION_BAHT = 1e6


class Phrase(NamedTuple):
    """A text key and its blanks, as JSON ``[key, {blank: value}]``; made text last, by :meth:`Formatter.phrase`."""

    key: str
    blanks: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Formatter:
    """Text for screen, wall or paper in one language (``th`` or ``en``); ``is_capital`` selects Bangkok's own terms."""

    language: str
    is_capital: bool = False

    @property
    def _texts(self) -> dict[str, str]:
        return catalogue(self.language, CAPITAL if self.is_capital else None)

    def text(self, key: str, **blanks: object) -> str:
        """The text of a key; blanks are inserted unformatted. ``KeyError`` for a key that is not in the catalogue."""
        words = self._texts[key]
        return fill(words, blanks) if blanks else words

    def coded(self, stem: str, code: Any) -> str:
        """The text for a code from the data; the code itself when the catalogue has none."""
        return self._texts.get(f"{stem}{code}", str(code))

    def say(self, key: str, **blanks: object) -> str:
        """The text of a key, blanks formatted by :meth:`value`; a ``{}`` in it takes the blank ``range``.

        An unknown key is returned as it is: a meeting frozen years ago may hold a key that was removed since.
        """
        words = self._texts.get(key, key)
        filled = {name: self.value(blank) for name, blank in blanks.items()}
        if "{}" in words:
            return words.replace("{}", filled["range"]) if "range" in filled else words
        return fill(words, filled)

    def phrase(self, entry: Phrase | list | None) -> str:
        """The text of a :class:`Phrase` or of its JSON list; empty for ``None``."""
        return self.say(entry[0], **entry[1]) if entry else ""

    def value(self, blank: object) -> str:
        """Format a number, ``{"satang": n}``, a name ``{"th": .., "en": ..}`` or a phrase; ``None`` is "not known"."""
        if blank is None:
            return self.text("not_known")
        if isinstance(blank, dict):
            return self.baht(blank["satang"]) if "satang" in blank else self.name(blank)
        if isinstance(blank, Phrase | list):
            return self.phrase(blank)
        if isinstance(blank, float):
            return f"{blank:,.0f}" if blank.is_integer() else f"{blank:,.2f}"
        return f"{blank:,}" if isinstance(blank, int) else str(blank)

    def name(self, names: Mapping[str, object]) -> str:
        """A name given in both languages; Thai when there is no English."""
        return str(names.get(self.language) or names["th"])

    def name_of(self, row: object, stem: str = "name") -> str:
        """The name in a row of areas, agencies or streams, from its columns ``<stem>_th`` and ``<stem>_en``."""
        english = getattr(row, f"{stem}_en", None)
        return self.name({"th": getattr(row, f"{stem}_th"), "en": english if isinstance(english, str) else None})

    def whole(self, number: Any) -> str:
        """A whole number with separators; "not known" for NA."""
        return self.text("not_known") if pd.isna(number) else f"{int(number):,}"

    def baht(self, satang: Any) -> str:
        """Satang as text: whole baht below a million, millions of baht from there; "not known" for NA."""
        if pd.isna(satang):
            return self.text("not_known")
        amount_baht = int(satang) / SATANG_PER_BAHT
        if abs(amount_baht) >= MILLION_BAHT:
            return self.text("million_baht", value=f"{amount_baht / MILLION_BAHT:,.2f}")
        return self.text("baht", value=f"{amount_baht:,.0f}")

    def percent(self, share: Any) -> str:
        """A share (0-1) in per cent; "not known" for NA."""
        return self.text("not_known") if pd.isna(share) else f"{float(share) * 100:.0f} %"

    def villages(self, reached: int, villages: Any, is_whole: bool, status: str) -> str:
        """Named villages of all villages, and separately whether a record covers the whole subdistrict."""
        whole = self.text("whole_subdistrict") if is_whole else ""
        if status == "covered" and not reached:
            return whole or self.text("villages_not_named")
        if villages is None or pd.isna(villages):
            return self.text("not_known")
        blanks = {
            "reached": f"{reached:,}",
            "all": f"{int(villages):,}",
            "share": self.percent(reached / int(villages) if villages else pd.NA),
        }
        return " · ".join(filter(None, (self.text("villages_named", **blanks), whole)))

    def year(self, fiscal_year: int) -> str:
        """A Gregorian fiscal year: Buddhist era in Thai, both in English."""
        return self.text("fiscal_year", be=int(fiscal_year) + 543, ce=int(fiscal_year))

    def day(self, value: Any) -> str:
        """A date (or its ISO text) as text; empty for NA."""
        if pd.isna(value):
            return ""
        when: Any = pd.Timestamp(value)
        return thai_date(when, self.language)

    def theme(self, code: Any) -> str:
        """The name of a theme; "not coded" for an unknown code."""
        return _theme_names(self.language).get(str(code)) or self.text("not_coded")


def _theme_names(language: str) -> dict[str, str]:
    return {entry["code"]: entry[f"name_{language}"] for entry in codes.themes()}
