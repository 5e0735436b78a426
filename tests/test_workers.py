"""Tests shared among forked workers: none is left out or passes unseen, whatever one of them does to its process."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.support.seeds import ROOT

CONFTEST = """
import pytest
from tests.support import workers

def pytest_runtestloop(session):
    workers.Pool(session, lambda nodeid: nodeid.partition("::")[0]).run(2)
    return True

@pytest.fixture(scope="session")
def made(tmp_path_factory):
    yield tmp_path_factory.mktemp("made")
    print("taken down")
    assert False, "fault while it was taken down"
"""
KILLS = """
import os, warnings

def test_before(capfd):
    os.system("echo from a child")
    assert capfd.readouterr().out == "from a child\\n"

def test_kills(): os.kill(os.getpid(), 9)
def test_after(): warnings.warn("said in a worker")
"""
FAILS = """
def test_passes(made): assert made.is_dir()
def test_fails():
    print("printed before")
    assert [1, 2] == [1, 3]
"""


def test_no_test_is_lost(tmp_path):
    files = {
        "conftest.py": CONFTEST,
        "test_kills.py": KILLS,
        "test_fails.py": FAILS,
        "test_more.py": "def test_last(): pass",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, "-c", "/dev/null", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    said = done.stdout
    assert re.search(r"2 failed, 4 passed, 1 warning, 1 error in", said), said
    for words in ("test_kills.py::test_kills", "test_fails.py::test_fails", "the worker ended with -9",
                  "fault while it was taken down", "assert [1, 2] == [1, 3]", "printed before", "said in a worker"):  # fmt: skip
        assert words in said, (words, said)
    stops = subprocess.run(
        [*command, "-x", tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert stops.returncode == 1
    assert "stopping after 1 failures" in stops.stdout
