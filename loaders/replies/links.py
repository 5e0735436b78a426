"""The signed link of a sheet: subject, agency, province, last day. Making one writes nothing.

A link also carries the count of revocations (``reply_link``) at the time it was made, so that raising the count revokes
it. The signature protects all of this. It opens one small page and nothing else.
"""

from __future__ import annotations

import hmac
import io
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from itsdangerous import BadSignature, Signer
from sqlalchemy import Connection, select, update
from sqlalchemy import insert as insert_row
from sqlalchemy.engine import make_url

from loaders import doors, settings
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.connection import note, now, touch
from loaders.store.seen import by_the_program

KINDS = ("subdistrict", "district", "agency", "province", "view")
ANY = "*"
SHORTEST_KEY = 32  # characters; a guessed key signs links of any agency
LETTERS = {kind[0]: kind for kind in KINDS}
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no two look alike; 5 bits each
SHORT = 8  # characters after the province: 40 bits, with few tries per minute
ALIKE = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Link:
    """Subject of a link: a subdistrict, a district, an agency, the province or a view of the wall.

    With ``agency`` it shows only that agency's rows.
    """

    kind: str
    code: str
    province: str
    agency: str = ""


def key_file() -> Path:
    """File of the key unless ``KRADAN_LINK_KEY`` has it: beside the embedded store, else under ``data/store``."""
    address = make_url(settings.database_url())
    is_file = address.get_backend_name() == "sqlite" and address.database
    return (Path(str(address.database)).parent if is_file else settings.DATA / "store") / "link.key"


def key() -> str | None:
    """The signing key, created at first use; ``None`` when it can neither be read nor written.

    Several servers on one database need the same ``KRADAN_LINK_KEY``. Raises ``Refused`` (``link_key_short``).
    """
    named = os.environ.get("KRADAN_LINK_KEY", "").strip()
    if named and len(named) < SHORTEST_KEY:
        raise Refused("link_key_short", value=str(SHORTEST_KEY))
    return named or _kept_key(key_file())


def _kept_key(path: Path) -> str | None:
    try:
        if not path.exists():
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)  # atomic: the first of two processes wins, no one reads half a key
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        key = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return key if len(key) >= SHORTEST_KEY else None


def _signer(secret: str) -> Signer:
    return Signer(secret, salt="kradan-reply", key_derivation="hmac", digest_method=sha256)


def last_day(today: date) -> date:
    """Last day of a link made today: ``KRADAN_LINK_DAYS`` (180) on, to the month's end, so links change monthly."""
    day = today + timedelta(days=settings.whole_number("KRADAN_LINK_DAYS", 180))
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def sign(link: Link, generation: int, today: date | None = None) -> str | None:
    """The signed text of a link for its address; ``None`` without a key."""
    secret = key()
    if secret is None:
        return None
    until = last_day(today or date.today())
    parts = (link.kind[0], link.code, link.agency, link.province, f"{until:%Y%m%d}", str(generation))
    return _signer(secret).sign("~".join(quote(part, safe="") for part in parts)).decode("ascii")


def short(link: Link, generation: int, today: date | None = None, months_ago: int = 0) -> str | None:
    """A short code of a link for the wall, easy to type: the province and :data:`SHORT` characters.

    Only for links without an agency, which show public data. Valid in its month and the next (``months_ago``). ``None``
    with an agency or without a key.
    """
    if link.agency or (secret := key()) is None:
        return None
    day = (today or date.today()).replace(day=1)
    for _ in range(months_ago):
        day = (day - timedelta(days=1)).replace(day=1)
    text = "~".join((link.kind, link.code, link.province, f"{day:%Y%m}", str(generation)))
    digest = hmac.digest(secret.encode(), f"kradan-short {text}".encode(), "sha256")
    number = int.from_bytes(digest[:8], "big")
    return link.province + "".join(SIGNS[number >> 5 * place & 31] for place in range(SHORT))


def typed(written: str) -> str:
    """A short code as typed, normalised: upper case, without separators, look-alike letters as digits."""
    return re.sub(r"[^0-9A-Z]", "", written[:40].upper()).translate(ALIKE)


def opened(connection: Connection, mark: str, today: date | None = None) -> Link:
    """Check a signed text and return its link.

    Raises ``Refused``: ``link_unknown`` (not signed with our key), ``link_over`` (past its last day), ``link_revoked``.
    """
    try:
        text = _signer(key() or secrets.token_hex(32)).unsign(mark.encode("ascii")).decode("ascii")
    except (BadSignature, UnicodeError):
        raise Refused("link_unknown") from None
    kind, code, agency, province, until, generation = (unquote(part) for part in text.split("~"))
    if until < f"{today or date.today():%Y%m%d}":
        raise Refused("link_over")
    link = Link(LETTERS[kind], code, province, agency)
    if int(generation) != generation_of(connection, link):
        raise Refused("link_revoked")
    return link


def generation_of(connection: Connection, link: Link) -> int:
    """Count of revocations that apply to a link: of itself, of all its agency's, of all links."""
    return generations(connection)(link)


def generations(connection: Connection) -> Callable[[Link], int]:
    """:func:`generation_of` for many links with a single query."""
    table = tables.reply_link
    with by_the_program():
        rows = connection.execute(select(table.c.kind, table.c.code, table.c.agency_code, table.c.generation)).all()
    by_link = {(row.kind, row.code, row.agency_code): int(row.generation) for row in rows}

    def of(link: Link) -> int:
        named = {(link.kind, link.code, link.agency), (ANY, ANY, ANY), (ANY, ANY, link.agency or ANY)}
        return sum(by_link.get(link_key, 0) for link_key in named)

    return of


def revoke(
    connection: Connection, who: str, reason: str, *, kind: str = ANY, code: str = ANY, agency: str = ANY
) -> None:
    """Revoke links: of a subject and agency, of an agency (``kind`` and ``code`` ``*``), or all (all three ``*``).

    Sheets printed afterwards carry valid ones. Raises ``Refused`` (``reason_missing``).
    """
    if not reason.strip():
        raise Refused("reason_missing")
    table, named = tables.reply_link, {"kind": kind, "code": code, "agency_code": agency}
    mine = (table.c.kind == kind) & (table.c.code == code) & (table.c.agency_code == agency)
    decision = {"decided_by": who, "decided_at": now(), "reason": reason.strip()}
    changed = update(table).where(mine).values(generation=table.c.generation + 1, **decision)
    if not connection.execute(changed).rowcount:
        connection.execute(insert_row(table).values(generation=1, **named, **decision))
    note(connection, who, "revoke_links", f"{kind} {code} {agency}: {reason.strip()}")
    touch(connection)


def room_address(port: int, prefix: str = "") -> tuple[str, bool]:
    """Base address by which a telephone in the room opens the board, and whether it works only on this machine.

    ``KRADAN_ADDRESS``: the address, or ``lan`` for this machine's address in the local network (looked up each time,
    because it can change); else the first of ``KRADAN_HOSTS`` by HTTPS, as behind ``deploy/nginx.conf``; else this
    machine.
    """
    if named := doors.named_address():
        return named, doors.is_local(urlsplit(named).hostname)
    if doors.wants_lan() and (own := doors.lan_address()):
        return f"http://{own}:{port}{prefix}", False
    names = [name for name in os.environ.get("KRADAN_HOSTS", "").replace(";", ",").split(",") if name.strip()]
    if names and not doors.is_local(doors.host_name(names[0].strip())):
        return f"https://{names[0].strip()}{prefix}", False
    return f"http://127.0.0.1:{port}{prefix}", True


def code(url: str, scale: int = 6) -> bytes:
    """QR code of an address as PNG, ``scale`` pixels per module."""
    import segno  # needed only here

    target = io.BytesIO()
    segno.make(url, error="m", micro=False).save(target, kind="png", scale=scale, border=2)
    return target.getvalue()
