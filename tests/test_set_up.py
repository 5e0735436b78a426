"""`make run`: any Python that suits is found, and what a person can mend is answered in one line with what to do."""

from __future__ import annotations

import errno
import importlib.util
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "deploy" / "set_up.sh"


@pytest.fixture
def set_up(monkeypatch, tmp_path):
    """The module that does it, told to work in an empty folder."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "deploy" / "set_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return module


def one_line(capsys) -> str:
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert " | " in said  # Thai and English
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize("port", ["abc", "99999", "0", "-1", "", "80x", "8501.5", "๘๕๐๑"])
def test_what_is_no_port_is_refused_before_anything_is_set_up(port):
    done = subprocess.run(["sh", str(SCRIPT), "run", port], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "make run PORT=8501" in done.stderr


def test_a_port_in_use_names_another(set_up, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert set_up.main(["run", str(port)]) == 2
        assert f"PORT={port + 1}" in one_line(capsys)
    assert set_up.port_number(str(port)) == port  # free again


@pytest.mark.parametrize(
    ("fault", "words"),
    [(PermissionError(errno.EACCES, "no"), "from 1024 on"), (OSError(errno.EADDRNOTAVAIL, "no"), "has no address")],
)
def test_ports_and_addresses_that_the_system_refuses(set_up, capsys, monkeypatch, fault, words):
    def refuse(*_arguments):
        raise fault

    monkeypatch.setattr(set_up.socket.socket, "bind", refuse)
    assert set_up.main(["run", "80"]) == 2
    assert words in one_line(capsys)


def fake_python(folder: Path, name: str, version: str) -> Path:
    """A program that answers as a Python of this version does, and says its name when it is taken."""
    path = folder / name
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then exec {sys.executable} -c "import sys; sys.version_info = ({version})\n$2"; fi\n'
        f'echo "taken: {name}"\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ({"python3": "3, 12, 1"}, "python3"),
        ({"python3": "3, 10, 0", "python3.11": "3, 11, 7"}, "python3.11"),
        ({"python3": "3, 14, 0", "python3.13": "3, 13, 0"}, "python3.13"),
        ({"python3": "3, 14, 0", "python3.12": "3, 10, 9"}, None),
        ({}, None),
    ],
)
def test_the_first_python_that_suits_is_taken(tmp_path, there, taken):
    for name, version in there.items():
        fake_python(tmp_path, name, version)
    settings = {"PATH": str(tmp_path), "VENV": "none-here"}
    done = subprocess.run(["/bin/sh", str(SCRIPT), "run"], capture_output=True, text=True, env=settings, timeout=60)
    if taken:
        assert (done.returncode, done.stdout) == (0, f"taken: {taken}\n")
    else:
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
        assert all(f"{name}={version.replace(', ', '.')[:4]}" in done.stderr for name, version in there.items())


def test_a_python_that_is_named_is_the_only_one_tried(tmp_path):
    named = fake_python(tmp_path, "mine", "3, 9, 1")
    fake_python(tmp_path, "python3", "3, 12, 1")
    settings = {"PATH": str(tmp_path), "VENV": "none-here", "PYTHON": str(named)}
    done = subprocess.run(["/bin/sh", str(SCRIPT), "run"], capture_output=True, text=True, env=settings, timeout=60)
    assert (done.returncode, "mine=3.9" in done.stderr) == (2, True)


def test_a_python_without_ensurepip_names_the_package(set_up, capsys, monkeypatch):
    monkeypatch.setattr(set_up.importlib.util, "find_spec", lambda _name: None)
    assert set_up.main(["packages"]) == 2
    assert f"python3.{sys.version_info[1]}-venv" in one_line(capsys)


def test_a_full_disk_is_told_before_and_while_it_fills(set_up, capsys, monkeypatch):
    monkeypatch.setattr(set_up, "NEEDED_MB", 10**12)
    assert set_up.main(["packages"]) == 2
    assert "the disk is full" in one_line(capsys)
    monkeypatch.setattr(set_up, "NEEDED_MB", 0)

    def fill(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device", "x")

    monkeypatch.setattr(set_up.venv, "create", fill)
    assert set_up.main(["packages"]) == 2
    assert "the disk is full" in one_line(capsys)


def test_a_folder_that_cannot_be_written_is_named(set_up, capsys, monkeypatch):
    def refuse(*_arguments, **_options):
        raise PermissionError(errno.EACCES, "Permission denied", "/opt/kradan/.venv")

    monkeypatch.setattr(set_up.venv, "create", refuse)
    assert set_up.main(["packages"]) == 2
    assert "cannot write to /opt/kradan/.venv" in one_line(capsys)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: no network", "pip.log"),
    ],
)
def test_packages_that_do_not_come_leave_a_log(set_up, capsys, monkeypatch, tmp_path, said, words):
    pip = tmp_path / ".venv" / "bin" / "python"
    pip.parent.mkdir(parents=True)
    pip.write_text(f'#!/bin/sh\necho "{said}"\nexit 1\n')
    pip.chmod(0o755)
    requirements = tmp_path / "pip.txt"
    requirements.write_text("a==1\n")
    monkeypatch.setattr(set_up, "packages", lambda: set_up.install(requirements, tmp_path / "stamp"))
    assert set_up.main(["packages"]) == 2
    assert words in one_line(capsys)
    assert said in (tmp_path / ".venv" / "pip.log").read_text()
    assert not (tmp_path / "stamp").exists()


def test_five_lines_say_what_is_done(set_up, capsys, monkeypatch, tmp_path):
    taken = []
    monkeypatch.setattr(set_up.venv, "create", lambda *_arguments, **_options: None)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".runtime").touch()
    os.utime(tmp_path / ".venv" / ".runtime", (2**32, 2**32))
    monkeypatch.setattr(set_up, "run_module", lambda *words: taken.append(words))
    monkeypatch.setattr(set_up.os, "execv", lambda _program, words: taken.append(tuple(words[1:])))
    monkeypatch.setattr(set_up, "VENDOR", tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert set_up.main(["run", str(port)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:4] for line in lines] == [f"{step}/5 " for step in range(1, 6)]
    assert f"http://127.0.0.1:{port}" in lines[-1]
    assert taken == [
        ("loaders.assets",),
        ("loaders", "setup"),
        ("-m", "pages.shell.serve", "--server.port", str(port)),
    ]


def test_a_step_that_fails_says_its_own_last_line(set_up, capsys, monkeypatch):
    monkeypatch.setattr(set_up, "PYTHON", Path(sys.executable))
    with pytest.raises(set_up.CannotGoOn) as stop:
        set_up.run_module("loaders.no_such_module")
    assert "No module named" in stop.value.blanks["said"]
