"""Give an agency's file back with four added columns, the account of the import, and its coverage on one sheet.

A small XLSX is edited in place and keeps its formats; any other file becomes a plain workbook with the same rows at the
same positions. It contains no live formula.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from loaders import reference, settings, store
from loaders.boundaries.register import register
from loaders.files import guards, sandbox
from loaders.imports import learnt_layouts
from loaders.imports.duplicates import LEFT_OUT
from loaders.imports.ingest import understand
from loaders.layouts import layout as layouts
from loaders.places.matcher import Places
from loaders.problems import Refused
from loaders.store import code_lists, originals, tables
from loaders.store.privacy import DATA_TEAM
from loaders.words import catalogue, sentence

COLUMNS = ("code", "place", "status", "note")
LOST = ("title", "comments", "drawings", "formats", "formulas", "links", "macros", "merges", "pivots")
STATUS = ("loaded", "quarantined", "excluded")


@dataclass
class Account:
    """Content of the workbook: the four cells per sheet and row, headings, and lines of the two added sheets."""

    rows: dict[str, dict[int, tuple[str, str, str, str]]] = field(default_factory=dict)
    heading_rows: dict[str, int] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    totals: list[list[object]] = field(default_factory=list)
    coverage: list[list[object]] = field(default_factory=list)
    names: tuple[str, str] = ("", "")
    lost_words: dict[str, str] = field(default_factory=dict)  # code of a lost feature -> its words


def words(key: str, **blanks: object) -> str:
    """Text of the Thai catalogue, because the file goes back to a Thai office."""
    return catalogue("th")[key].format(**blanks)


def give_back(engine: Engine, batch_id: int, out: Path) -> dict:
    """Write the workbook of a batch to ``out``; returns rows by status.

    Raises ``Refused``: ``batch_unknown``, ``file_not_kept`` (the store does not have the file).
    """
    with store.reading(engine) as connection:
        batch = (
            connection.execute(select(tables.import_batch).where(tables.import_batch.c.id == batch_id))
            .mappings()
            .first()
        )
        if batch is None:
            raise Refused("batch_unknown", value=str(batch_id))
        with tempfile.TemporaryDirectory(prefix="kradan-") as folder:
            named = Path(folder) / Path(batch["file_name"]).name  # sheets of text files are named after the file
            if not originals.write(connection, batch["file_sha256"], named):
                raise Refused("file_not_kept", value=batch["file_name"])
            account = _account(connection, dict(batch), named)
            facts = Path(folder) / "account.json"
            facts.write_text(json.dumps(vars(account), ensure_ascii=False, default=str), encoding="utf-8")
            arguments = [str(named), guards.check(named), str(out.resolve()), str(facts)]
            result = sandbox.run("loaders.imports.give_back_child", arguments)
    written = [cells[2] for rows in account.rows.values() for cells in rows.values()]
    return {
        "batch": batch_id,
        "file": str(out),
        "way": result["way"],
        "not_kept": result["not_kept"],
        **{status: written.count(words(f"status_{status}")) for status in STATUS},
    }


def _account(connection: Connection, batch: dict, path: Path) -> Account:
    places = Places.national(aliases=learnt_layouts.aliases(connection), home=settings.home_province())
    summary = json.loads(batch["summary"])
    kept = summary.get("understood", ())
    answers = {entry["key"]: layouts.from_dict(entry["layout"]) for entry in kept if not entry["layout"].get("refuse")}
    ingested = understand(
        path,
        batch["base"],
        places,
        answers=answers,
        registered=code_lists.registered(connection),
        aside=summary.get("set_aside", {}).get("choice"),
    )
    loaded, waiting = _standing(connection, batch["id"])
    closed = _decided(connection, batch["id"])
    repeated = {(sheet, row) for sheet, rows in summary.get("repeat_rows", {}).items() for row in rows}
    account = Account(headings=tuple(words(f"give_back_{column}") for column in COLUMNS))
    account.lost_words = {code: words(f"give_back_lost_{code}") for code in LOST}
    account.names = (words("give_back_totals"), words("give_back_coverage"))
    area_names = _area_names(places)
    for result in ingested.sheets:
        rows = {}
        for number, outcome in zip(result.outcome.index.astype(int), result.outcome, strict=True):
            key = (result.sheet.name, int(number))
            if key in loaded:
                code, evidence = loaded[key]
                rows[int(number)] = (
                    code or "",
                    area_names(code),
                    words("status_loaded"),
                    _note(evidence, closed.get(key)),
                )
            elif key in waiting:
                rows[int(number)] = ("", "", words("status_quarantined"), _sentence(waiting[key]))
            else:
                repeat = LEFT_OUT if key in repeated else None
                reason = closed.get(key) or repeat or result.reason[number] or outcome
                rows[int(number)] = ("", "", words("status_excluded"), _sentence({"code": reason}))
        written = account.rows.setdefault(result.sheet.in_file, {})
        for number, cells in rows.items():
            if number not in written or _rank(cells[2]) < _rank(written[number][2]):
                written[number] = cells
        account.heading_rows[result.sheet.in_file] = max(result.sheet.heading_rows, default=0)
    account.totals = _totals(
        batch, connection, [total for result in ingested.sheets for total in result.control_totals]
    )
    account.coverage = _coverage(connection, batch["base"])
    return account


def _rank(status: str) -> int:
    """Rank of a status: a row with several records shows the one that needs most attention."""
    order = [words(f"status_{name}") for name in ("quarantined", "loaded", "excluded")]
    return order.index(status)


def _standing(connection: Connection, batch_id: int) -> tuple[dict, dict]:
    """Present rows of the batch: loaded ones with code and evidence, quarantined ones with their problem."""
    loaded = {}
    for table in dict.fromkeys(tables.REGISTERS.values()):
        columns = (
            table.c.sheet,
            table.c.row,
            *((table.c.area_code, table.c.match_evidence) if "area_code" in table.c else ()),
        )
        for row in connection.execute(select(*columns).where(table.c.batch_id == batch_id)):
            loaded[(row.sheet, row.row)] = (getattr(row, "area_code", None), getattr(row, "match_evidence", None))
    table = tables.quarantine
    rows = connection.execute(select(table).where(table.c.batch_id == batch_id)).mappings()
    waiting = {
        (row["sheet"], row["row"]): {"code": row["problem"], "value": row["value"] or "-", "row": row["row"]}
        for row in rows
    }
    return loaded, waiting


def _decided(connection: Connection, batch_id: int) -> dict[tuple[str, int], str]:
    table = tables.correction
    rows = connection.execute(
        select(table).where(table.c.batch_id == batch_id, table.c.is_undone.is_(False))
    ).mappings()
    return {(row["sheet"], row["row"]): row["outcome_reason"] or row["reason"] for row in rows}


def _note(evidence: str | None, decided: str | None) -> str:
    return decided or (words(f"evidence_{evidence}") if evidence and evidence != "none" else "")


def _sentence(problem: dict) -> str:
    return sentence(problem, "th")


def _area_names(places: Places) -> Callable[[str | None], str]:
    """A function: area code -> names of subdistrict, district, province, as far as the code goes."""
    areas = places.book.areas
    prefixes = {6: words("prefix_subdistrict"), 4: words("prefix_district")}
    offices = reference.local_governments().drop_duplicates("entity_code").set_index("entity_code")["name_th"]

    def named(code: str | None) -> str:
        if not code:
            return ""
        if code not in areas and code in offices.index and code[:6] not in areas:
            return str(offices[code])
        parts = [
            prefixes.get(length, "") + areas[code[:length]].name_th
            for length in (6, 4, 2)
            if len(code) >= length and code[:length] in areas
        ]
        return " ".join(parts)

    return named


def _totals(batch: dict, connection: Connection, checks: list[dict]) -> list[list[object]]:
    lines: list[list[object]] = [[words("give_back_title", file=batch["file_name"])], []]
    lines.append(["", words("give_back_rows"), words("give_back_baht")])
    for outcome in ("in", *STATUS):
        lines.append([words(f"give_back_{outcome}"), batch[f"rows_{outcome}"], batch[f"satang_{outcome}"] / 100])
    table = tables.excluded
    for row in connection.execute(select(table).where(table.c.batch_id == batch["id"]).order_by(table.c.reason)):
        lines.append([_sentence({"code": row.reason}), row.rows, row.satang / 100])
    if checks:
        lines += [[], [words("give_back_checks"), words("give_back_stated"), words("give_back_found"), ""]]
    for check in checks:
        stated, computed = check.get("stated_baht", check.get("stated")), check.get("found_baht", check.get("found"))
        place = words("give_back_row_of", sheet=check["sheet"], row=check["row"], column=check["column"] or "")
        lines.append([place, stated, computed, words("give_back_met" if check["met"] else "give_back_unmet")])
    return lines


def _coverage(connection: Connection, base: str) -> list[list[object]]:
    """Coverage of a base in the home province by active batches: subdistricts reached, without, baht."""
    support = store.read_register(connection, "support", settings.home_province(), viewer=DATA_TEAM)
    own = support[support["base"] == base]
    areas = register(settings.home_province())
    name = connection.execute(select(tables.agency.c.name_th).where(tables.agency.c.code == base)).scalar() or base
    lines: list[list[object]] = [[words("give_back_coverage_title", base=name)], []]
    if own.empty:
        return [*lines, [words("give_back_no_support")]]
    reached = set(own["subdistrict_code"].dropna())
    sums = own.groupby(own["district_code"].fillna(""))["amount_satang"].sum()
    heads = ("district", "reached", "of", "baht", "without")
    lines.append([words(f"give_back_{head}") for head in heads])
    for (code, name), rows in areas.groupby(["district_code", "district_name_th"]):  # ty: ignore[not-iterable]
        missing = rows[~rows["subdistrict_code"].isin(reached)]
        names = ", ".join(missing["name_th"])
        lines.append([name, len(rows) - len(missing), len(rows), int(sums.get(code, 0)) / 100, names])
    lines.append(
        [
            words("give_back_all"),
            len(reached & set(areas["subdistrict_code"])),
            len(areas),
            int(own["amount_satang"].sum()) / 100,
            "",
        ]
    )
    unplaced = own[own["subdistrict_code"].isna()]
    if len(unplaced):
        lines.append([words("give_back_unplaced"), len(unplaced), "", int(unplaced["amount_satang"].sum()) / 100, ""])
    return lines
