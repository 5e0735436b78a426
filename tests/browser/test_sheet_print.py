"""A subdistrict on one A4 sheet, printed by a real browser: the fullest, the emptiest, and one fuller than any.

And one with words of thousands of letters: they break, no page is pushed sideways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from loaders import store as stores
from loaders.reference import subdistricts
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM
from pages.subdistrict import print as subdistrict_print
from tests.support import served

MILLIMETRE = 96 / 25.4
THAI, LATIN = "ยาว" * 900, "w" * 3000
HEAD = "หน่วยงาน,ตำบล,อำเภอ,จังหวัด,โครงการ,งบประมาณ,ปีงบประมาณ"
VIEWS = ("subdistrict?subdistrict=800303", "agency?lang=th", "review?lang=th", "sources?lang=th", "imports?lang=th")
MEASURE = """() => {
  const sheet = document.querySelector('.kradan-a4'), box = sheet.getBoundingClientRect();
  const inside = [...sheet.querySelectorAll('*')].map(node => node.getBoundingClientRect());
  return { height: box.height, wide: Math.max(...inside.map(one => one.right)) - box.left, width: box.width, text: sheet.innerText };
}"""


@cache
def extremes(path) -> dict[str, str]:
    """The subdistricts with most support, with most rows in all registers, and with no support and fewest rows."""
    engine = stores.open_store(f"sqlite:///{path}")
    with stores.reading(engine) as connection:
        counts = {
            name: stores.read_register(connection, name, "80", viewer=DATA_TEAM)["subdistrict_code"].value_counts()
            for name in tables.REGISTERS
            if "subdistrict_code" in tables.REGISTERS[name].c
        }
    engine.dispose()
    codes = subdistricts()["subdistrict_code"]
    table = {
        code: (int(counts["support"].get(code, 0)), sum(int(count.get(code, 0)) for count in counts.values()))
        for code in codes
    }
    return {
        "most_support": max(table, key=lambda code: table[code]),
        "most_rows": max(table, key=lambda code: table[code][1]),
        "emptiest": min(table, key=lambda code: table[code]),
    }


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page(?![s\w])", pdf))


def printed(seen: served.Visit) -> dict:
    """Pages of the PDF, and size and text of the sheet as the printer sees it."""
    seen.page.locator(".kradan-a4").wait_for(state="attached")
    seen.settled()
    seen.page.emulate_media(media="print")
    seen.page.evaluate("document.fonts.ready.then(() => true)")  # a fallback letter has another width
    pdf = seen.page.pdf(prefer_css_page_size=True, print_background=True)
    found = seen.page.evaluate(MEASURE) | {"pages": pages_of(pdf)}
    seen.page.emulate_media(media="screen")
    return found


def fits(found: dict) -> None:
    assert found["pages"] == 1
    assert found["height"] <= 281 * MILLIMETRE
    assert found["wide"] <= found["width"] + 1


@pytest.mark.parametrize(
    ("which", "language"),
    [("most_support", "th"), ("most_rows", "th"), ("emptiest", "th"), ("most_support", "en"), ("emptiest", "en")],
)
def test_it_prints_on_one_sheet(at, demo_store, which, language):
    code = extremes(demo_store)[which]
    found = printed(at(f"subdistrict?subdistrict={code}&year=&lang={language}", 1200, 900))
    fits(found)
    assert code in found["text"]
    heading = {"th": "ใครสนับสนุนตำบลนี้", "en": "Who supports this subdistrict"}[language]
    assert heading in found["text"]
    nobody = {"th": "ไม่พบรายการสนับสนุนของตำบลนี้", "en": "No support on record here"}[language]
    assert (nobody in found["text"]) == (which == "emptiest")
    if (which, language) == ("most_support", "th"):
        every_work_is_there_with_its_source(found["text"])


def every_work_is_there_with_its_source(text: str) -> None:
    assert "ดูครบในหน้าจอ" not in text
    assert re.search(r"\[\d+\] \d+", text)
    assert re.search(r"\[\d+\] demo_\w+\.\w+ \(\d+ แถว", text)


@pytest.mark.parametrize(("agency", "language"), [("province_office", "th"), ("lao", "en"), ("trf", "th")])
def test_an_agency_prints_on_one_sheet_with_all_its_districts(at, demo_store, agency, language):
    engine = stores.open_store(f"sqlite:///{demo_store}")
    with stores.reading(engine) as connection:
        records = stores.read_register(connection, "support", "80", viewer=DATA_TEAM)
    engine.dispose()
    own = records[records["agency_code"].eq(agency)]
    found = printed(at(f"agency?agency={agency}&year=&lang={language}", 1200, 900))
    fits(found)
    names = subdistricts().drop_duplicates("district_code").set_index("district_code")[f"district_name_{language}"]
    assert [name for name in names[own["district_code"].dropna().unique()] if name not in found["text"]] == []
    assert [name for name in own["file_name"].unique() if name not in found["text"]] == []


@pytest.fixture(scope="module")
def crowded(running_chromium, tmp_path_factory) -> Iterator[served.Visit]:
    """A page of a board with one very full place, and another whose every word is far too long."""
    folder = tmp_path_factory.mktemp("crowded")
    store = served.make_store(folder / "kradan.sqlite", demo=False)
    assert served.run_import(store, many(folder)).returncode == 0
    assert served.run_import(store, *long_words(folder), base="codi").returncode == 3  # one names no place
    with served.board(store) as address:
        seen = served.visit(running_chromium, f"{address}/subdistrict?subdistrict=800301&lang=th", 1200, 900)
        yield seen
        served.leave(seen)


def many(folder: Path) -> Path:
    """A file with 150 works in one place."""
    file = folder / "many.csv"
    work = "อบรมพัฒนาศักยภาพผู้นำชุมชนและเครือข่ายองค์กรการเงินเพื่อการพึ่งตนเองอย่างยั่งยืน รุ่นที่"
    rows = "".join(
        f"หน่วยงานทดลองที่ {number % 9},เขาแก้ว,ลานสกา,นครศรีธรรมราช,{work} {number},{1000 + number},2550\n"
        for number in range(150)
    )
    file.write_text(f"{HEAD}\n{rows}", encoding="utf-8")
    return file


def long_words(folder: Path) -> list[Path]:
    """An agency's file with words of thousands of letters, without a space in them, in another place, and one of groups."""
    money = folder / f"{THAI[:60]}.csv"
    rows = [f"พมจ.,ท่าดี,ลานสกา,นครศรีธรรมราช,{THAI},1000,2550", f"{THAI},ท่าดี,ลานสกา,นครศรีธรรมราช,{LATIN},2000,2550",
            f"{THAI},{THAI},ลานสกา,นครศรีธรรมราช,x,2000,2550"]  # fmt: skip
    money.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    groups = folder / "groups.csv"
    groups.write_text(f"ชื่อองค์กร,ตำบล,อำเภอ\n{LATIN},ท่าดี,ลานสกา\n", encoding="utf-8")
    return [money, groups]


def test_a_place_fuller_than_the_sheet_says_what_is_left_out_and_still_fits(crowded):
    found = printed(crowded)
    fits(found)
    left = re.search(r"และอีก (\d+) งาน \((\d+) รายการ", found["text"])
    assert left
    listed = len(re.findall(r"รุ่นที่\s+\d+", found["text"]))
    assert listed + int(left[1]) == 150
    assert listed >= 10


def test_a_long_word_is_broken_not_the_page(crowded):
    crowded.page.set_viewport_size({"width": 1280, "height": 900})
    for view in VIEWS:
        crowded.follow(view)
        wide = crowded.page.locator('[data-testid="stMain"]').evaluate("main => main.scrollWidth - main.clientWidth")
        assert wide <= 0, view


def test_marks_above_and_below_take_no_width_when_lines_are_counted():
    assert subdistrict_print._wrapped(8, "ก" * 20, 30) == subdistrict_print._wrapped(8, "กี่" * 20, 30)
    assert subdistrict_print._wrapped(8, "ก" * 400, 30) > subdistrict_print._wrapped(8, "ก" * 40, 30)
