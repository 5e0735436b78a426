"""Open the board once as a browser does: the page, then its websocket, until the first run of the script has finished.

``python deploy/warm_up.py ADDRESS [SECONDS]``; exit 0 when it answered in time, 1 when not. A plain GET of ``/`` fetches
the frame only: Streamlit imports and computes when a websocket asks for the page.
"""

from __future__ import annotations

import asyncio
import sys
import time

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


async def first_run(address: str) -> int:
    """Ask for the start page; returns the number of messages until the script had finished."""
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with websockets.connect(url, subprotocols=["streamlit"], max_size=None, compression=None) as socket:
        message = BackMsg()
        message.rerun_script.query_string = ""
        await socket.send(message.SerializeToString())
        count = 0
        while True:
            count += 1
            if ForwardMsg.FromString(await socket.recv()).WhichOneof("type") == "script_finished":
                return count


def main(address: str, seconds: float = 60) -> int:
    """Try until the server is up and has answered, or the time is over."""
    begin, reason = time.monotonic(), ""
    while (left := seconds - (time.monotonic() - begin)) > 0:
        try:
            count = asyncio.run(asyncio.wait_for(first_run(address), left))
        except (OSError, TimeoutError, websockets.WebSocketException) as fault:
            reason = type(fault).__name__
            time.sleep(min(0.3, max(left, 0)))
            continue
        sys.stdout.write(f"warm after {time.monotonic() - begin:.1f} s, {count} messages\n")
        return 0
    sys.stderr.write(f"not warm after {seconds:.0f} s: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *(float(number) for number in sys.argv[2:3])))
