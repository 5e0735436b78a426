"""Connections for statements that cannot run in a transaction (publications, subscriptions), or to another server."""

from __future__ import annotations

import os
import re
import secrets
import string
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Engine

from loaders.problems import Refused

CONNECT_SECONDS = 5
LETTERS = string.ascii_letters + string.digits
# Keeps a statement that contains a password out of the server's logs, whatever its settings.
UNLOGGED = (
    "SET log_statement = 'none'",
    "SET log_min_duration_statement = -1",
    "SET log_min_error_statement = 'panic'",
    "SET log_parameter_max_length_on_error = 0",
)


def check_province(code: str) -> str:
    """The code if it is two digits (it becomes part of SQL names), else ``Refused`` (``federation_province``)."""
    if not re.fullmatch(r"\d{2}", code):
        raise Refused("federation_province", value=code)
    return code


def require_postgres(engine: Engine) -> None:
    """Raise ``Refused`` (``federation_needs_postgresql``) for a SQLite store."""
    if engine.dialect.name == "sqlite":
        raise Refused("federation_needs_postgresql")


@contextmanager
def administering(engine: Engine) -> Generator[psycopg.Connection]:
    """A connection to the store's database that commits each statement by itself and logs none.

    ``KRADAN_ADMIN_URL`` names an account that may create roles and subscriptions, when the store's own may not. Raises
    ``Refused``: ``federation_no_right``, ``federation_unreachable``.
    """
    address = os.environ.get("KRADAN_ADMIN_URL") or engine.url.set(drivername="postgresql").render_as_string(
        hide_password=False
    )
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
            for statement in UNLOGGED:
                _if_allowed(connection, statement)
            yield connection
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refused("federation_no_right", value=str(error.diag.message_primary)) from error
    except psycopg.OperationalError as error:
        raise Refused("federation_unreachable", value=_where(engine)) from error


def _if_allowed(connection: psycopg.Connection, statement: LiteralString) -> None:
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return


def _where(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def remote(address: str, password: str) -> str:
    """The connection string to a province.

    Raises ``Refused``: ``federation_password`` (one inside ``address``), ``federation_address``.
    """
    try:
        parts = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise Refused("federation_address", value="-") from error
    if "password" in parts:
        raise Refused("federation_password")
    if not parts.get("host"):
        raise Refused("federation_address", value=address)
    return make_conninfo(address, password=password, connect_timeout=CONNECT_SECONDS)


@contextmanager
def asking(conninfo: str, province: str) -> Generator[psycopg.Connection]:
    """A connection to read what a province shares; raises ``Refused`` (``federation_unreachable``)."""
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise Refused("federation_unreachable", value=province) from error


def password_in(path: Path, *, new: bool = False) -> str:
    """The password in a file that only its owner can read; ``new`` creates a missing file with a random one.

    Raises ``Refused``: ``federation_password_file`` for a file that is missing, empty, or readable by others.
    """
    if new and not path.exists():
        made = "".join(secrets.choice(LETTERS) for _ in range(32))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made + "\n")
    if not path.is_file() or (os.name == "posix" and path.stat().st_mode & 0o077):
        raise Refused("federation_password_file", value=str(path))
    if not (password := path.read_text(encoding="utf-8").strip()):
        raise Refused("federation_password_file", value=str(path))
    return password
