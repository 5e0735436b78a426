"""The words of this run: :class:`pages.session.formatter.Formatter` in the language of the person."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st

from loaders.thai import thai_sort_key
from loaders.words import CAPITAL
from pages.session.cache import cached
from pages.session.formatter import Formatter
from pages.session.scope import Scope

Rest = ParamSpec("Rest")
Result = TypeVar("Result")
LANGUAGES = ("th", "en")
# Emphasis, code, links (bare ones too), pictures, tags, formulas, entities, coloured words, emoji, arrows, long dashes;
# at the start also headings, lists and rules. An underscore inside a word, a bracket or a colon after one mean nothing.
MEANT_AS_MARKDOWN = re.compile(
    r"[\\`*\[\]<>$~|^@]|(?<!\w)_|_(?!\w)|:(?=/|[A-Za-z]|[\w+-]+:)|&(?=[#A-Za-z])|-(?=-)|(?i:(?<=www))\.|^[#+=-]"
    r"|(?<=^\d)[.)](?=\s|$)|(?<=^\d\d)[.)](?=\s|$)|(?<=^\d\d\d)[.)](?=\s|$)"
)
_read_in: ContextVar[str | None] = ContextVar("language_of_this_run", default=None)
_of_capital: ContextVar[bool] = ContextVar("words_of_the_capital", default=False)


def language() -> str:
    """The language this person reads."""
    return _read_in.get() or st.session_state.get("lang", "th")


def cached_words(
    size: int,
) -> Callable[[Callable[Concatenate[Scope, Rest], Result]], Callable[Concatenate[Scope, Rest], Result]]:
    """Keep the last ``size`` results of a function that answers in words; its scope is put into the person's language."""

    def decorate(function: Callable[Concatenate[Scope, Rest], Result]) -> Callable[Concatenate[Scope, Rest], Result]:
        memo = cached(size)(function)

        @wraps(function)
        def in_words(scope: Scope, *rest: Rest.args, **named: Rest.kwargs) -> Result:
            return memo(scope.in_language(language()), *rest, **named)

        return in_words

    return decorate


def read_in(chosen: str, province: str | None = None) -> None:
    """Have this run's thread speak a language about a province: every word asks, and the session's state answers slowly."""
    _read_in.set(chosen)
    _of_capital.set(province == CAPITAL)


def formatter() -> Formatter:
    """The formatter of the person's language."""
    return _formatter(language(), _of_capital.get())


_formatter = cache(Formatter)


def t(key: str, **blanks: object) -> str:
    """The words for ``key`` in the person's language, blanks filled."""
    return formatter().text(key, **blanks)


def problem_text(problem: Mapping[str, object]) -> str:
    """A problem in the person's language, with what it is about filled in."""
    blanks = {name: problem.get(name) or "–" for name in ("value", "row", "column", "sheet", "suggestion")}
    return t(f"problem_{problem['code']}", **blanks)


def coded(stem: str, code: object) -> str:
    """The words for a code that stands in the data; the code itself where the catalogue has none for it."""
    return formatter().coded(stem, code)


def name_of(row: object, stem: str = "name") -> str:
    """The name of an area, agency or stream in the person's language; Thai where there is no English."""
    return formatter().name_of(row, stem)


def subdistrict_name(name: str) -> str:
    """``ตำบลX`` / ``X subdistrict``."""
    return t("subdistrict_named", name=name)


def whole(number: object) -> str:
    """A whole number with separators; words when it is not known."""
    return formatter().whole(number)


def baht(satang: object) -> str:
    """Money in words of the screen: full baht below a million, millions above."""
    return formatter().baht(satang)


def percent(share: object) -> str:
    """A share (0-1) in per cent."""
    return formatter().percent(share)


def year(fiscal_year: int) -> str:
    """A fiscal year as the person writes it."""
    return formatter().year(fiscal_year)


def day(value: object) -> str:
    """A date in the person's language, empty when not known."""
    return formatter().day(value)


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
