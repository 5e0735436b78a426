"""Progress of communities: cohorts add up to all villages, plans by year, stages of those that were judged."""

from __future__ import annotations

import pandas as pd

from geo import progress


def test_every_village_is_in_one_cohort_and_unknown_is_a_row_of_its_own():
    villages = pd.DataFrame(
        {
            "subdistrict_code": ["1", "1", "1", "2", "2"],
            "cohort": pd.array([1, 1, 2, None, None], dtype="Int64"),
            "plan_exists": pd.array([True, False, True, None, True], dtype="boolean"),
            "plan_year": pd.array([2004, None, 2006, None, None], dtype="Int64"),
        }
    )
    table = progress.cohorts(villages)
    assert table["villages"].tolist() == [2, 1, 2]
    assert table["cohort"].isna().tolist() == [False, False, True]
    assert table[["planned", "without", "not_known"]].sum(axis=1).tolist() == table["villages"].tolist()
    assert (table["first_year"].iloc[0], table["last_year"].iloc[1]) == (2004, 2006)
    years = progress.plans_by_year(villages)
    assert years[["year", "new", "villages", "share"]].to_numpy().tolist() == [[2004, 1, 1, 0.2], [2006, 1, 2, 0.4]]
    assert progress.planned(villages)["planned_share"].round(3).tolist() == [0.667, 1.0]


def test_stages_count_those_that_were_judged_and_who_climbed_or_fell():
    entries = pd.DataFrame(
        [
            ("organic", 2006, "a", True), ("organic", 2006, "b", False), ("organic", 2007, "a", False), ("organic", 2007, "b", True),
            ("organic", 2007, "c", True), ("learning", 2007, "a", None), ("organic", 2007, None, True), ("organic", 2007, "c", True),
        ],
        columns=["stage", "fiscal_year", "area_code", "reached"],
    )  # fmt: skip
    entries = entries.assign(reached=entries["reached"].map({True: "yes", False: "no"}).astype("string"))
    table = progress.stages_by_year(entries).set_index(["stage", "fiscal_year"])
    assert list(table.index) == [("organic", 2006), ("organic", 2007)]  # what nobody judged has no row
    assert table.loc[("organic", 2006), ["judged", "reached", "gained", "lost"]].tolist() == [2, 1, 0, 0]
    assert table.loc[("organic", 2007), ["judged", "reached", "gained", "lost"]].tolist() == [3, 2, 1, 1]
    assert progress.stages_by_year(entries.iloc[:0]).empty
    placed = entries.assign(subdistrict_code=["1", "1", "1", "1", "2", "2", "1", "2"])
    assert progress.reached(placed).to_dict() == {"1": 0.5, "2": 1.0}  # the last word on each place
    undated = placed.iloc[[1]].assign(fiscal_year=pd.NA, reached="yes")  # may be older than any other
    both = pd.concat([placed.iloc[[1]], undated]).astype({"fiscal_year": "Int64"})
    assert progress.reached(both).to_dict() == {"1": 0.0} and progress.reached(undated).to_dict() == {"1": 1.0}
