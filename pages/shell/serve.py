"""Start the board: ``python -m pages.shell.serve [streamlit options]``; ``make run`` calls it.

With ``KRADAN_PLAIN_NAVIGATION=1`` Streamlit serves ``app.py`` alone, with its own first page and menu: a fault after an
upgrade can so be attributed to Streamlit or to our additions.
"""

from __future__ import annotations

import gc
import importlib
import sys

from streamlit.web import cli

from loaders import doors, settings
from pages.session import insides


def script() -> str:
    """The script for Streamlit: ``asgi.py`` with our first page and headers, or ``app.py`` alone."""
    return str(settings.ROOT / ("app.py" if settings.has_plain_navigation() else "asgi.py"))


def _get_ready() -> None:
    """Run after the server has started: it answers at once, and a first visitor waits only for what is unfinished."""
    importlib.import_module("pages.shell.precompute").ahead()


def main(options: list[str]) -> None:
    """Serve the board with Streamlit's own command line, options and environment."""
    gc.set_threshold(*settings.COLLECT_AFTER)
    insides.ignore_pages_directory()
    insides.never_look_up_this_machine()
    if settings.computes_ahead():
        insides.when_serving(_get_ready)
    if doors.serves_the_room() and not any(option.startswith("--server.address") for option in options):
        options = [*options, "--server.address", "0.0.0.0"]  # visitors from there are the public (loaders.doors)
    sys.argv = ["streamlit", "run", script(), *options]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
