"""Headline, legend and ten answers of the board for four stores: one file, two files, demo, budget lines of FY2565.

``python -m bench what_it_says`` writes the words (Thai and English) to stderr, and one JSON line with the counts.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from pathlib import Path

from loaders import store
from loaders.imports.ingest import ingest
from pages.meeting import facts as meeting_facts
from pages.meeting.words import Words, legend_of, title_of
from pages.queries import store as queries
from tests.support import seeds
from tests.support.meeting_store import opened

HEADINGS = ("หน่วยงาน", "ตำบล", "อำเภอ", "ประเด็น", "กิจกรรม", "ปีงบประมาณ", "งบประมาณ (บาท)")
PLACES = ("ท่าศาลา", "กลาย", "สระแก้ว", "โมคลาน", "ไทยบุรี", "ดอนตะโก", "หัวตะพาน", "ตลิ่งชัน", "โพธิ์ทอง", "ท่าขึ้น")


def _file(path: Path, agency: str, theme: str, rows: int) -> Path:
    """Write a small file of one agency with ``rows`` rows about the subdistricts of one district."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number in range(rows):
            place = PLACES[number % len(PLACES)]
            writer.writerow((agency, place, "ท่าศาลา", theme, f"กิจกรรม {number}", "2550", 10_000 + number))
    return path


def _said(state: str) -> dict[str, object]:
    facts = meeting_facts.gather(queries.current_scope())
    step = facts["steps"]["coverage"]
    for language in ("th", "en"):
        words = Words(language)
        lines = [f"== {state} ({language})", title_of(words, step), f"   {words.phrase(step['note'])}"]
        lines += [f"   [{row['label']}: {row['count']}]" for row in legend_of(words, step)]
        lines += [f"   {code}: {title_of(words, answer)}" for code, answer in facts["questions"].items()]
        sys.stderr.write("\n".join(lines) + "\n\n")
    blanks = step["title"][1]
    return {name: blanks[name] for name in ("covered", "none", "unknown", "owed", "missing", "files") if name in blanks}


def main() -> dict[str, object]:
    """Print the figures of every store."""
    line: dict[str, object] = {"bench": "what_it_says"}
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        first = _file(room / "สสส.csv", "สสส.", "สุขภาพ", 27)
        second = _file(room / "พอช.csv", "พอช.", "กองทุนสวัสดิการชุมชน", 12)
        with opened(seeds.copied("empty", room / "few" / seeds.NAME)):
            engine = store.open_store()
            for name, path, base in (("one file", first, "thaihealth"), ("two files", second, "codi")):
                ingest(engine, path, base, "bench", trusted=True, confirmed=True)
                line[name] = _said(name)
            engine.dispose()
        for kind, name in (("demo", "demo"), ("budget", "real 02f")):
            with opened(seeds.copied(kind, room / kind / seeds.NAME)):
                line[name] = _said(name)
    print(json.dumps(line, ensure_ascii=False))
    return line


if __name__ == "__main__":
    main()
