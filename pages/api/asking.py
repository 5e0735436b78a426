"""Viewer of a request, rate limits per client, scope, and ETag of responses."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.exceptions import HTTPException

from loaders import doors, settings
from loaders.store.privacy import PUBLIC, Viewer
from pages.api import collections
from pages.api.collections import Filters
from pages.queries import store as queries
from pages.session import url_state
from pages.session.rates import Rate, asker
from pages.session.scope import Scope
from pages.session.text import LANGUAGES, read_in

PUBLIC_RATE, TOKEN_RATE = Rate(240, 60), Rate(1200, 60)
SIGN_IN = {"WWW-Authenticate": 'Basic realm="kradan", charset="UTF-8"'}


def token_of(request: Request) -> str | None:
    """The token of a request: ``Bearer``, or the password of ``Basic`` (all that spreadsheets can send).

    Empty for an unreadable header, ``None`` without one. A token in the address is not read: addresses end up in logs.
    """
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return "" if kind else None


def viewer_of(request: Request) -> Viewer:
    """The viewer of a request; HTTP 401 for an invalid token, 429 over the rate limit."""
    token = token_of(request)
    seen = PUBLIC if token is None else queries.viewer_of_token(token)
    is_known = token is not None and seen is not None
    # An invalid token counts against the client, so that tokens cannot be guessed fast.
    wait = TOKEN_RATE.wait(seen.agency) if is_known and seen else PUBLIC_RATE.wait(asker(request))
    if wait:
        raise HTTPException(429, "too many requests", {"Retry-After": str(wait)})
    if seen is None:
        raise HTTPException(401, "the token is not known, is over or was taken back", SIGN_IN)
    return seen


Seen = Annotated[Viewer, Depends(viewer_of)]
Asked = Annotated[Filters, Query()]


def scope_of(viewer: Viewer, province: str | None = None) -> Scope:
    """The present scope of a viewer and a province (by default the home province), with text in Thai.

    HTTP 400 for a code that no province has.
    """
    if province and province not in url_state.provinces():
        raise HTTPException(400, f"no province {province!r}")
    read_in(LANGUAGES[0])
    return queries.current_scope(province or settings.home_province(), viewer)


def unchanged(request: Request, scope: Scope) -> tuple[dict[str, str], bool]:
    """Response headers of this data version (with ETag), and whether the client's copy is current (304)."""
    state = (scope.version, scope.province, scope.viewer, collections.geometry_mark(scope), str(request.url))
    tag = f'W/"{hashlib.sha256(repr(state).encode()).hexdigest()[:24]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Accept",
        "X-Data-Version": scope.version,
    }
    tags = [written.strip() for written in request.headers.get("if-none-match", "").split(",")]
    return headers, tag in tags or "*" in tags


def root(request: Request) -> str:
    """Base address of the API; the scheme is the one that a proxy on this machine states."""
    address = (
        request.headers.get("x-forwarded-proto", "")
        if doors.is_local(request.client.host if request.client else "")
        else ""
    )
    scheme = address if address in ("http", "https") else request.url.scheme
    return f"{scheme}://{request.url.netloc}{request.scope.get('root_path', '')}".rstrip("/")
