"""Editions: compare a file line by line with active batches of its base, register and year; replace them, undo that.

A person decides whether a file replaces a batch, adds to it, or is another base's. When the lines show an edition of an
active batch, nothing is stored before that decision.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, select

from loaders import codes, registers, store
from loaders.codes import squeeze
from loaders.decisions import year_shares
from loaders.imports import batches
from loaders.imports.account import Ingested, SheetResult, money_column, written_places
from loaders.layouts.values import cells_as_json
from loaders.problems import Problem, Refused
from loaders.store import tables
from loaders.store.read import provinces_of

AUTO = "auto"
REPLACED = "replaced"
UNNAMED = "unnamed_base"
TELLING = 40  # letters from which a description identifies a line, whatever its agency
SHARE = 0.5  # minimum share of the stored lines that an edition contains
ALIKE = 80.0  # minimum similarity (of 100) of one line's words in two editions
MOST_TOLD = 500
NAMES = {"support": "activity", "welfare_fund": "fund_name", "organisation": "organisation_name", "role_holder": "person",
         "indicator": "indicator_code"}  # fmt: skip
WHOSE = {"support": "agency_code", "contribution": "source", "role_holder": "role"}
YEARS = {"plan": "plan_year"}
PLACES = {*batches.PLACES, "written_place"}
# Not part of a line's content: position, how its place was matched, list ordinals, dates set on storing.
PASSING = PLACES | {"id", "batch_id", "sheet", "row", "reference", "retain_until", "year_shares", "year_shares_by"}


class Line(NamedTuple):
    """One line of a file; a quarantined one is compared by its cells and by the values that could be read."""

    register: str
    place: str
    year: int | None
    name: str
    who: str
    values: tuple
    satang: int
    cells: str
    words: str
    sheet: str
    row: int
    shares: tuple[str, str] = ("", "")  # stated year shares, and their method

    @property
    def money_and_days(self) -> dict[str, Any]:
        """The values on which year shares depend."""
        return {name: value for name, value in self.values if name in (*year_shares.MONEY, "starts_on", "ends_on")}


@dataclass
class Edition:
    """An active batch compared with the new file: paired lines, and lines of one only.

    A sheet of another form is another extract of the same data, not an edition: its lines are reported as repeats.
    """

    batch: int
    file: str
    base: str
    is_same_form: bool = True
    same: list[tuple[Line, Line]] = field(default_factory=list)
    changed: list[tuple[Line, Line]] = field(default_factory=list)
    gone: list[Line] = field(default_factory=list)
    new: list[Line] = field(default_factory=list)

    @property
    def is_edition(self) -> bool:
        """Whether the file has ``SHARE`` of the batch's lines, or that share of its own lines are revised in money."""
        paired = len(self.same) + len(self.changed)
        here, there = paired + len(self.new), paired + len(self.gone)
        revised = sum(old.satang != new.satang for old, new in self.changed)
        return self.is_same_form and bool(paired) and (paired >= SHARE * there or revised >= SHARE * here)

    @property
    def is_safe(self) -> bool:
        """Whether replacing keeps at least ``SHARE`` of the stored lines."""
        paired = len(self.same) + len(self.changed)
        return self.is_edition and paired >= SHARE * (paired + len(self.gone))

    @property
    def kind(self) -> str:
        """``same_file``, ``longer``, ``corrected`` or ``other_part``."""
        if not self.same and not self.changed:
            return "other_part"
        if self.changed or self.gone:
            return "corrected"
        return "longer" if self.new else "same_file"

    def as_dict(self) -> dict[str, Any]:
        """Counts and baht of the difference."""
        pairs = {"same": self.same, "changed": self.changed}
        counts = {
            name: {
                "rows": len(lines),
                "baht_before": _baht(old for old, _ in lines),
                "baht": _baht(new for _, new in lines),
            }
            for name, lines in pairs.items()
        }
        lone = {
            name: {"rows": len(lines), "baht": _baht(lines)} for name, lines in (("new", self.new), ("gone", self.gone))
        }
        head = {
            "batch": self.batch,
            "file": self.file,
            "base": self.base,
            "kind": self.kind,
            "is_edition": self.is_edition,
        }
        return head | counts | lone

    def lines(self) -> list[dict[str, Any]]:
        """Changed, gone and new lines, at most ``MOST_TOLD``; equal ones are only counted."""
        changed = [_diff("changed", new, old) for old, new in self.changed]
        listed = changed + [_diff("gone", None, old) for old in self.gone] + [_diff("new", new) for new in self.new]
        return listed[:MOST_TOLD]


def _baht(lines: Iterable[Line]) -> float:
    return sum(line.satang for line in lines) / 100


def _diff(what: str, new: Line | None, old: Line | None = None) -> dict[str, Any]:
    shown = new or old
    assert shown is not None
    places = {"sheet": shown.sheet, "row": shown.row, "place": shown.place, "words": shown.words}
    money = {"baht_before": old.satang / 100 if old else None, "baht": new.satang / 100 if new else None}
    changes = [] if not (new and old) else sorted({name for name, _ in {*new.values} ^ {*old.values}})
    return {"what": what, "register": shown.register} | places | money | {"changes": changes}


def find(connection: Connection, ingested: Ingested, owner: str, also: Sequence[int] = ()) -> list[Edition]:
    """Compare the file with every active real batch of its base, registers and years; most similar first.

    ``also`` are batches that a person named, of any base. A file without a base is compared with all.
    """
    forms = {_form(result.layout.code) for result in ingested.understood}
    batch = tables.import_batch
    query = select(batch.c.id, batch.c.file_name, batch.c.base, batch.c.layouts, batch.c.summary)
    query = query.where(batch.c.is_active, batch.c.is_demo.is_(False))
    rows = {row.id: row for row in connection.execute(query)}
    provinces = provinces_of(connection, {number: row.summary for number, row in rows.items()})
    here = {number for number, codes_in in provinces.items() if ingested.province in codes_in}
    into = codes.merged("agency")  # merged bases count as one
    mine = {number for number, row in rows.items() if into.get(row.base, row.base) == into.get(owner, owner)}
    asked = [
        number
        for number in sorted(here)
        if number in also or number in mine or any(base.startswith(UNNAMED) for base in (rows[number].base, owner))
    ]
    if not asked:
        return []
    new = [line for result in ingested.understood for line in _of_result(result)]
    registers = {line.register for line in new} - {"agency", "stream"}
    years = {(line.register, line.year) for line in new}
    editions: list[Edition] = []
    for number in asked:
        row = rows[number]
        old = _of_batch(connection, number, registers)
        if number in also or any((line.register, line.year) in years for line in old):
            is_same_form = bool(forms & set(map(_form, row.layouts.split(","))))
            edition = Edition(number, row.file_name, row.base, is_same_form)
            compare(edition, old, new)
            if number in also or number in mine or edition.is_edition:
                editions.append(edition)
    return sorted(
        editions,
        key=lambda candidate: (
            not candidate.is_edition,
            len(candidate.gone) - len(candidate.same) - len(candidate.changed),
        ),
    )


def pairs(connection: Connection, ingested: Ingested, number: int) -> dict[tuple[str, str, int], tuple[str, str, int]]:
    """(Register, sheet, row) of a batch's line -> that of its line in the new file, for lines in both."""
    new = [line for result in ingested.understood for line in _of_result(result)]
    edition = Edition(number, "", "")
    compare(edition, _of_batch(connection, number, {line.register for line in new}), new)
    both = [*edition.same, *edition.changed]
    return {(old.register, old.sheet, old.row): (now.register, now.sheet, now.row) for old, now in both}


def _form(layout: str) -> str:
    """The shipped layout of a sheet; ``""`` for one read by its headings or content."""
    return "" if layout in ("by_alias", "by_content", "by_hand", "remembered") else layout


def _of_result(result: SheetResult) -> list[Line]:
    """Lines of a sheet that are to be loaded or quarantined."""
    register = result.layout.register
    lines = [_line(register, record) for record in batches.records(result, 0)]
    waiting = result.rows("quarantined")
    values = result.read.values.rename(columns=registers.stored(register))
    written = written_places(result.read.place.loc[waiting])
    column = money_column(result.read, result.layout)
    for row, place in zip(waiting, written, strict=True):
        cells = {name: _plain(value) for name, value in values.loc[row].items()}
        line = Line(*_line(register, cells | {"sheet": result.sheet.name, "row": int(row)}))
        area = result.matched.at[row, "area_code"] if result.matched.at[row, "is_accepted"] else None
        satang = int(result.satang[row]) if column else 0
        lines.append(
            line._replace(
                place=str(area or squeeze(place)), satang=satang, cells=_cells(cells_as_json(result.sheet.frame, row))
            )
        )
    return lines


def _of_batch(connection: Connection, number: int, registers: set[str]) -> list[Line]:
    lines: list[Line] = []
    for register in sorted(registers):
        table = tables.REGISTERS[register]
        rows = connection.execute(
            select(table).where(table.c.batch_id == number, tables.of_register(register))
        ).mappings()
        lines += [_line(register, row) for row in rows]
    waits = tables.quarantine
    query = select(waits).where(waits.c.batch_id == number, waits.c.register.in_(registers)).order_by(waits.c.id)
    for row in connection.execute(query):
        words = " · ".join(str(cell) for cell in json.loads(row.cells).values())
        cells, place = _cells(row.cells), squeeze(row.value or "")
        lines.append(
            Line(row.register, place, None, "", "", (), int(row.satang or 0), cells, words[:200], row.sheet, row.row)
        )
    return lines


def _line(register: str, record: Any) -> Line:
    defined = registers.defined().get(register)
    if defined and "content" in record:
        record = {name: value for name, value in record.items() if name not in ("content", "register")} | json.loads(record["content"])  # fmt: skip
    identity = defined.identity if defined else (NAMES.get(register, ""), WHOSE.get(register, ""))
    words = str(record.get(identity[0]) or record.get("title") or "")
    who = "|".join(str(record.get(name) or "") for name in identity[1:])
    year = record.get(YEARS.get(register, "fiscal_year"))
    money = next((int(record[name]) for name in record if name.endswith("_satang") and record[name] is not None), 0)
    values = sorted(
        (name, value)
        for name, value in record.items()
        if name not in PASSING and value is not None and value is not False
    )
    return Line(
        register, str(record.get("area_code") or ""), None if year is None else int(year), squeeze(words), who, tuple((name, _comparable(value)) for name, value in values),
        money, "", words, str(record["sheet"]), int(record["row"]),
        (str(record.get("year_shares") or ""), str(record.get("year_shares_by") or "")),
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value  # NaN is not equal to itself


def _comparable(value: Any) -> Any:
    return squeeze(value) if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else value


def _cells(written: str) -> str:
    """Cells of a quarantined row without small integers: list ordinals change when a line is inserted."""
    words = (squeeze(str(cell)) for cell in json.loads(written).values())
    return "|".join(sorted(word for word in words if word and not (word.isdecimal() and len(word) < 4)))


Key = Callable[[Line], Hashable]
PASSES: tuple[tuple[str, Key], ...] = (
    ("same", lambda line: line.values and (line.register, line.place, line.year, line.name, line.who, line.values)),
    ("same", lambda line: line.cells),
    (
        "changed",
        lambda line: (
            (line.name or (line.who and line.year)) and (line.register, line.place, line.year, line.name, line.who)
        ),
    ),
    # Short activities of two agencies are partners; long words, or words with equal money, identify a line.
    ("changed", lambda line: len(line.name) >= TELLING and (line.register, line.place, line.year, line.name)),
    (
        "changed",
        lambda line: line.name and line.satang and (line.register, line.place, line.year, line.name, line.satang),
    ),
    # One place is unsettled; two settled places would differ.
    ("unsettled", lambda line: line.name and line.satang and (line.register, line.year, line.name, line.satang)),
)


def compare(edition: Edition, old: list[Line], new: list[Line]) -> None:
    """Pair the lines of two editions, strictest key first; unpaired lines are gone or new."""
    old_left, new_left = dict(enumerate(old)), dict(enumerate(new))
    for what, key in PASSES:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for number, line in old_left.items():
            if value := key(line):
                waiting[value].append(number)
        for number, line in list(new_left.items()):
            if what == "unsettled" and not line.cells:
                continue
            if (value := key(line)) and waiting.get(value):
                pair = (old_left.pop(waiting[value].pop(0)), new_left.pop(number))
                (edition.same if what == "same" else edition.changed).append(pair)
    _alike(edition, old_left, new_left)
    edition.gone, edition.new = list(old_left.values()), list(new_left.values())


def _alike(edition: Edition, old_left: dict[int, Line], new_left: dict[int, Line]) -> None:
    """Pair lines of one place and year by similar words, or when alone there; quarantined rows by their cells."""
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for number, line in old_left.items():
        blocks[("waits" if line.cells else (line.register, line.place, line.year))].append(number)
    for number, line in list(new_left.items()):
        there = [
            candidate
            for candidate in blocks[("waits" if line.cells else (line.register, line.place, line.year))]
            if candidate in old_left
        ]
        text = line.cells or line.name
        if text:
            words = {candidate: old_left[candidate].cells or old_left[candidate].name for candidate in there}
            best = process.extractOne(text, words, scorer=fuzz.ratio, score_cutoff=ALIKE)
            taken = best[2] if best else None
        else:  # without a year the lines may be of different years
            taken = there[0] if line.year and len(there) == 1 and not old_left[there[0]].name else None
        if taken is not None:
            edition.changed.append((old_left.pop(taken), new_left.pop(number)))


def settle(ingested: Ingested, compared: list[Edition], replaces: Sequence[int | str], *, adds: bool) -> list[int]:
    """The batches to replace: those a person named; ``auto`` takes the editions if all are safe to replace.

    Raises
    ------
    EditionAsked
        ``edition_unanswered`` when the file is an edition and nobody decided.
    """
    named = [int(number) for number in replaces if number != AUTO]
    if named or adds:
        return named
    editions = [edition for edition in compared if edition.is_edition]
    if AUTO in replaces and all(edition.is_safe for edition in editions):
        return [edition.batch for edition in editions]
    if editions:
        first = editions[0]
        problem = Problem("edition_unanswered", "refused", value=str(first.batch), suggestion=first.file)
        raise EditionAsked(problem, ingested)
    return []


def shares_of(editions: list[Edition], replaced: Sequence[int]) -> tuple[list[Line], int]:
    """Lines of the new file that keep the year shares of replaced ones, and how many shares are lost.

    Shares are kept unless money or dates changed or the line is quarantined; lost ones are asked again.
    """
    both = [pair for edition in editions if edition.batch in replaced for pair in (*edition.same, *edition.changed)]
    pairs = [pair for pair in both if pair[0].shares[0]]
    kept = [
        new._replace(shares=old.shares)
        for old, new in pairs
        if not new.cells and new.money_and_days == old.money_and_days
    ]
    return kept, len(pairs) - len(kept)


class EditionAsked(Refused):
    """The file is an edition of an active batch and nobody decided what to do; ``ingested`` is its account."""

    def __init__(self, problem: Problem, ingested: Ingested) -> None:
        super().__init__(problem)
        self.ingested = ingested


def check(connection: Connection, numbers: Iterable[int]) -> None:
    """Raise ``Refused`` for batches that cannot be replaced: ``batch_unknown``, ``batch_is_withdrawn``."""
    batch = tables.import_batch
    for number in numbers:
        active = connection.execute(select(batch.c.is_active).where(batch.c.id == number)).scalar()
        if not active:
            raise Refused("batch_unknown" if active is None else "batch_is_withdrawn", value=str(number))


class Switched(NamedTuple):
    """Result of :func:`switch`: 1 or 0 for the batch itself, batches restored with it, batches withdrawn for it."""

    changed: int
    restored: list[int]
    withdrawn: list[int]


def switch(connection: Connection, batch_id: int, active: bool, who: str) -> Switched:
    """Withdraw a batch or put it back, in one transaction with the editions it replaced or was replaced by.

    Withdrawing restores the batches it replaced; putting back withdraws those that replaced it.
    """
    batch = tables.import_batch
    query = select(batch.c.id, batch.c.is_active, batch.c.withdrawn_because, batch.c.summary).order_by(batch.c.id)
    rows = {row.id: row for row in connection.execute(query)}
    replaced = {number: json.loads(row.summary).get("replaces", []) for number, row in rows.items()}
    if not active:
        changed = store.set_active(connection, [batch_id], False, "by_hand", who)
        back = [old for old in replaced.get(batch_id, []) if changed and rows[old].withdrawn_because == REPLACED]
        store.set_active(connection, back, True, None, who)
        return Switched(changed, back, [])
    replacing = {old: [new for new, olds in replaced.items() if old in olds] for old in rows}
    later, earlier = _reached(batch_id, replacing), _reached(batch_id, replaced)
    rivals = [key for old in earlier for key in (old, *_reached(old, replacing))]  # other editions of the same data
    gone = [key for key in dict.fromkeys([*later, *rivals]) if key != batch_id and rows[key].is_active]
    partners = [old for key in gone if key in later for old in replaced[key] if rows[old].withdrawn_because == REPLACED]
    store.set_active(connection, gone, False, REPLACED, who)
    changed = store.set_active(connection, [batch_id], True, None, who)
    back = [old for old in partners if old != batch_id]
    store.set_active(connection, back, True, None, who)
    return Switched(changed, back, gone)


def _reached(start: int, steps: dict[int, list[int]]) -> list[int]:
    """All batches reachable from one by ``steps``."""
    reached: list[int] = []
    waiting = list(steps.get(start, []))
    while waiting:
        if (number := waiting.pop()) not in reached:
            reached.append(number)
            waiting += steps.get(number, [])
    return reached
