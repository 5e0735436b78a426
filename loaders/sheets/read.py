"""Any table file of an agency -> text frames that keep the row numbers of the file.

Use ``read_sheets``. It checks the file (``guards.check``), then opens it in a child process with limits on memory, CPU
and time, because some small files crash the process that opens them.
"""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.files import guards, sandbox
from loaders.problems import Problem, Refused
from loaders.sheets import limits
from loaders.sheets.raw import RawSheet, Table
from loaders.sheets.rows import understand

if TYPE_CHECKING:
    import pandas as pd

# Kind of file (``guards.check``) -> its reader, imported by the child that needs it.
READERS = {
    "text": "loaders.sheets.text:read_text",
    "json": "loaders.sheets.json_html:read_json",
    "html": "loaders.sheets.json_html:read_html",
    "xml_2003": "loaders.sheets.xml_2003:read_xml_2003",
    "shapefile": "loaders.sheets.points:read_points",
    "xlsx": "loaders.sheets.workbook:read_xlsx",
    "xlsb": "loaders.sheets.workbook:read_xlsb",
    "xls": "loaders.sheets.workbook:read_xls",
    "ods": "loaders.sheets.workbook:read_ods",
}


@dataclass
class Sheet:
    """One interpreted sheet.

    Attributes
    ----------
    frame, totals
        All-text frames ("" = empty) with unique headings; the index is the 1-based row number in the file. Heading
        lines are joined with ``" - "``; unnamed columns with content are ``__column_N``; ``__section`` is the place of
        the section row above, ``__group`` any other section text.
    dropped
        Reason -> number of rows that are neither data nor totals: ``title_rows``, ``heading_rows``, ``blank_rows``,
        ``repeated_headings``, ``page_rows``, ``section_rows``, ``note_rows``, ``hxl_rows``, ``column_number_rows``.
        ``sum(dropped.values()) + len(frame) + len(totals)`` is the number of rows of the sheet.
    texts
        Row number -> text of title, section, note and page rows, which state e.g. agency, fiscal year and unit. Texts
        before a table that are no rows of it (HTML, JSON) have the numbers 0, -1, ... upwards.
    """

    name: str
    frame: pd.DataFrame
    totals: pd.DataFrame
    dropped: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    hidden: bool = False
    texts: dict[int, str] = field(default_factory=dict)
    heading_rows: list[int] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)  # heading -> HXL tag
    aside: dict[int, str] = field(
        default_factory=dict
    )  # row number -> hidden_row, filtered_row, grouped_row, struck_row
    outline: list[int] = field(default_factory=list)  # rows of an outline, folded or not
    hidden_columns: list[str] = field(default_factory=list)
    subtotals: list[dict[str, Any]] = field(default_factory=list)  # SUBTOTAL cells compared with the rows they sum
    left_out: frozenset[int] = frozenset()  # rows that a person chose to leave out
    source: str = ""  # the sheet in the file when this one is a part of it (one column of a band)

    @property
    def in_file(self) -> str:
        """The name of the sheet in the file."""
        return self.source or self.name


def read_sheets(
    path: Path,
    *,
    expected_headings: AbstractSet[str] = frozenset(),
    in_child: bool = True,
    tick: Callable[[float], bool] | None = None,
) -> list[Sheet]:
    """Read every sheet of a file.

    Parameters
    ----------
    path
        The file; its extension does not matter.
    expected_headings
        Headings of known layouts; a row with two or more of them is the heading row.
    in_child
        ``False`` only for files that we wrote ourselves: memory and time are then unlimited.
    tick
        Called with the elapsed seconds while the child works (progress); returning ``False`` cancels it.

    Raises
    ------
    Refused
        With a code of ``guards.check`` or ``limits``, or ``file_unreadable``, ``file_too_heavy``, ``file_too_slow``,
        ``file_not_a_table``, ``file_half``, ``cancelled``.
    """
    path = Path(path)
    kind = guards.check(path)
    if not in_child:
        return [_sheet(table) for table in read_tables(path, kind, expected_headings)]
    expected = json.dumps(sorted(expected_headings), ensure_ascii=True)
    tables = sandbox.run("loaders.sheets.read", [str(path.resolve()), kind, expected], tick)
    return [_sheet(_table_from(content)) for content in tables]


def main(arguments: list[str]) -> list[dict[str, Any]]:
    """The child's side: tables of FILE, of kind KIND; EXPECTED is a JSON list of headings."""
    file, kind, expected = arguments
    return [_as_dict(table) for table in read_tables(Path(file), kind, frozenset(json.loads(expected)))]


def read_tables(path: Path, kind: str, expected: AbstractSet[str] = frozenset()) -> list[Table]:
    """Read and interpret the sheets in the current process. Raises ``Refused`` (``file_empty``) and as the readers."""
    tables = [understand(raw, expected) for raw in limits.check_sheets(raw_sheets(path, kind))]
    if not any(table.rows or table.totals or table.dropped for table in tables):
        raise Refused("file_empty", value=path.name)
    return tables


def raw_sheets(path: Path, kind: str) -> list[RawSheet]:
    """The sheets of a checked file as written, not interpreted; for a child process only."""
    module, reader = READERS[kind].split(":")
    return getattr(importlib.import_module(module), reader)(path)


def _as_dict(table: Table) -> dict[str, Any]:
    """A table as plain JSON values; the inverse of ``_table_from``."""
    content = dict(vars(table))
    content["problems"] = [problem.as_dict() for problem in table.problems]
    content["dropped"] = dict(table.dropped)
    return content


def _table_from(content: dict[str, Any]) -> Table:
    content["problems"] = [Problem(**problem) for problem in content["problems"]]
    content["dropped"] = Counter(content["dropped"])
    for name in ("texts", "aside"):
        content[name] = {int(row): text for row, text in content[name].items()}
    return Table(**content)


def _sheet(table: Table) -> Sheet:
    return Sheet(
        name=table.name,
        frame=_frame(table.rows, table.numbers, table.headings),
        totals=_frame(table.totals, table.total_numbers, table.headings),
        dropped=dict(table.dropped),
        problems=table.problems,
        hidden=table.hidden,
        texts=table.texts,
        heading_rows=table.heading_rows,
        tags=table.tags,
        aside=table.aside,
        outline=table.outline,
        hidden_columns=table.hidden_columns,
        subtotals=table.subtotals,
    )


def _frame(rows: list[list[str]], numbers: list[int], headings: list[str]) -> pd.DataFrame:
    import pandas as pd  # the child builds no frame and starts ten times faster without pandas

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headings)
    index = pd.Index(numbers, name="row", dtype="int64")
    frame = pd.DataFrame({place: list(values) for place, values in enumerate(columns)}, index=index, dtype="str")
    frame.columns = pd.Index(headings, dtype="str")
    return frame
