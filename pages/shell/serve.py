"""Start the board: ``python -m pages.shell.serve [streamlit options]``; ``make run`` calls it.

Streamlit takes a folder named ``pages`` for its old way of many pages until a session has run ``app.py`` once; a deep
link opened first on a cold server then answers "page not found" (seen with 1.67). The mark is set before any session.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time

from streamlit import runtime
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

from loaders import settings


def _get_ready() -> None:
    """Beside the server, not before it: it answers at once, and the first visitor waits for what is not ready yet."""
    while not runtime.exists():
        time.sleep(0.1)
    importlib.import_module("pages.shell.precompute").ahead()


def main(options: list[str]) -> None:
    """Serve the board (``asgi.py``) with Streamlit's own command line, options and environment."""
    PagesManager.uses_pages_directory = False
    if settings.computes_ahead():
        threading.Thread(target=_get_ready, daemon=True, name="kradan-ahead").start()
    sys.argv = ["streamlit", "run", str(settings.ROOT / "asgi.py"), *options]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
