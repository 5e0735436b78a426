"""At a province: masked copies, a publication with row filter and column lists, an account that reads only them."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, delete, insert

from loaders import settings, store
from loaders.federation import lines
from loaders.problems import Refused
from loaders.store.shared import copies
from loaders.store.shared import tables as shared

PUBLICATION = "kradan_shared"
UNBOUNDED = "-1"


def publish(engine: Engine, password_file: Path, who: str) -> dict:
    """Share this store's province; run again it updates everything and sets the password from the file.

    Returns province, role, publication, rows by table, and how much log the server keeps for subscribers. Raises
    ``Refused``: ``federation_needs_postgresql``, ``federation_wal_level`` (the server keeps no logical log),
    ``federation_no_right``, ``federation_is_nation``, ``federation_password_file``.
    """
    lines.require_postgres(engine)
    province = lines.check_province(settings.home_province())
    role = f"kradan_nation_{province}"
    with lines.administering(engine) as connection:
        if (level := _setting(connection, "wal_level")) != "logical":
            raise Refused("federation_wal_level", value=level)
        password = lines.password_in(password_file, new=True)
        rows = _copies(engine, province, who)
        _role(connection, role, password)
        _publication(connection, province)
        kept = _setting(connection, "max_slot_wal_keep_size")
    return {"province": province, "role": role, "publication": PUBLICATION, "password_file": str(password_file), "copied": rows,
            "log_kept_for_subscribers": kept, "is_log_bounded": kept != UNBOUNDED}  # fmt: skip


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""


def _copies(engine: Engine, province: str, who: str) -> dict[str, int]:
    """Create missing tables and fill them."""
    with store.writing(engine) as connection:
        if shared.is_there(connection, shared.member()):
            raise Refused("federation_is_nation")
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {shared.SCHEMA}")
        if shared.is_there(connection, shared.named("state")) and copies.is_stale(connection):
            connection.exec_driver_sql(f"DROP SCHEMA {shared.SCHEMA} CASCADE")  # copies of another schema version
            connection.exec_driver_sql(f"CREATE SCHEMA {shared.SCHEMA}")
        shared.described(False).create_all(connection)
        shared.publisher().metadata.create_all(connection)
        connection.execute(delete(shared.publisher()))
        connection.execute(insert(shared.publisher()).values(province_code=province))
        store.note(connection, who, "federate_publish", province)
        return copies.refresh(connection)


def _role(connection: psycopg.Connection, role: str, password: str) -> None:
    """Create or update the account: it may replicate and read the published columns, nothing else of this database."""
    name = sql.Identifier(role)
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    begin = "ALTER ROLE {} " if exists else "CREATE ROLE {} "
    rights = "WITH LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT CONNECTION LIMIT 10 PASSWORD {}"
    connection.execute(sql.SQL(begin + rights).format(name, sql.Literal(_scram(connection, role, password))))
    schema = sql.Identifier(shared.SCHEMA)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, name))
    for table in shared.names():
        columns = sql.SQL(", ").join(map(sql.Identifier, shared.published(table)))
        connection.execute(
            sql.SQL("GRANT SELECT ({}) ON {}.{} TO {}").format(columns, schema, sql.Identifier(table), name)
        )


def _scram(connection: psycopg.Connection, role: str, password: str) -> str:
    """The SCRAM verifier of the password: the password itself is never sent, so it cannot be logged."""
    encrypted = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return encrypted.decode()


def _publication(connection: psycopg.Connection, province: str) -> None:
    """Create the publication of this province's copies (without digests), or set its tables."""
    parts = [
        sql.SQL("{}.{} ({}) WHERE (province_code = {})").format(
            sql.Identifier(shared.SCHEMA),
            sql.Identifier(name),
            sql.SQL(", ").join(map(sql.Identifier, shared.published(name))),
            sql.Literal(province),
        )
        for name in shared.names()
    ]
    name, tables = sql.Identifier(PUBLICATION), sql.SQL(", ").join(parts)
    existing = connection.execute("SELECT 1 FROM pg_publication WHERE pubname = %s", (PUBLICATION,)).fetchone()
    made = "ALTER PUBLICATION {} SET TABLE {}" if existing else "CREATE PUBLICATION {} FOR TABLE {}"
    connection.execute(sql.SQL(made).format(name, tables))


def published(engine: Engine) -> dict | None:
    """How this province shares: code, subscribers and their log backlog (bytes); ``None`` when it does not."""
    with store.reading(engine) as connection:
        province = copies.published_province(connection)
        is_stale = province is not None and copies.is_stale(connection)
    if province is None:
        return None
    query = (
        "SELECT slot_name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint, wal_status"
        " FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database() ORDER BY slot_name"
    )
    with lines.administering(engine) as connection:
        slots = [
            {"slot": name, "is_connected": active, "behind_bytes": behind, "log": status}
            for name, active, behind, status in connection.execute(query).fetchall()
        ]
        return {"province": province, "is_of_another_version": is_stale, "subscribers": slots, "log_kept_for_subscribers": _setting(connection, "max_slot_wal_keep_size")}  # fmt: skip


def leave(engine: Engine, who: str) -> dict:
    """Stop sharing: drop publication, copies, unused slots and the account; ``federation_not_joined`` if not shared."""
    lines.require_postgres(engine)
    with store.reading(engine) as connection:
        province = copies.published_province(connection)
    if province is None:
        raise Refused("federation_not_joined", value=settings.home_province())
    role = sql.Identifier(f"kradan_nation_{province}")
    with lines.administering(engine) as connection:
        connection.execute(sql.SQL("DROP PUBLICATION IF EXISTS {}").format(sql.Identifier(PUBLICATION)))
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE slot_type = 'logical' AND NOT active AND database = current_database() AND slot_name LIKE 'kradan_%'"
        )
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(shared.SCHEMA)))
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
    with store.writing(engine) as connection:
        store.note(connection, who, "federate_leave", province)
    return {"left": province}
