"""Tables of the meeting: frozen copies of its facts, decisions noted at the wall, storyboards saved by name."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, String, Table, Text

from loaders.store.tables_base import Key, metadata

# The facts behind one meeting as JSON; ``sha256`` is of ``facts``, so that a changed copy is noticed and refused.
snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("data_version", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("facts", Text, nullable=False),
)

# ``key`` is made where the decision was written, so that a message sent twice is one decision.
decision = Table(
    "decision",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("noted_at", String, nullable=False),
    Column("noted_by", String, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("due_on", Date),
    Column("area_code", String),
    Column("step", String),
    Column("data_version", String, nullable=False),
    Column("snapshot_id", ForeignKey("snapshot.id")),
    Column("is_struck", Boolean, nullable=False),
)

storyboard = Table(
    "storyboard",
    metadata,
    Column("name", String, primary_key=True),
    Column("steps", Text, nullable=False),
    Column("saved_at", String, nullable=False),
    Column("saved_by", String, nullable=False),
)
