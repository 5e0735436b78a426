"""The meeting pack: native Thai text and tables, formulas that give the store's numbers, frozen for good."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pytest
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn

from geo.maps.palette import CLASSES
from loaders import store
from loaders.decisions import Basis, meetings
from loaders.store.privacy import DATA_TEAM
from pages.meeting import facts as meeting_facts
from pages.meeting.pack import make
from pages.meeting.pack.lines import pieces, width, wrap
from pages.meeting.words import Words
from pages.queries import store as queries
from pages.session import cache
from tests.support import seeds
from tests.support.meeting_store import keep_no_more, more_support, opened

BASIS = Basis("v", "80")
STORY = [
    {"view": "coverage"},
    {"view": "gaps", "title_th": "หัวเรื่องที่ผู้นำเสนอเขียนเอง"},
    {"view": "currents"},
    {"view": "classes"},
]
DECISION = {
    "who": "พมจ. นครศรีธรรมราช",
    "what": "ลงพื้นที่ปากพนังกับ อบต. น้ำ ถ้ำพรรณรา นบพิตำ ปู่",
    "due_on": "2007-03-06",
    "area_code": "801201",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Facts, their pack, and the pack of the frozen copy after new data have come."""
    folder = tmp_path_factory.mktemp("pack")
    with opened(seeds.copied("demo", folder / seeds.NAME), kept="demo") as path:
        facts = meeting_facts.gather(queries.current_scope())
        keep_no_more()
        files = make.files(facts, STORY, pd.DataFrame([DECISION]), "th")
        with store.writing(queries.engine()) as connection:
            number = meetings.freeze(connection, "ประชุม", facts, "tester", BASIS)
        more_support(path, folder)
        cache.clear()
        with store.reading(queries.engine()) as connection:
            frozen = meetings.read_snapshot(connection, number, viewer=DATA_TEAM)
        assert queries.current_scope().version != frozen["version"]  # test_meeting gathers the new facts
        with pytest.MonkeyPatch.context() as patch:  # nothing is asked of the sheets of the second pack
            patch.setattr(make.pdf_sheets, "district_sheets", lambda *_: b"")
            again = make.files(frozen, STORY[:1], pd.DataFrame([DECISION]), "th")
        yield facts, files, again


def texts_of(content: bytes) -> list[list[str]]:
    pages = []
    for slide in Presentation(io.BytesIO(content)).slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        texts += [
            cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells
        ]
        pages.append(texts)
    return pages


def test_slides_are_native_text_and_tables_with_the_thai_font_named(made):
    facts, files, _again = made
    deck = Presentation(io.BytesIO(files["meeting.pptx"]))
    sources = -(-len(facts["sources"]) // 18)  # as many pages as they need
    assert len(deck.slides) == 1 + len(STORY) + 1 + sources, "a cover before, decisions and sources after"
    for slide in deck.slides:
        for run in slide.element.iter(qn("a:r")):
            properties = run.find(qn("a:rPr"))
            assert {
                node.tag.split("}")[1]: node.get("typeface")
                for node in properties
                if node.tag.endswith(("latin", "cs"))
            } == {"latin": "Sarabun", "cs": "Sarabun"}
    pages = texts_of(files["meeting.pptx"])
    cover, *pages = pages
    assert any(text.startswith(Words("th").say("demo")) for text in cover)
    assert pages[0][0] == Words("th").phrase(facts["steps"]["coverage"]["title"])
    assert pages[1][0] == STORY[1]["title_th"]
    assert DECISION["what"] in pages[4]
    for slide, page, part in zip(list(deck.slides)[1:], pages, STORY, strict=False):
        assert any(shape.has_table for shape in slide.shapes)
        picture = next(shape for shape in slide.shapes if shape.shape_type == 13)
        assert picture.image.size[0] >= 2000
        assert picture._element._nvXxPr.cNvPr.get("descr")
        foot = page[[facts["version"] in text for text in page].index(True)]
        assert all(Words("th").base(facts, base) in foot for base in facts["steps"][part["view"]]["bases"])


def test_the_presenter_has_notes_and_a_cover_with_every_finding(made):
    facts, files, _again = made
    say = Words("th").say
    cover, *rest = Presentation(io.BytesIO(files["meeting.pptx"])).slides
    findings = [row.cells[1].text for shape in cover.shapes if shape.has_table for row in shape.table.rows]
    assert findings == [texts[0] for texts in texts_of(files["meeting.pptx"])[1 : len(STORY) + 1]]
    for slide, part in zip(rest, STORY, strict=False):
        notes, step = slide.notes_slide.notes_text_frame.text, facts["steps"][part["view"]]
        for key, _value, code in step["figures"]:
            assert say(key, need=step.get("need", "")) in notes
            assert not code or say(f"named_{code}_what") in notes
        assert all(facts["areas"][code]["th"] in notes for code in step["focus"])


def test_workbook_formulas_give_the_numbers_of_the_facts(made):
    facts, files, _again = made
    formulas = openpyxl.load_workbook(io.BytesIO(files["meeting.xlsx"]))
    values = openpyxl.load_workbook(io.BytesIO(files["meeting.xlsx"]), data_only=True)
    places = values["subdistricts"]
    headings = [cell.value for cell in places[3]]
    rows = [dict(zip(headings, [cell.value for cell in row], strict=True)) for row in places.iter_rows(min_row=4)]
    assert len(rows) == 170
    seen = 0
    for row in formulas["findings"].iter_rows(min_row=4):
        if not str(row[3].value).startswith("=COUNTIF"):
            continue
        letter, wanted = re.fullmatch(
            r'=COUNTIF\(subdistricts!\$([A-Z]+)\$4:\$\1\$173,"=(.*)"\)', row[3].value
        ).groups()
        label = wanted.replace("~~", "~").replace("~*", "*").replace("~?", "?").replace('""', '"')
        counted = sum(places[f"{letter}{number}"].value == label for number in range(4, 174))
        assert counted == values["findings"][row[3].coordinate].value
        assert row[4].value
        seen += 1
    assert seen == sum(len(facts["steps"][part["view"]]["legend"]) for part in STORY)
    per_head = formulas["subdistricts"]["H4"].value
    assert per_head.startswith("=IF(") and "G4/D4" in per_head
    support = values["support"]
    amounts = [row[8].value or 0 for row in support.iter_rows(min_row=4, max_row=3 + len(facts["support"]["rows"]))]
    stated = sum(row[facts["support"]["columns"].index("amount_satang")] or 0 for row in facts["support"]["rows"])
    assert round(sum(amounts) * 100) == stated == facts["steps"]["currents"]["title"][1]["total"]["satang"]
    assert all(row[10].value and row[12].value for row in support.iter_rows(min_row=4, max_row=40))


def test_classes_with_the_same_words_are_counted_apart(made):
    facts, _files, _again = made
    step = facts["steps"]["coverage"]
    one, other, *_ = ([letter, color, hatch, "legend", {}] for letter, color, hatch, *_ in step["legend"])
    same = facts | {"steps": {"coverage": step | {"legend": [one, other, *step["legend"][2:]]}}}
    book = openpyxl.load_workbook(io.BytesIO(make.xlsx_pack.workbook(make.Pack(same, Words("th"), STORY[:1], []))))
    letter = next(
        cell.column_letter for cell in book["subdistricts"][3] if cell.value == Words("th").say("meeting_view_coverage")
    )
    written = [book["subdistricts"][f"{letter}{row}"].value for row in range(4, 174)]
    stated = [row[3].value for row in book["findings"].iter_rows(min_row=4) if str(row[3].value).startswith("=COUNTIF")]
    counts = [written.count(re.search(r'"=(.*)"\)', formula)[1]) for formula in stated]
    assert counts == [step["classes"].count(letter) for letter, *_ in step["legend"]] and sum(counts) == 170


def test_pictures_are_4k_and_not_blank(made):
    _facts, files, _again = made
    pictures = [name for name in files if name.endswith(".png")]
    assert len(pictures) == len(STORY)
    for name in pictures:
        picture = Image.open(io.BytesIO(files[name])).convert("RGB")
        assert picture.size == (3840, 2160)
        assert len(picture.resize((384, 216)).getcolors(100_000)) > 40


def pdf_text(content: bytes, tmp_path) -> str:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_pdf_has_text_on_every_page_and_a_sheet_for_every_district(made, tmp_path):
    facts, files, _again = made
    pages = pdf_text(files["meeting.pdf"], tmp_path).split("\f")[:-1]
    sources = [page for page in pages if page.split(maxsplit=1)[0] == "แหล่งที่มา"]  # as many pages as there are files
    assert sources
    assert len(pages) - len(sources) == len(STORY) + 2  # the cover, and what was agreed
    assert all(facts["version"] in page for page in pages)
    sheets = pdf_text(files["sheets-districts.pdf"], tmp_path).split("\f")[:-1]
    assert len(sheets) == 23
    for page in sheets:
        assert facts["version"] in page
    assert "266,668" in sheets[0]
    for page, district in zip(sheets, sorted({code[:4] for code in facts["codes"]}), strict=True):
        own = [area["th"] for code, area in facts["areas"].items() if code[:4] == district]
        for number, name in enumerate(own, start=1):
            assert re.search(rf"{number} {name}", page), (district, name)
        assert "…" not in page, "a legend or a name was cut"


def test_words_with_sara_am_are_found_in_the_pdf(made, tmp_path):
    text = pdf_text(made[1]["meeting.pdf"], tmp_path)
    assert DECISION["what"].split(" ", 1)[0] in text
    for word in ("น้ำ", "ถ้ำพรรณรา", "นบพิตำ", "ปู่", "ไม่มีงานที่ระบุตำบล", "อำเภอ", "ตำบล"):
        assert word in text, word
    sheets = pdf_text(made[1]["sheets-districts.pdf"], tmp_path)
    for word in ("ถ้ำพรรณรา", "นบพิตำ", "น้ำตก", "กำโลน"):
        assert word in sheets, word
    assert not re.search(r"ำ +[ก-ฮ]", re.sub(r" · |  +", "\n", sheets)), "a gap after sara am"


def test_colours_of_the_legend_stay_themselves_in_the_picture(made):
    """Near-white classes must not turn into the white of none: the ground of every class is found as it was chosen."""
    picture = Image.open(io.BytesIO(made[1]["pictures/4-classes.png"])).convert("RGB")
    colours = {colour: count for count, colour in picture.getcolors(100_000)}
    for letter in "ABC":
        wanted = tuple(bytes.fromhex(CLASSES[letter][1:]))
        near = sum(
            count
            for colour, count in colours.items()
            if max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 2
        )
        assert near > 20_000, letter


def test_fonts_of_the_sheets_are_embedded_and_the_page_is_upright(made, tmp_path):
    (tmp_path / "file.pdf").write_bytes(made[1]["sheets-districts.pdf"])
    subprocess.run(
        ["pdftoppm", "-r", "60", "-f", "1", "-l", "1", "-png", str(tmp_path / "file.pdf"), str(tmp_path / "page")],
        check=True,
        timeout=60,
    )
    page = Image.open(next(tmp_path.glob("page*.png")))
    assert page.size[1] > page.size[0]
    fonts = subprocess.run(
        ["pdffonts", str(tmp_path / "file.pdf")], capture_output=True, text=True, check=True, timeout=60
    ).stdout.splitlines()[2:]
    assert fonts
    assert all("Sarabun" in line and line.split()[-5] == "yes" for line in fonts)


def test_a_frozen_pack_is_unchanged_after_new_data(made):
    _facts, files, again = made
    assert again["facts.sha256"] == files["facts.sha256"]
    assert again["pictures/1-coverage.png"] == files["pictures/1-coverage.png"]
    assert texts_of(again["meeting.pptx"])[1] == texts_of(files["meeting.pptx"])[1]
    assert [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(again["meeting.xlsx"]))["support"].iter_rows()
    ] == [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(files["meeting.xlsx"]))["support"].iter_rows()
    ]


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_storyboard_without_anything_to_show_still_makes_every_file(made, language, tmp_path):
    """A view may need a meeting held before, or a scenario that was removed since."""
    facts, files, _again = made
    story = [{"view": "changed"}, {"view": "rudder"}]
    steps = {view: step for view, step in facts["steps"].items() if view not in ("changed", "rudder")}
    few = facts | {"codes": facts["codes"][:2], "steps": {view: step | {"classes": step["classes"][:2], "marks": (step["marks"] or "")[:2]} for view, step in steps.items()}}  # fmt: skip
    decisions = pd.DataFrame([DECISION | {"what": f"{number} {DECISION['what'] * 5}"} for number in range(30)])
    bare = make.files(few, story, decisions, language, all_sheets=True)
    assert {*files, "sheets-subdistricts.pdf"} - set(bare) == {name for name in files if name.startswith("pictures/")}
    said = Words(language).no_view(story)
    assert all(Words(language).say(f"meeting_view_{part['view']}") in said for part in story)
    cover, *pages = texts_of(bare["meeting.pptx"])
    assert said in cover
    agreed = [page for page in pages if page[0] == Words(language).say("meeting_decisions")]
    assert [text for page in agreed for text in page if text in set(decisions["what"])] == list(decisions["what"])
    assert all(len(page) < 4 * 12 for page in agreed), "no page runs over"
    assert said.split("(")[0].strip()[:20] in pdf_text(bare["meeting.pdf"], tmp_path)
    book = openpyxl.load_workbook(io.BytesIO(bare["meeting.xlsx"]))
    assert book["subdistricts"].max_row == 3 + 2 and book["decisions"].max_row == 3 + 30
    sheet, places = (pdf_text(bare[f"sheets-{kind}.pdf"], tmp_path) for kind in ("districts", "subdistricts"))
    assert facts["areas"][facts["codes"][0]][language] in sheet and facts["codes"][1] in places


def test_the_maps_of_the_sheets_are_the_coverage_whatever_the_storyboard(made):
    facts, _files, _again = made
    for story in ([{"view": "gaps"}], STORY):
        assert make.Pack(facts, Words("th"), story, []).map_of_sheets.view == "coverage"
    one = facts | {"codes": facts["codes"][:1], "steps": {}}
    assert make.Pack(one, Words("th"), STORY, []).map_of_sheets is None
    assert "sheets-districts.pdf" in make.files(one, STORY, pd.DataFrame([DECISION]), "th", all_sheets=True)


def test_the_zip_holds_every_file_and_reports_progress(made):
    facts, _files, _again = made
    told: list[float] = []
    archive = zipfile.ZipFile(
        io.BytesIO(
            make.pack(facts, STORY[:1], pd.DataFrame([DECISION]), "en", tick=lambda share, _name: told.append(share))
        )
    )
    assert archive.testzip() is None
    assert {
        "meeting.pptx",
        "meeting.pdf",
        "meeting.xlsx",
        "sheets-districts.pdf",
        "facts.json",
        "fonts/Sarabun-Regular.ttf",
    } <= set(archive.namelist())
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("text", ["น้ำ", "ถ้ำพรรณรา", "นบพิตำ", "ปู่", "เมืองนครศรีธรรมราช 12,345 บาท (พอช.)", "ที่วัง"])
def test_lines_are_cut_between_whole_signs(text):
    assert "".join(pieces(text)) == text
    for piece in pieces(text)[1:]:
        assert piece[0] not in "ะาำๅๆ่้๊๋ัิีึืุู็์"
    for piece in pieces(text)[:-1]:
        assert piece[-1] not in "เแโใไ"
    for room in (20, 40, 80):
        lines = wrap(text, 10, room)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(width(line, 10) <= room or len(pieces(line)) == 1 for line in lines)
    assert len(wrap(text * 8, 10, 40, most=2)) == 2
