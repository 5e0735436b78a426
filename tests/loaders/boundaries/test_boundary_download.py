"""The official download against a server of our own on 127.0.0.1: whole, cut and resumed, changed, offline."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from loaders.boundaries.download import RESOURCE, _Redirects, download, offer
from loaders.boundaries.find import find_boundaries, status
from loaders.problems import Refused
from tests.conftest import SHARED

CONTENT = (SHARED / "boundaries" / "nst_tambon_utm47n_cp874.zip").read_bytes()


class Exchange(ThreadingHTTPServer):
    """Plays HDX: the package, a redirect to the file, ranges, and the faults of real life."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.tag, self.licence = CONTENT, '"one"', "cc-by-igo"
        self.cut: int | None = None
        self.package: bytes | None = None
        self.redirect: str | None = None
        self.ranges = True
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Exchange

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))
        if self.path.startswith("/api/3/action/package_show"):
            self._send(200, self.server.package if self.server.package is not None else self._package())
        elif self.path == "/resource/" + RESOURCE:
            self.send_response(302)
            self.send_header("Location", self.server.redirect or f"{self.server.url}/real.zip")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/real.zip":
            self._file()
        else:
            self._send(404, b"")

    def _package(self) -> bytes:
        resources = [
            {"name": "tha_admin_boundaries.xlsx", "url": "x"},
            {"name": RESOURCE, "url": f"{self.server.url}/resource/{RESOURCE}", "size": len(self.server.content)},
        ]
        package = {
            "license_id": self.server.licence,
            "dataset_source": "Royal Thai Survey Department",
            "resources": resources,
        }
        return json.dumps({"success": True, "result": package}).encode()

    def _file(self) -> None:
        server, start = self.server, 0
        asked = self.headers.get("Range")
        if asked and server.ranges and self.headers.get("If-Range") == server.tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(server.content):
            self._send(416, b"")
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        self.send_header("ETag", server.tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.cut])

    def _send(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def exchange(tmp_path, monkeypatch) -> Iterator[Exchange]:
    server = Exchange()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv("KRADAN_HDX", server.url)
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    monkeypatch.setenv("KRADAN_NO_SHARED", "1")
    monkeypatch.delenv("KRADAN_BOUNDARIES", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield server
    server.shutdown()
    server.server_close()


def cache(tmp_path: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in (tmp_path / "downloaded").iterdir()}


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.problem.code


def test_offer_is_told_before_anything_is_fetched(exchange) -> None:
    offered = offer()
    assert (offered.bytes, offered.licence, offered.source) == (
        len(CONTENT),
        "cc-by-igo",
        "Royal Thai Survey Department",
    )
    assert len(exchange.asked) == 1


def test_download_follows_the_redirect_reports_progress_and_is_used(exchange, tmp_path) -> None:
    seen: list[tuple[int, int | None]] = []
    told = download(lambda done, total: seen.append((done, total)))
    assert told["problems"] == {} and told["bytes"] == len(CONTENT) and told["licence"] == "cc-by-igo"
    assert seen[0] == (0, len(CONTENT)) and seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert sorted(cache(tmp_path)) == [RESOURCE, f"{RESOURCE}.card.json"]
    assert find_boundaries().kind == "downloaded"
    assert status()["card"]["url"].endswith(RESOURCE)


def test_a_cut_download_goes_on_where_it_stopped(exchange, tmp_path) -> None:
    exchange.cut = 70_000
    with pytest.raises(Refused) as refused:
        download()
    assert code_of(refused) == "boundary_download_cut"
    assert refused.value.problem.value == f"70000/{len(CONTENT)}"
    assert cache(tmp_path)[f"{RESOURCE}.part"] == 70_000
    assert find_boundaries().kind == "schematic"
    exchange.cut = None
    told = download()
    assert exchange.asked[-1] == ("/real.zip", "bytes=70000-")
    assert (tmp_path / "downloaded" / RESOURCE).read_bytes() == CONTENT and told["problems"] == {}


def test_a_person_can_stop_it_and_go_on(exchange, tmp_path) -> None:
    def stop(done: int, total: int | None) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(stop)
    kept = cache(tmp_path)[f"{RESOURCE}.part"]
    assert 100_000 < kept < len(CONTENT)
    download()
    assert exchange.asked[-1][1] == f"bytes={kept}-"
    assert (tmp_path / "downloaded" / RESOURCE).read_bytes() == CONTENT


@pytest.mark.parametrize("change", ["tag", "ranges"])
def test_another_file_or_no_ranges_starts_anew(exchange, tmp_path, change) -> None:
    exchange.cut = 70_000
    with pytest.raises(Refused):
        download()
    exchange.cut = None
    if change == "tag":
        exchange.tag = '"two"'
    else:
        exchange.ranges = False
    download()
    assert (tmp_path / "downloaded" / RESOURCE).read_bytes() == CONTENT


def test_a_complete_part_that_was_never_checked_is_fetched_again(exchange, tmp_path) -> None:
    (tmp_path / "downloaded").mkdir()
    (tmp_path / "downloaded" / f"{RESOURCE}.part").write_bytes(CONTENT)
    (tmp_path / "downloaded" / f"{RESOURCE}.part.tag").write_text('"one"')
    download()
    assert [asked for path, asked in exchange.asked if path == "/real.zip"] == [f"bytes={len(CONTENT)}-", None]


def test_a_file_that_cannot_be_used_is_thrown_away_and_the_old_one_stays(exchange, tmp_path) -> None:
    download()
    exchange.content, exchange.tag = b"<html>sign in</html>", '"three"'
    with pytest.raises(Refused) as refused:
        download()
    assert code_of(refused) == "boundary_format_unknown"
    assert sorted(cache(tmp_path)) == [RESOURCE, f"{RESOURCE}.card.json"]
    assert find_boundaries().kind == "downloaded"


def test_a_changed_licence_is_told(exchange) -> None:
    exchange.licence = "other"
    assert download()["problems"] == {"boundary_licence_changed": 1}


@pytest.mark.parametrize(
    "package", [b"<html>", b"{}", b'{"result": {"resources": []}}', b'{"result": {"resources": [1]}}', b"[]"]
)
def test_an_answer_that_changed_is_refused(exchange, package) -> None:
    exchange.package = package
    with pytest.raises(Refused) as refused:
        download()
    assert code_of(refused) == "boundary_download_changed"


def test_a_redirect_to_a_file_is_not_followed(exchange) -> None:
    exchange.redirect = "file:///etc/passwd"
    with pytest.raises(Refused) as refused:
        download()
    assert code_of(refused) == "boundary_download_unsafe"


@pytest.mark.parametrize("target", ["http://example.org/x.zip", "ftp://example.org/x.zip"])
def test_a_redirect_never_leaves_https(target) -> None:
    asked = urllib.request.Request("https://example.org/a")
    with pytest.raises(Refused) as refused:
        _Redirects().redirect_request(asked, None, 302, "Found", {}, target)
    assert code_of(refused) == "boundary_download_unsafe"


@pytest.mark.parametrize(
    ("address", "code"),
    [("http://127.0.0.1:9", "boundary_download_offline"), ("file:///etc", "boundary_download_unsafe")],
)
def test_offline_and_odd_addresses_have_codes(monkeypatch, tmp_path, address, code) -> None:
    monkeypatch.setenv("KRADAN_HDX", address)
    monkeypatch.setenv("KRADAN_BOUNDARIES_DIR", str(tmp_path))
    with pytest.raises(Refused) as refused:
        download()
    assert code_of(refused) == code
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_on_the_server_is_offline_with_its_number(exchange) -> None:
    exchange.redirect = f"{exchange.url}/gone.zip"
    with pytest.raises(Refused) as refused:
        download()
    assert code_of(refused) == "boundary_download_offline"
    assert refused.value.problem.value == "127.0.0.1 (404)"
