"""Delimited text (CSV, TSV, TXT) to a raw sheet: encoding, delimiter, unclosed quotes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from loaders.files.encodings import LINE, decode
from loaders.problems import Problem, Refused
from loaders.sheets.limits import check_lines
from loaders.sheets.raw import MAX_CELLS, RawSheet, is_blank

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 200
PROSE_LENGTH = 160  # mean line length above which text without a delimiter is prose, not a list
MAX_FIELD = 1_000_000


def read_text(path: Path) -> list[RawSheet]:
    """One raw sheet named after the file; ``numbers`` count records, as a spreadsheet would number the rows.

    Raises ``Refused``: ``file_empty``, ``file_not_a_table``, ``file_too_heavy``, and as :func:`check_lines`.
    """
    data = path.read_bytes()
    check_lines(data)
    text, encoding, was_repaired = decode(data)
    if is_blank(text):
        raise Refused("file_empty", value=path.name)
    name = path.stem
    problems = [Problem("encoding_repaired", sheet=name, value=encoding)] if was_repaired else []
    first, hint = _delimiter_hint(text)
    body = text[first:]
    delimiter = hint or sniff_delimiter(body)
    if delimiter is None:
        _refuse_prose(body, path.name)
    rows, broken = split_records(body, delimiter or ",")
    if sum(map(len, rows)) > MAX_CELLS:
        raise Refused("file_too_heavy", value=str(len(rows)))
    skipped = 1 if first else 0
    numbers = [position + 1 + skipped for position in range(len(rows))]
    problems += [Problem("broken_quotes", "quarantined", name, row=numbers[position]) for position in broken]
    problems += [
        Problem("broken_characters", "quarantined", name, row=number)
        for number, row in zip(numbers, rows, strict=True)
        if any("\ufffd" in cell for cell in row)
    ]
    return [RawSheet(name, rows, numbers, ragged=True, problems=problems)]


def _delimiter_hint(text: str) -> tuple[int, str | None]:
    """Excel's own first line ``sep=;``: offset of the text after it, and the delimiter it names."""
    line, _, _ = text.partition("\n")
    word = line.strip().strip('"').lower()
    if word.startswith("sep=") and len(word) == 5:
        return len(line) + 1, word[4]
    return 0, "\t" if word == "sep=" else None


def sniff_delimiter(text: str) -> str | None:
    """The delimiter with which most records have the same number (two or more) of fields, or ``None``."""
    lines = LINE.findall(text[: SAMPLE_LINES * 2000])[:SAMPLE_LINES]
    best, best_score = None, 0.0
    for delimiter in DELIMITERS:
        counts = Counter(len(row) for row in _lenient(lines, delimiter) if any(cell.strip() for cell in row))
        width, agreeing = max(counts.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(1, 0))
        share = agreeing / max(
            1, counts.total()
        )  # squared: commas inside fields give many widths, and sometimes a large one twice
        score = share**2 * min(width, 12) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _lenient(lines: list[str], delimiter: str) -> list[list[str]]:
    csv.field_size_limit(MAX_FIELD)
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return [line.split(delimiter) for line in lines]


def _refuse_prose(text: str, name: str) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or sum(map(len, lines)) / len(lines) > PROSE_LENGTH:
        raise Refused("file_not_a_table", value=name)


def split_records(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Records of delimited text, and the positions of those with unclosed quotes.

    A strict parse comes first. An unclosed quote would make one record swallow the rest of the file, so when the strict
    parse fails each line is parsed on its own and the broken ones are reported.
    """
    csv.field_size_limit(MAX_FIELD)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)), []
    except csv.Error:
        pass
    rows: list[list[str]] = []
    broken: list[int] = []
    for position, line in enumerate(line.rstrip("\r\n") for line in LINE.findall(text)):
        try:
            rows += list(csv.reader([line], delimiter=delimiter, strict=True)) or [[]]
        except csv.Error:
            rows.append(line.split(delimiter))
            broken.append(position)
    return rows, broken
