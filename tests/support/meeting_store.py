"""A demo store of a test's own, looked at through the pages' door without a server."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pages.session import cache
from tests.support import served


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Point ``pages.queries.store`` at a store and forget what it had cached."""
    before = {name: os.environ.get(name) for name in ("KRADAN_STORE", "DATABASE_URL")}
    os.environ["KRADAN_STORE"] = str(path)
    os.environ.pop("DATABASE_URL", None)
    cache.clear()
    try:
        yield path
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        cache.clear()


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
