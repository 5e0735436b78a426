"""The numbers as a workbook: counts are formulas over the rows they are based on, and every record names its file."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from geo.maps import palette
from geo.maps.classes import check_styles
from pages.meeting.pack.content import Pack, Slide

FIRST = 3  # rows above the data: title, footnote, headings
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class Book:
    """A workbook with the formats of the pack."""

    def __init__(self, pack: Pack, target: io.BytesIO) -> None:
        self.pack, self.book = pack, Workbook(target, OPTIONS)
        day = datetime.fromisoformat(pack.facts["as_of"] or "2000-01-01")
        self.book.set_properties(
            {
                "title": pack.words.say("meeting_pack"),
                "comments": f"data version {pack.facts['version']}",
                "created": day,
            }
        )
        font = {"font_name": "Sarabun", "font_size": 11, "valign": "top"}
        self.plain, self.head = (
            self.book.add_format(font),
            self.book.add_format(font | {"bold": True, "bg_color": palette.SHADE, "text_wrap": True, "border": 1}),
        )
        self.title, self.note = (
            self.book.add_format(font | {"bold": True, "font_size": 15}),
            self.book.add_format(font | {"font_color": palette.QUIET}),
        )
        self.whole, self.money = (
            self.book.add_format(font | {"num_format": "#,##0"}),
            self.book.add_format(font | {"num_format": "#,##0.00"}),
        )
        self.wrapped = self.book.add_format(font | {"text_wrap": True})

    def sheet(self, name: str, title: str, columns: list[tuple[str, int]]) -> Worksheet:
        """Add a sheet with title, footnote and headings."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        sheet.write_string(1, 0, f"{self.pack.heading} · {self.pack.foot}", self.note)
        for column, (heading, wide) in enumerate(columns):
            sheet.write_string(FIRST - 1, column, heading, self.head)
            sheet.set_column(column, column, wide, self.plain)
        sheet.freeze_panes(FIRST, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet


def workbook(pack: Pack) -> bytes:
    """Workbook with sheets of findings, subdistricts, support records, decisions, sources."""
    target = io.BytesIO()
    book = Book(pack, target)
    _findings(book)
    _subdistricts(book)
    _support(book)
    _decisions(book)
    _sources(book)
    book.book.close()
    return target.getvalue()


def in_baht(say: Callable[..., str]) -> str:
    """Heading of an amount column, with its unit."""
    return f"{say('column_amount')} ({say('unit_baht')})"


def _put(sheet: Worksheet, row: int, column: int, value: object, number: Format, plain: Format | None = None) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        sheet.write_string(row, column, str(value), plain)
    else:
        sheet.write_number(row, column, value, number)


def _put_sum(book: Book, sheet: Worksheet, cell: tuple[int, int], cells: str, satang: Sequence[int | None]) -> None:
    """A live sum of baht; the words "not known" while no cell of the range holds an amount."""
    known_amounts, words = [amount for amount in satang if amount is not None], book.pack.words.say("not_known")
    formula = f'=IF(COUNT({cells})=0,"{words}",SUM({cells}))'
    sheet.write_formula(*cell, formula, book.money, sum(known_amounts) / 100 if known_amounts else words)


def _letters(pack: Pack) -> dict[str, str]:
    """Column letter of each view's class in the sheet of subdistricts."""
    return {slide.view: xl_col_to_name(9 + number) for number, slide in enumerate(pack.slides)}


def _labels(slide: Slide) -> dict[str, str]:
    """Label of each class; numbered where others read the same to COUNTIF, which counts by text and knows no case."""
    alike = Counter(row["label"].casefold() for row in slide.legend if row["k"])
    return {
        row["k"]: f"{row['label']} ({number})" if alike[row["label"].casefold()] > 1 else row["label"]
        for number, row in enumerate(slide.legend, start=1)
        if row["k"]
    }


def _findings(book: Book) -> None:
    """One row per class of every view, counted by COUNTIF over the sheet of subdistricts."""
    pack, say = book.pack, book.pack.words.say
    columns = [
        (say("meeting_story"), 22),
        (say("meeting_finding"), 60),
        (say("legend"), 46),
        (say("column_subdistricts"), 14),
        (say("meeting_footnote_word"), 90),
    ]
    sheet = book.sheet("findings", say("meeting_pack"), columns)
    last, row = FIRST + len(pack.facts["codes"]), FIRST
    for slide in pack.slides:
        letter, labels = _letters(pack)[slide.view], _labels(slide)
        for entry in slide.legend:
            if not entry["k"]:
                continue
            sheet.write_string(row, 0, say(f"meeting_view_{slide.view}"), book.plain)
            sheet.write_string(row, 1, slide.title, book.wrapped)
            sheet.write_string(row, 2, labels[entry["k"]], book.plain)
            criterion = labels[entry["k"]].replace('"', '""')
            wild = criterion.replace("~", "~~").replace("*", "~*").replace("?", "~?")
            formula = f'=COUNTIF(subdistricts!${letter}${FIRST + 1}:${letter}${last},"={wild}")'
            sheet.write_formula(row, 3, formula, book.whole, entry["count"])
            sheet.write_string(row, 4, slide.foot, book.wrapped)
            row += 1
    sums = f"subdistricts!$G${FIRST + 1}:$G${last}"
    sheet.write_string(row + 1, 2, say("figure_placed_baht"), book.head)
    _put_sum(book, sheet, (row + 1, 3), sums, [card["satang"] for card in pack.facts["cards"].values()])


def _subdistricts(book: Book) -> None:
    pack, words, facts = book.pack, book.pack.words, book.pack.facts
    say = words.say
    labels = {slide.view: _labels(slide) for slide in pack.slides}
    for slide in pack.slides:
        check_styles("workbook", slide.step["classes"], labels[slide.view])
    columns = [(say("column_code"), 10), (say("column_subdistrict"), 20), (say("column_district"), 20), (say("column_population"), 12), (say("figure_villages"), 10),
               (say("figure_agencies"), 12), (in_baht(say), 16), (say("column_per_head"), 12), (say("column_need"), 12)]  # fmt: skip
    columns += [(say(f"meeting_view_{slide.view}"), 26) for slide in pack.slides]
    columns += [(say("column_village_share"), 30)]
    sheet = book.sheet("subdistricts", say("column_subdistricts"), columns)
    for position, code in enumerate(facts["codes"]):
        area, card, row = facts["areas"][code], facts["cards"][code], FIRST + position
        texts = (code, words.name(area), area[f"district_{words.language}"])
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, book.plain)
        baht = None if card["satang"] is None else card["satang"] / 100
        agencies = card["agencies"] if card["status"] in ("covered", "none") else None
        for column, value, style in (
            (3, area["population"], book.whole),
            (4, area["villages"], book.whole),
            (5, agencies, book.whole),
            (6, baht, book.money),
            (8, card["need"], book.whole),
        ):
            _put(sheet, row, column, value, style)
        share = "" if baht is None or not area["population"] else baht / area["population"]
        sheet.write_formula(
            row, 7, f'=IF(OR(G{row + 1}="",N(D{row + 1})=0),"",G{row + 1}/D{row + 1})', book.money, share
        )
        for number, slide in enumerate(pack.slides):
            sheet.write_string(row, 9 + number, labels[slide.view][slide.step["classes"][position]], book.plain)
        if card["status"] == "covered" and "reached" in card:  # meetings frozen by older versions lack it
            named = words.villages(card["reached"], area["villages"], card["whole"], card["status"])
            sheet.write_string(row, 9 + len(pack.slides), named, book.plain)
    sheet.autofilter(FIRST - 1, 0, FIRST + len(facts["codes"]) - 1, 9 + len(pack.slides))


def _support(book: Book) -> None:
    """Every support record of the meeting, with its file, sheet and row."""
    words, facts = book.pack.words, book.pack.facts
    say, support = words.say, facts["support"]
    names = ("column_agency", "column_stream", "column_theme", "column_what", "column_level", "column_code", "column_place", "filter_year", "column_amount",
             "column_base", "column_file", "column_sheet", "column_row")  # fmt: skip
    headings = [in_baht(say) if name == "column_amount" else say(name) for name in names]
    sheet = book.sheet("support", say("figure_records"), [(heading, 18) for heading in headings])
    for row, values in enumerate(support["rows"], start=FIRST):
        record = dict(zip(support["columns"], values, strict=True))
        place = record["subdistrict_code"] or record["area_code"]
        shown = [words.base(facts, record["agency_code"]), words.name(facts["streams"][record["stream_code"]]) if record["stream_code"] in facts["streams"] else "",
                 words.theme(record["theme_code"]), record["activity"], say(f"level_{record['area_level']}") if record["area_level"] else say("not_placed"),
                 record["area_code"], words.place(facts, place) if place else say("not_placed"), None if record["fiscal_year"] is None else record["fiscal_year"] + 543,
                 None if record["amount_satang"] is None else record["amount_satang"] / 100, words.base(facts, record["base"]), record["file_name"],
                 record["sheet"], record["row"]]  # fmt: skip
        for column, value in enumerate(shown):
            _put(sheet, row, column, value, book.money if column == 8 else book.plain, book.plain)
    last = FIRST + len(support["rows"])
    sheet.write_string(last, 7, say("total"), book.head)
    amounts = [row[support["columns"].index("amount_satang")] for row in support["rows"]]
    _put_sum(book, sheet, (last, 8), f"I{FIRST + 1}:I{max(last, FIRST + 1)}", amounts)


def _decisions(book: Book) -> None:
    say = book.pack.words.say
    columns = [
        (say("meeting_decide_who"), 26),
        (say("meeting_decide_what"), 60),
        (say("column_place"), 30),
        (say("meeting_decide_due"), 18),
    ]
    sheet = book.sheet("decisions", say("meeting_decisions"), columns)
    for row, values in enumerate(book.pack.decided, start=FIRST):
        for column, text in enumerate(values):
            sheet.write_string(row, column, text, book.wrapped)


def _sources(book: Book) -> None:
    pack, say = book.pack, book.pack.words.say
    names = (
        ("column_batch", 8),
        ("column_base", 18),
        ("column_file", 46),
        ("column_rows_loaded", 12),
        ("column_loaded_at", 16),
        ("column_sha256", 68),
    )
    sheet = book.sheet("sources", say("view_sources"), [(say(name), wide) for name, wide in names])
    for row, source in enumerate(pack.facts["sources"], start=FIRST):
        values = (
            source["batch"],
            pack.words.base(pack.facts, source["base"]),
            source["file"],
            source["rows"],
            pack.words.day(source["day"]),
            source["sha256"],
        )
        for column, value in enumerate(values):
            _put(sheet, row, column, value, book.whole, book.plain)
