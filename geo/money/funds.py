"""Community welfare funds: newest figures, growth from year to year, and contributions promised and received."""

from __future__ import annotations

import pandas as pd

from geo.frames import newest_rows

KEY = ["subdistrict_code", "fund_name"]
# Columns of :func:`funds` that a map can show (:func:`by_subdistrict`).
MEASURES = ("member_share", "savings_per_member_satang", "members_growth", "received_share", "late_satang")


def funds(rows: pd.DataFrame, contributions: pd.DataFrame, areas: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Newest row of each fund (subdistrict and fund name), with growth and with contributions promised and received.

    ``rows``: ``subdistrict_code``, ``fund_name``, ``fiscal_year``, ``members``, ``savings_satang``. ``contributions``:
    ``subdistrict_code``, ``fiscal_year``, ``promised_satang``, ``received_satang``. ``areas``: with ``population``.

    Adds ``member_share`` (0-1 of the population of the subdistrict), ``savings_per_member_satang``, ``members_growth``
    and ``savings_growth`` (relative to the previous stated year; 0.1 = 10 % more), ``promised_satang`` and
    ``received_satang`` (sums of stated amounts), ``not_received`` (number of promises without a stated receipt),
    ``received_share`` (of promises with a stated receipt), ``late_satang`` (outstanding of promises whose fiscal year
    ended before ``day``) and ``days_late`` (the longest delay). NA where a figure is not known. Contributions name only
    a subdistrict: where it has several funds, their columns are NA.
    """
    newest = newest_rows(rows, KEY)
    people = newest["subdistrict_code"].map(areas.set_index("subdistrict_code")["population"]).astype("Float64")
    members = newest["members"].astype("Float64")
    here = newest["subdistrict_code"].map(_received(contributions, day).to_dict("index").get)
    alone = ~newest["subdistrict_code"].duplicated(keep=False)
    promised = {name: pd.array([promises[name] if isinstance(promises, dict) and is_alone else pd.NA for promises, is_alone in zip(here, alone, strict=True)], dtype=kind) for name, kind in PROMISED.items()}  # fmt: skip
    return newest.assign(
        member_share=members / people.where(people > 0),
        savings_per_member_satang=(newest["savings_satang"].astype("Float64") / members.where(members > 0)).round(),
        members_growth=_growth(rows, newest, "members"),
        savings_growth=_growth(rows, newest, "savings_satang"),
        **promised,
    )


PROMISED = {"promised_satang": "Int64", "received_satang": "Int64", "not_received": "Int64", "received_share": "Float64", "late_satang": "Int64", "days_late": "Int64"}  # fmt: skip


def _growth(rows: pd.DataFrame, newest: pd.DataFrame, column: str) -> pd.Series:
    """Relative growth of the newest figure over that of the previous stated year."""
    dated = newest_rows(rows[rows["fiscal_year"].notna() & rows[column].notna()], [*KEY, "fiscal_year"])
    before = dated.groupby(KEY)[column].shift().astype("Float64")
    growth = dated[column].astype("Float64") / before.where(before > 0) - 1
    return growth.reindex(newest.index)


def _received(contributions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Contributions by subdistrict: the columns of :data:`PROMISED`."""
    got, promised = contributions["received_satang"].astype("Int64"), contributions["promised_satang"].astype("Int64")
    ended = pd.to_datetime(contributions["fiscal_year"].astype("string") + "-09-30", errors="coerce")
    missing = (promised - got).clip(lower=0)
    is_late = (ended < day).fillna(False) & missing.gt(0).fillna(False)
    table = contributions[["subdistrict_code"]].assign(
        promised_satang=promised, received_satang=got, not_received=(promised.gt(0) & got.isna()).fillna(False).astype("Int64"),
        of=promised.where(got.notna()), late_satang=missing.where(is_late, missing.where(missing.isna(), 0)),
        days_late=(day - ended).dt.days.astype("Int64").where(is_late),
    )  # fmt: skip
    groups = table.dropna(subset="subdistrict_code").groupby("subdistrict_code")
    money = groups[["promised_satang", "received_satang", "of", "late_satang"]].sum(min_count=1)
    sums = money.join(groups["not_received"].sum()).join(groups["days_late"].max())
    share = sums["received_satang"].astype("Float64") / sums["of"].astype("Float64").mask(sums["of"].eq(0))
    return sums.assign(received_share=share)


def by_subdistrict(entries: pd.DataFrame, measure: str, codes: pd.Series) -> pd.Series:
    """One of :data:`MEASURES` for each of ``codes``, from rows of :func:`funds`; NA where no fund has it.

    With several funds in a subdistrict ``savings_per_member_satang`` and ``members_growth`` are means weighted by
    members, the others are sums.
    """
    placed = entries[entries["subdistrict_code"].notna() & entries[measure].notna()]
    values = placed[measure].astype(float)
    if measure in ("savings_per_member_satang", "members_growth"):
        weights = placed["members"].astype(float)
        by_code = (values * weights).groupby(placed["subdistrict_code"]).sum() / weights.groupby(placed["subdistrict_code"]).sum()  # fmt: skip
    else:
        by_code = values.groupby(placed["subdistrict_code"]).sum()
    return codes.map(by_code).astype("Float64")


def by_year(rows: pd.DataFrame) -> pd.DataFrame:
    """Sums over all funds, one row per fiscal year: ``funds``, ``members``, ``savings_satang``, ``hardship_members``.

    Each sum has a column ``..._known`` (number of funds that state it). ``same_funds``: funds that state members in
    this year and an earlier one; ``same_growth``: their relative growth. Growth of the sums would mix different funds.
    """
    dated = newest_rows(rows[rows["fiscal_year"].notna()], [*KEY, "fiscal_year"])
    groups = dated.groupby("fiscal_year")
    counted = ["members", "savings_satang", "hardship_members"]
    years = groups[counted].sum(min_count=1).join(groups[counted].count().add_suffix("_known"))
    years.insert(0, "funds", groups.size())
    members = dated["members"].astype("Float64")
    before = members.groupby([dated[name].fillna("") for name in KEY]).shift()
    both = dated[members.notna() & before.notna()].assign(now=members, before=before)
    sums = both.groupby("fiscal_year")[["now", "before"]].sum()
    years["same_funds"] = both.groupby("fiscal_year").size().reindex(years.index).fillna(0).astype(int)
    years["same_growth"] = (sums["now"] / sums["before"].where(sums["before"] > 0) - 1).reindex(years.index)
    return years.reset_index()
