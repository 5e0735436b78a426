"""Publish from the command line.

``python -m pages.meeting.publish FOLDER [--subdistricts CODES|all] [--findings VIEWS] [--decisions NUMBERS]``
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from loaders import settings
from loaders.store.privacy import DATA_TEAM
from loaders.words import sentence
from pages.meeting.publish.make import Chosen, decided, facts_of, files
from pages.queries import store as queries

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
    facts = facts_of(arguments_.province)
    codes = tuple(facts["codes"]) if arguments_.subdistricts == "all" else _listed(arguments_.subdistricts)
    numbers = _listed(arguments_.decisions)
    rows = decided(queries.current_scope(arguments_.province, DATA_TEAM), None).to_dict("records") if numbers else []
    decisions = tuple(row for row in rows if str(row["id"]) in numbers)
    findings = _listed(arguments_.findings)
    published = {*facts["codes"], *facts["steps"], *(str(row["id"]) for row in decisions)}
    if unknown := [code for code in (*codes, *findings, *numbers) if code not in published]:
        return _refused("publish_unknown", unknown[0])
    if arguments_.folder.is_dir() and any(arguments_.folder.iterdir()) and not (arguments_.folder / MARK).is_file():
        return _refused("folder_not_empty", str(arguments_.folder))
    made = files(facts, Chosen(codes, findings, decisions), date.today())
    _write(arguments_.folder, made)
    sys.stdout.write(
        json.dumps({"folder": str(arguments_.folder), "files": len(made), "data_version": facts["version"]}) + "\n"
    )
    return 0


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _refused(code: str, value: str) -> int:
    problem = {"code": code, "value": value}
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
