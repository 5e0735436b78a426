"""The store's own commands: upgrade, export, load, wipe, backup, restore, templates, tracker, due, share, grant, forget."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from sqlalchemy import Connection, select

from loaders import settings
from loaders.areas import register as areas_register
from loaders.problems import Refused
from loaders.store import connection as store
from loaders.store import tables
from loaders.store.privacy import LEVELS, ROLES, Viewer

DONE, REFUSED = 0, 2


def _print(result: dict) -> int:
    sys.stdout.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
    return DONE


def _upgrade(_options: argparse.Namespace) -> int:
    """``open_store`` upgrades after a backup; here it is said what was done."""
    from loaders.store import upgrade as store_upgrade

    engine = store.open_store(upgrade=False)
    with store.reading(engine) as connection:
        version = store_upgrade.version_of(connection)
    if version == tables.SCHEMA_VERSION:
        return _print({"from": version, "to": version, "backup": None})
    return _print(store_upgrade.upgrade(engine))


def _export(options: argparse.Namespace) -> int:
    from loaders.exchange import package as exchange_package

    engine = store.open_store()
    if options.agency:
        with store.reading(engine) as connection:
            _known_base(connection, options.agency)
    viewer = Viewer(options.viewer, options.agency)
    return _print(exchange_package.export(engine, options.folder, viewer))


def _known_base(connection: Connection, base: str) -> None:
    """Refuse a base that is neither an agency nor the sender of a file: a slip of the finger would do nothing, in silence."""
    known = set(store.read_table(connection, tables.agency)["code"])
    known |= set(connection.execute(select(tables.import_batch.c.base).distinct()).scalars())
    if base not in known:
        raise Refused("base_unknown", value=base, suggestion=", ".join(get_close_matches(base, sorted(known))) or "-")


def _known_district(connection: Connection, code: str) -> None:
    if code not in set(areas_register.as_of(connection, level="district")["code"]):
        raise Refused("district_unknown", value=code)


def _load(options: argparse.Namespace) -> int:
    from loaders.exchange import package as exchange_package

    return _print(exchange_package.load(store.open_store(create=True), options.folder))


def _wipe(options: argparse.Namespace) -> int:
    from loaders.exchange import package as exchange_package

    if not options.yes:
        raise Refused("wipe_not_confirmed")
    return _print(exchange_package.wipe(store.open_store(), settings.person()))


def _backup(options: argparse.Namespace) -> int:
    from loaders.store import backup

    return _print(backup.backup(store.open_store(), options.file))


def _restore(options: argparse.Namespace) -> int:
    from loaders.store import backup

    return _print(backup.restore(options.file))


def _templates(options: argparse.Namespace) -> int:
    from loaders.layouts import templates

    return _print({"files": [str(path) for path in templates.write_all(options.folder)]})


def _tracker(options: argparse.Namespace) -> int:
    from loaders import tracker

    with store.reading(store.open_store()) as connection:
        frame = tracker.tracker(connection, options.today)
    late = frame if options.all else frame[frame["state"].isin(["late", "waiting"])]
    for row in late.astype(object).where(late.notna(), None).to_dict("records"):
        _print(row)
    return DONE


def _due(options: argparse.Namespace) -> int:
    from loaders import tracker

    with store.writing(store.open_store()) as connection:
        _known_base(connection, options.base)
        if options.district:
            _known_district(connection, options.district)
        key = tracker.set_due(
            connection, options.base, options.register, options.day, settings.person(),
            district_code=options.district, fiscal_year=options.fiscal_year,
        )  # fmt: skip
    return _print({"due": key})


def _share(options: argparse.Namespace) -> int:
    from loaders.store import accounts

    with store.writing(store.open_store()) as connection:
        if options.base != "*":
            _known_base(connection, options.base)
        accounts.share(connection, options.register, options.base, options.level, settings.person())
    return _print({"register": options.register, "base": options.base, "level": options.level})


def _grant(options: argparse.Namespace) -> int:
    from loaders.store import accounts

    if (options.role == "partner") != bool(options.agency):
        raise Refused("grant_needs_agency", value=options.role)
    with store.writing(store.open_store()) as connection:
        if options.role == "none":
            if not accounts.revoke(connection, options.subject, settings.person()):
                raise Refused("account_unknown", value=options.subject)
            return _print({"subject": options.subject, "revoked": True})
        if options.agency:
            _known_base(connection, options.agency)
        accounts.grant(connection, options.subject, options.role, settings.person(), options.agency)
    return _print({"subject": options.subject, "role": options.role})


def _forget(options: argparse.Namespace) -> int:
    from loaders.store import accounts

    return _print({"forgotten": accounts.forget(store.open_store(), settings.person(), options.today)})


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the command line."""
    commands.add_parser("upgrade", help="bring the store to this program's version, after a backup").set_defaults(
        run=_upgrade
    )
    export = commands.add_parser("export", help="every table as CSV with datapackage.json, GeoJSON, 360Giving and 3W")
    export.add_argument("folder", type=Path)
    export.add_argument(
        "--as", dest="viewer", choices=ROLES, default="admin", help="what this role may see (default: everything)"
    )
    export.add_argument("--agency", help="the partner's agency")
    export.set_defaults(run=_export)
    for name, run, argument, text in (
        ("load", _load, "folder", "load a complete export into an empty store"),
        ("backup", _backup, "file", "write the live store's state to a file"),
        ("restore", _restore, "file", "put a backup's state into the store; the present one is kept"),
        ("templates", _templates, "folder", "write the workbooks that agencies fill in"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument(argument, type=Path)
        command.set_defaults(run=run)
    wipe = commands.add_parser("wipe", help="empty the store; its state is kept as a backup")
    wipe.add_argument("--yes", action="store_true")
    wipe.set_defaults(run=_wipe)
    _add_collection(commands)
    _add_people(commands)


def _add_collection(commands: argparse._SubParsersAction) -> None:
    tracker = commands.add_parser("tracker", help="who still owes which data")
    tracker.add_argument("--today", type=date.fromisoformat)
    tracker.add_argument("--all", action="store_true", help="also what has been reported")
    tracker.set_defaults(run=_tracker)
    due = commands.add_parser("due", help="ask a base for a register by a day")
    due.add_argument("base")
    due.add_argument("register", choices=list(tables.REGISTERS))
    due.add_argument("day", type=date.fromisoformat)
    due.add_argument("--district")
    due.add_argument("--fiscal-year", type=int, help="Gregorian")
    due.set_defaults(run=_due)


def _add_people(commands: argparse._SubParsersAction) -> None:
    share = commands.add_parser("share", help="who may see a data set")
    share.add_argument("register", choices=list(tables.REGISTERS))
    share.add_argument("base", help="a base, or * for every base without its own")
    share.add_argument("level", choices=LEVELS)
    share.set_defaults(run=_share)
    grant = commands.add_parser("grant", help="give a sign-in name a role, or none")
    grant.add_argument("subject")
    grant.add_argument("role", choices=[*ROLES, "none"])
    grant.add_argument("--agency", help="the partner's agency")
    grant.set_defaults(run=_grant)
    forget = commands.add_parser("forget", help="erase names and telephone numbers past their retention date")
    forget.add_argument("--today", type=date.fromisoformat)
    forget.set_defaults(run=_forget)
