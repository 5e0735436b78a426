"""Headers of every answer, and how long a browser may keep each file."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loaders import doors

# Streamlit writes styles and small scripts into its own page; everything else must come from this host.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; "
    "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Content-Security-Policy": POLICY,
}
# Our modules import each other by their plain names; under a folder that changes with their content they may be kept.
MARKED = re.compile(r"(?<=^/app/static/)v-[0-9a-f]{8}/")
EMBEDDED = re.compile(r"(?:^|&)embed=(?:1|true)(?:&|$)")
FOREVER, A_WEEK, ASK = "public, max-age=31536000, immutable", "public, max-age=604800", "no-cache"


def keep_for(path: str, query: str) -> str | None:
    """The ``Cache-Control`` of a file of ours; ``None`` for what is Streamlit's own affair.

    Left to itself, a browser guesses from the age of a file how long it may be kept: after an upgrade it would go on with
    scripts of the release before.
    """
    if not path.startswith(("/app/static/", "/component/")):
        return None
    if (
        "v=" in query
        or path.startswith("/app/static/geo/")
        or MARKED.search(path)
        or re.search(r"\.[0-9a-f]{8}\.(?:js|css)$", path)
    ):
        return FOREVER  # the name changes with the content
    return A_WEEK if path.startswith("/app/static/vendor/") else ASK


def framed(path: str, query: str) -> dict[str, str]:
    """What differs for a page that asks to stand in a frame, and for the maps in it: the sites named in the settings may show them.

    A component is a static file without a session; its frame stands inside the page's, and its policy asks for all around it.
    """
    sites = doors.embedding_sites()
    if not sites or not (EMBEDDED.search(query) or path.startswith(("/component/", "/app/static/"))):
        return {}
    policy = POLICY.replace("frame-ancestors 'self'", f"frame-ancestors 'self' {' '.join(sites)}")
    return {"X-Frame-Options": "", "Content-Security-Policy": policy}


class Headers:
    """ASGI middleware: the headers above on every answer, ``Cache-Control`` on files of ours."""

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; the answer gets its headers as it starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(self.prefix)
        query = scope.get("query_string", b"").decode("latin-1")
        kept, own = keep_for(path, query), HEADERS | framed(path, query)
        if MARKED.search(path):
            plain = self.prefix + MARKED.sub("", path)
            scope = {**scope, "path": plain, "raw_path": plain.encode()}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in own.items():
                    if value:
                        headers.setdefault(name, value)  # the page behind a link on a sheet has a stricter one
                if kept is not None:  # a map that is not there yet may be there in a second
                    headers["Cache-Control"] = kept if message["status"] in (200, 304) else ASK
            await send(message)

        await self.app(scope, receive, answer)
