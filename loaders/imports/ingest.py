"""One file end to end: read, understand, place, account for every row and satang, store in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine

from loaders import settings, store
from loaders.decisions import year_shares
from loaders.imports import batches, duplicates, editions, learnt_layouts, near_repeats, row_outcomes, set_aside
from loaders.imports.account import Ingested, SheetResult, row_problems
from loaders.imports.by_hand import next_edition
from loaders.imports.speaks_for import SpeaksFor
from loaders.layouts import layout as layouts
from loaders.layouts import ledger, templates
from loaders.layouts.cells import no_support
from loaders.layouts.column_answers import ColumnAnswers, refusal
from loaders.layouts.layout import Layout
from loaders.layouts.melt import BandReading, Columns, melt, read_columns
from loaders.layouts.recognise import (
    general_unit,
    known_layout,
    money_units,
    partial_columns,
    recognise,
    split_groups,
    support_column,
    titles,
    unit_doubts,
)  # fmt: skip
from loaders.layouts.values import Words
from loaders.places.matcher import Places
from loaders.problems import Problem, Refused
from loaders.sheets.aside.shape import ROW_KINDS
from loaders.sheets.read import Sheet, read_sheets
from loaders.store import code_lists, in_use, originals, privacy

__all__ = ["Ingested", "SheetResult", "ingest", "understand"]

Progress = Callable[[str, float], None]
MOST_COLUMNS = 2_000  # real sheets have dozens
ALL_LEFT_OUT = {  # why all rows are excluded -> why the file is refused
    row_outcomes.OUTSIDE: "all_outside_province",
    row_outcomes.OUTSIDE_COUNTRY: "all_outside_country",
    row_outcomes.NO_PLACE: "all_no_place_named",
    row_outcomes.NO_VALUE: "all_no_value",
    row_outcomes.HIDDEN: "all_hidden_sheet",
    **dict.fromkeys(ROW_KINDS, "all_set_aside"),
    **dict.fromkeys(no_support.REASONS, "all_no_support"),
    duplicates.LEFT_OUT: "all_repeats_left_out",
}
READING = 60.0  # seconds after which the progress of reading is almost full


NO_ANSWERS = ColumnAnswers()


class Unanswered(Refused):
    """A person must answer first; ``ingested`` is the account so far."""

    def __init__(self, problem: Problem, ingested: Ingested) -> None:
        super().__init__(problem)
        self.ingested = ingested


class NothingForTheBoard(Unanswered):
    """A readable file with nothing to load; its sheets are shown so that a person can map columns."""


def no_progress(_step: str, _share: float) -> None:
    """Ignore progress."""


def understand(
    path: Path,
    base: str | None = None,
    places: Places | None = None,
    progress: Progress = no_progress,
    *,
    answers: Mapping[str, Layout] | None = None,
    registered: Words | None = None,
    trusted: bool = False,
    aside: str | None = None,
    column_answers: ColumnAnswers = NO_ANSWERS,
) -> Ingested:
    """Read and place a file without storing anything.

    ``answers``: layouts given by people, by the key of their headings; ``registered``: words of agencies and streams in
    the store; ``trusted``: read in this process, without a child; ``aside``: choice about hidden and struck parts
    (``take``, ``leave``). Raises ``Refused`` when the file cannot be read, ``NothingForTheBoard`` when no row can be
    loaded.
    """

    def tick(seconds: float) -> bool:
        progress("reading", 0.05 + 0.3 * min(1.0, seconds / READING))
        return True

    progress("reading", 0.05)
    sheets = read_sheets(path, expected_headings=layouts.expected_headings(), in_child=not trusted, tick=tick)
    privacy.refuse_national_ids(sheets)
    progress("placing", 0.4)
    places = places or Places.national(home=settings.home_province())
    problems = [problem for sheet in sheets for problem in sheet.problems]
    results: list[SheetResult] = []
    for number, sheet in enumerate(sheets):
        if sheet.frame.empty:
            continue
        if len(sheet.frame.columns) > MOST_COLUMNS:
            raise Refused("file_too_heavy", sheet=sheet.name, value=f"{len(sheet.frame)} x {len(sheet.frame.columns)}")
        sheet, blanked = set_aside.apply(sheet, aside)
        is_given = known_layout(sheet, path.name, answers) is not None
        sheet = sheet if is_given else split_groups(sheet)
        columns = read_columns(sheet.frame)
        parts = [(sheet, BandReading())] if is_given else melt(sheet, columns, support_column)
        read: list[tuple[Layout, BandReading]] = []
        for part, reading in parts:
            layout, problem = _layout(part, path.name, base, answers, reading, column_answers)
            layout = ledger.without_totals(layout, columns)
            if problem is not None:
                problems.append(problem)
            if templates.is_example(layout, sheet.name):
                problems.append(Problem("example_sheet_skipped", "note", sheet.name))
                continue
            results.append(_result(part, layout, places, registered))
            row_outcomes.leave_out(results[-1], reading.without, row_outcomes.NO_VALUE)
            results[-1].control_totals += reading.checks
            problems += results[-1].read.problems
            read.append((layout, reading))
        if read:
            _explain(sheet, columns, read, results[-len(read) :], blanked)
        progress("placing", 0.4 + 0.4 * (number + 1) / len(sheets))
    _refuse_nothing(results, problems)
    problems += [problem for result in results if result.is_understood for problem in row_problems(result)]
    ingested = Ingested(results, problems, aliases_used=sorted(places.aliases_used), province=places.home)
    ingested.problems += [_unmet(total) for total in ingested.unmet]
    set_aside.tell(ingested, aside)
    return ingested


def _explain(
    sheet: Sheet,
    columns: Columns,
    read: list[tuple[Layout, BandReading]],
    results: list[SheetResult],
    blanked: list[ledger.Column],
) -> None:
    """Put the ledger of a sheet on its first result; unexplained columns become doubts of the layout."""
    first = results[0]
    melted = {heading: ours for _, reading in read for heading, ours in reading.melted.items()}
    first.columns = ledger.ledger(sheet.name, columns, read, melted, general_unit(sheet))
    instead = {line.heading: line for line in blanked}
    first.columns = [instead.get(line.heading, line) for line in first.columns]
    first.control_totals += [{"sheet": sheet.name, **check} for check in sheet.subtotals]
    asked = tuple(f"column_unexplained:{column.heading}" for column in first.columns if column.fate == "asked")
    is_machines = first.layout.code in ("by_alias", "by_content")
    sizes = ledger.size_doubts(columns, first.columns) if is_machines else unit_doubts(sheet, first.layout)
    doubts = (*asked, *sizes)
    if doubts and first.is_understood:
        first.layout = replace(first.layout, doubts=(*first.layout.doubts, *doubts))
    stated = first.layout.constants
    from_title = (f"title:title_{ours}:{stated[ours]}" for ours, how in first.layout.how.items() if how == "title")
    first.melted = (*read[0][1].steps, *from_title)


def _layout(
    sheet: Sheet,
    file_name: str,
    base: str | None,
    answers: Mapping[str, Layout] | None,
    reading: BandReading,
    column_answers: ColumnAnswers = NO_ANSWERS,
) -> tuple[Layout, Problem | None]:
    headings = list(sheet.frame.columns)
    try:
        known = recognise(sheet, file_name, base, answers, reading)
        return _with_units(column_answers.apply(known, headings, base), sheet, column_answers), None
    except Refused as stop:
        columns, how = partial_columns(sheet)
        code, units = stop.problem.code, {"amount": general_unit(sheet)}  # proposed to the person who maps columns
        refused = Layout("none", base or "unnamed_base", "none", columns=columns, units=units, how=how, refuse=code)
        answered = _with_units(column_answers.apply(refused, headings, base), sheet, column_answers)
        return answered, replace(stop.problem, severity="note") if answered.refuse else None


def _with_units(layout: Layout, sheet: Sheet, column_answers: ColumnAnswers) -> Layout:
    """The layout with the units that headings or title state for columns which a person named without a unit."""
    if layout.refuse or column_answers.unit:
        return layout
    answered = {ours: names for ours, names in layout.columns.items() if any(map(column_answers.ours, names))}
    present = {ours: [name for name in names if name in sheet.frame] for ours, names in answered.items()}
    return replace(layout, units=layout.units | money_units(sheet, present)) if answered else layout


def _result(sheet: Sheet, layout: Layout, places: Places, registered: Words | None) -> SheetResult:
    if layout.refuse:
        return row_outcomes.nothing_for_the_board(sheet, layout)
    return row_outcomes.account(sheet, layout, places, titles(sheet), registered)


def _refuse_nothing(results: list[SheetResult], problems: list[Problem]) -> None:
    """Refuse a file with nothing to load, with the reason, instead of storing an empty batch."""
    if not results:
        raise Refused("file_empty")
    understood = [result for result in results if result.is_understood]
    largest = max(results, key=lambda result: len(result.outcome))
    if not understood:
        reason = refusal(largest.sheet, largest.layout.refuse, partial_columns(largest.sheet)[0])
        raise NothingForTheBoard(reason, Ingested(results, problems))
    only_rows = all(result.layout.scope.get("kind", "rows") == "rows" for result in understood)
    if only_rows and all(len(result.rows("excluded")) == len(result.outcome) for result in understood):
        reasons = [reason for result in understood for reason in result.reason]
        commonest = max(sorted(set(reasons)), key=reasons.count)
        reason = Problem(ALL_LEFT_OUT[commonest], "refused", value=str(len(reasons)))
        raise NothingForTheBoard(reason, Ingested(results, problems))


def _unmet(total: dict) -> Problem:
    figures = (total.get("stated_baht", total.get("stated")), total.get("found_baht", total.get("found")))
    stated, computed = (f"{figure:,.2f}" if "stated_baht" in total else f"{figure:,.0f}" for figure in figures)
    return Problem("control_total_mismatch", "note", total["sheet"], total["row"], total["column"], stated, computed)


def ingest(
    engine: Engine,
    path: Path,
    base: str | None = None,
    who: str | None = None,
    progress: Progress = no_progress,
    *,
    answers: Mapping[str, Layout] | None = None,
    confirmed: bool = False,
    leave_out_repeats: bool = False,
    replaces: Sequence[int | str] = (),
    adds: bool = False,
    dry_run: bool = False,
    trusted: bool = False,
    province: str | None = None,
    aside: str | None = None,
    column_answers: ColumnAnswers = NO_ANSWERS,
    totals_why: str | None = None,
    speaks_for: SpeaksFor | None = None,
) -> Ingested:
    """Import one file in one transaction, all or nothing; raises ``Refused`` with the reason when nothing is loaded.

    A file with doubts (``Ingested.doubts``) is stored only when ``confirmed``; then its layouts, like ``answers`` of a
    person, are remembered for the base. Repeats (``Ingested.repeats``) are loaded unless ``leave_out_repeats``.
    ``aside``: choice about hidden and struck parts; ``totals_why``: reason for accepting unmet totals. An edition of an
    active batch ``replaces`` it (batch keys, or ``auto``) or ``adds`` to it; nothing is stored before that is decided
    (``EditionAsked``). ``speaks_for``: scope of the file, by default its rows only. ``dry_run`` stores nothing.
    """
    digest, province = hashlib.sha256(path.read_bytes()).hexdigest(), province or settings.home_province()
    with store.reading(engine) as connection:
        batches.refuse_twice(connection, digest, province)
        places = Places.national(aliases=learnt_layouts.aliases(connection), home=province)
        learnt = learnt_layouts.answers(connection, base) | dict(answers or {})
        code_lists.lay_over(connection)
        registered = code_lists.registered(connection)
    ingested = understand(
        path,
        base,
        places,
        progress,
        answers=learnt,
        registered=registered,
        trusted=trusted,
        aside=aside,
        column_answers=column_answers,
    )
    wishes = Wishes(path.name, base, tuple(replaces), adds or leave_out_repeats, leave_out_repeats)
    if dry_run:
        with store.reading(engine) as connection:
            if batches.is_invented(ingested, path.name, base):
                in_use.refuse_demo(connection, path.name)
            _compared(connection, ingested, wishes)
        return ingested
    if ingested.doubts and not confirmed:
        reason = Problem("understanding_unconfirmed", "refused", value=", ".join(ingested.doubts))
        raise Unanswered(reason, ingested)
    if ingested.set_aside["asked"]:
        parts = set_aside.words(ingested.set_aside["parts"], "th")
        raise Unanswered(Problem("set_aside_unanswered", "refused", value=parts), ingested)
    person = who or settings.person()
    if totals_why and ingested.unmet:
        ingested.totals_accepted = {"who": person, "why": totals_why, "totals": len(ingested.unmet)}
    with store.writing(engine) as connection:
        batches.refuse_twice(connection, digest, province)
        shared = _compared(connection, ingested, wishes, person)
        ingested.carried = next_edition.carry(connection, ingested, digest, person)
        originals.keep(connection, path, digest)
        progress("storing_first_real" if ingested.demo_in_use else "storing", 0.85)
        batch = batches.store_batch(connection, ingested, path.name, digest, base, person, speaks_for)
        year_shares.carry(connection, batch, [(it.sheet, it.row, it.place, it.shares) for it in shared], person)
        if ingested.unmet:
            noted = ("accept_totals", totals_why) if totals_why else ("totals_unmet", str(len(ingested.unmet)))
            store.note(connection, person, *noted, batch)
        learnt_layouts.remember(
            connection, _to_remember(ingested, answers or {}), batches.owner_of(ingested, base), person
        )
    progress("done", 1.0)
    return ingested


@dataclass(frozen=True)
class Wishes:
    """A person's choices about a file, except those about its columns."""

    file_name: str
    base: str | None
    replaces: tuple[int | str, ...]
    adds: bool
    leave_out_repeats: bool


def _compared(connection: Connection, ingested: Ingested, wishes: Wishes, who: str = "") -> list[editions.Line]:
    """Compare a file with active batches: editions, repeats, near repeats.

    With ``who`` the batches it replaces are withdrawn, and an undecided edition raises ``EditionAsked``. Returns the
    lines that keep the year shares of the batches it replaces.
    """
    owner, asked = batches.owner_of(ingested, wishes.base), None
    shared: list[editions.Line] = []
    ingested.demo_in_use = batches.demo_in_the_way(connection, ingested, wishes.file_name, wishes.base)
    named = [int(number) for number in wishes.replaces if number != editions.AUTO]
    editions.check(connection, named)
    if batches.is_invented(ingested, wishes.file_name, wishes.base):
        ingested.replaces = named  # demo files need no decision
    elif owner != "reference":
        compared = editions.find(connection, ingested, owner, named)
        ingested.editions = [edition.as_dict() for edition in compared]
        ingested.edition_lines = compared[0].lines() if compared else []
        try:
            ingested.replaces = editions.settle(ingested, compared, wishes.replaces, adds=wishes.adds)
        except editions.EditionAsked as stop:
            asked = stop
        shared, lost = editions.shares_of(compared, ingested.replaces)
        ingested.year_shares = {"carried": len(shared), "asked": lost}
    if ingested.replaces and who:
        store.set_active(connection, ingested.replaces, False, editions.REPLACED, who)
    repeats = duplicates.find(connection, ingested, ingested.replaces)
    ingested.repeats = duplicates.summary(repeats, left_out=wishes.leave_out_repeats)
    ingested.problems += duplicates.problems(repeats)
    near = near_repeats.find(connection, ingested, ingested.replaces, skip={(it.sheet, it.row) for it in repeats})
    ingested.near_repeats = near_repeats.summary(near)
    ingested.problems += near_repeats.problems(near)
    if asked and who:
        raise asked  # after repeats and near repeats are in the account
    if wishes.leave_out_repeats and repeats:
        duplicates.leave_out(ingested, repeats)
        _refuse_nothing(ingested.sheets, ingested.problems)
    return shared


def _to_remember(ingested: Ingested, answers: Mapping[str, Layout]) -> dict[str, Layout]:
    """Layouts that a person answered or confirmed, by the key of their headings."""
    remembered = {}
    for result in ingested.understood:
        key = layouts.headings_key(result.sheet.frame.columns)
        is_answered = "by_hand" in result.layout.how.values() or result.layout.unused
        if key in answers or ((result.layout.doubts or is_answered) and result.layout.code != "remembered"):
            remembered[key] = replace(result.layout, doubts=())
    return remembered
