"""Start the board: ``python -m pages.parts.serve [streamlit options]``; ``make run`` calls it.

Streamlit takes a folder named ``pages`` for its old way of many pages until a session has run ``app.py`` once; a deep
link opened first on a cold server then answers "page not found" (seen with 1.67). The mark is set before any session.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time

from streamlit import App, runtime
from streamlit.runtime.pages_manager import PagesManager

from loaders import settings
from pages.parts import doorway, memory

SCRIPT = settings.ROOT / "app.py"


def _get_ready() -> None:
    """Beside the server, not before it: it answers at once, and the first visitor waits for what is not ready yet."""
    while not runtime.exists():
        time.sleep(0.1)
    importlib.import_module("pages.parts.warm").ahead()


def options_in(words: list[str]) -> dict[str, str]:
    """``--server.port 8501`` and ``--server.port=8501`` as Streamlit's configuration; ``SystemExit`` for anything else."""
    found, rest = {}, list(words)
    while rest:
        name, is_joined, value = rest.pop(0).partition("=")
        if not name.startswith("--") or not (is_joined or rest):
            raise SystemExit(f"usage: python -m pages.parts.serve [--server.port 8501 ...]; not understood: {name}")
        found[name.removeprefix("--")] = value if is_joined else rest.pop(0)
    return found


def main(words: list[str]) -> None:
    """Serve ``app.py`` with Streamlit's own server, our first page and our headers."""
    memory.stay_small()
    PagesManager.uses_pages_directory = False
    if settings.computes_ahead():
        threading.Thread(target=_get_ready, daemon=True, name="kradan-ahead").start()
    sys.argv = [str(SCRIPT)]  # its folder is where Streamlit looks for .streamlit
    views = [path.stem for path in (settings.ROOT / "pages" / "views").glob("[!_]*.py")]
    app = App(SCRIPT, routes=list(doorway.routes(["start", *views])), middleware=doorway.middleware())
    app.run(config=options_in(words))


if __name__ == "__main__":
    main(sys.argv[1:])
