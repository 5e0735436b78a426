"""A province with a SQLite store joins by its public package, fetched over HTTPS and replaced as a whole.

The package is what ``python -m loaders export FOLDER --as public`` writes; any web host can serve the folder. A timer
repeats the command. When the province cannot be reached, its rows stay and it is shown as not answering.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urljoin, urlsplit

from sqlalchemy import Engine, delete, insert, select, update

from loaders import store
from loaders.exchange import cells
from loaders.exchange.package import DESCRIPTION
from loaders.federation import lines, subscriber
from loaders.fetch import web
from loaders.fetch.sources import Source
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.shared import copies, nation
from loaders.store.shared import tables as shared

LOOPBACK = ("127.0.0.1", "localhost", "::1")
Rows = dict[int, dict[str, Any]]


def pull(engine: Engine, province: str, address: str, who: str) -> dict:
    """Fetch a province's public package and replace the former one; returns rows by table.

    Raises ``Refused``: those of :func:`loaders.fetch.web.fetch`, ``federation_package`` (not a public package, or
    damaged), ``federation_other_version``, ``federation_other_province``, ``federation_demo_beside_real``,
    ``federation_is_province``, ``federation_joined`` (it joined by another way).
    """
    lines.require_postgres(engine)
    lines.check_province(province)
    member = _way(engine, province)
    if member not in (None, "package"):
        raise Refused("federation_joined", value=province)
    try:
        package = _described(address)
        if package["schema_version"] != tables.SCHEMA_VERSION:
            other = str(package["schema_version"])
            raise Refused("federation_other_version", value=other, suggestion=str(tables.SCHEMA_VERSION))
        rows = _rows(address, package, province)
    except Refused:
        _answered(engine, province, "no")
        raise
    if member is None:
        subscriber.prepare(engine, province, {"version": shared.VERSION, "holds": package["holds"]}, who)
        subscriber.make_parts(engine, province)
    money = [row["amount_satang"] for row in rows["support"].values() if row["amount_satang"] is not None]
    rows["state"] = {1: {"version": shared.VERSION, "holds": package["holds"], "data_version": package["version"],
                         "as_of": package["as_of"], "records": len(rows["support"]), "amount_satang": sum(money)}}  # fmt: skip
    with store.writing(engine) as connection:
        for name, content in rows.items():
            table = shared.named(name, is_partitioned=True)
            connection.execute(delete(table).where(table.c.province_code == province))
            if content:
                connection.execute(
                    insert(table), [{"province_code": province, "id": key} | row for key, row in content.items()]
                )
    subscriber.remember(engine, province, "package", address)
    return {
        "province": province,
        "as_of": package["as_of"],
        "rows": {name: len(content) for name, content in rows.items()},
    }


def _way(engine: Engine, province: str) -> str | None:
    with store.reading(engine) as connection:
        if not nation.is_nation(connection):
            return None
        member = shared.member()
        return connection.execute(select(member.c.way).where(member.c.province_code == province)).scalar()


def _answered(engine: Engine, province: str, answer: str) -> None:
    if _way(engine, province) is None:
        return
    member = shared.member()
    with store.writing(engine) as connection:
        connection.execute(update(member).where(member.c.province_code == province).values(answered=answer))


def _fetch(address: str) -> bytes:
    """One file of a package within the limits of :mod:`loaders.fetch.web`; private addresses are allowed.

    Plain http only to this machine.
    """
    source = Source("pull", "https", "", url=address, private=True, plain=urlsplit(address).hostname in LOOPBACK)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "part"
        web.fetch(source, target)
        return target.read_bytes()


def _described(address: str) -> dict[str, Any]:
    """Metadata of a package. Only a public one is accepted, because others contain rows that not everybody may see."""
    try:
        package = json.loads(_fetch(_at(address, DESCRIPTION)))
        marks = package["kradan"]
        if marks["viewer"] != "public":
            raise Refused("federation_package", value=str(marks["viewer"]))
        hashes = {resource["name"]: (resource["path"], resource["hash"]) for resource in package["resources"]}
        kinds = {
            resource["name"]: {field["name"]: field["type"] for field in resource["schema"]["fields"]}
            for resource in package["resources"]
        }
        return {"version": package["version"], "hashes": hashes, "kinds": kinds} | {
            name: marks[name] for name in ("schema_version", "province", "holds", "as_of")
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("federation_package", value=address[:120]) from error


def _at(address: str, path: str) -> str:
    return urljoin(address.removesuffix(DESCRIPTION).rstrip("/") + "/", path)


def _rows(address: str, package: dict[str, Any], province: str) -> dict[str, Rows]:
    if package["province"] != province:
        raise Refused("federation_other_province", value=str(package["province"]), suggestion=province)
    by_table: dict[str, Rows] = {}
    for register in shared.REGISTERS:
        columns = ["base", *(column.name for column in shared.columns_of(register)), "is_masked"]
        content = {}
        for row in _table(address, package, tables.REGISTERS[register].name):
            if row.get("province_code") in (None, province):
                content[int(row["id"])] = {"placed_in": row.get("province_code") or shared.NOWHERE} | {
                    name: row.get(name) for name in columns
                }
        by_table[register] = content
    for name in ("report", "due"):
        columns = [column for column in shared.published(name) if column not in shared.KEY]
        listed = [
            {column: row.get(column) for column in columns}
            for row in _table(address, package, name if name == "due" else "reports")
        ]
        by_table[name] = copies.by_content(row for row in listed if str(row["area_code"] or "").startswith(province))
    if "waiting" in package["hashes"]:  # packages of older releases have no table of quarantined rows
        waiting = _table(address, package, "waiting")
        by_table["due"] |= copies.by_content(row for row in waiting if str(row["area_code"]).startswith(province))
    by_table["word"] = copies.by_content(
        {"list": name, "code": row["code"], "name_th": row["name_th"], "name_en": row["name_en"]}
        for name in ("agency", "stream")
        for row in _table(address, package, name)
    )
    return by_table


def _table(address: str, package: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    path, expected = package["hashes"].get(name, (None, None))
    if path is None:
        raise Refused("federation_package", value=name)
    content = _fetch(_at(address, path))
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != expected:
        raise Refused("federation_package", value=name)
    kinds = package["kinds"][name]
    csv.field_size_limit(1 << 27)
    try:
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            yield {column: cells.read(cell, kinds[column]) for column, cell in row.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("federation_package", value=name) from error
