"""Import and review as a person does them: choose a file, see what was understood, store it, decide, undo, take the file home."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import served
from tests.import_files import ROWS, csv_file

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = served.make_store(tmp_path_factory.mktemp("imports") / "store.sqlite", demo=False)
    with served.board(store) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with served.browser() as found:
        yield found


def test_a_file_from_upload_to_decision_and_back(address: str, chromium: Browser, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [*ROWS, ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ก", "10"]])
    noise = tmp_path / "ภาพ.csv"
    noise.write_bytes(b"%PDF-1.7")
    seen = served.visit(chromium, f"{address}/imports?lang=en")
    page = seen.page
    page.set_input_files("input[type=file]", [str(path), str(noise)])
    page.get_by_role("button", name="Read the files").click()
    expect(page.get_by_text("Money in the file")).to_be_visible()
    expect(page.get_by_text("Files of the kind PDF cannot be read")).to_be_visible()
    heading = page.locator("h1.kradan-title")
    expect(heading).to_have_text("0 files in use · 0 rows wait for review")  # nothing is stored before a person says so
    page.get_by_role("button", name="Store (1)").click()
    expect(page.get_by_text("Stored as batch 1")).to_be_visible()
    page.get_by_role("button", name="Make the file to give back").click()
    got = page.get_by_role("button", name="Download งาน.xlsx")
    expect(got).to_be_visible()
    with page.expect_download() as download:
        got.click()
    assert download.value.suggested_filename == "งาน.xlsx"

    page.goto(f"{address}/review?lang=en")
    expect(heading).to_have_text("1 rows wait · 10 baht")
    page.get_by_label("Reason (needed)").fill("asked by telephone")
    page.get_by_role("combobox", name="Right place").fill("800801")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Use this place").click()
    expect(page.get_by_text("Decided: 1 loaded")).to_be_visible()
    expect(heading).to_have_text("0 rows wait · 0 baht")
    assert seen.foreign == []


def test_columns_can_be_said_by_hand(address: str, chromium: Browser, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["ท่าศาลา", "ท่าศาลา", "5"], ["กลาย", "ท่าศาลา", "6"]], "ไม่รู้จัก.csv", ["a", "b", "c"])
    seen = served.visit(chromium, f"{address}/imports?lang=en", width=1200, height=900)
    page = seen.page
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Read the files").click()
    expect(page.get_by_text("This sheet only lists places").first).to_be_visible()
    expect(page.get_by_role("button", name="Read again like this")).to_be_visible()


def test_a_running_import_can_be_cancelled(address: str, chromium: Browser, tmp_path: Path) -> None:
    from bench.imports import write

    path = tmp_path / "ใหญ่.xlsx"
    write(path, 30_000)
    seen = served.visit(chromium, f"{address}/imports?lang=en")
    page = seen.page
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Read the files").click()
    job = served.process(address, "loaders.import_job")
    os.kill(job, signal.SIGSTOP)  # however slow the page is, the work is still under way when the button is pressed
    expect(page.locator('[data-testid="stProgress"]')).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled. Nothing was stored.")).to_be_visible()
