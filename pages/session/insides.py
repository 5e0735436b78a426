"""Every use of Streamlit's undocumented internals, in one place: look here first when an upgrade breaks.

Each has a test in ``tests/pages/test_insides.py``. ``docs/replaced-of-streamlit.md`` lists what else of Streamlit is
replaced, and why. Two uses are elsewhere: its first page is read in :mod:`pages.shell.first_page`, and names of its
front end are in ``static/shell/app.css`` (tested there, too).
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

# The parts of the file uploader whose English text our style sheet covers with ours.
FILE_BUTTON = '[data-testid="stFileUploaderDropzone"] > span > button p'
FILE_LIMIT = '[data-testid="stFileUploaderDropzoneInstructions"] span'

# Frames of maps and of the wall, found by the component's name in their address; static/shell/names.js titles them.
MAP_FRAME, WALL_FRAME = 'iframe[src*="st_folium"]', 'iframe[src*="kradan_meeting"]'


def front_end() -> Path:
    """The folder of Streamlit's front end: ``index.html`` and the scripts that it loads."""
    return Path(file_util.get_static_dir())


def base_path() -> str:
    """``server.baseUrlPath``, without slashes around it."""
    return str(config.get_option("server.baseUrlPath") or "").strip("/")


def port() -> int:
    """The port that the server listens on."""
    return int(config.get_option("server.port") or 8501)


def ignore_pages_directory() -> None:
    """Switch off Streamlit's old multipage mode for a folder named ``pages``, even before a session has run ``app.py``.

    Otherwise a deep link opened first on a cold server answers "page not found" (seen with 1.67).
    """
    PagesManager.uses_pages_directory = False


def caller() -> tuple[str | None, list[tuple[str, str]]] | None:
    """Peer address and headers of the websocket behind this run; ``None`` when no server runs.

    ``(None, [])``: the browser has disconnected, or this is no run of a session.
    """
    server = runtime.Runtime._instance
    if type(server) is not runtime.Runtime:  # no server, or a stand-in of a page test
        return None
    run = get_script_run_ctx()
    client = server.get_client(run.session_id) if run is not None else None
    if client is None or client.client_context is None:
        return None, []
    return client.client_context.remote_ip, list(client.client_context.headers)


def is_embedded() -> bool:
    """Whether the page of this run is inside another site's frame (``?embed=1``)."""
    run = get_script_run_ctx()
    return bool(run is not None and run.context_info is not None and run.context_info.is_embedded)


def session_id() -> str | None:
    """The session id of this run; ``None`` outside one."""
    run = get_script_run_ctx()
    return run.session_id if run is not None else None


def open_sessions() -> int:
    """Number of open pages."""
    return runtime.Runtime.instance()._session_mgr.num_active_sessions() if runtime.exists() else 0


def is_busy() -> bool:
    """Whether a script run is in progress in any session."""
    sessions = runtime.Runtime.instance()._session_mgr.list_active_sessions() if runtime.exists() else []
    return any(info.session._state is AppSessionState.APP_IS_RUNNING for info in sessions)


def held_bytes(session: str | None, least: int) -> int:
    """Bytes of uploads in Streamlit's memory, of one session or (``None``) of all; a file counts at least ``least``."""
    manager = runtime.Runtime.instance().uploaded_file_mgr if runtime.exists() else None
    if not isinstance(manager, MemoryUploadedFileManager):
        return 0
    kept = dict(manager.file_storage)
    files = [record for name, records in kept.items() if session in (None, name) for record in list(records.values())]
    return sum(max(len(record.data), least) for record in files)


def never_look_up_this_machine() -> None:
    """Stop Streamlit from asking a foreign host for this machine's public address (at start, per foreign origin)."""
    vars(net_util)["get_external_ip"] = lambda: None


def release_uploads(uploads: Iterable[Any]) -> None:
    """Free the memory of uploads that are already on disk; Streamlit would hold them until the session ends."""
    run = get_script_run_ctx()
    if run is not None and isinstance(run.uploaded_file_mgr, MemoryUploadedFileManager):
        for upload in uploads:
            run.uploaded_file_mgr.remove_file(run.session_id, upload.file_id)


def when_serving(act: Callable[[], None]) -> None:
    """Run ``act`` in a daemon thread once the server is up."""

    def wait() -> None:
        while not runtime.exists():
            time.sleep(0.1)
        act()

    threading.Thread(target=wait, daemon=True, name="kradan-ahead").start()
