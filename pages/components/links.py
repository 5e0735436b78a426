"""A table of links in plain HTML, which screen readers can walk and phones can stack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pages.session.text import safe


@dataclass(frozen=True)
class Cell:
    """Text of a cell, link (empty: none), and several lines instead of the text."""

    text: str
    href: str = ""
    lines: Sequence[str] = ()


def link_table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table as HTML, everything escaped here; the first cell with a link is the heading of its row."""
    head = "".join(f'<th scope="col">{safe(words)}</th>' for words in headings)
    body = "".join(f"<tr>{_row(headings, cells)}</tr>" for cells in rows)
    return (
        f'<div class="kradan-links" tabindex="0" role="region" aria-label="{safe(caption)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(headings: Sequence[str], cells: Sequence[Cell]) -> str:
    heads = next((number for number, cell in enumerate(cells) if cell.href), -1)
    return "".join(
        _cell("th scope=row" if number == heads else "td", words, cell)
        for number, (words, cell) in enumerate(zip(headings, cells, strict=True))
    )


def _cell(tag: str, heading: str, cell: Cell) -> str:
    words = "".join(f"<span>{safe(line)}</span>" for line in cell.lines) or safe(cell.text)
    inner = f'<a href="{safe(cell.href)}">{words}</a>' if cell.href else words
    return f'<{tag} data-heading="{safe(heading)}">{inner}</{tag.split()[0]}>'
