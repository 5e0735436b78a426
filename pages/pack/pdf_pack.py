"""PDF: the views on A4 across, and one A4 sheet per district or subdistrict. Thai is shaped by HarfBuzz; text stays text."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import numpy as np
from fpdf import FPDF

from pages.pack.content import Pack, Slide
from pages.pack.lines import font_file, wrap

INK, QUIET, LINE = (20, 32, 43), (60, 74, 86), (183, 195, 205)
POINT = 72 / 25.4  # points per millimetre
CLASS_COLUMNS = ("coverage", "gaps", "overlaps", "weak")


class Paper(FPDF):
    """A4 in our font, with the footnote at the foot of every page."""

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
        """Base, date and data version under everything."""
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
        """One line; ``y`` is its middle, ``right`` an edge to end at."""
        self.set_font("Sarabun", "B" if bold else "", size)
        self.set_text_color(*color)
        self.set_xy(x, y - size / POINT * 0.75)
        self.cell((right - x) if right else 0, size / POINT * 1.5, text, align="R" if right else "L")

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
        """Lines that fit ``room``; returns where the next thing may stand. Line height 1.5: stacked marks need it."""
        for line in wrap(text, size, room * POINT, bold=bold, most=most):
            self.words(x, y + size / POINT * 0.75, line, size, bold=bold, color=color)
            y += size / POINT * 1.5
        return y


def _rgb(color: str) -> tuple[int, int, int]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))  # type: ignore[return-value]


def views(pack: Pack, maps: Mapping[str, bytes]) -> bytes:
    """The storyboard, the decisions and the sources, A4 across."""
    paper = Paper(pack, "L")
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
    _pages(paper, say("view_sources"), head, [60, 125, 42, 50], rows)
    return bytes(paper.output())


def _view(paper: Paper, slide: Slide, picture: bytes) -> None:
    size = 19 if len(wrap(slide.title, 19, 277 * POINT, bold=True)) == 1 else 16
    y = paper.block(10, 7, slide.title, size, 277, bold=True, most=2)
    paper.block(10, 26, slide.ask, 11, 277, color=QUIET, most=1)
    paper.image(io.BytesIO(picture), 10, 34, w=163)
    y = 36.0
    for value, words in slide.figures:
        paper.words(178, y + 3, value, 14, bold=True)
        y = max(paper.block(232, y - 1, words, 10, 55, color=QUIET, most=2), y + 9)
    y += 2
    for row in slide.legend:
        _swatch(paper, 178, y, row)
        paper.words(188, y + 2.2, wrap(row["label"], 11, 84 * POINT, most=1)[0], 11)
        paper.words(262, y + 2.2, f"{row['count']:,}", 11, bold=True, right=287)
        y += 6.4
    y += 2
    rows = [(name, value) for name, value, _satang in slide.bars] or [
        (f"{name} · {district}", value) for name, district, value in slide.places
    ]
    for name, value in rows[: max(0, int((190 - y) / 6))]:
        paper.words(178, y + 2, wrap(name, 10, 72 * POINT, most=1)[0], 10)
        paper.words(240, y + 2, value, 10, bold=True, right=287)
        y += 6


def _swatch(paper: Paper, x: float, y: float, row: dict) -> None:
    paper.set_fill_color(*_rgb(row["color"]))
    paper.set_draw_color(91, 102, 112)
    paper.set_line_width(0.2)
    paper.rect(x, y, 8, 4.4, style="DF")
    line = row["hatch"] or ("#5f6b76" if row.get("stripe") else None)
    if line:
        paper.set_draw_color(*_rgb(line))
        with paper.rect_clip(x, y, 8, 4.4):
            for step in np.arange(-5, 9, 1.7):
                ends = (
                    (x + step, y + 4.6, x + step + 4.6, y - 0.2)
                    if row["hatch"]
                    else (x + step, y - 0.2, x + step + 4.6, y + 4.6)
                )
                paper.line(*ends)


def _pages(paper: Paper, title: str, head: list[str], widths: list[float], rows: list[list[str]]) -> None:
    """A table over as many pages as it needs; a cell breaks into lines, no row is cut."""
    y = 1e9
    for row in rows:
        cells = [wrap(text, 10.5, (wide - 3) * POINT) or [""] for text, wide in zip(row, widths, strict=True)]
        high = max(len(lines) for lines in cells) * 5.6 + 1.4
        if y + high > 190:
            paper.add_page()
            paper.block(10, 8, title, 19, 277, bold=True)
            y = _row(paper, 24, [[text] for text in head], widths, 7.4, bold=True)
        y = _row(paper, y, cells, widths, high)


def _row(
    paper: Paper,
    y: float,
    cells: list[list[str]],
    widths: list[float],
    high: float,
    *,
    bold: bool = False,
    size: float = 10.5,
) -> float:
    x = 10.0
    paper.set_draw_color(*LINE)
    paper.set_fill_color(231, 238, 245)
    for lines, wide in zip(cells, widths, strict=True):
        paper.rect(x, y, wide, high, style="DF" if bold else "D")
        for number, line in enumerate(lines):
            paper.words(x + 1.5, y + 3.5 + number * 5.6 * size / 10.5, line, size, bold=bold)
        x += wide
    return y + high


def district_sheets(pack: Pack, tick: Callable[[float], None] | None = None) -> bytes:
    """One A4 sheet per district: figures, a map of its subdistricts, a row for each."""
    paper = Paper(pack, "P")
    paper.note = f"{pack.foot} · {pack.map_credit}"
    codes = sorted({code[:4] for code in pack.facts["codes"]})
    for number, district in enumerate(codes):
        _district(paper, pack, [code for code in pack.facts["codes"] if code[:4] == district])
        if tick:
            tick((number + 1) / len(codes))
    return bytes(paper.output())


def _district(paper: Paper, pack: Pack, codes: list[str]) -> None:
    facts, words = pack.facts, pack.words
    say, cards = words.say, [facts["cards"][code] for code in codes]
    paper.add_page()
    paper.block(10, 8, words.district(facts["areas"][codes[0]]), 22, 190, bold=True)
    known = [card["satang"] for card in cards if card["satang"] is not None]
    people = [facts["areas"][code]["population"] or 0 for code in codes]
    figures = [(f"{len(codes):,}", say("column_subdistricts")), (f"{sum(people):,}", say("column_population")), (words.baht(sum(known) if known else None), say("column_amount")),
               (f"{sum(card['status'] == 'none' for card in cards):,}", say("status_none")), (f"{sum(card['status'] == 'not_reported' for card in cards):,}", say("status_not_reported"))]  # fmt: skip
    for number, (value, label) in enumerate(figures):
        paper.words(10 + number * 38, 28, value, 13, bold=True)
        paper.block(10 + number * 38, 31, label, 9, 36, color=QUIET, most=2)
    coverage = next((slide for slide in pack.slides if slide.view == "coverage"), pack.slides[0])
    _small_map(paper, pack, coverage, codes[0][:4], (10, 44, 110, 92))
    y = 46.0
    for row in coverage.legend:
        _swatch(paper, 126, y, row)
        paper.words(136, y + 2.2, wrap(row["label"], 10, 55 * POINT, most=1)[0], 10)
        y += 6.2
    _district_table(paper, pack, codes)


def _district_table(paper: Paper, pack: Pack, codes: list[str]) -> None:
    facts, words = pack.facts, pack.words
    say = words.say
    head = [
        say(key)
        for key in (
            "column_subdistrict",
            "column_population",
            "column_agencies",
            "column_amount",
            "column_need",
            "meeting_class_short",
            "meeting_sign_word",
        )
    ]
    widths, size = [36.0, 21.0, 21.0, 31.0, 25.0, 16.0, 40.0], 9.5
    y = _row(paper, 140, [[text] for text in head], widths, 6.6, bold=True, size=size)
    high = min(6.4, (278 - y) / len(codes))
    for code in codes:
        area, card = facts["areas"][code], facts["cards"][code]
        covered = card["status"] == "covered"
        signs = [
            say(key)
            for key, on in (
                ("quadrant_gap_short", card["quadrant"] == "gap"),
                ("outcome_suspected_duplication", card["duplication"] > 0),
                ("meeting_pilot_short", card["pilot"]),
            )
            if on
        ]
        cells = [words.name(area), words.value(area["population"]), str(card["agencies"]) if covered else say(f"status_short_{card['status']}"),
                 words.baht(card["satang"]) if covered else "–", words.value(card["need"]), (card["class"] or "–") + (f" ({card['border']})" if card["border"] else ""), ", ".join(signs)]  # fmt: skip
        y = _row(
            paper,
            y,
            [wrap(text, size, (wide - 2) * POINT, most=1) or [""] for text, wide in zip(cells, widths, strict=True)],
            widths,
            high,
            size=size,
        )


def _small_map(
    paper: Paper, pack: Pack, slide: Slide, district: str, box: tuple[float, float, float, float], chosen: str = ""
) -> None:
    """The district and its surroundings as lines and fills, in the colours of a view."""
    x, y, wide, high = box
    west, south, east, north = pack.shapes.bounds(district)
    scale = min(wide / (east - west), high / (north - south)) * 0.9
    styles = {row["k"]: row for row in slide.legend}
    with paper.rect_clip(x, y, wide, high):
        paper.set_fill_color(223, 233, 239)
        paper.rect(x, y, wide, high, style="F")
        for own in (False, True):
            for code, letter in zip(pack.facts["codes"], slide.step["classes"], strict=True):
                if code.startswith(district) != own or code not in pack.shapes.rings:
                    continue
                row = styles.get(letter, {"color": "#ffffff", "hatch": None})
                paper.set_fill_color(*(_rgb(row["color"]) if own else (240, 242, 244)))
                paper.set_draw_color(*((179, 0, 94) if code == chosen else INK if own else LINE))
                paper.set_line_width(0.6 if code == chosen else 0.25)
                for ring in pack.shapes.rings[code]:
                    points = [
                        (
                            x + wide / 2 + (px - (west + east) / 2) * scale,
                            y + high / 2 - (py - (south + north) / 2) * scale,
                        )
                        for px, py in ring
                    ]
                    if own or any(x <= px <= x + wide and y <= py <= y + high for px, py in points):
                        paper.polygon(points, style="DF")
    taken: list[tuple[float, float, float]] = []
    own_codes = [code for code in pack.facts["codes"] if code.startswith(district) and code in pack.shapes.points]
    for code in sorted(own_codes, key=lambda code: code != chosen):
        px, py = pack.shapes.points[code]
        at = x + wide / 2 + (px - (west + east) / 2) * scale, y + high / 2 - (py - (south + north) / 2) * scale
        _halo(paper, at, pack.words.name(pack.facts["areas"][code]), taken)


def _halo(paper: Paper, at: tuple[float, float], text: str, taken: list[tuple[float, float, float]]) -> None:
    """A name on its place; left out where it would lie on another: the table has every name."""
    paper.set_font("Sarabun", "B", 7.5)
    wide = paper.get_string_width(text) + 1
    if any(abs(at[0] - other[0]) < (wide + other[2]) / 2 and abs(at[1] - other[1]) < 3.6 for other in taken):
        return
    taken.append((*at, wide))
    paper.set_fill_color(255, 255, 255)
    with paper.local_context(fill_opacity=0.75):
        paper.rect(at[0] - wide / 2, at[1] - 1.7, wide, 3.4, style="F")
    paper.words(at[0] - wide / 2 - 0.5, at[1], text, 7.5, bold=True)


def subdistrict_sheets(pack: Pack, tick: Callable[[float], None] | None = None) -> bytes:
    """One A4 sheet per subdistrict."""
    paper = Paper(pack, "P")
    paper.note = f"{pack.foot} · {pack.map_credit}"
    for number, code in enumerate(pack.facts["codes"]):
        _subdistrict(paper, pack, code)
        if tick:
            tick((number + 1) / len(pack.facts["codes"]))
    return bytes(paper.output())


def _subdistrict(paper: Paper, pack: Pack, code: str) -> None:
    from pages.parts.meeting import _card

    facts, words = pack.facts, pack.words
    card, area = _card(facts, words, code), facts["areas"][code]
    paper.add_page()
    paper.block(10, 8, words.say("subdistrict_named", name=words.name(area)), 22, 190, bold=True)
    paper.block(10, 20, f"{words.district(area)} · {code}", 12, 190, color=QUIET)
    for number, (value, label) in enumerate(card["big"]):
        paper.words(10 + number * 64, 36, value, 16, bold=True)
        paper.block(10 + number * 64, 40, label, 9.5, 60, color=QUIET, most=2)
    slide = next((slide for slide in pack.slides if slide.view == "coverage"), pack.slides[0])
    _small_map(paper, pack, slide, code[:4], (10, 54, 100, 84), code)
    y = 54.0
    for label, value in card["lines"]:
        paper.words(114, y + 2, wrap(label, 9.5, 84 * POINT, most=1)[0], 9.5, color=QUIET)
        y = paper.block(114, y + 4, value, 9.5, 86, bold=True, most=2) + 1
    y = max(y, 142)
    y = paper.block(10, y, words.say("meeting_who_supports"), 13, 190, bold=True)
    for who, what in card["top"] or [["", card["nobody"]]]:
        y = _row(
            paper,
            y,
            [wrap(who, 10, 76 * POINT, most=1) or [""], wrap(what, 10, 106 * POINT, most=1)],
            [80, 110],
            7,
            size=10,
        )
