"""API tokens of agencies for other programs: stored as a digest, shown once, revocable at any time.

A token gives the rights of a partner of its agency; it cannot be used to sign in.
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

MARK = "kradan_"  # makes a leaked token recognisable in a text


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()  # random, so neither salt nor slow hash is needed


def grant(connection: Connection, agency: str, label: str, who: str, days: int | None = None) -> tuple[int, str]:
    """Create a token of an agency, valid for ``days`` (None: unlimited); returns its number and the token itself.

    Raises ``Refused`` (``label_missing``): the label says which program stops working when the token is revoked.
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
    """Revoke a token. Raises ``Refused`` (``token_unknown``)."""
    table = tables.api_token
    gone = update(table).where(table.c.id == number, table.c.revoked_at.is_(None))
    if not connection.execute(gone.values(revoked_at=store.now(), revoked_by=who)).rowcount:
        raise Refused("token_unknown", value=str(number))
    store.note(connection, who, "revoke_token", str(number))


def listed(connection: Connection) -> list[dict]:
    """Every token ever given as dicts, without digest."""
    table = tables.api_token
    columns = [column for column in table.c if column.name != "digest"]
    return [dict(row) for row in connection.execute(select(*columns).order_by(table.c.id)).mappings()]


def viewer_of(connection: Connection, token: str, today: date | None = None) -> Viewer | None:
    """The viewer of a token; ``None`` when it is unknown, expired or revoked."""
    table, day = tables.api_token, today or date.today()
    query = select(table.c.agency_code).where(
        table.c.digest == _digest(token),
        table.c.revoked_at.is_(None),
        or_(table.c.expires_on.is_(None), table.c.expires_on >= day),
    )
    with by_the_program():
        agency = connection.execute(query).scalar()
    return Viewer("partner", agency) if agency else None
