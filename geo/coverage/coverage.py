"""Who is reached and who is not: covered, none, not reported and not applicable are four different answers.

Input is the contract's support frame, already filtered (:func:`geo.periods.filter_support`); money is satang.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.coverage.heard import told
from geo.coverage.roll_up import NEEDED, roll_up
from geo.frames import is_one_of, require_columns
from geo.periods import of_fiscal_year, periods
from geo.statuses import decide

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
    "counted_in",
    "year_shares",
]
CHOSEN_BY = ["theme_code", "agency_level"]  # of what is counted, a choice also looks at these
CARRIED = ["subdistrict_code", "district_code", "population", "households"]


@dataclass(frozen=True)
class Counted:
    """Records of a year as coverage counts them, sorted by place once for every choice among them.

    ``placed``: with a subdistrict. ``higher``: above it. ``undated``: with a subdistrict and without a year.
    """

    placed: pd.DataFrame
    higher: pd.DataFrame
    undated: pd.DataFrame

    def only(self, **chosen: str | None) -> Counted:
        """Those that have a value in a column (``theme_code="w1"``); ``None`` = no choice."""
        wanted = {column: value for column, value in chosen.items() if value is not None}
        if not wanted:
            return self
        return Counted(*(_having(frame, wanted) for frame in (self.placed, self.higher, self.undated)))


def _having(frame: pd.DataFrame, wanted: dict[str, str]) -> pd.DataFrame:
    keep = np.ones(len(frame), dtype=bool)
    for column, value in wanted.items():
        keep &= frame[column].eq(value).to_numpy(dtype=bool, na_value=False)
    return frame[keep]


def counted(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    fiscal_year: int | None = None,
    local_governments: pd.DataFrame | None = None,
) -> Counted:
    """Support records as :func:`coverage` counts them; the arguments are its own."""
    support = support[[column for column in (*COUNTED, *CHOSEN_BY) if column in support]]  # the others cost time
    undated = support.iloc[:0]
    if fiscal_year is not None:
        when = periods(support)
        undated = support[when["basis"].eq("not_known")]
        support = of_fiscal_year(support, fiscal_year, when)
    if len(undated):
        undated = roll_up(undated, areas, local_governments).by_subdistrict
    rolled = roll_up(support, areas, local_governments)
    return Counted(rolled.by_subdistrict, rolled.higher, undated)


def _reached(records: pd.DataFrame, villages: pd.DataFrame | None) -> pd.DataFrame:
    """Counts and satang per subdistrict of the records that have one."""
    stated = records["amount_satang"].astype("Int64")
    counted_here = records["counted_in"].isna() if "counted_in" in records else True
    lists = records["village_codes"].notna() if "village_codes" in records else pd.Series(False, index=records.index)
    table = records.assign(
        amount=stated,
        no_amount=stated.isna() & counted_here,
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


def _is_supported_above(
    areas: pd.DataFrame, higher: pd.DataFrame, local_governments: pd.DataFrame | None
) -> np.ndarray:
    """True where a record written above the subdistrict reaches it."""
    named = {"province": "province_code"} | ({} if local_governments is None else {"local_government": "area_code"})
    reached = {
        level: set(rows[named.get(level, "district_code")].dropna()) for level, rows in higher.groupby("area_level")
    }
    provinces, acting = reached.pop("province", set()), set()
    if local_governments is not None:
        acting = reached.pop("local_government", set())
    districts = set().union(*reached.values())
    met = set()
    if local_governments is not None and acting:
        met = set(local_governments.loc[local_governments["entity_code"].isin(acting), "subdistrict_code"])
    places = zip(areas["subdistrict_code"].tolist(), areas["district_code"].tolist(), strict=True)
    return np.array([one in met or within in districts or one[:2] in provinces for one, within in places], dtype=bool)


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
    support: pd.DataFrame | Counted,
    areas: pd.DataFrame,
    villages: pd.DataFrame | None,
    spoken: pd.DataFrame,
    *,
    fiscal_year: int | None = None,
    villages_only: bool = False,
    local_governments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coverage of every subdistrict by the records given.

    Parameters
    ----------
    support
        Filtered support records; parts from :func:`geo.roll_up.split` may be in it (``is_estimated``). With a fiscal
        year those without one belong in it too: where only they are, nobody knows whether the year has anything.
        :func:`counted` gives them ready for many choices of one year.
    areas
        ``subdistrict_code``, ``district_code``, ``population``, ``households``, ``villages``.
    villages
        Register on the date looked at (``village_code``, ``subdistrict_code``); ``None`` = ``areas.villages`` counts.
    spoken
        From :func:`geo.coverage.heard.heard`, one row per subdistrict in the order of ``areas``.
    fiscal_year
        The records are held to this year, each satang in one (:func:`geo.periods.of_fiscal_year`).
    villages_only
        The programme can reach villages only: a subdistrict without villages is then *not applicable*.
    local_governments
        Links ``entity_code``, ``subdistrict_code``: a local government in one subdistrict rolls up to it.

    Returns
    -------
    DataFrame
        One row per subdistrict in the order of ``areas``: ``supports``, ``agencies``, ``streams`` (counts),
        ``amount_satang`` (NA = none stated), ``supports_without_amount``, ``per_head_baht`` (NA without population),
        ``villages``, ``covered_villages``, ``village_share`` (0-1 of villages named; NA where there are none),
        ``whole_subdistrict`` (a record for the subdistrict itself), ``is_estimated``, ``undated`` (records without a
        year, where one is asked for), ``status`` (:func:`geo.statuses.decide`), ``owed``, ``missing_bases``,
        ``completeness``, ``waiting`` (rows at the review desk that may be about it: never "none" then),
        ``supported_above`` (a record above the subdistrict reaches it and is not spread).
    """
    require_columns(areas, [*CARRIED, "villages"], "areas")
    records = support if isinstance(support, Counted) else counted(support, areas, fiscal_year, local_governments)
    table = areas[CARRIED].merge(_reached(records.placed, villages), on="subdistrict_code", how="left")
    table["villages"] = _village_counts(areas, villages).to_numpy()
    for column in ("supports", "agencies", "streams", "covered_villages", "supports_without_amount"):
        table[column] = table[column].fillna(0).astype("int64")
    for column in ("whole_subdistrict", "is_estimated"):
        table[column] = table[column].eq(True).fillna(False).astype(bool)
    table["amount_satang"] = table["amount_satang"].astype("Int64")
    table["per_head_baht"] = _ratio(table["amount_satang"], table["population"]) / 100
    table["village_share"] = _ratio(table["covered_villages"], table["villages"]).clip(upper=1)
    for column in ("owed", "missing_bases", "completeness", "waiting"):
        table[column] = spoken[column].to_numpy()
    table["undated"] = 0
    if len(records.undated):
        without_year = records.undated["subdistrict_code"].value_counts()
        table["undated"] = table["subdistrict_code"].map(without_year).fillna(0).astype("int64")
    table["supported_above"] = _is_supported_above(areas, records.higher, local_governments)
    can_be_reached = ~(villages_only & table["villages"].fillna(1).eq(0))
    table["status"] = decide(
        table["supports"] > 0, told(table), can_be_reached=can_be_reached, in_doubt=table["undated"] > 0
    )
    return table


def _ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Division that is not known where the denominator is zero or not known."""
    below = denominator.astype("Float64").mask(denominator.astype("Float64") <= 0)
    return numerator.astype("Float64") / below


def coverage_by(
    key: str,
    values: Collection[str],
    support: pd.DataFrame,
    areas: pd.DataFrame,
    villages: pd.DataFrame | None,
    spoken: Callable[[str], pd.DataFrame],
    *,
    fiscal_year: int | None = None,
    local_governments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coverage for each value of ``theme_code``, ``agency_code`` or ``stream_code``, stacked with that column first.

    ``spoken`` gives for a value who owes a report about it and has spoken (:func:`geo.coverage.heard.heard`).
    """
    records = counted(support, areas, fiscal_year, local_governments)
    tables = [
        coverage(
            records.only(**{key: value}),
            areas,
            villages,
            spoken(value),
            fiscal_year=fiscal_year,
            local_governments=local_governments,
        ).assign(**{key: value})
        for value in values
    ]
    if not tables:
        nobody = pd.DataFrame({"owed": [], "missing_bases": [], "completeness": [], "waiting": []})
        return coverage(support.iloc[:0], areas.iloc[:0], villages, nobody).assign(**{key: pd.Series(dtype="str")})
    stacked = pd.concat(tables, ignore_index=True)
    return stacked[[key, *(column for column in stacked.columns if column != key)]]
