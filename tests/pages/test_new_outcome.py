"""A new overlap outcome, made in memory: every painter draws it by its table line, colour and words, or refuses it."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image
from pptx import Presentation
from shapely.geometry import box, mapping

from geo.maps import palette
from geo.maps.board import ClassStyle, class_message
from geo.maps.classes import letters
from geo.maps.figures import draw_map
from geo.maps.small_maps import small_map, small_shapes
from geo.overlaps import outcomes
from loaders.words import catalogue
from pages.components import map_layer
from pages.meeting import facts as meeting_facts
from pages.meeting import wall
from pages.meeting.pack import make, pdf_sheets
from pages.meeting.pack.content import Pack
from pages.meeting.words import Words
from pages.overlaps import lists
from pages.queries import coverage as coverage_queries
from pages.queries import overlaps as overlaps_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.formatter import Formatter
from tests.support import served
from tests.support.meeting_store import opened

COLOR, WORDS = "#0a7d3c", "ของใหม่"
RULE = "same_theme_group"
STORY = [{"view": "overlaps"}]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo store whose rules give the new outcome: one line in the table, a rule, a colour, its words."""
    store = served.make_store(tmp_path_factory.mktemp("outcome") / "kradan.sqlite", demo=True)
    with opened(store), pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "OUTCOMES", {"brand_new": outcomes.Outcome("z"), **outcomes.OUTCOMES})  # the gravest
        patch.setitem(palette.OUTCOMES, "brand_new", COLOR)
        for language in ("th", "en"):
            patch.setitem(catalogue(language), "outcome_brand_new", WORDS)
        for rule in overlaps_queries.rules()["overlap"]["rule"]:
            if rule["code"] == RULE:
                patch.setitem(rule, "outcome", "brand_new")
        yield store


@pytest.fixture(scope="module")
def facts(demo):
    return meeting_facts.gather(queries.current_scope())


def places(facts: dict) -> set[str]:
    step = facts["steps"]["overlaps"]
    return {code for code, letter in zip(facts["codes"], step["classes"], strict=True) if letter == "z"}


def test_the_screen_paints_it_and_lists_it(demo, facts):
    scope = queries.current_scope()
    chosen = Query(queries.usual_year(scope))
    overlap = overlaps_queries.overlaps(scope, chosen)
    layer = map_layer.overlaps_layer(overlap.by_area, coverage_queries.coverage(scope, chosen))
    message = layer.message(Formatter("th"))
    assert message["styles"]["z"] == {"color": COLOR, "label": WORDS}
    assert layer.counts()["z"] == message["classes"].count("z") == len(places(facts)) > 0
    matrix = lists.agency_matrix(overlap.pairs, "brand_new")
    assert COLOR in str(lists.heat(matrix, "brand_new").to_dict())
    assert "brand_new" in outcomes.of_pairs()


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_wall_shows_it_as_a_class_with_words_and_a_number(facts, language):
    (step,) = wall.payload(facts, STORY, Words(language), "")["steps"]
    row = next(row for row in step["legend"] if row["k"] == "z")
    assert (row["color"], row["label"], row["count"]) == (COLOR, WORDS, len(places(facts)))


def test_the_pack_draws_it_in_every_format(facts, monkeypatch):
    drawn, own = (
        pdf_sheets._district,
        facts["codes"][0][:4],
    )  # every one costs a quarter of a second: one is enough here
    monkeypatch.setattr(pdf_sheets, "_district", lambda *given: drawn(*given) if given[2][0][:4] == own else None)
    files = make.files(facts, STORY, pd.DataFrame(columns=["who", "what", "due_on", "area_code"]), "th")
    picture = Image.open(io.BytesIO(files["pictures/1-overlaps.png"])).convert("RGB")
    rgb = [int(COLOR[start : start + 2], 16) for start in (1, 3, 5)]
    near = (np.abs(np.asarray(picture, dtype=int) - rgb) <= 4).all(axis=2)  # the picture has 256 colours
    assert near.sum() > 2_000
    deck = Presentation(io.BytesIO(files["meeting.pptx"]))
    drawn = deck.slides[1].shapes  # after the cover
    cells = [cell for shape in drawn if shape.has_table for row in shape.table.rows for cell in row.cells]
    assert WORDS in [cell.text for cell in cells]
    swatches = [shape for shape in drawn if not shape.has_text_frame or not shape.text_frame.text]
    assert any(f'srgbClr val="{COLOR.lstrip("#").upper()}"' in shape._element.xml for shape in swatches)
    assert len(files["meeting.pdf"]) > 10_000
    assert len(files["meeting.xlsx"]) > 10_000


SQUARES = [
    {"properties": {"c": code}, "geometry": mapping(box(x, 8, x + 1, 9))}
    for x, code in ((99, "990101"), (100, "990102"))
]
STYLES = {"0": ClassStyle("#ffeda0", "status_none")}


def test_a_code_that_no_table_has_is_an_error_and_never_none():
    with pytest.raises(ValueError, match=r"\['surprise'\] have no class; known are"):
        letters(pd.Series(["single", "surprise"]), outcomes.letters(), missing="n")
    with pytest.raises(ValueError, match="1 places have no code"):
        letters(pd.Series(["single", None]), outcomes.letters())
    by_area = pd.DataFrame({"subdistrict_code": ["990101"], "outcome": ["surprise"], "suspected_duplication": [0]})
    covered = pd.DataFrame({"subdistrict_code": ["990101"], "status": ["covered"]})
    with pytest.raises(ValueError, match="surprise"):
        map_layer.overlaps_layer(by_area, covered)
    with pytest.raises(ValueError, match="gone"):
        map_layer.overlaps_layer(by_area.assign(outcome=pd.NA), covered.assign(status="gone"))
    with pytest.raises(ValueError, match="brand"):
        map_layer.gaps_layer(
            pd.DataFrame(
                {"subdistrict_code": ["1"], "quadrant": ["brand"], "need_value": [1], "supported_above": [False]}
            )
        )


def test_every_painter_refuses_a_class_without_a_style(facts, tmp_path):
    codes, classes = pd.Series(["990101", "990102"]), pd.Series(["0", "?"])
    refused = pytest.raises(ValueError, match=r"classes \['\?'\] have no style")
    with refused:
        map_layer.Choropleth(STYLES, codes, classes)
    with refused:
        class_message(codes, classes, STYLES)
    with refused:
        small_map(small_shapes(SQUARES, []), dict(zip(codes, classes, strict=True)), STYLES)
    step = facts["steps"]["overlaps"]
    broken = facts | {"steps": {"overlaps": step | {"classes": "?" + step["classes"][1:]}}}
    with refused:
        wall.payload(broken, STORY, Words("th"), "")
    pack = Pack(broken, Words("th"), STORY, [])
    with refused:
        draw_map(Figure().add_subplot(), pack.shapes, {facts["codes"][0]: "?"}, {"0": ("#ffffff", None)})
    with refused:
        make.files(broken, STORY, pd.DataFrame(), "th")
    with refused:
        pdf_sheets.district_sheets(pack)
    with refused:
        make.xlsx_pack.workbook(pack)


def test_the_table_of_outcomes_is_all_that_the_rules_may_say():
    shipped = {rule["outcome"] for rule in overlaps_queries.rules()["overlap"]["rule"]} - {"brand_new"}
    assert shipped <= set(outcomes.from_rules())
    assert set(outcomes.flags()) < set(outcomes.of_pairs()) < set(outcomes.OUTCOMES)
    assert {field.name for field in dataclasses.fields(outcomes.Outcome)} >= {"letter", "can_be_cleared", "drawn_as"}
