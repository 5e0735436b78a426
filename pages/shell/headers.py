"""Security headers of every response, and how long a browser may cache each file."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loaders import doors

# Streamlit needs inline styles and scripts and eval; everything else must come from this host.
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
# Modules import each other by plain names; a folder name that changes with their content lets browsers cache them.
MARKED = re.compile(r"(?<=^/app/static/)v-[0-9a-f]{8}/")
EMBEDDED = re.compile(r"(?:^|&)embed=(?:1|true)(?:&|$)")
FOREVER, A_WEEK, ASK = "public, max-age=31536000, immutable", "public, max-age=604800", "no-cache"


def keep_for(path: str, query: str) -> str | None:
    """The ``Cache-Control`` of a file of ours; ``None`` for files of Streamlit.

    Without it a browser guesses from the age of a file how long to cache it, and after an upgrade would continue with
    the scripts of the previous release.
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
    """Headers that differ for an embedded page and the maps in it: the sites in the settings may embed them.

    A component is a static file without a session; its frame is inside the page's frame, and its policy must allow all
    ancestors.
    """
    sites = doors.embedding_sites()
    if not sites or not (EMBEDDED.search(query) or path.startswith(("/component/", "/app/static/"))):
        return {}
    policy = POLICY.replace("frame-ancestors 'self'", f"frame-ancestors 'self' {' '.join(sites)}")
    return {"X-Frame-Options": "", "Content-Security-Policy": policy}


class Headers:
    """ASGI middleware: the headers above on every response, ``Cache-Control`` on files of ours."""

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add the headers when the response starts."""
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
                        headers.setdefault(name, value)  # pages behind links of sheets set a stricter policy
                if kept is not None:  # a missing map file may exist a second later: an error is not cached
                    headers["Cache-Control"] = kept if message["status"] in (200, 304) else ASK
            await send(message)

        await self.app(scope, receive, answer)
