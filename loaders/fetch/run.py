"""Fetch the listed sources and import them: each file replaces its own last edition, or waits for a person's answer."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from loaders import store
from loaders.fetch import web
from loaders.fetch.sources import Source
from loaders.files.guards import max_upload_bytes
from loaders.imports.account import total_facts
from loaders.imports.editions import EditionAsked
from loaders.imports.ingest import Unanswered, ingest
from loaders.problems import Refused
from loaders.store import originals, tables

LOADED, UNCHANGED, ASKED, REFUSED = "loaded", "unchanged", "asked", "refused"
SETTLED_SECONDS = 10  # a file modified more recently may still be written
WHO = "fetch"
TOTAL_UNMET = "fetch_total_unmet"


def fetch_all(engine: Engine, sources: Iterable[Source]) -> Iterator[dict[str, Any]]:
    """Fetch each source; yields per file ``source``, ``state``, and the summary of the import or the problem.

    A file whose control totals are not met is loaded, with ``code`` and the totals under ``unmet``.
    """
    for source in sources:
        if source.kind == "folder":
            yield from _folder(engine, source)
        else:
            yield _web(engine, source)


def _folder(engine: Engine, source: Source) -> Iterator[dict[str, Any]]:
    folder = Path(source.path)
    if not folder.is_dir():
        yield _noted(engine, source.name, REFUSED, {"code": "file_missing", "value": source.path})
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.is_symlink() or not path.is_file():
            continue
        name = f"{source.name}/{path.name}"
        if time.time() - path.stat().st_mtime < SETTLED_SECONDS:
            yield {"source": name, "state": UNCHANGED, "code": "fetch_not_settled"}
        elif path.stat().st_size > max_upload_bytes():
            yield _noted(engine, name, REFUSED, {"code": "fetch_large", "value": f"{max_upload_bytes() >> 20} MB"})
        else:
            yield _taken(engine, source, name, path)


def _web(engine: Engine, source: Source) -> dict[str, Any]:
    before = known(engine, source.name)
    is_settled = before.get("state") in (LOADED, UNCHANGED)
    with tempfile.TemporaryDirectory(prefix="kradan-") as room:
        target = Path(room) / source.name
        try:
            download = web.fetch(source, target, before.get("tag") or "" if is_settled else "")
        except Refused as stop:
            return _noted(engine, source.name, REFUSED, stop.problem.as_dict())
        if not download.is_new:
            return {"source": source.name, "state": UNCHANGED}
        named = target.with_suffix(".xlsx" if target.read_bytes()[:4] == b"PK\x03\x04" else ".csv")
        target.rename(named)
        return _taken(engine, source, source.name, named, download.tag)


def _taken(engine: Engine, source: Source, name: str, path: Path, tag: str = "") -> dict[str, Any]:
    """Import a file unless its digest is that of the last one; a batch that a person withdrew stays withdrawn."""
    digest, before = hashlib.sha256(path.read_bytes()).hexdigest(), known(engine, name)
    if before.get("digest") == digest and before["state"] in (LOADED, UNCHANGED):
        return {"source": name, "state": UNCHANGED}
    more = {"digest": digest, "tag": tag}
    try:
        done = ingest(engine, path, source.base, WHO, province=source.province, replaces=_last(engine, before))
    except (EditionAsked, Unanswered) as stop:  # a person answers on the import page, with the file kept here
        kept = _keep(name, path)
        return _noted(engine, name, ASKED, stop.problem.as_dict() | {"file": str(kept)}, **more)
    except Refused as stop:
        if stop.problem.code == "file_already_loaded":
            batch = int(stop.problem.value or 0)
            return _noted(engine, name, UNCHANGED, stop.problem.as_dict(), batch_id=batch, **more)
        return _noted(engine, name, REFUSED, stop.problem.as_dict(), **more)
    _drop(name, path.suffix)
    unmet = [total_facts(total) for total in done.unmet]
    told = {"code": TOTAL_UNMET, "unmet": unmet} if unmet else {}
    return _noted(engine, name, LOADED, told | {"summary": done.summary(path.name)}, batch_id=done.batch_id, **more)


def _last(engine: Engine, before: dict[str, Any]) -> tuple[int, ...]:
    """The batch of the last edition, while it is active."""
    batch = tables.import_batch
    with store.reading(engine) as connection:
        mine = select(batch.c.id).where(batch.c.id == before.get("batch_id"), batch.c.is_active)
        return tuple(connection.execute(mine).scalars())


def _waiting() -> Path:
    return originals.folder().parent / "fetched"


def _keep(name: str, path: Path) -> Path:
    target = _waiting() / f"{name.replace('/', '-')}{'' if Path(name).suffix else path.suffix}"
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    shutil.copyfile(path, target)
    target.chmod(0o640)
    return target


def _drop(name: str, suffix: str) -> None:
    (_waiting() / f"{name.replace('/', '-')}{'' if Path(name).suffix else suffix}").unlink(missing_ok=True)


def known(engine: Engine, name: str) -> dict[str, Any]:
    """Result of the last fetch of a source; empty when it was never fetched."""
    with store.reading(engine) as connection:
        row = connection.execute(select(tables.fetched).where(tables.fetched.c.name == name)).mappings().first()
    return dict(row) if row else {}


def _noted(engine: Engine, name: str, state: str, facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Store the result of a fetch; digest, tag and batch of the last edition survive a refusal."""
    before = known(engine, name)
    values = {"digest": before.get("digest"), "tag": before.get("tag"), "batch_id": before.get("batch_id")} | more
    problem = str(facts.get("code") or "") or None
    with store.writing(engine) as connection:
        connection.execute(delete(tables.fetched).where(tables.fetched.c.name == name))
        row = {"name": name, "state": state, "problem": problem, "at": store.now(), **values}
        connection.execute(insert(tables.fetched).values(**row))
        if state != UNCHANGED and (state, problem) != (before.get("state"), before.get("problem")):
            store.note(connection, WHO, f"fetch_{state}", f"{name} {problem or ''}".strip())
    return {"source": name, "state": state} | facts
