"""Tokens of other programs: an agency's, kept as a digest, told once, taken back at any time.

Who shows one sees what a partner of that agency sees on the pages, no more; a token is not a way to sign in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from loaders.problems import Refused
from loaders.store import connection as store
from loaders.store import tables
from loaders.store.seen import by_the_program
from loaders.store.viewers import Viewer

MARK = "kradan_"  # a token that strays into a text is recognised by it


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()  # a token is random: no salt, no slow hash


def grant(connection: Connection, agency: str, label: str, who: str, days: int | None = None) -> tuple[int, str]:
    """A new token of an agency; returns its number and the token itself, which is nowhere kept.

    Raises ``Refused`` (``label_missing``): who uses it must be known when it is to be taken back.
    """
    if not label.strip():
        raise Refused("label_missing")
    token = MARK + secrets.token_urlsafe(32)
    until = date.today() + timedelta(days=days) if days else None
    values = {"digest": _digest(token), "agency_code": agency, "label": label.strip(), "granted_by": who,
              "granted_at": store.now(), "expires_on": until}  # fmt: skip
    table = tables.api_token
    number = connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    store.note(connection, who, "grant_token", f"{number} {agency} {label.strip()}")
    return int(number), token


def revoke(connection: Connection, number: int, who: str) -> None:
    """Take a token back. Raises ``Refused`` (``token_unknown``)."""
    table = tables.api_token
    gone = update(table).where(table.c.id == number, table.c.revoked_at.is_(None))
    if not connection.execute(gone.values(revoked_at=store.now(), revoked_by=who)).rowcount:
        raise Refused("token_unknown", value=str(number))
    store.note(connection, who, "revoke_token", str(number))


def listed(connection: Connection) -> list[dict]:
    """Every token that was given, without the token."""
    table = tables.api_token
    columns = [column for column in table.c if column.name != "digest"]
    return [dict(row) for row in connection.execute(select(*columns).order_by(table.c.id)).mappings()]


def viewer_of(connection: Connection, token: str, today: date | None = None) -> Viewer | None:
    """Whom a token speaks for; ``None`` for one that is unknown, over or taken back."""
    table, day = tables.api_token, today or date.today()
    query = select(table.c.agency_code).where(
        table.c.digest == _digest(token),
        table.c.revoked_at.is_(None),
        or_(table.c.expires_on.is_(None), table.c.expires_on >= day),
    )
    with by_the_program():
        agency = connection.execute(query).scalar()
    return Viewer("partner", agency) if agency else None
