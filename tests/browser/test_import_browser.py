"""Import and review as a person does them: choose a file, see what was understood, store it, decide, undo, take the file home."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support import served, warm
from tests.support.import_files import ROWS, csv_file

REAL = "real-children"  # beside the store: while it is there, the board starts real children
KNOWN = ["กุแหระ", "ทุ่งใหญ่", "พอช.", "ทำนา", "500"]
OTHERS = [["บางรูป", "ทุ่งใหญ่", "พอช.", "ขุดสระ", "50"], ["ทุ่งสัง", "ทุ่งใหญ่", "พอช.", "ลานตาก", "60"]]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A board with one file in use, and its store."""
    folder = tmp_path_factory.mktemp("imports")
    store = served.make_store(folder / "store.sqlite", demo=False)
    assert served.run_import(store, csv_file(folder, [KNOWN, *OTHERS], "เก่า.csv")).returncode == 0
    with served.board(store, **{warm.REAL_CHILDREN: str(folder / REAL)}) as found:
        yield found, store


@pytest.fixture
def address(board: tuple[str, Path]) -> str:
    return board[0]


@pytest.fixture(scope="module")
def _page(running_chromium: Browser, board: tuple[str, Path]) -> Iterator[served.Visit]:
    seen = served.visit(running_chromium, "about:blank")
    yield seen
    served.leave(seen)


@pytest.fixture
def imports(_page: served.Visit, address: str) -> Callable[..., served.Visit]:
    """Load the page of imports anew in the one browser profile of this file, which keeps the page's scripts."""

    def opened(height: int = 900) -> served.Visit:
        _page.foreign.clear()
        _page.page.set_viewport_size({"width": 1200, "height": height})
        _page.page.goto(f"{address}/imports?lang=en")
        return _page

    return opened


def choose_batch(seen: served.Visit, file_name: str) -> None:
    page = seen.page
    seen.settled()
    seen.choose(
        page.locator(".st-key-batch").get_by_role("combobox"), page.get_by_role("option").filter(has_text=file_name)
    )
    seen.settled()


def test_a_press_on_a_page_that_is_older_than_the_data_does_nothing_and_says_so(
    board: tuple[str, Path], imports: Callable[..., served.Visit], tmp_path: Path
) -> None:
    seen, store = imports(), board[1]
    button, heading = seen.page.get_by_role("button", name="Withdraw"), seen.page.locator("h1.kradan-title")
    expect(button).to_have_count(1)
    more = csv_file(tmp_path, [["ปริก", "ทุ่งใหญ่", "พอช.", "ทำสวน", "700"]], "700.csv")
    assert served.run_import(store, more).returncode == 0  # somebody else
    button.click()
    expect(seen.page.get_by_test_id("stToast")).to_contain_text("The data have changed meanwhile")
    expect(heading).to_have_text("2 files in use · 0 rows wait for review")
    choose_batch(seen, more.name)
    button.click()
    expect(heading).to_have_text("1 file in use · 0 rows wait for review")


def test_a_file_from_upload_to_decision_and_back(
    address: str, imports: Callable[..., served.Visit], tmp_path: Path
) -> None:
    path = csv_file(tmp_path, [*ROWS, ["ท่าศาลาา", "ท่าศาลา", "พอช.", "ก", "10"]])
    noise = tmp_path / "ภาพ.csv"
    noise.write_bytes(b"%PDF-1.7")
    seen = imports()
    page = seen.page
    seen.hand_in(path, noise)
    expect(page.get_by_text("Money in the file")).to_be_visible()
    expect(page.get_by_text("Files of the kind PDF cannot be read")).to_be_visible()
    heading = page.locator("h1.kradan-title")
    expect(heading).to_have_text("1 file in use · 0 rows wait for review")  # nothing is stored before a person says so
    page.get_by_role("button", name="Store (1)").click()
    expect(page.get_by_text("Stored as batch 3")).to_be_visible()
    choose_batch(seen, path.name)
    page.get_by_role("button", name="Make the file to give back").click()
    got = page.get_by_role("button", name="Download งาน.xlsx")
    expect(got).to_be_visible()
    with page.expect_download() as download:
        got.click()
    assert download.value.suggested_filename == "งาน.xlsx"

    page.goto(f"{address}/review?lang=en")
    expect(heading).to_have_text("1 row waits · 10 baht")
    page.get_by_label("Reason (needed)").fill("asked by telephone")
    seen.choose(page.get_by_role("combobox", name="Right place"), page.get_by_role("option").first, words="800801")
    page.get_by_role("button", name="Use this place").click()
    expect(page.get_by_text("Decided: 1 loaded")).to_be_visible()
    expect(heading).to_have_text("No row waits for review")
    assert seen.foreign == []


SURVEY = ["ที่", "พท.1", "พท.2", "ผู้รับผิดชอบงาน", "เรื่องที่ทำ", "ยอด", "คนที่มา"]


def survey(folder: Path, name: str, amounts: tuple[str, ...]) -> Path:
    """A sheet whose headings no list knows; only the names of agencies speak for themselves."""
    work = (("ท่าศาลา", "ท่าศาลา", "ทอผ้า"), ("กลาย", "ท่าศาลา", "ทำปุ๋ยหมัก"), ("สิชล", "สิชล", "ลานกีฬา"))
    rows = [
        [str(number), place, district, "พอช.", what, amount, "40"]
        for number, ((place, district, what), amount) in enumerate(zip(work, amounts, strict=True), start=1)
    ]
    return csv_file(folder, rows, name, SURVEY)


def read(seen: served.Visit, *files: Path) -> None:
    seen.hand_in(*files)
    expect(seen.page.locator("h2.kradan-file").first).to_have_text(files[0].name)


def say(seen: served.Visit, column: str, ours: str) -> None:
    field = seen.page.get_by_role("combobox", name=re.compile(f"^{re.escape(column)} · "))
    seen.choose(field, seen.page.get_by_role("option", name=ours, exact=True), words=ours)


def test_columns_are_said_once_and_the_next_edition_passes_by_itself(
    imports: Callable[..., served.Visit], tmp_path: Path
) -> None:
    seen = imports(height=3000)  # a list that scrolls closes
    page = seen.page
    read(seen, survey(tmp_path, "มกราคม.csv", ("35.5", "12", "8")))
    expect(page.get_by_text("1 column with figures stays with the rows and is counted nowhere: ยอด")).to_be_visible()
    expect(page.get_by_role("button", name="Store (1)")).to_be_disabled()
    seen.settled()
    seen.unfold(re.compile("^Say what each column is$"))
    say(seen, "เรื่องที่ทำ", "activity")
    say(seen, "ยอด", "amount")
    say(seen, "คนที่มา", "people reached")
    seen.choose(
        page.get_by_role("combobox", name="Unit of money"), page.get_by_role("option", name="thousand baht", exact=True)
    )
    seen.settled()
    page.get_by_label("Fiscal year of the whole sheet").fill("2550")
    page.get_by_label("Fiscal year of the whole sheet").press("Enter")
    seen.settled()
    page.get_by_role("button", name="Read again like this").click()
    expect(page.get_by_text("Money in the file 55,500 baht")).to_be_visible()
    seen.settled()
    page.get_by_role("button", name="Store (1)").click()
    expect(page.get_by_text("Stored as batch")).to_be_visible()

    imports(height=3000)
    read(seen, survey(tmp_path, "กุมภาพันธ์.csv", ("35.5", "12", "9.25")))
    expect(page.get_by_text("Money in the file 56,750 baht")).to_be_visible()
    expect(page.get_by_text("are counted nowhere")).to_have_count(0)
    assert seen.foreign == []


def test_repeats_of_another_file_are_told_and_left_out_on_demand(
    imports: Callable[..., served.Visit], tmp_path: Path
) -> None:
    more = ["กรุงหยัน", "ทุ่งใหญ่", "พอช.", "ทำฝาย", "700"]
    new = csv_file(tmp_path, [KNOWN, more], "ใหม่.csv")
    seen = imports()
    page = seen.page
    read(seen, new)
    expect(page.get_by_text("1 line, 500 baht, is likely in use already")).to_be_visible()
    seen.settled()
    expect(page.get_by_role("button", name="Store (1)")).to_be_disabled()
    page.get_by_text("Leave the repeats out", exact=True).click()
    page.get_by_role("button", name="Store (1)").click()
    expect(page.get_by_text("Money in the file 1,200 baht = loaded 700 baht")).to_be_visible()
    expect(page.get_by_text("Lines that another file has already, not counted twice").first).to_be_visible()


SLOW_SOCKET = """
const Plain = WebSocket;
window.WebSocket = class extends Plain {
    addEventListener(kind, hear, ...more) {
        super.addEventListener(kind, kind === "message" ? (event) => setTimeout(() => hear(event), 1500) : hear, ...more);
    }
    set onmessage(hear) { super.onmessage = (event) => setTimeout(() => hear(event), 1500); }
};
"""


def test_files_are_read_only_when_they_have_arrived_and_what_they_say_is_text_and_never_fetched(
    address: str, chromium: Browser, tmp_path: Path
) -> None:
    picture = "![x](https://foreign.example/x.png)"
    path = csv_file(tmp_path, [[picture, "ท่าศาลา", "พอช.", picture, "5"]], "![a](x.png) b.csv")
    odd = csv_file(tmp_path, [["1", "2"]], "odd.csv", [picture, "<img src=https://foreign.example/y.png>"])
    seen = served.visit(chromium, "about:blank", width=1200, height=900)
    page = seen.page
    page.add_init_script(SLOW_SOCKET)  # the answer where to send the file comes late
    page.goto(f"{address}/imports?lang=en")
    button = page.get_by_role("button", name="Read the files")
    expect(button).to_be_disabled()
    words = "[...document.querySelectorAll('[data-testid=stFileUploaderDropzone] :is(p, span)')].map(one => getComputedStyle(one, '::after').content)"
    assert {'"Choose files"', '"Up to 100 MB per file"'} <= set(page.evaluate(words))  # not Streamlit's own
    page.set_input_files("input[type=file]", [str(path), str(odd)])
    assert button.is_disabled()  # a press would be sent without the file
    button.click()  # waits until it can be pressed
    expect(page.locator("h2.kradan-file").first).to_have_text(path.name)
    expect(page.get_by_test_id("stFileUploader").get_by_text(path.name)).to_have_count(0)  # ready for the next files
    expect(button).to_be_disabled()
    expect(page.get_by_text("Money in the file 5 baht")).to_be_visible()
    expect(page.get_by_text(picture, exact=False).filter(visible=True).first).to_be_visible()
    seen.settled()
    assert seen.foreign == []
    page.context.close()  # not left to another test with a slow socket


def test_a_running_import_can_be_cancelled(
    board: tuple[str, Path], imports: Callable[..., served.Visit], tmp_path: Path
) -> None:
    """In a process of its own as on a server, whose import of the next file is a whole one."""
    from bench.imports import write

    address, mark = board[0], board[1].parent / REAL
    mark.touch()
    path = tmp_path / "ใหญ่.xlsx"
    write(path, 3_000)
    seen = imports()
    page = seen.page
    seen.hand_in(path)
    job = served.process(address, "loaders.imports.job")
    os.kill(job, signal.SIGSTOP)  # however slow the page is, the work is still under way when the button is pressed
    expect(page.locator('[data-testid="stProgress"]')).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled. Nothing was stored.")).to_be_visible()
    last = csv_file(tmp_path, [["ท่าดี", "ลานสกา", "พอช.", "ทำนา", "70"]], "ท้าย.csv")
    read(seen, last)
    expect(page.get_by_text("Money in the file 70 baht")).to_be_visible()
    mark.unlink()
