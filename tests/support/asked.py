"""What the server sends for a view, without a browser: a browser asks once for a view, and gets the same."""

from __future__ import annotations

import asyncio
import html
import re
import threading
import urllib.request
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from typing import TypeVar
from urllib.parse import urljoin

from bench.support.client import Answer, Client

PATIENCE_SECONDS = 60
Result = TypeVar("Result")


def _overheard(session: Client) -> list[bytes]:
    """All that comes to this open session from now on."""
    heard: list[bytes] = []
    receive = session.socket.recv

    async def hear() -> bytes:
        heard.append(await receive())
        return heard[-1]

    session.socket.recv = hear
    return heard


async def _asked(address: str, view: str) -> bytes:
    page, _, query = view.partition("?")
    async with Client(address, page, query) as session:
        heard = _overheard(session)
        answer = await asyncio.wait_for(session.rerun(), PATIENCE_SECONDS)
    assert any('<h1 class="kradan-title"' in text for text in answer.texts), view
    return b"\n".join(heard)


def frames(address: str, view: str) -> bytes:
    """All that a new session gets for a view with its query, up to the end of its run, which has a title."""
    with ThreadPoolExecutor(1) as thread:  # the loop of Playwright runs in the caller's
        return thread.submit(asyncio.run, _asked(address, view)).result()


def title(heard: bytes) -> str:
    """The words of the title in what was sent last."""
    titles = re.findall(r'<h1 class="kradan-title"[^>]*>(.*?)</h1>', heard.decode(errors="replace"), re.DOTALL)
    return html.unescape(re.sub("<[^>]*>", "", titles[-1])).strip()


class Seat:
    """Somebody without a browser: cookies as a browser keeps them, and one session that stands until the next is opened."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session: Client | None = None
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.leave()

    def leave(self) -> None:
        """Be nobody: no cookie, neither of the board nor of the provider, and no page."""
        self._close()
        self._cookies = CookieJar()
        self._http = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._cookies)
        )

    def open(self, view: str) -> bytes:
        """Load the page of a view; gives all that the server sent for it."""
        self._close()
        self._at = self.address
        self.get("/_stcore/health")  # brings the token without which a cookie of a sign-in is not read
        page, _, query = view.partition("?")
        cookies = {cookie.name: cookie.value or "" for cookie in self._cookies}
        self._session = Client(self.address, page, query, cookies)
        self._do(self._session.__aenter__())
        self._heard = _overheard(self._session)
        return self._frames(self._session.rerun())

    def follow(self, view: str) -> bytes:
        """The same by a link in the page that stands: the same session, asked again."""
        assert self._session is not None
        page, _, query = view.partition("?")
        return self._frames(self._session.go(page, query))

    @property
    def buttons(self) -> set[str]:
        """The words of all buttons that this session was sent."""
        assert self._session is not None
        return set(self._session.buttons)

    def press(self, words: str) -> str:
        """Press a button that leads away from the board; gives the page that one is led to."""
        assert self._session is not None
        return self.get(self._do(self._session.press(words)).way)

    def get(self, link: str) -> str:
        """The page behind a link in the one got last, or on the board, as the browser that keeps these cookies asks for it."""
        with self._http.open(urljoin(self._at, link), timeout=PATIENCE_SECONDS) as answer:
            self._at = answer.geturl()
            return answer.read().decode()

    def _frames(self, run: Awaitable[Answer]) -> bytes:
        self._heard.clear()
        answer = self._do(run)
        assert any('<h1 class="kradan-title"' in text for text in answer.texts)
        return b"\n".join(self._heard)

    def _do(self, work: Awaitable[Result]) -> Result:
        async def in_time() -> Result:
            return await asyncio.wait_for(work, PATIENCE_SECONDS)

        return asyncio.run_coroutine_threadsafe(in_time(), self._loop).result()

    def _close(self) -> None:
        if self._session is not None:
            self._do(self._session.__aexit__(None, None, None))
            self._session = None
