"""Export and import of the whole store: one CSV per table, ``datapackage.json`` (Frictionless), GeoJSON, 360Giving, 3W.

An administrator's package is complete: it holds every table unmasked and can be loaded into an empty store. Any other
viewer gets what :mod:`loaders.store.read` shows to that viewer; such a package cannot be loaded.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, delete, func, insert, select

from loaders import settings, store
from loaders.decisions import dues
from loaders.exchange import formats as exchange_formats
from loaders.exchange.cells import GUARD, kind_of, read_csv, write_csv
from loaders.imports.review.may_be import waiting_dues
from loaders.problems import Refused
from loaders.store import in_use, tables
from loaders.store.backup import set_sequences
from loaders.store.privacy import Viewer
from loaders.store.shared import tables as shared

COMPLETE = Viewer("admin")
SCHEMA_NAME = "schema_version"
OPEN = ("agency", "stream", "area", "area_event", "local_government", "local_government_area", "import_batch")
CHUNK = 5_000
DESCRIPTION, TABLES, UNFINISHED = "datapackage.json", "tables", ".export-"
OURS = (DESCRIPTION, TABLES, *exchange_formats.FILES)


@cache
def fields() -> dict[str, dict[str, list[str]]]:
    """Titles of tables and columns: ``[Thai, English]``."""
    with (settings.DATA / "schema" / "fields.toml").open("rb") as file:
        return tomllib.load(file)


def export(engine: Engine, folder: Path, *, viewer: Viewer, judge: exchange_formats.Judge | None = None) -> dict:
    """Write the package, one snapshot of the store; returns folder, viewer, data version and rows per table.

    An earlier package there is replaced completely, because it may be another viewer's. Raises ``Refused``
    (``folder_not_empty``) when the folder contains anything else.
    """
    strange = folder.is_dir() and [path for path in folder.iterdir() if not path.name.startswith(UNFINISHED)]
    if strange and not (folder / DESCRIPTION).is_file():
        raise Refused("folder_not_empty", value=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as room:
        done = _write(engine, Path(room), viewer, judge)
        for old in OURS:
            _remove(folder / old)
        for new in Path(room).iterdir():
            shutil.move(new, folder / new.name)
    return {"folder": str(folder)} | done


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write(engine: Engine, folder: Path, viewer: Viewer, judge: exchange_formats.Judge | None) -> dict:
    (folder / TABLES).mkdir()
    with store.reading(engine) as connection:
        resources = _complete(connection, folder) if viewer == COMPLETE else _seen(connection, folder, viewer)
        version, holds = store.data_version(connection), in_use.holds(connection) or "empty"
        changed = connection.execute(select(func.max(tables.audit.c.at))).scalar() or store.now()
        extra = exchange_formats.write_all(connection, folder, viewer, settings.home_province(), judge)
    package = {
        "profile": "tabular-data-package",
        "name": "kradan",
        "title": fields()["tables"]["support"][0],
        "version": version,
        "kradan": {"schema_version": tables.SCHEMA_VERSION, "viewer": viewer.role, "text_guard": GUARD,
                   "province": settings.home_province(), "holds": holds, "as_of": changed},
        "resources": resources,
    }  # fmt: skip
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")
    return {"viewer": viewer.role, "data_version": version,
            "rows": {resource["name"]: resource["rows"] for resource in resources} | extra}  # fmt: skip


def _complete(connection: Connection, folder: Path) -> list[dict]:
    resources = []
    for table in tables.metadata.sorted_tables:
        columns = list(table.c)
        count = write_csv(_path(folder, table.name), [column.name for column in columns], _rows(connection, table))
        described = [_field(column.name, kind_of(column), required=not column.nullable) for column in columns]
        key = [column.name for column in table.primary_key]
        resources.append(_resource(folder, table.name, described, count, key, _references(table)))
    return resources


def _rows(connection: Connection, table: Table) -> Iterator[tuple]:
    """Rows in key order, text compared by bytes, so that both engines write the same file."""
    ordered = [_by_bytes(connection, column) for column in table.primary_key]
    query = select(table).order_by(*ordered)
    if table is tables.setting:  # the revision names this store's state; a store that loads the package gets its own
        query = query.where(table.c.name != "revision")
    result = connection.execution_options(yield_per=CHUNK).execute(query)
    for row in result:
        yield tuple(row)


def _by_bytes(connection: Connection, column: Column) -> ColumnElement:
    is_text = column.type.python_type is str and connection.dialect.name == "postgresql"
    return column.collate("C") if is_text else column


def _seen(connection: Connection, folder: Path, viewer: Viewer) -> list[dict]:
    """Tables as a viewer may see them, read by the same functions as the pages."""
    frames = {name: store.read_table(connection, tables.metadata.tables[name], viewer=viewer) for name in OPEN}
    for register in tables.REGISTERS:
        table = tables.REGISTERS[register]
        frames[register if table is tables.entry else table.name] = store.read_register(
            connection, register, None, viewer=viewer
        )
    frames["reports"] = pd.concat(
        [
            store.read_reports(connection, register, viewer=viewer).assign(register=register)
            for register in tables.REGISTERS
        ]
    )
    frames["due"] = dues.read_dues(connection, viewer=viewer)
    columns = [column for column in shared.published("due") if column not in shared.KEY]
    waiting = waiting_dues(connection, settings.home_province(), viewer=viewer)
    frames["waiting"] = pd.DataFrame(waiting, columns=columns)
    frames["quarantine"] = store.read_table(connection, tables.quarantine, viewer=viewer)
    return [_frame_out(folder, name, frame) for name, frame in frames.items()]


def _frame_out(folder: Path, name: str, frame: pd.DataFrame) -> dict:
    kinds = {column.name: kind_of(column) for table in tables.metadata.sorted_tables for column in table.c}
    kinds |= {"is_masked": "boolean", "is_vacant": "boolean", "is_asked": "boolean", "fiscal_year": "integer"}
    is_whole = [kinds.get(column) == "integer" for column in frame.columns]
    rows = (tuple(map(_plain, row, is_whole)) for row in frame.itertuples(index=False))
    count = write_csv(_path(folder, name), list(frame.columns), rows)
    described = [_field(column, kinds.get(column, "string"), required=False) for column in frame.columns]
    return _resource(folder, name, described, count)


def _plain(value: Any, is_whole: bool) -> object:
    """A cell as a plain value; integers that pandas made float because of missing values become integers again."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if is_whole and isinstance(plain, float) else plain


def _path(folder: Path, name: str) -> Path:
    return folder / TABLES / f"{name}.csv"


def _field(name: str, kind: str, *, required: bool) -> dict:
    titles = fields()["columns"].get(name, [name, name])
    described = {"name": name, "type": kind, "title": titles[0], "title_en": titles[1]}
    return described | ({"constraints": {"required": True}} if required else {})


def _references(table: Table) -> list[dict]:
    return [
        {"fields": [key.parent.name], "reference": {"resource": key.column.table.name, "fields": [key.column.name]}}
        for key in sorted(table.foreign_keys, key=lambda link: link.parent.name)
    ]


def _resource(
    folder: Path, name: str, described: list[dict], rows: int, key: list[str] | None = None, links: list | None = None
) -> dict:
    path = _path(folder, name)
    schema = {"fields": described, "missingValues": [""]}
    schema |= {"primaryKey": key} if key else {}
    schema |= {"foreignKeys": links} if links else {}
    titles = fields()["tables"].get(name, [name, name])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"name": name, "title": titles[0], "title_en": titles[1], "path": f"tables/{name}.csv", "profile": "tabular-data-resource",
            "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "rows": rows, "bytes": path.stat().st_size,
            "hash": f"sha256:{digest}", "schema": schema}  # fmt: skip


def wipe(engine: Engine, who: str) -> dict:
    """Delete all rows after a backup; schema version and the setting ``holds`` remain.

    Returns deleted rows by table (``wiped``) and the backup's file (``kept``).
    """
    from loaders.store import backup

    kept = backup.keep(engine, "before-wipe")
    gone = {}
    with store.writing(engine) as connection:
        kind = "real" if in_use.holds(connection) == "real" or in_use.has_real(connection) else "empty"
        for table in reversed(tables.metadata.sorted_tables):
            query = delete(table) if table.name != "setting" else delete(table).where(table.c.name != SCHEMA_NAME)
            gone[table.name] = connection.execute(query).rowcount
        in_use.hold(connection, kind)
        store.touch(connection)
    return {"wiped": {name: number for name, number in gone.items() if number}, "kept": str(kept), "by": who}


def load(engine: Engine, folder: Path) -> dict:
    """Load a complete package into an empty store, all or nothing; returns rows per table.

    Raises ``Refused``: ``export_missing``, ``export_incomplete`` (not an administrator's, or tables missing),
    ``export_other_version``, ``export_damaged`` (a file has another digest), ``store_not_empty``.
    """
    package = _described(folder)
    with store.writing(engine) as connection:
        _refuse_full(connection)
        connection.execute(delete(tables.setting))
        loaded = {table.name: _load_table(connection, folder, table) for table in tables.metadata.sorted_tables}
        expected = {resource["name"]: resource["rows"] for resource in package["resources"]}
        if loaded != expected:
            raise Refused("export_damaged", value=str(folder))
        set_sequences(connection)
        store.touch(connection)
    return {"loaded": loaded}


def _described(folder: Path) -> dict:
    if not (folder / DESCRIPTION).is_file():
        raise Refused("export_missing", value=str(folder))
    try:
        package = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        marks = package["kradan"]
        hashes = {resource["name"]: resource["hash"] for resource in package["resources"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("export_incomplete", value=str(folder)) from error
    if marks["viewer"] != COMPLETE.role or set(hashes) != set(tables.metadata.tables):
        raise Refused("export_incomplete", value=str(folder))
    if marks["schema_version"] != tables.SCHEMA_VERSION:
        raise Refused("export_other_version", value=str(marks["schema_version"]), suggestion=str(tables.SCHEMA_VERSION))
    for name, expected in hashes.items():
        path = _path(folder, name)
        if not path.is_file() or f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" != expected:
            raise Refused("export_damaged", value=f"tables/{name}.csv")
    return package


def _refuse_full(connection: Connection) -> None:
    for table in tables.metadata.sorted_tables:
        if table.name != "setting" and connection.execute(select(table).limit(1)).first() is not None:
            raise Refused("store_not_empty", value=table.name)


def _load_table(connection: Connection, folder: Path, table: Table) -> int:
    count = 0
    rows = read_csv(_path(folder, table.name), table)
    while block := list(islice(rows, CHUNK)):
        connection.execute(insert(table), block)
        count += len(block)
    return count
