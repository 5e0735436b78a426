"""100,000 rows in one XLSX through the command line: seconds and peak memory of the importing process and its children.

``python -m bench.imports [ROWS]``. One JSON line.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

from loaders import reference, settings

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
AGENCIES = ("พอช.", "สปสช.", "กรมการพัฒนาชุมชน", "สสส.", "พมจ.")


def write(path: Path, rows: int) -> int:
    """A workbook of one sheet with title rows and a grand total; returns its satang."""
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
    """Write, import through ``python -m loaders import``, compare."""
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
            "baht_right": round(summary["baht_in"] * 100) == satang, "control_totals_met": sum(one["met"] for one in summary["control_totals"]),
        }  # fmt: skip


def main() -> None:
    """Print the figures."""
    print(json.dumps(measure(*[int(text) for text in sys.argv[1:]]), ensure_ascii=False))


if __name__ == "__main__":
    main()
