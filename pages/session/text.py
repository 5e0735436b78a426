"""Text of this run: :class:`pages.session.formatter.Formatter` in the person's language."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st

from geo.frames import StatedError
from loaders.thai import thai_sort_key
from loaders.words import CAPITAL
from pages.session.cache import cached
from pages.session.formatter import Formatter
from pages.session.scope import Scope

Rest = ParamSpec("Rest")
Result = TypeVar("Result")
LANGUAGES = ("th", "en")
# Emphasis, code, links (bare ones too), pictures, tags, formulas, entities, coloured text, emoji, arrows, long dashes;
# at the start also headings, lists and rules. An underscore inside a word, a bracket or a colon after one mean nothing.
MEANT_AS_MARKDOWN = re.compile(
    r"[\\`*\[\]<>$~|^@]|(?<!\w)_|_(?!\w)|:(?=/|[A-Za-z]|[\w+-]+:)|&(?=[#A-Za-z])|-(?=-)|(?i:(?<=www))\.|^[#+=-]"
    r"|(?<=^\d)[.)](?=\s|$)|(?<=^\d\d)[.)](?=\s|$)|(?<=^\d\d\d)[.)](?=\s|$)"
)
_read_in: ContextVar[str | None] = ContextVar("language_of_this_run", default=None)
_of_capital: ContextVar[bool] = ContextVar("words_of_the_capital", default=False)


def language() -> str:
    """The language of this run."""
    return _read_in.get() or st.session_state.get("lang", "th")


def cached_words(
    size: int,
) -> Callable[[Callable[Concatenate[Scope, Rest], Result]], Callable[Concatenate[Scope, Rest], Result]]:
    """Memoise a function that returns text, with the person's language added to the scope in the key."""

    def decorate(function: Callable[Concatenate[Scope, Rest], Result]) -> Callable[Concatenate[Scope, Rest], Result]:
        memo = cached(size)(function)

        @wraps(function)
        def in_words(scope: Scope, *rest: Rest.args, **named: Rest.kwargs) -> Result:
            return memo(scope.in_language(language()), *rest, **named)

        return in_words

    return decorate


def read_in(chosen: str, province: str | None = None) -> None:
    """Set language and province terms for this run's thread; a context variable is faster than the session state."""
    _read_in.set(chosen)
    _of_capital.set(province == CAPITAL)


def formatter() -> Formatter:
    """The formatter of the person's language."""
    return _formatter(language(), _of_capital.get())


_formatter = cache(Formatter)


def t(key: str, **blanks: object) -> str:
    """The text of ``key`` in the person's language, blanks filled."""
    return formatter().text(key, **blanks)


def problem_text(problem: Mapping[str, object]) -> str:
    """A problem as text in the person's language; missing details become a dash."""
    blanks = {name: problem.get(name) or "–" for name in ("value", "row", "column", "sheet", "suggestion")}
    return t(f"problem_{problem['code']}", **blanks)


def stated_text(stop: StatedError) -> str:
    """An unusable value of a rule file or form as text in the person's language."""
    return t(stop.code, value=stop.value, suggestion=stop.expected)


def coded(stem: str, code: object) -> str:
    """The text for a code from the data; the code itself when the catalogue has none."""
    return formatter().coded(stem, code)


def name_of(row: object, stem: str = "name") -> str:
    """The name of an area, agency or stream in the person's language; Thai when there is no English."""
    return formatter().name_of(row, stem)


def subdistrict_name(name: str) -> str:
    """``ตำบลX`` / ``X subdistrict``."""
    return t("subdistrict_named", name=name)


def whole(number: object) -> str:
    """A whole number with separators; "not known" for NA."""
    return formatter().whole(number)


def baht(satang: object) -> str:
    """Satang as text: whole baht below a million, millions of baht from there."""
    return formatter().baht(satang)


def percent(share: object) -> str:
    """A share (0-1) in per cent."""
    return formatter().percent(share)


def year(fiscal_year: int) -> str:
    """A Gregorian fiscal year as text."""
    return formatter().year(fiscal_year)


def day(value: object) -> str:
    """A date in the person's language; empty for NA."""
    return formatter().day(value)


def in_order(names: list[str]) -> list[str]:
    """Names in Thai dictionary order."""
    return sorted(names, key=thai_sort_key)


def flat(text: object) -> str:
    """Escape text from data where Streamlit reads markdown, so that it makes no link, picture or format.

    Only characters with a meaning are escaped: a screen reader reads a label's markdown, superfluous backslashes too.
    """
    return MEANT_AS_MARKDOWN.sub(r"\\\g<0>", " ".join(str(text).split()))


def safe(text: object) -> str:
    """Escape text from data for HTML."""
    return html.escape(str(text), quote=True)
