"""Progress of communities over the years: plans, their cohorts, stages reached; a missing cell is "not known".

``communities`` is the result of :func:`geo.registers.communities` (one row per village). ``entries`` are judgements:
``stage``, ``fiscal_year``, ``area_code``, ``subdistrict_code``, ``reached`` (``yes`` or other; NA = not judged).
"""

from __future__ import annotations

import pandas as pd

from geo.frames import newest_rows


def planned(communities: pd.DataFrame) -> pd.DataFrame:
    """By subdistrict: ``villages``, ``planned_share`` (0-1, of the villages where it is known; NA where of none)."""
    answer = communities["plan_exists"].astype("Float64")
    groups = answer.groupby(communities["subdistrict_code"])
    return pd.DataFrame({"villages": groups.size(), "planned_share": groups.mean()})


def cohorts(communities: pd.DataFrame) -> pd.DataFrame:
    """One row per cohort of plans, with counts of villages that add up to all of ``communities``.

    ``cohort`` (NA = not known), ``villages``, of these ``planned``, ``without`` and ``not_known``, ``first_year`` and
    ``last_year`` of their plans.
    """
    exists = communities["plan_exists"]
    table = pd.DataFrame(
        {
            "cohort": communities["cohort"].astype("Int64"), "villages": 1, "planned": exists.eq(True).fillna(False).astype(int),
            "without": exists.eq(False).fillna(False).astype(int), "not_known": exists.isna().astype(int), "year": communities["plan_year"],
        }
    )  # fmt: skip
    groups = table.groupby("cohort", dropna=False)
    counts = groups[["villages", "planned", "without", "not_known"]].sum()
    years = groups["year"].agg(["min", "max"]).set_axis(["first_year", "last_year"], axis=1)
    return counts.join(years).reset_index().sort_values("cohort", na_position="last", ignore_index=True)


def plans_by_year(communities: pd.DataFrame) -> pd.DataFrame:
    """Plans by the year they were made: ``year``, ``new``, ``villages`` (cumulative), ``share`` (0-1 of all)."""
    made = communities.loc[communities["plan_exists"].eq(True).fillna(False), "plan_year"].dropna().astype(int)
    new = made.value_counts().sort_index()
    so_far = new.cumsum()
    return pd.DataFrame({"year": new.index, "new": new.to_numpy(), "villages": so_far.to_numpy(), "share": so_far.to_numpy() / max(len(communities), 1)})  # fmt: skip


def stages_by_year(entries: pd.DataFrame) -> pd.DataFrame:
    """Judgements of communities: one row per ``stage`` and ``fiscal_year``.

    ``judged`` (places judged that year), ``reached``, ``share`` (0-1 of those judged), ``gained`` and ``lost`` (against
    the previous year in which the same place was judged). Of several judgements in a year the last row counts.
    """
    judgements = entries[entries["reached"].notna() & entries["fiscal_year"].notna() & entries["area_code"].notna()]
    judgements = judgements.drop_duplicates(["stage", "fiscal_year", "area_code"], keep="last").sort_values(
        "fiscal_year"
    )
    now = judgements["reached"].eq("yes").astype(bool)
    before = now.groupby([judgements["stage"], judgements["area_code"]]).shift()
    marked = judgements[["stage", "fiscal_year"]].assign(
        judged=1, reached=now.astype(int), gained=(now & before.eq(False)).astype(int), lost=(~now & before.eq(True)).astype(int)
    )  # fmt: skip
    table = marked.groupby(["stage", "fiscal_year"], as_index=False).sum()
    return table.assign(share=table["reached"] / table["judged"])


def reached(entries: pd.DataFrame) -> pd.Series:
    """By subdistrict: share 0-1 of the newest judgements (one per stage and place) that say "reached"."""
    judgements = entries[
        entries["reached"].notna() & entries["area_code"].notna() & entries["subdistrict_code"].notna()
    ]
    last = newest_rows(judgements, ["stage", "area_code"])
    return last["reached"].eq("yes").astype(float).groupby(last["subdistrict_code"]).mean()
