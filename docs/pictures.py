"""Make the pictures of the guides: ``python docs/pictures.py`` with Chromium installed; each at most 300 kB.

A board with the demo province is served on a free port, the pages are opened as a visitor sees them, and the pictures
are written to ``docs/pictures`` with few colours.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import served  # noqa: E402 - the repository is not installed

FOLDER = ROOT / "docs" / "pictures"
PAGES = {"overview": "overview", "coverage": "coverage?theme=health", "agency": "agency", "sources": "sources"}
WITHOUT_MAP = ("agency", "sources")
BOARD = ROOT / "docs" / "board.png"  # the picture of README: the overview again
LARGEST = 300_000
WIDTH, HEIGHT = 1440, 1000


def small(png: bytes) -> bytes:
    """The picture in as many colours as fit into the largest size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (128, 64, 32):
        target = io.BytesIO()
        picture.quantize(colours).save(target, "PNG", optimize=True)
        if target.tell() <= LARGEST:
            break
    return target.getvalue()


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served.browser() as chromium:
        store = served.make_store(Path(folder) / "kradan.sqlite", demo=True)
        with served.board(store) as address:
            for name, page in PAGES.items():
                seen = served.visit(chromium, f"{address}/{page}", WIDTH, HEIGHT)
                seen.title()
                seen.settled()
                if name not in WITHOUT_MAP:
                    seen.painted()
                seen.page.wait_for_function(
                    "() => !document.querySelector('[data-testid=\"stSkeleton\"]')", timeout=60_000
                )
                seen.page.wait_for_timeout(1500)
                picture = small(seen.page.screenshot())
                (FOLDER / f"{name}.png").write_bytes(picture)
                if name == "overview":
                    BOARD.write_bytes(picture)
            wall(chromium, address)


def wall(chromium: Browser, address: str) -> None:
    """The first view of the meeting."""
    seen = served.visit(chromium, f"{address}/meeting", 1920, 1080)
    frame = seen.page.frame_locator('iframe[src*="kradan_meeting"]')
    frame.locator("body[data-ready]").wait_for(timeout=120_000)
    seen.page.wait_for_timeout(1500)
    (FOLDER / "meeting.png").write_bytes(small(seen.page.screenshot()))


if __name__ == "__main__":
    main()
