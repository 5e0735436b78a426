"""Notes on places, records, organisations, decisions, teams and projects, and contact persons for the data of a base.

A note is for the data team or for everyone: then it is shown without contacts, and a note on a row of a file only to
viewers who may see that row's data set. Contact persons are kept until a date and masked like role holders.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, select, update

from loaders.decisions import Basis
from loaders.decisions.written import add, needed, person, plain, retire
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.contacts import HIDDEN
from loaders.store.privacy import Viewer, redact, visible_rows
from loaders.store.read import read_sharing, read_typed
from loaders.store.seen import for_viewer, written_for

# Subject of a note -> for rows of files the register whose sharing level decides who sees the note.
SUBJECTS = {"place": None, "record": "support", "organisation": "organisation", "decision": None, "team": None, "project": None}  # fmt: skip
AUDIENCES = ("team", "everyone")


def row_key(file_sha256: str, sheet: str, row: int) -> str:
    """Key of a note on a row of a file: by content, so that a file loaded again keeps its notes."""
    return f"{file_sha256}/{row}/{sheet}"


def write_note(connection: Connection, subject: str, key: str, text: str, audience: str, who: str, basis: Basis) -> int:
    """Write a note; returns its key.

    Raises ``ValueError`` for an unknown subject or audience, ``Refused``: ``note_empty``, ``note_subject_unknown``,
    ``decision_person_missing``.
    """
    if subject not in SUBJECTS or audience not in AUDIENCES:
        raise ValueError(f"{subject} {audience}: expected one of {', '.join(SUBJECTS)} and of {', '.join(AUDIENCES)}")
    text = needed(text, "note_empty")
    if not _is_there(connection, subject, key):
        raise Refused("note_subject_unknown", value=key)
    values = {"subject": subject, "subject_key": key, "text": text, "audience": audience}
    return add(connection, tables.note, person(connection, who), basis, f"{subject} {key}", **values)


def _is_there(connection: Connection, subject: str, key: str) -> bool:
    register, batch = SUBJECTS[subject], tables.import_batch
    if subject == "place":
        return key.isascii() and key.isdigit() and len(key) in (2, 4, 6, 8)
    if register is None:
        table = tables.metadata.tables[subject]
        return (
            key.isdigit() and connection.execute(select(table.c.id).where(table.c.id == int(key))).first() is not None
        )
    digest, row, sheet = [*key.split("/", 2), "", ""][:3]
    table = tables.REGISTERS[register]
    query = select(table.c.id).join(batch, batch.c.id == table.c.batch_id).where(batch.c.file_sha256 == digest)
    return row.isdigit() and connection.execute(query.where(table.c.sheet == sheet, table.c.row == int(row))).first() is not None  # fmt: skip


@for_viewer
def read_notes(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """Notes in force, newest first: ``subject``, ``subject_key``, ``text``, ``audience``, ``decided_by`` ..."""
    table = tables.note
    query = select(table).where(table.c.province_code == province, table.c.removed_at.is_(None))
    frame = read_typed(connection, query.order_by(table.c.id.desc()), table)
    if viewer.is_team:
        return frame.assign(decided_by=written_for(frame["decided_by"], frame["on_behalf_of"]))
    frame = frame[frame["audience"].eq("everyone") & frame["subject"].isin(["place", "record", "organisation"])]
    for subject in ("record", "organisation"):
        frame = _of_shown_rows(connection, frame, subject, viewer)
    frame = frame.assign(decided_by=HIDDEN, removed_by=pd.NA, on_behalf_of=pd.NA, data_version="")
    return redact(frame.reset_index(drop=True))


def _of_shown_rows(connection: Connection, frame: pd.DataFrame, subject: str, viewer: Viewer) -> pd.DataFrame:
    """Drop notes on rows of data sets that the viewer may not see, or whose file is unknown."""
    ours = frame["subject"].eq(subject)
    batch = tables.import_batch
    bases = dict(connection.execute(select(batch.c.file_sha256, batch.c.base)).tuples().all())
    listed = frame[ours].assign(base=frame.loc[ours, "subject_key"].str.split("/").str[0].map(bases))
    seen = visible_rows(listed[listed["base"].notna()], str(SUBJECTS[subject]), read_sharing(connection), viewer)
    return frame[~ours | frame["id"].isin(seen["id"])]


def set_person(
    connection: Connection, base: str, office: str, who: str, basis: Basis, *,
    name: str = "", phone: str = "", retain_until: date | None = None,
) -> int:  # fmt: skip
    """Set the contact person of a base; name and number of the former one are erased. Returns the key.

    Raises ``Refused``: ``contact_incomplete`` (no base or no office), ``contact_without_date`` (a name or number
    without a retention date), ``decision_person_missing``.
    """
    office = needed(office if base else "", "contact_incomplete")
    name, phone = plain(name), plain(phone)
    if (name or phone) and retain_until is None:
        raise Refused("contact_without_date")
    who, table = person(connection, who), tables.base_person
    retire(connection, table, who, base=base, province_code=basis.province_code)
    connection.execute(update(table).where(table.c.removed_at.is_not(None)).values(person=None, phone=None))
    values = {
        "base": base,
        "office": office,
        "person": name or None,
        "phone": phone or None,
        "retain_until": retain_until,
    }
    return add(connection, table, who, basis, base, **values)


@for_viewer
def read_people(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """Contact persons: ``base``, ``office``, ``person``, ``phone``, ``is_masked``; shared like the base's role holders.

    The public sees only the office; past the retention date nobody sees the person.
    """
    table = tables.base_person
    query = select(table).where(table.c.province_code == province, table.c.removed_at.is_(None)).order_by(table.c.base)
    frame = read_typed(connection, query, table)
    frame = visible_rows(frame, "role_holder", read_sharing(connection), viewer)
    over = frame["retain_until"].notna() & (frame["retain_until"] < pd.Timestamp(date.today()))
    hidden = (over | (viewer.role == "public")).astype(bool)
    filled = frame[["person", "phone"]].notna().any(axis=1)
    frame = frame.assign(**{name: frame[name].mask(hidden) for name in ("person", "phone")}, is_masked=hidden & filled)
    if viewer.is_team:
        return frame.assign(decided_by=written_for(frame["decided_by"], frame["on_behalf_of"]))
    frame = frame.assign(decided_by=HIDDEN, removed_by=pd.NA, on_behalf_of=pd.NA, data_version="")
    return redact(frame) if viewer.role == "public" else frame
