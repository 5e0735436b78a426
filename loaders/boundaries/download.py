"""Resumable download of the official boundaries (OCHA COD-AB Thailand) from the Humanitarian Data Exchange (HDX).

``KRADAN_HDX`` sets another server with the same API (a mirror in a ministry, or a test).
"""

from __future__ import annotations

import http.client
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from loaders.boundaries.candidates import DOWNLOADED, boundary_folder
from loaders.boundaries.files import FILE_BYTES
from loaders.boundaries.find import load, write_card
from loaders.problems import Problem, Refused, count_by_code
from loaders.settings import FACTS_PROVINCE

SERVER = "https://data.humdata.org"
PACKAGE = "cod-ab-tha"
RESOURCE = "tha_admin_boundaries.shp.zip"
LICENCE = "cc-by-igo"
SECONDS = 30
BLOCK = 1 << 16
ANSWER_BYTES = 5 << 20
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Offer:
    """The file that the server offers; a page shows it before the download."""

    url: str
    bytes: int | None
    licence: str
    source: str
    modified: str


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to http(s) only, and never from https down to http."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # noqa: ANN001, ANN202 - the library's signature
        scheme = urlsplit(newurl).scheme
        if scheme not in {"http", "https"} or (urlsplit(req.full_url).scheme == "https" and scheme != "https"):
            raise Refused("boundary_download_unsafe", value=newurl[:80])
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(url: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise Refused("boundary_download_unsafe", value=url[:80])
    request = urllib.request.Request(url, headers={"User-Agent": "kradan", **(headers or {})})
    return urllib.request.build_opener(_Redirects).open(request, timeout=SECONDS)


def offer() -> Offer:
    """Metadata of the file on the server; raises ``Refused`` without a network or without the resource."""
    base = (os.environ.get("KRADAN_HDX") or SERVER).rstrip("/")
    try:
        with _open(f"{base}/api/3/action/package_show?id={PACKAGE}") as answer:
            package = json.loads(answer.read(ANSWER_BYTES))["result"]
        resources = [item for item in package["resources"] if _is_ours(item)]
    except (OSError, http.client.HTTPException) as error:
        raise _offline(base, error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("boundary_download_changed", value=base) from error
    if not resources:
        raise Refused("boundary_download_changed", value=RESOURCE)
    item = resources[0]
    size = item.get("size")
    return Offer(
        url=str(item.get("download_url") or item["url"]),
        bytes=int(size) if str(size or "").isdecimal() else None,
        licence=str(package.get("license_id") or ""),
        source=str(package.get("dataset_source") or ""),
        modified=str(item.get("last_modified") or package.get("last_modified") or ""),
    )


def _is_ours(item: dict[str, Any]) -> bool:
    return RESOURCE in {
        str(item.get("name", "")).casefold(),
        urlsplit(str(item.get("url", ""))).path.rsplit("/", 1)[-1],
    }


def _offline(base: str, error: Exception) -> Refused:
    code = error.code if isinstance(error, urllib.error.HTTPError) else None
    if code is not None and 300 <= code < 400:  # urllib itself refuses redirects to file:, ftp: and endless ones
        return Refused("boundary_download_unsafe", value=base[:80])
    return Refused("boundary_download_offline", value=f"{urlsplit(base).hostname}{f' ({code})' if code else ''}")


def download(progress: Progress | None = None, province: str = FACTS_PROVINCE) -> dict[str, Any]:
    """Download the official file into the cache and check it; returns its path, card and counts of problems.

    ``progress(done, total)`` in bytes is called for every block; if it raises, the download stops, and the next call
    resumes it. Raises ``Refused`` with a problem code.
    """
    offered = offer()
    if offered.bytes is not None and offered.bytes > FILE_BYTES:
        raise Refused("boundary_too_large", value=str(offered.bytes))
    cache = boundary_folder() / DOWNLOADED
    cache.mkdir(parents=True, exist_ok=True)
    target, part = cache / RESOURCE, cache / f"{RESOURCE}.part"
    try:
        _fetch(offered, part, progress or (lambda done, total: None))
    except (OSError, http.client.HTTPException) as error:
        raise _offline(offered.url, error) from error
    noted = _checked(part, province)
    os.replace(part, target)
    _tag_path(part).unlink(missing_ok=True)
    problems = list(noted)
    if offered.licence.casefold() != LICENCE:
        problems.append(Problem("boundary_licence_changed", value=offered.licence, suggestion=LICENCE))
    card = write_card(target, **asdict(offered))
    return {"path": str(target), **card, "problems": count_by_code(problems)}


def _checked(part: Path, province: str) -> list[Problem]:
    """Problems of the finished file; an unusable one is deleted, so that the next call starts again."""
    try:
        return load(part, province).problems
    except Refused:
        part.unlink()
        _tag_path(part).unlink(missing_ok=True)
        raise


def _tag_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.tag")


def _fetch(offered: Offer, part: Path, progress: Progress) -> None:
    """Append to ``part`` by HTTP Range; start again if the file on the server changed or ranges are not supported."""
    tag = _tag_path(part).read_text("utf-8") if _tag_path(part).exists() else ""
    done = part.stat().st_size if part.exists() and tag else 0
    headers = {"Range": f"bytes={done}-", "If-Range": tag} if done else {}
    try:
        answer = _open(offered.url, headers)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not done:
            raise
        part.unlink()
        return _fetch(offered, part, progress)
    with answer:
        resumed = answer.status == http.client.PARTIAL_CONTENT and _range_start(answer) == done
        done = done if resumed else 0
        length = answer.headers.get("Content-Length", "")
        total = done + int(length) if length.isdecimal() else offered.bytes
        _tag_path(part).write_text(_validator(answer), "utf-8")
        with part.open("ab" if resumed else "wb") as sink:
            progress(done, total)
            while block := answer.read(BLOCK):
                sink.write(block)
                done += len(block)
                if done > FILE_BYTES:
                    raise Refused("boundary_too_large", value=str(done))
                progress(done, total)
    if total is not None and done < total:
        raise Refused("boundary_download_cut", value=f"{done}/{total}")


def _range_start(answer: http.client.HTTPResponse) -> int | None:
    match = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(match[1]) if match else None


def _validator(answer: http.client.HTTPResponse) -> str:
    """Validator for resuming (RFC 9110): a strong ETag, else Last-Modified, else ``""``."""
    tag = answer.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
