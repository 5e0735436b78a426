"""The child process of ``read_sheets``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from loaders.sheets.read import read_tables, table_as_dict


def main(arguments: list[str]) -> list[dict[str, Any]]:
    """Tables of the file at FILE, of the kind KIND; EXPECTED is a JSON list of headings."""
    file, kind, expected = arguments
    tables = read_tables(Path(file), kind, frozenset(json.loads(expected)))
    return [table_as_dict(table) for table in tables]
