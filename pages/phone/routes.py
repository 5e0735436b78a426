"""Routes of the small page: ``/c/<mark>`` shows it and takes a message, ``/c/<mark>/<receipt>`` shows its state.

``/k/<short>``, the short address on the meeting wall, redirects there; ``/k/<short>.png`` is its QR code.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from loaders.problems import Refused
from loaders.replies import links, pictures
from loaders.replies.inbox import LONGEST_NOTE, Message
from loaders.replies.links import Link
from loaders.store.privacy import PUBLIC
from loaders.words import sentence
from pages.phone import html, subject
from pages.queries import replies
from pages.queries import store as queries
from pages.session import errors
from pages.session.rates import Rate, asker
from pages.session.text import LANGUAGES, language, read_in, safe, t

MOST_BYTES = pictures.MOST_BYTES + (64 << 10)
LOOKS, SENDS, SENDS_OF_A_LINK = Rate(120, 60), Rate(20, 600), Rate(120, 3600)
SENDS_OF_AN_HOUR = Rate(40, 3600)  # per client: a third of a link's limit, so that one client cannot use it up
MISSES = Rate(30, 600)  # unknown short marks per client: allows typing errors, stops guessing
RECEIPT = re.compile("[0-9a-f]{32}")
STATUS = {"link_unknown": 404, "link_over": 410, "link_revoked": 410, "replies_full": 503, "too_often": 429}
QUIET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "X-Frame-Options": "DENY"}


def routes(prefix: str) -> Iterator[Route]:
    """Routes of links and of short links, under the board's path ``prefix``."""

    async def show(request: Request) -> Response:
        _speak(request.query_params.get("lang"))
        return await run_in_threadpool(_shown, request, prefix)

    async def take(request: Request) -> Response:
        return await _taken(request, prefix)

    async def lead(request: Request) -> Response:
        _speak(request.query_params.get("lang"))
        return await run_in_threadpool(_led, request, prefix)

    yield Route(f"{prefix}/k/{{short}}.png", lead, methods=["GET"])
    yield Route(f"{prefix}/k/{{short}}", lead, methods=["GET"])
    yield Route(f"{prefix}/c/{{mark}}", show, methods=["GET"])
    yield Route(f"{prefix}/c/{{mark}}", take, methods=["POST"])
    yield Route(f"{prefix}/c/{{mark}}/{{receipt}}", show, methods=["GET"])


def _speak(chosen: object) -> None:
    read_in(str(chosen) if chosen in LANGUAGES else LANGUAGES[0])


def _answer(prefix: str, title: str, body: str, status: int = 200, address: str = "") -> Response:
    headers = QUIET | {"Content-Security-Policy": html.policy(prefix)}
    return HTMLResponse(html.page(prefix, title, body, address), status, headers)


def _refused(prefix: str, stop: Refused, back: str = "") -> Response:
    """Page with the refusal; a form's input is still in the browser, one step back."""
    words = sentence(stop.problem.as_dict(), language())
    more = f'<p><a href="{safe(back)}">{safe(t("phone_again"))}</a></p>' if back else ""
    body = f'<h1>{safe(t("phone_title"))}</h1><p class="told bad">{safe(words)}</p>{more}'
    return _answer(prefix, t("phone_title"), body, STATUS.get(stop.problem.code, 400))


def _led(request: Request, prefix: str) -> Response:
    """Redirect a short mark to its page, or answer with its QR code."""
    from pages.meeting.board import VIEWS_OF_WALL  # slow import, needed only for a link of the wall

    asked, written = asker(request), links.typed(request.path_params["short"])
    try:
        if LOOKS.wait(asked) or MISSES.is_full(asked):
            raise Refused("too_often")
        link = replies.behind(written, VIEWS_OF_WALL)
    except Refused as stop:
        if stop.problem.code == "link_unknown":
            MISSES.wait(asked)
        return _refused(prefix, stop)
    except errors.STORE_FAILURES:
        return _refused(prefix, Refused("store_busy"))
    if request.url.path.endswith(".png"):
        return Response(
            links.code(f"{replies.board_address()[0]}/k/{written}", 1), media_type="image/png", headers=QUIET
        )
    mark = replies.mark(queries.current_scope(link.province, PUBLIC), link)
    return RedirectResponse(f"{prefix}/c/{mark}?lang={language()}", 303, QUIET)


def _shown(request: Request, prefix: str) -> Response:
    try:
        if LOOKS.wait(asker(request)):
            raise Refused("too_often")
        link = replies.opened(request.path_params["mark"])
        shown = subject.of(link)
        outcomes = replies.told(link, request.path_params.get("receipt", ""))
    except Refused as stop:
        return _refused(prefix, stop)
    except errors.STORE_FAILURES:
        return _refused(prefix, Refused("store_busy"))
    own = request.path_params.get("receipt", "")
    address = f"{prefix}/c/{request.path_params['mark']}"
    head = f"<h1>{safe(shown.title)}</h1><p>{safe(shown.words)}</p>" + (
        f'<p class="demo">{safe(t("demo"))} · {safe(t("demo_long"))}</p>' if shown.is_demo else ""
    )
    if any(row["receipt"] == own for row in outcomes):
        again = f'<p><a href="{safe(address)}?lang={language()}">{safe(t("phone_another"))}</a></p>'
        body = f"{head}<p>{safe(t('phone_thanks'))}</p>{html.told(outcomes, own)}{again}"
        return _answer(prefix, shown.title, body, address=f"{address}/{own}")
    lines = [(line.key, line.words, line.small) for line in shown.lines]
    form = html.form(secrets.token_hex(16), lines, shown.unlisted)
    body = f"{head}<p>{safe(t('phone_how'))}</p>{form}{html.told(outcomes)}"
    return _answer(prefix, shown.title, body, address=address)


async def _taken(request: Request, prefix: str) -> Response:
    size = request.headers.get("content-length", "")
    _speak(None)
    address = f"{prefix}/c/{request.path_params['mark']}"
    if not size.isdecimal() or int(size) > MOST_BYTES:  # refuse before reading the body
        return _refused(prefix, Refused("picture_large", value=f"{pictures.MOST_BYTES >> 20} MB"), address)
    if SENDS.wait(asker(request)) or SENDS_OF_AN_HOUR.wait(asker(request)):
        return _refused(prefix, Refused("too_often"), address)
    try:
        link = await run_in_threadpool(
            replies.opened, request.path_params["mark"]
        )  # before reading the body: an unknown mark is refused here
        async with request.form(max_files=1, max_fields=8, max_part_size=16 << 10) as sent:
            _speak(sent.get("lang"))
            upload = sent.get("picture")
            content = await upload.read() if isinstance(upload, UploadFile) else b""
            return await run_in_threadpool(_kept, link, sent, content, prefix, address)
    except Refused as stop:
        return _refused(prefix, stop, address)
    except errors.STORE_FAILURES:
        return _refused(prefix, Refused("store_busy"), address)
    except HTTPException as stop:  # too many or too long fields, or no form at all
        is_long = "maximum size" in str(stop.detail)
        code = Refused("reply_long", value=str(LONGEST_NOTE)) if is_long else Refused("reply_form_broken")
        return _refused(prefix, code, address)
    except ClientDisconnect:
        return Response(status_code=400)


def _kept(link: Link, sent: FormData, content: bytes, prefix: str, address: str) -> Response:
    def field(name: str) -> str:
        upload: Any = sent.get(name)
        return upload if isinstance(upload, str) else ""

    receipt = field("receipt") if RECEIPT.fullmatch(field("receipt")) else secrets.token_hex(16)
    shown = subject.of(link)
    line = next((line for line in shown.lines if line.key == field("line")), None)
    if line is None and field("line"):  # the data changed since the form was shown
        raise Refused("reply_row_gone")
    message = Message(
        receipt, field("answer"), field("note"), field("contact"),
        pictures.cleaned(content) if content else None,
        line.row if line else None, f"{line.words} · {line.small}" if line else "",
    )  # fmt: skip
    if SENDS_OF_A_LINK.is_full(address):
        raise Refused("too_often")
    if replies.send(link, message):
        SENDS_OF_A_LINK.wait(address)  # count stored messages only: invalid ones must not use up a link's limit
    return RedirectResponse(f"{address}/{receipt}?lang={language()}", 303, QUIET)
