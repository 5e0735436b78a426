"""Flags of overlap that an agency explained, kept by where the two rows stand in their files."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from loaders.store.tables_base import Key, metadata

# The rows are named by the file's content, sheet and row, not by the store's keys: a file that is withdrawn and loaded
# anew gets new keys, and the explanation must find its pair again. An undone clearing stays, with who undid it.
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
    Column("cleared_by", String, nullable=False),
    Column("cleared_at", String, nullable=False),
    Column("undone_by", String),
    Column("undone_at", String),
    Index("clearing_by_file", "file_sha256_a", "file_sha256_b"),
)
