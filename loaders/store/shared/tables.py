"""Tables of the schema ``shared``: copies of registers with publicly visible columns only.

A PostgreSQL publication cannot mask values, so a masked copy is published. Its key is (province_code, id):
``province_code`` is the publishing province, by which the nation's tables are partitioned; ``placed_in`` is the
province a record lies in, '00' when it names none.
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
# Version of these tables, whose columns follow the store's: schema changes are not replicated, so both sides must
# agree.
VERSION = tables.SCHEMA_VERSION
NOWHERE = "00"
REGISTERS = ("support", "plan", "welfare_fund", "contribution", "organisation", "indicator", "role_holder")
# Provenance and retention of a row stay within the province.
NOT_SHARED = {"id", "batch_id", "sheet", "row", "written_place", "match_evidence", "province_code", "retain_until"}
WAITS = "rows_waiting"  # base of a due that stands for quarantined rows, which may concern its area
KEY = ("province_code", "id")
LOCAL = "digest"  # digest of a row's content, to find changes; not published


def columns_of(register: str) -> list[Column]:
    """Columns of a register that are copied: none of provenance, none that name people."""
    hidden = NOT_SHARED | set(CONTACTS.get(register, ()))
    return [column for column in tables.REGISTERS[register].c if column.name not in hidden]


@cache
def described(is_partitioned: bool) -> MetaData:
    """All shared tables: plain with a key (province), or partitioned by province (nation; each partition has the key).

    The partitioned whole has no key, because a live province's partition is a foreign table, which cannot have one.
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
    """The nation's list of provinces: ``way`` (``copy``, ``live``, ``package``), address, since when."""
    return Table("member", MetaData(schema=SCHEMA), Column("province_code", String, primary_key=True),
                 *_texts("way", "address", "since", "answered"))  # fmt: skip


@cache
def publisher() -> Table:
    """Mark of the province that this store publishes; it survives wipe and restore."""
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
    """Names of the published columns: all but the digest."""
    return [column.name for column in named(name).c if column.name != LOCAL]


def names() -> list[str]:
    """Names of all shared tables."""
    return [table.name for table in described(False).sorted_tables]
