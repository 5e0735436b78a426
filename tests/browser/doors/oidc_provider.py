"""A small OpenID Connect provider for the tests: discovery, authorisation code with PKCE, signed tokens, end of session.

It keeps to the letter of what a client must send and refuses everything else, so that a sign-in that works here works
because the protocol was followed. ``served`` runs it on a free port; the page of the provider lets the browser choose who
signs in.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "kradan", "a-client-secret-for-the-test"


@dataclass
class Provider:
    """Who may sign in (name -> claims), what was asked, and the keys."""

    accounts: dict[str, dict]
    address: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    other_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    signs_badly: bool = False

    def metadata(self) -> dict:
        """What discovery answers."""
        ends = {"authorization": "authorize", "token": "token", "end_session": "end"}
        return {
            "issuer": self.address, "jwks_uri": f"{self.address}/keys", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"], "scopes_supported": ["openid", "email", "profile"],
        } | {f"{name}_endpoint": f"{self.address}/{path}" for name, path in ends.items()}  # fmt: skip

    def token(self, code: str, form: dict[str, str]) -> dict | None:
        """Tokens for a code, once, to the client that holds the verifier; ``None`` refuses."""
        asked = self.codes.pop(code, None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": asked["nonce"]}
        claims |= self.accounts[asked["account"]]
        key = self.other_key if self.signs_badly else self.key
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 600,
            "id_token": signed,
        }


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

        def _answer(self, status: int, content: str, kind: str = "application/json", **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": f"{kind}; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content.encode())

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            provider.seen.append(parts.path)
            if parts.path == "/.well-known/openid-configuration":
                self._answer(200, json.dumps(provider.metadata()))
            elif parts.path == "/keys":
                self._answer(200, json.dumps({"keys": [provider.key.as_dict(private=False)]}))
            elif parts.path == "/authorize":
                self._choose(asked)
            elif parts.path == "/chosen":
                self._chosen(asked)
            elif parts.path == "/end":
                self._answer(302, "", Location=asked["post_logout_redirect_uri"])
            else:
                self._answer(404, "{}")

        def _choose(self, asked: dict[str, str]) -> None:
            fit = asked.get("client_id") == CLIENT and asked.get("response_type") == "code"
            if not (
                fit and asked.get("code_challenge_method") == "S256" and "openid" in asked.get("scope", "").split()
            ):
                self._answer(400, "{}")
                return
            kept = {name: asked[name] for name in ("redirect_uri", "state", "nonce", "code_challenge")}
            links = "".join(
                f'<p><a id="{name}" href="/chosen?{html.escape(urlencode(kept | {"account": name}))}">{name}</a></p>'
                for name in (*provider.accounts, "nobody")
            )
            self._answer(200, f"<title>provider</title>{links}", "text/html")

        def _chosen(self, asked: dict[str, str]) -> None:
            back = {"state": asked["state"]}
            if asked["account"] == "nobody":
                back |= {"error": "access_denied", "error_description": "the person said no"}
            else:
                back["code"] = secrets.token_urlsafe(16)
                provider.codes[back["code"]] = asked
            self._answer(302, "", Location=f"{asked['redirect_uri']}?{urlencode(back)}")

        def do_POST(self) -> None:
            provider.seen.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            is_client = self.headers.get("Authorization") == expected or form.get("client_secret") == SECRET
            tokens = provider.token(form.get("code", ""), form) if is_client and self.path == "/token" else None
            if tokens is None:
                self._answer(400, json.dumps({"error": "invalid_grant"}))
                return
            self._answer(200, json.dumps(tokens))

    return Handler


@contextmanager
def served(accounts: dict[str, dict]) -> Iterator[Provider]:
    """Run a provider for the length of the block."""
    provider = Provider(accounts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def secrets_file(provider: Provider, board: str) -> str:
    """What ``.streamlit/secrets.toml`` of a board at this address says about the provider."""
    return f"""
[auth]
redirect_uri = "{board}/oauth2callback"
cookie_secret = "{secrets.token_hex(16)}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider.address}/.well-known/openid-configuration"
"""
