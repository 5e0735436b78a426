"""Commands on files (import, match, boundaries, give-back) and on batches (withdraw, restore-batch, speaks-for ...)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loaders import settings
from loaders.commands import DONE, QUARANTINED, REFUSED, answer, complain, of_path
from loaders.layouts import ORDER
from loaders.problems import Refused

if TYPE_CHECKING:
    from loaders.imports.ingest import Ingested

KINDS = ("rows", "districts", "province")  # of loaders.imports.speaks_for, which is imported late

UNITS = ("baht", "thousand_baht", "ten_thousand_baht", "hundred_thousand_baht", "million_baht", "billion_baht")
SHARES = {
    "carried": "edition_shares_carried",
    "asked": "edition_shares_asked",
}  # messages about the year shares of a replaced edition


def _import(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.areas.register import ensure_code_lists

    engine = store.open_store(create=True)
    ensure_code_lists(engine)
    options.base = _base(engine, options.base)
    codes = [_import_one(engine, path, options) for path in options.files]
    return REFUSED if REFUSED in codes else max(codes)


def _base(engine, written: str | None) -> str | None:  # noqa: ANN001 - sqlalchemy is imported late
    """The code of an agency given by any of its spellings; unknown text stays as it is."""
    from loaders import codes, store
    from loaders.store import code_lists

    if written is None:
        return None
    with store.reading(engine) as connection:
        code_lists.lay_over(connection)
        registered = code_lists.registered(connection)["agency"]
    key = codes.squeeze(written)
    return registered.get(key) or codes.words("agency").get(key, written)


def _import_one(engine, path: Path, options: argparse.Namespace) -> int:  # noqa: ANN001 - sqlalchemy is imported late
    from loaders.imports.editions import EditionAsked
    from loaders.imports.ingest import Unanswered, ingest
    from loaders.layouts.column_answers import ColumnAnswers

    def progress(step: str, _share: float) -> None:
        if step == "storing_first_real":
            _say("demo_will_go", path.name)

    try:
        ingested = ingest(
            engine,
            path,
            options.base,
            progress=progress,
            dry_run=options.dry_run,
            confirmed=options.confirm,
            leave_out_repeats=options.leave_out_repeats,
            aside=options.set_aside,
            totals_why=options.accept_totals,
            column_answers=ColumnAnswers.of(options.column, options.register, options.unit),
            replaces=options.replaces or (),
            adds=options.adds,
            speaks_for=_said(options),
        )
    except EditionAsked as stop:
        summary = stop.ingested.summary(path.name)
        answer(summary)
        return complain(stop.problem.as_dict() | {"file": path.name, "editions": summary["editions"]})
    except Unanswered as stop:
        from loaders.imports.questions import questions

        return complain(stop.problem.as_dict() | {"file": path.name, "questions": questions(stop.ingested)})
    except Refused as stop:
        return complain(stop.problem.as_dict() | {"file": path.name})
    except OSError as error:
        return complain(of_path(error) | {"file": path.name})
    return _answered(ingested, path, options)


def _answered(ingested: Ingested, path: Path, options: argparse.Namespace) -> int:
    """Write summary, problems and unmet control totals of an import; returns the exit code."""
    from loaders.imports import speaks_for
    from loaders.imports.account import total_facts

    scope = {
        "said": options.speaks_for or speaks_for.ROWS,
        "proposed": speaks_for.proposal(ingested.understood, ingested.province),
    }
    summary = ingested.summary(path.name) | {"speaks_for": scope}
    answer(summary)
    _tell(summary, options)
    if not options.json:
        for problem in ingested.problems[: options.show]:
            sys.stderr.write(json.dumps(problem.as_dict(), ensure_ascii=False) + "\n")
    unmet = [] if summary["totals_accepted"] else ingested.unmet
    for total in unmet:
        complain({"code": "control_total_unmet"} | total_facts(total) | {"file": path.name})
    return QUARANTINED if summary["quarantined"] or unmet else DONE


def _tell(summary: dict, options: argparse.Namespace) -> None:
    """Messages about side effects of an import (or of a dry run)."""
    if summary["repeats"]["rows"] and not summary["repeats"]["left_out"]:
        _warn("repeats_loaded", summary["file"], summary["repeats"])
    if summary["near_repeats"]["rows"]:
        _warn("near_repeats_told", summary["file"], summary["near_repeats"])
    if summary["demo_withdrawn"] or (options.dry_run and summary["demo_in_use"]):
        _say("demo_will_go" if options.dry_run else "demo_gone", summary["file"], summary["demo_withdrawn"])
    is_open = options.dry_run and not (options.adds or options.leave_out_repeats or summary["replaces"])
    if summary["replaces"] and not options.dry_run:
        _say("edition_replaced", summary["file"], *summary["replaces"])
        for what, number in summary.get("year_shares", {}).items():
            if number:
                _say(SHARES[what], summary["file"], number)
        if any((carried := summary.get("carried") or {}).get(name) for name in ("kept", "taken", "overruled", "gone")):
            _say(
                "edition_carried",
                summary["file"],
                carried["kept"],
                carried["taken"],
                carried["overruled"],
                carried["gone"],
            )
    elif is_open and summary["editions"] and (first := summary["editions"][0])["is_edition"]:
        complain(
            {
                "code": "edition_unanswered",
                "file": summary["file"],
                "value": first["batch"],
                "suggestion": first["file"],
            }
        )


def _warn(code: str, file: str, lines: dict) -> None:
    """Report what was done although it may be unwanted."""
    complain({"code": code, "file": file, "value": f"{lines['rows']:,}", "suggestion": f"{lines['baht']:,.2f}"})


def _say(code: str, file: str, *values: object) -> None:
    complain({"code": code, "file": file, "value": ", ".join(map(str, values))})


def _said(options: argparse.Namespace):  # noqa: ANN202 - imported late
    """What the person stated that the files speak for; None = nothing stated."""
    from loaders.imports import speaks_for

    if options.speaks_for is None:
        if options.years or options.districts:
            raise Refused("scope_kind_needed")
        return None
    return speaks_for.read(options.speaks_for, options.years or "", (options.districts or "").split(","))


def _speaks_for(options: argparse.Namespace) -> int:
    """State later what a batch speaks for."""
    from loaders import store
    from loaders.imports import speaks_for
    from loaders.store.viewers import DATA_TEAM

    scope = speaks_for.read(options.kind, options.years or "", (options.districts or "").split(","), options.reason)
    with store.writing(store.open_store()) as connection:
        speaks_for.change(connection, options.batch, scope, settings.person())
        scopes = speaks_for.read_scopes(connection, viewer=DATA_TEAM)
    return answer({"batch": options.batch, "speaks_for": scopes[options.batch]})


def _nothing(options: argparse.Namespace) -> int:
    """Record that a base has nothing to report: a batch without rows."""
    from loaders import store, thai
    from loaders.areas.register import ensure_code_lists
    from loaders.imports import speaks_for
    from loaders.imports.review import nothing

    engine = store.open_store(create=True)
    ensure_code_lists(engine)
    scope = speaks_for.read(options.kind, options.years or "", (options.districts or "").split(","), options.reason)
    try:
        as_of = thai.parse_date(options.as_of or "")
    except thai.Unreadable as error:
        raise Refused("date_not_read", value=options.as_of) from error
    base = _base(engine, options.base) or ""
    with store.writing(engine) as connection:
        number = nothing.state(
            connection, base, options.register, scope, settings.home_province(), settings.person(), as_of
        )
    return answer({"batch": number, "base": base, "register": options.register, "speaks_for": options.kind})


def _match(options: argparse.Namespace) -> int:
    from loaders.match import match_file

    return answer(match_file(options.input, options.output, options.subdistrict, options.district, options.province))


def _boundaries(options: argparse.Namespace) -> int:
    from loaders.boundaries import download, find

    if options.download:
        return answer(download.download(_bytes_on_stderr, settings.home_province()))
    if options.file:
        return answer(find.install(options.file, options.crs, settings.home_province()))
    return answer(find.status(settings.home_province()))


def _bytes_on_stderr(done: int, total: int | None) -> None:
    sys.stderr.write(f"\r{done:,} / {total:,} B" if total else f"\r{done:,} B")
    sys.stderr.flush()


def _withdraw(options: argparse.Namespace) -> int:
    from sqlalchemy import select

    from loaders import store
    from loaders.imports import duplicates, editions
    from loaders.store import tables

    with store.writing(store.open_store()) as connection:
        batch = tables.import_batch
        if connection.execute(select(batch.c.id).where(batch.c.id == options.batch)).first() is None:
            raise Refused("batch_unknown", value=str(options.batch))
        missed = [] if options.active else duplicates.resting_on(connection, options.batch)
        done = editions.switch(connection, options.batch, options.active, settings.person())
    if not done.changed:
        raise Refused("batch_is_active" if options.active else "batch_is_withdrawn", value=str(options.batch))
    for lines in missed:
        _warn("lines_rested_on_batch", lines["file"], lines)
    for code, others in (("edition_came_back", done.restored), ("edition_went", done.withdrawn)):
        if others:
            complain({"code": code, "value": ", ".join(map(str, others)), "suggestion": str(options.batch)})
    summary = {"batch": options.batch, "active": options.active, "changed": done.changed, "missed_by": missed}
    return answer(summary | {"restored": done.restored, "withdrawn": done.withdrawn})


def _give_back(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.imports.give_back import give_back

    return answer(give_back(store.open_store(), options.batch, options.output))


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the command line."""
    _add_import(commands)
    match = commands.add_parser("match", help="add subdistrict codes to a CSV")
    match.add_argument("input", type=Path)
    match.add_argument("output", type=Path)
    for column in ("subdistrict", "district", "province"):
        match.add_argument(f"--{column}", help=f"name of the {column} column")
    match.set_defaults(run=_match)
    boundaries = commands.add_parser("boundaries", help="install, download or show the boundary file")
    boundaries.add_argument("file", nargs="?", type=Path)
    boundaries.add_argument("--crs", help="coordinate system of a file without .prj, for instance EPSG:32647")
    boundaries.add_argument("--download", action="store_true")
    boundaries.add_argument("--status", action="store_true")
    boundaries.set_defaults(run=_boundaries)
    for name, active in (("withdraw", False), ("restore-batch", True)):
        command = commands.add_parser(name, help="take a batch out, or put it back")
        command.add_argument("batch", type=int)
        command.set_defaults(run=_withdraw, active=active)
    says = commands.add_parser("speaks-for", help="say what a batch speaks for: only there does its silence mean none")
    says.add_argument("batch", type=int)
    says.add_argument("kind", choices=KINDS)
    says.add_argument("--years", help="2549,2550 or 2549-2551 or all; without it the years said before")
    says.add_argument("--districts", help="codes, comma-joined; without it those that the rows name")
    says.add_argument("--reason", required=True)
    says.set_defaults(run=_speaks_for)
    nothing = commands.add_parser(
        "nothing-to-report", help="a base has no rows: none there and then, withdrawn like a file"
    )
    nothing.add_argument("kind", choices=KINDS[1:])
    nothing.add_argument("--base", required=True)
    nothing.add_argument("--register", default="support", help="of what there is nothing (default: support)")
    nothing.add_argument("--years", help="2549,2550 or 2549-2551 or all")
    nothing.add_argument("--districts", help="codes, comma-joined")
    nothing.add_argument("--as-of", help="the day of the statement (default: today)")
    nothing.add_argument("--reason", required=True, help="who said it and how, for instance the letter's number")
    nothing.set_defaults(run=_nothing)
    give_back = commands.add_parser("give-back", help="the agency's own file with code, place, status and note added")
    give_back.add_argument("batch", type=int)
    give_back.add_argument("output", type=Path)
    give_back.set_defaults(run=_give_back)


def _edition(text: str) -> int | str:
    return text if text == "auto" else int(text)


def _add_import(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("import", help="import agency files")
    command.add_argument("files", nargs="+", type=Path)
    command.add_argument("--base", help="who hands over the file")
    command.add_argument(
        "--speaks-for",
        choices=KINDS,
        help="rows (default): these rows alone; or all there is in these districts, or the province",
    )
    command.add_argument(
        "--years", help="of which fiscal years: 2549,2550 or 2549-2551 or all (default: those of the rows)"
    )
    command.add_argument("--districts", help="codes of the districts, comma-joined (default: those of the rows)")
    command.add_argument("--dry-run", action="store_true", help="read and account, store nothing")
    command.add_argument(
        "--confirm", action="store_true", help="store also what was guessed (see to_confirm of a dry run)"
    )
    command.add_argument(
        "--leave-out-repeats", action="store_true", help="leave out lines that another file in use has (see repeats)"
    )
    command.add_argument(
        "--set-aside",
        choices=("take", "leave"),
        help="what becomes of hidden, filtered and struck-through rows and of hidden columns of figures (see set_aside)",
    )
    command.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEADING=OURS",
        help="what one of the file's columns is, or - for not used; may be given several times",
    )
    command.add_argument("--register", choices=ORDER, help="what the rows of the file are, where it cannot be seen")
    command.add_argument("--unit", choices=UNITS, help="the unit of its money")
    command.add_argument(
        "--accept-totals", metavar="WHY", help="the file stands though a total of it is not met; kept with your name"
    )
    command.add_argument(
        "--replaces", action="append", type=_edition, metavar="BATCH|auto",
        help="the file is a new edition: withdraw this batch in the same transaction; auto: the one its lines say",
    )  # fmt: skip
    command.add_argument("--adds", action="store_true", help="the file stands beside what is in use")
    command.add_argument("--json", action="store_true", help="summaries only, no problem rows on stderr")
    command.add_argument("--show", type=int, default=20, help="problem rows shown on stderr")
    command.set_defaults(run=_import)
