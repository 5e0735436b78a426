"""The 31 statements of the meeting as a table: page, figure, how it is counted. ``python -m tests.browser.mission.statements`` writes it as a document."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from loaders.words import catalogue
from tests.support.seeds import ROOT

FILE, DOCUMENT = Path(__file__).with_name("statements.toml"), ROOT / "docs" / "seed-statements.md"
HEAD = """# What the meeting asked for, and where the board shows it

The meeting of 26 February 2007 asked for 31 things. Each has a page, a figure on it, and a way to count that figure from the stored rows by SQL alone.
`tests/browser/mission` opens every page of the demo board and compares. Made from `tests/browser/mission/statements.toml`; links are of the demo board.

| # | asked for | page | figure | on the demo board |
|---|---|---|---|---|
"""


def statements() -> list[dict[str, Any]]:
    """The table, in the order of the statements."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))["statement"]


def links() -> list[str]:
    """Pages of statements that no question and no walk of the wall opens."""
    return sorted({one["link"] for one in statements() if "question" not in one and one["link"] != "meeting"})


def written(one: dict[str, Any], figure: float) -> str:
    """A figure as the board writes it."""
    return f"{figure / 1e6:,.2f}" if one.get("as") == "baht" else f"{round(figure):,}"


def sentence(one: dict[str, Any], figure: float) -> re.Pattern[str]:
    """What must stand on the page: the text with the figure in its blank and anything in the others, or the figure before its label."""
    key, _, blank = one["says"].partition(":")
    words, number = catalogue("th")[key], rf"(?<![\d,.]){re.escape(written(one, figure))}(?![\d,]*\d)"
    number += " ล้านบาท" if one.get("as") == "baht" else ""
    if not blank:
        return re.compile(rf"{number}\s*{re.escape(words)}")
    parts = re.split(r"\{(\w+)\}", words)
    assert blank in parts[1::2], f"{one['number']}: {key} has no blank {blank}"
    return re.compile("".join(
        re.escape(part) if number_ % 2 == 0 else number if part == blank else ".*?" for number_, part in enumerate(parts)
    ))  # fmt: skip


def document(figures: dict[int, float]) -> str:
    """The table in Markdown."""
    rows = [
        f"| {one['number']} | {one['asked']} | `{one['link']}` | {one['figure']} | {written(one, figures[one['number']])}{' m baht' if one.get('as') == 'baht' else ''} |"
        for one in statements()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    import tempfile

    from tests.browser.mission.stored import Stored
    from tests.support import seeds

    with tempfile.TemporaryDirectory() as folder:
        stored = Stored(seeds.copied("demo", Path(folder) / seeds.NAME))
        DOCUMENT.write_text(
            document({one["number"]: stored.one(one["counted"]) for one in statements()}), encoding="utf-8"
        )
