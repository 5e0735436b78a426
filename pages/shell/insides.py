"""Every reach into what Streamlit does not promise, in one place: look here first when an upgrade breaks.

Imports nothing of ours, so every room may use it. Each has a test in ``tests/pages/test_insides.py``; what else of
Streamlit we replace, and why, stands in ``docs/replaced-of-streamlit.md``. Its first page is read in
:mod:`pages.shell.first_page`, names of its front end stand in ``static/shell/app.css`` (tested there, too).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from streamlit import config, file_util, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

# The parts of its box for files whose English words our style lays ours over.
FILE_BUTTON = '[data-testid="stFileUploaderDropzone"] > span > button p'
FILE_LIMIT = '[data-testid="stFileUploaderDropzoneInstructions"] span'


def front_end() -> Path:
    """The folder of its front end: ``index.html`` and the scripts that it names."""
    return Path(file_util.get_static_dir())


def base_path() -> str:
    """``server.baseUrlPath``, without slashes around it."""
    return str(config.get_option("server.baseUrlPath") or "").strip("/")


def ignore_pages_directory() -> None:
    """A folder named ``pages`` is not its old way of many pages, not even before the first session has run ``app.py``.

    Otherwise a deep link opened first on a cold server answers "page not found" (seen with 1.67).
    """
    PagesManager.uses_pages_directory = False


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
