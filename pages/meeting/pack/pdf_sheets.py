"""A4 sheets, one per district or subdistrict: figures, vector map, a row for each, footnotes."""

from __future__ import annotations

from collections.abc import Callable

from geo.maps import palette
from geo.maps.classes import check_styles
from pages.meeting.pack.content import Pack, Slide
from pages.meeting.pack.lines import wrap
from pages.meeting.pack.pdf import INK, LINE, POINT, QUIET, Paper, legend, rgb, table_row
from pages.meeting.wall import card_of

STATUS_KEYS = {
    "none": "status_short_none",
    "not_reported": "status_short_not_reported",
    "not_applicable": "status_short_not_applicable",
}


def district_sheets(pack: Pack, tick: Callable[[float], None] | None = None) -> bytes:
    """PDF with a sheet per district: figures, a map of its subdistricts, a row for each."""
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
    paper.block(10, 8, words.district(facts["areas"][codes[0]]), 22, 165, bold=True)
    paper.reply("district", codes[0][:4], 181, 5)
    reported_satang = [card["satang"] for card in cards if card["satang"] is not None]
    heads = [facts["areas"][code]["population"] for code in codes]
    people = [number for number in heads if number is not None]
    figures = [(f"{len(codes):,}", say("column_subdistricts")), (f"{sum(people):,}" if people else say("not_known"), say("column_population")), (words.baht(sum(reported_satang) if reported_satang else None), say("column_amount")),
               (f"{sum(card['status'] == 'none' for card in cards):,}", say("named_none")), (f"{sum(card['status'] == 'not_reported' for card in cards):,}", say("named_not_reported"))]  # fmt: skip
    for number, (value, label) in enumerate(figures):
        paper.words(10 + number * 38, 28, value, 13, bold=True)
        paper.block(10 + number * 38, 31, label, 9, 36, color=QUIET, most=2)
    if slide := pack.map_of_sheets:
        _small_map(paper, pack, slide, codes[0][:4], (10, 44, 110, 92))
        letters = dict(zip(facts["codes"], slide.step["classes"], strict=True))
        marks = dict(zip(facts["codes"], slide.step["marks"] or "0" * len(facts["codes"]), strict=True))
        own = [letters[code] for code in codes]
        rows = [row | {"count": own.count(row["k"]) if row["k"] else sum(marks[code] == "1" for code in codes)} for row in slide.legend]  # fmt: skip
        legend(paper, rows, 126, 46, 74, 10)
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
    widths, size, right = [42.0, 21.0, 22.0, 31.0, 25.0, 15.0, 34.0], 9.5, frozenset({1, 2, 3, 4})
    y = table_row(paper, 140, [[text] for text in head], widths, 6.6, bold=True, size=size, right=right)
    high = min(6.4, (278 - y) / len(codes))
    for number, code in enumerate(codes, start=1):
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
        cells = [f"{number} {words.name(area)}", words.value(area["population"]), str(card["agencies"]) if covered else say(STATUS_KEYS[card["status"]]),
                 words.baht(card["satang"]) if covered else "–", words.value(card["need"]), (card["class"] or "–") + (f" ({card['border']})" if card["border"] else ""), ", ".join(signs)]  # fmt: skip
        y = table_row(
            paper,
            y,
            [wrap(text, size, (wide - 2) * POINT, most=1) or [""] for text, wide in zip(cells, widths, strict=True)],
            widths,
            high,
            size=size,
            right=right,
        )


def _small_map(
    paper: Paper, pack: Pack, slide: Slide, district: str, box: tuple[float, float, float, float], chosen: str = ""
) -> None:
    """Vector map of a district and its surroundings, in the colours of a view."""
    x, y, wide, high = box
    west, south, east, north = pack.shapes.bounds(district)
    scale = min(wide / (east - west), high / (north - south)) * 0.9
    styles = {row["k"]: row for row in slide.legend}
    check_styles("small map of a sheet", slide.step["classes"], styles)
    with paper.rect_clip(x, y, wide, high):
        paper.set_fill_color(*rgb(palette.SEA))
        paper.rect(x, y, wide, high, style="F")
        for own in (False, True):
            for code, letter in zip(pack.facts["codes"], slide.step["classes"], strict=True):
                if code.startswith(district) != own or code not in pack.shapes.rings:
                    continue
                paper.set_fill_color(*rgb(styles[letter]["color"] if own else palette.BESIDE))
                paper.set_draw_color(*(rgb(palette.CHOSEN) if code == chosen else INK if own else LINE))
                paper.set_line_width(0.6 if code == chosen else 0.25)
                for ring in pack.shapes.rings[code]:
                    across = x + wide / 2 + (ring[:, 0] - (west + east) / 2) * scale
                    down = y + high / 2 - (ring[:, 1] - (south + north) / 2) * scale
                    is_seen = (x <= across) & (across <= x + wide) & (y <= down) & (down <= y + high)
                    if own or is_seen.any():
                        paper.polygon(list(zip(across.tolist(), down.tolist(), strict=True)), style="DF")
    taken: list[tuple[float, float, float]] = []
    numbers = {code: number for number, code in enumerate((code for code in pack.facts["codes"] if code.startswith(district)), start=1)}  # fmt: skip
    for code in sorted((code for code in numbers if code in pack.shapes.points), key=lambda code: code != chosen):
        px, py = pack.shapes.points[code]
        at = x + wide / 2 + (px - (west + east) / 2) * scale, y + high / 2 - (py - (south + north) / 2) * scale
        _halo(paper, at, pack.words.name(pack.facts["areas"][code]), str(numbers[code]), taken, box)


def _halo(
    paper: Paper, at: tuple[float, float], name: str, number: str, taken: list[tuple[float, float, float]], box: tuple[float, float, float, float]
) -> None:  # fmt: skip
    """A name on its place, moved up or down to avoid others; where no position is free, its number in the table."""
    paper.set_font("Sarabun", "B", 7.5)
    left, top, wide_box, high_box = box
    for text in (name, number):
        wide = paper.get_string_width(text) + 1
        x = min(max(at[0], left + wide / 2), left + wide_box - wide / 2)
        for shift in (0.0, -3.6, 3.6, -7.2, 7.2) if text == name else (0.0, -3.0, 3.0, -6.0, 6.0, -9.0, 9.0):
            y = at[1] + shift
            free = all(abs(x - other[0]) >= (wide + other[2]) / 2 or abs(y - other[1]) >= 3.5 for other in taken)
            if free and top + 1.8 <= y <= top + high_box - 1.8:
                taken.append((x, y, wide))
                paper.set_fill_color(*rgb(palette.HALO))
                with paper.local_context(fill_opacity=0.75):
                    paper.rect(x - wide / 2, y - 1.7, wide, 3.4, style="F")
                paper.words(x - wide / 2 - 0.5, y, text, 7.5, bold=True)
                return


def subdistrict_sheets(pack: Pack, tick: Callable[[float], None] | None = None) -> bytes:
    """PDF with a sheet per subdistrict."""
    paper = Paper(pack, "P")
    paper.note = f"{pack.foot} · {pack.map_credit}"
    for number, code in enumerate(pack.facts["codes"]):
        _subdistrict(paper, pack, code)
        if tick:
            tick((number + 1) / len(pack.facts["codes"]))
    return bytes(paper.output())


def _subdistrict(paper: Paper, pack: Pack, code: str) -> None:
    facts, words = pack.facts, pack.words
    card, area = card_of(facts, words, code), facts["areas"][code]
    paper.add_page()
    paper.block(10, 8, words.say("subdistrict_named", name=words.name(area)), 22, 165, bold=True)
    paper.block(10, 20, f"{words.district(area)} · {code}", 12, 165, color=QUIET)
    paper.reply("subdistrict", code, 181, 5)
    for number, (value, label) in enumerate(card["big"]):
        paper.words(10 + number * 64, 36, value, 16, bold=True)
        paper.block(10 + number * 64, 40, label, 9.5, 60, color=QUIET, most=2)
    if slide := pack.map_of_sheets:
        _small_map(paper, pack, slide, code[:4], (10, 54, 100, 84), code)
    y = 54.0
    for label, value in card["lines"]:
        paper.words(114, y + 2, wrap(label, 9.5, 84 * POINT, most=1)[0], 9.5, color=QUIET)
        y = paper.block(114, y + 4, value, 9.5, 86, bold=True, most=2) + 1
    y = max(y, 142)
    y = paper.block(10, y, words.say("meeting_who_supports"), 13, 190, bold=True)
    for who, what in card["top"] or [["", card["nobody"]]]:
        y = table_row(
            paper,
            y,
            [wrap(who, 10, 76 * POINT, most=1) or [""], wrap(what, 10, 106 * POINT, most=1)],
            [80, 110],
            7,
            size=10,
            right=frozenset({1}),
        )
