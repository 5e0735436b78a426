"""Sentences for the shell and for files that go back to an agency, from the text catalogues of the pages."""

from __future__ import annotations

import json
from functools import cache

from loaders import settings


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every text of a language (``th``, ``en``) by its key."""
    return json.loads((settings.DATA / "text" / f"{language}.json").read_text(encoding="utf-8"))


def sentence(problem: dict, language: str | None = None) -> str:
    """A problem in words: in one language, or in Thai and English one after the other."""
    key, blanks = f"problem_{problem['code']}", dict.fromkeys(("value", "row", "column", "sheet", "suggestion"), "-")
    languages = (language,) if language else ("th", "en")
    return " | ".join(catalogue(name).get(key, problem["code"]).format_map(blanks | problem) for name in languages)
