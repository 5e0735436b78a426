"""Areas as they were on a past day: assign records to the districts of that day, and list what changed since."""

from __future__ import annotations

import pandas as pd


def districts_of_day(then: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Count the areas and records of every district of a past day.

    Parameters
    ----------
    then
        Areas valid then: ``code``, ``level``, ``kind``, ``name_th``, ``name_en``, ``parent_code``, ``present_code``.
    records
        ``subdistrict_code``, ``district_code`` (of today; NA where only a larger area is known), ``amount_satang``.

    Returns
    -------
    DataFrame
        One row per district: ``district_code``, ``kind``, ``name_th``, ``name_en``, ``subdistricts``, ``villages``,
        ``records``, ``amount_satang`` (NA = none stated). A last row without a code, if needed, holds the records of no
        district of that day: province-wide, unplaced, or at a district founded later. The rows add up to ``records``.
    """
    places = then[then["level"] == "subdistrict"]
    villages = then.loc[then["level"] == "village", "parent_code"].map(places.set_index("code")["parent_code"])
    districts = then.loc[then["level"] == "district", ["code", "kind", "name_th", "name_en"]].rename(
        columns={"code": "district_code"}
    )
    district = district_then(then, records)
    counted = pd.DataFrame(
        {"records": district.value_counts(dropna=False), "amount_satang": _sum(records["amount_satang"], district)}
    )
    table = districts.merge(counted, left_on="district_code", right_index=True, how="left")
    table["subdistricts"] = table["district_code"].map(places["parent_code"].value_counts())
    table["villages"] = table["district_code"].map(villages.value_counts())
    for name in ("records", "subdistricts", "villages"):
        table[name] = table[name].astype("Int64").fillna(0)
    outside = district.isna()
    if outside.any():
        rest = {"records": int(outside.sum()), "amount_satang": records.loc[outside, "amount_satang"].sum(min_count=1)}
        table = pd.concat([table.astype(object), pd.DataFrame([rest]).astype(object)], ignore_index=True)
    return table.astype({"records": "Int64", "amount_satang": "Int64", "subdistricts": "Int64", "villages": "Int64"})


def _sum(satang: pd.Series, district: pd.Series) -> pd.Series:
    return satang.astype("Int64").groupby(district, dropna=False).sum(min_count=1)


def district_then(then: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """District of every record on that day, NA where none: of its subdistrict, else its own if it already existed."""
    parents = then[(then["level"] == "subdistrict") & then["present_code"].notna()].set_index("present_code")[
        "parent_code"
    ]
    districts = then.loc[then["level"] == "district", "code"]
    own = records["district_code"].where(records["subdistrict_code"].isna())
    carried = records["subdistrict_code"].map(parents).astype("object").fillna(own.astype("object")).astype("string")
    return carried.where(carried.isin(set(districts)))


def changed_since(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Areas whose code, kind, Thai name or parent differs between two days, or that exist on only one of them.

    ``then`` and ``now`` have the columns of ``then`` in :func:`districts_of_day`.

    Returns
    -------
    DataFrame
        ``level``, and for both days (suffixes ``_then`` and ``_now``, NA = not there) ``code``, ``kind``, ``name_th``,
        ``name_en``, ``parent_code``; ordered by level, then code.
    """
    columns = ["level", "present_code", "code", "kind", "name_th", "name_en", "parent_code"]
    gone = then["present_code"].isna()
    joined = then.loc[~gone, columns].merge(
        now[columns], on=["level", "present_code"], how="outer", suffixes=("_then", "_now")
    )
    differs = pd.Series(False, index=joined.index)
    for name in ("code", "kind", "name_th", "parent_code"):
        before, after = joined[f"{name}_then"], joined[f"{name}_now"]
        differs |= before.ne(after).fillna(False).astype(bool) & ~(before.isna() & after.isna())
        differs |= before.isna() ^ after.isna()
    lost = then.loc[gone, columns].rename(columns={name: f"{name}_then" for name in columns[2:]})
    changes = pd.concat([joined[differs], lost], ignore_index=True)
    rank = {"province": 0, "district": 1, "subdistrict": 2, "village": 3}
    order = changes.assign(rank=changes["level"].map(rank), key=changes["code_then"].fillna(changes["code_now"]))
    return order.sort_values(["rank", "key"]).drop(columns=["rank", "key", "present_code"]).reset_index(drop=True)
