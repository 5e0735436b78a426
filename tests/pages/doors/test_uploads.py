"""Files from sessions: who may bring them, and how much the server holds at once; nothing is read before that is known."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest

from pages.queries import store as queries
from pages.session import insides, sign_in, uploads
from pages.shell.doors import Doors

MEGABYTE = uploads.MEGABYTE


@pytest.fixture
def session(monkeypatch):
    """A session whose page for files is open, with a name that is of the team while ``roles`` has it."""
    roles = {"somchai@office.example"}
    monkeypatch.setattr(insides, "get_script_run_ctx", lambda: SimpleNamespace(session_id="s1"))
    monkeypatch.setattr(sign_in, "name", lambda: "somchai@office.example")
    monkeypatch.setattr(queries, "is_team_member", lambda subject: subject in roles)
    monkeypatch.setenv("KRADAN_UPLOADS_SESSION_MB", "30")
    monkeypatch.setenv("KRADAN_UPLOADS_MB", "40")
    uploads.expect()
    yield roles
    uploads._expected.clear()


def put(address: str = "/_stcore/upload_file/s1/f", inside=None, **headers: str) -> tuple[int, int]:
    """Status of the answer and how often the body was asked for."""
    asked, sent = [], []

    async def receive():
        asked.append(1)
        return {"type": "http.request", "body": b"0" * 1000, "more_body": False}

    async def send(message):
        sent.append(message)

    async def streamlit(scope, receive, send):
        await receive()
        if inside:
            inside()
        await send({"type": "http.response.start", "status": 204, "headers": []})

    written = [
        (b"host", b"127.0.0.1:8501"),
        *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
    ]
    scope = {"type": "http", "method": "PUT", "path": address, "headers": written, "client": ("127.0.0.1", 1)}
    asyncio.run(Doors(streamlit)(scope, receive, send))
    return sent[0]["status"], len(asked)


def test_a_session_of_the_team_brings_its_file(session):
    assert put(content_length="1000") == (204, 1)


def test_no_byte_of_anybody_else_is_read(session):
    assert put("/_stcore/upload_file/s2/f", content_length="1000") == (403, 0)
    session.clear()  # the role was taken back since the page was opened
    assert put(content_length="1000") == (403, 0)


def test_a_body_of_unknown_length_is_not_read(session):
    assert put(transfer_encoding="chunked") == (411, 0)
    assert put(content_length="-1") == (411, 0)


def test_what_is_on_its_way_counts_with_what_is_held(session, monkeypatch):
    assert put(content_length=str(31 * MEGABYTE)) == (413, 0)
    answers = []

    def inner() -> None:
        other = threading.Thread(target=lambda: answers.append(put(content_length=str(15 * MEGABYTE))))
        other.start()
        other.join()

    assert put(content_length=str(20 * MEGABYTE), inside=inner) == (204, 1)
    assert answers == [(413, 0)]
    assert put(content_length=str(20 * MEGABYTE)) == (204, 1)  # the room is free again
    monkeypatch.setattr(insides, "held_bytes", lambda one, least: 0 if one else 35 * MEGABYTE)
    assert put(content_length=str(6 * MEGABYTE)) == (413, 0)


def test_a_thousand_empty_files_are_not_nothing(session):
    with uploads.room("s1", 0), uploads.room("s1", 0):
        assert uploads._under_way == {"s1": 2 * uploads.LEAST}
    assert uploads._under_way == {}
