"""Small counts of people are masked for the public with what they could be reckoned from, on every way out."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from loaders import store
from loaders.exchange import package as exchange_package
from loaders.layouts import templates
from loaders.store import privacy
from loaders.store.privacy import DATA_TEAM, PUBLIC, Viewer
from tests.support.stores import load_rows


def cells(*rows) -> pd.DataFrame:
    levels = {2: "province", 4: "district", 6: "subdistrict", 8: "village"}
    return pd.DataFrame(
        [{"area_code": code, "area_level": levels[len(code)], "value": value, "table": "t"} for code, value in rows]
    )


def hidden(*rows) -> set[str]:
    frame = cells(*rows)
    return set(frame["area_code"][privacy.small_cells(frame, "value", ["table"])])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("800101", 0), ("800102", 5), ("800103", 70)], set()),
        # one hidden cell: the next smallest too
        ([("800101", 4), ("800102", 9), ("800103", 70)], {"800101", "800102"}),
        ([("800101", 4), ("800102", 2), ("800103", 70)], {"800101", "800102"}),
        # two people in two cells: 1 and 1
        ([("800101", 1), ("800102", 1), ("800103", 70)], {"800101", "800102", "800103"}),
        ([("800101", 4), ("800102", 4), ("800103", 70)], {"800101", "800102", "800103"}),  # eight in two: 4 and 4
        ([("800101", 3), ("800102", 0), ("8001", 3)], {"800101", "8001"}),  # the total is the cell
        ([("800101", 4), ("800102", 9), ("800201", 7), ("800202", 8)], {"800101", "800102"}),
        ([("8001", 3), ("8002", 20), ("8003", 30), ("80", 53)], {"8001", "8002"}),
        ([("80010601", 2), ("80010602", 30), ("800106", 32), ("800107", 50)], {"80010601", "80010602"}),
    ],
)
def test_small_counts_and_their_complements(rows, expected):
    assert hidden(*rows) == expected


def test_a_hidden_total_is_not_the_sum_of_parts_that_are_shown():
    rows = [("8001", 3), ("8002", 20), ("8003", 30), ("80", 53), ("800201", 12), ("800202", 8)]
    found = hidden(*rows)
    assert {"8001", "8002"} <= found
    assert found & {"800201", "800202"}


def test_no_single_cell_can_be_reckoned_from_any_total():
    """For random tables with all totals published: no hidden small cell has only one possible value."""
    import random

    chance = random.Random(5)
    for _ in range(60):
        parts = [
            (f"8001{number:02d}", chance.choice([0, 1, 2, 3, 4, 5, 8, 20, 60]))
            for number in range(1, chance.randint(3, 7))
        ]
        total = sum(value for _, value in parts)
        found = hidden(*parts, ("8001", total))
        unknown = [value for code, value in parts if code in found]
        if "8001" in found or not unknown:
            continue
        rest, small = sum(unknown), [value for value in unknown if value < 5]
        assert len(unknown) >= 2
        if len(small) == len(unknown):
            assert len(unknown) < rest < 4 * len(unknown)


def test_small_counts_are_masked_for_the_public_only(sqlite_engine, tmp_path):
    row = templates.example_rows("indicator")[0]
    names = [("ท่าไร่", "3"), ("ปากนคร", "9"), ("นาทราย", "50")]
    load_rows(
        sqlite_engine, tmp_path, "indicator", [row | {"subdistrict": name, "value": value} for name, value in names]
    )
    percent = {"indicator_code": "สมาชิกออมทรัพย์ (ร้อยละ)", "value": "2"}
    load_rows(sqlite_engine, tmp_path, "indicator", [row | percent])
    fund = templates.example_rows("welfare_fund")[0]
    load_rows(sqlite_engine, tmp_path, "welfare_fund", [fund | {"hardship_members": "2"}])
    support = templates.example_rows("support")[0]
    load_rows(sqlite_engine, tmp_path, "support", [support | {"people_reached": "1"}])
    with store.reading(sqlite_engine) as connection:
        public = store.read_register(connection, "indicator", None, viewer=PUBLIC)
        partner = store.read_register(connection, "indicator", None, viewer=Viewer("partner", "nhso"))
        funds = store.read_register(connection, "welfare_fund", None, viewer=PUBLIC)
        supports = store.read_support(connection, "80", viewer=PUBLIC)
    assert public["value"].isna().tolist() == public["is_masked"].tolist() == [True, True, False, False]
    assert partner["value"].tolist() == [3, 9, 50, 2]
    assert funds["hardship_members"].isna().all()
    assert funds["members"].tolist() == [640]
    assert supports["people_reached"].isna().all()
    assert supports["amount_satang"].tolist() == [5_000_000]


def test_no_small_count_is_had_by_subtracting_two_published_ones():
    """Random tables over streams, bases and indicators whose totals somebody else reports; every difference is tried."""
    chance = random.Random(7)
    for _ in range(120):
        rows = []
        for area in ("800106", "800107"):
            parts = [chance.choice((1, 2, 3, 4, chance.randint(5, 60))) for _ in range(chance.randint(2, 4))]
            rows += [(area, "codi", f"s{number}", value) for number, value in enumerate(parts)]
            rows.append((area, "nhso", None, sum(parts)))  # another base has the sum
            rows.append((area, "dla", None, sum(parts) - parts[0]))  # and a third all but one
        frame = pd.DataFrame(rows, columns=["area_code", "base", "stream_code", "people_reached"])
        frame = frame.assign(area_level="subdistrict", fiscal_year=2007)
        hidden = privacy.small_cells(frame, "people_reached", ["base", "stream_code", "fiscal_year"])
        for _, place in frame.groupby("area_code"):
            shown = place[~hidden[place.index]]
            for row in place[hidden[place.index] & (place["people_reached"] < 5)].itertuples():
                pairs = {
                    one.people_reached - other.people_reached
                    for one in shown.itertuples()
                    for other in shown.itertuples()
                    if one.Index != other.Index
                }
                assert row.people_reached not in pairs, place.assign(hidden=hidden)
                siblings = shown[shown["base"].eq(row.base)]["people_reached"]
                unknown = hidden[place.index[place["base"].eq(row.base)]].sum()
                if unknown == 1:
                    totals = set(shown.loc[shown["base"].ne(row.base), "people_reached"] - siblings.sum())
                    assert row.people_reached not in totals, place.assign(hidden=hidden)


def test_the_rule_holds_for_every_way_out(board, tmp_path):
    """3 in one stream, 47 in another, 50 said by another base: nobody gets the three, not by a file either."""
    row = templates.example_rows("support")[0]
    load_rows(board, tmp_path, "support", [row | {"people_reached": "3"}])
    load_rows(board, tmp_path, "support", [row | {"people_reached": "47"}], "nhso")
    load_rows(board, tmp_path, "support", [row | {"people_reached": "50"}], "psdhs")
    with store.reading(board) as connection:
        team = store.read_support(connection, None, viewer=DATA_TEAM)
        public = store.read_support(connection, None, viewer=PUBLIC)
    assert {3, 47, 50} <= set(team["people_reached"].dropna())
    assert 3 not in set(public["people_reached"].dropna())
    assert not {47, 50} <= set(public["people_reached"].dropna())
    exchange_package.export(board, tmp_path / "out", viewer=PUBLIC)
    written = pd.read_csv(tmp_path / "out" / "tables" / "support.csv", encoding="utf-8-sig")["people_reached"]
    assert 3 not in set(written.dropna()) and not {47, 50} <= set(written.dropna())


def test_a_digest_stays_whole_and_what_stands_beside_it_is_masked():
    """By chance thirteen digits of a digest follow each other, as those of a national ID do."""
    digest = "debe2462618170341e42f0311c61c90" + "a" * 33
    assert len(digest) == 64
    frame = privacy.redact(pd.DataFrame({"key": [f"{digest}/2/โทร 081-234-5678", digest]}, dtype="string"))
    assert frame["key"].tolist() == [f"{digest}/2/โทร {privacy.HIDDEN}", digest]
