"""Registers defined as data, changes by hand, progress, meetings, notes, replies, fetched files, year shares.

One function per subject; ``upgrade`` calls them in turn.
"""

from __future__ import annotations

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Call one function per subject."""
    _loop()
    _replies()
    _registers_as_data()
    _shares_of_years()


def _loop() -> None:
    """Progress and outcomes, meetings and their items, notes, contact persons; each snapshot becomes a meeting."""
    _decided("progress", *_texts("subject", "subject_key", "state"), *_texts("lead", "partners", "measure", "outcome", long=True),
             sa.Column("ends_on", sa.Date()), sa.Column("before_value", sa.Float()), sa.Column("after_value", sa.Float()))  # fmt: skip
    op.create_index("progress_by_subject", "progress", ["subject", "subject_key"])
    _decided("meeting", *_texts("name"), sa.Column("held_on", sa.Date(), nullable=False), *_texts("batches", long=True),
             sa.Column("held_at", sa.String()))  # fmt: skip
    _decided("meeting_item", sa.Column("meeting_id", KEY, sa.ForeignKey("meeting.id"), nullable=False),
             sa.Column("what", sa.Text(), nullable=False), sa.Column("base", sa.String()), *_texts("from_whom", long=True),
             sa.Column("due_on", sa.Date()), sa.Column("done_by", sa.String()), sa.Column("done_at", sa.String()))  # fmt: skip
    op.create_index("ix_meeting_item_meeting_id", "meeting_item", ["meeting_id"])
    _decided("note", *_texts("subject", "subject_key", "audience"), sa.Column("text", sa.Text(), nullable=False))
    op.create_index("note_by_subject", "note", ["subject", "subject_key"])
    _decided("base_person", *_texts("base", "office"), sa.Column("person", sa.String()), sa.Column("phone", sa.String()),
             sa.Column("retain_until", sa.Date()))  # fmt: skip
    _meetings_of_snapshots()


def _texts(*names: str, long: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Text() if long else sa.String(), nullable=long) for name in names]


def _decided(name: str, *columns: sa.Column) -> None:
    """Create a table of decisions: its own columns, then province, data version, names and times."""
    op.create_table(
        name,
        sa.Column("id", KEY, primary_key=True),
        *columns,
        *_texts("province_code", "data_version", "decided_by", "decided_at"),
        *(sa.Column(one, sa.String()) for one in ("removed_by", "removed_at", "on_behalf_of")),
    )


def _meetings_of_snapshots() -> None:
    """Snapshots list their source batches, from which the data of that day can be read again."""
    names = ("name", "made_at", "made_by", "province_code", "data_version", "facts")
    snapshot = sa.table("snapshot", *(sa.column(name) for name in names))
    said = ("name", "batches", "held_at", "province_code", "data_version", "decided_by", "decided_at")
    meeting = sa.table("meeting", *(sa.column(name) for name in said), sa.column("held_on", sa.Date()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(snapshot)).mappings().all():
        facts = json.loads(row["facts"])
        sources = facts.get("sources", []) if isinstance(facts, dict) else []
        batches = [str(source["batch"]) for source in sources if isinstance(source, dict) and "batch" in source]
        try:
            held_on = date.fromisoformat(row["made_at"][:10])
        except ValueError:
            continue  # a meeting needs a day
        values = {"held_on": held_on, "held_at": row["made_at"], "batches": ",".join(batches), "decided_by": row["made_by"], "decided_at": row["made_at"]}  # fmt: skip
        same = {name: row[name] for name in ("name", "province_code", "data_version")}
        connection.execute(sa.insert(meeting).values(**values, **same))


def _short(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _replies() -> None:
    """Replies by link with their pictures, revoked links, API tokens, state of fetched files."""
    op.create_table(
        "reply_link",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("kind", "code", "agency_code")),
        sa.Column("generation", sa.Integer(), nullable=False),
        *_short("decided_by", "decided_at"),
        sa.Column("reason", sa.Text()),
    )
    op.create_table(
        "reply",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("receipt", sa.String(), nullable=False, unique=True),
        *_short("province_code", "kind", "code"),
        *_short("agency_code", "file_sha256", "sheet", nullable=True),
        sa.Column("row", sa.Integer()),
        *_short("answer"),
        *_short("line", "note", "contact", "picture_digest", nullable=True),
        *_short("sent_at", "state"),
        *_short("decided_by", "decided_at", "on_behalf_of", nullable=True),
        sa.Column("reason", sa.Text()),
        sa.Column("correction_id", sa.BigInteger()),
        sa.Column("retain_until", sa.Date(), nullable=False),
    )
    op.create_table(
        "reply_picture",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
    )
    op.create_table(
        "api_token",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("digest", sa.String(), nullable=False, unique=True),
        *_short("agency_code", "label", "granted_by", "granted_at"),
        sa.Column("expires_on", sa.Date()),
        *_short("revoked_at", "revoked_by", nullable=True),
    )
    op.create_table(
        "fetched",
        sa.Column("name", sa.String(), primary_key=True),
        *_short("state", "at"),
        *_short("digest", "tag", "problem", nullable=True),
        sa.Column("batch_id", sa.BigInteger()),
    )


def _registers_as_data() -> None:
    """Rows of registers defined as data, changes by hand, papers kept with a place."""
    place = ("area_code", "area_level", "village_code", "subdistrict_code", "district_code", "province_code")
    op.create_table(
        "entry",
        sa.Column("id", KEY, primary_key=True),
        sa.Column(
            "batch_id",
            KEY,
            sa.ForeignKey("import_batch.id"),
            nullable=False,
            index=True,
        ),
        *_short("sheet"),
        sa.Column("row", sa.Integer(), nullable=False),
        *_short(*place, nullable=True),
        sa.Column("written_place", sa.Text()),
        *_short("match_evidence", nullable=True),
        sa.Column("village_codes", sa.Text()),
        *_short("shared_by", nullable=True),
        sa.Column("register", sa.String(), nullable=False, index=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("retain_until", sa.Date()),
    )
    op.create_table(
        "entry_change",
        sa.Column("id", KEY, primary_key=True),
        *_short("register", "kind", "file_sha256", "sheet"),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date()),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_short("decided_by", "decided_at"),
        *_short("on_behalf_of", "undone_by", "undone_at", nullable=True),
    )
    op.create_index("entry_change_by_register", "entry_change", ["register", "file_sha256"])
    op.create_table(
        "paper",
        sa.Column("id", KEY, primary_key=True),
        *_short("register", "base", "area_code", "file_name", "digest"),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_short("decided_by", "decided_at"),
        *_short("on_behalf_of", "removed_by", "removed_at", nullable=True),
        sa.Column("province_code", sa.String(), nullable=False, index=True),
    )


def _shares_of_years() -> None:
    """How a person divided a record's money over fiscal years."""
    op.add_column("support", sa.Column("year_shares", sa.Text()))
    op.add_column("support", sa.Column("year_shares_by", sa.String()))
