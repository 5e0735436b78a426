"""Every reach into what Streamlit does not promise, in one place: look here first when an upgrade breaks.

Each has a test in ``tests/pages/test_insides.py``; what else of
Streamlit we replace, and why, stands in ``docs/replaced-of-streamlit.md``. Its first page is read in
:mod:`pages.shell.first_page`, names of its front end stand in ``static/shell/app.css`` (tested there, too).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from streamlit import config, file_util, net_util, runtime
from streamlit.runtime.app_session import AppSessionState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

# The parts of its box for files whose English words our style lays ours over.
FILE_BUTTON = '[data-testid="stFileUploaderDropzone"] > span > button p'
FILE_LIMIT = '[data-testid="stFileUploaderDropzoneInstructions"] span'

# The frames of maps and of the wall: their address holds the name of the component. Its title is ours (static/shell/names.js).
MAP_FRAME, WALL_FRAME = 'iframe[src*="st_folium"]', 'iframe[src*="kradan_meeting"]'


def front_end() -> Path:
    """The folder of its front end: ``index.html`` and the scripts that it names."""
    return Path(file_util.get_static_dir())


def base_path() -> str:
    """``server.baseUrlPath``, without slashes around it."""
    return str(config.get_option("server.baseUrlPath") or "").strip("/")


def port() -> int:
    """The port that the server listens on."""
    return int(config.get_option("server.port") or 8501)


def ignore_pages_directory() -> None:
    """A folder named ``pages`` is not its old way of many pages, not even before the first session has run ``app.py``.

    Otherwise a deep link opened first on a cold server answers "page not found" (seen with 1.67).
    """
    PagesManager.uses_pages_directory = False


def caller() -> tuple[str | None, list[tuple[str, str]]] | None:
    """Peer and headers of the websocket behind this run, as it was opened; ``None`` where no server serves.

    Empty headers: the browser has left, or this is no run of a session.
    """
    server = runtime.Runtime._instance
    if type(server) is not runtime.Runtime:  # none, or one that a test of pages plays
        return None
    run = get_script_run_ctx()
    client = server.get_client(run.session_id) if run is not None else None
    if client is None or client.client_context is None:
        return None, []
    return client.client_context.remote_ip, list(client.client_context.headers)


def is_embedded() -> bool:
    """Whether the page of this run stands in another site's frame (``?embed=1``)."""
    run = get_script_run_ctx()
    return bool(run is not None and run.context_info is not None and run.context_info.is_embedded)


def session_id() -> str | None:
    """The session of this run; ``None`` outside one."""
    run = get_script_run_ctx()
    return run.session_id if run is not None else None


def open_sessions() -> int:
    """How many pages are open."""
    return runtime.Runtime.instance()._session_mgr.num_active_sessions() if runtime.exists() else 0


def is_busy() -> bool:
    """Whether a page is being made for somebody at this moment."""
    sessions = runtime.Runtime.instance()._session_mgr.list_active_sessions() if runtime.exists() else []
    return any(info.session._state is AppSessionState.APP_IS_RUNNING for info in sessions)


def held_bytes(session: str | None, least: int) -> int:
    """Bytes of uploads in Streamlit's memory, of one session or of all; a file counts for ``least`` at the least."""
    manager = runtime.Runtime.instance().uploaded_file_mgr if runtime.exists() else None
    if not isinstance(manager, MemoryUploadedFileManager):
        return 0
    kept = dict(manager.file_storage)
    files = [record for name, records in kept.items() if session in (None, name) for record in list(records.values())]
    return sum(max(len(record.data), least) for record in files)


def never_look_up_this_machine() -> None:
    """Streamlit asks a foreign host for this machine's public address: at the start, and for every foreign origin."""
    vars(net_util)["get_external_ip"] = lambda: None


def release_uploads(uploads: Iterable[Any]) -> None:
    """Free the memory of uploads that lie on disk now; it would keep them until the session ends."""
    run = get_script_run_ctx()
    if run is not None and isinstance(run.uploaded_file_mgr, MemoryUploadedFileManager):
        for upload in uploads:
            run.uploaded_file_mgr.remove_file(run.session_id, upload.file_id)


def when_serving(act: Callable[[], None]) -> None:
    """Do something beside the server once it runs."""

    def wait() -> None:
        while not runtime.exists():
            time.sleep(0.1)
        act()

    threading.Thread(target=wait, daemon=True, name="kradan-ahead").start()
