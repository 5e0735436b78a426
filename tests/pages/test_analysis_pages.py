"""Overview with its questions, currents, matrix and agency page on odd stores: each stands, in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import insert, select
from streamlit.testing.v1 import AppTest

from geo.questions.questions import QUESTIONS
from loaders import store
from loaders.store import tables
from loaders.store.viewers import Viewer
from pages.agency import panels as agency_panels
from pages.coverage import dimensions, lists
from pages.queries import overlaps
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.formatter import Formatter
from tests.support import seeds
from tests.support.meeting_store import opened, run
from tests.support.seeds import ROOT

WORDS = {
    language: json.loads((ROOT / f"data/text/{language}.json").read_text(encoding="utf-8")) for language in ("th", "en")
}
BATCH = {
    "base": "base", "file_name": "made.csv", "file_sha256": "0", "layouts": "", "loaded_at": "2026-01-01T00:00:00", "loaded_by": "test", "is_demo": False,
    "is_active": True, "summary": "{}",
} | dict.fromkeys([f"{what}_{kind}" for what in ("rows", "satang") for kind in ("in", "loaded", "quarantined", "excluded")], 0)  # fmt: skip


def row(number: int, place: str, agency: str = "codi", stream: str | None = None, theme: str | None = "health") -> dict:
    level = {2: "province", 4: "district", 6: "subdistrict"}[len(place)]
    return {
        "id": number, "batch_id": 1, "sheet": "1", "row": number, "area_code": place, "area_level": level, "agency_code": agency, "stream_code": stream,
        "subdistrict_code": place if level == "subdistrict" else None, "district_code": place[:4] if len(place) >= 4 else None, "province_code": "80",
        "theme_code": theme, "fiscal_year": 2007, "amount_satang": 100 * number, "activity": '<b onclick="x">*งาน*</b>',
    }  # fmt: skip


STORES = {
    "empty": [],
    "one_record": [row(1, "800303")],
    "one_agency": [row(number, code) for number, code in enumerate(("800101", "800303", "800601"), start=1)],
    "province_level": [row(1, "80"), row(2, "80", theme=None)],
    "thirty_agencies": [row(number, f"80010{number % 3 + 1}", agency=f"agency_{number}") for number in range(1, 31)],
    "forty_streams": [row(number, f"80010{number % 3 + 1}", stream=f"stream_{number}") for number in range(1, 41)],
}


def title(page: AppTest) -> str:
    return next(element.proto.body for element in page.get("html") if "kradan-title" in element.proto.body)


class Swept:
    """An odd store and its pages, each run once whatever number of tests look at it."""

    def __init__(self, kind: str) -> None:
        self.kind, self.rows = kind, STORES[kind]
        self._pages: dict[tuple, AppTest] = {}

    def page(self, view: str, lang: str = "th", **choices: str) -> AppTest:
        asked = (view, lang, *sorted(choices.items()))
        if asked not in self._pages:
            self._pages[asked] = run(view, lang, SOURCES if view in WITH_SOURCES else (), **choices)
        return self._pages[asked]

    def bodies(self, view: str, lang: str = "th", **choices: str) -> str:
        return " ".join(element.proto.body for element in self.page(view, lang, **choices).get("html"))


@pytest.fixture(scope="module", params=STORES)
def filled(request, tmp_path_factory):
    path = seeds.copied("empty", tmp_path_factory.mktemp(request.param) / seeds.NAME)
    with opened(path, kept=None if STORES[request.param] else "empty"):
        engine = store.open_store()
        rows = STORES[request.param]
        with store.writing(engine) as connection:
            if rows:
                connection.execute(insert(tables.import_batch).values(id=1, **BATCH))
                scope = {
                    "batch_id": 1,
                    "register": "support",
                    "base": "base",
                    "area_code": "80",
                    "fiscal_year": 2007,
                    "kind": "province",
                }
                connection.execute(insert(tables.batch_scope).values(**scope))
                connection.execute(tables.due.delete())  # of this base alone a report is expected, and on health
                due = {
                    "base": "base",
                    "register": "support",
                    "area_code": "80",
                    "is_asked": True,
                    "functions": "health",
                }
                connection.execute(insert(tables.due).values(**due, set_by="tester"))
                connection.execute(insert(tables.support), rows)
                streams = [
                    {"code": entry["stream_code"], "name_th": "<i>กระแส</i>", "kind": "special"}
                    for entry in rows
                    if entry["stream_code"]
                ]
                if streams:
                    connection.execute(insert(tables.stream), streams)
        engine.dispose()
        yield Swept(request.param)


@pytest.fixture(scope="module", params=["demo", "budget"])
def answered(request, tmp_path_factory):
    """The sentence of every question on the demo province and on the real lines of the budget of FY2565."""
    with opened(seeds.copied(request.param, tmp_path_factory.mktemp(request.param) / seeds.NAME), kept=request.param):
        yield request.param, {code: run("overview", "en", question=code) for code in ("", *QUESTIONS)}


def test_ten_questions_have_ten_answers_on_the_demo_and_on_the_real_lines(answered):
    board, pages = answered
    assert all(not page.exception and not len(page.error) for page in pages.values())
    titles = {code: title(page) for code, page in pages.items()}
    assert len(set(titles.values())) == 11
    wanted = {
        "demo": {
            "booklets": "24 of 170 ",
            "duplication": "23 pairs of suspected duplication in 23 ",
            "nobody": "No work names 9 of 170 ",
        },
        "budget": {
            "": "66 subdistricts have support in the one file so far · 8 of 8 bases have not reported",
            "nobody": "It cannot be said yet where nobody is: 8 of 8 bases ",
            "weak_unsupported": "Not known ",
            "per_head": "Tha Sala gets most, 19,112 ",
        },
    }
    for code, words in wanted[board].items():
        assert words in titles[code]


VISITS = [
    ("overview", {"question": "crowd_beside_none"}), ("currents", {"shown": "ribbons"}), ("matrix", {"cells": "baht", "cell": "learning:8001"}),
    ("matrix", {"district": "8001"}), ("agency", {"agency": "codi"}), ("agency", {}), ("coverage", {}), ("overlaps", {}), ("gaps", {}),
    ("subdistrict", {"subdistrict": "800401", "year": ""}), ("overview", {}),
]  # fmt: skip
SOURCES = ("fold-sources",)
WITH_SOURCES = ("overview", "coverage", "overlaps", "matrix", "currents")


def visits(filled: Swept):
    """Every visit in the language whose words the tests below read."""
    for number, (view, choices) in enumerate(VISITS):
        language = "en" if view in ("currents", "gaps", "subdistrict") or not choices else ("th", "en")[number % 2]
        yield view, language, choices, filled.page(view, language, **choices)


def test_every_page_stands(filled):
    for view, language, choices, page in visits(filled):
        assert not page.exception
        assert [error.value for error in page.error] == [], (filled.kind, view)
        bodies = filled.bodies(view, language, **choices)
        assert "kradan-title" in bodies, (filled.kind, view)
        assert WORDS[language]["board_of"].split(" · ")[0] in bodies
        assert "<b onclick" not in bodies and "<i>กระแส" not in bodies


def test_every_agency_is_a_link_to_its_page_with_a_small_map_as_far_as_they_can_be_told_apart(filled):
    bodies = filled.bodies("agency", "en")
    agencies = {entry["agency_code"] for entry in filled.rows}
    assert sorted(re.findall(r'<a href="agency\?[^"]*agency=(\w+)"', bodies)) == sorted(agencies)
    assert bodies.count("<img ") == min(len(agencies), dimensions.MOST)


def test_the_currents_show_the_whole_total(filled):
    bodies = filled.bodies("currents", "en", shown="ribbons")
    total = sum(entry["amount_satang"] for entry in filled.rows) / 100
    assert ('class="kradan-flow-frame"' in bodies) == bool(total)
    if total:
        assert f"exactly {total:,.2f} baht" in bodies


def test_the_figures_of_a_page_lead_to_file_sheet_row_and_who_loaded_them(filled):
    for view, language, choices, page in visits(filled):
        if view not in WITH_SOURCES or "district" in choices:
            continue
        words = WORDS[language]
        headings = [list(frame.value.columns) for frame in page.dataframe]
        used = [] if view == "overlaps" and filled.kind != "thirty_agencies" else filled.rows  # only the rows of pairs
        who = ("loaded_by",) if used else ()  # nobody to name, no column
        wanted = [words[f"column_{name}"] for name in ("base", "file", "loaded_at", *who, "sheet", "row")]
        rows = next(frame.value for frame, names in zip(page.dataframe, headings, strict=True) if names == wanted)
        assert set(rows[words["column_file"]]) <= {"made.csv"}
        assert sorted(rows[words["column_row"]]) == sorted(entry["row"] for entry in used), (filled.kind, view)


def test_what_nobody_reported_is_neither_complete_nor_zero(filled):
    """On an empty board no base has spoken; a function of which no base ever spoke is not called open."""
    heard = "0 of the 8 bases" if filled.kind == "empty" else "the one base that owes a report has reported in full"
    assert heard in filled.bodies("overview", "en")
    sheet = filled.bodies("subdistrict", "en", subdistrict="800401", year="")
    assert ("<b>0</b><span>Agencies" in sheet) == (filled.kind != "empty")
    assert (WORDS["en"]["no_overlaps"] in sheet) == (filled.kind != "empty"), "nobody was asked: not none"
    frames = [frame.value for frame in filled.page("gaps", "en").dataframe]
    by_function = next((frame for frame in frames if "Function" in frame.columns), None)
    if filled.kind == "empty":
        assert by_function is None
        return
    open_ = by_function.set_index("Function")[WORDS["en"]["status_none"]]
    assert open_.drop(["Health"]).eq(0).all(), "no base ever spoke of these"
    assert open_["Health"] == {"province_level": 170, "one_record": 169}.get(filled.kind, 167)


def test_the_stake_of_two_agencies_is_that_of_their_pairs_alone(tmp_path):
    """A third agency in the same place, suspected of both and with more money, is not in the title of the two."""
    path = seeds.copied("demo", tmp_path / seeds.NAME)
    with opened(path):
        pairs = overlaps.overlaps(queries.current_scope(), Query(2007)).pairs
        pairs = pairs[pairs["outcome"].eq("suspected_duplication")]
        pair = pairs[pairs["at_stake_satang"].notna()].iloc[0]
        two = pairs[pairs["agencies"].eq(pair["agencies"]) & pairs["area_code"].str.startswith(pair["area_code"][:4])]
        stake = int(two["at_stake_satang"].sum())
        assert two["area_code"].is_unique
        stranger = next(code for code in ("lao", "codi", "nhso") if code not in pair["agencies"].split("|"))
        with store.writing(store.open_store()) as connection:
            copied = select(tables.support).where(tables.support.c.id == int(pair["support_a"]))
            third = {
                **connection.execute(copied).mappings().one(),
                "agency_code": stranger,
                "amount_satang": 10 * stake,
            }
            connection.execute(
                insert(tables.support).values({name: cell for name, cell in third.items() if name != "id"})
            )
    with opened(path):
        by_area = overlaps.overlaps(queries.current_scope(), Query(2007)).by_area.set_index("area_code")
        assert by_area.at[pair["area_code"], "at_stake_satang"] > stake, "the third is suspected"
        chosen = {"agency": pair["agency_a"], "partner": pair["agency_b"], "district": pair["area_code"][:4]}
        said = title(run("overlaps", "th", year="2550", **chosen))
        assert WORDS["th"]["note_overlaps"].format(stake=Formatter("th").baht(stake)) in said
        assert f" stake={stake} " in said, "the named figure is the one that the title says"


def test_an_agency_that_has_not_reported_is_not_said_to_be_at_work_nowhere(answered):
    """Its page, sheet and figures of a year without a report; rows that wait are counted for those who may see them."""
    board, _ = answered
    if board == "budget":
        return
    page = run("agency", "th", agency="baac", year="2549")
    assert not page.exception
    said = " ".join(element.proto.body for element in page.get("html"))
    assert WORDS["th"]["finding_agency_not_known"].format(agency="ธ.ก.ส.") in said
    figures = re.findall(r"(?:records|covered|money|people_covered|unplaced_money)=(\w+)", said)
    assert figures and set(figures) == {"None"}
    assert WORDS["th"]["agency_alone"] not in said.replace(WORDS["th"]["agency_alone_not_known"], "")
    chosen, scope = Query(2006, agency="baac"), queries.current_scope()
    waits = WORDS["th"]["agency_waiting"].partition("{")[0]
    lines = {role: agency_panels.data_lines(replace(scope, viewer=Viewer(role)), chosen) for role in ("data", "public")}
    assert [any(line.startswith(waits) for line in lines[role]) for role in ("data", "public")] == [True, False]


def test_a_map_beside_another_of_which_nothing_was_reported_is_not_known(answered):
    if answered[0] == "demo":
        scope = queries.current_scope()
        said = lists.twin_finding(scope, Query(2007, agency="baac"), Query(2006, agency="baac"), "year")
        assert said.endswith(WORDS["th"]["not_known"]) and " 103 " in said
