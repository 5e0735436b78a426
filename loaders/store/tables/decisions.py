"""Decisions that people add to the figures, and the meeting: each with name and time; nothing is deleted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from loaders.store.tables.columns import Key, metadata, texts


def decided() -> list[Column]:
    """Province, data version, name and time; who removed it; on whose behalf, when the name is a sign-in name."""
    return [
        Column("province_code", String, nullable=False),
        *texts("data_version", "decided_by", "decided_at"),
        *texts("removed_by", "removed_at", nullable=True),
        Column("on_behalf_of", String),
    ]


# A saved choice of parameters with a short result: ``kind`` ranking (weights and methods), funds, selection.
scenario = Table(
    "scenario",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("kind", "name"),
    Column("content", Text, nullable=False),
    Column("reason", Text),
    *decided(),
    Index("scenario_by_kind", "kind", "name"),
)

# A class that people agreed on instead of the computed one: of a subdistrict, or by ``unit_key`` of a village, group or
# fund (:func:`loaders.decisions.scenarios.unit_key`), which may have no subdistrict.
override = Table(
    "override",
    metadata,
    Column("id", Key, primary_key=True),
    Column("index_code", String, nullable=False),
    Column("fiscal_year", Integer),
    Column("subdistrict_code", String, index=True),
    Column("unit_key", String),
    Column("computed_class", String),
    Column("agreed_class", String, nullable=False),
    Column("reason", Text, nullable=False),
    *decided(),
)

# Who strengthens a subdistrict, with which task, and the date of the next visit.
team = Table(
    "team",
    metadata,
    Column("id", Key, primary_key=True),
    Column("subdistrict_code", String, nullable=False, index=True),
    Column("team", String, nullable=False),
    Column("task", Text, nullable=False),
    Column("visit_on", Date),
    Column("reason", Text),
    *decided(),
)

# A project that draws on a stream; its bookings may not exceed the stream's balance.
project = Table(
    "project",
    metadata,
    Column("id", Key, primary_key=True),
    Column("project_code", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("subdistrict_code", String),
    Column("stream_code", String, nullable=False),
    Column("amount_satang", BigInteger, nullable=False),
    Column("starts_on", Date),
    Column("reason", Text),
    *decided(),
)

# An overlap that an agency explained. Its rows are named by file digest, sheet and row number, not by the store's keys:
# a file that is withdrawn and loaded again gets new keys, and the explanation must still match. Both rows carry their
# province, so the clearing needs none. An undone clearing stays, with the name of who undid it.
clearing = Table(
    "clearing",
    metadata,
    Column("id", Key, primary_key=True),
    Column("file_sha256_a", String, nullable=False),
    Column("sheet_a", String, nullable=False),
    Column("row_a", Integer, nullable=False),
    Column("file_sha256_b", String, nullable=False),
    Column("sheet_b", String, nullable=False),
    Column("row_b", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    *texts("cleared_by", "cleared_at"),
    *texts("undone_by", "undone_at", nullable=True),
    Column("on_behalf_of", String),
    Index("clearing_by_file", "file_sha256_a", "file_sha256_b"),
)

# The facts behind one meeting as JSON; ``sha256`` is the digest of ``facts``: a changed copy is refused.
snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("name", "made_at", "made_by", "province_code", "data_version", "sha256"),
    Column("facts", Text, nullable=False),
)

# ``key`` is made on the client, so that a message sent twice is stored as one decision.
decision = Table(
    "decision",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    *texts("noted_at", "noted_by"),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("due_on", Date),
    *texts("area_code", "step", nullable=True),
    *texts("province_code", "data_version"),
    Column("snapshot_id", ForeignKey("snapshot.id")),
    Column("is_struck", Boolean, nullable=False),
)

storyboard = Table(
    "storyboard",
    metadata,
    Column("name", String, primary_key=True),
    Column("steps", Text, nullable=False),
    *texts("saved_at", "saved_by"),
)
