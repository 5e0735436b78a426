"""A demo store of a test's own, looked at through the pages' door without a server."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from loaders.exchange.tables import Sheet
from pages.components import exports, panels
from pages.queries import store as queries
from pages.session import cache
from tests.support import served
from tests.support.seeds import ROOT

_kept: dict[str, tuple[int, list[tuple[Any, dict]]]] = {}  # kind of store -> generation and results of every function
_looked_at: list[tuple[str, int]] = []  # the kind that is open now, and the generation of its results


def _lay_aside() -> None:
    """Results stand under the store's version, so those of a copy that a test has changed since are not found again."""
    for kind, generation in _looked_at:
        if generation == cache._generation:  # nobody has cleared them meanwhile
            memos = (memo for memo in cache._memos if memo is not queries.engine)
            _kept[kind] = (generation, [(memo, dict(memo.cache)) for memo in memos])
    _looked_at.clear()


def keep_no_more() -> None:
    """What was reckoned so far is kept; from here on the test changes its copy."""
    _lay_aside()


def _take_up(kind: str) -> None:
    cache._generation, results = _kept.get(kind, (cache._generation, []))
    for memo, kept in results:
        memo.cache.update(kept)
    _looked_at.append((kind, cache._generation))


@contextmanager
def opened(path: Path, kept: str | None = None) -> Iterator[Path]:
    """Point ``pages.queries.store`` at a store and forget what it had cached.

    ``kept``: the store is a copy of this kind of ``seeds``, read as the program is, with nothing patched that its results
    come from: what the pages have reckoned from such a copy in this process is taken up again, and stays for the next file.
    """
    before = {name: os.environ.get(name) for name in ("KRADAN_STORE", "DATABASE_URL")}
    os.environ["KRADAN_STORE"] = str(path)
    os.environ.pop("DATABASE_URL", None)
    _lay_aside()
    cache.clear()
    if kept:
        _take_up(kept)
    try:
        yield path
    finally:
        _lay_aside()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        cache.clear()


class Left(NamedTuple):
    """A table as a page has it, and what it offers to save of it."""

    name: str
    frame: pd.DataFrame
    columns: dict[str, str]
    formats: dict[str, Callable[[Any], str]]
    sheet: Sheet


@contextmanager
def tables_kept() -> Iterator[list[Left]]:
    """Every table that the pages run meanwhile offer to save, in their order."""
    left, names, offer, make = [], [], panels.downloads, exports.sheet

    def name_it(frame: pd.DataFrame, name: str, *given: Any) -> None:
        names.append(name)
        offer(frame, name, *given)

    def keep(frame: pd.DataFrame, columns: dict, formats: dict | None = None, *given: Any) -> Sheet:
        left.append(Left(names[-1], frame, columns, formats or {}, make(frame, columns, formats, *given)))
        return left[-1].sheet

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panels, "downloads", name_it)
        patch.setattr(exports, "sheet", keep)
        yield left


def run(view: str, lang: str = "th", folds: Iterable[str] = (), **choices: str) -> AppTest:
    """One run of a view in a session of its own, with these panels unfolded."""
    st.session_state.clear()
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in {"lang": lang, **choices}.items():
        page.query_params[key] = value
    for fold in folds:
        page.session_state[fold] = True
    page._page_hash = calc_hash(view)
    return page.run()


def more_support(path: Path, folder: Path) -> None:
    """New data: one more agency file, which changes the coverage of a subdistrict where nobody was."""
    file = folder / "more.csv"
    heading = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ"
    title = f"ข้อมูลสาธิต{heading.count(',') * ','}"  # a real file would send the demo away
    file.write_text(
        f"{title}\n{heading}\nพอช.,หน้าสตน,หัวไทร,นครศรีธรรมราช,งานใหม่หลังประชุม,123456,2550\n", encoding="utf-8"
    )
    done = served.run_import(path, file, base="codi")
    assert done.returncode == 0, done.stderr


def copied(source: Path, target: Path) -> Path:
    """A copy of a store that is quicker than making one."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
    return target
