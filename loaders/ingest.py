"""One file end to end: read, understand, place, account for every row and satang, store in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, Engine, insert, select

from loaders import privacy, settings, store, tables
from loaders.layouts import MONEY, Layout, expected_headings, recognise
from loaders.places import Places
from loaders.problems import Problem, Refused, count_by_code
from loaders.rows import Read, cells_as_json, read_rows
from loaders.sheets import Sheet, read_sheets

Progress = Callable[[str, float], None]
OUTSIDE = "outside_province"
NO_PLACE = "no_place_named"
AREA_WORD = r"ตำบล|แขวง|อำเภอ|เขต|จังหวัด|กรุงเทพ|(?:^|\s)(?:ต|อ|จ)\."


@dataclass
class SheetResult:
    """What became of one sheet: its rows by outcome, its money, its checks."""

    sheet: Sheet
    layout: Layout
    read: Read
    matched: pd.DataFrame
    outcome: pd.Series  # loaded | quarantined | excluded, by row number
    reason: pd.Series  # problem code for what is not loaded
    satang: pd.Series  # primary money of the row, 0 where none
    control_totals: list[dict] = field(default_factory=list)

    def rows(self, outcome: str) -> pd.Index:
        """Row numbers with this outcome."""
        return self.outcome.index[self.outcome == outcome]


@dataclass
class Ingested:
    """The account of one file; ``summary`` is what the command line prints."""

    sheets: list[SheetResult]
    problems: list[Problem]
    batch_id: int | None = None
    demo_withdrawn: int = 0

    def count(self, outcome: str | None = None) -> int:
        """Rows with this outcome (all rows without one)."""
        return sum(len(result.outcome if outcome is None else result.rows(outcome)) for result in self.sheets)

    def satang(self, outcome: str | None = None) -> int:
        """Money of the rows with this outcome, in satang."""
        chosen = (result.satang if outcome is None else result.satang[result.rows(outcome)] for result in self.sheets)
        return int(sum(int(part.sum()) for part in chosen))

    def summary(self, file_name: str) -> dict:
        """Rows in = loaded + quarantined + excluded, the same in baht; problems by code."""
        outcomes = ("loaded", "quarantined", "excluded")
        return {
            "file": file_name,
            "layouts": sorted({result.layout.code for result in self.sheets}),
            "rows_in": self.count(),
            **{outcome: self.count(outcome) for outcome in outcomes},
            "baht_in": self.satang() / 100,
            **{f"baht_{outcome}": self.satang(outcome) / 100 for outcome in outcomes},
            "placed": int(sum(result.matched["is_accepted"].astype(bool).sum() for result in self.sheets)),
            "excluded_by_reason": self._excluded(),
            "control_totals": [total for result in self.sheets for total in result.control_totals],
            "problems": count_by_code(self.problems),
            "batch": self.batch_id,
            "demo_withdrawn": self.demo_withdrawn,
        }

    def _excluded(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for result in self.sheets:
            for code, number in result.reason[result.rows("excluded")].value_counts().items():
                counts[str(code)] = counts.get(str(code), 0) + int(number)
        return counts


def no_progress(_step: str, _share: float) -> None:
    """Ignore progress."""


def understand(
    path: Path, base: str | None = None, places: Places | None = None, progress: Progress = no_progress, *, trusted: bool = False
) -> Ingested:
    """Read and place a file without storing anything.

    Raises ``Refused`` when the file cannot be read or no sheet of it has columns that we understand.
    """
    progress("reading", 0.05)
    sheets = read_sheets(path, expected_headings=expected_headings(), in_child=not trusted)
    privacy.refuse_national_ids(sheets)
    progress("placing", 0.4)
    places = places or Places.national(home=settings.province())
    results, problems, refused = [], [problem for sheet in sheets for problem in sheet.problems], None
    for sheet in sheets:
        if sheet.hidden or sheet.frame.empty:
            continue
        try:
            layout = recognise(list(sheet.frame.columns), path.name, base)
        except Refused as stop:
            refused = refused or stop
            problems.append(Problem("sheet_not_understood", "note", sheet.name, value=stop.problem.value))
            continue
        result = _place(sheet, layout, places)
        results.append(result)
        problems.extend(result.read.problems)
        problems.extend(_row_problems(result))
    if not results:
        raise refused or Refused("file_empty")
    return Ingested(results, problems)


def _place(sheet: Sheet, layout: Layout, places: Places) -> SheetResult:
    read = read_rows(sheet.frame, layout, sheet.name)
    matched = places.match_frame(read.place)
    outcome = pd.Series("loaded", index=sheet.frame.index, dtype=object)
    reason = pd.Series("", index=sheet.frame.index, dtype=object)

    def mark(rows: pd.Series, kind: str, code: pd.Series | str) -> None:
        outcome[rows] = kind
        reason[rows] = code[rows] if isinstance(code, pd.Series) else code

    accepted = matched["is_accepted"].astype(bool)
    nameless = ~accepted & _names_nothing(read.place, matched)
    mark(~accepted & ~nameless, "quarantined", matched["problem"].fillna("place_unknown"))
    without = {"load": "loaded", "exclude": "excluded"}.get(layout.without_place, "quarantined")
    if without != "loaded":
        mark(nameless, without, NO_PLACE)
    mark(accepted & matched["province_code"].ne(settings.province()), "excluded", OUTSIDE)
    bad = pd.Series(outcome.index.isin(list(read.bad)), index=outcome.index) & outcome.ne("excluded")
    mark(bad, "quarantined", pd.Series({row: found.code for row, found in read.bad.items()}, dtype=object).reindex(outcome.index))
    for problem in sheet.problems:  # rows that the reader itself could not vouch for
        if problem.severity == "quarantined" and problem.row in outcome.index and outcome[problem.row] == "loaded":
            outcome[problem.row], reason[problem.row] = "quarantined", problem.code
            read.bad.setdefault(problem.row, problem)
    result = SheetResult(sheet, layout, read, matched, outcome, reason, _money(read, layout))
    result.control_totals = _control_totals(result)
    return result


def _names_nothing(place: pd.DataFrame, matched: pd.DataFrame) -> pd.Series:
    """Rows that name no place at all: empty place cells, or free text without a word for an area."""
    empty = matched["problem"].eq("place_empty").fillna(False).astype(bool)
    if list(place.columns) != ["place_text"]:
        return empty
    return empty | (matched["problem"].eq("place_not_found").fillna(False).astype(bool) & ~place["place_text"].str.contains(AREA_WORD))


def _money(read: Read, layout: Layout) -> pd.Series:
    column = next((name for name in MONEY.get(layout.register, ()) if name in read.values), None)
    if column is None:
        return pd.Series(0, index=read.values.index, dtype=object)
    return read.values[column].map(lambda satang: 0 if satang is None or pd.isna(satang) else int(satang))


def _row_problems(result: SheetResult) -> list[Problem]:
    """A problem row for every row that is not loaded because of its place."""
    written = result.read.place.apply(lambda row: " ".join(cell for cell in row if cell).strip(), axis=1)
    rows = [row for row in result.rows("quarantined") if row not in result.read.bad]
    candidates = result.matched["candidates"]
    return [
        Problem(result.reason[row], "quarantined", result.sheet.name, int(row), None, written[row] or None, candidates[row] or None)
        for row in rows
    ]


def _control_totals(result: SheetResult) -> list[dict]:
    """Compare the sheet's own total rows with the sum of the rows they stand for; a mismatch is reported, never fixed."""
    layout, read = result.layout, result.read
    column = next((name for name in MONEY.get(layout.register, ()) if name in read.values), None)
    if column is None or result.sheet.totals.empty:
        return []
    totals = read_rows(result.sheet.totals, layout, result.sheet.name)
    if column not in totals.values:
        return []
    checks, start = [], 0
    for row, stated in totals.values[column].items():
        if stated is None or pd.isna(stated):
            continue
        everything = int(result.satang.sum())
        above = result.satang[(result.satang.index > start) & (result.satang.index < row)]
        section = int(above.sum())
        found = everything if int(stated) == everything or above.empty else section
        checks.append(
            {"sheet": result.sheet.name, "row": int(row), "stated_baht": int(stated) / 100, "found_baht": found / 100,
             "met": int(stated) == found}
        )  # fmt: skip
        start = row
    return checks


def ingest(
    engine: Engine,
    path: Path,
    base: str | None = None,
    who: str | None = None,
    progress: Progress = no_progress,
    *,
    dry_run: bool = False,
    trusted: bool = False,
) -> Ingested:
    """Import one file: one transaction, all or nothing. Raises ``Refused`` with the reason when nothing can be loaded."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with store.reading(engine) as connection:
        _refuse_twice(connection, digest)
        places = Places.national(aliases=_decided(connection), home=settings.province())
    ingested = understand(path, base, places, progress, trusted=trusted)
    for total in (total for result in ingested.sheets for total in result.control_totals if not total["met"]):
        ingested.problems.append(
            Problem("control_total_mismatch", "note", total["sheet"], total["row"], None, f"{total['stated_baht']:,.2f}",
                    f"{total['found_baht']:,.2f}")
        )  # fmt: skip
    if dry_run:
        return ingested
    progress("storing", 0.8)
    with store.writing(engine) as connection:
        _refuse_twice(connection, digest)
        _store(connection, ingested, path.name, digest, base, who or settings.person())
    progress("done", 1.0)
    return ingested


def _refuse_twice(connection: Connection, digest: str) -> None:
    batch = tables.import_batch
    seen = connection.execute(select(batch.c.id).where(batch.c.file_sha256 == digest, batch.c.is_active)).scalar()
    if seen is not None:
        raise Refused(Problem("file_already_loaded", "refused", value=str(seen)))


def _decided(connection: Connection) -> tuple[tuple[str, str], ...]:
    return tuple((row.written, row.area_code) for row in connection.execute(select(tables.alias)))


def _store(connection: Connection, ingested: Ingested, file_name: str, digest: str, base: str | None, who: str) -> None:
    layout = ingested.sheets[0].layout
    real = not layout.is_demo and layout.base != "reference"
    if real:
        ingested.demo_withdrawn = _withdraw_demo(connection, who)
    batch = {
        "base": base or layout.base,
        "file_name": file_name,
        "file_sha256": digest,
        "layouts": ",".join(sorted({result.layout.code for result in ingested.sheets})),
        "loaded_at": store.now(),
        "loaded_by": who,
        "is_demo": layout.is_demo,
        "is_active": True,
        "rows_in": ingested.count(),
        "satang_in": ingested.satang(),
        **{f"rows_{outcome}": ingested.count(outcome) for outcome in ("loaded", "quarantined", "excluded")},
        **{f"satang_{outcome}": ingested.satang(outcome) for outcome in ("loaded", "quarantined", "excluded")},
        "summary": "{}",
    }
    ingested.batch_id = connection.execute(insert(tables.import_batch).values(**batch)).inserted_primary_key[0]
    for result in ingested.sheets:
        _store_sheet(connection, result, ingested.batch_id, batch["base"])
    store.finish_batch(connection, ingested.batch_id)
    summary = json.dumps(ingested.summary(file_name), ensure_ascii=False)
    connection.execute(
        tables.import_batch.update().where(tables.import_batch.c.id == ingested.batch_id).values(summary=summary)
    )
    entry = {"at": store.now(), "who": who, "action": "import", "batch_id": ingested.batch_id, "detail": file_name}
    store.insert_rows(connection, tables.audit, [entry])


def _withdraw_demo(connection: Connection, who: str) -> int:
    """Invented data never stand beside real ones: the first real file withdraws them; they can be put back."""
    batch = tables.import_batch
    demo = connection.execute(select(batch.c.id).where(batch.c.is_demo, batch.c.is_active)).scalars().all()
    return store.set_active(connection, list(demo), False, "real_data", who)


def _store_sheet(connection: Connection, result: SheetResult, batch_id: int, base: str) -> None:
    register = result.layout.register
    records = _records(result, batch_id)
    _new_agencies(connection, result.read.new_agencies)
    store.insert_rows(connection, tables.REGISTERS[register], records)
    store.insert_rows(connection, tables.quarantine, _quarantined(result, batch_id))
    excluded = result.rows("excluded")
    sums = result.satang[excluded].groupby(result.reason[excluded]).agg(["size", "sum"])
    present = {row.reason for row in connection.execute(select(tables.excluded).where(tables.excluded.c.batch_id == batch_id))}
    rows = [
        {"batch_id": batch_id, "reason": reason if reason not in present else f"{reason} ({result.sheet.name})",
         "rows": int(numbers["size"]), "satang": int(numbers["sum"])}
        for reason, numbers in sums.iterrows()
    ]  # fmt: skip
    store.insert_rows(connection, tables.excluded, rows)
    store.insert_rows(connection, tables.batch_scope, _scope(result, batch_id, base))


def _new_agencies(connection: Connection, names: dict[str, str]) -> None:
    known = set(connection.execute(select(tables.agency.c.code)).scalars())
    store.insert_rows(connection, tables.agency, [{"code": code, "name_th": name} for code, name in names.items() if code not in known])


RENAMED = {"amount": "amount_satang", "committed": "committed_satang", "paid": "paid_satang", "savings": "savings_satang",
           "promised": "promised_satang", "received": "received_satang", "agency": "agency_code", "stream": "stream_code",
           "theme": "theme_code"}  # fmt: skip


def _records(result: SheetResult, batch_id: int) -> list[dict]:
    """Rows for the register's table; a wide indicator sheet gives one row per indicator column."""
    rows = result.rows("loaded")
    places = ["area_code", "area_level", "village_code", "subdistrict_code", "district_code", "province_code", "match_evidence"]
    frame = result.matched.loc[rows, places].assign(
        batch_id=batch_id,
        sheet=result.sheet.name,
        row=rows,
        written_place=result.read.place.loc[rows].apply(lambda cells: " ".join(cell for cell in cells if cell), axis=1) if len(rows) else "",
    )
    values = result.read.values.loc[rows]
    if result.layout.register == "indicator" and "value" not in values:
        parts = [_indicator(frame, values, column) for column in values if column.startswith("value:")]
        frame = pd.concat(parts) if parts else frame.iloc[:0]
    else:
        frame = pd.concat([frame, values.rename(columns=RENAMED)], axis=1)
    if "title" in frame:
        frame["activity"] = frame["activity"].where(frame["activity"].notna(), frame["title"]) if "activity" in frame else frame["title"]
    columns = {column.name for column in tables.REGISTERS[result.layout.register].columns}
    frame = frame[[column for column in frame.columns if column in columns]].astype(object)
    return frame.where(frame.notna(), None).to_dict("records")


def _indicator(frame: pd.DataFrame, values: pd.DataFrame, column: str) -> pd.DataFrame:
    """``value:CODE`` or ``value:CODE@YEAR`` (Gregorian); unknown values are stored as unknown."""
    code, _, year = column.removeprefix("value:").partition("@")
    years = values["fiscal_year"] if "fiscal_year" in values else None
    return frame.assign(indicator_code=code, fiscal_year=int(year) if year else years, value=values[column])


def _quarantined(result: SheetResult, batch_id: int) -> list[dict]:
    return [
        {
            "batch_id": batch_id,
            "sheet": result.sheet.name,
            "row": int(row),
            "register": result.layout.register,
            "problem": result.reason[row],
            "value": _doubtful(result, row),
            "candidates": result.matched.at[row, "candidates"] or None,
            "satang": int(result.satang[row]),
            "cells": cells_as_json(result.sheet.frame, row),
        }
        for row in result.rows("quarantined")
    ]


def _doubtful(result: SheetResult, row: int) -> str | None:
    """What a person has to look at: the unreadable cell, or the place as written."""
    if row in result.read.bad:
        return result.read.bad[row].value
    return " ".join(cell for cell in result.read.place.loc[row] if cell) or None


def _scope(result: SheetResult, batch_id: int, base: str) -> list[dict]:
    """What the sheet speaks for. By its rows only: the districts it names; nothing more is claimed."""
    scope = result.layout.scope
    rows = result.rows("loaded")
    areas = {
        "province": [settings.province()],
        "districts": list(scope.get("districts", ())),
    }.get(scope.get("kind", "rows"), sorted(set(result.matched.loc[rows, "district_code"].dropna())))
    years = scope.get("fiscal_years")
    if years is None:
        found = result.read.values["fiscal_year"].loc[rows].dropna() if "fiscal_year" in result.read.values else []
        years = sorted({int(year) for year in found}) or [None]
    return [
        {"batch_id": batch_id, "register": result.layout.register, "base": base, "area_code": area, "fiscal_year": year}
        for area in areas
        for year in years
    ]
