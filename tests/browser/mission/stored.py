"""Figures counted from the rows of a store by plain SQL, past every function of ours that a page uses."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from loaders.registers import defined

# Registers with their rows in use; those that are defined as data with a column per name.
ROWS = """CREATE TEMP VIEW {name} AS SELECT row.* {columns} FROM main.{table} AS row
    JOIN main.import_batch AS batch ON batch.id = row.batch_id WHERE batch.is_active {which}"""
HELD = """CREATE TEMP VIEW held_{name} AS SELECT * FROM in_use_{name}
    WHERE (starts_on IS NULL OR starts_on <= date('now')) AND (ends_on IS NULL OR ends_on >= date('now'))"""
TABLES = ("support", "plan", "welfare_fund", "contribution", "organisation", "indicator_value", "role_holder")


class Stored:
    """A store to count in: views ``in_use_TABLE`` and, of registers defined as data, ``in_use_NAME`` with its columns, ``held_NAME`` what holds today."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        for table in TABLES:  # a role without a person is vacant unless its file says otherwise
            columns = ", coalesce(row.is_vacant, row.person IS NULL) AS vacant" if table == "role_holder" else ""
            self.connection.execute(ROWS.format(name=f"in_use_{table}", columns=columns, table=table, which=""))
        for name, one in defined().items():
            columns = "".join(
                f", json_extract(row.content, '$.{column.stored}') AS {column.stored}" for column in one.columns
            )
            which = f"AND row.register = '{name}'"
            self.connection.execute(ROWS.format(name=f"in_use_{name}", columns=columns, table="entry", which=which))
            if {"starts_on", "ends_on"} <= {column.stored for column in one.columns}:
                self.connection.execute(HELD.format(name=name))

    def rows(self, query: str, *values: object) -> list[tuple]:
        """All rows of a query."""
        with closing(self.connection.execute(query, values)) as found:
            return found.fetchall()

    def one(self, query: str, *values: object):
        """The one value of a query."""
        ((value,),) = self.rows(query, *values)
        return value
