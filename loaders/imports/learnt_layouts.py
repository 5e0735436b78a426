"""Answers of people that the next import uses by itself: how headings are read, which place a writing means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select

from loaders import codes, store
from loaders.layouts import layout as layouts
from loaders.layouts.layout import Layout
from loaders.store import code_lists, tables

PASSING = ("fiscal_year",)  # said for one edition; the next one must say its own


def aliases(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Decided places: key of the writing and code."""
    return tuple((row.written, row.area_code) for row in connection.execute(select(tables.alias)))


def answers(connection: Connection, base: str | None) -> dict[str, Layout]:
    """Remembered layouts by the key of their headings: of this base, or of any when only one base has them.

    Bases that people merged are one; what was answered for the one that stands goes before. An undone merge parts them.
    """
    code_lists.lay_over(connection)
    into, table = codes.merged("agency"), tables.layout
    wanted = None if base is None else into.get(base, base)
    rows = connection.execute(select(table).order_by(table.c.id)).all()
    found: dict[str, Layout] = {}
    bases: dict[str, set[str]] = {}
    for row in sorted(rows, key=lambda row: row.base not in into):  # answers of merged ones first: others replace them
        owner = into.get(row.base, row.base)
        bases.setdefault(row.headings_key, set()).add(owner)
        if wanted is None or owner == wanted:
            found[row.headings_key] = replace(layouts.from_dict(json.loads(row.content)), base=owner)
    return {key: layout for key, layout in found.items() if base is not None or len(bases[key]) == 1}


def remember(connection: Connection, given: Mapping[str, Layout], base: str, who: str) -> int:
    """Keep what a person answered for these headings of this base; a newer answer replaces an older one."""
    table = tables.layout
    for key, layout in given.items():
        kept = {name: value for name, value in layout.constants.items() if name not in PASSING}
        asks = (
            ("year_of_edition",)
            if "fiscal_year" in layout.constants and layout.how.get("fiscal_year") == "by_hand"
            else ()
        )
        content = layouts.as_dict(replace(layout, constants=kept, base=base, code="remembered", doubts=asks))
        connection.execute(delete(table).where(table.c.base == base, table.c.headings_key == key))
        row = {
            "base": base,
            "headings_key": key,
            "register": layout.register,
            "content": json.dumps(content, ensure_ascii=False),
        }
        connection.execute(insert(table).values(**row, decided_by=who, decided_at=store.now()))
    return len(given)
