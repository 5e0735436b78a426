"""Small agency files for tests, a store to import them into, changes of its entries by hand."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import Engine

from loaders import store
from loaders.store.privacy import DATA_TEAM
from tests.support import seeds

WHY = "แก้ตามหนังสือตำบล"
HEADS = ["ตำบล", "อำเภอ", "หน่วยงาน", "ชื่อโครงการ", "งบประมาณ"]
ROWS = [
    ["ท่าศาลา", "ท่าศาลา", "พอช.", "อบรมอาชีพ", "1,000"],
    ["ปากพูน", "เมืองนครศรีธรรมราช", "พอช.", "ปลูกป่า", "2,500.50"],
    ["สิชล", "สิชล", "พอช.", "ลานกีฬา", "-"],
]


def csv_file(folder: Path, rows: list[list[str]], name: str = "งาน.csv", heads: list[str] | None = None) -> Path:
    path = folder / name
    lines = [heads if heads is not None else HEADS, *rows]
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n", encoding="utf-8")
    return path


def xlsx_file(folder: Path, sheets: dict[str, list[list]], name: str = "งาน.xlsx") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / name
    book.save(path)
    return path


def new_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("KRADAN_STORE", str(folder / "store" / "kradan.sqlite"))
    seeds.copied("empty", folder / "store" / "kradan.sqlite")
    return store.open_store()


def account(engine: Engine, batch: int) -> dict:
    """Rows and satang of a batch by outcome, as the store has them."""
    with store.reading(engine) as connection:
        batches = store.read_batches(connection, viewer=DATA_TEAM)
    row = batches[batches["id"] == batch].iloc[0]
    return {name: int(row[name]) for name in row.index if name.startswith(("rows_", "satang_"))}


def adds_up(found: dict) -> bool:
    return all(
        found[f"{kind}_in"] == sum(found[f"{kind}_{one}"] for one in ("loaded", "quarantined", "excluded"))
        for kind in ("rows", "satang")
    )


def read(engine, register, viewer=DATA_TEAM) -> pd.DataFrame:
    """A register of the province as a viewer reads it."""
    with store.reading(engine) as connection:
        return store.read_register(connection, register, "80", viewer=viewer)


def write(engine, command, *arguments, **options):
    """One change by hand in a transaction."""
    with store.writing(engine) as connection:
        return command(connection, *arguments, **options)
