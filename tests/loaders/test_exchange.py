"""Everything out and in again: the same state; formats of others; cells that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from loaders import __main__ as shell
from loaders import store
from loaders.exchange import cells as exchange_cells
from loaders.exchange import formats as exchange_formats
from loaders.exchange import package as exchange_package
from loaders.imports.ingest import ingest
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, PUBLIC, Viewer
from tests.support import postgres, seeds
from tests.support.stores import add_batch, support_rows

WHOLE = pytest.StashKey[dict[str, Path]]()
NASTY = [
    "=1+1",
    "+66",
    "-",
    "@x",
    "\tx",
    "\rx",
    "\nx",
    "'",
    "''=1",
    "",
    " ",
    "ตำบล",
    'a"b,c\r\nd',
    "0812",
    "\u200b",
    "true",
    "1e5",
    "ำ",
]


def files(folder) -> dict[str, bytes]:
    """What was written, but for the name of the state, which every store gives itself."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: re.sub(rb'"version": "[0-9a-f]{8}"', b"", content) for name, content in found.items()}


@pytest.fixture
def whole(board, tmp_path, tmp_path_factory, request) -> Path:
    """The whole package of ``board`` as every test finds it: exported once for each kind of store, copied."""
    exported = request.session.stash.setdefault(WHOLE, {})
    if (kind := board.dialect.name) not in exported:
        exported[kind] = tmp_path_factory.mktemp("whole") / "out"
        exchange_package.export(board, exported[kind], viewer=exchange_package.COMPLETE)
    return shutil.copytree(exported[kind], tmp_path / "whole")


@pytest.fixture
def nasty(board):
    """Text that spreadsheets run, empty text beside no text, extreme numbers."""
    with store.writing(board) as connection:
        batch = add_batch(connection)
        rows = [
            row | {"activity": text, "sheet": text}
            for row, text in zip(support_rows(batch, len(NASTY)), NASTY, strict=True)
        ]
        rows += [support_rows(batch, 1)[0] | {"activity": None, "amount_satang": -(2**62), "starts_on": date(1, 1, 1)}]
        store.insert_rows(
            connection,
            tables.support,
            [{"activity": None, "amount_satang": None, "starts_on": None} | row for row in rows],
        )
        values = [0.1 + 0.2, -1e300, 5e-324, 123456789.123456789, None]
        indicator = {"batch_id": batch, "sheet": "s", "row": 1, "indicator_code": "x"}
        store.insert_rows(connection, tables.indicator_value, [indicator | {"value": value} for value in values])
        store.finish_batch(connection, batch)
    return board


def test_export_wipe_load_gives_the_same_tables(nasty, tmp_path):
    exchange_package.export(nasty, tmp_path / "one", viewer=exchange_package.COMPLETE)
    done = exchange_package.wipe(nasty, "tester")
    with store.reading(nasty) as connection:
        counts = {table.name: store.count(connection, table) for table in tables.metadata.sorted_tables}
    assert {name: number for name, number in counts.items() if number} == {
        "setting": 3
    }  # the version, and that it is for real data
    assert done["wiped"]["support"] == len(NASTY) + 3
    exchange_package.load(nasty, tmp_path / "one")
    exchange_package.export(nasty, tmp_path / "two", viewer=exchange_package.COMPLETE)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    with store.writing(nasty) as connection:
        assert add_batch(connection) == 16  # keys go on where they stopped


def test_sqlite_to_postgresql_and_back(postgres_socket, tmp_path):
    first = store.open_store(f"sqlite:///{seeds.copied('filled', tmp_path / seeds.NAME)}")
    exchange_package.export(first, tmp_path / "one", viewer=exchange_package.COMPLETE)
    with postgres.database(postgres_socket) as other:
        second = store.open_store(other, create=True)
        exchange_package.load(second, tmp_path / "one")
        exchange_package.export(second, tmp_path / "two", viewer=exchange_package.COMPLETE)
        second.dispose()
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.parametrize("viewer", [exchange_package.COMPLETE, PUBLIC], ids=lambda viewer: viewer.role)
def test_the_package_describes_itself(nasty, tmp_path, viewer):
    done = exchange_package.export(nasty, tmp_path / "out", viewer=viewer)
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"] == done["data_version"]
    is_whole = viewer == exchange_package.COMPLETE
    assert not is_whole or {resource["name"] for resource in package["resources"]} == set(tables.metadata.tables)
    kinds = {"string": str, "integer": lambda cell: int(cell), "number": float, "boolean": {"true": 1, "false": 0}.__getitem__,
             "date": date.fromisoformat}  # fmt: skip
    for resource in package["resources"]:
        with (tmp_path / "out" / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        described = resource["schema"]["fields"]
        assert len(rows) == resource["rows"], resource["name"]
        for field in described:
            cells = [row[field["name"]] for row in rows]
            required = field.get("constraints", {}).get("required", False)
            assert not (required and "" in cells), field
            for cell in filter(None, cells):
                kinds[field["type"]](cell)  # a cell of another kind fails here
        key = resource["schema"].get("primaryKey", [])
        assert bool(key) == is_whole
        assert not key or len({tuple(row[name] for name in key) for row in rows}) == len(rows)


def test_every_table_and_column_of_ours_has_a_thai_title():
    titles = exchange_package.fields()
    assert set(tables.metadata.tables) <= set(titles["tables"]), set(tables.metadata.tables) - set(titles["tables"])
    columns = {column.name for table in tables.metadata.sorted_tables for column in table.c}
    assert columns <= set(titles["columns"]), columns - set(titles["columns"])
    for thai, english in [*titles["tables"].values(), *titles["columns"].values()]:
        assert any("\u0e00" <= mark <= "\u0e7f" for mark in thai)
        assert english.isascii()


@given(
    some.one_of(some.none(), some.text(alphabet=some.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
)
def test_any_text_comes_back_and_no_cell_is_a_formula(text):
    cell = exchange_cells.written(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert exchange_cells.read(cell, "string") == text


@pytest.mark.parametrize(("value", "kind"), [(-5, "integer"), (0.1, "number"), (True, "boolean"), (False, "boolean"), (None, "integer"),
                                             (date(2007, 2, 26), "date"), (None, "boolean")])  # fmt: skip
def test_other_cells_come_back(value, kind):
    assert exchange_cells.read(exchange_cells.written(value), kind) == value


def test_a_package_is_only_loaded_whole_into_an_empty_store(board, whole, url, tmp_path):
    exchange_package.export(board, tmp_path / "public", viewer=PUBLIC)
    exchange_package.export(board, tmp_path / "team", viewer=Viewer("data"))
    empty = store.open_store(url, create=True)

    def refused(engine, folder) -> str:
        with pytest.raises(Refused) as stop:
            exchange_package.load(engine, folder)
        return stop.value.problem.code

    assert refused(board, tmp_path / "whole") == "store_not_empty"
    assert refused(empty, tmp_path / "public") == refused(empty, tmp_path / "team") == "export_incomplete"
    assert refused(empty, tmp_path / "nothing") == "export_missing"
    path = tmp_path / "whole" / "tables" / "support.csv"
    kept = path.read_bytes()
    path.write_bytes(kept[:-20])
    assert refused(empty, tmp_path / "whole") == "export_damaged"
    path.write_bytes(kept)
    description = tmp_path / "whole" / "datapackage.json"
    package = json.loads(description.read_text(encoding="utf-8"))
    package["kradan"]["schema_version"] += 1
    description.write_text(json.dumps(package), encoding="utf-8")
    assert refused(empty, tmp_path / "whole") == "export_other_version"
    with store.reading(empty) as connection:
        assert store.count(connection, tables.import_batch) == 0


def test_an_export_replaces_an_earlier_one_as_a_whole_and_nothing_else(board, whole, tmp_path):
    assert (whole / "tables" / "audit.csv").exists()
    exchange_package.export(board, whole, viewer=PUBLIC)
    exchange_package.export(board, tmp_path / "fresh", viewer=PUBLIC)
    assert files(whole) == files(tmp_path / "fresh")
    assert not list(tmp_path.rglob(".export*"))
    (tmp_path / "stopped" / ".export-left").mkdir(parents=True)  # a run that was ended in the middle
    exchange_package.export(board, tmp_path / "stopped", viewer=PUBLIC)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(Refused) as stop:
        exchange_package.export(board, tmp_path / "mine", viewer=PUBLIC)
    assert stop.value.problem.code == "folder_not_empty"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def rows_of(path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_grants_as_360giving(whole):
    rows = rows_of(whole / "support_360giving.csv")
    assert [row["Amount Awarded"] for row in rows] == ["50000.00", "12500.00"]
    assert [row["Award Date"] for row in rows] == ["2006-11-15", "2006-10-01"]
    assert rows[0]["Amount Disbursed"] == "25000.50"
    assert {row["Currency"] for row in rows} == {"THB"}
    needed = [
        "Identifier",
        "Title",
        "Description",
        "Recipient Org:Identifier",
        "Recipient Org:Name",
        "Funding Org:Identifier",
        "Funding Org:Name",
    ]
    assert all(row[name] for row in rows for name in needed)
    assert len({row["Identifier"] for row in rows}) == len(rows)


@pytest.mark.parametrize("has_tags", [True, False])
def test_3w_out_and_in_again(board, whole, tmp_path, has_tags):
    path = whole / "support_3w.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    assert lines[1].startswith("#org+funder,#org+impl,#sector")
    sent = tmp_path / f"sent-{has_tags}.csv"
    sent.write_text("".join(lines if has_tags else [lines[0], *lines[2:]]), encoding="utf-8")
    with store.writing(board) as connection:
        store.set_active(connection, [1], False, "by_hand", "tester")
    done = ingest(board, sent, who="tester", trusted=True)
    assert (done.count("loaded"), done.count("quarantined"), done.satang("loaded")) == (2, 0, 6_250_000)
    with store.reading(board) as connection:
        frame = store.read_support(connection, "80", viewer=DATA_TEAM)
    assert frame["agency_code"].tolist() == ["codi", "nhso"]
    assert frame["theme_code"].tolist() == ["welfare_fund", "health"]
    assert frame["subdistrict_code"].tolist() == ["800106", "800106"]


def test_satang_become_baht_exactly():
    for satang, text in (
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (123456789012345678, "1234567890123456.78"),
        (pd.NA, None),
    ):
        assert exchange_formats.baht(satang) == text


def test_subdistricts_as_geojson(whole):
    found = json.loads((whole / "subdistricts.geojson").read_text(encoding="utf-8"))
    by_code = {feature["id"]: feature for feature in found["features"]}
    assert len(by_code) == 170
    here = by_code["800106"]["properties"]
    assert (here["records"], here["amount_baht"], here["pcode"]) == (2, "62500.00", "TH800106")
    assert by_code["800107"]["properties"]["amount_baht"] is None
    for feature in found["features"]:
        longitude, latitude = feature["geometry"]["coordinates"]
        assert 99 < longitude < 101
        assert 7 < latitude < 10


def test_the_command_line_exports_wipes_and_loads(board, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", board.url.render_as_string(hide_password=False))
    assert shell.main(["export", str(tmp_path / "out")]) == 0
    points = json.loads((tmp_path / "out" / "subdistricts.geojson").read_text(encoding="utf-8"))["features"]
    said = [point["properties"] for point in points]
    assert {one["coverage_status"] for one in said} == {"covered", "not_reported"}  # nobody said that the file is all
    assert any(one["baht_by_year"] for one in said) and all(len(one["coverage_status_by_year"]) for one in said)
    assert shell.main(["wipe"]) == 2
    assert "wipe_not_confirmed" in capsys.readouterr().err
    assert shell.main(["wipe", "--yes"]) == 0
    assert shell.main(["load", str(tmp_path / "out")]) == 0
    assert shell.main(["load", str(tmp_path / "out")]) == 2
    assert "store_not_empty" in capsys.readouterr().err
    assert shell.main(["templates", str(tmp_path / "templates")]) == 0
    assert len(json.loads(capsys.readouterr().out.splitlines()[-1])["files"]) == len(tables.REGISTERS)
    assert shell.main(["due", "codi", "plan", "2007-03-01", "--district", "8001"]) == 0
    assert shell.main(["tracker", "--today", "2007-03-09"]) == 0
    assert shell.main(["share", "plan", "codi", "private"]) == 0
    assert shell.main(["upgrade"]) == 0
