"""What all tables share: one metadata, the key type, provenance and place columns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String, Text

metadata = MetaData()
# SQLite only numbers a key by itself when it is declared INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")


def texts(*names: str, nullable: bool = False) -> list[Column]:
    """Short texts: codes, names, moments."""
    return [Column(name, String, nullable=nullable) for name in names]


def provenance() -> list[Column]:
    """Key, batch, sheet and row: any figure leads back to the file it came from."""
    return [
        Column("id", Key, primary_key=True),
        Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
        Column("sheet", String, nullable=False),
        Column("row", Integer, nullable=False),
    ]


def place() -> list[Column]:
    """Where a record belongs, and how its written place was recognised.

    ``village_codes``: the villages that a subdistrict's record lists, comma-joined; ``shared_by``: how a person shared
    one row of a file over several places (``equal``, ``population``, ``stated``), NULL for a row that is whole.
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
