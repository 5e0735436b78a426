"""``/healthz`` for a load balancer and ``/metrics`` (Prometheus text, this machine only) for a monitor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.queries import store as queries
from pages.session import insides

PATIENCE_SECONDS = 4.0
ANSWERS = Counter("kradan_http_answers", "Answers by class of their status", ["status"])
REFUSED = Counter("kradan_refused", "Requests that were not let in, by reason", ["reason"])
_ready = Gauge("kradan_store_ready", "Whether the store answers")
_sessions = Gauge("kradan_sessions", "Pages that are open")
_uploads = Gauge("kradan_upload_bytes", "Bytes of files that were handed in and lie in memory")
_sessions.set_function(insides.open_sessions)
_uploads.set_function(lambda: insides.held_bytes(None, 0))


async def _why_not() -> str | None:
    """Code of the reason why the store does not answer in time; ``None`` when it does."""
    try:
        why = await asyncio.wait_for(run_in_threadpool(queries.why_not_ready), PATIENCE_SECONDS)
    except TimeoutError:
        why = "store_busy"
    _ready.set(why is None)
    return why


async def healthz(request: Request) -> PlainTextResponse:
    """200 ``ok`` when the store answers, 503 with a code when it does not."""
    why = await _why_not()
    return PlainTextResponse(why or "ok", 503 if why else 200, {"Cache-Control": "no-store"})


async def metrics(request: Request) -> Response:
    """Prometheus metrics of this process."""
    await _why_not()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def routes(prefix: str) -> Iterator[Route]:
    """Both routes, under the board's own path."""
    yield Route(f"{prefix}/healthz", healthz, methods=["GET", "HEAD"])
    yield Route(f"{prefix}/metrics", metrics, methods=["GET"])
