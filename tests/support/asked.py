"""What the server sends for a view, without a browser: a browser asks once for a view, and gets the same."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bench.support.client import Client

PATIENCE_SECONDS = 60


async def _asked(address: str, view: str) -> bytes:
    page, _, query = view.partition("?")
    heard: list[bytes] = []
    async with Client(address, page, query) as session:
        receive = session.socket.recv

        async def hear() -> bytes:
            heard.append(await receive())
            return heard[-1]

        session.socket.recv = hear
        answer = await asyncio.wait_for(session.rerun(), PATIENCE_SECONDS)
    assert any("kradan-title" in text for text in answer.texts), view
    return b"\n".join(heard)


def frames(address: str, view: str) -> bytes:
    """All that a new session gets for a view with its query, up to the end of its run, which has a title."""
    with ThreadPoolExecutor(1) as thread:  # the loop of Playwright runs in the caller's
        return thread.submit(asyncio.run, _asked(address, view)).result()
