"""Who is reached and who is not: covered, none, not reported and not applicable are four different answers.

Input is the contract's support frame, already filtered (:func:`geo.periods.filter_support`); money is satang.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from geo.coverage.roll_up import NEEDED, RolledUp, roll_up
from geo.frames import is_one_of, require_columns
from geo.periods import in_fiscal_year
from geo.statuses import COVERED, NONE, NOT_APPLICABLE, NOT_REPORTED, STATUSES

COUNTED = [
    *NEEDED,
    "village_code",
    "village_codes",
    "shared_by",
    "agency_code",
    "stream_code",
    "starts_on",
    "ends_on",
    "fiscal_year",
    "is_estimated",
]
CARRIED = ["subdistrict_code", "district_code", "population", "households"]


def _places(areas: pd.DataFrame) -> pd.DataFrame:
    """Every code that speaks for a subdistrict: its own, its district's, its province's."""
    codes = areas["subdistrict_code"]
    keys = pd.concat([codes, areas["district_code"], codes.str[:2]], keys=range(3), names=["reach", "place"])
    return pd.DataFrame({"subdistrict_code": np.tile(codes.to_numpy(), 3), "area_code": keys.to_numpy()})


def missing_bases(
    areas: pd.DataFrame, reports: pd.DataFrame, bases: Collection[str] | None = None, fiscal_year: int | None = None
) -> pd.DataFrame:
    """Which relevant base has not spoken for which subdistrict.

    Parameters
    ----------
    areas
        ``subdistrict_code``, ``district_code``.
    reports
        ``base``, ``area_code`` (2, 4 or 6 digits), ``fiscal_year`` (NA = any year).
    bases
        The bases whose silence matters; ``None`` = all that ever reported.
    fiscal_year
        ``None`` = a report for any year counts.

    Returns
    -------
    DataFrame
        Index ``subdistrict_code``; ``missing_bases`` (comma-joined, sorted, empty = all spoke), ``completeness``
        (share of relevant bases that spoke, 0-1; NaN when no base is relevant).
    """
    require_columns(reports, ["base", "area_code", "fiscal_year"], "reports")
    wanted = sorted(set(reports["base"].dropna()) if bases is None else set(bases))
    if fiscal_year is not None:
        year = pd.to_numeric(reports["fiscal_year"]).astype("Int64")
        reports = reports[year.isna() | year.eq(fiscal_year).fillna(False).astype(bool)]
    spoken = _places(areas).merge(reports[["base", "area_code"]].drop_duplicates(), on="area_code")
    table = (
        spoken[spoken["base"].isin(wanted)]
        .drop_duplicates(["subdistrict_code", "base"])
        .assign(spoke=True)
        .pivot(index="subdistrict_code", columns="base", values="spoke")
        .reindex(index=areas["subdistrict_code"], columns=wanted)
        .notna()
    )
    names = [",".join(base for base, spoke in zip(wanted, row, strict=True) if not spoke) for row in table.to_numpy()]
    share = table.mean(axis="columns").to_numpy(dtype=float) if wanted else np.nan
    return pd.DataFrame({"missing_bases": pd.array(names, dtype="str"), "completeness": share}, index=table.index)


def _reached(records: pd.DataFrame, villages: pd.DataFrame | None) -> pd.DataFrame:
    """Counts and satang per subdistrict of the records that have one."""
    stated = records["amount_satang"].astype("Int64")
    lists = records["village_codes"].notna() if "village_codes" in records else pd.Series(False, index=records.index)
    table = records.assign(
        amount=stated,
        no_amount=stated.isna(),
        whole=~(records["area_level"].eq("village") | lists),
        is_estimated=records["is_estimated"].astype(bool) | _is_shared_by_estimate(records),
    )
    grouped = table.groupby("subdistrict_code")
    names = {
        "supports": "support_id",
        "agencies": "agency_code",
        "streams": "stream_code",
    }
    different = grouped[list(names.values())].nunique().set_axis(list(names), axis="columns")
    return different.assign(
        covered_villages=_villages_named(records, lists, villages),
        whole_subdistrict=grouped["whole"].any(),
        supports_without_amount=grouped["no_amount"].sum(),
        is_estimated=grouped["is_estimated"].any(),
        amount_satang=grouped["amount"].sum(min_count=1),
    )


def _is_shared_by_estimate(records: pd.DataFrame) -> pd.Series:
    """Parts of a row that a person shared equally or by people; shared by stated amounts is no estimate."""
    if "shared_by" not in records:
        return pd.Series(False, index=records.index)
    return records["shared_by"].isin(["equal", "population"]).fillna(False).astype(bool)


def _villages_named(records: pd.DataFrame, lists: pd.Series, villages: pd.DataFrame | None) -> pd.Series:
    """Different villages of the register per subdistrict: those of village records and those that a record lists."""
    named = records[["subdistrict_code", "village_code"]]
    if lists.any():
        listed = records.loc[lists, ["subdistrict_code"]].assign(
            village_code=records.loc[lists, "village_codes"].str.split(",")
        )
        named = pd.concat([named, listed.explode("village_code")])
    if villages is not None:
        named = named[is_one_of(named["village_code"], villages["village_code"])]
    return named.groupby("subdistrict_code")["village_code"].nunique()


def _is_supported_above(areas: pd.DataFrame, rolled: RolledUp, local_governments: pd.DataFrame | None) -> pd.Series:
    """True where a record written above the subdistrict reaches it."""
    higher = rolled.higher
    provinces = higher.loc[higher["area_level"].eq("province"), "province_code"]
    within = higher[~higher["area_level"].eq("province")]
    districts = within.loc[
        ~(within["area_level"].eq("local_government") & (local_governments is not None)), "district_code"
    ]
    above = is_one_of(areas["district_code"], districts) | is_one_of(areas["subdistrict_code"].str[:2], provinces)
    if local_governments is not None:
        acting = higher.loc[higher["area_level"].eq("local_government"), "area_code"]
        met = local_governments.loc[is_one_of(local_governments["entity_code"], acting), "subdistrict_code"]
        above |= is_one_of(areas["subdistrict_code"], met)
    return above


def _village_counts(areas: pd.DataFrame, villages: pd.DataFrame | None) -> pd.Series:
    """Villages per subdistrict on the register's date; the areas frame speaks when no register is given.

    A register that knows no village of the whole province knows nothing about it: not known, never zero.
    """
    if villages is None:
        return areas["villages"].astype("Int64")
    counts = areas["subdistrict_code"].map(villages["subdistrict_code"].value_counts())
    provinces = areas["subdistrict_code"].str[:2]
    silent = ~is_one_of(provinces, villages["subdistrict_code"].str[:2])
    return counts.fillna(0).astype("Int64").mask(silent)


def coverage(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    villages: pd.DataFrame | None,
    reports: pd.DataFrame,
    *,
    bases: Collection[str] | None = None,
    fiscal_year: int | None = None,
    villages_only: bool = False,
    local_governments: pd.DataFrame | None = None,
    spoken: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coverage of every subdistrict by the records given.

    Parameters
    ----------
    support
        Filtered support records; parts from :func:`geo.roll_up.split` may be in it (``is_estimated``).
    areas
        ``subdistrict_code``, ``district_code``, ``population``, ``households``, ``villages``.
    villages
        Register on the date looked at (``village_code``, ``subdistrict_code``); ``None`` = ``areas.villages`` counts.
    reports, bases, fiscal_year
        See :func:`missing_bases`; with ``fiscal_year`` the records are held to that year too.
    villages_only
        The programme can reach villages only: a subdistrict without villages is then *not applicable*.
    local_governments
        Links ``entity_code``, ``subdistrict_code``: a local government in one subdistrict rolls up to it.
    spoken
        :func:`missing_bases` of these ``reports``, ``bases`` and ``fiscal_year``, where it is at hand.

    Returns
    -------
    DataFrame
        One row per subdistrict in the order of ``areas``: ``supports``, ``agencies``, ``streams`` (counts),
        ``amount_satang`` (NA = none stated), ``supports_without_amount``, ``per_head_baht`` (NA without population),
        ``villages``, ``covered_villages``, ``village_share`` (0-1 of villages named; NA where there are none),
        ``whole_subdistrict`` (a record for the subdistrict itself), ``is_estimated``, ``status``, ``missing_bases``,
        ``completeness``, ``supported_above`` (a record above the subdistrict reaches it and is not spread).
    """
    require_columns(areas, [*CARRIED, "villages"], "areas")
    support = support[
        [column for column in COUNTED if column in support]
    ]  # half the time went into carrying the others
    if fiscal_year is not None:
        support = support[in_fiscal_year(support, fiscal_year)]
    rolled = roll_up(support, areas, local_governments)
    table = areas[CARRIED].merge(_reached(rolled.by_subdistrict, villages), on="subdistrict_code", how="left")
    table["villages"] = _village_counts(areas, villages).to_numpy()
    for column in ("supports", "agencies", "streams", "covered_villages", "supports_without_amount"):
        table[column] = table[column].fillna(0).astype("int64")
    for column in ("whole_subdistrict", "is_estimated"):
        table[column] = table[column].eq(True).fillna(False).astype(bool)
    table["amount_satang"] = table["amount_satang"].astype("Int64")
    table["per_head_baht"] = _ratio(table["amount_satang"], table["population"]) / 100
    table["village_share"] = _ratio(table["covered_villages"], table["villages"]).clip(upper=1)
    spoken = missing_bases(areas, reports, bases, fiscal_year) if spoken is None else spoken
    table["missing_bases"] = spoken["missing_bases"].to_numpy()
    table["completeness"] = spoken["completeness"].to_numpy()
    table["supported_above"] = _is_supported_above(areas, rolled, local_governments).to_numpy()
    table["status"] = _status(table, villages_only)
    return table


def _ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Division that is not known where the denominator is zero or not known."""
    below = denominator.astype("Float64").mask(denominator.astype("Float64") <= 0)
    return numerator.astype("Float64") / below


def _status(table: pd.DataFrame, villages_only: bool) -> pd.Series:
    """``none`` only when at least one base is relevant and every one has spoken."""
    covered = table["supports"] > 0
    nothing_to_reach = villages_only & table["villages"].fillna(1).eq(0)
    all_spoke = table["completeness"].eq(1.0)
    choice = np.select([covered, nothing_to_reach, all_spoke], [COVERED, NOT_APPLICABLE, NONE], NOT_REPORTED)
    return pd.Series(choice, index=table.index, dtype="str")


def coverage_by(
    key: str,
    values: Collection[str],
    support: pd.DataFrame,
    areas: pd.DataFrame,
    villages: pd.DataFrame | None,
    reports: pd.DataFrame,
    *,
    bases_by_value: Mapping[str, Collection[str]] | None = None,
    fiscal_year: int | None = None,
    local_governments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coverage for each value of ``theme_code``, ``agency_code`` or ``stream_code``, stacked with that column first.

    ``bases_by_value`` names the bases relevant to a value; a value that is not in it needs all bases to speak.
    """
    tables = [
        coverage(
            support[support[key].eq(value)],
            areas,
            villages,
            reports,
            bases=(bases_by_value or {}).get(value),
            fiscal_year=fiscal_year,
            local_governments=local_governments,
        ).assign(**{key: value})
        for value in values
    ]
    if not tables:
        return coverage(support.iloc[:0], areas.iloc[:0], villages, reports).assign(**{key: pd.Series(dtype="str")})
    stacked = pd.concat(tables, ignore_index=True)
    return stacked[[key, *(column for column in stacked.columns if column != key)]]


def coverage_summary(table: pd.DataFrame) -> dict[str, int]:
    """How many subdistricts are in each status; the four always add up to all."""
    counts = table["status"].value_counts()
    return {status: int(counts.get(status, 0)) for status in STATUSES} | {"all": len(table)}
