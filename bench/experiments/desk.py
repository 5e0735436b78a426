"""Import page used like a person, in Thai, from choosing a file until it is stored: clicks, seconds and screenshots.

``python -m bench.experiments.desk [FILE [FOLDER]]``. One JSON line for wide screen and phone; screenshots in FOLDER.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.support import served

SCREENS = {"wide": (1920, 1080), "phone": (390, 844)}
BASE = "อบจ"  # provider of the file, as typed into the search field
LONGEST_SECONDS = 240.0


def measure(file: Path, pictures: Path | None) -> dict[str, dict[str, float]]:
    """Clicks, seconds until read and seconds until stored, per screen; each screen has its own store."""
    figures = {}
    with served.browser() as chromium:
        for name, (width, height) in SCREENS.items():
            with tempfile.TemporaryDirectory() as folder:
                store = served.make_store(Path(folder) / "store.sqlite", demo=False)
                with served.board(store) as address:
                    seen = served.visit(chromium, f"{address}/imports?lang=th", width, height)
                    seen.title()
                    seen.settled()
                    figures[name] = _person(seen, file, pictures / name if pictures else None)
    return figures


def _person(seen: served.Visit, file: Path, picture: Path | None) -> dict[str, float]:
    page, clicks = seen.page, 0
    start = time.perf_counter()
    page.set_input_files("input[type=file]", [str(file)])
    clicks += 2  # the upload button, and the file in the system's dialog
    clicks += _press(page.get_by_role("button", name="อ่านไฟล์"))
    page.get_by_text("เงินในไฟล์").first.wait_for(timeout=LONGEST_SECONDS * 1000)
    seen.settled()
    read = time.perf_counter() - start
    _look(page, picture, "read")
    store = page.get_by_role("button", name="บันทึก (1 ไฟล์)")
    while store.is_disabled():
        answered = _answer(page)
        assert answered, f"nothing is left to answer, and the button is shut: {seen.text()[:2000]}"
        clicks += answered
        seen.settled()
    _look(page, picture, "answered")
    clicks += _press(store)
    page.get_by_text("บันทึกแล้ว เป็นชุดข้อมูล").first.wait_for(timeout=LONGEST_SECONDS * 1000)
    seconds = time.perf_counter() - start
    seen.settled()
    _look(page, picture, "stored")
    return {"clicks": clicks, "read_seconds": round(read, 1), "seconds": round(seconds, 1)}


def _press(button: Locator) -> int:
    button.click(timeout=60_000)
    return 1


def _answer(page: Page) -> int:
    """Answer one open question; returns the clicks it took, 0 when there is none."""
    main = page.locator('[data-testid="stMain"]')
    for box in main.locator('[data-testid="stCheckbox"]').all():
        if not box.locator("input").is_checked():
            box.locator("label").first.click()
            return 1
    for group in main.locator('[data-testid="stRadio"]').all():
        if not group.locator("input:checked").count():
            group.locator("label[data-baseweb=radio], label").nth(1).click()
            return 1
    field = main.get_by_role("combobox", name="ไฟล์ของหน่วยงาน").last
    field.fill(BASE)
    page.get_by_role("option").first.click()
    return 2


def _look(page: Page, picture: Path | None, step: str) -> None:
    if picture:
        picture.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(picture / f"{step}.png"), full_page=False)
        main = page.locator('[data-testid="stMain"]')
        main.evaluate("node => node.scrollTo(0, node.scrollHeight)")
        page.wait_for_timeout(600)
        page.screenshot(path=str(picture / f"{step}-end.png"))


def main() -> None:
    """Print the figures."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data/cases/v05c.xlsx")
    pictures = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    print(json.dumps({"bench": "desk", "file": file.name, **measure(file, pictures)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
