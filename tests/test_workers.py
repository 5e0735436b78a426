"""What workers tell of tests that end as tests do, and of a worker that ends before them (``tests/support/workers.py``)."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT

CONFTEST = """
import os, pytest
from tests.support import workers

def pytest_runtestloop(session):
    return workers.run(session, 2, lambda nodeid: nodeid.partition("::")[0])

@pytest.fixture(scope="module")
def made(tmp_path_factory):
    yield os.getpid()
    (tmp_path_factory.getbasetemp().parent / "gone").write_text("taken down")

@pytest.fixture(scope="session")
def never():
    yield
    raise OSError("not taken down")
"""
FIRST = """
import os, signal, warnings

def test_passes(made, tmp_path):
    assert made == os.getpid() and tmp_path.is_dir() and "worker-" in str(tmp_path)

def test_fails(made):
    print("said before it failed")
    warnings.warn("worth a look")
    assert made == 0

def test_kills_its_process():
    os.kill(os.getpid(), signal.SIGKILL)

def test_runs_after_all(tmp_path):
    assert tmp_path.is_dir()
"""
SECOND = """
import pytest

@pytest.mark.skip(reason="not now")
def test_is_left_out():
    pass

@pytest.mark.xfail(strict=True)
def test_is_known_to_fail():
    assert False

def test_ends_badly(never, made):
    pass
"""


def test_no_end_of_a_test_is_lost(tmp_path):
    for name, text in (("conftest", CONFTEST), ("test_first", FIRST), ("test_second", SECOND)):
        (tmp_path / f"{name}.py").write_text(text)
    command = ["-m", "pytest", "-q", "-rA", f"--rootdir={tmp_path}", f"--basetemp={tmp_path / 'base'}", "-p", "no:cacheprovider"]  # fmt: skip
    ran = subprocess.run(
        [sys.executable, *command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    out = ran.stdout
    assert ran.returncode == 1, out + ran.stderr
    assert re.search(r"2 failed, 3 passed, 1 skipped, 1 xfailed, 1 warning, 1 error", out), out
    for name, end in {"passes": "PASSED", "fails": "FAILED", "kills_its_process": "FAILED", "runs_after_all": "PASSED", "ends_badly": "PASSED"}.items():  # fmt: skip
        assert re.search(rf"^{end} \S*::test_{name}\b", out, re.MULTILINE), (name, out)
    for said in ("its process ended with -9", "said before it failed", "worth a look", "OSError: not taken down"):
        assert said in out, (said, out)
    assert (tmp_path / "base" / "gone").read_text() == "taken down"
