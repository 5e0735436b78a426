"""Imports and give-backs for a page, each in its own child process (``loaders.files.sandbox.start``).

The job's folder holds ``job.json``; ``progress.json`` is rewritten during the work. Sessions do not block each other,
cancelling kills the process, and the summary equals that of the command line.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pandas as pd

from loaders import store
from loaders.areas.register import ensure_code_lists
from loaders.imports import speaks_for
from loaders.imports.account import Ingested, SheetResult
from loaders.imports.editions import EditionAsked
from loaders.imports.give_back import give_back
from loaders.imports.ingest import Unanswered, ingest
from loaders.layouts import layout as layouts
from loaders.problems import Problem, Refused

SAMPLE = 10
MOST_PROBLEMS = 300
EVERY = 0.2  # seconds between two writes of progress.json


def main(arguments: list[str]) -> list[dict[str, Any]]:
    """Run the job of a folder; returns one entry per file, with a problem code for a failure."""
    folder = Path(arguments[0])
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    files = job["files"]
    answers = []
    for number, task in enumerate(files):
        progress = _Progress(folder, Path(task["path"]).name, number, len(files))
        try:
            answers.append(_give_back(task) if job.get("give_back") else _import(task, job, progress))
        except (EditionAsked, Unanswered) as stop:
            refused = {"file": Path(task["path"]).name, "refused": stop.problem.as_dict()}
            answers.append(refused | _detail(stop.ingested))
        except Refused as stop:
            answers.append({"file": Path(task["path"]).name, "refused": stop.problem.as_dict()})
        except store.StoreUnavailable as stop:
            answers.append({"file": Path(task["path"]).name, "refused": {"code": stop.code, "value": stop.where}})
    return answers


class _Progress:
    """Writes step and share (0-1) of one of several files, at most every ``EVERY`` seconds."""

    def __init__(self, folder: Path, file: str, number: int, of: int) -> None:
        self.path, self.file, self.number, self.of = folder / "progress.json", file, number, of
        self.last = 0.0

    def __call__(self, step: str, share: float) -> None:
        now = time.monotonic()
        if now - self.last > EVERY or share >= 1:
            self.last = now
            _write(self.path, {"file": self.file, "step": step, "share": (self.number + min(share, 1.0)) / self.of})


def _write(path: Path, content: Any) -> None:
    half = path.with_suffix(".part")
    half.write_text(json.dumps(content, ensure_ascii=False, default=str), encoding="utf-8")
    half.replace(path)


def _give_back(task: dict) -> dict:
    return give_back(store.open_store(), int(task["batch"]), Path(task["path"]))


def _import(task: dict, job: dict, progress: _Progress) -> dict:
    path = Path(task["path"])
    engine = store.open_store(create=True)
    ensure_code_lists(engine)
    answers = {key: layouts.by_hand(**answer) for key, answer in task.get("answers", {}).items()}
    ingested = ingest(
        engine,
        path,
        task.get("base"),
        job["who"],
        progress,
        answers=answers,
        confirmed=bool(task.get("confirmed")),
        leave_out_repeats=bool(task.get("leave_out_repeats")),
        replaces=task.get("replaces", ()),
        adds=bool(task.get("adds")),
        dry_run=not job["store"],
        aside=task.get("aside"),
        totals_why=task.get("totals_why"),
        speaks_for=speaks_for.read(**scope) if (scope := task.get("speaks_for")) else None,
    )
    return {"file": path.name, "summary": ingested.summary(path.name)} | _detail(ingested)


def _detail(ingested: Ingested) -> dict:
    """Details for the page: columns of every sheet, ``SAMPLE`` rows as read, the first problems."""
    return {
        "speaks_for": speaks_for.proposal(ingested.understood, ingested.province),
        "sheets": [_sheet(result) for result in ingested.sheets],
        "problems": [problem.as_dict() for problem in _worst_first(ingested.problems)[:MOST_PROBLEMS]],
    }


def _worst_first(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.severity == "note")


def _sheet(result: SheetResult) -> dict:
    layout = result.layout
    mapped = {
        layouts.squeeze(heading): (ours, layout.how.get(ours, "layout"))
        for ours, names in layout.columns.items()
        for heading in names
    }
    columns = []
    for heading in result.sheet.frame.columns:
        ours, how = mapped.get(layouts.squeeze(heading), ("", ""))
        first = next((cell for cell in result.sheet.frame[heading].head(50) if cell), "")
        columns.append({"heading": heading, "ours": ours, "how": how, "first": first})
    return {
        "sheet": result.sheet.name,
        "key": layouts.headings_key(result.sheet.frame.columns),
        "layout": layout.code,
        "base": layout.base,
        "register": layout.register,
        "refuse": layout.refuse,
        "units": layout.units,
        "constants": layout.constants,
        "doubts": list(layout.doubts),
        "dropped": result.sheet.dropped,
        "columns": columns,
        "rows": {outcome: len(result.rows(outcome)) for outcome in ("loaded", "quarantined", "excluded")},
        "sample": _sample(result) if result.is_understood else [],
    }


def _sample(result: SheetResult) -> list[dict]:
    """The first rows as read, loaded ones preferred."""
    loaded = list(result.rows("loaded")[:SAMPLE])
    rows = sorted(
        [*loaded, *[row for row in result.outcome.index[: 3 * SAMPLE] if row not in loaded][: SAMPLE - len(loaded)]]
    )
    sample = []
    for row in rows:
        values = {name: _plain(value) for name, value in result.read.values.loc[row].items()}
        place = {
            "area_code": _plain(result.matched.at[row, "area_code"]),
            "written": " ".join(cell for cell in result.read.place.loc[row] if cell),
        }
        sample.append({"row": int(row), "outcome": result.outcome[row], "reason": result.reason[row]} | place | values)
    return sample


def _plain(value: Any) -> Any:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return value if isinstance(value, str | bool) else int(value) if hasattr(value, "__index__") else str(value)
