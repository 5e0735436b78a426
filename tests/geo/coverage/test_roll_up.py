"""Roll-up, strip, named splits: nothing is spread in silence and every satang is accounted for."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import figures
from geo.coverage.coverage import coverage
from geo.coverage.roll_up import STRIP_LEVELS, largest_remainder, roll_up, split, unsplit
from loaders import reference
from tests.support import toy


def mixed() -> pd.DataFrame:
    """One record of every kind of place."""
    return toy.support(
        toy.record("99010101", baht=10),
        toy.record("990102", baht=20.25),
        toy.record("9902", baht=100),
        toy.record("99", baht=1000.01),
        toy.record("99", baht=7, area_level="network", area_code=None),
        toy.record("9902", baht=3, area_level="local_government", area_code="G2"),
        toy.record("9901", baht=4, area_level="local_government", area_code="G1"),
        toy.record(None, baht=5),
        toy.record("800101", baht=6),
        toy.record("80", baht=8),
        toy.record("9903"),
    )


def strip_amounts(strip: pd.DataFrame) -> dict[str, int]:
    return dict(zip(strip["level"], strip["amount_satang"], strict=True))


def test_each_record_stands_at_its_own_level():
    rolled = roll_up(mixed(), toy.areas())
    assert rolled.by_subdistrict["subdistrict_code"].tolist() == ["990101", "990102"]
    assert rolled.by_subdistrict["rolled_from"].tolist() == ["village", "subdistrict"]
    assert strip_amounts(rolled.strip) == {
        "local_government": 700, "district": 10000, "network": 700, "province": 100001, "outside": 1400, "not_placed": 500,
    }  # fmt: skip
    assert rolled.strip.set_index("level").loc["district", ["supports", "without_amount"]].tolist() == [2, 1]
    assert set(rolled.off_map["strip_level"]) == {"outside", "not_placed"}


def test_a_local_government_in_one_subdistrict_rolls_up_one_in_two_does_not():
    rolled = roll_up(mixed(), toy.areas(), toy.local_governments())
    assert rolled.by_subdistrict.set_index("area_code").loc["G1", "subdistrict_code"] == "990101"
    assert strip_amounts(rolled.strip)["local_government"] == 300


def test_a_level_whose_records_state_no_amount_is_not_known_and_one_without_records_is_zero():
    rolled = roll_up(toy.support(toy.record("9902"), toy.record("9902"), toy.record("99", baht=7)), toy.areas())
    strip = rolled.strip.set_index("level")
    assert strip.loc["district", ["supports", "without_amount"]].tolist() == [2, 2]
    assert pd.isna(strip.at["district", "amount_satang"]) and strip.at["network", "amount_satang"] == 0
    assert figures.count("unplaced_money", strip=rolled.strip) == 700
    assert figures.count("unplaced_money", strip=rolled.strip[rolled.strip["level"].ne("province")]) is None
    assert figures.count("unplaced_money", strip=rolled.strip[rolled.strip["supports"].eq(0)]) == 0


def test_nothing_at_all_still_has_a_strip():
    rolled = roll_up(toy.support(), toy.areas())
    assert rolled.strip["level"].tolist() == list(STRIP_LEVELS)
    assert rolled.strip["supports"].sum() == 0 and rolled.by_subdistrict.empty


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="area_level"):
        roll_up(mixed().drop(columns="area_level"), toy.areas())


@pytest.mark.parametrize(
    ("method", "expected"),
    [("equal", [3334, 3333, 3333]), ("population", [2667, 3333, 4000]), ("villages", [3334, 3333, 3333])],
)
def test_split_of_a_district(method, expected):
    higher = roll_up(toy.support(toy.record("9902", baht=100)), toy.areas()).higher
    parts = split(higher, toy.areas(), method)
    assert parts["subdistrict_code"].tolist() == ["990201", "990202", "990203"]
    assert parts["amount_satang"].tolist() == expected
    assert parts["is_estimated"].all() and parts["split_method"].eq(method).all()
    assert parts["area_level"].eq("district").all()


def test_villages_split_gives_the_town_nothing():
    parts = split(roll_up(toy.support(toy.record("9901", baht=10)), toy.areas()).higher, toy.areas(), "villages")
    assert parts["subdistrict_code"].tolist() == ["990101", "990102"]


def test_population_not_known_is_not_guessed():
    higher = roll_up(toy.support(toy.record("9903", baht=10)), toy.areas()).higher
    parts = split(higher, toy.areas(), "population")
    assert parts["is_estimated"].tolist() == [False] and parts["amount_satang"].tolist() == [1000]


def test_province_money_reaches_all_and_not_the_district_that_carries_its_name():
    areas = reference.subdistricts().assign(population=lambda table: table["population_2007"])
    record = toy.support(toy.record("80", baht=1_000_000))
    assert roll_up(record, areas).by_subdistrict.empty
    assert strip_amounts(roll_up(record, areas).strip)["province"] == 100_000_000
    parts = split(roll_up(record, areas).higher, areas, "equal")
    assert len(parts) == 170 and parts["district_code"].nunique() == 23
    assert parts["amount_satang"].sum() == 100_000_000
    mueang = parts.loc[parts["district_code"].eq("8001"), "amount_satang"].sum()
    assert mueang == pytest.approx(100_000_000 * areas["district_code"].eq("8001").mean(), abs=170)


def test_local_government_shares():
    higher = roll_up(mixed(), toy.areas(), toy.local_governments()).higher
    parts = split(higher, toy.areas(), "equal", toy.local_governments())
    own = parts[parts["area_level"].eq("local_government")]
    assert dict(zip(own["subdistrict_code"], own["amount_satang"], strict=True)) == {"990201": 200, "990202": 100}
    stated = toy.local_governments().assign(share=["1", "1", "0.25", "0.75"])
    own = split(higher, toy.areas(), "equal", stated).query("area_level == 'local_government'")
    assert own["amount_satang"].tolist() == [240, 60]


def test_every_real_local_government_can_be_split():
    areas = reference.subdistricts().assign(population=lambda table: table["population_2007"])
    links = reference.local_governments()
    several = links[links["entity_code"].duplicated(keep=False)]["entity_code"].unique()
    records = [toy.record("80", baht=100.01, area_level="local_government", area_code=code) for code in several]
    assert len(records) == 10  # of 184: the others lie in one subdistrict each
    parts = split(roll_up(toy.support(*records), areas, links).higher, areas, "population", links)
    assert parts["is_estimated"].all() and parts["amount_satang"].sum() == 10001 * len(records)


def test_a_split_can_be_undone_and_a_lost_part_is_noticed():
    support = mixed()
    higher = roll_up(support, toy.areas()).higher
    parts = split(higher, toy.areas(), "equal", toy.local_governments())
    pd.testing.assert_frame_equal(unsplit(parts, support), support.loc[higher.index])
    with pytest.raises(ValueError, match="differ"):
        unsplit(parts.iloc[1:], support)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="equal, population or villages"):
        split(roll_up(mixed(), toy.areas()).higher, toy.areas(), "by_feel")  # type: ignore[arg-type]


@given(
    st.integers(-(10**14), 10**14),
    st.lists(st.fractions(0, 50, max_denominator=60), min_size=1, max_size=9).filter(any),
)
@settings(max_examples=150, deadline=None)
def test_largest_remainder_adds_up_and_stays_within_one(total, weights):
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    assert all(
        abs(part - Fraction(total) * weight / sum(weights)) < 1 for part, weight in zip(parts, weights, strict=True)
    )


PLACES = ["99010101", "99020103", "990103", "990302", "9902", "99", None, "800101", "80"]
RECORD = st.tuples(st.sampled_from(PLACES), st.none() | st.integers(-(10**6), 10**13))


@given(st.lists(RECORD, max_size=12), st.sampled_from(["equal", "population", "villages"]))
@settings(max_examples=30, deadline=None)
def test_money_in_is_map_plus_strip_with_and_without_a_split(drawn, method):
    support = toy.support(
        *(toy.record(place, amount_satang=pd.NA if satang is None else satang) for place, satang in drawn)
    )
    rolled = roll_up(support, toy.areas())
    total = support["amount_satang"].sum()
    assert rolled.by_subdistrict["amount_satang"].sum() + rolled.strip["amount_satang"].sum() == total
    assert len(rolled.by_subdistrict) + rolled.strip["supports"].sum() == len(support)
    parts = split(rolled.higher, toy.areas(), method)
    assert parts["amount_satang"].sum() == rolled.higher["amount_satang"].sum()
    shown = coverage(pd.concat([rolled.by_subdistrict, parts]), toy.areas(), toy.villages(), toy.heard())
    strip = roll_up(pd.concat([rolled.by_subdistrict, parts]), toy.areas()).strip["amount_satang"].sum()
    assert shown["amount_satang"].sum() + strip + rolled.off_map["amount_satang"].sum() == total
