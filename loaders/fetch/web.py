"""Download one file by HTTPS under limits, safe against server-side request forgery.

Every address, also of a redirect, is resolved and checked, and exactly the checked IP is contacted. Private addresses
and plain http only when the source allows them; redirects, bytes and seconds are limited; the token goes only to the
source's own host; proxies of the environment are ignored.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from loaders import settings
from loaders.fetch.sources import Source
from loaders.files.guards import max_upload_bytes
from loaders.problems import Refused

MOST_REDIRECTS = 5
CARD_BYTES = 1 << 20
SILENCE_SECONDS = 20
MOVED = {301, 302, 303, 307, 308}


class Fetched(NamedTuple):
    """``tag``: the ``ETag``; ``is_new`` is false when the server answered 304 (not modified)."""

    tag: str
    is_new: bool


def fetch(source: Source, target: Path, tag: str = "") -> Fetched:
    """Write the source's file to ``target``; ``tag`` is the ``ETag`` of the file we have.

    Raises ``Refused``: ``fetch_unsafe`` (scheme, private address, too many redirects), ``fetch_away``,
    ``fetch_answered`` (HTTP status), ``fetch_large``, ``fetch_slow``, ``fetch_not_a_file`` (empty, compressed, or
    HTML), ``fetch_token_missing``.
    """
    end = time.monotonic() + settings.whole_number("KRADAN_FETCH_SECONDS", 300)
    if source.kind != "ckan":
        return _into(source, source.address, target, max_upload_bytes(), end, tag)
    card = target.with_suffix(".card")
    try:
        _into(source, source.address, card, CARD_BYTES, end)
        address = json.loads(card.read_text(encoding="utf-8"))["result"]["url"]
        if not isinstance(address, str):
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("fetch_not_a_file", value=source.name) from error
    finally:
        card.unlink(missing_ok=True)
    return _into(source, address, target, max_upload_bytes(), end, tag)


def _into(source: Source, address: str, target: Path, most: int, end: float, tag: str = "") -> Fetched:
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=SILENCE_SECONDS) as client:
        for _ in range(MOST_REDIRECTS + 1):
            with _asked(client, source, address, tag) as answer:
                if answer.status_code in MOVED:
                    address = urljoin(address, answer.headers.get("location", ""))
                    continue
                if answer.status_code == 304 and tag:
                    return Fetched(tag, is_new=False)
                if answer.status_code != 200:
                    raise Refused("fetch_answered", value=str(answer.status_code))
                _written(answer, target, most, end)
                return Fetched(answer.headers.get("etag", "")[:200], is_new=True)
    raise Refused("fetch_unsafe", value=_short(address))


def _written(answer: httpx.Response, target: Path, most: int, end: float) -> None:
    """Write the body as it arrives, never decompressed, up to the limits."""
    if answer.headers.get("content-encoding", "identity") not in ("identity", ""):
        raise Refused("fetch_not_a_file", value=answer.headers["content-encoding"])
    size = 0
    with target.open("wb") as file:
        for piece in answer.iter_raw(1 << 16):
            size += len(piece)
            if size > most:
                raise Refused("fetch_large", value=f"{most >> 20} MB")
            if time.monotonic() > end:
                raise Refused("fetch_slow", value=str(settings.whole_number("KRADAN_FETCH_SECONDS", 300)))
            file.write(piece)
    if not size:
        raise Refused("fetch_not_a_file", value="0 bytes")
    with target.open("rb") as file:
        if file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
            raise Refused("fetch_not_a_file", value="HTML")  # a sign-in page, or an error page with status 200


@contextmanager
def _asked(client: httpx.Client, source: Source, address: str, tag: str) -> Generator[httpx.Response]:
    """Request the IP that was checked, with Host header and TLS name of the original address."""
    parts = urlsplit(address)
    if parts.scheme not in (("https", "http") if source.plain else ("https",)) or not parts.hostname or parts.username:
        raise Refused("fetch_unsafe", value=_short(address))
    number = _checked(parts.hostname, source)
    host = f"[{number}]" if ":" in number else number
    try:
        url = httpx.URL(address).copy_with(host=host)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("fetch_unsafe", value=_short(address)) from error
    headers = {"Host": parts.netloc, "User-Agent": "kradan", "Accept-Encoding": "identity"}
    headers |= {"If-None-Match": tag} if tag else {}
    own = urlsplit(source.url)
    is_own = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    if is_own and (authorization := source.authorization):
        headers["Authorization"] = authorization
    try:
        with client.stream("GET", url, headers=headers, extensions={"sni_hostname": parts.hostname}) as answer:
            yield answer
    except httpx.TimeoutException as error:
        raise Refused("fetch_slow", value=str(SILENCE_SECONDS)) from error
    except httpx.HTTPError as error:
        raise Refused("fetch_away", value=parts.hostname, suggestion=type(error).__name__) from error


def _checked(name: str, source: Source) -> str:
    """An IP address of a host; every address that the name resolves to must be allowed."""
    try:
        addresses = {str(answer[4][0]) for answer in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Refused("fetch_away", value=name, suggestion="DNS") from error
    for number in sorted(addresses):
        address = ipaddress.ip_address(number.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not source.private and (not mapped.is_global or mapped.is_multicast):
            raise Refused("fetch_unsafe", value=f"{name} = {number}")
    return min(addresses, key=lambda number: (":" in number, number))


def _short(address: str) -> str:
    """An address for a message, without user, password and query, which may be secrets."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:120]
