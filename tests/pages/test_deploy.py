"""What the operations files say holds against the code; documents: ``tests/test_documents.py``."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch

import pytest

from tests.browser.doors import proxy
from tests.conftest import ROOT
from tests.support import served, warm

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
    assert {"/opt/kradan/data", "/opt/kradan/static", "-/var/backups/kradan"} == set(service["ReadWritePaths"].split())
    warm_up = shlex.split(service["ExecStartPost"])[1]
    assert (ROOT / warm_up).is_file()
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
        ".streamlit/config.toml",
    } <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    assert "USER kradan" in text


def test_the_proxy_passes_websockets_and_uploads():
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    stream = text.split("location /_stcore/stream {")[1].split("}")[0]
    assert "proxy_set_header Upgrade $http_upgrade" in stream
    assert "http2 on" not in text and "listen 443 ssl http2" in text  # Debian 12 has 1.22
    largest = int(re.search(r"client_max_body_size (\d+)m", text).group(1))
    assert largest > config()["server"]["maxUploadSize"]
    assert "Strict-Transport-Security" in text
    assert "Content-Security-Policy" not in text  # the board says it: twice would be two policies


def test_nginx_takes_the_configuration(tmp_path):
    """The one of this system's package (tests/support/system.sh): what it does not know it refuses."""
    whole = proxy.configuration(tmp_path, proxy.shipped())
    said = subprocess.run(["nginx", "-t", "-c", str(whole)], capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr


def test_every_unit_says_when_it_failed_and_retention_waits_for_no_backup():
    for name in ("kradan.service", "kradan-backup.service", "kradan-retention.service", "kradan-fetch.service"):
        assert unit(name)["Unit"]["OnFailure"] == "kradan-alert@%n.service", name
        assert unit(name)["Service"]["UMask"] == "0027", name
    assert "forget" not in (ROOT / "deploy" / "kradan-backup.service").read_text(encoding="utf-8")
    text = (ROOT / "deploy" / "kradan-retention.service").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("ExecStart=")] == [
        "ExecStart=/opt/kradan/.venv/bin/python -m loaders forget",
        "ExecStart=/opt/kradan/.venv/bin/python -m loaders health --deep",
    ]
    guide = (ROOT / "docs" / "ผู้ดูแลระบบ.md").read_text(encoding="utf-8")
    installed = [path.name for path in (ROOT / "deploy").glob("kradan*") if path.suffix in (".service", ".timer")]
    assert [name for name in installed if name not in guide] == []


def test_no_secret_store_or_original_goes_into_an_image(tmp_path):
    """The rules of .containerignore, as podman and docker read them, on files that must stay out and files that must go in."""
    ignored = ROOT / ".containerignore"
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8") == ignored.read_text(encoding="utf-8")
    rules = [line for line in ignored.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]

    def goes_in(name: str) -> bool:
        is_in = True
        for rule in rules:
            pattern = rule.removeprefix("!")
            if any(fnmatch(part, pattern.removeprefix("**/")) for part in _paths(name, deep=pattern.startswith("**/"))):
                is_in = rule.startswith("!")
        return is_in

    out = (
        ".streamlit/secrets.toml", "data/store/kradan.sqlite", "data/store/kradan.sqlite-wal", "data/store/files/abc", "data/store/kradan.sqlite.v7.backup",
        "data/demo/files/a.xlsx", "data/boundaries/tha.zip", ".git/config", "deploy/key.pem", "pages/__pycache__/a.pyc", "tests/conftest.py", ".venv/bin/python",
    )  # fmt: skip
    assert [name for name in out if goes_in(name)] == []
    copied = (
        "app.py",
        ".streamlit/config.toml",
        "pages/shell/serve.py",
        "data/rules/agencies.toml",
        "data/boundaries/README.md",
        "deploy/warm_up.py",
        "requirements.txt",
    )
    assert [name for name in copied if not goes_in(name)] == []


def _paths(name: str, *, deep: bool) -> list[str]:
    """A path with all folders above it, which a rule may name; with ``**/`` also from any folder on."""
    parts = name.split("/")
    whole = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    return whole + (
        ["/".join(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)]
        if deep
        else []
    )


def test_health_finds_a_damaged_page_and_an_old_backup(empty_store, tmp_path):
    import os
    import shutil
    import time

    store = tmp_path / "kradan.sqlite"
    shutil.copyfile(empty_store, store)
    _code, found = run_health(KRADAN_STORE=str(store), KRADAN_BACKUPS=str(tmp_path))
    assert states(found)["backup"] == ("warn", "backup_old")
    backup = tmp_path / "kradan-2026-01-01.backup"
    backup.write_bytes(b"x")
    _code, found = run_health("--deep", KRADAN_STORE=str(store), KRADAN_BACKUPS=str(tmp_path))
    assert (states(found)["backup"], states(found)["integrity"]) == (("well", ""), ("well", ""))
    os.utime(backup, (time.time() - 9e5, time.time() - 9e5))
    with store.open("r+b") as file:  # a page in the middle, where no first look goes
        file.seek(store.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)
    code, found = run_health("--deep", KRADAN_STORE=str(store), KRADAN_BACKUPS=str(tmp_path))
    assert states(found)["backup"] == ("warn", "backup_old")
    assert (code, states(found)["integrity"]) == (1, ("fail", "store_damaged"))


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


def run_health(*options: str, **environment: str) -> tuple[int, dict]:
    import os

    settings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | environment
    done = warm.run("loaders", "health", *options, environment=settings, timeout=120)
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
