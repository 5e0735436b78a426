"""First run: the store, the code lists, the reference facts and the demo province, through the loaders."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, select

from loaders import reference, settings, store
from loaders.areas.register import ensure_code_lists
from loaders.store import in_use, tables
from loaders.store.in_use import COMPLETE


def load_demo_once(wanted: bool | None = None) -> dict:
    """Make the store if it is not there, and load the demo province into a new one.

    ``wanted``: true puts it also on a board that was left empty, false leaves or makes the board empty; without a wish a
    new board of the demo's own province gets it, one of another province begins empty. A store that
    holds real data gets none: ``Refused`` (``demo_beside_real``) where a person asks for it.
    """
    from loaders.demo import write_demo
    from loaders.imports.ingest import ingest
    from loaders.problems import Refused

    engine = store.open_store(create=True)
    ensure_code_lists(engine)
    with store.writing(engine) as connection:
        if (answer := _answer(connection, wanted)) is not None:
            return {"demo": answer, "files": 0}
    files = [reference.DIRECTORY / "subdistricts.csv", *write_demo(settings.DATA / "demo" / "files")]
    done, rows = 0, 0
    for path in files:
        try:
            ingested = ingest(engine, path, who="setup", trusted=True)
        except Refused as stop:
            if stop.problem.code == "demo_beside_real":  # somebody imported a real file meanwhile
                return {"demo": "real data", "files": done}
            if stop.problem.code != "file_already_loaded":
                raise
            continue
        done, rows = done + 1, rows + ingested.count("loaded")
    with store.writing(engine) as connection:
        connection.execute(insert(tables.setting).values(name=COMPLETE, value=store.now()))
    return {"demo": "loaded", "files": done, "rows": rows}


def _answer(connection: Connection, wanted: bool | None) -> str | None:
    """Why nothing is to be loaded; ``None``: the store is for the demo province, which is not all there."""
    batch = tables.import_batch
    demo = list(connection.execute(select(batch.c.id).where(batch.c.is_demo)).scalars())
    kind = in_use.holds(connection)
    if wanted and kind != "demo":
        in_use.take_demo(connection, "setup", by_choice=True)
        store.set_active(connection, demo, True, None, "setup")
    elif wanted is False and kind != "real":
        store.set_active(connection, demo, False, "by_hand", "setup")
        in_use.hold(connection, "empty")
    elif kind is None:  # the demo is of one province; a board of another begins empty
        in_use.hold(connection, "demo" if settings.home_province() == settings.FACTS_PROVINCE else "empty")
    if (kind := in_use.holds(connection)) != "demo":
        return {"real": "real data"}.get(str(kind), "left empty")
    complete = connection.execute(select(tables.setting).where(tables.setting.c.name == COMPLETE)).first()
    return "already loaded" if complete else None


def delete_demo(engine: Engine, who: str) -> dict:
    """Delete the demo province for good; the state before is kept as a backup. Returns rows by table and the backup."""
    from loaders.store import backup, originals

    kept = backup.keep(engine, "before-delete-demo")
    with store.writing(engine) as connection:
        done = in_use.delete_demo(connection, who)
        for digest in done["digests"]:
            originals.drop(connection, digest)
    return {"deleted": done["deleted"], "kept": str(kept)}
