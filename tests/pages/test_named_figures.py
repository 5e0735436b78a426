"""One answer everywhere: every named figure on wall, pages, pack, A4 and downloads is the one of ``geo.figures``."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pandas as pd
import pytest

from geo.figures import FIGURES
from loaders.words import catalogue
from pages.agency import panels as agency_panels
from pages.agency import print as agency_print
from pages.components import named, panels
from pages.meeting import facts as meeting_facts
from pages.meeting.pack.content import Pack
from pages.meeting.words import Words, figures_of, title_of
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.questions import questions as overview_questions
from pages.ranking import controls as ranking_controls
from pages.ranking.data import Method
from tests.support import seeds
from tests.support.meeting_store import opened, run, tables_kept
from tests.support.seeds import ROOT

# Every page on which a named figure stands, as a visitor without a choice sees it.
VISITS = [("overview", {}), ("coverage", {}), ("gaps", {}), ("overlaps", {}), ("currents", {"shown": "alignment"}),
          ("ranking", {}), ("strengthening", {}), ("selection", {})]  # fmt: skip
OF_AGENCY = [("agency", {"agency": "thaihealth"}), ("coverage", {"agency": "thaihealth"})]
# Figures that only the wall, the pack or an agency's page and sheet say.
NOT_ON_THESE_PAGES = {"records", "money", "without_amount", "unplaced_records", "unplaced_money", "only_from_above", "people_covered", "people_weak",
                      "people_none", "people_not_reported", "people_in_gaps", "weak_none", "unheld_money"}  # fmt: skip


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    with opened(seeds.copied("demo", tmp_path_factory.mktemp("named") / seeds.NAME), kept="demo"):
        yield meeting_facts.gather(queries.current_scope())


MAPS: dict[str, dict] = {}  # what the map of each page visited was told


def told(view: str, choices: dict[str, str]) -> tuple[dict[str, set[str]], list[tuple]]:
    """Codes and values that a page tells in its HTML, and the tables it offers to save with what they say of themselves."""
    draw = panels.show_map

    def look(scope, vector, *arguments, **options) -> str | None:
        MAPS[view] = json.loads(vector.vector)
        return draw(scope, vector, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch, tables_kept() as tables:
        patch.setattr(panels, "show_map", look)
        page = run(view, **choices)
        assert not page.exception, view
    found = defaultdict(set)
    for element in page.get("html"):
        for entry in re.findall(r'data-figures="([^"]*)"', element.proto.body):
            for pair in entry.split():
                code, _, value = pair.partition("=")
                found[code].add(value)
    return found, [(one.name, one.frame, one.sheet) for one in tables]


@pytest.fixture(scope="module")
def pages(board):
    return [(view, choices, *told(view, choices)) for view, choices in VISITS]


def test_every_map_says_its_own_figures_with_their_unit_and_the_agencies_under_the_pointer(pages):
    assert set(MAPS) >= {view for view, _ in VISITS}
    agencies = catalogue("th")["unit_agencies"]
    for view, message in MAPS.items():
        units = [message.get("unit", ""), *(unit for _, unit in message.get("more", []))]
        assert agencies in units and len(units) > 1 and all("{}" in unit and unit != "{}" for unit in units), (
            view,
            units,
        )
        assert message["values"].strip(","), view


def test_every_page_says_what_the_wall_says(board, pages):
    seen = set()
    for view, choices, found, _left in pages:
        assert found, (view, choices)
        for code, values in found.items():
            if code != "strong_on_weak":
                assert values == {str(board["named"][code])}, (view, choices, code)
        seen |= set(found)
    strong = {value for *_, found, _left in pages for value in found.get("strong_on_weak", ())}
    assert strong == {str(board["questions"]["strong_current_on_weak"]["title"][1]["places"])}
    assert sorted(set(FIGURES) - seen) == sorted(NOT_ON_THESE_PAGES)
    scope = queries.current_scope()
    for code in overview_questions.TOLD:
        answer = overview_questions.answer(scope, Query(board["fiscal_year"]), code)
        for name, value in overview_questions.told(code, answer).items():
            assert value == board["named"].get(name, int(next(iter(strong)))), (code, name)


def test_downloads_say_what_their_page_says(pages):
    words = catalogue("th")
    told_by_files = 0
    for view, choices, found, left in pages:
        for name, _frame, sheet in left:
            about = dict(sheet.about)
            for code in found:
                said = about.get(words[f"named_{code}"], "")
                if said and code not in (
                    "none_above",
                    "gap_above",
                ):  # two figures of the same words, each of the one above it
                    value = float(next(iter(found[code])))
                    worded = named.worded(code, value if FIGURES[code].kind == "share" else int(value))
                    assert said == f"{worded} · {words[f'named_{code}_what']}", (view, choices, name, code)
                    told_by_files += 1
    assert told_by_files > 30


def test_steps_pack_and_titles_tell_the_named_figures(board):
    story = meeting_facts.shipped_story()["step"]
    pack = Pack(board, Words("en"), story, [])
    for slide in pack.slides:
        step = board["steps"][slide.view]
        for entry in step["figures"]:
            if len(entry) > 2 and entry[2]:  # the views of change and rudder have figures without a name
                value = entry[1]["satang"] if isinstance(entry[1], dict) else entry[1]
                assert value == board["named"][entry[2]], (slide.view, entry)
        assert slide.figures == figures_of(Words("en"), step)
        assert slide.title in pack.cover
        assert slide.title == title_of(Words("en"), step)
    counted = {view: step["classes"] for view, step in board["steps"].items()}
    letters = {"coverage": {"u": "not_reported"}, "gaps": {"g": "gap"}, "classes": {"u": "unclassed", "C": "weak"},
               "weak": {"w": "weak_none", "u": "unclassed"}, "pilots": {"p": "pilots", "u": "pilot_unknown"}}  # fmt: skip
    for view, meant in letters.items():
        for letter, code in meant.items():
            assert counted[view].count(letter) == board["named"][code], (view, code)


def test_an_agency_counts_alike_on_its_page_its_sheet_and_in_its_workbook(board):
    scope = queries.current_scope()
    for code in sorted(set(queries.support(scope)["agency_code"])):
        for chosen in (
            Query(board["fiscal_year"], agency=code),
            Query(None, agency=code),
            Query(board["fiscal_year"], agency=code, district="8011"),
        ):
            figures, own = agency_panels.told(scope, chosen), coverage.records(scope, chosen)
            rows = agency_panels.sheet_rows(scope, chosen, own)
            if agency_panels.is_not_known(scope, chosen):
                assert own.empty and {figures[name] for name in agency_panels.FIGURES} == {None}, chosen
                continue
            assert figures["records"] == len(rows) == figures["placed_records"] + figures["unplaced_records"], chosen
            assert figures["covered"] == rows["subdistrict"].nunique(), chosen
            assert (figures["money"] or 0) == rows["amount_satang"].sum(), chosen
    found, left = zip(*(told(view, choices) for view, choices in OF_AGENCY), strict=True)
    for name, values in found[1].items():
        assert found[0][name] == values, name
    sheet = agency_print.html(scope, Query(board["fiscal_year"], agency="thaihealth"), "สสส.", coverage.records(scope, Query(board["fiscal_year"], agency="thaihealth")))  # fmt: skip
    for code in agency_panels.FIGURES:
        assert f'data-figures="{code}={next(iter(found[0][code]))}"' in sheet, code
    name, frame, workbook = next(entry for entry in left[0] if entry[0] == "agency-thaihealth")
    assert str(len(frame)) == next(iter(found[0]["records"]))
    assert dict(workbook.about)[catalogue("th")["named_records"]].startswith(f"{len(frame):,} ")
    assert pd.Series(next(column.values for column in workbook.columns if column.heading == catalogue("th")["column_code"])).nunique() == int(next(iter(found[0]["covered"])))  # fmt: skip


def test_every_figure_has_words_and_stands_in_the_table_of_the_documents():
    table = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    for code in FIGURES:
        for language in ("th", "en"):
            assert {f"named_{code}", f"named_{code}_what"} <= set(catalogue(language))
        row = next(line for line in table.splitlines() if line.startswith(f"| `{code}` |"))
        assert catalogue("th")[f"named_{code}"] in row
        assert catalogue("en")[f"named_{code}"] in row


def test_lists_of_weak_places_start_with_the_weakest_and_no_score_reads_as_excellent(pages):
    left = {name: frame for *_, files in pages for name, frame, _sheet in files}
    scores = left["ranking"]["score"].dropna()
    assert list(scores) == sorted(scores)
    assert scores.iloc[0] < 0 < scores.iloc[-1], "points against the average of all"
    assert ranking_controls.score_words(Method())(-13.66) == "-13.7"
    assert ranking_controls.score_words(Method(normalise="minmax"))(20.04) == "20.0"
    chosen = left["selection"].loc[left["selection"]["is_chosen"], "worth"]
    assert list(chosen) == sorted(chosen, reverse=True)
    assert left["selection"]["need"].min() < 0
