"""The command line of the data team: import, match, boundaries, withdraw, restore-batch, setup, and the store's own."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from loaders import settings, setup
from loaders.exchange import commands as store_commands
from loaders.imports import repeats
from loaders.problems import Refused
from loaders.store import connection as store
from loaders.store import errors as store_errors
from loaders.store import tables

LOADED, REFUSED, QUARANTINED = 0, 2, 3
log = logging.getLogger("kradan")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 3 something quarantined, 2 refused with the reason on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except Refused as stop:
        return _refuse(stop.problem.as_dict())
    except store.StoreUnavailable as stop:
        return _refuse({"code": stop.code, "value": stop.where})
    except OSError as error:
        return _refuse(_of_path(error))
    except DBAPIError as error:
        log.error("store failed: %s", error.orig)
        return _refuse({"code": store_errors.reason(error) or "store_failed"})


def _of_path(error: OSError) -> dict:
    """What the system says about a file or folder, in our words."""
    code = "file_missing" if isinstance(error, FileNotFoundError) else "path_unusable"
    return {"code": code, "value": str(error.filename or "-"), "suggestion": error.strerror or "-"}


def _refuse(problem: dict) -> int:
    print(json.dumps(problem | {"message": setup.sentence(problem)}, ensure_ascii=False), file=sys.stderr)
    return REFUSED


def _print(result: dict) -> None:
    print(json.dumps(result, ensure_ascii=False))


def _import(options: argparse.Namespace) -> int:
    from loaders.imports.ingest import ingest

    engine = store.open_store(create=True)
    setup.ensure_code_lists(engine)
    worst = LOADED
    for path in options.files:
        try:
            ingested = ingest(
                engine, path, options.base, dry_run=options.dry_run, confirmed=options.confirm,
                leave_out_repeats=options.leave_out_repeats,
            )  # fmt: skip
        except Refused as stop:
            worst = _refuse(stop.problem.as_dict() | {"file": path.name})
            continue
        except OSError as error:
            worst = _refuse(_of_path(error) | {"file": path.name})
            continue
        summary = ingested.summary(path.name)
        _print(summary)
        if summary["repeats"]["rows"] and not summary["repeats"]["left_out"]:
            _warn_of_repeats(summary)
        if not options.json:
            for problem in ingested.problems[: options.show]:
                print(json.dumps(problem.as_dict(), ensure_ascii=False), file=sys.stderr)
        if summary["quarantined"] and worst == LOADED:
            worst = QUARANTINED
    return worst


def _warn_of_repeats(summary: dict) -> None:
    """Loaded all the same, but never in silence."""
    found = summary["repeats"]
    problem = {"code": "repeats_loaded", "file": summary["file"], "value": f"{found['rows']:,}", "suggestion": f"{found['baht']:,.2f}"}  # fmt: skip
    print(json.dumps(problem | {"message": setup.sentence(problem)}, ensure_ascii=False), file=sys.stderr)


def _match(options: argparse.Namespace) -> int:
    from loaders.match import match_file

    _print(match_file(options.input, options.output, options.subdistrict, options.district, options.province))
    return LOADED


def _boundaries(options: argparse.Namespace) -> int:
    from loaders.boundaries import download as boundary_download
    from loaders.boundaries import find as boundaries

    if options.download:
        _print(boundary_download.download(_bytes_on_stderr, settings.home_province()))
    elif options.file:
        _print(boundaries.install(options.file, options.crs, settings.home_province()))
    else:
        _print(boundaries.status(settings.home_province()))
    return LOADED


def _bytes_on_stderr(done: int, total: int | None) -> None:
    print(f"\r{done:,} / {total:,} B" if total else f"\r{done:,} B", end="", file=sys.stderr, flush=True)


def _withdraw(options: argparse.Namespace) -> int:
    with store.writing(store.open_store()) as connection:
        batch = tables.import_batch
        if connection.execute(select(batch.c.id).where(batch.c.id == options.batch)).first() is None:
            raise Refused("batch_unknown", value=str(options.batch))
        missed = [] if options.active else repeats.resting_on(connection, options.batch)
        changed = store.set_active(connection, [options.batch], options.active, "by_hand", settings.person())
    if not changed:
        raise Refused("batch_is_active" if options.active else "batch_is_withdrawn", value=str(options.batch))
    for one in missed:
        problem = {"code": "lines_rested_on_batch", "file": one["file"], "value": f"{one['rows']:,}", "suggestion": f"{one['baht']:,.2f}"}  # fmt: skip
        print(json.dumps(problem | {"message": setup.sentence(problem)}, ensure_ascii=False), file=sys.stderr)
    _print({"batch": options.batch, "active": options.active, "changed": changed, "missed_by": missed})
    return LOADED


def _give_back(options: argparse.Namespace) -> int:
    from loaders.imports.give_back import give_back

    _print(give_back(store.open_store(), options.batch, options.output))
    return LOADED


def _health(_options: argparse.Namespace) -> int:
    from loaders.health import health

    found = health()
    _print(found)
    return LOADED if found["is_well"] else 1


def _setup(_options: argparse.Namespace) -> int:
    _print(setup.load_demo_once())
    return LOADED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loaders")
    parser.add_argument("--version", action="version", version=settings.version())
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("import", help="import agency files")
    one.add_argument("files", nargs="+", type=Path)
    one.add_argument("--base", help="who hands over the file")
    one.add_argument("--dry-run", action="store_true", help="read and account, store nothing")
    one.add_argument("--confirm", action="store_true", help="store also what was guessed (see to_confirm of a dry run)")
    one.add_argument(
        "--leave-out-repeats", action="store_true", help="leave out lines that another file in use has (see repeats)"
    )
    one.add_argument("--json", action="store_true", help="summaries only, no problem rows on stderr")
    one.add_argument("--show", type=int, default=20, help="problem rows shown on stderr")
    one.set_defaults(run=_import)
    two = commands.add_parser("match", help="add subdistrict codes to a CSV")
    two.add_argument("input", type=Path)
    two.add_argument("output", type=Path)
    for column in ("subdistrict", "district", "province"):
        two.add_argument(f"--{column}", help=f"name of the {column} column")
    two.set_defaults(run=_match)
    three = commands.add_parser("boundaries", help="install, download or show the boundary file")
    three.add_argument("file", nargs="?", type=Path)
    three.add_argument("--crs", help="coordinate system of a file without .prj, for instance EPSG:32647")
    three.add_argument("--download", action="store_true")
    three.add_argument("--status", action="store_true")
    three.set_defaults(run=_boundaries)
    for name, active in (("withdraw", False), ("restore-batch", True)):
        command = commands.add_parser(name, help="take a batch out, or put it back")
        command.add_argument("batch", type=int)
        command.set_defaults(run=_withdraw, active=active)
    five = commands.add_parser("give-back", help="the agency's own file with code, place, status and note added")
    five.add_argument("batch", type=int)
    five.add_argument("output", type=Path)
    five.set_defaults(run=_give_back)
    commands.add_parser("health", help="check store, boundaries, assets, disk, sign-in").set_defaults(run=_health)
    commands.add_parser("setup", help="make the store and load the demo province once").set_defaults(run=_setup)
    store_commands.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
