"""Import of 100,000 rows in one XLSX: seconds, and peak memory of the importing process and its children.

``python -m bench.imports [ROWS] [--browser]``. One JSON line: through the command line, or in a browser with the
progress that a user sees.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import xlsxwriter
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from loaders import reference, settings
from tests.support import served

HEADINGS = [
    "ลำดับ",
    "หน่วยงาน",
    "ตำบล",
    "อำเภอ",
    "จังหวัด",
    "หมู่ที่",
    "ชื่อโครงการ",
    "ปีงบประมาณ",
    "งบประมาณ (บาท)",
    "ผู้รับประโยชน์ (คน)",
]
LONGEST_SECONDS = 600.0  # for reading, and for storing
AGENCIES = ("พอช.", "สปสช.", "กรมการพัฒนาชุมชน", "สสส.", "พมจ.")


def write(path: Path, rows: int) -> int:
    """Write a workbook of one sheet with a title and a grand total; returns its total in satang."""
    chance, total = random.Random(2550), 0
    areas = [(row.name_th, row.district_name_th, int(row.villages)) for row in reference.subdistricts().itertuples()]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("โครงการ")
    sheet.write_row(0, 0, ["รายงานโครงการพัฒนาตำบล จังหวัดนครศรีธรรมราช"])
    sheet.write_row(2, 0, HEADINGS)
    for number in range(rows):
        name, district, villages = chance.choice(areas)
        baht = chance.randint(1_000, 900_000)
        total += baht
        moo = chance.randint(1, villages) if villages else ""
        cells = [
            number + 1,
            chance.choice(AGENCIES),
            f"ต.{name}",
            district,
            "นครศรีธรรมราช",
            moo,
            f"กิจกรรมที่ {number % 977}",
            2550,
            baht,
            chance.randint(5, 400),
        ]
        sheet.write_row(3 + number, 0, cells)
    sheet.write_row(3 + rows, 0, ["รวมทั้งสิ้น", "", "", "", "", "", "", "", total])
    book.close()
    return total * 100


def measure(rows: int = 100_000) -> dict:
    """Write a workbook, import it with ``python -m loaders import``, compare the sums."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.xlsx"
        satang = write(path, rows)
        environment = os.environ | {"KRADAN_STORE": str(Path(folder) / "store.sqlite")}
        environment.pop("DATABASE_URL", None)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "loaders", "import", "--json", str(path)],
            cwd=settings.ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        if done.returncode not in (0, 3):
            return {"bench": "imports", "rows": rows, "failed": done.stderr[-500:]}
        summary = json.loads(done.stdout.splitlines()[-1])
        return {
            "bench": "imports", "rows": rows, "file_mb": round(path.stat().st_size / 1e6, 1), "seconds": round(seconds, 1),
            "peak_mib": round(peak / 1024), "loaded": summary["loaded"], "quarantined": summary["quarantined"],
            "baht_right": round(summary["baht_in"] * 100) == satang, "control_totals_met": sum(total["met"] for total in summary["control_totals"]),
        }  # fmt: skip


def in_browser(rows: int = 100_000) -> dict:
    """Upload, read and store in a browser; also the texts of the progress bar, and peak memory per process."""
    with tempfile.TemporaryDirectory() as folder:
        path, store = Path(folder) / "large.xlsx", Path(folder) / "store.sqlite"
        satang = write(path, rows)
        served.make_store(store, demo=False)
        with served.board(store) as address, served.browser() as chromium:
            seen = served.visit(chromium, f"{address}/imports?lang=en")
            page, peaks, bar = seen.page, {}, []
            start = time.perf_counter()
            seen.hand_in(path)
            _follow(seen, address, "Money in the file", peaks, bar)
            read_seconds = time.perf_counter() - start
            account = page.get_by_text("Money in the file").inner_text()
            page.get_by_role("button", name="Store (1)").click()
            _follow(seen, address, "Stored as batch", peaks, bar)
            seconds = time.perf_counter() - start
            stored = _stored_satang(store)
        return {
            "bench": "imports_in_browser", "rows": rows, "file_mb": round(path.stat().st_size / 1e6, 1), "read_seconds": round(read_seconds, 1),
            "seconds": round(seconds, 1), "peak_mib": {name: peak >> 10 for name, peak in sorted(peaks.items())},
            "baht_right": stored == satang, "progress_seen": len(set(bar)), "progress": list(dict.fromkeys(bar))[:12], "account": account, "foreign": len(seen.foreign),
        }  # fmt: skip


def _stored_satang(store: Path) -> int:
    """Sum of the stored satang by SQL, since the page rounds its amounts."""
    with sqlite3.connect(store) as connection:
        return connection.execute("SELECT sum(amount_satang) FROM support").fetchone()[0]


def _follow(seen: served.Visit, address: str, until: str, peaks: dict[str, int], bar: list[str]) -> None:
    """Poll until the text ``until`` is visible; collects texts of the progress bar and peak memory per process."""
    server, end = served.process(address), time.monotonic() + LONGEST_SECONDS
    while not seen.page.get_by_text(until).first.is_visible():
        if time.monotonic() > end:
            raise TimeoutError(
                f"no “{until}” within {LONGEST_SECONDS:.0f} s; the page says: {seen.page.inner_text('body')[:500]}"
            )
        with suppress(PlaywrightTimeout):  # the bar may disappear while it is being read
            for words in seen.page.locator('[data-testid="stProgress"]').all_inner_texts():
                wide = seen.page.locator('[data-testid="stProgress"] [role="progressbar"]').first
                share = wide.get_attribute("aria-valuenow", timeout=1000) if wide.count() else ""
                bar.append(f"{words.strip()} {share}")
        for name, peak in _peaks(server).items():
            peaks[name] = max(peak, peaks.get(name, 0))
        seen.page.wait_for_timeout(200)


def _peaks(server: int) -> dict[str, int]:
    """Module -> highest resident memory so far in KiB, of the server and its descendants."""
    listed = dict(served.processes())
    family, grown = {server}, True
    while grown:
        more = {pid for pid, (parent, _) in listed.items() if parent in family} - family
        family, grown = family | more, bool(more)
    peaks: dict[str, int] = {}
    for pid in family & set(listed):
        words = listed[pid][1]
        name = words[words.index("-m") + 1] if "-m" in words else words[0]
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:  # the process has ended
            continue
        peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
        peaks[name] = max(peaks.get(name, 0), peak)
    return peaks


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.imports")
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    print(json.dumps((in_browser if options.browser else measure)(options.rows), ensure_ascii=False))


if __name__ == "__main__":
    main()
