"""What people decide on top of the figures, and the meeting: each entry with who and when; nothing is ever deleted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from loaders.store.tables.columns import Key, metadata, texts


def decided() -> list[Column]:
    """For which province, on which data, who and when; who took it back; for whom, where who is a sign-in name."""
    return [
        Column("province_code", String, nullable=False),
        *texts("data_version", "decided_by", "decided_at"),
        *texts("removed_by", "removed_at", nullable=True),
        Column("on_behalf_of", String),
    ]


# A named choice of parameters with its result in short: ``kind`` ranking (weights and methods), funds, selection.
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

# A class that people agreed on against the computed one: of a subdistrict, or by ``unit_key`` of a village, group or fund
# (:func:`loaders.decisions.scenarios.unit_key`), which may stand in no subdistrict.
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

# Who strengthens a subdistrict, with what task, and when they go there next.
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

# A project that draws on a stream; its bookings never go beyond the stream's balance.
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

# A flag of overlap that an agency explained. Its rows are named by the file's content, sheet and row, not by the
# store's keys: a file that is withdrawn and loaded anew gets new keys, and the explanation must find its pair again.
# Both rows carry their province, so the clearing needs none. An undone clearing stays, with who undid it.
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

# The facts behind one meeting as JSON; ``sha256`` is of ``facts``, so that a changed copy is noticed and refused.
snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("name", "made_at", "made_by", "province_code", "data_version", "sha256"),
    Column("facts", Text, nullable=False),
)

# ``key`` is made where the decision was written, so that a message sent twice is one decision.
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
