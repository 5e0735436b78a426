"""Local stand-in for the CDNs that tutorial pages use: an HTTPS server that answers from installed packages.

The browser resolves every host but 127.0.0.1 to it (:func:`names`). Requests are not intercepted with Playwright, which
would switch the browser's cache off and make a second visit as slow as the first.
"""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support import served as watched

PACKAGED = {
    "leaflet.js": ("xstatic.pkg.leaflet", "data/leaflet.js"),
    "leaflet.css": ("xstatic.pkg.leaflet", "data/leaflet.css"),
    "jquery-3.7.1.min.js": ("xstatic.pkg.jquery", "data/jquery.min.js"),
    "d3.min.js": ("xstatic.pkg.d3", "data/d3.min.js"),
    "d3.v4.min.js": ("xstatic.pkg.d3", "data/d3.min.js"),
}
KINDS = {"css": "text/css", "js": "text/javascript", "json": "application/json"}
LAYERS = ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits")


def names(port: int | None) -> str:
    """Chromium option that resolves every other host to this server, or to none (``port`` None)."""
    return watched.ALONE if port is None else f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE 127.0.0.1"


def answer(path: str) -> tuple[bytes, str]:
    """Content and media type of a file; unknown ones are empty, which no page waits for."""
    name = path.split("?")[0].rsplit("/", 1)[-1]
    kind = KINDS.get(name.rsplit(".", 1)[-1], "image/png")
    if name in PACKAGED:
        package, inside = PACKAGED[name]
        file = Path(str(files(package))) / inside
        return (file if file.exists() else file.with_name(file.name.replace(".min.", "."))).read_bytes(), kind
    if name.endswith("110m.json"):  # plotly requests the coastlines of the world
        layers = {layer: {"type": "GeometryCollection", "geometries": []} for layer in LAYERS}
        return json.dumps({"type": "Topology", "objects": layers, "arcs": []}).encode(), kind
    return b"", kind


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body, kind = answer(self.path)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cdn")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(2)
    )
    made = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "cdn.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore errors: the browser's own services connect too, and drop out at our certificate."""


@contextmanager
def served() -> Iterator[int]:
    """Run the server; yields its port. Browsers must ignore certificate errors."""
    with tempfile.TemporaryDirectory() as folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(Path(folder)))
    server = _Server(("127.0.0.1", 0), _Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
