"""First run: the store, the code lists, the reference facts and the demo province, through the loaders."""

from __future__ import annotations

import json
from datetime import date
from functools import cache

from sqlalchemy import Engine, insert, select

from loaders import codes, reference, settings
from loaders.areas import register as areas_register
from loaders.store import connection as store
from loaders.store import tables


@cache
def _catalogue(language: str) -> dict[str, str]:
    return json.loads((settings.DATA / "text" / f"{language}.json").read_text(encoding="utf-8"))


def sentence(problem: dict) -> str:
    """A problem in Thai and English from the text catalogues, for the shell."""
    key, blanks = f"problem_{problem['code']}", dict.fromkeys(("value", "row", "column", "sheet", "suggestion"), "-")
    texts = [_catalogue(language).get(key, problem["code"]).format_map(blanks | problem) for language in ("th", "en")]
    return " | ".join(texts)


def ensure_code_lists(engine: Engine) -> None:
    """Put the shipped agencies, streams and areas into the store; what a person changed there stays."""
    areas_register.ensure(engine)
    with store.writing(engine) as connection:
        known = set(connection.execute(select(tables.agency.c.code)).scalars())
        fields = ("code", "name_th", "name_en", "short_th", "level")
        rows = [{name: entry.get(name) for name in fields} for entry in codes.agencies() if entry["code"] not in known]
        store.insert_rows(connection, tables.agency, rows)
        known = set(connection.execute(select(tables.stream.c.code)).scalars())
        store.insert_rows(
            connection, tables.stream, [_stream(entry) for entry in codes.streams() if entry["code"] not in known]
        )


def _stream(entry: dict) -> dict:
    def day(name: str) -> date | None:
        value = entry.get(name)
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None

    total = entry.get("total_baht")
    return {
        "code": entry["code"],
        "name_th": entry["name_th"],
        "name_en": entry.get("name_en"),
        "owner": entry.get("owner"),
        "kind": entry.get("kind"),
        "is_restricted": entry.get("restricted"),
        "condition_th": entry.get("condition_th"),
        "theme_code": entry.get("theme"),
        "starts_on": day("starts_on"),
        "ends_on": day("ends_on"),
        "total_satang": None if total is None else round(total * 100),
    }


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
