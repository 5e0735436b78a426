"""The tables of the schema ``shared``: copies of registers with the columns that anybody may see.

A publication cannot mask, so what is published is a masked copy. Its key is (province_code, id): ``province_code`` is the
province that says it, by which the nation's tables are partitioned; ``placed_in`` the province a record lies in, '00'
where it names none.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    func,
    select,
)

from loaders.store import tables
from loaders.store.privacy import CONTACTS

SCHEMA = "shared"
# Of these tables, whose columns follow the store's: schema changes are not replicated, so both sides must say the same.
VERSION = tables.SCHEMA_VERSION
NOWHERE = "00"
REGISTERS = ("support", "plan", "welfare_fund", "contribution", "organisation", "indicator", "role_holder")
# Where a row came from and how it was read is the province's own; so is how long somebody may be kept.
NOT_SHARED = {"id", "batch_id", "sheet", "row", "written_place", "match_evidence", "province_code", "retain_until"}
WAITS = "rows_waiting"  # the base of a due that nobody can meet: rows wait at the province that may be about its place
KEY = ("province_code", "id")
LOCAL = "digest"  # of a row's content, to find what changed; stays at the province


def columns_of(register: str) -> list[Column]:
    """Columns of a register that are copied."""
    hidden = NOT_SHARED | set(CONTACTS.get(register, ()))
    return [column for column in tables.REGISTERS[register].c if column.name not in hidden]


@cache
def described(is_partitioned: bool) -> MetaData:
    """All shared tables: plain with a key (a province's), or partitioned by province (the nation's; each part has the key).

    A part that a province answers live is a foreign table, beside which the whole may have no key.
    """
    metadata = MetaData(schema=SCHEMA)
    for register in REGISTERS:
        copied = [Column(column.name, column.type) for column in columns_of(register)]
        _table(metadata, register, is_partitioned, Column("placed_in", String, nullable=False),
               Column("base", String), *copied, Column("is_masked", Boolean))  # fmt: skip
    _table(metadata, "report", is_partitioned, *_texts("base", "register", "area_code"), Column("fiscal_year", Integer))
    _table(metadata, "due", is_partitioned, *_texts("base", "register", "area_code", "functions", "agencies", "streams"),
           Column("fiscal_year", Integer), Column("is_asked", Boolean))  # fmt: skip
    _table(metadata, "word", is_partitioned, *_texts("list", "code", "name_th", "name_en"))
    _table(metadata, "state", is_partitioned, Column("version", Integer, nullable=False), *_texts("holds", "data_version", "as_of"),
           Column("records", BigInteger), Column("amount_satang", BigInteger))  # fmt: skip
    return metadata


def _texts(*names: str) -> list[Column]:
    return [Column(name, Text if name in ("functions", "agencies", "streams") else String) for name in names]


def _table(metadata: MetaData, name: str, is_partitioned: bool, *columns: Column) -> Table:
    key = [Column("province_code", String, nullable=False), Column("id", BigInteger, nullable=False)]
    if is_partitioned:
        return Table(name, metadata, *key, *columns, postgresql_partition_by="LIST (province_code)")
    return Table(name, metadata, *key, *columns, Column(LOCAL, String), PrimaryKeyConstraint(*KEY))


@cache
def member() -> Table:
    """The nation's own list of provinces: how each comes (``copy``, ``live``, ``package``), from where, since when."""
    return Table("member", MetaData(schema=SCHEMA), Column("province_code", String, primary_key=True),
                 *_texts("way", "address", "since", "answered"))  # fmt: skip


@cache
def publisher() -> Table:
    """A province's own mark: which province this store publishes. A wipe or a restore of the store leaves it."""
    return Table("publisher", MetaData(schema=SCHEMA), Column("province_code", String, primary_key=True))


def is_there(connection: Connection, table: Table) -> bool:
    """Whether a table of this schema exists; never on SQLite."""
    if connection.dialect.name == "sqlite":
        return False
    return connection.execute(select(func.to_regclass(f"{SCHEMA}.{table.name}").is_not(None))).scalar_one()


def named(name: str, *, is_partitioned: bool = False) -> Table:
    """A shared table by its name."""
    return described(is_partitioned).tables[f"{SCHEMA}.{name}"]


def published(name: str) -> list[str]:
    """Names of the columns that are published; the digest stays."""
    return [column.name for column in named(name).c if column.name != LOCAL]


def names() -> list[str]:
    """Names of all shared tables."""
    return [table.name for table in described(False).sorted_tables]
