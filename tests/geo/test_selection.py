"""Never over budget, forced choices kept, every district served, same answer twice, infeasible with its cause."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.selection.selection import Wish, select, worth
from loaders import reference


def places(worths, costs, districts=None) -> pd.DataFrame:
    return pd.DataFrame({
        "subdistrict_code": [f"{number:06d}" for number in range(len(worths))],
        "district_code": districts or [f"{number % 2:04d}" for number in range(len(worths))],
        "worth": pd.array(worths, dtype="Float64"),
        "cost_satang": pd.array(costs, dtype="Int64"),
    })  # fmt: skip


def chosen(choice) -> list[str]:
    return choice.areas.loc[choice.areas["is_chosen"], "subdistrict_code"].tolist()


def best_by_trying(table: pd.DataFrame, wish: Wish) -> float | None:
    """Every set, one after the other."""
    values = [row.worth for row in table.itertuples()]
    best = None
    for positions in combinations(range(len(table)), wish.choose):
        part = table.iloc[list(positions)]
        codes = set(part["subdistrict_code"])
        enough = all(
            (part["district_code"] == district).sum() >= wish.per_district for district in set(table["district_code"])
        )
        fits = wish.budget_satang is None or part["cost_satang"].sum() <= wish.budget_satang
        if enough and fits and set(wish.forced_in) <= codes and not set(wish.forced_out) & codes:
            best = max(best if best is not None else -1.0, sum(values[position] for position in positions))
    return best


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_as_good_as_trying_every_set(data):
    count = data.draw(st.integers(4, 8))
    worths = data.draw(st.lists(st.integers(0, 1000), min_size=count, max_size=count))
    costs = data.draw(st.lists(st.integers(0, 10**9), min_size=count, max_size=count))
    table = places(worths, costs)
    wish = Wish(
        choose=data.draw(st.integers(1, count)),
        budget_satang=data.draw(st.one_of(st.none(), st.integers(0, sum(costs)))),
        per_district=data.draw(st.integers(0, 2)),
        forced_in=tuple(data.draw(st.sets(st.sampled_from(table["subdistrict_code"].tolist()), max_size=2))),
        forced_out=tuple(data.draw(st.sets(st.sampled_from(table["subdistrict_code"].tolist()), max_size=2))),
    )
    choice, best = select(table, wish, prices=False), best_by_trying(table, wish)
    if best is None:
        assert choice.status == "infeasible"
        assert len(choice.reasons) > 0
        return
    assert choice.status == "optimal"
    picked = choice.areas[choice.areas["is_chosen"]]
    assert len(picked) == wish.choose
    assert wish.budget_satang is None or picked["cost_satang"].sum() <= wish.budget_satang
    assert set(wish.forced_in) <= set(picked["subdistrict_code"])
    assert not set(wish.forced_out) & set(picked["subdistrict_code"])
    # worth is compared in millionths of the best place; whole numbers up to 1,000 never fall below that
    assert picked["worth"].sum() == pytest.approx(best, abs=1e-6)


def test_over_budget_by_one_satang_is_over_budget():
    table = places([5.0, 5.0, 1.0, 1.0], [50_000_000_01, 50_000_000_00, 10, 10], ["a"] * 4)
    two = select(table, Wish(2, budget_satang=100_000_000_00), prices=False)
    assert two.summary.set_index("way").loc["optimum", "cost_satang"] <= 100_000_000_00
    assert two.summary.set_index("way").loc["optimum", "worth"] == 6
    assert chosen(select(table, Wish(2, budget_satang=100_000_000_01), prices=False)) == ["000000", "000001"]


def province(seed: int = 4) -> pd.DataFrame:
    areas = reference.subdistricts()
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "subdistrict_code": areas["subdistrict_code"],
        "district_code": areas["district_code"],
        "worth": rng.random(170),
        "cost_satang": 200_000_00 + 37_50 * areas["population_2007"],
    })  # fmt: skip


WISH = Wish(55, budget_satang=2_500_000_000, per_district=1, forced_in=("800101",), forced_out=("800106",))


def test_fifty_five_pilots_of_the_province():
    choice = select(province(), WISH)
    assert choice.status == "optimal"
    summary = choice.summary.set_index("way")
    assert summary.loc["optimum", "places"] == 55
    assert summary.loc["optimum", "cost_satang"] <= WISH.budget_satang
    assert summary.loc["optimum", "districts_missed"] == 0
    assert summary.loc["optimum", "keeps_wishes"]
    assert "800101" in chosen(choice)
    assert "800106" not in chosen(choice)
    assert summary.loc["simple", "cost_satang"] <= WISH.budget_satang
    assert choice.areas["forced"].value_counts().to_dict() == {"in": 1, "out": 1}
    prices = choice.prices.set_index("constraint")
    assert set(prices.index) == {"budget", "per_district", "forced_in", "forced_out"}
    assert (prices["price"] >= -1e-9).all()
    assert prices.loc["budget", "price"] > 0
    assert prices.loc["budget", "cost_satang_without"] > WISH.budget_satang
    assert all(len(row.instead) > 0 for row in prices.itertuples() if row.price > 1e-9)
    assert prices.loc["budget", "instead"]
    assert not {code for found in prices["instead"] for code in found} & set(chosen(choice))


def test_same_answer_twice_and_in_any_order():
    one, two = select(province(), WISH, prices=False), select(province(), WISH, prices=False)
    mixed = select(province().sample(frac=1, random_state=9), WISH, prices=False)
    assert chosen(one) == chosen(two) == chosen(mixed)


def test_ties_are_settled_the_same_way():
    table = places([1.0] * 12, [100] * 12)
    answers = {
        tuple(chosen(select(table.sample(frac=1, random_state=seed), Wish(5, budget_satang=500), prices=False)))
        for seed in range(4)
    }
    assert len(answers) == 1


def test_simple_rule_goes_down_the_list_and_skips_what_does_not_fit():
    table = places([9, 8, 7, 6], [60, 50, 40, 30], ["a", "a", "a", "b"])
    choice = select(table, Wish(2, budget_satang=100, per_district=1))
    assert choice.areas.loc[choice.areas["is_simple"], "subdistrict_code"].tolist() == ["000000", "000002"]
    assert chosen(choice) == ["000000", "000003"]
    assert choice.summary.set_index("way")["keeps_wishes"].to_dict() == {"optimum": True, "simple": False}
    assert choice.summary.set_index("way")["districts_missed"].to_dict() == {"optimum": 0, "simple": 1}


def test_places_without_figures_are_never_chosen():
    table = places([9, None, 7, 6], [10, 10, None, 10], ["a", "a", "b", "b"])
    choice = select(table, Wish(2), prices=False)
    assert chosen(choice) == ["000000", "000003"]
    assert choice.areas["is_known"].tolist() == [True, False, False, True]


BORDERS = pd.DataFrame(
    {"subdistrict_code_a": ["000000", "000001", "000002"], "subdistrict_code_b": ["000001", "000002", "000003"]}
)


def test_neighbours_apart_and_together():
    table = places([9, 8, 1, 7, 6], [0] * 5, ["a"] * 5)
    assert chosen(select(table, Wish(2, neighbours="apart"), BORDERS)) == ["000000", "000003"]
    together = select(table, Wish(3, neighbours="together"), BORDERS)
    assert chosen(together) == ["000000", "000001", "000002"]
    assert together.summary.set_index("way").loc["optimum", "keeps_wishes"]
    assert together.prices.set_index("constraint").loc["neighbours", "price"] == pytest.approx(6)


@pytest.mark.parametrize(
    ("wish", "codes"),
    [
        (Wish(2, budget_satang=50), ["select_infeasible_budget"]),
        (Wish(2, forced_in=("999999",)), ["select_code_unknown"]),
        (Wish(2, forced_in=("000000",), forced_out=("000000",)), ["select_forced_both"]),
        (Wish(1, forced_in=("000000", "000001")), ["select_more_forced_than_chosen"]),
        (Wish(2, forced_in=("000005",)), ["select_forced_without_figures"]),
        (Wish(6), ["select_too_few_places"]),
        (Wish(3, per_district=2), ["select_districts_need_more"]),
        (Wish(5, per_district=2, forced_out=("000003",)), ["select_too_few_places", "select_district_too_small"]),
        (
            Wish(2, budget_satang=210, forced_in=("000004",)),
            ["select_infeasible_budget", "select_infeasible_forced_in"],
        ),
        (
            Wish(2, budget_satang=110, per_district=1, forced_out=("000000",)),
            ["select_infeasible_budget", "select_infeasible_forced_out"],
        ),
    ],
)
def test_infeasible_names_its_cause(wish, codes):
    table = places([1, 2, 3, 4, 5, None], [50, 60, 70, 80, 200, 5], ["a", "a", "a", "b", "b", "b"])
    choice = select(table, wish)
    assert choice.status == "infeasible"
    assert choice.reasons["code"].tolist() == codes
    assert not choice.areas["is_chosen"].any()
    assert choice.prices.empty


def test_infeasible_budget_says_how_much_is_needed():
    table = places([1, 2, 3], [50, 60, 70], ["a", "a", "b"])
    reason = select(table, Wish(2, budget_satang=100, per_district=1)).reasons.set_index("code")
    assert reason.loc["select_infeasible_budget", "needed"] == 120
    assert select(table, Wish(2, budget_satang=120, per_district=1)).status == "optimal"


def test_infeasible_because_two_wishes_clash():
    """Apart and both forced in, though they touch: each wish alone could be kept."""
    table = places([1, 2, 3, 4], [0] * 4, ["a"] * 4)
    choice = select(table, Wish(2, forced_in=("000000", "000001"), neighbours="apart", budget_satang=10), BORDERS)
    assert choice.reasons["code"].tolist() == ["select_infeasible_forced_in", "select_infeasible_neighbours"]


def test_a_district_where_nothing_is_known_is_not_forgotten():
    table = places([1, 2, None], [1, 1, 1], ["a", "a", "b"])
    choice = select(table, Wish(2, per_district=1))
    assert choice.reasons["code"].tolist() == ["select_district_too_small"]
    assert choice.reasons["value"].tolist() == ["b"]


def test_worth_mixes_columns_between_their_ends():
    parts = pd.DataFrame({"need": [0, 5, 10], "people": pd.array([100, 300, pd.NA], dtype="Int64")})
    assert worth(parts, {"need": 3, "people": 1}).tolist() == [0, 0.625, pd.NA]
    assert worth(parts, {"need": 1, "people": 0}).tolist() == [0, 0.5, 1]
    with pytest.raises(ValueError, match="weights"):
        worth(parts, {"need": 0})


def test_wrong_calls_say_what_to_do():
    with pytest.raises(ValueError, match="adjacency"):
        select(places([1], [1]), Wish(1, neighbours="apart"))
    with pytest.raises(ValueError, match="unique"):
        select(pd.concat([places([1], [1])] * 2), Wish(1))
