"""Add a new overlap outcome to a copy of the tree by editing five files, and check that every output shows it.

``KRADAN_STORE=<a demo store> python -m bench.experiments.new_outcome``. One JSON line: the edited files, and for each
output (map, wall, slides, workbook ...) how often the outcome occurs. An output that does not know it raises.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from loaders import settings

CODE, COLOR, TH, EN = "same_field", "#3f7f3f", "ด้านเดียวกัน (ทดลอง)", "Same field (trial)"
EDITS = {  # file -> (old text, new text)
    "geo/overlaps/outcomes.py": (
        '    "fragmented": Outcome("f"),\n',
        f'    "{CODE}": Outcome("z"),\n    "fragmented": Outcome("f"),\n',
    ),
    "geo/maps/palette.py": ('    "overlapping": "', f'    "{CODE}": "{COLOR}",\n    "overlapping": "'),
    "data/rules/overlap.toml": (
        'code = "same_theme_group"\noutcome = "fragmented"',
        f'code = "same_theme_group"\noutcome = "{CODE}"',
    ),
    "data/text/th.json": ('"outcome_single"', f'"outcome_{CODE}": "{TH}",\n "outcome_single"'),
    "data/text/en.json": ('"outcome_single"', f'"outcome_{CODE}": "{EN}",\n "outcome_single"'),
}

PROBE = """
import io, json, logging, sys
logging.disable(logging.WARNING)
import pandas as pd
from openpyxl import load_workbook
from pptx import Presentation
from geo.maps import palette
from pages.agency import panels as agency
from pages.components import map_layer
from pages.meeting import facts, wall
from pages.meeting.pack import make
from pages.meeting.words import Words
from pages.overlaps import lists
from pages.queries import coverage, overlaps, store
from pages.queries.query import Query
from pages.session.formatter import Formatter
code, words = sys.argv[1:]
scope = store.current_scope("80")
chosen = Query(store.usual_year(scope))
overlap = overlaps.overlaps(scope, chosen)
layer = map_layer.overlaps_layer(overlap.by_area, coverage.coverage(scope, chosen))
style = layer.message(Formatter("th"))["styles"]["z"]
assert style == {"color": palette.OUTCOMES[code], "label": words}, style
gathered = facts.gather(scope)
story = [{"view": "overlaps"}]
(step,) = wall.payload(gathered, story, Words("th"), "")["steps"]
legend = next(row for row in step["legend"] if row["k"] == "z")
files = make.files(gathered, story, pd.DataFrame(columns=["who", "what", "due_on", "area_code"]), "th")
deck = Presentation(io.BytesIO(files["meeting.pptx"]))
cells = [c.text for s in deck.slides for x in s.shapes if x.has_table for r in x.table.rows for c in r.cells]
book = load_workbook(io.BytesIO(files["meeting.xlsx"]))
written = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
print(json.dumps({
    "pairs": int(overlap.pairs["outcome"].eq(code).sum()),
    "places on the map": layer.counts()["z"],
    "places on the wall": legend["count"],
    "legend of the wall": legend["label"],
    "cells of the slides": cells.count(words),
    "cells of the workbook": sum(words in cell for cell in written),
    "pairs of agencies": int(lists.agency_matrix(overlap.pairs, code).to_numpy().sum()),
}, ensure_ascii=False))
"""


def changed(folder: Path) -> list[str]:
    """Copy the tree into ``folder`` and edit it; returns the edited files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=settings.ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(settings.ROOT / name, folder / name)
    (folder / "static" / "vendor").symlink_to(settings.ROOT / "static" / "vendor")
    for name, (before, after) in EDITS.items():
        text = (folder / name).read_text(encoding="utf-8")
        if text.count(before) != 1:
            raise ValueError(f"{name}: {before!r} stands there {text.count(before)} times; expected once. Mend EDITS.")
        (folder / name).write_text(text.replace(before, after), encoding="utf-8")
    return sorted(EDITS)


def main() -> dict[str, object]:
    """Edit a copy, run the outputs on it, and return the counts."""
    with tempfile.TemporaryDirectory() as copy:
        folder = Path(copy)
        files = changed(folder)
        environment = {**os.environ, "PYTHONPATH": copy, "DATABASE_URL": settings.database_url()}

        def run(*arguments: str) -> str:
            done = subprocess.run(
                [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise RuntimeError(f"{arguments[:2]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
            return done.stdout.strip().splitlines()[-1]

        painters = json.loads(run("-c", PROBE, CODE, TH))
        return {
            "bench": "new_outcome",
            "files": files,
            "painters": painters,
        }


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False))
