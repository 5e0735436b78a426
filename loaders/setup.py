"""First run: the store, the code lists, the reference facts and the demo province, through the loaders."""

from __future__ import annotations

from sqlalchemy import insert, select

from loaders import reference, settings, store
from loaders.areas.register import ensure_code_lists
from loaders.store import tables


def load_demo_once() -> dict:
    """Make the store if it is not there, and load the demo province into it unless that was done before.

    The mark ``demo_loaded`` is written last; a set-up that was interrupted is taken up where it stopped,
    because a file that is already loaded is refused and passed over.
    """
    from loaders.demo import write_demo
    from loaders.imports.ingest import ingest
    from loaders.problems import Refused

    engine = store.open_store(create=True)
    ensure_code_lists(engine)
    with store.reading(engine) as connection:
        if connection.execute(select(tables.setting).where(tables.setting.c.name == "demo_loaded")).first():
            return {"demo": "already loaded", "files": 0}
    files = [reference.DIRECTORY / "subdistricts.csv", *write_demo(settings.DATA / "demo" / "files")]
    done, rows = 0, 0
    for path in files:
        try:
            ingested = ingest(engine, path, who="setup", trusted=True)
        except Refused as stop:
            if stop.problem.code != "file_already_loaded":
                raise
            continue
        done, rows = done + 1, rows + ingested.count("loaded")
    with store.writing(engine) as connection:
        connection.execute(insert(tables.setting).values(name="demo_loaded", value=store.now()))
    return {"demo": "loaded", "files": done, "rows": rows}
