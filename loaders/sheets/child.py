"""The child process of ``read_sheets``: ``python -m loaders.sheets.child FILE KIND EXPECTED OUT``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from loaders.files import guards
from loaders.problems import Refused
from loaders.sheets.read import read_tables, table_as_dict


def main(arguments: list[str]) -> int:
    """Limit this process, read the file, write the tables or the refusal as JSON."""
    file, kind, expected, out = arguments
    guards.limit_this_process()
    try:
        tables = read_tables(Path(file), kind, frozenset(json.loads(expected)))
        result = {"sheets": [table_as_dict(table) for table in tables]}
    except Refused as refusal:
        result = {"refused": refusal.problem.as_dict()}
    with Path(out).open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(result, ensure_ascii=False))  # dumps is the fast, compiled way; dump is not
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
