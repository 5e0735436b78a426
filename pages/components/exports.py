"""From a table on a page to its CSV or Excel file: plain units, the page's text, and a sheet about its origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from numbers import Number
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import pandas as pd
import streamlit as st
from pandas.api import types

from loaders.exchange.tables import BAHT, DATE, NUMBER, TEXT, Column, Sheet, as_date
from pages.components import named, records
from pages.components.filters import chosen_in_words
from pages.queries import store as queries
from pages.session import url_state
from pages.session.cache import cached
from pages.session.scope import Scope
from pages.session.text import baht, day, language, t

ONLY_HERE = ("localhost", "127.0.0.1", "::1")
Formats = Mapping[str, Callable[[Any], str]]


def worded(values: pd.Series, words: Callable[[Any], str]) -> list[str]:
    """Every value as text; each distinct value is formatted once, since dates, names and bases repeat in thousands."""
    every = values.tolist()
    if values.dtype.kind == "f":  # floats seldom repeat, and 0.0 equals -0.0 as a key
        return [words(value) for value in every]
    words_by_value: dict[Any, str] = {}
    try:
        for value in every:
            key = (value.__class__, value)
            if key not in words_by_value:
                words_by_value[key] = words(value)
        return [words_by_value[value.__class__, value] for value in every]
    except TypeError:  # an unhashable cell, such as a list
        return [words(value) for value in every]


def sheet(
    frame: pd.DataFrame, columns: Mapping[str, str], formats: Formats | None = None, stamp: Mapping[str, str] | None = None,
    shown: Mapping[str, list[str]] | None = None,
) -> Sheet:  # fmt: skip
    """The rows of a table in plain units: 1.5 million baht on the screen is 1500000.00 here.

    Parameters
    ----------
    columns
        Key to heading; a key with the word ``satang`` is money.
    formats
        Key to the page's formatter; what it formats as "" becomes an empty cell.
    shown
        Columns already formatted by the page.

    Dates become two columns: ISO, and as text.
    """
    made: list[Column] = []
    for key, heading in columns.items():
        words = (formats or {}).get(key)
        texts = None if words is None else (shown or {}).get(key) or worded(frame[key], words)
        made += _columns(frame[key], key, heading, words, texts)
    taken = {column.heading for column in made}
    for heading, detail in (stamp or {}).items():
        own = f"{heading} ({t('about_method')})" if heading in taken else heading
        made.append(Column(own, TEXT, [detail] * len(frame)))
    return Sheet(made, about(stamp or {}), t("about_sheet"))


def _columns(
    values: pd.Series, key: str, heading: str, words: Callable[[Any], str] | None, shown: list[str] | None
) -> list[Column]:
    """One column, or two for dates; ``shown``: the values as formatted by ``words``."""
    cells = [None if unknown else value for value, unknown in zip(values.tolist(), values.isna().tolist(), strict=True)]
    if shown is not None:
        cells = [None if text == "" else value for value, text in zip(cells, shown, strict=True)]
    if is_money(key) or words is baht:
        return [Column(with_unit(heading, t("unit_baht")), BAHT, cells)]
    kinds = {value.__class__ for value in cells if value is not None}
    if words is day or types.is_datetime64_any_dtype(values) or any(issubclass(kind, date) for kind in kinds):
        day_of = {value: as_date(value) for value in set(cells)}
        day_words = {value: day(when) or None for value, when in day_of.items()}
        return [
            Column(t("iso_date", heading=heading), DATE, [day_of[value] for value in cells]),
            Column(heading, TEXT, [day_words[value] for value in cells]),
        ]
    if (types.is_numeric_dtype(values) and not types.is_bool_dtype(values)) or _are_numbers(kinds):
        scale = _percent_scale(words)
        if scale is None:
            heading = with_unit(heading, t("unit_baht")) if "baht" in key.split("_") else heading
            return [Column(heading, NUMBER, [_number(value) for value in cells])]
        shares = [None if value is None else round(float(value) * scale, 6) for value in cells]
        return [Column(with_unit(heading, "%", t("unit_percent")), NUMBER, shares)]
    texts = shown if shown is not None else [None if value is None else str(value) for value in cells]
    return [Column(heading, TEXT, [text if text else None for text in texts])]


def is_money(key: str) -> bool:
    """Whether a column is money in satang (``amount_satang``, ``satang_in``)."""
    return "satang" in key.split("_")


def with_unit(heading: str, unit: str, *others: str) -> str:
    """A heading with its unit in brackets, unless it already contains it."""
    has_unit = any(name.lower() in heading.lower() for name in (unit, *others))
    return heading if has_unit else f"{heading} ({unit})"


def _are_numbers(kinds: set[type]) -> bool:
    return bool(kinds) and all(issubclass(kind, Number | np.number) and kind is not bool for kind in kinds)


def _number(value: Any) -> int | float | None:
    if value is None:
        return None
    return int(value) if float(value).is_integer() else float(value)


def _percent_scale(words: Callable[[Any], str] | None) -> float | None:
    """The factor from a share to the page's per cent; ``None`` when the formatter gives no per cent."""
    if words is None:
        return None
    try:
        sample = str(words(0.5)).strip()
        return float(sample.removesuffix("%")) / 0.5 if sample.endswith("%") else None
    except (TypeError, ValueError, KeyError):
        return None


def about(stamp: Mapping[str, str]) -> list[tuple[str, str]]:
    """Description of an exported table: finding, method, figures, filters, sources, data version, day, link."""
    scope, url = queries.current_scope(), url_state.current()
    title, note = url.said
    lines = [
        (t("about_finding"), title),
        (t("about_method"), note),
        *(
            (t(f"named_{code}"), f"{named.worded(code, value)} · {t(f'named_{code}_what')}")
            for code, value in url.named.items()
        ),
        *stamp.items(),
        (t("filters"), chosen_in_words(scope)),
        (t("about_sources"), _sources(scope.in_language(language()))),
        (t("about_version"), scope.version),
        (t("about_day"), f"{date.today().isoformat()} · {day(datetime.now())}"),
        (t("about_link"), link()),
    ]
    return [(what, words) for what, words in lines if words]


@cached(32)
def _sources(scope: Scope) -> str:
    """Bases and names of the files in use: no figure rests on a withdrawn one."""
    batches, names = queries.batches(scope.in_language(None)), records.agency_names(scope)
    listed = batches[batches["is_active"].astype(bool)].drop_duplicates(["base", "file_name"])
    return " · ".join(
        f"{names.get(base, base)}: {name}" for base, name in zip(listed["base"], listed["file_name"], strict=True)
    )


def link() -> str:
    """The address of the page with all choices; marked when only this machine can open it."""
    base, query = str(st.context.url or "").split("?")[0], urlencode(url_state.every_choice())
    full = f"{base}?{query}" if query else base
    return f"{full} ({t('link_only_here')})" if only_here(base) else full


def only_here(address: str) -> bool:
    """Whether no other machine can open an address."""
    return urlsplit(address).hostname in ONLY_HERE
