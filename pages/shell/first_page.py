"""Our version of Streamlit's first page, and the routes beside it.

Streamlit's own first page is in English, is titled Streamlit and tries every part of the link's path in turn to find
its server, which is slow on a small machine. Ours is the same page with our language and title; it states the address
of the server and preloads the scripts that every view needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from geo.maps.board import marked
from loaders import settings
from loaders.words import catalogue
from pages.api import app as api
from pages.phone import routes as phone
from pages.session import insides
from pages.session.text import LANGUAGES, safe
from pages.shell import tour, watch
from pages.shell.doors import Doors
from pages.shell.headers import ASK, Headers

# Parts of Streamlit's front end that every view uses: file names without hash and extension.
PARTS = ("Html", "Selectbox", "ButtonGroup", "ComponentInstance")
IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
# Streamlit's error dialogs are off (English, take the focus): links.js reports a lost server in one line.
HERE = (
    '<script>window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href, '
    "HOST_CONFIG: { blockErrorDialogs: true } }; "
    "if (/[?&]embed=1(&|$)/.test(location.search)) "
    'history.replaceState(null, "", location.href.replace(/([?&])embed=1(?=&|#|$)/, "$1embed=true"));</script>'
)


def prefix() -> str:
    """Prefix of every address (``server.baseUrlPath``, for a board under a path of another site), or empty."""
    named = insides.base_path()
    return f"/{named}" if named else ""


def needed(folder: Path, parts: Iterable[str] = PARTS) -> list[str]:
    """File names of these parts of the front end and all their imports; parts missing after an upgrade are left out."""
    names: set[str] = set()
    asked = [path.name for part in parts for path in sorted(folder.glob(f"{part}.*.js"))]
    while asked:
        name = asked.pop()
        if name not in names and (folder / name).is_file():
            names.add(name)
            asked += IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    return sorted(names)


def page(language: str, views: Iterable[str] = ()) -> str:
    """Streamlit's first page in a language; links to ``views`` open without a reload (``static/shell/links.js``)."""
    folder = insides.front_end()
    html = (folder / "index.html").read_text(encoding="utf-8")
    say = catalogue(language)
    hints = [
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in needed(folder / "static" / "js")
        if f"/{name}" not in html
    ]
    html = re.sub(r"<html lang=\"\w+\">", f'<html lang="{language}">', html)
    # Streamlit preloads its own fonts, which the board does not use.
    html = re.sub(r"<link\s+rel=\"preload\"[^>]*as=\"font\"[^>]*>", "", html)
    html = re.sub(r"<title>.*?</title>", f"<title>{safe(say['board_name'])}</title>", html)
    html = re.sub(
        r"<noscript>.*?</noscript>", f"<noscript><p>{safe(say['needs_javascript'])}</p></noscript>", html, flags=re.S
    )
    away = safe(say["server_away"])
    links = f'<script type="module" data-views="{safe(" ".join(views))}" data-away="{away}">{_script("links")}</script>'
    names = f'<script type="application/json" id="kradan-names">{_names()}</script>'
    aids = names + "".join(f'<script type="module">{_script(name)}</script>' for name in ("names", "tour"))
    beside = f'<script type="module" src="./app/static/{marked("shell/beside.js", "shell")}"></script>'
    return html.replace("</head>", "".join([*hints, links, beside, aids, "</head>"]), 1).replace(
        "<script", f"{HERE}<script", 1
    )


def _script(name: str) -> str:
    return (settings.ROOT / "static" / "shell" / f"{name}.js").read_text(encoding="utf-8")


def _names() -> str:
    """Accessible names of Streamlit's parts by language, as JSON for ``static/shell/names.js``."""
    words = {
        language: {
            key.removeprefix("aid_"): words for key, words in catalogue(language).items() if key.startswith("aid_")
        }
        for language in LANGUAGES
    }
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def routes(names: Iterable[str]) -> Iterator[BaseRoute]:
    """Every route of ours: health and metrics, links of sheets, the API, the tour, and the first page of each view."""
    views = [name for name in names if name]
    pages = {language: page(language, views) for language in LANGUAGES}

    async def first(request: Request) -> HTMLResponse:
        asked = request.query_params.get("lang", "")
        return HTMLResponse(pages.get(asked, pages[LANGUAGES[0]]), headers={"Cache-Control": ASK})

    yield from watch.routes(prefix())
    yield from phone.routes(prefix())
    yield from api.routes(prefix())
    yield from tour.routes(prefix())
    for name in ("", *views):
        yield Route(f"{prefix()}/{name}", first, methods=["GET"])


def middleware() -> list[Middleware]:
    """Middleware around Streamlit's server."""
    return [Middleware(Headers, prefix=prefix()), Middleware(Doors, prefix=prefix())]
