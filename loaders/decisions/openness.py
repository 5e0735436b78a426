"""Sharing level of every data set over time, from the sharing table and its audit trail."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, func, select

from loaders.store import tables
from loaders.store.privacy import Viewer
from loaders.store.read import level_of, read_sharing
from loaders.store.seen import for_viewer

COLUMNS = ["base", "register", "loaded_at", "level", "since", "changes"]
STEPS = ["base", "register", "at", "level"]


@for_viewer
def read_openness(connection: Connection, *, viewer: Viewer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Active data sets with their level, and every change of level; only those that the viewer may see.

    Returns
    -------
    Data sets: ``base``, ``register``, ``loaded_at`` (of the first active file), ``level``, ``since`` (when it got that
    level), ``changes`` (number of changes by people). Steps: ``base``, ``register``, ``at``, ``level``, oldest first.
    """
    sharing, decided = read_sharing(connection), _decided(connection)
    sets, steps = [], []
    for base, register, loaded in _loaded(connection):
        level = level_of(sharing, register, base)
        if not viewer.may_see(level, base):
            continue
        own = _steps(decided, register, base, loaded)
        sets.append((base, register, loaded, level, own[-1][0], len(own) - 1))
        steps += [(base, register, at, of) for at, of in own]
    return pd.DataFrame(sets, columns=COLUMNS), pd.DataFrame(steps, columns=STEPS).sort_values("at", ignore_index=True)


def _loaded(connection: Connection) -> list[tuple[str, str, str]]:
    """(base, register, time of its first active file) of every data set."""
    batch, loads = tables.import_batch, []
    for register, table in tables.REGISTERS.items():
        query = (
            select(batch.c.base, func.min(batch.c.loaded_at))
            .join(table, table.c.batch_id == batch.c.id)
            .where(batch.c.is_active, tables.of_register(register))
            .group_by(batch.c.base)
            .order_by(batch.c.base)
        )
        loads += [(base, register, loaded) for base, loaded in connection.execute(query).tuples()]
    return loads


def _decided(connection: Connection) -> list[tuple[str, str, str, str]]:
    """(Time, register, base or ``*``, level) of every decision about sharing."""
    audit = tables.audit
    query = select(audit.c.at, audit.c.detail).where(audit.c.action == "share").order_by(audit.c.id)
    parts = [(at, str(detail or "").split(" ")) for at, detail in connection.execute(query).tuples()]
    return [(at, words[0], words[1], words[2]) for at, words in parts if len(words) == 3]


def _steps(decided: list[tuple[str, str, str, str]], register: str, base: str, loaded: str) -> list[tuple[str, str]]:
    """(Time, level) of a data set: public from its first file unless another level was set before."""
    own: str | None = None
    general, steps = "public", []
    now = "public"
    for at, named, of, level in decided:
        if named != register or of not in (base, "*"):
            continue
        own, general = (level, general) if of == base else (own, level)
        if (own or general) != now:
            now = own or general
            steps.append((at, now))
    before = [level for at, level in steps if at <= loaded]
    return [(loaded, before[-1] if before else "public"), *((at, level) for at, level in steps if at > loaded)]


def by_month(steps: pd.DataFrame) -> pd.DataFrame:
    """Number of data sets by level at the end of every month with a change.

    Columns ``month`` (``2026-11``), ``public``, ``partners``, ``private``.
    """
    if steps.empty:
        return pd.DataFrame(columns=["month", "public", "partners", "private"])
    rows, state = [], {}
    for month, changed in steps.assign(month=steps["at"].str[:7]).groupby("month", sort=True):
        state |= {
            (base, register): level
            for base, register, level in changed[["base", "register", "level"]].to_numpy().tolist()
        }
        rows.append(
            {"month": month} | {level: list(state.values()).count(level) for level in ("public", "partners", "private")}
        )
    return pd.DataFrame(rows)
