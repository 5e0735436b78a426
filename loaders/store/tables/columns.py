"""What all tables share: one metadata, the key type, provenance and place columns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String, Text

metadata = MetaData()
# SQLite assigns keys by itself only for a column declared INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")


def texts(*names: str, nullable: bool = False) -> list[Column]:
    """Columns for short texts: codes, names, timestamps."""
    return [Column(name, String, nullable=nullable) for name in names]


def provenance() -> list[Column]:
    """Key, batch, sheet and row, by which a figure can be traced to its file."""
    return [
        Column("id", Key, primary_key=True),
        Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
        Column("sheet", String, nullable=False),
        Column("row", Integer, nullable=False),
    ]


def place() -> list[Column]:
    """Place of a record, and how the written place was matched.

    ``village_codes``: villages that a subdistrict's record lists, comma-joined; ``shared_by``: how a person divided one
    row of a file over several places (``equal``, ``population``, ``stated``), NULL for an undivided row.
    """
    return [
        Column("area_code", String),
        Column("area_level", String),
        Column("village_code", String),
        Column("subdistrict_code", String),
        Column("district_code", String),
        Column("province_code", String),
        Column("written_place", Text),
        Column("match_evidence", String),
        Column("village_codes", Text),
        Column("shared_by", String),
    ]
