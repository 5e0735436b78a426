"""Editable slides: native text and tables in a named Thai font, each view's map as a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lxml import etree  # ty: ignore[missing-module-member]
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide as Page
from pptx.table import Table, _Cell
from pptx.text.text import TextFrame
from pptx.util import Emu, Inches, Pt

from geo.maps import palette
from pages.meeting.pack.content import Pack, Slide
from pages.meeting.pack.lines import wrap

FONT = "Sarabun"


def rgb(color: str) -> RGBColor:
    """``#rrggbb`` as a colour of python-pptx."""
    return RGBColor.from_string(color.lstrip("#").upper())


INK, QUIET, HEAD = rgb(palette.INK), rgb(palette.QUIET), rgb(palette.SHADE)
BLANK = 6
LEAST_ROW = 0.2  # inches
ROOM_OF_TABLE = 5.0  # inches under the title and the headings
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)


def slides(pack: Pack, maps: Mapping[str, bytes]) -> bytes:
    """The presentation; ``maps`` has a PNG per view."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    _name_fonts(deck)
    properties = deck.core_properties
    properties.title, properties.author, properties.keywords = (
        pack.words.say("meeting_pack"),
        "kradan",
        f"data version {pack.facts['version']}",
    )
    day = datetime.fromisoformat(pack.facts["as_of"] or "2000-01-01")
    properties.created = properties.modified = day
    _cover(deck.slides.add_slide(deck.slide_layouts[BLANK]), pack)
    for slide in pack.slides:
        page = deck.slides.add_slide(deck.slide_layouts[BLANK])
        _view(page, pack, slide, maps[slide.view])
        frame = page.notes_slide.notes_text_frame
        for number, line in enumerate(slide.notes.split("\n") if frame is not None else ()):
            _write(frame, line, 12, first=not number)
    _decisions(deck, pack)
    _sources(deck, pack)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def _name_fonts(deck: Deck) -> None:
    """Set the Thai font in the theme, so that text typed later uses it."""
    for part in deck.slide_masters[0].part.rels.values():
        if part.reltype.endswith("/theme"):
            theme = etree.fromstring(part.target_part.blob)
            for kind in ("latin", "cs"):
                for node in theme.iter(f"{{http://schemas.openxmlformats.org/drawingml/2006/main}}{kind}"):
                    if node.getparent().tag.endswith(("majorFont", "minorFont")):
                        node.set("typeface", FONT)
            part.target_part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


def _write(
    frame: TextFrame,
    text: str,
    size: float,
    *,
    bold: bool = False,
    color: RGBColor = INK,
    right: bool = False,
    first: bool = True,
) -> None:
    """One paragraph with the font set for Latin and complex script; the language tag enables Thai word breaks."""
    paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = color
    properties = run._r.get_or_add_rPr()
    properties.set("lang", "th-TH")
    complex_script = properties.makeelement(qn("a:cs"), {"typeface": FONT})
    properties.find(qn("a:latin")).addnext(complex_script)


def _box(page: Page, x: float, y: float, wide: float, high: float, text: str, size: float, **more: Any) -> None:
    frame = page.shapes.add_textbox(Inches(x), Inches(y), Inches(wide), Inches(high)).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    _write(frame, text, size, **more)


def _cover(page: Page, pack: Pack) -> None:
    what, province, *findings = pack.cover
    _box(page, 0.6, 0.5, 12.1, 1.0, what, 40, bold=True)
    _box(page, 0.6, 1.4, 12.1, 0.6, f"{province} · {pack.words.as_of(pack.facts)}", 20, color=QUIET)
    if pack.nothing_to_show:
        _box(page, 0.6, 2.3, 12.1, 1.0, pack.nothing_to_show, 15)
    rows = [(str(number + 1), finding) for number, finding in enumerate(findings)]
    _table(page, 0.6, 2.3, (0.6, 11.5), rows, 15 if len(rows) < 8 else 13, room=4.4, high=0.55)
    _box(page, 0.6, 6.85, 12.1, 0.5, f"{pack.heading} · {pack.map_credit}", 9.5, color=QUIET)


def _view(page: Page, pack: Pack, slide: Slide, picture: bytes) -> None:
    size = 28 if len(wrap(slide.title, 28, 880, bold=True)) == 1 else 22
    _box(page, 0.3, 0.15, 12.7, 0.95, slide.title, size, bold=True)
    _box(page, 0.3, 1.06, 12.7, 0.4, slide.ask, 14, color=QUIET)
    shape = page.shapes.add_picture(io.BytesIO(picture), Inches(0.3), Inches(1.5), width=Inches(6.9))
    shape._element._nvXxPr.cNvPr.set(
        "descr", f"{slide.title}. " + "; ".join(f"{row['label']}: {row['count']}" for row in slide.legend)
    )
    y = 1.5 + _figures(page, slide, 1.5)
    y += _legend(page, slide, y)
    rows = [(name, value) for name, value, *_ in slide.bars] + slide.places
    _table(page, 7.45, y + 0.1, (3.75, 1.85), rows, 11, room=6.5 - y)
    _box(page, 0.3, 6.85, 11.7, 0.5, f"{pack.heading} · {slide.foot}", 9.5, color=QUIET)
    _reply(page, pack)


def _reply(page: Page, pack: Pack) -> None:
    """The QR code for reporting mistakes, in the corner."""
    if reply := pack.reply("province", pack.facts["province"]):
        picture, key = reply
        shape = page.shapes.add_picture(io.BytesIO(picture), Inches(12.25), Inches(6.55), width=Inches(0.85))
        shape._element._nvXxPr.cNvPr.set("descr", pack.words.say(key))


def _figures(page: Page, slide: Slide, y: float) -> float:
    wide = 5.6 / max(len(slide.figures), 1)
    for number, (value, words) in enumerate(slide.figures):
        frame = page.shapes.add_textbox(
            Inches(7.45 + number * wide), Inches(y), Inches(wide - 0.08), Inches(0.9)
        ).text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        _write(frame, value, 18, bold=True)
        _write(frame, words, 11, color=QUIET, first=False)
    return 1.0 if slide.figures else 0.0


def _legend(page: Page, slide: Slide, y: float) -> float:
    """Legend with full labels: long ones take two lines, and many rows are lower. Returns its height in inches."""
    size, high = (12, 0.3) if len(slide.legend) < 8 else (11, 0.25)
    lines = [len(wrap(row["label"], size, 4.0 * 72)) for row in slide.legend]
    table = _grid(page, len(slide.legend), (0.5, 4.2, 0.9), 7.45, y, high)
    for number, row in enumerate(slide.legend):
        table.rows[number].height = Inches(high * lines[number])
        _cell(table.cell(number, 0), " ", 8)  # an empty cell would take the height of the default font
        _swatch(page, 7.55, y + high * sum(lines[:number]) + high / 2 - 0.1, row)
        _cell(table.cell(number, 1), row["label"], size)
        _cell(table.cell(number, 2), f"{row['count']:,}", size, bold=True, right=True)
    return sum(lines) * high


def _swatch(page: Page, x: float, y: float, row: dict) -> None:
    """A shape, not a cell background: viewers other than PowerPoint do not show a cell's pattern."""
    shape = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(x), Inches(y), Inches(0.4), Inches(0.2))
    line = row["hatch"] or (palette.STRIPE if row.get("stripe") else None)
    if line:
        shape.fill.patterned()
        stripe, hatch = MSO_PATTERN.WIDE_DOWNWARD_DIAGONAL, MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        shape.fill.pattern = stripe if row.get("stripe") else hatch
        shape.fill.fore_color.rgb, shape.fill.back_color.rgb = rgb(line), rgb(row["color"])
    else:
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb(row["color"])
    shape.line.color.rgb, shape.line.width = rgb(palette.EDGE), Emu(6350)
    shape.shadow.inherit = False


def _grid(page: Page, rows: int, widths: tuple[float, ...], x: float, y: float, high: float) -> Table:
    frame = page.shapes.add_table(
        max(rows, 1), len(widths), Inches(x), Inches(y), Inches(sum(widths)), Inches(high * max(rows, 1))
    )
    table = frame.table
    table.first_row = table.horz_banding = False
    style = table._tbl.tblPr.find(qn("a:tableStyleId"))  # ty: ignore[missing-union-attribute]
    style.text = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # no fill, thin grid
    for number, wide in enumerate(widths):
        table.columns[number].width = Inches(wide)
    for row in table.rows:
        row.height = Inches(high)
    return table


def _cell(cell: _Cell, text: str, size: float, **more: Any) -> None:
    cell.margin_left = cell.margin_right = Emu(50_000)
    cell.margin_top = cell.margin_bottom = Emu(0)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    _write(cell.text_frame, text, size, **more)


def _table(
    page: Page,
    x: float,
    y: float,
    widths: tuple[float, ...],
    rows: list[tuple],
    size: float,
    *,
    room: float = 5.0,
    high: float = 0.3,
    head: tuple | None = None,
) -> None:
    """As many of the first rows as are legible in ``room`` (inches)."""
    rows = rows[: max(0, int(room / LEAST_ROW) - bool(head))]
    if not rows:
        return
    high = min(high, room / (len(rows) + bool(head)))
    table = _grid(page, len(rows) + bool(head), widths, x, y, high)
    for number, row in enumerate([head, *rows] if head else rows):
        for column, text in enumerate(row):
            last = column == len(row) - 1 and not head
            _cell(table.cell(number, column), str(text), size, bold=last or (bool(head) and number == 0), right=last)
            if head and number == 0:
                table.cell(0, column).fill.solid()
                table.cell(0, column).fill.fore_color.rgb = HEAD


def _decisions(deck: Deck, pack: Pack) -> None:
    """All decisions, on as many pages as their text needs; empty rows to write into when there are few."""
    say, widths, size = pack.words.say, (2.6, 5.6, 2.7, 1.8), 13
    head = tuple(
        say(key) for key in ("meeting_decide_who", "meeting_decide_what", "column_place", "meeting_decide_due")
    )
    parts, high = [[]], 0.0
    for row in pack.decided + [("", "", "", "")] * max(0, 5 - len(pack.decided)):
        lines = (len(wrap(text, size, (wide - 0.2) * 72)) for text, wide in zip(row, widths, strict=True))
        row_high = max(1, *lines) * size / 72 * 1.5 + 0.03
        if parts[-1] and high + row_high > ROOM_OF_TABLE:
            parts.append([])
            high = 0.0
        parts[-1].append(row)
        high += row_high
    for rows in parts:
        page = deck.slides.add_slide(deck.slide_layouts[BLANK])
        _box(page, 0.3, 0.2, 12.7, 0.8, say("meeting_decisions"), 28, bold=True)
        _table(page, 0.3, 1.2, widths, rows, size, room=ROOM_OF_TABLE + 0.3, head=head)
        _box(page, 0.3, 6.85, 12.7, 0.5, pack.heading, 9.5, color=QUIET)


def _sources(deck: Deck, pack: Pack) -> None:
    say, sources = pack.words.say, pack.facts["sources"]
    head = tuple(say(key) for key in ("column_base", "column_file", "column_rows_loaded", "column_loaded_at"))
    for start in range(0, max(len(sources), 1), 18):
        page = deck.slides.add_slide(deck.slide_layouts[BLANK])
        _box(page, 0.3, 0.2, 12.7, 0.8, say("view_sources"), 28, bold=True)
        part = sources[start : start + 18]
        rows = [
            (pack.words.base(pack.facts, row["base"]), row["file"], f"{row['rows']:,}", pack.words.day(row["day"]))
            for row in part
        ]
        _table(page, 0.3, 1.1, (2.6, 6.2, 1.7, 2.2), rows, 11, room=5.6, head=head)
        _box(page, 0.3, 6.85, 12.7, 0.5, pack.foot, 9.5, color=QUIET)
