"""Replies that arrive by link: kept until a person decides, read by the data team, reported back to the sender.

Sending changes neither a figure nor the data version, so that many messages cannot empty the caches.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from loaders.problems import Refused
from loaders.replies.links import Link
from loaders.store import tables
from loaders.store.connection import note, now, retention_years, touch, years_from
from loaders.store.contacts import redact_text
from loaders.store.privacy import Viewer
from loaders.store.seen import by_the_program, for_viewer, signed

ANSWERS = ("right", "wrong", "missing")
LONGEST_NOTE, LONGEST_CONTACT, LONGEST_LINE = 2000, 120, 300
MOST_WAITING, MOST_OF_A_LINK = 2000, 60
MOST_PICTURES = 300  # waiting at a time; each takes up to three megabytes
BLANKS = str.maketrans(dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " "))  # characters that draw nothing
MANY_MARKS = 3  # combining marks on one letter; Thai needs no more


@dataclass(frozen=True)
class Message:
    """What a sender filled in. ``row``: (file digest, sheet, row) of the line meant, ``line``: its text."""

    receipt: str
    answer: str
    note: str = ""
    contact: str = ""
    picture: tuple[str, str] | None = None  # digest and base64
    row: tuple[str, str, int] | None = None
    line: str = ""


def plain(text: str) -> str:
    """Typed text without invisible characters, direction marks and stacked combining marks."""
    kept: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(BLANKS)):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks <= MANY_MARKS and (sign in "\n\t" or not kind.startswith("C")):
            kept.append(sign)
    return "".join(kept).strip()


def send(connection: Connection, link: Link, message: Message) -> bool:
    """Store a message until a person decides; false when one with this receipt exists already.

    Raises ``Refused``: ``reply_answer_missing``, ``reply_note_missing`` (wrong or missing without text or picture),
    ``reply_long``, ``replies_full`` (too many are waiting), ``pictures_full``.
    """
    written, contact = plain(message.note), plain(message.contact)
    if message.answer not in ANSWERS:
        raise Refused("reply_answer_missing")
    if message.answer != "right" and not written and message.picture is None:
        raise Refused("reply_note_missing")
    if len(written) > LONGEST_NOTE or len(contact) > LONGEST_CONTACT:
        raise Refused("reply_long", value=str(LONGEST_NOTE))
    table = tables.reply
    if connection.execute(select(table.c.id).where(table.c.receipt == message.receipt)).first():
        return False
    waits = table.c.state == "waiting"
    for most, which in ((MOST_WAITING, waits), (MOST_OF_A_LINK, waits & _of(link))):
        if _count(connection, which) >= most:
            raise Refused("replies_full")
    pictures = waits & table.c.picture_digest.is_not(None)
    if message.picture and _count(connection, pictures) >= MOST_PICTURES:
        raise Refused("pictures_full")
    file, sheet, row = message.row or (None, None, None)
    values = {
        "receipt": message.receipt, "province_code": link.province, "kind": link.kind, "code": link.code,
        "agency_code": link.agency or None, "file_sha256": file, "sheet": sheet, "row": row, "answer": message.answer,
        "line": message.line[:LONGEST_LINE] or None, "note": written or None, "contact": contact or None,
        "picture_digest": message.picture[0] if message.picture else None, "sent_at": now(), "state": "waiting",
        "retain_until": years_from(date.today(), retention_years()),
    }  # fmt: skip
    if message.picture:
        kept = tables.reply_picture
        if connection.execute(select(kept.c.digest).where(kept.c.digest == message.picture[0])).first() is None:
            connection.execute(insert(kept).values(digest=message.picture[0], content=message.picture[1]))
    connection.execute(insert(table).values(**values))
    note(connection, "-", "reply", f"{link.kind} {link.code} {message.answer}")
    return True


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(tables.reply).where(which)).scalar_one())


def _of(link: Link) -> ColumnElement[bool]:
    """Condition for the messages sent by a link."""
    table = tables.reply
    agency = table.c.agency_code == link.agency if link.agency else table.c.agency_code.is_(None)
    return (table.c.kind == link.kind) & (table.c.code == link.code) & (table.c.province_code == link.province) & agency


@for_viewer
def read_replies(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """Replies about a province, newest first.

    The data team reads all. Others read accepted ones, with contacts in the text redacted and without contact, picture
    and the name of who decided.
    """
    table = tables.reply
    query = select(table).where(table.c.province_code == province).order_by(table.c.id.desc())
    if not viewer.is_team:
        query = query.where(table.c.state == "accepted")
    rows = [tuple(row) for row in connection.execute(query)]
    # object dtype keeps missing values as ``None`` instead of NaN
    frame = pd.DataFrame(rows, columns=[column.name for column in table.c], dtype=object)
    if viewer.is_team:
        return frame
    hidden = dict.fromkeys(("receipt", "contact", "picture_digest", "decided_by", "on_behalf_of", "file_sha256"))
    frame = frame.assign(**hidden, correction_id=None)
    for column in ("note", "reason", "line"):
        frame[column] = [redact_text(text) if isinstance(text, str) else None for text in frame[column]]
    return frame


def told(connection: Connection, link: Link, receipt: str = "") -> Iterator[Mapping[str, Any]]:
    """What the holder of a link sees of messages sent by it: the one with ``receipt``, then the newest hundred.

    ``receipt``, ``sent_at``, ``answer``, ``state``, ``decided_at``, ``reason``, ``line``, ``note``; the last two only
    of accepted messages.
    """
    table = tables.reply
    own = table.c.receipt == receipt
    with by_the_program():
        mine = connection.execute(select(table).where(_of(link), own)).mappings().all()
        others = select(table).where(_of(link), ~own).order_by(table.c.id.desc()).limit(100)
        rows = [*mine, *connection.execute(others).mappings()]
    for row in rows:
        is_shown = row["state"] == "accepted"
        words = {name: redact_text(row[name]) if is_shown and row[name] else None for name in ("line", "note")}
        open_ = {name: row[name] for name in ("receipt", "sent_at", "answer", "state", "decided_at")}
        yield open_ | words | {"reason": redact_text(row["reason"] or "")}


def picture(connection: Connection, digest: str) -> str | None:
    """The base64 of a stored picture; needs a connection of the data team."""
    table = tables.reply_picture
    return connection.execute(select(table.c.content).where(table.c.digest == digest)).scalar()


def decide(
    connection: Connection, key: int, state: str, reason: str, who: str, correction_id: int | None = None
) -> Mapping[str, Any]:
    """Close a waiting reply as ``accepted`` or ``refused``; returns the row as it was.

    Raises ``Refused``: ``reason_missing`` (a refusal needs one), ``reply_decided``.
    """
    if state == "refused" and not reason.strip():
        raise Refused("reason_missing")
    row = waiting(connection, key)
    by, behalf = signed(connection, who)
    decision = {"decided_by": by, "on_behalf_of": behalf, "decided_at": now(), "reason": reason.strip() or None}
    changed = update(tables.reply).where(tables.reply.c.id == key)
    connection.execute(changed.values(state=state, correction_id=correction_id, **decision))
    note(connection, who, f"reply_{state}", f"{row['kind']} {row['code']} {key}: {reason.strip()}")
    if state == "accepted":
        touch(connection)
    return row


def waiting(connection: Connection, key: int) -> Mapping[str, Any]:
    """A reply that nobody has decided yet. Raises ``Refused`` (``reply_decided``)."""
    table = tables.reply
    row = connection.execute(select(table).where(table.c.id == key, table.c.state == "waiting")).mappings().first()
    if row is None:
        raise Refused("reply_decided")
    return row


def reopen(connection: Connection, correction_id: int) -> None:
    """Let the reply of an undone correction wait again."""
    table = tables.reply
    back = dict.fromkeys(("decided_by", "on_behalf_of", "decided_at", "reason", "correction_id"))
    connection.execute(update(table).where(table.c.correction_id == correction_id).values(state="waiting", **back))
