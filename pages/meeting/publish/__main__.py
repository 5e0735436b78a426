"""Publish from the command line.

``python -m pages.meeting.publish FOLDER [--subdistricts CODES|all] [--findings VIEWS] [--decisions NUMBERS]``
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from loaders import settings
from loaders.problems import Refused
from loaders.store.privacy import DATA_TEAM
from loaders.words import sentence
from pages.meeting.publish.make import Chosen, decided, facts_of, files
from pages.queries import store as queries
from pages.session import url_state

MOST_NAMED = 12  # of what an option takes
MARK = "SHA256SUMS"  # a folder that contains it is an earlier publication and may be overwritten


def main(arguments: list[str] | None = None) -> int:
    """Write the folder; exit code 0, or 2 with the reason on stderr."""
    options = argparse.ArgumentParser(prog="python -m pages.meeting.publish")
    options.add_argument("folder", type=Path)
    options.add_argument("--subdistricts", default="", help="codes, comma-joined, or all")
    options.add_argument("--findings", default="", help="views of the meeting, comma-joined")
    options.add_argument("--decisions", default="", help="numbers of decisions, comma-joined")
    options.add_argument("--province", default=settings.home_province())
    arguments_ = options.parse_args(arguments)
    try:
        _known("--province", (arguments_.province,), sorted(url_state.provinces()))
        facts = facts_of(arguments_.province)
        chosen = _chosen(arguments_, facts)
    except Refused as stop:
        return _refused(stop.problem.as_dict())
    if arguments_.folder.is_dir() and any(arguments_.folder.iterdir()) and not (arguments_.folder / MARK).is_file():
        return _refused({"code": "folder_not_empty", "value": str(arguments_.folder)})
    made = files(facts, chosen, date.today())
    _write(arguments_.folder, made)
    sys.stdout.write(
        json.dumps({"folder": str(arguments_.folder), "files": len(made), "data_version": facts["version"]}) + "\n"
    )
    return 0


def _chosen(options: argparse.Namespace, facts: dict) -> Chosen:
    """What the options name, each looked up among its own kind; raises ``Refused`` (``publish_unknown``)."""
    codes, findings, numbers = (_listed(text) for text in (options.subdistricts, options.findings, options.decisions))
    codes = tuple(facts["codes"]) if codes == ("all",) else codes
    rows = decided(queries.current_scope(options.province, DATA_TEAM), None).to_dict("records") if numbers else []
    row_of = {str(row["id"]): row for row in rows}
    _known("--subdistricts", codes, facts["codes"])
    _known("--findings", findings, facts["steps"])
    _known("--decisions", numbers, row_of)
    return Chosen(codes, findings, tuple(row_of[number] for number in numbers))


def _known(option: str, values: Iterable[str], there: Iterable[str]) -> None:
    there = list(there)
    if unknown := [value for value in values if value not in there]:
        some = ", ".join(there[:MOST_NAMED]) + (" …" if len(there) > MOST_NAMED else "")
        raise Refused("publish_unknown", column=option, value=", ".join(unknown), suggestion=some or None)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _refused(problem: dict) -> int:
    sys.stderr.write(json.dumps(problem | {"message": sentence(problem)}, ensure_ascii=False) + "\n")
    return 2


def _write(folder: Path, made: dict[str, bytes]) -> None:
    """Write the files, and delete those of the previous publication that are not in this one."""
    sums = folder / MARK
    before = {line.partition("  ")[2] for line in sums.read_text().splitlines()} if sums.is_file() else set()
    for name, content in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for name in before - set(made):
        if (old := (folder / name).resolve()).is_relative_to(folder.resolve()):
            old.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
