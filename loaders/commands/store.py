"""Commands on the whole store: setup, delete-demo, health, upgrade, export, load, wipe, backup, restore."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from loaders import settings, store
from loaders.commands import DONE, answer
from loaders.problems import Refused
from loaders.store.viewers import ROLES, Viewer


def _setup(options: argparse.Namespace) -> int:
    from loaders.setup import load_demo_once

    demo_setting = os.environ.get("KRADAN_DEMO", "")
    return answer(load_demo_once(options.demo if options.demo is not None or not demo_setting else demo_setting != "0"))


def _delete_demo(options: argparse.Namespace) -> int:
    from loaders.setup import delete_demo

    if not options.yes:
        raise Refused("delete_demo_not_confirmed")
    return answer(delete_demo(store.open_store(), settings.person()))


def _health(options: argparse.Namespace) -> int:
    from loaders.health import health

    checks = health(deep=options.deep)
    answer(checks)
    return DONE if checks["is_well"] else 1


def _upgrade(_options: argparse.Namespace) -> int:
    """Upgrade explicitly instead of in ``open_store``, in order to report what was done."""
    return answer(store.upgrade_store(store.open_store(upgrade=False)))


def _export(options: argparse.Namespace) -> int:
    from geo.coverage.exported import by_subdistrict
    from loaders.commands.people import check_base
    from loaders.exchange import package

    engine = store.open_store()
    if options.agency:
        with store.reading(engine) as connection:
            check_base(connection, options.agency)
    viewer = Viewer(options.viewer, options.agency)
    return answer(package.export(engine, options.folder, viewer=viewer, judge=by_subdistrict))


def _load(options: argparse.Namespace) -> int:
    from loaders.exchange import package

    return answer(package.load(store.open_store(create=True), options.folder))


def _wipe(options: argparse.Namespace) -> int:
    from loaders.exchange import package

    if not options.yes:
        raise Refused("wipe_not_confirmed")
    return answer(package.wipe(store.open_store(), settings.person()))


def _backup(options: argparse.Namespace) -> int:
    from loaders.store import backup

    return answer(backup.backup(store.open_store(), options.file))


def _restore(options: argparse.Namespace) -> int:
    from loaders.store.restore import restore

    return answer(restore(options.file))


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the command line."""
    for name, run, text in (("upgrade", _upgrade, "bring the store to this program's version, after a backup"),):
        commands.add_parser(name, help=text).set_defaults(run=run)
    health = commands.add_parser("health", help="check store, backups, boundaries, assets, disk, sign-in")
    health.add_argument("--deep", action="store_true", help="read the whole store, too: a damaged page is found")
    health.set_defaults(run=_health)
    setup = commands.add_parser("setup", help="make the store and load the demo province once")
    setup.add_argument(
        "--demo",
        action=argparse.BooleanOptionalAction,
        help="load it also into a store left empty; --no-demo: leave it empty",
    )
    setup.set_defaults(run=_setup)
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
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument(argument, type=Path)
        command.set_defaults(run=run)
    for name, run, text in (
        ("wipe", _wipe, "empty the store; its state is kept as a backup"),
        ("delete-demo", _delete_demo, "delete the invented data for good; the state before is kept as a backup"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--yes", action="store_true")
        command.set_defaults(run=run)
