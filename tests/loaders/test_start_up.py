"""What a small command loads before it answers: modules, not seconds, so that a busy machine does not matter."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.places.gazetteer import Gazetteer, nation
from loaders.places.matcher import Places, Written
from loaders.places.text import name_key, plain
from tests.conftest import ROOT

GEOMETRY = {"geopandas", "pyogrio", "shapely", "pyproj", "geo"}
DATABASE = {"sqlalchemy", "alembic", "psycopg"}
FRAMES = {"pandas", "numpy", "pyarrow"}
REST = {"matplotlib", "folium", "streamlit", "openpyxl", "xlsxwriter", "python_calamine", "loaders.demo"}
IMPORTING = {"loaders.imports", "loaders.store.tables", "loaders.sheets.read"}
LATER = {
    "loaders.imports.give_back",
    "loaders.imports.review",
    "loaders.exchange",
    "loaders.tracker",
    "loaders.boundaries",
}
SPEC = """code = "toy"
unit = "code"
[[criterion]]
code = "a"
[[criterion]]
code = "b"
"""
HEADING = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ"
SHEET = f"{HEADING}\nพอช.,ท่าดี,ลานสกา,นครศรีธรรมราช,อบรม,1000,2550\n"
CODE = """
import json, runpy, sys
sys.argv = json.loads(sys.argv[1])
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert not end.code, end.code
finally:
    with open("modules.json", "w") as out:
        json.dump(sorted(sys.modules), out)
"""


def loaded(folder, *arguments: str) -> set[str]:
    """Modules that a command has loaded at its end."""
    (folder / "small.csv").write_text(SHEET, encoding="utf-8")
    (folder / "spec.toml").write_text(SPEC, encoding="utf-8")
    (folder / "units.csv").write_text("code,a,b\nx,1,2\ny,2,4\nz,5,3\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"PYTHONPATH": str(ROOT), "KRADAN_STORE": str(folder / "kradan.sqlite"), "KRADAN_NO_SHARED": "1"}
    environment["KRADAN_BOUNDARIES_DIR"] = str(folder / "boundaries")
    command = [sys.executable, "-c", CODE, json.dumps(arguments)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(json.loads((folder / "modules.json").read_text()))


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (("loaders", "--help"), GEOMETRY | DATABASE | FRAMES | REST | {"geothai"}),
        (("loaders", "import", "--help"), GEOMETRY | DATABASE | FRAMES | REST | {"geothai"}),
        (("loaders", "match", "small.csv", "out.csv"), GEOMETRY | DATABASE | REST | IMPORTING),
        (("loaders", "import", "small.csv", "--confirm"), GEOMETRY | REST | {"alembic", "psycopg"} | LATER),
        (
            ("geo", "rank", "spec.toml", "units.csv", "ranked.csv"),
            GEOMETRY - {"geo"} | DATABASE | REST | {"scipy.stats"},
        ),
    ],
)
def test_a_small_command_loads_only_what_it_needs(tmp_path, arguments, unwanted):
    assert unwanted & loaded(tmp_path, *arguments) == set()


def test_only_the_provinces_that_a_file_names_are_worked_out():
    book = Gazetteer()
    places = Places(book, home="80")
    assert places.match(Written("ท่าดี", "ลานสกา")).subdistrict_code == "800303"
    assert book._indexed == {"80"}


@given(st.permutations(["10", "80", "90", "27", "38"]))
@settings(max_examples=5, deadline=None)
def test_the_order_in_which_provinces_are_asked_for_changes_nothing(order):
    book = Gazetteer()
    for province in order:
        book._index(province)
    for province in order:
        for code in book.districts_of[province]:
            key = name_key(plain(book.areas[code].name_th))
            assert book.district(0, province, key) == nation().district(0, province, key)
            assert code in book.district_anywhere(key) | book.district(0, province, key)
            for place in book.subdistricts_of[code]:
                key = name_key(plain(book.areas[place].name_th))
                assert book.subdistrict(0, code, key) == nation().subdistrict(0, code, key)


def test_health_of_a_store_without_a_boundary_file_loads_no_frames(tmp_path):
    loaded(tmp_path, "loaders", "import", "small.csv", "--confirm")
    assert (GEOMETRY | FRAMES | REST | {"alembic"}) & loaded(tmp_path, "loaders", "health") == set()
