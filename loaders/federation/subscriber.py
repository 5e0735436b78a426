"""At the nation: join provinces, one partition of each shared table per province, replicated or queried live.

Only published rows can arrive. An unreachable province blocks nothing: its copy stays as it was, its live partition is
excluded until it answers.
"""

from __future__ import annotations

from typing import Any, Literal

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, delete, insert, select

from loaders import store
from loaders.federation import lines, publisher
from loaders.problems import Refused
from loaders.store.in_use import holds
from loaders.store.privacy import PUBLIC
from loaders.store.shared import copies, nation
from loaders.store.shared import tables as shared

Way = Literal["copy", "live", "package"]
# With these options postgres_fdw aggregates at the province and queries all provinces concurrently.
SERVER_OPTIONS = {"fetch_size": "10000", "async_capable": "true", "use_remote_estimate": "true", "updatable": "false",
                  "connect_timeout": str(lines.CONNECT_SECONDS)}  # fmt: skip


def subscribe(engine: Engine, province: str, address: str, password: str, who: str, *, live: bool = False) -> dict:
    """Join a province at ``address`` (``host=... port=... dbname=...``, without password).

    ``live``: its rows stay there and are read with every query (postgres_fdw), else they are replicated. Raises
    ``Refused``: ``federation_unreachable``, ``federation_not_published``, ``federation_other_version``,
    ``federation_other_province``, ``federation_demo_beside_real``, ``federation_is_province``, ``federation_joined``,
    and those of :mod:`lines`.
    """
    lines.require_postgres(engine)
    lines.check_province(province)
    conninfo = lines.remote(address, password)
    state = _asked(conninfo, province)
    prepare(engine, province, state, who)
    try:
        if live:
            _attach(engine, province, conninfo)
        else:
            make_parts(engine, province)
            _subscription(engine, province, conninfo)
    except Exception:
        _forget(engine, province)
        raise
    remember(engine, province, "live" if live else "copy", address)
    return {
        "province": province,
        "way": "live" if live else "copy",
        "as_of": state["as_of"],
        "records": state["records"],
    }


def _asked(conninfo: str, province: str) -> dict[str, Any]:
    """State row of the province, read with the account that will read its tables."""
    with lines.asking(conninfo, province) as connection:
        try:
            cursor = connection.execute(
                sql.SQL("SELECT province_code, version, holds, as_of, records FROM {}.state").format(
                    sql.Identifier(shared.SCHEMA)
                )
            )
        except (
            psycopg.errors.UndefinedTable,
            psycopg.errors.InvalidSchemaName,
            psycopg.errors.InsufficientPrivilege,
        ) as error:
            raise Refused("federation_not_published", value=province) from error
        row = cursor.fetchone()
    if row is None or row[0] != province:
        raise Refused("federation_other_province", value=row[0] if row else "-", suggestion=province)
    return dict(zip(("province", "version", "holds", "as_of", "records"), row, strict=True))


def prepare(engine: Engine, province: str, state: dict[str, Any], who: str) -> None:
    """Refuse a province that may not join, and create missing shared tables of the nation.

    Raises ``Refused``: ``federation_other_version``, ``federation_is_province``, ``federation_demo_beside_real``,
    ``federation_joined``.
    """
    if state["version"] != shared.VERSION:
        raise Refused("federation_other_version", value=str(state["version"]), suggestion=str(shared.VERSION))
    with store.writing(engine) as connection:
        if copies.published_province(connection) is not None:
            raise Refused("federation_is_province")
        kind = holds(connection) or "empty"
        if "empty" not in (kind, state["holds"]) and kind != state["holds"]:
            raise Refused("federation_demo_beside_real", value=province)
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {shared.SCHEMA}")
        shared.described(True).create_all(connection)
        shared.member().metadata.create_all(connection)
        member = connection.execute(select(shared.member()).where(shared.member().c.province_code == province)).first()
        if member is not None:
            raise Refused("federation_joined", value=province)
        store.note(connection, who, "federate_subscribe", province)


def make_parts(engine: Engine, province: str) -> None:
    """Create the province's partition of every shared table, with the key that replication needs to find rows."""
    with store.writing(engine) as connection:
        for name in shared.names():
            part = f'{shared.SCHEMA}."{name}_{province}"'
            connection.exec_driver_sql(
                f"CREATE TABLE {part} PARTITION OF {shared.SCHEMA}.{name} FOR VALUES IN ('{province}')"
            )
            connection.exec_driver_sql(f"ALTER TABLE {part} ADD PRIMARY KEY ({', '.join(shared.KEY)})")


def _subscription(engine: Engine, province: str, conninfo: str) -> None:
    with lines.administering(engine) as connection:
        connection.execute(
            sql.SQL("CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {}").format(
                sql.Identifier(f"kradan_{province}"), sql.Literal(conninfo), sql.Identifier(publisher.PUBLICATION)
            )
        )


def _attach(engine: Engine, province: str, conninfo: str) -> None:
    """Attach the province's tables as foreign partitions of the nation's tables."""
    parts = {key: str(value) for key, value in conninfo_to_dict(conninfo).items()}
    user, password = parts.pop("user", ""), parts.pop("password", "")
    server = sql.Identifier(f"kradan_{province}")
    options = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(key), sql.Literal(value))
        for key, value in (SERVER_OPTIONS | parts).items()
        if value
    )
    with lines.administering(engine) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw")
        connection.execute(
            sql.SQL("CREATE SERVER {} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({})").format(server, options)
        )
        connection.execute(
            sql.SQL("CREATE USER MAPPING FOR PUBLIC SERVER {} OPTIONS (user {}, password {})").format(
                server, sql.Literal(user), sql.Literal(password)
            )
        )
        for name in shared.names():
            connection.execute(
                sql.SQL("CREATE FOREIGN TABLE {}.{} PARTITION OF {}.{} FOR VALUES IN ({}) SERVER {} OPTIONS (schema_name {}, table_name {})").format(
                    sql.Identifier(shared.SCHEMA), sql.Identifier(f"{name}_{province}"), sql.Identifier(shared.SCHEMA),
                    sql.Identifier(name), sql.Literal(province), server, sql.Literal(shared.SCHEMA), sql.Literal(name),
                )
            )  # fmt: skip


def remember(engine: Engine, province: str, way: Way, address: str, answered: str = "yes") -> None:
    """Write into the nation's list how a province joined."""
    member = shared.member()
    with store.writing(engine) as connection:
        connection.execute(delete(member).where(member.c.province_code == province))
        connection.execute(
            insert(member).values(
                province_code=province, way=way, address=address, since=store.now(), answered=answered
            )
        )
        store.touch(connection)


def leave(engine: Engine, province: str, who: str) -> dict:
    """Remove a province with its rows, reachable or not; says whether the slot at the province was removed."""
    lines.require_postgres(engine)
    with store.reading(engine) as connection:
        if _member(connection, lines.check_province(province)) is None:
            raise Refused("federation_not_joined", value=province)
    is_told = _forget(engine, province)
    with store.writing(engine) as connection:
        connection.execute(delete(shared.member()).where(shared.member().c.province_code == province))
        store.note(connection, who, "federate_leave", province)
        store.touch(connection)
    return {"left": province, "slot_removed_there": is_told}


def _member(connection: Connection, province: str) -> Any:
    if not nation.is_nation(connection):
        return None
    return connection.execute(select(shared.member()).where(shared.member().c.province_code == province)).first()


def _forget(engine: Engine, province: str) -> bool:
    """Drop subscription, server and partitions; false when the slot at an unreachable province remains."""
    name, is_told = sql.Identifier(f"kradan_{province}"), True
    with lines.administering(engine) as connection:
        if connection.execute("SELECT 1 FROM pg_subscription WHERE subname = %s", (f"kradan_{province}",)).fetchone():
            connection.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
            try:
                connection.execute(sql.SQL("DROP SUBSCRIPTION {}").format(name))
            except psycopg.Error:
                connection.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(name))
                connection.execute(sql.SQL("DROP SUBSCRIPTION {}").format(name))
                is_told = False
        connection.execute(sql.SQL("DROP SERVER IF EXISTS {} CASCADE").format(name))
        for table in shared.names():
            part = sql.Identifier(f"{table}_{province}")
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}.{}").format(sql.Identifier(shared.SCHEMA), part))
    return is_told


def status(engine: Engine) -> dict:
    """How this province shares, or the state of every joined province: rows, date, whether it answers, delay.

    A standby reports its delay behind the primary (``standby_behind_s``, seconds).
    """
    lines.require_postgres(engine)
    with store.reading(engine) as connection:
        states = nation.read_states(connection, viewer=PUBLIC)
        waiting = _lag(connection)
    answer: dict[str, Any] = {"standby_behind_s": waiting} if waiting is not None else {}
    if waiting is None and (shares := publisher.published(engine)) is not None:
        return answer | {"publishes": shares}
    with lines.administering(engine) as connection:
        heard = dict(
            connection.execute(
                "SELECT subname, extract(epoch FROM now() - max(last_msg_receipt_time))::float FROM pg_stat_subscription GROUP BY subname"
            ).fetchall()
        )
    provinces = [
        {name: None if value is None or value != value else value for name, value in row.items()}
        | {"heard_s_ago": heard.get(f"kradan_{row['province_code']}")}
        for row in states.astype(object).where(states.notna(), None).to_dict("records")
    ]
    silent = [row["province_code"] for row in provinces if not row["is_answering"]]
    return answer | {"provinces": provinces, "not_answering": silent}


def _lag(connection: Connection) -> float | None:
    """Seconds that a standby is behind; ``None`` on a primary."""
    query = "SELECT CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float END"
    return connection.exec_driver_sql(query).scalar()
