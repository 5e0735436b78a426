"""The application under ``/api``; refused and failed requests get ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Mount

from loaders import settings
from loaders.problems import Refused
from loaders.words import sentence
from pages.api import features
from pages.api.asking import Asked, Seen
from pages.session import errors

PROBLEM = "application/problem+json"


def build() -> FastAPI:
    """The application, described at ``/api/openapi.json``. No documentation page: its scripts would be foreign."""
    api = FastAPI(title="Kradan", version=settings.version(), docs_url=None, redoc_url=None, redirect_slashes=False,
                  description="Read only. Who supports which subdistrict, gaps, overlaps, classes. What a token's agency may see; without one what the public sees.")  # fmt: skip
    features.add(api)
    _tables(api)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(Refused, _refused)
    for failure in errors.STORE_FAILURES:
        api.add_exception_handler(failure, _store)
    return api


def _tables(api: FastAPI) -> None:
    @api.get("/tables/{name}.csv", responses={200: {"content": {"text/csv": {}}}}, response_class=Response)
    def table_as_csv(request: Request, name: str, filters: Asked, viewer: Seen) -> Response:
        """A whole table as CSV, for Excel Power Query, Google Sheets, Power BI, pandas."""
        return features.answered(request, viewer, filters, name, features.CSV, features.as_csv)

    @api.get("/tables/{name}.json", response_class=Response)
    def table_as_json(request: Request, name: str, filters: Asked, viewer: Seen) -> Response:
        """A whole table as JSON: ``rows``, ``data_version``, ``number``."""
        return features.answered(request, viewer, filters, name, features.JSON, features.as_json)


def problem(status: int, detail: str, headers: Any = None, **more: Any) -> JSONResponse:
    """One error response as ``application/problem+json``."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, {**(headers or {}), "Cache-Control": "no-store"}, PROBLEM)


async def _http(request: Request, fault: Any) -> JSONResponse:
    return problem(fault.status_code, str(fault.detail), fault.headers)


async def _invalid(request: Request, fault: Any) -> JSONResponse:
    wrong = [{"name": ".".join(map(str, error["loc"][1:])), "reason": error["msg"]} for error in fault.errors()]
    return problem(
        400, "; ".join(f"{error['name']}: {error['reason']}" for error in wrong), None, **{"invalid-params": wrong}
    )


async def _refused(request: Request, fault: Any) -> JSONResponse:
    return problem(400, sentence(fault.problem.as_dict()), None, code=fault.problem.code)


async def _store(request: Request, fault: Any) -> JSONResponse:
    errors.log.error("store failed: %s", type(fault).__name__)
    return problem(503, sentence({"code": "store_failed"}), {"Retry-After": "5"})


def routes(prefix: str) -> Iterator[Mount]:
    """Mount the application under the board's own path."""
    yield Mount(f"{prefix}/api", app=build())
