"""ASGI middleware in front of Streamlit: checks host, origin, internal addresses and uploads of every request."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loaders import doors
from loaders.words import catalogue
from pages.queries import store as queries
from pages.session import errors, uploads
from pages.session.text import LANGUAGES
from pages.shell import watch

# A load balancer asks by the machine's address, which is no known host; the answer says nothing more than its state.
FOR_ANYBODY = ("/healthz", "/_stcore/health")
# Streamlit's figures about its sessions, and addresses that run a script without a session.
FOR_THIS_MACHINE = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent", "/metrics")


def refusal(path: str, peer: str | None, headers: list[tuple[str, str]]) -> tuple[int, str] | None:
    """Status and text key for a refused request; ``None`` when it may pass.

    A foreign page must reach neither Streamlit's answers nor its look-up of this machine's public address.
    """
    hosts, origins = ([value for key, value in headers if key == name] for name in ("host", "origin"))
    if path not in FOR_ANYBODY and (len(hosts) != 1 or not doors.is_ours(hosts[0])):
        return 421, "door_host"
    if origins and not (len(origins) == len(hosts) == 1 and doors.is_same_origin(origins[0], hosts[0])):
        return 403, "door_origin"
    if path.startswith(FOR_THIS_MACHINE) and not doors.is_here(peer, headers):
        return 404, "door_nothing"
    return None


def _may_import(subject: str | None) -> bool:
    try:
        return queries.is_team_member(subject)
    except errors.STORE_FAILURES:
        return False


def _answer(status: int, key: str) -> PlainTextResponse:
    words = "\n".join(catalogue(language)[key] for language in LANGUAGES)
    return PlainTextResponse(words + "\n", status, {"Cache-Control": "no-store"})


class Doors:
    """ASGI middleware: refuses what :func:`refusal` names; sets cookies ``Secure`` when the request came by TLS."""

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or a websocket on, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        send = _counted(send)
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        peer = (scope.get("client") or (None,))[0]
        path = scope["path"].removeprefix(self.prefix)
        refused = refusal(path, peer, headers)
        address = uploads.ADDRESS.fullmatch(path) if scope["type"] == "http" else None
        if refused is not None:
            watch.REFUSED.labels(refused[1]).inc()
        if refused is None and address is not None and scope["method"] == "PUT":
            await self._upload(address[1], headers, scope, receive, send)
        elif refused is None:
            await self.app(scope, receive, _secure(send) if _is_tls(scope, headers) else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _answer(*refused)(scope, receive, send)

    async def _upload(
        self, session: str, headers: list[tuple[str, str]], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Read an upload only if its session may bring it and there is memory for it."""
        is_open, subject = uploads.is_expected(session)
        size = [value for name, value in headers if name == "content-length" and value.isdecimal()]
        if not is_open or not await run_in_threadpool(_may_import, subject):
            await _answer(403, "not_allowed_upload")(scope, receive, send)
        elif len(size) != 1:  # memory cannot be reserved for an unknown length
            await _answer(411, "uploads_full")(scope, receive, send)
        else:
            with uploads.room(session, int(size[0])) as fits:
                await (self.app if fits else _answer(413, "uploads_full"))(scope, receive, send)


def _counted(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            watch.ANSWERS.labels(f"{message['status'] // 100}xx").inc()
        await send(message)

    return answer


def _is_tls(scope: Scope, headers: list[tuple[str, str]]) -> bool:
    forwarded = [value for name, value in headers if name == "x-forwarded-proto"]
    return scope.get("scheme") in ("https", "wss") or forwarded == ["https"]


def _secure(send: Send) -> Send:
    """Mark cookies ``Secure``: Streamlit does not see the proxy's TLS and would let them go over plain HTTP, too."""

    async def answer(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            headers = MutableHeaders(scope=message)
            cookies = headers.getlist("set-cookie")
            if cookies:
                del headers["set-cookie"]
            for cookie in cookies:
                is_marked = "secure" in {part.strip().lower() for part in cookie.split(";")}
                headers.append("set-cookie", cookie if is_marked else f"{cookie}; Secure")
        await send(message)

    return answer
