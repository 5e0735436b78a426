"""Coverage of subdistricts by support records: status, counts and money, one row per subdistrict.

Input is the support register, already filtered (:func:`geo.periods.filter_support`); money is satang.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.heard import told
from geo.coverage.roll_up import NEEDED, roll_up
from geo.frames import require_columns
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
CHOSEN_BY = ["theme_code", "agency_level"]  # not counted, but used by ``Counted.only``
CARRIED = ["subdistrict_code", "district_code", "population", "households"]


@dataclass(frozen=True)
class Counted:
    """Records of a year, rolled up once and then reused for many choices of agency, stream or theme.

    ``placed``: with a subdistrict. ``higher``: at a level above it. ``undated``: with a subdistrict, without a year.
    """

    placed: pd.DataFrame
    higher: pd.DataFrame
    undated: pd.DataFrame

    def only(self, **chosen: str | None) -> Counted:
        """Only the records with these column values (``theme_code="w1"``); ``None`` = no restriction."""
        choices = {column: value for column, value in chosen.items() if value is not None}
        if not choices:
            return self
        return Counted(*(_having(frame, choices) for frame in (self.placed, self.higher, self.undated)))


def _having(frame: pd.DataFrame, choices: dict[str, str]) -> pd.DataFrame:
    keep = np.ones(len(frame), dtype=bool)
    for column, value in choices.items():
        keep &= frame[column].eq(value).to_numpy(dtype=bool, na_value=False)
    return frame[keep]


def counted(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    fiscal_year: int | None = None,
    local_governments: pd.DataFrame | None = None,
) -> Counted:
    """Prepare support records for :func:`coverage`; same arguments."""
    support = support[[column for column in (*COUNTED, *CHOSEN_BY) if column in support]]  # other columns cost time
    undated = support.iloc[:0]
    if fiscal_year is not None:
        when = periods(support)
        undated = support[when["basis"].eq("not_known")]
        support = of_fiscal_year(support, fiscal_year, when)
    if len(undated):
        undated = roll_up(undated, areas, local_governments).by_subdistrict
    rolled = roll_up(support, areas, local_governments)
    return Counted(rolled.by_subdistrict, rolled.higher, undated)


@dataclass
class _Place:
    """Totals of the records of one subdistrict."""

    supports: set = field(default_factory=set)
    agencies: set = field(default_factory=set)
    streams: set = field(default_factory=set)
    villages: set = field(default_factory=set)
    whole_subdistrict: bool = False
    supports_without_amount: int = 0
    is_estimated: bool = False
    amount_satang: int | None = None


NOWHERE = _Place()


def _reached(records: pd.DataFrame, villages: pd.DataFrame | None) -> dict[str, _Place]:
    """Totals by subdistrict. One Python loop over some hundred records beats a pandas groupby per column."""
    amounts = records["amount_satang"].astype("Int64")
    is_counted = records["counted_in"].isna() if "counted_in" in records else pd.Series(True, index=records.index)
    lists = (
        records["village_codes"] if "village_codes" in records else pd.Series(None, index=records.index, dtype=object)
    )
    estimated = records["is_estimated"].astype(bool)
    if "shared_by" in records:  # shared equally or by population is an estimate, by stated amounts is not
        estimated = estimated | records["shared_by"].isin(["equal", "population"]).fillna(False).astype(bool)
    columns = [
        records[name] for name in ("subdistrict_code", "support_id", "agency_code", "stream_code", "village_code")
    ]
    columns += [lists, records["area_level"], amounts, amounts.isna() & is_counted, estimated]
    registered_villages = None if villages is None else set(villages["village_code"].tolist())
    places: dict[str, _Place] = {}
    for code, support, agency, stream, village, listed, level, satang, without, is_estimate in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        place = places.setdefault(code, _Place())
        place.supports.add(support)
        place.agencies.add(agency if isinstance(agency, str) else None)
        place.streams.add(stream if isinstance(stream, str) else None)
        named = [village, *(listed.split(",") if isinstance(listed, str) else ())]
        place.villages.update(
            village_named
            for village_named in named
            if isinstance(village_named, str) and (registered_villages is None or village_named in registered_villages)
        )
        place.whole_subdistrict |= level != "village" and not isinstance(listed, str)
        place.supports_without_amount += bool(without)
        place.is_estimated |= is_estimate
        if satang is not pd.NA:
            place.amount_satang = satang + (place.amount_satang or 0)
    return places


def _in_order(reached: dict[str, _Place], codes: list[str]) -> dict[str, Any]:
    """Columns from :func:`_reached`, in the order of ``codes``."""
    places = [reached.get(code, NOWHERE) for code in codes]

    def counts(name: str) -> np.ndarray:
        return np.array([len(getattr(place, name) - {None}) for place in places], dtype="int64")

    return {
        "supports": counts("supports"),
        "agencies": counts("agencies"),
        "streams": counts("streams"),
        "covered_villages": counts("villages"),
        "whole_subdistrict": np.array([place.whole_subdistrict for place in places], dtype=bool),
        "supports_without_amount": np.array([place.supports_without_amount for place in places], dtype="int64"),
        "is_estimated": np.array([place.is_estimated for place in places], dtype=bool),
        "amount_satang": pd.array([place.amount_satang for place in places], dtype="Int64"),
    }


def _is_supported_above(
    areas: pd.DataFrame, higher: pd.DataFrame, local_governments: pd.DataFrame | None
) -> np.ndarray:
    """Mask of subdistricts within the area of a record written above the subdistrict level."""
    provinces: set[str] = set()
    districts: set[str] = set()
    acting: set[str] = set()
    columns = (higher[name].tolist() for name in ("area_level", "area_code", "district_code", "province_code"))
    for level, code, district, province in zip(*columns, strict=True):
        if level == "province":
            provinces.add(province)
        elif level == "local_government" and local_governments is not None:
            acting.add(code)
        else:
            districts.add(district)
    met = set()
    if local_governments is not None and acting:
        met = set(local_governments.loc[local_governments["entity_code"].isin(acting), "subdistrict_code"])
    places = zip(areas["subdistrict_code"].tolist(), areas["district_code"].tolist(), strict=True)
    return np.array(
        [subdistrict in met or within in districts or subdistrict[:2] in provinces for subdistrict, within in places],
        dtype=bool,
    )


def _village_counts(areas: pd.DataFrame, villages: pd.DataFrame | None) -> np.ndarray:
    """Villages per subdistrict from the register, or from ``areas`` without one.

    NA, never zero, in a province of which the register has no village at all.
    """
    if villages is None:
        return areas["villages"].astype("Int64").to_numpy()
    counts = Counter(code for code in villages["subdistrict_code"].tolist() if isinstance(code, str))
    known_provinces = {code[:2] for code in counts}
    codes = areas["subdistrict_code"].tolist()
    return pd.array([counts[code] if code[:2] in known_provinces else None for code in codes], dtype="Int64").to_numpy()


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
    """Coverage of every subdistrict by support records.

    Parameters
    ----------
    support
        Filtered support records, possibly with parts from :func:`geo.coverage.splits.split` (``is_estimated``). With a
        fiscal year keep the records without one: a subdistrict that has only these is not known, never "none".
        For many choices of one year pass the result of :func:`counted`.
    areas
        ``subdistrict_code``, ``district_code``, ``population``, ``households``, ``villages``.
    villages
        Register of the chosen day (``village_code``, ``subdistrict_code``); ``None`` = use ``areas.villages``.
    spoken
        From :func:`geo.coverage.heard.heard`, one row per subdistrict in the order of ``areas``.
    fiscal_year
        Restrict the records to this year, each satang in one year only (:func:`geo.periods.of_fiscal_year`).
    villages_only
        The programme can reach villages only: a subdistrict without villages is then *not applicable*.
    local_governments
        Links ``entity_code``, ``subdistrict_code``: a local government in one subdistrict rolls up to it.

    Returns
    -------
    DataFrame
        One row per subdistrict in the order of ``areas``: ``supports``, ``agencies``, ``streams`` (counts),
        ``amount_satang`` (NA = none stated), ``supports_without_amount``, ``per_head_baht`` (NA without population),
        ``villages``, ``covered_villages``, ``village_share`` (0-1 of the villages; NA where there are none),
        ``whole_subdistrict`` (a record for the subdistrict itself), ``is_estimated``, ``undated`` (number of records
        without a year; 0 without ``fiscal_year``), ``status`` (:func:`geo.statuses.decide`), ``owed``,
        ``missing_bases``, ``completeness``, ``waiting`` (quarantined rows that may concern it; if any, never "none"),
        ``supported_above`` (a record of a larger area reaches it and is not split).
    """
    require_columns(areas, [*CARRIED, "villages"], "areas")
    records = support if isinstance(support, Counted) else counted(support, areas, fiscal_year, local_governments)
    table = areas[CARRIED].reset_index(drop=True)
    codes = table["subdistrict_code"].tolist()
    table = table.assign(
        **_in_order(_reached(records.placed, villages), codes), villages=_village_counts(areas, villages)
    )
    table["per_head_baht"] = _ratio(table["amount_satang"], table["population"]) / 100
    table["village_share"] = _ratio(table["covered_villages"], table["villages"]).clip(upper=1)
    without_year = Counter(records.undated["subdistrict_code"].tolist())
    table = table.assign(
        **{column: spoken[column].to_numpy() for column in ("owed", "missing_bases", "completeness", "waiting")},
        undated=[without_year[code] for code in codes],
        supported_above=_is_supported_above(areas, records.higher, local_governments),
    )
    can_be_reached = ~(villages_only & table["villages"].fillna(1).eq(0))
    table["status"] = decide(
        table["supports"] > 0, told(table), can_be_reached=can_be_reached, in_doubt=table["undated"] > 0
    )
    return table


def _ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Quotient, NA where either value is NA or the denominator is not positive."""
    above, below = (column.to_numpy(dtype=float, na_value=np.nan) for column in (numerator, denominator))
    is_known = ~np.isnan(above) & (below > 0)
    share = np.divide(above, below, out=np.zeros(len(above)), where=is_known)
    return pd.Series(pd.arrays.FloatingArray(share, ~is_known), index=numerator.index)


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
    """:func:`coverage` for each of ``values`` of ``theme_code``, ``agency_code`` or ``stream_code`` (``key``).

    ``spoken`` maps a value to its frame of :func:`geo.coverage.heard.heard`; the other arguments are those of
    :func:`coverage`. Returns the tables stacked, with ``key`` as first column.
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
