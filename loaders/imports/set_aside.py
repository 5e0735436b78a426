"""Hidden, filtered, folded and struck rows and hidden columns: reported with their baht, taken or left out by choice.

A file does not show whether a hidden row was forgotten or withdrawn. When such parts hold money or people (or rows are
struck through), a person must choose before anything is stored. All other parts are imported and reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from loaders.imports.account import COUNTED, Ingested, SheetResult
from loaders.layouts import quantities
from loaders.layouts.layout import MONEY
from loaders.layouts.ledger import Column, unit_of
from loaders.layouts.melt import read_columns
from loaders.layouts.recognise import general_unit
from loaders.sheets.aside.shape import ROW_KINDS, STRUCK
from loaders.sheets.read import Sheet
from loaders.words import catalogue, fill

TAKE, LEAVE = "take", "leave"
COLUMN, OUTLINE = "hidden_column", "outline_row"


def apply(sheet: Sheet, choice: str | None) -> tuple[Sheet, list[Column]]:
    """The sheet to read, and ledger lines of blanked columns.

    With ``leave``, set-aside rows are marked as left out and hidden figures blanked. Hidden text columns stay: codes
    and names of places are often hidden and hold no quantity.
    """
    if choice != LEAVE:
        return sheet, []
    frame, lines = sheet.frame, []
    columns = read_columns(frame) if sheet.hidden_columns else None
    for heading in sheet.hidden_columns:
        if columns is None or heading not in columns.figures or heading in columns.not_money:
            continue
        figures = columns.figures[heading]
        is_money = quantities.names_money(heading)
        if figures.is_numeric and (is_money or quantities.names_count(heading)):
            frame = frame.assign(**{heading: ""})
            unit = (unit_of(heading) or general_unit(sheet)) if is_money else ""
            of = "money" if is_money else ""
            lines.append(
                Column(sheet.name, heading, figures.filled, figures.numeric, figures.sum, unit, "left_out", of)
            )
    totals = sheet.totals.assign(**{line.heading: "" for line in lines}) if lines else sheet.totals
    return replace(sheet, frame=frame, totals=totals, left_out=frozenset(sheet.aside)), lines


def tell(ingested: Ingested, choice: str | None) -> None:
    """Set ``ingested.set_aside``: what the file sets aside, and whether a person must choose."""
    parts = [part for result in _by_sheet(ingested) for part in _of_sheet(ingested, result)]
    asked = False
    for part in parts:
        asked |= part.pop("asks")
    ingested.set_aside = {"choice": choice, "asked": asked and choice is None, "parts": parts}


def words(parts: Iterable[dict], language: str) -> str:
    """What is set aside, in one line."""
    return "; ".join(
        fill(
            catalogue(language)[f"set_aside_{part['kind']}"],
            {
                "rows": f"{part['rows']:,}",
                "baht": f"{part['baht']:,.2f} {catalogue(language)['baht_unit']}",
                "sheet": part["sheet"],
                "column": part["heading"],
            },
        )
        for part in parts
    )


def _by_sheet(ingested: Ingested) -> list[SheetResult]:
    """The first result of every visible sheet: a melted sheet is reported once."""
    first: dict[str, SheetResult] = {}
    for result in ingested.sheets:
        if not result.sheet.hidden:
            first.setdefault(result.sheet.in_file, result)
    return list(first.values())


def _of_sheet(ingested: Ingested, first: SheetResult) -> Iterable[dict]:
    results = [result for result in ingested.sheets if result.sheet.in_file == first.sheet.in_file]
    sheet = first.sheet
    kinds = {kind: {row for row, own in sheet.aside.items() if own == kind} for kind in ROW_KINDS}
    kinds[OUTLINE] = set(sheet.outline) - set(sheet.aside)
    for kind, rows in kinds.items():
        present = {row for result in results for row in rows & set(result.outcome.index)}
        if not present:
            continue
        satang = sum(int(sum(result.satang[result.satang.index.isin(list(present))])) for result in results)
        asks = kind != OUTLINE and any(_counts(result, present, kind) for result in results)
        yield _part(sheet, kind, "", len(present), satang, asks=asks)
    for column in first.columns:
        if column.heading in sheet.hidden_columns and column.cells:
            is_counted = column.fate == "used" and (column.of in COUNTED or column.of in _money())
            yield _part(sheet, COLUMN, column.heading, column.cells, column.satang, asks=is_counted)


def _part(sheet: Sheet, kind: str, heading: str, rows: int, satang: int, *, asks: bool) -> dict:
    return {
        "sheet": sheet.in_file, "kind": kind, "heading": heading, "rows": rows, "baht": satang / 100, "asks": asks,
    }  # fmt: skip


def _money() -> set[str]:
    return {name for names in MONEY.values() for name in names}


def _counts(result: SheetResult, rows: set[int], kind: str) -> bool:
    """Whether these rows would be records with money or people, or are struck through."""
    own = [row for row in rows if row in result.outcome.index and result.outcome[row] != "excluded"]
    if not own or not result.is_understood:
        return False
    counted = [name for name in (*_money(), *COUNTED) if name in result.read.values]
    return kind == STRUCK or bool(
        result.read.values.loc[own, counted].map(lambda value: bool(value) and value == value).any(axis=None)
    )
