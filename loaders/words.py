"""Texts for the shell and for files handed back to agencies, from the text catalogues of the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from loaders import registers, settings

CAPITAL = "10"  # Bangkok has khet and khwaeng instead of amphoe and tambon
PLURAL = re.compile(r"\{(\w+)\?([^|{}]*)\|([^{}]*)\}")
WORDS_OF_THE_CAPITAL = {"ตำบล": "แขวง", "อำเภอ": "เขต"}


def catalogue(language: str, province: str | None = None) -> dict[str, str]:
    """Every text of a language (``th``, ``en``) by key; for Bangkok with the capital's terms."""
    return _texts(language, province == CAPITAL)  # all other provinces share one cached catalogue


@cache
def _texts(language: str, is_capital: bool) -> dict[str, str]:
    texts = json.loads((settings.DATA / "text" / f"{language}.json").read_text(encoding="utf-8"))
    titled = texts["finding_defined"]
    defined = {
        key: text for register in registers.defined().values() for key, text in register.texts(language, titled).items()
    }
    texts = defined | texts
    if is_capital:
        for written, meant in WORDS_OF_THE_CAPITAL.items():
            texts = {key: text.replace(written, meant) for key, text in texts.items()}
    return texts


def fill(words: str, blanks: Mapping[str, object]) -> str:
    """Fill the blanks of a text; ``{places?subdistrict|subdistricts}`` takes the first form when the blank is 1.

    >>> fill("{n} {n?row waits|rows wait}", {"n": 1})
    '1 row waits'
    """
    return PLURAL.sub(lambda match: match[2 if str(blanks[match[1]]) == "1" else 3], words).format_map(blanks)


def sentence(problem: dict, language: str | None = None) -> str:
    """A problem as text: in one language, or in Thai and English joined by ``|``."""
    key, blanks = f"problem_{problem['code']}", dict.fromkeys(("value", "row", "column", "sheet", "suggestion"), "-")
    languages = (language,) if language else ("th", "en")
    return " | ".join(fill(catalogue(name).get(key, problem["code"]), blanks | problem) for name in languages)
