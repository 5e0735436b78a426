"""How the nation reads what provinces share: sums, reports, expected reports, and the state of each province.

A live province that cannot be reached is excluded before a query is planned, because one unreachable foreign table
fails the whole query.
"""

from __future__ import annotations

import hashlib
import time

import pandas as pd
from sqlalchemy import Connection, Select, Table, column, func, select, table, text
from sqlalchemy.exc import DBAPIError

from loaders import settings
from loaders.store import tables
from loaders.store.in_use import holds
from loaders.store.privacy import Viewer
from loaders.store.seen import by_the_program, for_viewer
from loaders.store.shared import tables as shared

STATE_COLUMNS = ("province_code", "way", "version", "holds", "data_version", "as_of", "records", "amount_satang", "is_answering",
                 "is_counted")  # fmt: skip
# Live provinces that did not answer, by (store, province) -> process clock until which not to ask again: a failed
# connection costs seconds.
SILENT: dict[tuple[str, str], float] = {}
SILENT_SECONDS = 30
DUE_COLUMNS = ["base", "register", "area_code", "fiscal_year", "functions", "agencies", "streams", "is_asked"]
SUM_KEYS = ("placed_in", "base", "fiscal_year", "agency_code", "stream_code", "theme_code")


def is_nation(connection: Connection) -> bool:
    """Whether provinces are joined to this store."""
    return shared.is_there(connection, shared.member())


@for_viewer
def read_states(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """State of every joined province, columns :data:`STATE_COLUMNS`, ordered by code.

    ``is_answering``: its replication runs, or it answers (package: it could be read when last fetched); ``is_counted``: same
    version and kind of data (demo, real) as this store, and reachable when live.
    """
    if not is_nation(connection):
        return pd.DataFrame(columns=list(STATE_COLUMNS))
    members = {row.province_code: row for row in connection.execute(select(shared.member()))}
    away = _away(connection, [code for code, row in members.items() if row.way == "live"])
    workers = _workers(connection)
    state = shared.named("state", is_partitioned=True)
    here = {row.province_code: row for row in connection.execute(_without(select(state), state, away))}
    kind = holds(connection) or "empty"
    rows = []
    for code, row in sorted(members.items()):
        here_state = here.get(code)
        answering = {"live": code not in away, "copy": workers.get(code, False), "package": row.answered == "yes"}
        is_counted = (
            here_state is not None and here_state.version == shared.VERSION and kind in ("empty", here_state.holds)
        )
        facts = [getattr(here_state, name, None) for name in STATE_COLUMNS[2:8]]
        rows.append((code, row.way, *facts, answering[row.way], is_counted))
    return pd.DataFrame(rows, columns=list(STATE_COLUMNS)).astype({"records": "Int64", "amount_satang": "Int64"})


def _workers(connection: Connection) -> dict[str, bool]:
    """Provinces whose subscription has a running worker."""
    query = text("SELECT subname, bool_or(pid IS NOT NULL) FROM pg_stat_subscription GROUP BY subname")
    return {name.removeprefix("kradan_"): bool(runs) for name, runs in connection.execute(query)}


def _away(connection: Connection, live: list[str]) -> list[str]:
    """Live provinces that do not answer a one-row query; a silent one is not asked again for ``SILENT_SECONDS``."""
    silent, where = [], str(connection.engine.url)
    for code in live:
        if SILENT.get((where, code), 0.0) > time.monotonic():
            silent.append(code)
            continue
        try:
            with connection.begin_nested():
                part = table(f"state_{code}", column("id"), schema=shared.SCHEMA)
                connection.execute(select(part.c.id).limit(1)).first()
        except DBAPIError:
            silent.append(code)
            SILENT[where, code] = time.monotonic() + SILENT_SECONDS
    return silent


def _without(query: Select, whole: Table, away: list[str]) -> Select:
    return query.where(whole.c.province_code.not_in(away)) if away else query


def _counted(connection: Connection, viewer: Viewer) -> list[str]:
    """Provinces whose shared rows count; the store's own rows, if any, replace the home province's."""
    states = read_states(connection, viewer=viewer)
    batch = tables.import_batch
    own = connection.execute(select(batch.c.id).where(batch.c.is_active, batch.c.base != "reference").limit(1)).first()
    counted = states["province_code"][states["is_counted"].astype(bool)]
    return [code for code in counted if own is None or code != settings.home_province()]


@for_viewer
def read_shared_sums(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Support of the joined provinces as :func:`loaders.store.read_nation` returns it, without ``batch_id``."""
    columns = ["base", "province_code", *SUM_KEYS[2:], "records", "amount_satang"]
    if not is_nation(connection):
        return pd.DataFrame(columns=columns)
    support = shared.named("support", is_partitioned=True)
    # With the partition key among the keys each part is summed where it is stored: a live province sends sums, not
    # rows.
    keys = [support.c[name] for name in ("province_code", *SUM_KEYS)]
    connection.execute(select(func.set_config("enable_partitionwise_aggregate", "on", True)))
    sums = [func.count().label("records"), func.sum(support.c.amount_satang).label("amount_satang")]
    counted = _counted(connection, viewer)
    query = select(*keys, *sums).where(support.c.province_code.in_(counted)).group_by(*keys)
    frame = (
        pd.read_sql_query(query, connection)
        .drop(columns="province_code")
        .rename(columns={"placed_in": "province_code"})
    )
    frame["province_code"] = frame["province_code"].mask(frame["province_code"].eq(shared.NOWHERE))
    for name in ("fiscal_year", "records", "amount_satang"):
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    return frame.astype(dict.fromkeys(("base", "province_code", *SUM_KEYS[3:]), "string"))[columns]


@for_viewer
def read_shared_reports(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Which base spoke for which area and fiscal year in the joined provinces (register support)."""
    return _small(connection, "report", ["base", "area_code", "fiscal_year"], viewer)


@for_viewer
def read_shared_dues(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Expected support reports of the joined provinces."""
    dues = _small(connection, "due", DUE_COLUMNS, viewer)
    return dues[dues["base"].ne(shared.WAITS)].reset_index(drop=True)


@for_viewer
def read_shared_waiting(connection: Connection, *, viewer: Viewer) -> pd.DataFrame:
    """Quarantined support rows of the joined provinces, as :func:`geo.coverage.heard.may_concern` takes them.

    Equal rows appear once. ``starts_on`` and ``ends_on`` are always NaT.
    """
    dues = _small(connection, "due", DUE_COLUMNS, viewer)
    rows = dues[dues["base"].eq(shared.WAITS)].reset_index(drop=True)
    rows = rows.rename(columns={"functions": "theme_code", "agencies": "agency_code", "streams": "stream_code"})
    never = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    return rows.assign(row_id=range(len(rows)), starts_on=never, ends_on=never).drop(columns=["register", "is_asked"])


def _small(connection: Connection, name: str, columns: list[str], viewer: Viewer) -> pd.DataFrame:
    if not is_nation(connection):
        return pd.DataFrame(columns=columns)
    small = shared.named(name, is_partitioned=True)
    query = select(*(small.c[column] for column in columns)).where(
        small.c.register == "support", small.c.province_code.in_(_counted(connection, viewer))
    )
    frame = pd.read_sql_query(query, connection)
    kinds = dict.fromkeys(columns, "string") | {"fiscal_year": "Int64"}
    return frame.astype(kinds | ({"is_asked": bool} if "is_asked" in columns else {}))


@for_viewer
def read_shared_words(connection: Connection, list_: str, *, viewer: Viewer) -> pd.DataFrame:
    """Agencies or streams as joined provinces name them: ``code``, ``name_th``, ``name_en``, one row per code."""
    columns = ["code", "name_th", "name_en"]
    if not is_nation(connection):
        return pd.DataFrame(columns=columns)
    word = shared.named("word", is_partitioned=True)
    counted = _counted(connection, viewer)
    query = select(*(word.c[name] for name in columns)).where(word.c.list == list_, word.c.province_code.in_(counted))
    return pd.read_sql_query(query.order_by(word.c.province_code), connection).drop_duplicates(
        "code", ignore_index=True
    )


def mark_of(connection: Connection) -> str:
    """Digest of the state of the joined provinces, for the data version; empty when none is joined.

    Runs on every page, so live provinces are not queried: with any, the digest changes every minute instead.
    """
    if not is_nation(connection):
        return ""
    with by_the_program():
        member, state = shared.member(), shared.named("state", is_partitioned=True)
        live = connection.execute(select(member.c.province_code).where(member.c.way == "live")).scalars().all()
        query = _without(select(state.c.province_code, state.c.data_version, state.c.as_of), state, list(live))
        rows = sorted(map(tuple, connection.execute(query)))
    minute = int(time.time()) // 60 if live else 0
    return hashlib.sha256(repr((rows, sorted(live), minute)).encode()).hexdigest()[:8]
