"""Find the headings of a sheet: below title rows, in one to three lines, merged or not.

Lines of one heading are joined with ``" - "`` from top to bottom; a line equal to the one above it adds nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from statistics import median

from loaders.problems import Problem
from loaders.sheets.raw import Merge, RawSheet, is_blank, is_number, is_text, is_year, squeezed
from loaders.thai import normalise

JOIN = " - "
MAX_LINES = 3
WINDOW = 300  # rows searched for the block that contains the table
CANDIDATES = 12
_NOTE = re.compile(
    r"\(?\s*(?:หน่วย\s*(?:นับ)?\s*[:=]|หน่วย\s*(?:นับ)?\s*(?:พัน|หมื่น|แสน|ล้าน)?บาท|unit\s*[:=]).*|หมายเหตุ.*|ข้อมูล\s*ณ.*|\(.*\)",
    re.IGNORECASE | re.DOTALL,
)
_UNIT = re.compile(r"\(.{1,20}\)|บาท|ล้านบาท|พันบาท|คน|ราย|แห่ง|ครัวเรือน|baht", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """Positions of the first and last heading row, and one heading per column ("" when there is none)."""

    top: int
    bottom: int
    headings: list[str]


class _View:
    """Rows at the top of a sheet, with merged values in every cell of their range."""

    def __init__(self, raw: RawSheet) -> None:
        self.raw = raw
        self.width = max((len(row) for row in raw.rows), default=0)
        self.merges: dict[int, list[Merge]] = {}
        for merge in raw.merges:
            for position in range(merge.top, min(merge.bottom, merge.top + MAX_LINES, WINDOW) + 1):
                self.merges.setdefault(position, []).append(merge)

    def own(self, position: int) -> list[str]:
        """The cells as written, padded to the width of the sheet."""
        row = self.raw.rows[position]
        return row + [""] * (self.width - len(row))

    def shown(self, position: int) -> list[str]:
        """The cells with merged values filled in."""
        cells = self.own(position)
        for merge in self.merges.get(position, []):
            value = self.raw.rows[merge.top][merge.left] if merge.left < len(self.raw.rows[merge.top]) else ""
            for column in range(merge.left, min(merge.right, self.width - 1) + 1):
                cells[column] = cells[column] if not is_blank(cells[column]) else value
        return cells

    def distinct(self, position: int) -> int:
        """Number of different values in a row."""
        return len({squeezed(cell) for cell in self.shown(position) if not is_blank(cell)})


def _is_note(view: _View, position: int) -> bool:
    """Whether a row is only a unit, a remark or a date, which can be above the headings."""
    texts = {squeezed(cell): cell for cell in view.own(position) if not is_blank(cell)}
    return len(texts) == 1 and all(_NOTE.fullmatch(text.strip()) for text in texts.values())


def find_header(raw: RawSheet, expected: AbstractSet[str] = frozenset()) -> Header | None:
    """Find the heading rows; rows with ``expected`` headings of known layouts take precedence over heuristics."""
    view = _View(raw)
    filled = [position for position in range(min(len(raw.rows), WINDOW)) if any(map(str.strip, raw.rows[position]))]
    if not filled:
        return None
    if raw.records:
        return Header(0, 0, _joined(view, 0, 0))
    header = _expected_header(view, filled[:60], {squeezed(heading) for heading in expected})
    if header is not None:
        return header
    line = _first_line(view, filled)
    if line is None:
        return None
    top = _grown_upwards(view, line)
    bottom = _grown_downwards(view, line)
    return Header(top, bottom, _joined(view, top, bottom))


def _joined(view: _View, top: int, bottom: int) -> list[str]:
    lines = [view.shown(position) for position in range(top, bottom + 1)]
    if len(lines) > 1:
        lines[:-1] = _spread(view, top, lines)
    headings = []
    for column in range(view.width):
        parts: list[str] = []
        for line in lines:
            part = normalise(line[column])
            if part and (not parts or squeezed(parts[-1]) != squeezed(part)):
                parts.append(part)
        headings.append(JOIN.join(parts))
    return headings


def _spread(view: _View, top: int, lines: list[list[str]]) -> list[list[str]]:
    """Without merges a group heading extends over the blank cells to its right that have a lower line.

    A group in the second line ends with the group above it.
    """
    groups = [list(line) for line in lines[:-1]]
    if any(view.merges.get(position) for position in range(top, top + len(lines))):
        return groups
    for number, cells in enumerate(groups):
        under = lines[number + 1 :]
        for column in range(1, view.width):
            below = any(not is_blank(line[column]) for line in under)
            left_below = any(not is_blank(line[column - 1]) for line in under)
            same_group = number == 0 or groups[number - 1][column] == groups[number - 1][column - 1]
            if is_blank(cells[column]) and below and left_below and same_group:
                cells[column] = cells[column - 1]
    return groups


def _expected_header(view: _View, filled: list[int], expected: set[str]) -> Header | None:
    best, most_hits = None, 1
    for position in filled if expected else []:
        if _is_note(view, position):
            continue
        for lines in range(1, MAX_LINES + 1):
            bottom = position + lines - 1
            if bottom >= len(view.raw.rows):
                break
            headings = _joined(view, position, bottom)
            hits = len(expected & {squeezed(heading) for heading in headings})
            if hits > most_hits:
                best, most_hits = Header(position, bottom, headings), hits
    return _completed(view, best, most_hits, expected) if best is not None else None


def _completed(view: _View, header: Header, hits: int, expected: set[str]) -> Header:
    """Add a lower line that no layout knows, as long as the known headings remain."""
    bottom = max(header.bottom, _grown_downwards(view, header.top))
    headings = _joined(view, header.top, bottom)
    matched = [heading for heading in headings if expected & {squeezed(heading), *map(squeezed, heading.split(JOIN))}]
    if len(matched) < hits:
        return header
    return Header(header.top, bottom, headings)


def _first_line(view: _View, filled: list[int]) -> int | None:
    """The first row of the table's block that looks like headings."""
    if view.width == 1 or not any(_count(view, position) >= 2 for position in filled):
        return filled[0] if any(is_text(cell) for cell in view.own(filled[0])) else None
    block = _main_block(view, filled)
    lines = []
    for position in block[:CANDIDATES]:
        if _reads_like_headings(view, position):
            lines.append(position)
        elif _count(view, position) >= 2:
            break
    if lines:
        widest = max(view.distinct(position) for position in lines)
        return next(position for position in lines if view.distinct(position) >= 0.6 * widest)
    usual = median(view.distinct(position) for position in block[:100])
    above = [position for position in filled if position < block[0] and _reads_like_headings(view, position)]
    return next((position for position in reversed(above) if view.distinct(position) >= 0.5 * usual), None)


def _count(view: _View, position: int) -> int:
    return sum(1 for cell in view.raw.rows[position] if not is_blank(cell))


def _main_block(view: _View, filled: list[int]) -> list[int]:
    """Blocks are separated by blank rows; the table is the first that is not small or narrow beside the largest."""
    blocks: list[list[int]] = []
    for position in filled:
        if blocks and position == blocks[-1][-1] + 1:
            blocks[-1].append(position)
        else:
            blocks.append([position])
    sizes = [sum(1 for position in block if _count(view, position) >= 2) for block in blocks]
    widths = [max(view.distinct(position) for position in block) for block in blocks]
    return next(
        block
        for block, size, width in zip(blocks, sizes, widths, strict=True)
        if size == max(sizes) or (size >= 0.3 * max(sizes) and width >= 0.7 * max(widths))
    )


def _reads_like_headings(view: _View, position: int) -> bool:
    """Two or more texts and hardly a figure; years and a run 1, 2, 3 ... (months) beside texts are headings too."""
    own = [cell.strip() for cell in view.own(position) if not is_blank(cell)]
    if len(own) < 2 or sum(1 for cell in own if cell.startswith("#")) > len(own) / 2:
        return False
    figures = [cell for cell in own if is_number(cell) and not is_year(cell)]
    if len(figures) > 2 and [int(cell) for cell in figures if cell.isdecimal()] == list(range(1, len(figures) + 1)):
        return len(own) - len(figures) >= 2
    return len(figures) <= 0.2 * len(own) and any(is_text(cell) or is_year(cell) for cell in own)


def _grown_upwards(view: _View, line: int) -> int:
    """Group headings above: merged over part of the width, or needed because the line repeats values."""
    top = line
    while top > 0 and line - top < MAX_LINES - 1:
        above = view.own(top - 1)
        if _is_note(view, top - 1):
            break
        if sum(1 for cell in above if not is_blank(cell)) < 2 and not _merged_part(view, top - 1):
            break
        if not (_merged_part(view, top - 1) or _repeats_itself(view.own(line))):
            break
        if any(is_number(cell) and not is_year(cell) for cell in above):
            break
        top -= 1
    return top


def _merged_part(view: _View, position: int) -> bool:
    """Whether a merge that begins in this row covers several, but far from all, columns."""
    wide = (merge for merge in view.merges.get(position, []) if merge.top == position and merge.right > merge.left)
    return any(merge.right - merge.left + 1 <= 0.7 * view.width for merge in wide)


def _repeats_itself(cells: Iterable[str]) -> bool:
    counts = Counter(squeezed(cell) for cell in cells if not is_blank(cell))
    return counts.total() > len(counts) + 1


def _grown_downwards(view: _View, line: int) -> int:
    bottom = line
    rows = view.raw.rows
    deepest = max((merge.bottom for merge in view.merges.get(line, []) if merge.top == line), default=line)
    if deepest > line and deepest - line < MAX_LINES and _no_figures(view, range(line + 1, deepest + 1)):
        return deepest
    while bottom + 1 < len(rows) and bottom - line < MAX_LINES - 1 and _is_lower_line(view, line, bottom + 1):
        bottom += 1
    return bottom


def _no_figures(view: _View, positions: Iterable[int]) -> bool:
    return not any(is_number(cell) and not is_year(cell) for position in positions for cell in view.own(position))


def _is_lower_line(view: _View, line: int, position: int) -> bool:
    """Whether a second heading line: below blank or merged cells of the first, leaving others free, without figures."""
    below = view.own(position)
    columns = [column for column, cell in enumerate(below) if not is_blank(cell)]
    if not columns or any(is_number(below[column]) and not is_year(below[column]) for column in columns):
        return False
    if all(_UNIT.fullmatch(below[column].strip()) for column in columns):
        return True
    if any(merge.top == line and merge.right > merge.left for merge in view.merges.get(line, [])):
        wide = [merge for merge in view.merges[line] if merge.top == line and merge.right > merge.left]
        under = {column for merge in wide for column in range(merge.left, merge.right + 1)}
        return not _full_width(wide, view.width) and set(columns) <= under
    above = view.own(line)
    under_blank = [column for column in columns if is_blank(above[column])]
    leaves_free = any(is_blank(below[column]) for column, cell in enumerate(above) if not is_blank(cell))
    return bool(under_blank) and leaves_free and not _same_shape_follows(view, position, columns)


def _full_width(merges: list[Merge], width: int) -> bool:
    return any(merge.right - merge.left + 1 > 0.9 * width for merge in merges)


def _same_shape_follows(view: _View, position: int, columns: list[int]) -> bool:
    """Whether the next row fills the same cells, which means that this one is data too."""
    if position + 1 >= len(view.raw.rows):
        return True
    following = view.own(position + 1)
    return [column for column, cell in enumerate(following) if not is_blank(cell)] == columns


def unique_headings(headings: list[str], sheet: str, row: int) -> tuple[list[str], list[Problem]]:
    """Name unnamed columns ``__column_N`` and repeated headings ``heading (2)``, with a problem for each repeat."""
    seen: Counter[str] = Counter()
    names, problems = [], []
    taken = {heading for heading in headings if heading}
    for column, heading in enumerate(headings):
        name = heading or f"__column_{column + 1}"
        seen[name] += 1
        if seen[name] > 1:
            problems.append(Problem("duplicate_heading", sheet=sheet, row=row, column=heading))
            number = seen[name]
            while (name := f"{heading} ({number})") in taken:
                number += 1
            taken.add(name)
        names.append(name)
    return names, problems
