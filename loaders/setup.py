"""First start: the store, the code lists, the reference facts and the demo province, all through the loaders."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select

from loaders import reference, settings, store
from loaders.areas.register import ensure_code_lists
from loaders.problems import Refused
from loaders.store import in_use, tables
from loaders.store.in_use import COMPLETE

CHOSEN = "start_chosen"  # name of the mark in ``setting``


def load_demo_once(wants_demo: bool | None = None) -> dict:
    """Create the store if it does not exist, and load the demo province into a new one.

    ``wants_demo``: true loads it also into a board left empty, false empties the board or leaves it empty; ``None``: a
    new board gets it only when its home province is the demo's. Returns ``demo`` (what was done), ``files`` and
    ``rows``. Raises ``Refused`` (``demo_beside_real``) when a person wants it beside real data.
    """
    from loaders.demo import earlier, write_demo

    engine = store.open_store(create=True)
    ensure_code_lists(engine)
    with store.writing(engine) as connection:
        if wants_demo is not None or os.environ.get("KRADAN_PROVINCE"):
            mark_chosen(connection)
        if (answer := _answer(connection, wants_demo)) is not None:
            return {"demo": answer, "files": 0}
    folder = settings.DATA / "demo" / "files"
    papers = [reference.DIRECTORY / "subdistricts.csv", *write_demo(folder)]
    editions = earlier.write_earlier(folder / "earlier")
    before = [editions.get(path.name, path) for path in papers if path.name != earlier.AFTER]
    after = [path for path in papers if path.name in (earlier.AFTER, *editions)]
    with store.reading(engine) as connection:
        before = [] if earlier.has_met(connection) else before
    try:
        done = _deliver(engine, before)
        with store.writing(engine) as connection:  # files of ``after`` arrive after the meeting
            if not earlier.has_met(connection):
                earlier.meet(connection, settings.home_province())
        done += _deliver(engine, after)
    except Refused as stop:
        if stop.problem.code == "demo_beside_real":  # somebody imported a real file meanwhile
            return {"demo": "real data", "files": 0}
        raise
    with store.writing(engine) as connection:
        connection.execute(insert(tables.setting).values(name=COMPLETE, value=store.now()))
    return {"demo": "loaded", "files": len(done), "rows": sum(done)}


def _deliver(engine: Engine, papers: list[Path]) -> list[int]:
    """Import demo files, each replacing its earlier edition; returns the rows loaded of each."""
    from loaders.imports.ingest import ingest

    done, batch = [], tables.import_batch
    for path in papers:
        with store.reading(engine) as connection:
            same = select(batch.c.id).where(batch.c.file_name == path.name, batch.c.is_demo, batch.c.is_active)
            replaces = list(connection.execute(same).scalars())
        try:
            done.append(ingest(engine, path, who="setup", trusted=True, replaces=replaces).count("loaded"))
        except Refused as stop:
            if stop.problem.code != "file_already_loaded":
                raise
    return done


def _answer(connection: Connection, wants_demo: bool | None) -> str | None:
    """Why nothing is to be loaded; ``None``: the store is for the demo province and not complete yet."""
    batch = tables.import_batch
    invented = select(batch.c.id).where(batch.c.is_demo, batch.c.withdrawn_because.is_distinct_from("replaced"))
    demo = list(connection.execute(invented).scalars())
    kind = in_use.holds(connection)
    if wants_demo and kind != "demo":
        in_use.take_demo(connection, "setup", by_choice=True)
        store.set_active(connection, demo, True, None, "setup")
    elif wants_demo is False and kind != "real":
        store.set_active(connection, demo, False, "by_hand", "setup")
        in_use.hold(connection, "empty")
    elif kind is None:  # the demo is of one province; any other starts empty
        in_use.hold(connection, "demo" if settings.home_province() == settings.FACTS_PROVINCE else "empty")
    if (kind := in_use.holds(connection)) != "demo":
        return {"real": "real data"}.get(str(kind), "left empty")
    complete = connection.execute(select(tables.setting).where(tables.setting.c.name == COMPLETE)).first()
    return "already loaded" if complete else None


def is_chosen(connection: Connection) -> bool:
    """Whether the purpose of the board is chosen: by a person, by a setting, or because it holds real files."""
    table = tables.setting
    is_marked = connection.execute(select(table.c.name).where(table.c.name == CHOSEN)).first() is not None
    is_administered = bool(os.environ.get("KRADAN_PROVINCE") or os.environ.get("DATABASE_URL"))  # by an administrator
    return is_marked or is_administered or in_use.holds(connection) == "real"


def mark_chosen(connection: Connection) -> None:
    """Record that the purpose of the board is chosen, so that the first start does not ask again."""
    table = tables.setting
    if connection.execute(select(table.c.name).where(table.c.name == CHOSEN)).first() is None:
        connection.execute(insert(table).values(name=CHOSEN, value=store.now()))


def begin(engine: Engine, province: str | None, who: str) -> dict:
    """Carry out the choice of the first start: the given province, empty; or (``None``) the demo province.

    Invented data are withdrawn and can be put back. Raises ``Refused`` (``start_not_empty``) when real files are
    active.
    """
    with store.writing(engine) as connection:
        if in_use.has_real(connection):
            raise Refused("start_not_empty")
        mark_chosen(connection)
        store.note(connection, who, "begin", province or "demo")
        store.touch(connection)
    file = settings.province_file()
    if province is None or province == settings.FACTS_PROVINCE:
        file.unlink(missing_ok=True)
    else:
        draft = file.with_suffix(".province-new")
        draft.write_text(province, encoding="ascii")
        draft.replace(file)
    ensure_code_lists(engine)
    return load_demo_once(province is None)


def delete_demo(engine: Engine, who: str) -> dict:
    """Delete the demo province for good, after a backup; returns ``deleted`` (rows by table) and ``kept`` (backup)."""
    from loaders.store import backup, originals

    kept = backup.keep(engine, "before-delete-demo")
    with store.writing(engine) as connection:
        done = in_use.delete_demo(connection, who)
        for digest in done["digests"]:
            originals.drop(connection, digest)
    return {"deleted": done["deleted"], "kept": str(kept)}
