"""The tour of a first visit: four steps per kind of person, shown by ``static/shell/tour.js``."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from loaders.words import catalogue
from pages.session import insides
from pages.session.text import LANGUAGES

TITLE, MAP, NOTE = "h1.kradan-title", insides.MAP_FRAME, "p.kradan-note"
TEXTS = ("welcome", "who", "step", "back", "next", "close", "done")
# Audience -> the menu entry without which its tour is not offered, and the element that each step points at.
AUDIENCES = {
    "meeting": ('.kradan-menu a[href^="meeting"]', (TITLE, MAP, '.kradan-menu a[href^="meeting"]', ".kradan-print")),
    "agency": (
        '.kradan-menu a[href^="agency"]',
        ('.kradan-menu a[href^="agency"]', TITLE, ".st-key-filters", ".kradan-tour"),
    ),
    "team": (
        '.kradan-menu a[href^="imports"]',
        (
            '.kradan-menu a[href^="help_needed"]',
            ".kradan-menu li:nth-last-child(2) > details > summary",
            ".kradan-menu li:last-child > details > summary",
            NOTE,
        ),
    ),
}


def tour(language: str) -> dict:
    """The tour in a language, as JSON content for the browser."""
    say = catalogue(language)
    return {
        "texts": {name: say[f"tour_{name}"] for name in TEXTS},
        "audiences": [
            {
                "door": door,
                "words": say[f"tour_{name}"],
                "steps": [
                    {"mark": mark, "words": say[f"tour_{name}_{number}"]} for number, mark in enumerate(marks, start=1)
                ],
            }
            for name, (door, marks) in AUDIENCES.items()
        ],
    }


def routes(prefix: str) -> Iterator[Route]:
    """``/tour-<language>.json`` for every language."""
    for language in LANGUAGES:
        answer = tour(language)

        async def told(request: Request, answer: dict = answer) -> JSONResponse:
            return JSONResponse(answer)

        yield Route(f"{prefix}/tour-{language}.json", told, methods=["GET"])
