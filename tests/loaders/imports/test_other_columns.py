"""Places named in another column than that of the place: units, projects, remarks; contradictions wait."""

from __future__ import annotations

from pathlib import Path

from loaders.imports.ingest import Ingested, understand
from loaders.places.matcher import Places

HOME = "จังหวัดนครศรีธรรมราช"
LOCAL = "ตำบล,อำเภอ,หน่วยงาน,โครงการ,ปีงบประมาณ,งบประมาณ,หมายเหตุ"
BOOK = "ITEM_ID,MINISTRY,BUDGETARY_UNIT,PROJECT,ITEM_DESCRIPTION,FISCAL_YEAR,AMOUNT"


def read(folder: Path, lines: list[str], places: Places) -> Ingested:
    path = folder / "x.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return understand(path, "x", places, trusted=True)


def answers(ingested: Ingested) -> list[tuple]:
    """(area or reason, evidence) of every row."""
    result = ingested.understood[0]
    return [
        (
            result.matched.at[row, "area_code"] if kind == "loaded" else result.reason[row],
            result.matched.at[row, "match_evidence"],
        )
        for row, kind in result.outcome.items()
    ]


UNITS = [  # unit, project, area or reason
    ("เทศบาลเมืองทุ่งสง", "ถนน", "800901"),
    ("เทศบาลนครนครศรีธรรมราช", "อาหารกลางวัน", "8099"),
    ("องค์การบริหารส่วนจังหวัดนครศรีธรรมราช", "ถนน", "80"),
    ("อบจ.นครศรีธรรมราช", "ถนน", "80"),
    ("สำนักงานเกษตรจังหวัดนครศรีธรรมราช", "อบรม", "80"),
    ("มหาวิทยาลัยราชภัฏนครศรีธรรมราช", "ค่าจ้าง", "80"),
    ("สสอ.สิชล", "อบรม", "8014"),
    ("อบต.ขนอม", "ถนน", "801501"),
    (HOME, "พัฒนา ตำบลไชยมนตรี", "800113"),
    ("เทศบาลตำบลท่าศาลา", "ถนน", "place_province_unknown"),
    ("เทศบาลเมืองปากพนัง", f"ถนน ตำบลขนอม อำเภอขนอม {HOME}", "place_contradiction"),
    ("กลุ่มจังหวัดภาคใต้ฝั่งอ่าวไทย", "พัฒนา", "place_region"),
    ("เทศบาลเมืองท่าโขลง", "ถนน", "no_place_named"),
    ("จังหวัดสุราษฎร์ธานี", "ถนน", "outside_province"),
    ("กรมทางหลวง", "ศึกษาดูงาน", "no_place_named"),
]


def test_units_of_a_book_about_the_whole_country(tmp_path: Path, places: Places) -> None:
    lines = [f"{number},อปท,{unit},,{project},2022,100" for number, (unit, project, _) in enumerate(UNITS)]
    found = answers(read(tmp_path, [BOOK, *lines, "x,x,กรม,,ตำบลขนอม อำเภอขนอม จังหวัดนครศรีธรรมราช,2022,1"], places))
    assert [answer for answer, _ in found[:-1]] == [answer for _, _, answer in UNITS]


def test_a_sheet_without_a_column_of_places(tmp_path: Path, places: Places) -> None:
    rows = [
        "อบต.ขนอม,ซ่อมถนน,2567,100",
        "พอช.,ขุดคลอง หมู่ที่ 1-3 ตำบลสิชล,2567,200",
        "อบต.สิชล,ซื้อของ,2567,5",
        "พอช.,ซื้อของ,2567,5",
    ]
    ingested = read(tmp_path, ["หน่วยงาน,โครงการ,ปีงบประมาณ,งบประมาณ", *rows], places)
    found = answers(ingested)
    assert found[:3] == [("801501", "unit_column"), ("801401", "project_text"), ("801401", "unit_column")]
    assert found[3][0] == "no_place_named"
    assert ingested.understood[0].matched["village_codes"].tolist()[1] == "80140101,80140102,80140103"
    assert ingested.satang() == 31_000


ROWS = [  # a line of LOCAL, area or reason, evidence
    ("สิชล,สิชล,อบต.ขนอม,ซ่อม,2567,1,", "place_contradiction", "ambiguous"),
    ("สิชล,สิชล,พอช.,ซ่อม ตำบลทุ่งปรัง,2567,1,", "place_contradiction", "ambiguous"),
    ("สิชล,สิชล,สำนักงานเกษตรจังหวัดกระบี่,ซ่อม,2567,1,", "place_contradiction", "ambiguous"),
    ("สิชล,สิชล,อบต.สิชล,ซ่อม,2567,1,", "801401", "exact"),
    ("สิชล,สิชล,อบจ.นครศรีธรรมราช,ซ่อม,2567,1,", "801401", "exact"),
    ("สิชล,สิชล,พอช.,ดูงานจังหวัดเชียงใหม่,2567,1,", "801401", "exact"),
    ("สิชล,สิชล,พอช.,ถนนตำบลสิชล - ตำบลทุ่งปรัง,2567,1,", "801401", "exact"),
    (",สิชล,พอช.,ซ่อม ตำบลทุ่งปรัง,2567,1,", "801402", "project_text"),
    (",สิชล,พอช.,ซ่อม,2567,1,ทำที่ตำบลเทพราช", "801407", "other_column"),
    ("ทุกตำบล,สิชล,อบต.สิชล,ซ่อม,2567,1,", "8014", "exact"),
    (",,พอช.,ซ่อม,2567,1,ขนอม", "place_in_words", "ambiguous"),
    (",,พอช.,งานของนครศรีธรรมราช,2567,1,", "place_in_words", "ambiguous"),
    (",,พอช.,ดูงานจังหวัดเชียงใหม่,2567,1,", "place_in_words", "ambiguous"),
    (",,พอช.,พัฒนาตำบลต้นแบบ ระดับอำเภอ,2567,1,", "no_place_named", "none"),
]


def test_columns_that_complete_or_contradict_the_place(tmp_path: Path, places: Places) -> None:
    lines = [row for row, _, _ in ROWS]
    found = answers(read(tmp_path, [LOCAL, *lines, "ขนอม,ขนอม,พอช.,ก,2567,1,"], places))
    assert found == [*((answer, evidence) for _, answer, evidence in ROWS), ("801501", "exact")]
