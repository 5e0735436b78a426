"""What the operations files say holds against the code; documents: ``tests/test_documents.py``."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT
from tests.support import served

SECRETS = """
[auth]
redirect_uri = "https://board.example.go.th/oauth2callback"
cookie_secret = "never told, not to anybody"
client_id = "kradan"
client_secret = "never told"
server_metadata_url = "https://id.example.go.th/.well-known/openid-configuration"
"""


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str
    found.read(ROOT / "deploy" / name, encoding="utf-8")
    return found


def test_the_service_starts_what_make_run_starts_and_comes_back():
    service = unit("kradan.service")["Service"]
    assert "-m pages.shell.serve" in service["ExecStart"]
    assert "sh deploy/set_up.sh" in (ROOT / "Makefile").read_text(encoding="utf-8")  # started: tests/test_set_up.py
    assert service["Restart"] == "always"
    text = (ROOT / "deploy" / "kradan.service").read_text(encoding="utf-8")
    assert "\nEnvironment=KRADAN_SIGN_IN=required\n" in text
    assert "KRADAN_SIGN_IN=required" in (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^KRADAN_HOSTS=\S+$", (ROOT / "deploy" / "environment.example").read_text(encoding="utf-8"), re.M)
    assert int(service["RestartSec"]) + 3 < 10
    assert {"/opt/kradan/data", "/opt/kradan/static"} == set(service["ReadWritePaths"].split())
    warm = shlex.split(service["ExecStartPost"])[1]
    assert (ROOT / warm).is_file()
    assert unit("kradan-backup.timer")["Timer"]["OnCalendar"]


def test_the_container_copies_only_what_is_there():
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    copied = [name for names in re.findall(r"^COPY (?:--\S+ )?(.+) \S+$", text, re.M) for name in names.split()]
    assert {
        "requirements.txt",
        "app.py",
        "asgi.py",
        "pyproject.toml",
        "pages",
        "geo",
        "loaders",
        "static",
        "data",
        ".streamlit",
    } <= set(copied)
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
    assert found["version"] == "0.2.0"
    assert states(found)["store"] == ("warn", "store_empty")
    code, found = run_health(KRADAN_STORE=str(tmp_path / "none.sqlite"))
    assert code == 1
    assert not found["is_well"]
    assert states(found)["store"] == ("fail", "store_missing")


@pytest.mark.parametrize(
    ("written", "state", "words"),
    [
        (None, ("well", ""), "one person at this machine"),
        (SECRETS, ("well", ""), "an identity provider"),
        (SECRETS.replace("[auth]", "[Auth]"), ("warn", "sign_in_misspelt"), "secrets.toml"),
        ('[auth]\ncookie_secret = "never told"', ("warn", "sign_in_incomplete"), "secrets.toml"),
        ('[auth]\ncookie_secret = "never told', ("warn", "secrets_unreadable"), "secrets.toml"),
        (b"\xff\xfe", ("warn", "secrets_unreadable"), "secrets.toml"),
    ],
)
def test_health_tells_how_sign_in_is_set_up(empty_store, tmp_path, written, state, words):
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
