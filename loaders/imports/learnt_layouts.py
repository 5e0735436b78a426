"""Answers of people that later imports reuse: layouts by headings, codes of written places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select

from loaders import codes, store
from loaders.layouts import layout as layouts
from loaders.layouts.layout import Layout
from loaders.store import code_lists, tables

PASSING = ("fiscal_year",)  # answers for one edition only


def aliases(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Decided places: (alias key, area code)."""
    return tuple((row.written, row.area_code) for row in connection.execute(select(tables.alias)))


def answers(connection: Connection, base: str | None) -> dict[str, Layout]:
    """Remembered layouts by the key of their headings: of this base, or (``base`` None) those that only one base has.

    Merged bases count as one; answers for the base they were merged into take precedence.
    """
    code_lists.lay_over(connection)
    into, table = codes.merged("agency"), tables.layout
    owner_code = None if base is None else into.get(base, base)
    rows = connection.execute(select(table).order_by(table.c.id)).all()
    by_key: dict[str, Layout] = {}
    bases: dict[str, set[str]] = {}
    for row in sorted(rows, key=lambda row: row.base not in into):  # merged bases first, so that others overwrite them
        owner = into.get(row.base, row.base)
        bases.setdefault(row.headings_key, set()).add(owner)
        if owner_code is None or owner == owner_code:
            by_key[row.headings_key] = replace(layouts.from_dict(json.loads(row.content)), base=owner)
    return {key: layout for key, layout in by_key.items() if base is not None or len(bases[key]) == 1}


def remember(connection: Connection, by_key: Mapping[str, Layout], base: str, who: str) -> int:
    """Store answers by the key of their headings for a base, replacing older ones; returns their number."""
    table = tables.layout
    for key, layout in by_key.items():
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
    return len(by_key)
