"""Currents: widths that add up to the satang, ends for what has no place or theme, plans met, weak places hit, streams ended."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import figures
from geo.coverage.coverage import coverage
from geo.coverage.roll_up import roll_up
from geo.money import alignment, currents
from geo.money.sankey import sankey
from geo.money.stream_history import history
from geo.periods import filter_support
from pages.components import charts
from tests.support import toy

PLACES = [None, "99", "88", "9901", "9902", "880101", *toy.SUBDISTRICTS, "99010101", "99020203"]
record = st.fixed_dictionaries(
    {
        "place": st.sampled_from(PLACES),
        "agency": st.sampled_from(["a1", "a2", "a3"]),
        "theme_code": st.sampled_from([None, "health", "sufficiency", "hardship"]),
        "stream_code": st.sampled_from([None, "s1", "s2"]),
        "stream_kind": st.sampled_from([None, "regular", "special"]),
        "fiscal_year": st.sampled_from([2006, 2007]),
        "amount_satang": st.one_of(st.none(), st.integers(-10_000, 10**12)),
    }
)


def build(rows: list[dict]) -> pd.DataFrame:
    undated = {"starts_on": None, "ends_on": None}
    return toy.support(
        *(
            toy.record(
                row["place"], row["agency"], **{k: v for k, v in row.items() if k not in ("place", "agency")}, **undated
            )
            for row in rows
        )
    )


def total(frame: pd.DataFrame) -> int:
    return int(frame["amount_satang"].sum())


choice = st.fixed_dictionaries(
    {
        "fiscal_year": st.sampled_from([None, 2006, 2007]),
        "agency": st.sampled_from([None, "a1", "a2"]),
        "theme": st.sampled_from([None, "health"]),
        "stream": st.sampled_from([None, "s1"]),
        "district": st.sampled_from([None, "9901", "9902"]),
    }
)


@settings(max_examples=30, deadline=None)
@given(st.lists(record, max_size=15), choice)
def test_every_filter_conserves_every_satang(rows, filters):
    support, areas, links = build(rows), toy.areas(), toy.local_governments()
    chosen = filter_support(support, **filters)
    rolled = roll_up(chosen, areas, links)
    assert total(rolled.by_subdistrict) + int(rolled.strip["amount_satang"].sum()) == total(chosen)
    account = currents.account(chosen, areas, links)
    coded = account[account["theme_code"] != ""]
    on_map, strip = (
        int(coded.loc[here, "amount_satang"].sum())
        for here in (coded["where"].eq("subdistrict"), coded["where"].ne("subdistrict"))
    )
    not_coded = int(account.loc[account["theme_code"].eq(""), "amount_satang"].sum())
    assert on_map + strip + not_coded == total(chosen)
    assert int(account["supports"].sum()) == len(chosen)
    found = currents.currents(chosen, areas, links)
    assert found.total_satang + found.returned_satang == total(chosen)
    assert found.without_amount == int(chosen["amount_satang"].isna().sum())


@settings(max_examples=20, deadline=None)
@given(st.lists(record, max_size=15))
def test_the_choices_of_a_filter_and_what_is_not_coded_are_the_whole_store(rows):
    support = build(rows)
    for column, wanted in (
        ("theme_code", "theme"),
        ("agency_code", "agency"),
        ("stream_code", "stream"),
        ("district_code", "district"),
    ):
        parts = [filter_support(support, **{wanted: code}) for code in support[column].dropna().unique()]
        assert sum(map(total, parts)) + total(support[support[column].isna()]) == total(support)


@settings(max_examples=30, deadline=None)
@given(st.lists(record, min_size=1, max_size=15), st.integers(1, 4))
def test_widths_add_up_at_every_node_and_step(rows, keep):
    found = currents.currents(build(rows), toy.areas(), toy.local_governments())
    folded = currents.fold(found.paths, keep)
    assert int(folded["amount_satang"].sum()) == found.total_satang
    drawing = sankey(folded)
    by_step = drawing.nodes.groupby("step")["amount_satang"].sum()
    assert set(by_step) <= {found.total_satang}
    for step in range(3):
        links = drawing.links[drawing.links["step"] == step]
        assert int(links["amount_satang"].sum()) == found.total_satang
        for side, end in (("source", step), ("target", step + 1)):
            nodes = drawing.nodes[drawing.nodes["step"] == end].set_index("code")["amount_satang"]
            assert links.groupby(side)["amount_satang"].sum().to_dict() == nodes.to_dict()
    assert drawing.links["thickness"].to_numpy() == pytest.approx(
        drawing.links["amount_satang"].to_numpy() * drawing.scale
    )


def test_ends_for_money_without_place_theme_or_stream():
    support = toy.support(
        toy.record("990101", baht=10), toy.record("9902", baht=20), toy.record("99", baht=30), toy.record(None, baht=40),
        toy.record("880101", baht=50), toy.record("990101", theme_code=None, stream_code=None, baht=60),
    )  # fmt: skip
    paths = currents.currents(support, toy.areas()).paths
    by_place = (paths.groupby("place_code")["amount_satang"].sum() // 100).to_dict()
    assert by_place == {"9901": 70, "9902": 20, "province": 30, "not_placed": 40, "outside": 50}
    assert int(paths.loc[paths["theme_code"].eq(""), "amount_satang"].sum()) == 6000
    assert int(paths.loc[paths["stream_code"].eq(""), "amount_satang"].sum()) == 6000


def test_classes_can_stand_for_districts_and_money_above_never_reaches_one():
    support = toy.support(toy.record("990101", baht=10), toy.record("990102", baht=5), toy.record("9901", baht=20))
    paths = currents.currents(support, toy.areas(), classes={"990101": "C"}).paths
    assert (paths.groupby("place_code")["amount_satang"].sum() // 100).to_dict() == {
        "C": 10,
        "unclassed": 5,
        "district": 20,
    }


def test_forty_streams_are_gathered_and_ends_keep_their_own_line():
    rows = [toy.record("990101", stream_code=f"s{number:02d}", baht=number + 1) for number in range(40)]
    paths = currents.currents(toy.support(*rows, toy.record("990101", stream_code=None, baht=0.01)), toy.areas()).paths
    folded = currents.fold(paths, {"stream_code": 12})
    streams = set(folded["stream_code"])
    assert len(streams) == 14
    assert {currents.OTHER, currents.NOT_CODED, "s39"} <= streams
    assert int(folded["amount_satang"].sum()) == int(paths["amount_satang"].sum()) == 82_001
    drawing = sankey(folded)
    tops = drawing.nodes.sort_values(["step", "y"])
    gaps = tops.groupby("step")["y"].diff().dropna()
    assert (gaps >= 24).all()  # room for a line of text


def test_nothing_to_draw_draws_nothing():
    drawing = sankey(currents.currents(toy.support(), toy.areas()).paths)
    assert (len(drawing.nodes), len(drawing.links), drawing.scale) == (0, 0, 0.0)
    assert "<path" not in charts.ribbons(drawing)


def test_markup_in_names_is_escaped_and_never_enters_the_picture():
    hostile = '<img src=x onerror="alert(1)">'
    paths = currents.currents(toy.support(toy.record("990101", hostile, baht=1)), toy.areas()).paths
    drawing = sankey(paths)
    drawn = charts.sankey_html(drawing, lambda _step, code: code, str, ["a", "b", "c", hostile], hostile)
    assert hostile not in drawn
    assert "&lt;img" in drawn
    assert "img src=x" not in charts.ribbons(drawing)


STREAMS = pd.DataFrame(
    {"code": ["old", "new", "open", "later"], "kind": ["special", "special", "regular", "regular"],
     "starts_on": [dt.date(2003, 10, 1), dt.date(2006, 10, 1), None, dt.date(2007, 10, 1)], "ends_on": [dt.date(2006, 9, 30), dt.date(2007, 9, 30), None, None]}
)  # fmt: skip


def test_an_ended_stream_leaves_the_present_and_stays_in_history_with_its_baht():
    of_2006 = {"starts_on": dt.date(2005, 10, 1), "ends_on": dt.date(2006, 9, 30), "fiscal_year": 2006}
    of_2008 = {"starts_on": None, "ends_on": None, "fiscal_year": 2008}
    support = toy.support(
        toy.record("990101", stream_code="old", baht=100, **of_2006), toy.record("990102", stream_code="new", baht=30),
        toy.record("990102", stream_code="open", baht=5, **of_2006), toy.record("990102", stream_code="later", baht=7, **of_2008),
    )  # fmt: skip
    now = filter_support(support, 2007)
    assert set(currents.currents(now, toy.areas()).paths["stream_code"]) == {"new"}
    table = history(support, STREAMS, 2007).set_index("stream_code")
    assert table["state"].to_dict() == {"new": "running", "later": "not_started", "old": "ended", "open": "ended"}
    assert int(table.at["old", "amount_satang"]) == 10_000
    assert pd.isna(table.at["old", "year_satang"])
    assert table["is_declared"].to_dict() == {"new": True, "later": False, "old": True, "open": False}
    assert list(table.index)[:2] == ["new", "later"]


def test_history_of_nothing_is_empty():
    assert history(toy.support(), STREAMS, 2007).empty
    assert history(toy.support(), STREAMS, None).empty


def plans(*rows: tuple[str, str | None, bool, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["subdistrict_code", "village_code", "plan_exists", "priority_theme"])
    return frame.astype({"plan_exists": "boolean", "village_code": "str", "priority_theme": "str"})


def test_alignment_holds_money_to_the_nearest_plan():
    asked = plans(
        ("990101", None, True, "health, hardship"), ("990101", "99010101", True, "ecology"), ("990102", "99010201", True, "health"),
        ("990201", None, False, "health"),
    )  # fmt: skip
    support = toy.support(
        toy.record("990101", theme_code="health", baht=10),  # the subdistrict's plan asks for it
        toy.record("990101", theme_code="ecology", baht=20),  # only a village does
        toy.record("99010101", theme_code="ecology", baht=40),  # the village's own plan does
        toy.record("99010101", theme_code="health", baht=80),  # the village's plan does not
        toy.record("990101", theme_code=None, baht=160),
        toy.record("990102", theme_code="health", baht=320),  # no plan of its own, a village asks
        toy.record("990201", theme_code="health", baht=640),  # its plan does not exist
        toy.record("990202", theme_code="health"),
    )  # fmt: skip
    table = alignment.alignment(roll_up(support, toy.areas()).by_subdistrict, asked, toy.areas()).set_index(
        "subdistrict_code"
    )
    assert [int(table.at["990101", name]) // 100 for name in alignment.MONEY] == [50, 100, 0, 0, 160, 0]
    assert float(table.at["990101", "aligned_share"]) == pytest.approx(1 / 3)
    assert pd.isna(table.at["990102", "aligned_share"])  # judged on its villages' wishes together: apart
    assert (float(table.at["990102", "union_share"]), int(table.at["990102", "union_aligned_satang"])) == (1.0, 32_000)
    assert int(table.at["990201", "no_plan_satang"]) == 64_000
    assert pd.isna(table.at["990201", "aligned_share"])
    assert pd.isna(table.at["990202", "aligned_share"])
    assert pd.isna(table.at["990202", "amount_satang"]) and table.at["990203", "amount_satang"] == 0
    of_it = table.loc[["990202"]]  # a place with a record and no amount: no figure of its money is zero
    assert {figures.count(name, alignment=of_it) for name in ("aligned_money", "other_money", "unheld_money")} == {None}
    assert figures.count("aligned_money", alignment=table) == 5_000
    assert table.at["990101", "asked"] == "ecology,hardship,health"
    assert int(table["amount_satang"].sum()) == total(support)


def test_weak_is_below_the_median_of_average_ranks_and_unknown_stays_unknown():
    codes = toy.SUBDISTRICTS
    needs = pd.concat([
        toy.needs(dict(zip(codes[:5], [1, 2, 3, 4, 5], strict=True)), "meetings"),
        toy.needs(dict(zip(codes[:5], [10, 20, 30, 40, None], strict=True)), "leaders"),
        toy.needs({codes[0]: 99}, "meetings", 2006),
    ])  # fmt: skip
    table = alignment.strength(needs, ["meetings", "leaders"], toy.areas()).set_index("subdistrict_code")
    assert table["is_weak"].iloc[:5].tolist() == [True, True, False, False, False]
    assert table["is_weak"].iloc[5:].isna().all()
    assert table.at[codes[4], "known"] == 1
    ranked = alignment.strength(needs, ["meetings"], toy.areas(), weak={codes[0]: False, codes[1]: True})
    assert ranked["is_weak"].iloc[:2].tolist() == [False, True]
    assert ranked["is_weak"].iloc[2:].isna().all()


def test_a_strong_current_on_a_weak_community_is_flagged_and_silence_is_not_zero():
    codes = toy.SUBDISTRICTS
    support = toy.support(
        *(toy.record(code, baht=1000 * number * number) for number, code in enumerate(codes[:4], start=1))
    )
    table = coverage(
        support, toy.areas(), toy.villages(), toy.heard(("base_a1", "9901"), ("base_a1", "9902")), fiscal_year=2007
    )
    weak = pd.DataFrame(
        {
            "subdistrict_code": codes,
            "strength": 0.1,
            "is_weak": [False, True, False, True, True, True, None, None, None],
        }
    )
    flagged = alignment.strong_on_weak(table, weak).set_index("subdistrict_code")
    assert flagged.attrs["strong_from_baht"] == pytest.approx(3.25)  # 1, 2, 3, 4 baht per head
    assert flagged.index[flagged["is_flagged"].fillna(False)].tolist() == [codes[3]]
    assert flagged.at[codes[4], "is_strong"] is False or not flagged.at[codes[4], "is_strong"]  # reported none
    assert pd.isna(flagged.at[codes[8], "is_strong"])  # not reported
