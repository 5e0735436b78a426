"""Commands on agencies and users: templates, tracker, due; share, grant, api-token, forget."""

from __future__ import annotations

import argparse
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from loaders import settings, store
from loaders.commands import DONE, answer
from loaders.problems import Refused
from loaders.store.viewers import DATA_TEAM, LEVELS, REGISTERS, ROLES

if TYPE_CHECKING:
    from sqlalchemy import Connection


def check_base(connection: Connection, base: str) -> None:
    """Raise ``Refused`` (``base_unknown``) for a base that is neither an agency nor the sender of a file.

    Without this check a typing error would have no effect and no message.
    """
    from loaders.store import tables

    agencies = store.read_table(connection, tables.agency, viewer=DATA_TEAM)["code"]
    bases = {*agencies, *store.read_batches(connection, viewer=DATA_TEAM)["base"]}
    if base not in bases:
        raise Refused("base_unknown", value=base, suggestion=", ".join(get_close_matches(base, sorted(bases))) or "-")


def _check_district(connection: Connection, code: str) -> None:
    from loaders.areas.register import as_of

    if code not in set(as_of(connection, level="district")["code"]):
        raise Refused("district_unknown", value=code)


def _templates(options: argparse.Namespace) -> int:
    from loaders.layouts import templates

    return answer({"files": [str(path) for path in templates.write_all(options.folder)]})


def _tracker(options: argparse.Namespace) -> int:
    from loaders.tracker import tracker

    with store.reading(store.open_store()) as connection:
        frame = tracker(connection, options.today, viewer=DATA_TEAM)
    due = frame if options.all else frame[frame["state"].isin(["late", "waiting"])]
    for row in due.astype(object).where(due.notna(), None).to_dict("records"):
        answer(row)
    return DONE


def _due(options: argparse.Namespace) -> int:
    from loaders.decisions.dues import set_due

    with store.writing(store.open_store()) as connection:
        check_base(connection, options.base)
        if options.district:
            _check_district(connection, options.district)
        key = set_due(
            connection,
            options.base,
            options.register,
            settings.person(),
            area_code=options.district,
            fiscal_year=options.fiscal_year,
            due_on=options.day,
        )
    return answer({"due": key})


def _share(options: argparse.Namespace) -> int:
    from loaders.store import users

    with store.writing(store.open_store()) as connection:
        if options.base != "*":
            check_base(connection, options.base)
        users.share(connection, options.register, options.base, options.level, settings.person())
    return answer({"register": options.register, "base": options.base, "level": options.level})


def _grant(options: argparse.Namespace) -> int:
    from loaders.store import users

    if (options.role == "partner") != bool(options.agency):
        raise Refused("grant_needs_agency", value=options.role)
    with store.writing(store.open_store()) as connection:
        if options.role == "none":
            if not users.revoke(connection, options.subject, settings.person()):
                raise Refused("account_unknown", value=options.subject)
            return answer({"subject": options.subject, "revoked": True})
        if options.agency:
            check_base(connection, options.agency)
        users.grant(connection, options.subject, options.role, settings.person(), options.agency)
    return answer({"subject": options.subject, "role": options.role})


def _api_token(options: argparse.Namespace) -> int:
    from loaders.replies import tokens

    engine = store.open_store()
    if options.list:
        with store.reading(engine) as connection:
            return answer({"tokens": tokens.listed(connection)})
    with store.writing(engine) as connection:
        if options.revoke:
            tokens.revoke(connection, options.revoke, settings.person())
            return answer({"token": options.revoke, "revoked": True})
        if not options.agency:
            raise Refused("base_unknown", value="-")
        check_base(connection, options.agency)
        number, token = tokens.grant(connection, options.agency, options.label, settings.person(), options.days)
    return answer({"number": number, "agency": options.agency, "token": token})


def _forget(options: argparse.Namespace) -> int:
    from loaders.store import users

    return answer({"forgotten": users.forget(store.open_store(), settings.person(), options.today)})


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the command line."""
    templates = commands.add_parser("templates", help="write the workbooks that agencies fill in")
    templates.add_argument("folder", type=Path)
    templates.set_defaults(run=_templates)
    tracker = commands.add_parser("tracker", help="who still owes which data")
    tracker.add_argument("--today", type=date.fromisoformat)
    tracker.add_argument("--all", action="store_true", help="also what has been reported")
    tracker.set_defaults(run=_tracker)
    due = commands.add_parser("due", help="ask a base for a register by a day")
    due.add_argument("base")
    due.add_argument("register", choices=REGISTERS)
    due.add_argument("day", type=date.fromisoformat)
    due.add_argument("--district")
    due.add_argument("--fiscal-year", type=int, help="Gregorian")
    due.set_defaults(run=_due)
    _add_users(commands)


def _add_users(commands: argparse._SubParsersAction) -> None:
    share = commands.add_parser("share", help="who may see a data set")
    share.add_argument("register", choices=REGISTERS)
    share.add_argument("base", help="a base, or * for every base without its own")
    share.add_argument("level", choices=LEVELS)
    share.set_defaults(run=_share)
    grant = commands.add_parser("grant", help="give a sign-in name a role, or none")
    grant.add_argument("subject")
    grant.add_argument("role", choices=[*ROLES, "none"])
    grant.add_argument("--agency", help="the partner's agency")
    grant.set_defaults(run=_grant)
    token = commands.add_parser("api-token", help="let another program read what an agency may see, under /api")
    token.add_argument("agency", nargs="?")
    token.add_argument("--label", default="", help="which program uses it")
    token.add_argument("--days", type=int, help="until it is over")
    token.add_argument("--revoke", type=int, metavar="NUMBER")
    token.add_argument("--list", action="store_true")
    token.set_defaults(run=_api_token)
    forget = commands.add_parser("forget", help="erase names and telephone numbers past their retention date")
    forget.add_argument("--today", type=date.fromisoformat)
    forget.set_defaults(run=_forget)
