"""The one way a child process is run: its limits, its environment, its end."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from loaders.files import sandbox
from loaders.problems import Refused
from tests.support import warm
from tests.support.seeds import ROOT

CHILD = "tests.support.children"
TEXT = "ตำบล,งบประมาณ\nท่าศาลา,1000\n"
pytestmark = pytest.mark.usefixtures("real_children")


def code_of(*arguments: str) -> str:
    with pytest.raises(Refused) as refusal:
        sandbox.run(CHILD, list(arguments))
    return refusal.value.problem.code


def test_the_child_gets_only_the_settings_that_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    named = re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    others = ["PGPASSWORD", "KRADAN_HEALTH_PASSWORD", "KRADAN_CLINIC_TOKEN", "AWS_SECRET_ACCESS_KEY", "STREAMLIT_X"]
    assert {"DATABASE_URL", "KRADAN_ADMIN_URL", "KRADAN_LINK_KEY"} <= set(named)
    for name in (*named, *others):
        monkeypatch.setenv(name, "7")
    seen = sandbox.run(CHILD, ["environment"])
    assert set(named + others) & set(seen) == {"KRADAN_MAX_UPLOAD_MB", "KRADAN_MAX_UNPACKED_MB"}
    assert seen["OPENBLAS_NUM_THREADS"] == "1"


def test_a_refusal_comes_back_whole() -> None:
    with pytest.raises(Refused) as refusal:
        sandbox.run(CHILD, ["refuse", "a.csv"])
    problem = refusal.value.problem
    assert (problem.code, problem.severity, problem.value, problem.row) == ("file_half", "refused", "a.csv", 7)


def test_limits_hold_in_the_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KRADAN_PARSE_SECONDS", "2")
    monkeypatch.setenv("KRADAN_MAX_UNPACKED_MB", "10")
    assert code_of("memory") == "file_too_heavy"
    assert code_of("spin") == "file_too_slow"
    assert code_of("sleep") == "file_too_slow"
    assert code_of("write", str(tmp_path / "x")) in ("file_too_heavy", "file_unreadable")
    assert (tmp_path / "x").stat().st_size <= 20 << 20
    assert code_of("abort") == "file_too_heavy"
    assert code_of("nothing like this") == "file_unreadable"


def test_a_child_that_tests_fork_is_the_one_that_is_started(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    asked = [
        (CHILD, ["limits"]),
        (CHILD, ["environment"]),
        ("loaders.sheets.read", [str(tmp_path / "a.csv"), "text", "[]"]),
    ]
    started = [sandbox.run(*one) for one in asked]
    warm.fork_children()
    forked = [sandbox.run(*one) for one in asked]
    assert [forked[0], forked[2]] == [started[0], started[2]]
    assert {**started[1], "LC_CTYPE": ""} == {**forked[1], "LC_CTYPE": ""}
    assert [code_of("memory"), code_of("abort"), code_of("refuse", "x")] == [
        "file_too_heavy",
        "file_too_heavy",
        "file_half",
    ]


def test_only_named_children_have_another_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRADAN_PARSE_MEMORY_MB", "100")
    monkeypatch.setenv("KRADAN_PARSE_SECONDS", "9")
    assert sandbox.limits_of("loaders.sheets.read") == sandbox.Limits(100 << 20, 9, 1200 << 20)
    assert sandbox.limits_of("loaders.boundaries.child") == sandbox.Limits(400 << 20, 9, 1200 << 20)
    assert sandbox.limits_of("loaders.imports.job") == sandbox.Limits(400 << 20, None, None)


def test_a_started_child_is_ended_and_leaves_no_answer(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        child = sandbox.start(CHILD, ["sleep"], tmp_path / "out", log, {"KRADAN_X": "1"})
    before = time.monotonic()
    sandbox.end(child)
    sandbox.end(child)
    assert time.monotonic() - before < 5
    assert child.returncode != 0
    with pytest.raises(Refused, match="file_unreadable"):
        sandbox.answer(tmp_path / "out")


@pytest.mark.parametrize(
    ("code", "stderr", "expected"),
    [
        (-6, b"memory allocation of 99 bytes failed", "file_too_heavy"),
        (-9, b"", "file_too_heavy"),
        (-24, b"", "file_too_slow"),
        (1, b"Traceback ... MemoryError", "file_too_heavy"),
        (1, b"Traceback ... KeyError", "file_unreadable"),
    ],
)
def test_cause_of_death(code: int, stderr: bytes, expected: str) -> None:
    assert sandbox.cause_of_death(code, stderr) == expected
