"""The store: one SQLAlchemy engine over SQLite or PostgreSQL, short transactions, DataFrames out.

What other packages use is listed in ``FACE`` and imported on first use: a command that needs no store then loads no
database driver. A missing store is an error, never a new empty one.
May import ``loaders.codes``, ``registers``, ``year_shares``, ``settings``, ``problems`` and ``thai``.
"""

# ruff: noqa: F401 - the names below are for type checkers; ``__getattr__`` imports them
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loaders.store.connection import (
        count,
        data_version,
        finish_batch,
        insert_rows,
        is_alive,
        note,
        now,
        reading,
        retention_years,
        sum_support,
        touch,
        whole,
        writing,
        years_from,
    )
    from loaders.store.engine import StoreUnavailable, engine_at, is_sqlite, reason, version_of
    from loaders.store.in_use import holds, set_active
    from loaders.store.opening import open_store, upgrade_store
    from loaders.store.read import (
        read_batches,
        read_nation,
        read_register,
        read_reports,
        read_sharing,
        read_subdistrict_sums,
        read_summary,
        read_support,
        read_table,
        records,
    )

FACE = {
    "connection": (
        "count data_version finish_batch insert_rows is_alive note now reading retention_years sum_support touch whole"
        " writing years_from"
    ),
    "engine": "StoreUnavailable engine_at is_sqlite reason version_of",
    "in_use": "holds set_active",
    "opening": "open_store upgrade_store",
    "read": (
        "read_batches read_nation read_register read_reports read_sharing read_subdistrict_sums read_summary"
        " read_support read_table records"
    ),
}
_HOME = {name: module for module, names in FACE.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value
