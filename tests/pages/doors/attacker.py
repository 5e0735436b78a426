"""What somebody sends who is not a browser of ours: any host, origin and header, over a plain socket or a websocket."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


def ask(
    address: str, path: str, headers: dict[str, str] | None = None, method: str = "GET", body: bytes = b""
) -> tuple[int, list[tuple[str, str]], bytes]:
    """One request; a header given as ``Host`` replaces the usual one."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    headers = {"Host": where.netloc} | (headers or {})
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body and "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        with suppress(BrokenPipeError, ConnectionResetError):  # answered before it was read
            connection.send(body)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


@dataclass
class Heard:
    """What one run of a view sent over the websocket."""

    frames: bytes
    session: str

    def says(self, text: str) -> bool:
        return text.encode() in self.frames


def listen(
    address: str, view: str = "", headers: dict[str, str] | None = None, origin: str | None = "", query: str = ""
):
    """Open a session for a view; ``None`` when the server does not let the websocket in.

    ``origin`` empty: that of the host asked for; ``None``: none.
    """
    return asyncio.run(_listen(address, view, dict(headers or {}), origin, query))


async def _listen(address: str, view: str, headers: dict[str, str], origin: str | None, query: str) -> Heard | None:
    where = urlsplit(address)
    host = headers.pop("Host", where.netloc)
    try:
        async with websockets.connect(
            f"ws://{host}/_stcore/stream", host=where.hostname, port=where.port, subprotocols=["streamlit"], max_size=None,
            compression=None, origin=f"http://{host}" if origin == "" else origin, additional_headers=headers, open_timeout=30,
        ) as line:  # fmt: skip
            message, session, frames = BackMsg(), "", b""
            message.rerun_script.CopyFrom(ClientState(query_string=query, page_name=view))
            await line.send(message.SerializeToString())
            while True:
                raw = await asyncio.wait_for(line.recv(), 60)
                frames += raw
                forward = ForwardMsg.FromString(raw)
                if forward.WhichOneof("type") == "new_session":
                    session = forward.new_session.initialize.session_id or session
                early = forward.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
                if forward.WhichOneof("type") == "script_finished" and not early:
                    return Heard(frames, session)
    except websockets.InvalidStatus:
        return None


@contextmanager
def overheard() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that lets nothing through and keeps what was asked of it; its address and that list."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def take() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                with line:
                    line.settimeout(2)
                    try:
                        asked.append(line.recv(4096))
                    except OSError:
                        asked.append(b"")

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}", asked
        door.shutdown(socket.SHUT_RDWR)
