"""The rudder: five parts that add up, no satang made or lost, what opens and closes, and the proven best."""

from __future__ import annotations

import itertools
import time
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.money.rudder import PARTS, Board, Move, RudderError, Wish, apply, best, steerable, total

DAY = date(2007, 2, 23)
FREE = {"local": False, "tied": True, "silent": None}
ROW = {"stream_code": "local", "agency_code": "lao", "theme_code": "road", "amount_satang": 1000, "committed_satang": pd.NA, "paid_satang": 0,
       "ends_on": "2007-09-30", "fiscal_year": 2007, "subdistrict_code": "800101", "cofinancing": pd.NA}  # fmt: skip
PEOPLE = pd.Series({"800101": 1000, "800102": 500, "800201": 2000})
DISTRICTS = pd.Series({code: code[:4] for code in PEOPLE.index})


def support(*rows: dict) -> pd.DataFrame:
    frame = pd.DataFrame([ROW | {"support_id": number} | row for number, row in enumerate(rows)]).astype(
        {"stream_code": "string"}
    )
    return frame.astype(dict.fromkeys(("amount_satang", "committed_satang", "paid_satang", "fiscal_year"), "Int64"))


def board(*rows: dict, asked: list[tuple] = (), matching: list[tuple] = (), people: pd.Series = PEOPLE) -> Board:  # ty: ignore[invalid-parameter-default]
    wishes = pd.DataFrame(asked, columns=["what", "subdistrict_code", "theme_code", "count", "is_met"]).astype(
        {"count": int, "is_met": bool}
    )
    lines = pd.DataFrame(matching, columns=["subdistrict_code", "theme_code", "payer", "open_satang"])
    return Board(steerable(support(*rows), FREE, DAY), people, wishes, lines, {"local": "lao"})


@pytest.mark.parametrize(
    ("row", "part", "satang"),
    [({}, "steerable_satang", 1000), ({"paid_satang": 400}, "steerable_satang", 600), ({"paid_satang": 100, "committed_satang": 700}, "steerable_satang", 300),
     ({"stream_code": "tied"}, "restricted_satang", 1000), ({"stream_code": "silent"}, "restricted_satang", 1000), ({"stream_code": pd.NA}, "restricted_satang", 1000),
     ({"ends_on": "2007-01-31"}, "ended_satang", 1000), ({"ends_on": None, "fiscal_year": 2006}, "ended_satang", 1000),
     ({"ends_on": None, "fiscal_year": None}, "unknown_satang", 1000), ({"ends_on": None, "fiscal_year": None, "stream_code": "tied"}, "restricted_satang", 1000),
     ({"paid_satang": pd.NA}, "unknown_satang", 1000), ({"paid_satang": 5000}, "bound_satang", 1000), ({"paid_satang": -50}, "steerable_satang", 1000)],
)  # fmt: skip
def test_every_satang_is_in_one_part(row, part, satang):
    table = steerable(support(row), FREE, DAY)
    assert table[part].iloc[0] == satang
    assert table[list(PARTS)].sum(axis=1).eq(table["amount_satang"]).all()


def test_payment_that_nobody_states_is_not_steerable():
    table = steerable(
        support(
            {"paid_satang": pd.NA},
            {"paid_satang": pd.NA, "committed_satang": 300},
            {"amount_satang": pd.NA},
            {"amount_satang": -5},
        ),
        FREE,
        DAY,
    )
    assert table["steerable_satang"].sum() == 0 and table["unknown_satang"].sum() == 1700 and len(table) == 2


rows = st.fixed_dictionaries({"amount_satang": st.integers(1, 10**9), "paid_satang": st.one_of(st.none(), st.integers(0, 10**9)),
                              "stream_code": st.sampled_from(["local", "tied", "silent", None]), "subdistrict_code": st.sampled_from([*PEOPLE.index, None])})  # fmt: skip


@settings(max_examples=40)
@given(
    st.lists(rows, min_size=1, max_size=12),
    st.lists(
        st.tuples(
            st.sampled_from(list(PEOPLE.index)),
            st.floats(0.001, 1),
            st.sampled_from(["", "", "800101", "8001", "800102.8002", "8002"]),
        ),
        max_size=5,
    ),
)
def test_the_total_is_the_same_to_the_satang(given_rows, wanted):
    ours = board(*given_rows)
    left, moves, outcome = int(ours.pools.get("local", 0)), [], apply(ours, [])
    for place, share, origin in wanted:
        satang = int(left * share)
        if satang <= 0:
            continue
        try:
            outcome = apply(ours, [*moves, Move("local", place, "water", satang, origin)])
        except RudderError as stop:  # these places do not hold so much
            assert stop.code == ("rudder_too_much_there" if origin else "rudder_too_much")
            continue
        moves.append(Move("local", place, "water", satang, origin))
        left -= satang
        if all(move.origin for move in moves):  # nobody else gives
            kept = ~ours.records["subdistrict_code"].fillna("").str.startswith(tuple(code for move in moves for code in move.origin.split("."))).to_numpy(bool)  # fmt: skip
            assert (outcome.amounts == ours.records["amount_satang"].astype("int64").to_numpy())[kept].all()
    assert total(ours, outcome, moves) == int(ours.records["amount_satang"].sum())
    taken = ours.records["amount_satang"].astype("int64").to_numpy() - outcome.amounts
    assert (taken >= 0).all() and (taken <= ours.records["steerable_satang"].to_numpy()).all()
    inside = ours.records["subdistrict_code"].notna().to_numpy()
    assert int(outcome.placed.sum()) == int(outcome.amounts[inside].sum()) + sum(move.satang for move in moves)


def test_money_comes_from_the_places_chosen_alone():
    rows_ = [
        {"subdistrict_code": "800101"},
        {"subdistrict_code": "800102"},
        {"subdistrict_code": None},
        {"subdistrict_code": "800201"},
    ]
    districts = ["8001", "8001", "8002", "8002"]
    ours = board(*({**row, "district_code": code} for row, code in zip(rows_, districts, strict=True)))
    taken = lambda *moves: (1000 - apply(ours, moves).amounts).tolist()  # noqa: E731
    assert taken(Move("local", "800201", "care", 301, "8001")) == [151, 150, 0, 0]
    assert taken(Move("local", "800201", "care", 400, "800102")) == [0, 400, 0, 0]
    assert taken(Move("local", "800101", "care", 800, "8002")) == [0, 0, 400, 400], (
        "money of a whole district is its own"
    )
    both = [Move("local", "800201", "care", 1500, "8001"), Move("local", "800201", "care", 1000, "800102")]
    with pytest.raises(RudderError) as stop:
        taken(*both)
    assert (stop.value.code, stop.value.value) == ("rudder_too_much_there", "local")
    assert taken(both[1], both[0]._replace(satang=1000)) == [1000, 1000, 0, 0], "narrow places give first, in any order"
    assert taken(both[0]._replace(satang=1000), both[1]) == [1000, 1000, 0, 0]


def test_what_nobody_asked_for_is_not_zero():
    figures = apply(board({}), [Move("local", "800102", "care", 1)]).figures
    assert all(np.isnan(value) for name in ("gaps_open", "demands_open") for value in figures[name])


def test_a_move_opens_and_what_is_emptied_closes():
    ours = board(
        {}, {"subdistrict_code": "800102", "theme_code": "water", "agency_code": "dwr", "paid_satang": 1000},
        asked=[("gap", "800102", "care", 1, False), ("demand", "800102", "care", 2, False), ("demand", "800101", "road", 1, True)],
        matching=[("800102", "care", "msdhs", 300), ("800102", "care", "lao", 999)],
    )  # fmt: skip
    part = apply(ours, [Move("local", "800102", "care", 400)])
    assert part.figures["gaps_open"] == (1, 0) and part.figures["demands_open"] == (2, 0)
    assert part.lost.empty and set(part.answered["what"]) == {"gap", "demand"}
    assert part.pulled_satang == 300, "the stream's own owner does not match itself"
    assert part.placed["800101"] == 600 and part.placed["800102"] == 1400
    whole = apply(ours, [Move("local", "800102", "water", 1000)])
    assert whole.lost["theme_code"].tolist() == ["road"], "a record that is emptied supports nobody"
    assert whole.figures["layered"] == (0, 1) and whole.figures["demands_open"] == (2, 3)
    assert apply(ours, []).figures["gini"][0] == apply(ours, []).figures["gini"][1]
    declared = board({"cofinancing": "matching_fund_1_1_1"})
    assert apply(declared, [Move("local", "800102", "care", 250)]).unmatched_satang == 250


@pytest.mark.parametrize(
    ("move", "code"),
    [(Move("local", "800102", "care", 1001), "rudder_too_much"), (Move("tied", "800102", "care", 1), "rudder_too_much"),
     (Move("local", "800102", "care", 0), "rudder_amount"), (Move("local", "999999", "care", 1), "rudder_place"),
     (Move("local", "800102", "care", 1, "999999"), "rudder_place"), (Move("local", "800102", "care", 1, "8099"), "rudder_too_much_there")],
)  # fmt: skip
def test_what_cannot_be_moved_is_said(move, code):
    with pytest.raises(RudderError) as stop:
        apply(board({}, {"stream_code": "tied"}), [move])
    assert stop.value.code == code


def exhaustive(ours: Board, wish: Wish) -> int:
    """The best worth by trying every set."""
    asked = ours.asked[~ours.asked["is_met"]]
    worth = (
        (asked["what"].map({"gap": wish.weights[0], "demand": wish.weights[1]}) * asked["count"])
        .groupby([asked["subdistrict_code"], asked["theme_code"]])
        .sum()
    )
    budget = int((ours.pools * (1 - wish.reserve)).astype("int64").sum())
    top = 0
    for size in range(len(worth) + 1):
        for picked in itertools.combinations(worth.index, size):
            cost = sum(max(wish.package_satang, wish.per_head_satang * int(ours.people[code])) for code, _ in picked)
            most = max((sum(code == one for code, _ in picked) for one, _ in picked), default=0)
            if cost <= budget and most <= wish.per_place:
                top = max(top, int(sum(worth[key] for key in picked)))
    return top


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["gap", "demand"]), st.sampled_from(list(PEOPLE.index)), st.sampled_from(["care", "water", "health"]), st.integers(1, 4), st.just(False)), max_size=7),
       st.integers(100, 6000), st.integers(0, 3), st.integers(1, 3))  # fmt: skip
def test_the_best_is_the_best_of_all(asked, money, per_head, per_place):
    ours = board({"amount_satang": money, "paid_satang": 0}, asked=asked)
    wish = Wish(package_satang=700, per_head_satang=per_head, per_place=per_place)
    found = best(ours, wish, DISTRICTS)
    assert found.worth == exhaustive(ours, wish)
    apply(ours, found.moves)
    assert sum(move.satang for move in found.moves) <= money * 0.95


def test_every_district_gets_its_share_or_it_is_said_that_it_cannot():
    asked = [
        ("gap", "800101", "care", 9, False),
        ("gap", "800102", "care", 9, False),
        ("gap", "800201", "care", 1, False),
    ]
    ours = board({"amount_satang": 2000}, asked=asked)
    wish = Wish(package_satang=900, per_district=1, reserve=0.0)
    found = best(ours, wish, DISTRICTS)
    assert found.status == "optimal" and {move.place[:4] for move in found.moves} == {"8001", "8002"}
    assert best(ours, Wish(package_satang=1500, per_district=1), DISTRICTS).status == "infeasible"
    assert best(board({"paid_satang": pd.NA}, asked=asked), wish, DISTRICTS).status == "nothing"


def test_a_province_is_solved_and_a_move_answered_in_time():
    rng, codes = np.random.default_rng(1), [f"80{number:04}" for number in range(170)]
    people = pd.Series(rng.integers(2000, 20000, 170), index=codes)
    given_rows = [
        {"amount_satang": int(rng.integers(10**6, 10**8)), "subdistrict_code": codes[int(rng.integers(170))]}
        for _ in range(400)
    ]
    asked = [
        (what, code, theme, 1, False)
        for what in ("gap", "demand")
        for code in codes
        for theme in ("care", "water", "health")
        if rng.random() < 0.5
    ]
    ours = board(*given_rows, asked=asked, people=people)
    begin = time.perf_counter()
    found = best(ours, Wish(per_head_satang=2000, per_district=1), pd.Series({code: code[:4] for code in codes}))
    assert found.status == "optimal" and time.perf_counter() - begin < 10
    begin = time.perf_counter()
    apply(ours, found.moves)
    assert time.perf_counter() - begin < 1.5  # the bench holds 0.3 s on a machine at rest
