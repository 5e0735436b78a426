"""Recognise telephone numbers, e-mail addresses and national IDs inside a text."""

from __future__ import annotations

import re

HIDDEN = "•••"
_NUMBER = r"(?<!\d)(?:\+?[6๖]{2}|[0๐])(?:[\s\-.()]{0,2}\d){8,9}(?!\d)"
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
PERSON_ID = r"(?<!\d)[1-8๑-๘](?:[\s\-]?\d){12}(?!\d)"
_CONTACT = re.compile(f"{PERSON_ID}|{_NUMBER}|{_MAIL}")
_NOT_MAIL = re.compile(f"{PERSON_ID}|{_NUMBER}")


def has_contact(text: str) -> bool:
    """Whether :func:`redact_text` finds anything."""
    return _CONTACT.search(text) is not None


def redact_text(text: str) -> str:
    """Replace telephone numbers, e-mail addresses and national IDs inside a text by dots."""
    return _CONTACT.sub(HIDDEN, text)


def redact_numbers(text: str) -> str:
    """The same but keep e-mail addresses, because sign-in names are e-mail addresses."""
    return _NOT_MAIL.sub(HIDDEN, text)
