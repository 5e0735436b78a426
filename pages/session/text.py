"""All words of the interface: two catalogues with the same keys, ``data/text/th.json`` and ``en.json``."""

from __future__ import annotations

import html
import json
import re
from contextvars import ContextVar
from functools import cache

import pandas as pd
import streamlit as st

from loaders import settings
from loaders.thai import thai_date, thai_sort_key

LANGUAGES = ("th", "en")
# Emphasis, code, links (bare ones too), pictures, tags, formulas, entities, coloured words, emoji, arrows, long dashes;
# at the start also headings, lists and rules. An underscore inside a word, a bracket or a colon after one mean nothing.
MEANT_AS_MARKDOWN = re.compile(
    r"[\\`*\[\]<>$~|^@]|(?<!\w)_|_(?!\w)|:(?=/|[A-Za-z]|[\w+-]+:)|&(?=[#A-Za-z])|-(?=-)|(?i:(?<=www))\.|^[#+=-]"
    r"|(?<=^\d)[.)](?=\s|$)|(?<=^\d\d)[.)](?=\s|$)|(?<=^\d\d\d)[.)](?=\s|$)"
)
_read_in: ContextVar[str | None] = ContextVar("language_of_this_run", default=None)


@cache
def catalogue(language: str) -> dict[str, str]:
    """The words of a language by key."""
    return json.loads((settings.DATA / "text" / f"{language}.json").read_text(encoding="utf-8"))


def language() -> str:
    """The language this person reads."""
    return _read_in.get() or st.session_state.get("lang", "th")


def read_in(chosen: str) -> None:
    """Have this run's thread speak a language: every word asks for it, and the session's state answers slowly."""
    _read_in.set(chosen)


def t(key: str, **blanks: object) -> str:
    """The words for ``key`` in the person's language, blanks filled."""
    return catalogue(language())[key].format(**blanks) if blanks else catalogue(language())[key]


def coded(stem: str, code: object) -> str:
    """The words for a code that stands in the data; the code itself where the catalogue has none for it."""
    return catalogue(language()).get(f"{stem}{code}", str(code))


def name_of(row: object, stem: str = "name") -> str:
    """The name of an area, agency or stream in the person's language; Thai where there is no English."""
    thai, english = getattr(row, f"{stem}_th"), getattr(row, f"{stem}_en", None)
    return english if language() == "en" and isinstance(english, str) and english else str(thai)


def subdistrict_name(name: str) -> str:
    """``ตำบลX`` / ``X subdistrict``."""
    return t("subdistrict_named", name=name)


def whole(number: object) -> str:
    """A whole number with separators; words when it is not known."""
    return t("not_known") if pd.isna(number) else f"{int(number):,}"  # type: ignore[arg-type]


def baht(satang: object) -> str:
    """Money in words of the screen: full baht below a million, millions above."""
    if pd.isna(satang):  # type: ignore[arg-type]
        return t("not_known")
    value = int(satang) / 100  # type: ignore[call-overload]
    return t("million_baht", value=f"{value / 1e6:,.2f}") if abs(value) >= 1e6 else t("baht", value=f"{value:,.0f}")


def percent(share: object) -> str:
    """A share (0-1) in per cent."""
    return t("not_known") if pd.isna(share) else f"{float(share) * 100:.0f} %"  # type: ignore[arg-type]


def year(fiscal_year: int) -> str:
    """A fiscal year as the person writes it: Buddhist in Thai, both in English."""
    return t("fiscal_year", be=int(fiscal_year) + 543, ce=int(fiscal_year))


def day(value: object) -> str:
    """A date in the person's language, empty when not known."""
    return "" if pd.isna(value) else thai_date(pd.Timestamp(value).date(), language())  # type: ignore[arg-type]


def in_order(names: list[str]) -> list[str]:
    """Names sorted the way a person of this language looks them up."""
    return sorted(names, key=thai_sort_key)


def flat(text: object) -> str:
    """Text from data where Streamlit would read markdown: no link, no picture from elsewhere, no format comes of it.

    Only what would mean something is escaped: a backslash more is read out by a screen reader, for a label's name is
    its markdown.
    """
    return MEANT_AS_MARKDOWN.sub(r"\\\g<0>", " ".join(str(text).split()))


def safe(text: object) -> str:
    """Text from data, fit to stand inside HTML."""
    return html.escape(str(text), quote=True)
