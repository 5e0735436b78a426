"""The commands people script: exit codes, summaries, accounts to the satang, refusals with a reason."""

from __future__ import annotations

import json
import os
import shutil

import pandas as pd
import pytest

from loaders import __main__ as shell
from loaders import store
from loaders.match import match_file
from loaders.store.privacy import DATA_TEAM
from tests.conftest import SHARED
from tests.support import served, warm

AGENCY_FILES = SHARED / "agency_files"
BUDGET = AGENCY_FILES / "02f_derived_budget2565_nst_lines_with_code.csv"
HEADING = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ\n"


@pytest.fixture
def empty_store(tmp_path):
    return served.make_store(tmp_path / "store" / "kradan.sqlite", demo=False)


loaders = served.run_loaders


def at_a_shell(store_path, *arguments, **environment):
    """By a process of its own, with its start, its streams and its exit code; ``loaders`` is what that process does."""
    settings = {**os.environ, "KRADAN_STORE": str(store_path), **environment}
    settings.pop("DATABASE_URL", None)
    return warm.run("loaders", *arguments, environment=settings, timeout=180)


def adds_up(summary: dict) -> bool:
    rows = summary["rows_in"] == summary["loaded"] + summary["quarantined"] + summary["excluded"]
    baht = [round(summary[f"baht_{name}"] * 100) for name in ("in", "loaded", "quarantined", "excluded")]
    return rows and baht[0] == sum(baht[1:])


def support(store_path) -> pd.DataFrame:
    with store.reading(store.open_store(f"sqlite:///{store_path}")) as connection:
        return store.read_support(connection, "80", viewer=DATA_TEAM)


def test_the_real_budget_lines_are_placed_right_and_nothing_is_lost(empty_store):
    done = at_a_shell(empty_store, "import", BUDGET, "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == 3
    assert summary["rows_in"] == 239
    assert summary["placed"] >= 238
    assert adds_up(summary)
    truth = pd.read_csv(BUDGET, dtype=str, keep_default_na=False)
    truth.index = truth.index + 2  # the row a spreadsheet shows
    loaded = support(empty_store).set_index("row")
    assert list(loaded["subdistrict_code"]) == list(truth.loc[loaded.index, "true_code"])
    assert list(loaded["fiscal_year"]) == list(truth.loc[loaded.index, "fy"].astype(int))
    written = truth.loc[loaded.index, "amount"].str.replace(",", "").astype(float).mul(100).round().astype("int64")
    assert list(loaded["amount_satang"]) == list(written)


def test_the_national_budget_book_keeps_account_of_every_line(empty_store):
    done = loaders(empty_store, "import", AGENCY_FILES / "02a_budget2565_agriculture_2022-3-4.csv", "--json")
    summary = json.loads(done.stdout)
    assert summary["rows_in"] == 3897
    assert adds_up(summary)
    assert summary["loaded"] >= 50
    assert set(summary["excluded_by_reason"]) == {"no_place_named", "outside_province"}
    placed = support(empty_store)
    assert placed["province_code"].eq("80").all()


def test_households_hit_by_disaster_are_community_data(empty_store):
    done = loaders(empty_store, "import", AGENCY_FILES / "08_ddpm_affected_households_2567_by_tambon.json", "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == 0
    assert (summary["rows_in"], summary["loaded"], summary["excluded"]) == (6967, 165, 6802)
    with store.reading(store.open_store(f"sqlite:///{empty_store}")) as connection:
        values = store.read_register(connection, "indicator", "80", viewer=DATA_TEAM).set_index("subdistrict_code")[
            "value"
        ]
    assert values["801409"] == 869


def test_the_first_real_file_withdraws_the_invented_ones_and_they_can_come_back(tmp_path):
    path = served.make_store(tmp_path / "kradan.sqlite", demo=True)
    assert support(path)["is_demo"].all()
    summary = json.loads(loaders(path, "import", BUDGET, "--json").stdout)
    assert summary["demo_withdrawn"] >= 10
    assert not support(path)["is_demo"].any()
    assert loaders(path, "withdraw", summary["batch"]).returncode == 0
    assert support(path).empty
    assert loaders(path, "restore-batch", summary["batch"]).returncode == 0
    assert len(support(path)) == summary["loaded"]


def test_a_dry_run_stores_nothing(empty_store):
    assert loaders(empty_store, "import", BUDGET, "--dry-run").returncode == 3
    assert support(empty_store).empty


def test_the_same_file_twice_is_refused(empty_store):
    loaders(empty_store, "import", BUDGET)
    again = loaders(empty_store, "import", BUDGET)
    assert again.returncode == 2
    assert json.loads(again.stderr)["code"] == "file_already_loaded"
    assert len(support(empty_store)) == 237


REFUSED = {
    "picture.xlsx": (b"\x89PNG\r\n\x1a\n" + b"0" * 200, "file_kind_unsupported"),
    "empty.csv": (b"", "file_empty"),
    "encrypted.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 480 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024,
        None,
    ),
    "columns.csv": ("สี,ขนาด\nแดง,12\nเขียว,14\n".encode(), "columns_not_understood"),
    "half.xlsx": (b"PK\x03\x04" + b"\x14\0\0\0\x08\0" + b"x" * 300, None),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_table_is_refused_with_a_reason_in_both_languages(empty_store, tmp_path, name):
    content, code = REFUSED[name]
    file = tmp_path / name
    file.write_bytes(content)
    done = loaders(empty_store, "import", file)
    assert done.returncode == 2
    answer = json.loads(done.stderr)
    assert code is None or answer["code"] == code
    thai, _, english = answer["message"].partition(" | ")
    assert thai != answer["code"]
    assert english
    assert "Traceback" not in done.stderr


DOUBTFUL = {
    "unknown name": ("พมจ.,บ้านไม่มีจริง,ลานสกา,นครศรีธรรมราช,งาน,1000,2550", "place_not_found"),
    "amount is text": ("พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,งาน,ประมาณพันบาท,2550", "amount_not_a_number"),
    "ambiguous": ("พมจ.,ปากแพรก,,นครศรีธรรมราช,งาน,1000,2550", "place_ambiguous"),
    "impossible year": ("พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,งาน,1000,ปีหน้า", "fiscal_year_not_read"),
}


@pytest.mark.parametrize("kind", sorted(DOUBTFUL))
def test_a_doubtful_row_waits_and_the_rest_is_loaded(empty_store, tmp_path, kind):
    line, code = DOUBTFUL[kind]
    file = tmp_path / "rows.csv"
    file.write_text(HEADING + "พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,งาน,500,2550\n" + line + "\n", encoding="utf-8")
    done = loaders(empty_store, "import", file)
    summary = json.loads(done.stdout)
    assert done.returncode == 3
    assert (summary["loaded"], summary["quarantined"]) == (1, 1)
    assert adds_up(summary)
    assert summary["problems"][code] == 1


def test_an_unknown_code_waits(empty_store, tmp_path):
    file = tmp_path / "codes.csv"
    file.write_text(
        "รหัสตำบล,หน่วยงาน,งบประมาณ,ปีงบประมาณ\n800303,พมจ.,100,2550\n809999,พมจ.,200,2550\n", encoding="utf-8"
    )
    done = loaders(empty_store, "import", file)
    summary = json.loads(done.stdout)
    assert done.returncode == 3
    assert summary["problems"]["place_code_unknown"] == 1
    assert summary["baht_quarantined"] == 200


@pytest.mark.parametrize(
    ("name", "content", "options", "code"),
    [
        ("a.csv", b"", [], "file_empty"),
        ("a.csv", "ตำบล,อำเภอ\n".encode(), ["--subdistrict", "หมู่"], "match_column_missing"),
        ("a.csv", b"a,b\n1,2\n", [], "match_no_place_column"),
        ("a.csv", b"%PDF-1.7 x", [], "file_kind_unsupported"),
        ("a.csv", b"\x00\x01\xfe" * 900, [], "file_not_a_table"),
        ("a.csv", b"[1, 2]", [], "match_needs_csv"),
        (".", None, [], "file_unreadable"),
        ("none.csv", None, [], "file_unreadable"),
    ],
)
def test_match_refuses_in_words_and_never_with_a_traceback(tmp_path, name, content, options, code):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = loaders(tmp_path / "s.sqlite", "match", tmp_path / name, tmp_path / "out.csv", *options)
    assert done.returncode == 2
    assert json.loads(done.stderr)["code"] == code
    assert not (tmp_path / "out.csv").exists()


def test_match_says_when_the_result_cannot_be_written(tmp_path):
    (tmp_path / "a.csv").write_text("ตำบล,อำเภอ\nท่าศาลา,ท่าศาลา\n", encoding="utf-8")
    done = loaders(tmp_path / "s.sqlite", "match", tmp_path / "a.csv", tmp_path / "no" / "out.csv")
    assert (done.returncode, json.loads(done.stderr)["code"]) == (2, "match_out_not_written")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp874", "utf-16"])
@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("ตำบล\tอำเภอ\tจังหวัด", "ปากแพรก\tทุ่งสง\tนครศรีธรรมราช"),
        ("ตำบล|อำเภอ", "ปากแพรก|ทุ่งสง"),
        ("บันทึก", "ประชุมที่ ตำบลปากแพรก อำเภอทุ่งสง จังหวัดนครศรีธรรมราช"),
        ("บันทึก,ก", "ประชุมที่ ตำบลปากแพรก อำเภอทุ่งสง จังหวัดนครศรีธรรมราช,1"),
        ("tambon;amphoe", "Pak Phraek;Thung Song"),
    ],
)
def test_match_finds_its_columns_in_any_writing(tmp_path, encoding, heading, written):
    (tmp_path / "a.csv").write_bytes(f"{heading}\n{written}\n".encode(encoding))
    match_file(tmp_path / "a.csv", tmp_path / "out.csv")
    assert ",800901," in (tmp_path / "out.csv").read_text(encoding="utf-8").translate(str.maketrans("\t|;", ",,,"))


def test_match_adds_codes_and_keeps_every_row(tmp_path, empty_store):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("ตำบล,อำเภอ,จังหวัด\nต.ปากแพรก,อ.ทุ่งสง,นครศรีธรรมราช\nปากแพรก,,นครศรีธรรมราช\n", encoding="utf-8")
    assert loaders(empty_store, "match", source, target).returncode == 0
    rows = pd.read_csv(target, dtype=str, keep_default_na=False)
    assert list(rows["accepted"]) == ["true", "false"]
    assert rows.loc[0, "subdistrict_code"] == "800901"
    assert set(rows.loc[1, "candidates"].split("|")) == {"800901", "801217"}


def test_boundaries_says_which_file_is_in_use_and_refuses_a_bad_one(tmp_path, empty_store):
    status = json.loads(loaders(empty_store, "boundaries", "--status").stdout)
    assert status["subdistricts"] == 170
    bad = tmp_path / "districts.geojson"
    bad.write_bytes((SHARED / "boundaries" / "nst_adm2.geojson").read_bytes())
    done = loaders(empty_store, "boundaries", bad, KRADAN_BOUNDARIES_DIR=str(tmp_path / "folder"))
    assert done.returncode == 2
    assert json.loads(done.stderr)["code"] == "boundary_no_codes"
    assert not (tmp_path / "folder").exists()


def test_a_missing_store_is_an_error_and_never_a_new_empty_one(tmp_path):
    done = at_a_shell(tmp_path / "none.sqlite", "withdraw", 1)
    assert done.returncode == 2
    assert json.loads(done.stderr)["code"] == "store_missing"
    assert not (tmp_path / "none.sqlite").exists()


@pytest.fixture(scope="module")
def code_lists(tmp_path_factory):
    return served.make_store(tmp_path_factory.mktemp("lists") / "kradan.sqlite", demo=False)


@pytest.fixture
def known_store(code_lists, tmp_path_factory, monkeypatch):
    """A store with its code lists, a copy for one test, and the one that the commands use."""
    path = tmp_path_factory.mktemp("store") / "kradan.sqlite"
    shutil.copy(code_lists, path)
    monkeypatch.setenv("KRADAN_STORE", str(path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return path


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("batch_unknown", "withdraw 999"),
        ("batch_unknown", "restore-batch 999"),
        ("batch_unknown", "give-back 999 out.xlsx"),
        ("file_missing", "import none.csv"),
        ("path_unusable", "import folder"),
        ("file_missing", "restore none"),
        ("backup_unreadable", "restore letter.txt"),
        ("backup_unreadable", "restore folder"),
        ("path_unusable", "backup folder"),
        ("path_unusable", "backup letter.txt/x"),
        ("export_missing", "load none"),
        ("export_missing", "load letter.txt"),
        ("folder_not_empty", "export ."),
        ("path_unusable", "export letter.txt"),
        ("base_unknown", "export out --as partner --agency nobody"),
        ("path_unusable", "templates letter.txt"),
        ("base_unknown", "share support nobody private"),
        ("base_unknown", "due nobody plan 2007-03-01"),
        ("district_unknown", "due codi plan 2007-03-01 --district 9999"),
        ("grant_needs_agency", "grant x partner"),
        ("grant_needs_agency", "grant x data --agency codi"),
        ("base_unknown", "grant x partner --agency nobody"),
        ("account_unknown", "grant x none"),
        ("wipe_not_confirmed", "wipe"),
    ],
)
def test_a_slip_is_said_in_words_and_changes_nothing(known_store, tmp_path, monkeypatch, capsys, code, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter.txt").write_text("a letter")
    (tmp_path / "folder").mkdir()
    before = known_store.read_bytes()
    assert shell.main(command.split()) == 2
    told = json.loads(capsys.readouterr().err)
    assert told["code"] == code
    assert told["message"].count(" | ") == 1
    assert known_store.read_bytes() == before


@pytest.mark.parametrize("address", ["nonsense", "mysql://user:secret@host/base", "postgresql:///x?port=abc"])
def test_an_address_that_is_none_is_said_without_its_password(monkeypatch, capsys, address):
    monkeypatch.setenv("DATABASE_URL", address)
    assert shell.main(["tracker"]) == 2
    told = capsys.readouterr().err
    assert json.loads(told)["code"] in {"store_address", "store_unreachable"}
    assert "secret" not in told


def test_a_batch_is_withdrawn_once_and_put_back_once(known_store, monkeypatch, capsys, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("รหัสตำบล,หน่วยงาน,งบประมาณ,ปีงบประมาณ\n800303,พมจ.,100,2550\n", encoding="utf-8")
    assert shell.main(["import", str(file)]) == 0
    batch = str(json.loads(capsys.readouterr().out)["batch"])
    assert [shell.main([command, batch]) for command in ("withdraw", "withdraw", "restore-batch", "restore-batch")] == [
        0,
        2,
        0,
        2,
    ]
    codes = [json.loads(line)["code"] for line in capsys.readouterr().err.splitlines()]
    assert codes == ["batch_is_withdrawn", "batch_is_active"]
