"""What a browser gets before Streamlit speaks: our first page, and how long each file may be kept.

Streamlit's own first page is English, is called Streamlit and looks for its server under every part of a link's path, one
after the other (a fifth of a second on a small machine). Ours is the same page with our language and name; it says where
the server is, and asks at once for the scripts that every view needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, file_util

from loaders import settings
from loaders.words import catalogue
from pages.session.text import LANGUAGES, safe

# Parts of Streamlit's front end that every view shows, by the name of their file without its mark.
PARTS = ("Html", "Selectbox", "ButtonGroup", "ComponentInstance")
IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
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
FOREVER, A_WEEK, ASK = "public, max-age=31536000, immutable", "public, max-age=604800", "no-cache"
HERE = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href };</script>'


def prefix() -> str:
    """What every address begins with: ``server.baseUrlPath`` for a board under a path of another site, or nothing."""
    named = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{named}" if named else ""


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
        kept = keep_for(path, scope.get("query_string", b"").decode("latin-1"))
        if MARKED.search(path):
            plain = self.prefix + MARKED.sub("", path)
            scope = {**scope, "path": plain, "raw_path": plain.encode()}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if kept is not None:  # a map that is not there yet may be there in a second
                    headers["Cache-Control"] = kept if message["status"] in (200, 304) else ASK
            await send(message)

        await self.app(scope, receive, answer)


def needed(folder: Path, parts: Iterable[str] = PARTS) -> list[str]:
    """Files of these parts of the front end with all they import, by name; what an upgrade has taken away is left out."""
    found: set[str] = set()
    asked = [path.name for part in parts for path in sorted(folder.glob(f"{part}.*.js"))]
    while asked:
        name = asked.pop()
        if name not in found and (folder / name).is_file():
            found.add(name)
            asked += IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    return sorted(found)


def page(language: str, views: Iterable[str] = ()) -> str:
    """Streamlit's first page in a language of ours; links to these views open in it (``static/shell/links.js``)."""
    folder = Path(file_util.get_static_dir())
    found = (folder / "index.html").read_text(encoding="utf-8")
    say = catalogue(language)
    hints = [
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in needed(folder / "static" / "js")
        if f"/{name}" not in found
    ]
    found = re.sub(r"<html lang=\"\w+\">", f'<html lang="{language}">', found)
    # Streamlit asks for its own letters ahead; ours are others.
    found = re.sub(r"<link\s+rel=\"preload\"[^>]*as=\"font\"[^>]*>", "", found)
    found = re.sub(r"<title>.*?</title>", f"<title>{safe(say['board_name'])}</title>", found)
    found = re.sub(
        r"<noscript>.*?</noscript>", f"<noscript><p>{safe(say['needs_javascript'])}</p></noscript>", found, flags=re.S
    )
    script = (settings.ROOT / "static" / "shell" / "links.js").read_text(encoding="utf-8")
    links = f'<script type="module" data-views="{safe(" ".join(views))}">{script}</script>'
    return found.replace("</head>", "".join([*hints, links, "</head>"]), 1).replace("<script", f"{HERE}<script", 1)


def routes(names: Iterable[str]) -> Iterator[Route]:
    """The first page under every view's address."""
    views = [name for name in names if name]
    pages = {language: page(language, views) for language in LANGUAGES}

    async def first(request: Request) -> HTMLResponse:
        asked = request.query_params.get("lang", "")
        return HTMLResponse(pages.get(asked, pages[LANGUAGES[0]]), headers={"Cache-Control": ASK})

    for name in ("", *views):
        yield Route(f"{prefix()}/{name}", first, methods=["GET"])


def middleware() -> list[Middleware]:
    """What stands around Streamlit's server."""
    return [Middleware(Headers, prefix=prefix())]
