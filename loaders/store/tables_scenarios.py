"""Tables of version 6: what people decide on top of the figures, each with who, when and why; nothing is ever deleted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text

from loaders.store.tables_base import Key, metadata


def _decided() -> list[Column]:
    """Who, when, on which data; and who took it back."""
    return [
        Column("data_version", String, nullable=False),
        Column("decided_by", String, nullable=False),
        Column("decided_at", String, nullable=False),
        Column("removed_by", String),
        Column("removed_at", String),
    ]


# A named choice of parameters with its result in short: ``kind`` ranking (weights and methods), funds, selection.
scenario = Table(
    "scenario",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("reason", Text),
    *_decided(),
    Index("scenario_by_kind", "kind", "name"),
)

# A class that the meeting agreed on against the computed one.
override = Table(
    "override",
    metadata,
    Column("id", Key, primary_key=True),
    Column("index_code", String, nullable=False),
    Column("fiscal_year", Integer),
    Column("subdistrict_code", String, nullable=False, index=True),
    Column("computed_class", String),
    Column("agreed_class", String, nullable=False),
    Column("reason", Text, nullable=False),
    *_decided(),
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
    *_decided(),
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
    *_decided(),
)
