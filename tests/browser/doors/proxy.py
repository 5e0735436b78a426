"""The nginx configuration we ship, on ports of a test: TLS in front of boards that run on this machine."""

from __future__ import annotations

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

from tests.support.seeds import ROOT

NAME = "board.example.go.th"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own and its key."""
    files = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run([*command, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True, timeout=60)
    return files


def configuration(folder: Path, site: str) -> Path:
    """A whole configuration around a site: everything that nginx writes lies in ``folder``."""
    for name, file in zip((f"certs/{NAME}.pem", f"private/{NAME}.key"), certificate(folder), strict=True):
        site = site.replace(f"/etc/ssl/{name}", str(file))
    (folder / "site.conf").write_text(site, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    rooms = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    whole = f"pid {folder}/pid;\nerror_log {folder}/error.log;\nworker_processes 1;\nevents {{}}\nhttp {{ access_log off; {rooms} include {folder}/site.conf; }}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    return folder / "nginx.conf"


def shipped() -> str:
    return (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


@contextmanager
def before(boards: list[str], port: int, plain_port: int, folder: Path) -> Iterator[str]:
    """Run it before these boards; gives its address."""
    servers = "".join(f"    server {board.removeprefix('http://')} max_fails=2 fail_timeout=5s;\n" for board in boards)
    site = shipped().replace("    server 127.0.0.1:8501 max_fails=2 fail_timeout=5s;\n", servers)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{plain_port};")
    site = site.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;")
    assert all(board.removeprefix("http://") in site for board in boards) and f":{port} ssl" in site
    command = ["nginx", "-c", str(configuration(folder, site)), "-g", "daemon off;"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            _wait(plain_port, running)
            yield f"https://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(20)


def _wait(port: int, running: subprocess.Popen) -> None:
    for _ in range(100):
        assert running.poll() is None, "nginx ended"
        try:
            urllib.request.build_opener(_NoWay).open(f"http://127.0.0.1:{port}/", timeout=2)
        except HTTPError:  # on to https: it answers
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("nginx did not answer")


class _NoWay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
