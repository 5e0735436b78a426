"""PDF of the views on A4 landscape; Thai is shaped by HarfBuzz, and text stays searchable."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
from fpdf import FPDF

from geo.maps import palette
from pages.meeting.pack.content import Pack, Slide
from pages.meeting.pack.lines import font_file, width, wrap

POINT = 72 / 25.4  # points per millimetre


def rgb(color: str) -> tuple[int, int, int]:
    """``#rrggbb`` as three integers 0-255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


INK, QUIET, LINE = rgb(palette.INK), rgb(palette.QUIET), rgb(palette.LINE)


class Paper(FPDF):
    """A4 pages in our font, with a footnote on each; lengths in mm, font sizes in points."""

    def __init__(self, pack: Pack, orientation: str) -> None:
        super().__init__(orientation=orientation, unit="mm", format="A4")
        self.pack, self.note = pack, ""
        for bold in (False, True):
            self.add_font("Sarabun", "B" if bold else "", font_file(bold))
        self.set_text_shaping(True, script="thai", language="tha")
        self.set_auto_page_break(False)
        self.set_creation_date(datetime.fromisoformat(pack.facts["as_of"] or "2000-01-01").replace(tzinfo=UTC))
        self.set_title(f"{pack.words.say('meeting_pack')} {pack.facts['version']}")
        self.set_lang("th-TH")

    def footer(self) -> None:
        """Data heading and footnote at the bottom of the page."""
        for number, line in enumerate(wrap(f"{self.pack.heading} · {self.note}", 7.5, (self.w - 20) * POINT, most=3)):
            self.words(10, self.h - 14 + number * 3.6, line, 7.5, color=QUIET)

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        color: tuple = INK,
        right: float | None = None,
    ) -> None:
        """One line of text; ``y`` is its middle, ``right`` an edge to align to.

        Shaping splits ำ into two glyphs with a gap: ActualText holds the original line, so that a search finds น้ำ.
        """
        if not text:
            return
        self.set_font("Sarabun", "B" if bold else "", size)
        self.set_text_color(*color)
        self.set_xy(x, y - size / POINT * 0.75)
        self._out(f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC")
        self.cell((right - x) if right else 0, size / POINT * 1.5, text, align="R" if right else "L")
        self._out("EMC")

    def reply(self, kind: str, code: str, x: float, y: float) -> bool:
        """The QR code for reporting mistakes, 19 mm wide, with its text below; returns whether there is one."""
        if not (reply := self.pack.reply(kind, code)):
            return False
        picture, key = reply
        self.image(io.BytesIO(picture), x, y, w=19, alt_text=self.pack.words.say(key))
        self.words(x - 20, y + 20.5, self.pack.words.say(key), 7, color=QUIET, right=x + 19)
        return True

    def block(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        room: float,
        *,
        bold: bool = False,
        color: tuple = INK,
        most: int | None = None,
    ) -> float:
        """Wrapped lines within ``room``; returns the next free ``y``. Line height 1.5, because Thai marks stack."""
        for line in wrap(text, size, room * POINT, bold=bold, most=most):
            self.words(x, y + size / POINT * 0.75, line, size, bold=bold, color=color)
            y += size / POINT * 1.5
        return y


def views(pack: Pack, maps: Mapping[str, bytes]) -> bytes:
    """The storyboard, the decisions and the sources, on A4 landscape."""
    paper = Paper(pack, "L")
    _cover(paper, pack)
    for slide in pack.slides:
        paper.note = slide.foot
        paper.add_page()
        _view(paper, slide, maps[slide.view])
    paper.note = pack.foot
    say = pack.words.say
    head = [say(key) for key in ("meeting_decide_who", "meeting_decide_what", "column_place", "meeting_decide_due")]
    _pages(
        paper,
        say("meeting_decisions"),
        head,
        [55, 115, 65, 42],
        [list(row) for row in pack.decided] or [["", "", "", ""]] * 6,
    )
    head = [say(key) for key in ("column_base", "column_file", "column_rows_loaded", "column_loaded_at")]
    rows = [
        [pack.words.base(pack.facts, row["base"]), row["file"], f"{row['rows']:,}", pack.words.day(row["day"])]
        for row in pack.facts["sources"]
    ]
    _pages(paper, say("view_sources"), head, [60, 125, 42, 50], rows, right=frozenset({2}))
    return bytes(paper.output())


def _cover(paper: Paper, pack: Pack) -> None:
    what, province, *findings = pack.cover
    paper.note = pack.map_credit
    paper.add_page()
    y = paper.block(14, 14, what, 30, 268, bold=True)
    y = paper.block(14, y, f"{province} · {pack.words.as_of(pack.facts)}", 15, 268, color=QUIET) + 6
    paper.block(14, y, pack.nothing_to_show, 14, 268)
    for number, finding in enumerate(findings):
        paper.words(14, y + 3.6, str(number + 1), 14, bold=True)
        y = paper.block(24, y, finding, 14, 258, most=2) + 2


def _view(paper: Paper, slide: Slide, picture: bytes) -> None:
    size = 19 if len(wrap(slide.title, 19, 277 * POINT, bold=True)) == 1 else 16
    y = paper.block(10, 7, slide.title, size, 277, bold=True, most=2)
    paper.block(10, 26, slide.ask, 11, 277, color=QUIET, most=1)
    paper.image(io.BytesIO(picture), 10, 34, w=163)
    y = 36.0
    for value, words in slide.figures:
        paper.words(178, y + 3, value, 14, bold=True)
        y = max(paper.block(232, y - 1, words, 10, 55, color=QUIET, most=2), y + 9)
    y = legend(paper, slide.legend, 178, y + 2, 109, 11) + 2
    rows = [(name, value) for name, value, *_ in slide.bars] + slide.places
    foot = 166 if paper.reply("province", paper.pack.facts["province"], 268, 167) else 190
    for name, value in rows[: max(0, int((foot - y) / 6))]:
        room = 106 * POINT - width(value, 10, bold=True)
        paper.words(178, y + 2, wrap(name, 10, room, most=1)[0], 10)
        paper.words(220, y + 2, value, 10, bold=True, right=287)
        y += 6


def legend(paper: Paper, rows: list[dict], x: float, y: float, room: float, size: float) -> float:
    """Swatches, full labels (long ones wrapped) and counts; returns the next free ``y``."""
    for row in rows:
        swatch(paper, x, y, row)
        paper.words(x + room - 14, y + 2.2, f"{row['count']:,}", size, bold=True, right=x + room)
        lines = wrap(row["label"], size, (room - 22) * POINT)
        for number, line in enumerate(lines):
            paper.words(x + 10, y + 2.2 + number * size * 0.46, line, size)
        y += 6.4 + (len(lines) - 1) * size * 0.46
    return y


def swatch(paper: Paper, x: float, y: float, row: dict) -> None:
    """Colour and pattern of a legend entry."""
    paper.set_fill_color(*rgb(row["color"]))
    paper.set_draw_color(*rgb(palette.EDGE))
    paper.set_line_width(0.2)
    paper.rect(x, y, 8, 4.4, style="DF")
    line = row["hatch"] or (palette.STRIPE if row.get("stripe") else None)
    if line:
        paper.set_draw_color(*rgb(line))
        with paper.rect_clip(x, y, 8, 4.4):
            for step in np.arange(-5, 9, 1.7):
                ends = (
                    (x + step, y + 4.6, x + step + 4.6, y - 0.2)
                    if row["hatch"]
                    else (x + step, y - 0.2, x + step + 4.6, y + 4.6)
                )
                paper.line(*ends)


def _pages(
    paper: Paper, title: str, head: list[str], widths: list[float], rows: list[list[str]], right: frozenset[int] = frozenset()
) -> None:  # fmt: skip
    """A table over as many pages as needed; cells wrap, rows are not split."""
    y = 1e9
    for row in rows:
        cells = [wrap(text, 10.5, (wide - 3) * POINT) or [""] for text, wide in zip(row, widths, strict=True)]
        high = max(len(lines) for lines in cells) * 5.6 + 1.4
        if y + high > 190:
            paper.add_page()
            paper.block(10, 8, title, 19, 277, bold=True)
            y = table_row(paper, 24, [[text] for text in head], widths, 7.4, bold=True, right=right)
        y = table_row(paper, y, cells, widths, high, right=right)


def table_row(
    paper: Paper,
    y: float,
    cells: list[list[str]],
    widths: list[float],
    high: float,
    *,
    bold: bool = False,
    size: float = 10.5,
    right: frozenset[int] = frozenset(),
) -> float:
    """One table row, columns of ``right`` aligned right; returns the ``y`` of the next row."""
    x = 10.0
    paper.set_draw_color(*LINE)
    paper.set_fill_color(*rgb(palette.SHADE))
    for column, (lines, wide) in enumerate(zip(cells, widths, strict=True)):
        paper.rect(x, y, wide, high, style="DF" if bold else "D")
        edge = x + wide - 1.5 if column in right else None
        for number, line in enumerate(lines):
            paper.words(x + 1.5, y + 3.5 + number * 5.6 * size / 10.5, line, size, bold=bold, right=edge)
        x += wide
    return y + high
