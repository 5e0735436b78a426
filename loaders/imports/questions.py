"""Open questions before a file is stored, as text and with the command-line option that answers each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loaders.imports.account import Ingested, SheetResult
from loaders.imports.set_aside import LEAVE, TAKE, words
from loaders.layouts.column_answers import UNUSED
from loaders.layouts.layout import PLACE, VALUES
from loaders.words import catalogue, fill

LANGUAGES = ("th", "en")
NOT_NAMED = "agency_not_named"
MOST_CHOICES = 12
MOST_COLUMNS = 12
NAMES_A_PLACE = ("place_code", "subdistrict", "district", "province", "place_text", "latitude")


def questions(ingested: Ingested) -> list[dict[str, Any]]:
    """One dict per question: ``about``, texts ``th`` and ``en``, ``choices``, and an example ``option``."""
    listed: list[dict[str, Any]] = []
    for result in ingested.sheets:
        doubts = [doubt.partition(":") for doubt in result.layout.doubts]
        columns = {column.heading: column for column in result.columns}
        for name, _, about in doubts:
            if name == "column_unexplained" and about in columns:
                column = columns[about]
                figures = {"cells": f"{column.cells:,}", "sum": f"{column.sum:,.2f}"}
                listed.append(_column(result, about, result.layout.register, figures))
            else:
                texts = {lang: _doubt(lang, name, about) for lang in LANGUAGES}
                listed.append({"about": f"{name}:{about}" if about else name, **texts, "option": "--confirm"})
        if result.layout.refuse:
            listed += _refused(result)
    if NOT_NAMED in ingested.doubts:
        texts = {lang: _doubt(lang, NOT_NAMED, "") for lang in LANGUAGES}
        listed.append({"about": NOT_NAMED, **texts, "option": '--base "NAME"'})
    if ingested.set_aside["asked"]:
        texts = {
            lang: f"{catalogue(lang)['set_aside_question']}: {words(ingested.set_aside['parts'], lang)}"
            for lang in LANGUAGES
        }
        listed.append({"about": "set_aside", **texts, "choices": [TAKE, LEAVE], "option": f"--set-aside {TAKE}"})
    return listed


def _column(result: SheetResult, heading: str, register: str, figures: dict[str, str]) -> dict[str, Any]:
    taken = set(result.layout.columns)
    free = [ours for ours in VALUES.get(register, VALUES["support"]) if ours not in taken][:MOST_CHOICES]
    example = figures.pop("example", "") or next(
        (ours for ours in ("amount", "savings", *free) if ours in free), UNUSED
    )
    option, unused = f'--column "{heading}={example}"', f'--column "{heading}={UNUSED}"'
    texts = {}
    for lang in LANGUAGES:
        choices = ", ".join(f"{ours} ({_ours(lang, ours)})" for ours in free)
        blanks = {"column": heading, "option": option, "unused": unused, "choices": choices, **figures}
        texts[lang] = fill(catalogue(lang)["question_column"], blanks)
    return {"about": heading, **texts, "choices": [*free, UNUSED], "option": option}


def _refused(result: SheetResult) -> Iterable[dict[str, Any]]:
    """Questions about a refused sheet: which column names the place, or which holds data about it."""
    mapped = {heading for names in result.layout.columns.values() for heading in names}
    open_columns = [
        heading for heading in result.sheet.frame.columns if heading not in mapped and not heading.startswith("__")
    ]
    has_place = any(ours in result.layout.columns for ours in NAMES_A_PLACE)
    for heading in open_columns[:MOST_COLUMNS]:
        filled = [text for text in result.sheet.frame[heading].astype(str) if text.strip()]
        first = filled[0][:40] if filled else "–"
        example = "organisation_name" if has_place else "subdistrict"
        question = _column(
            result,
            heading,
            "organisation" if has_place else "support",
            {"cells": f"{len(filled):,}", "sum": first, "example": example},
        )
        yield question | ({} if has_place else {"choices": [*PLACE[:6], *question["choices"]]})


def _doubt(lang: str, name: str, about: str) -> str:
    texts = catalogue(lang)
    is_ours = f"ours_{about}" in texts
    return texts[f"doubt_{name}"].format(column=_ours(lang, about) if is_ours else about)


def _ours(lang: str, column: str) -> str:
    return catalogue(lang).get(f"ours_{column}", column)
