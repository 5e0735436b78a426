"""Progress of communities over the years: plans and their cohorts, what communities have become; what is not said is not known."""

from __future__ import annotations

import pandas as pd


def planned(communities: pd.DataFrame) -> pd.DataFrame:
    """By subdistrict: ``villages``, ``planned_share`` of them with a plan (NA where of none it is known)."""
    answer = communities["plan_exists"].astype("Float64")
    groups = answer.groupby(communities["subdistrict_code"])
    return pd.DataFrame({"villages": groups.size(), "planned_share": groups.mean()})


def cohorts(communities: pd.DataFrame) -> pd.DataFrame:
    """Villages by the cohort of their plan: ``cohort`` (NA = not known), ``villages``, ``planned``, ``without``, ``not_known``, years.

    Every village is in one row: the column ``villages`` adds up to all of them.
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
    """Plans that are known by the year they were made: ``year``, ``new``, ``villages`` (so far), ``share`` (of all villages)."""
    made = communities.loc[communities["plan_exists"].eq(True).fillna(False), "plan_year"].dropna().astype(int)
    new = made.value_counts().sort_index()
    so_far = new.cumsum()
    return pd.DataFrame({"year": new.index, "new": new.to_numpy(), "villages": so_far.to_numpy(), "share": so_far.to_numpy() / max(len(communities), 1)})  # fmt: skip


def stages_by_year(entries: pd.DataFrame) -> pd.DataFrame:
    """What communities were judged to be: one row per ``stage`` and ``fiscal_year``.

    ``judged`` (places of which the year says something), ``reached``, ``share`` (of those judged), ``gained`` and ``lost``
    (against the year before in which the same place was judged). The last word of a year counts.
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
    """By subdistrict, the share of its judged places that had reached what they were judged for, by the last word on each."""
    judgements = entries[
        entries["reached"].notna() & entries["area_code"].notna() & entries["subdistrict_code"].notna()
    ]
    last = judgements.sort_values("fiscal_year").drop_duplicates(["stage", "area_code"], keep="last")
    return last["reached"].eq("yes").astype(float).groupby(last["subdistrict_code"]).mean()
