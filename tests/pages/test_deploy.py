"""What the operations files and the guides say holds against the code."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
import tomllib

import pytest

from loaders.__main__ import _parser
from tests.conftest import ROOT
from tests.support import served

GUIDES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [ROOT / "README.md", ROOT / "SECURITY.md", *GUIDES, *sorted((ROOT / "deploy").glob("kradan*"))]
PACKAGES = ("loaders", "geo", "pages", "bench")


def commands() -> list[tuple[str, str]]:
    """Every ``python -m loaders ...`` of the documents: its subcommand, and the document."""
    found = [
        (name, path.name)
        for path in TEXTS
        for name in re.findall(r"python -m loaders ([a-z][a-z-]+)", path.read_text(encoding="utf-8"))
    ]
    return sorted(set(found))


def known_commands() -> set[str]:
    return {
        name for action in _parser()._actions for name in (action.choices or {}) if isinstance(action.choices, dict)
    }


def test_every_command_of_the_documents_exists():
    assert len(commands()) >= 8
    assert [(name, where) for name, where in commands() if name not in known_commands()] == []


def test_every_module_of_the_documents_exists():
    for path in TEXTS:
        for name in re.findall(r"python -m ((?:loaders|geo|pages|bench)(?:\.\w+)*)", path.read_text(encoding="utf-8")):
            place = ROOT / name.replace(".", "/")
            assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), (name, path.name)


def settings_in_code() -> set[str]:
    found = {"DATABASE_URL"}
    for package in ("loaders", "geo", "pages"):
        for path in (ROOT / package).rglob("*.py"):
            found |= set(re.findall(r"\bKRADAN_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8")))
    return found


def settings_in_readme() -> set[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(KRADAN_[A-Z_]+|DATABASE_URL)` \|", text, re.M))


def test_the_settings_table_is_the_code():
    assert settings_in_readme() == settings_in_code()


def test_every_file_named_in_the_guides_exists():
    for path in [*GUIDES, ROOT / "SECURITY.md"]:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:deploy|tests|loaders|pages|data)/[\w./-]+\.\w+)", text) + re.findall(
            r"\]\((pictures/[\w.]+)\)", text
        ):
            home = path.parent if name.startswith("pictures/") else ROOT
            assert (home / name).exists(), (name, path.name)


def test_there_is_a_page_for_every_audience_and_pictures_stay_small():
    assert len(GUIDES) == 4
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    assert all(path.stat().st_size <= 300_000 for path in pictures)


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read(ROOT / "deploy" / name, encoding="utf-8")
    return found


def test_the_service_starts_what_make_run_starts_and_comes_back():
    service = unit("kradan.service")["Service"]
    assert "-m pages.shell.serve" in service["ExecStart"]
    assert "-m pages.shell.serve" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert service["Restart"] == "always"
    assert int(service["RestartSec"]) + 3 < 10
    assert {"/opt/kradan/data", "/opt/kradan/static"} == set(service["ReadWritePaths"].split())
    warm = shlex.split(service["ExecStartPost"])[1]
    assert (ROOT / warm).is_file()
    assert unit("kradan-backup.timer")["Timer"]["OnCalendar"]


def test_the_container_copies_only_what_is_there():
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    copied = [name for names in re.findall(r"^COPY (?:--\S+ )?(.+) \S+$", text, re.M) for name in names.split()]
    assert {"requirements.txt", "app.py", "asgi.py", "pages", "geo", "loaders", "static", "data", ".streamlit"} <= set(
        copied
    )
    assert all((ROOT / name).exists() for name in copied)
    assert "USER kradan" in text


def test_the_proxy_passes_websockets_and_uploads():
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    stream = text.split("location /_stcore/stream {")[1].split("}")[0]
    assert "proxy_set_header Upgrade $http_upgrade" in stream
    largest = int(re.search(r"client_max_body_size (\d+)m", text).group(1))
    assert largest > config()["server"]["maxUploadSize"]
    assert "Strict-Transport-Security" in text
    assert "Content-Security-Policy" not in text  # the board says it: twice would be two policies


def config() -> dict:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_protections_of_streamlit_stay_on():
    server, client = config()["server"], config()["client"]
    assert server.get("enableXsrfProtection", True)
    assert server.get("enableCORS", True)
    assert server["address"] == "127.0.0.1"
    assert client["showErrorDetails"] == "none"
    assert client["showErrorLinks"] is False
    assert config()["browser"]["gatherUsageStats"] is False


def test_no_secret_is_kept_in_the_repository():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert not [name for name in listed if name.endswith(("secrets.toml", ".pem", ".key", ".env"))]
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8")
    assert ".streamlit/secrets.toml" in ignored


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    return served.make_store(tmp_path_factory.mktemp("deploy") / "kradan.sqlite", demo=False)


def run_health(**environment: str) -> tuple[int, dict]:
    import os

    settings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | environment
    done = subprocess.run(
        [sys.executable, "-m", "loaders", "health"], cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120
    )
    return done.returncode, json.loads(done.stdout)


def states(found: dict) -> dict[str, tuple[str, str]]:
    return {check["name"]: (check["state"], check["code"]) for check in found["checks"]}


def test_health_tells_an_empty_store_from_none(empty_store, tmp_path):
    code, found = run_health(KRADAN_STORE=str(empty_store))
    assert code == 0
    assert found["is_well"]
    assert states(found)["store"] == ("warn", "store_empty")
    code, found = run_health(KRADAN_STORE=str(tmp_path / "none.sqlite"))
    assert code == 1
    assert not found["is_well"]
    assert states(found)["store"] == ("fail", "store_missing")


@pytest.mark.parametrize(
    ("written", "state", "words"),
    [
        (None, ("well", ""), "one person at this machine"),
        ('[auth]\ncookie_secret = "never told"', ("well", ""), "an identity provider"),
        ('[auth]\ncookie_secret = "never told', ("warn", "secrets_unreadable"), "secrets.toml"),
        (b"\xff\xfe", ("warn", "secrets_unreadable"), "secrets.toml"),
    ],
)
def test_health_tells_of_secrets_that_cannot_be_read(empty_store, tmp_path, written, state, words):
    """Nobody could sign in with them; what they hold is not told."""
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    if written is not None:
        secrets.write_bytes(written if isinstance(written, bytes) else written.encode())
    _code, found = run_health(KRADAN_STORE=str(empty_store), HOME=str(tmp_path))
    assert states(found)["sign_in"] == state
    assert words in next(check["found"] for check in found["checks"] if check["name"] == "sign_in")
    assert "never told" not in json.dumps(found)


def test_health_names_what_is_wrong_with_the_boundary_file(empty_store, tmp_path):
    bad = tmp_path / "bad.geojson"
    bad.write_text("hello", encoding="utf-8")
    nowhere = {"KRADAN_NO_SHARED": "1", "KRADAN_BOUNDARIES_DIR": str(tmp_path / "none"), "KRADAN_BOUNDARIES": str(bad)}
    _code, found = run_health(KRADAN_STORE=str(empty_store), **nowhere)
    assert states(found)["boundaries"] == ("warn", "boundaries_schematic")
    assert any(check["found"].startswith("boundary_") for check in found["checks"] if check["name"] == "boundaries")


def test_warm_up_opens_the_start_page_by_websocket(empty_store):
    with served.board(empty_store) as address:
        command = [sys.executable, "deploy/warm_up.py", address, "60"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    assert int(re.search(r"(\d+) messages", done.stdout).group(1)) > 10


def test_warm_up_gives_up_in_time():
    command = [sys.executable, "deploy/warm_up.py", f"http://127.0.0.1:{served.free_port()}", "1"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, timeout=30).returncode == 1
