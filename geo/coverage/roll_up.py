"""Records of mixed resolution: villages roll up to their subdistrict, larger areas are split only on request.

A record at district, network, local-government or province level stays at its level; its money is counted in the
"strip" (baht without a subdistrict). Only a split that a person names puts it on the map, marked as an estimate.
Money is integer satang throughout; map + strip equals the input exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from geo.coverage.splits import SplitMethod, largest_remainder, split, unsplit
from geo.frames import is_one_of, require_columns

OWN_LEVELS = ("village", "subdistrict")
HIGHER_LEVELS = ("local_government", "district", "network", "province")
STRIP_LEVELS = (*HIGHER_LEVELS, "outside", "not_placed")
SPLIT_METHODS: tuple[SplitMethod, ...] = ("equal", "population", "villages")
__all__ = [
    "SPLIT_METHODS",
    "RolledUp",
    "SplitMethod",
    "largest_remainder",
    "roll_up",
    "split",
    "spread",
    "strip_of",
    "unsplit",
]
NEEDED = [
    "support_id",
    "area_level",
    "area_code",
    "subdistrict_code",
    "district_code",
    "province_code",
    "amount_satang",
]


@dataclass(frozen=True)
class RolledUp:
    """Support records by the level at which they can be drawn.

    ``by_subdistrict``: records with a subdistrict of ``areas`` (``rolled_from`` = level they were written at).
    ``higher``: records at local-government, district, network or province level that belong to ``areas``.
    ``off_map``: records outside ``areas`` or without a usable place (``strip_level`` says which).
    """

    by_subdistrict: pd.DataFrame
    higher: pd.DataFrame
    off_map: pd.DataFrame

    @cached_property
    def strip(self) -> pd.DataFrame:
        """:func:`strip_of` the records without a subdistrict; computed on first use, as coverage does not need it."""
        rest = pd.concat([self.higher["amount_satang"], self.off_map["amount_satang"]])
        return strip_of(rest.to_frame(), pd.concat([self.higher["area_level"], self.off_map["strip_level"]]))


def _with_single_governments(support: pd.DataFrame, local_governments: pd.DataFrame | None) -> pd.DataFrame:
    """Fill in the subdistrict of a local government that lies in a single one; one in several keeps its level."""
    support = support.copy()
    if "is_estimated" not in support:
        support["is_estimated"] = False
    if local_governments is None:
        return support
    alone = support["area_level"].eq("local_government") & support["subdistrict_code"].isna()
    if not alone.any():
        return support
    links = local_governments.drop_duplicates(["entity_code", "subdistrict_code"])
    home = links.drop_duplicates("entity_code", keep=False).set_index("entity_code")["subdistrict_code"]
    support.loc[alone, "subdistrict_code"] = (
        support.loc[alone, "area_code"].map(home).astype(support["subdistrict_code"].dtype)
    )
    return support


def _strip_level(rest: pd.DataFrame, areas: pd.DataFrame) -> pd.Series:
    """Level in the strip of records that are not drawn in a subdistrict."""
    districts, provinces = set(areas["district_code"]), set(areas["subdistrict_code"].str[:2])
    level = rest["area_level"].where(rest["area_level"].isin(HIGHER_LEVELS), "not_placed").astype("str")
    beyond = (
        rest["subdistrict_code"].notna()  # a subdistrict outside ``areas``
        | (rest["area_level"].eq("district") & ~rest["district_code"].isin(districts))
        | (rest["area_level"].eq("province") & ~rest["province_code"].isin(provinces))
    )
    return level.mask(beyond, "outside")


def strip_of(records: pd.DataFrame, levels: pd.Series) -> pd.DataFrame:
    """One row per :data:`STRIP_LEVELS`: ``level``, ``supports``, ``amount_satang``, ``without_amount`` (a count).

    ``amount_satang``: 0 for a level without records, NA where no record of the level states an amount.
    """
    amounts = records["amount_satang"].astype("Int64")
    table = pd.DataFrame({"level": levels, "amount_satang": amounts, "without_amount": amounts.isna()})
    groups = table.groupby("level")
    table = groups.agg(supports=("without_amount", "size"), without_amount=("without_amount", "sum"))
    table.insert(1, "amount_satang", groups["amount_satang"].sum(min_count=1))
    return table.reindex(STRIP_LEVELS, fill_value=0).astype("Int64").rename_axis("level").reset_index()


def roll_up(support: pd.DataFrame, areas: pd.DataFrame, local_governments: pd.DataFrame | None = None) -> RolledUp:
    """Divide support records (columns :data:`NEEDED`) into those with a subdistrict of ``areas`` and the others.

    With ``local_governments`` (``entity_code``, ``subdistrict_code``) a local government in a single subdistrict rolls
    up to it as a village does. Raises ``ValueError`` for missing columns.
    """
    require_columns(support, NEEDED, "support")
    require_columns(areas, ["subdistrict_code", "district_code"], "areas")
    support = _with_single_governments(support, local_governments)
    in_areas = is_one_of(support["subdistrict_code"], areas["subdistrict_code"])
    placed = in_areas & (
        support["area_level"].isin([*OWN_LEVELS, "local_government"]) | support["is_estimated"].astype(bool)
    )
    rest = support[~placed]
    levels = _strip_level(rest, areas)
    is_higher = levels.isin(HIGHER_LEVELS)
    return RolledUp(
        by_subdistrict=support[placed].assign(rolled_from=support.loc[placed, "area_level"]),
        higher=rest[is_higher],
        off_map=rest[~is_higher].assign(strip_level=levels[~is_higher]),
    )


def spread(
    support: pd.DataFrame,
    areas: pd.DataFrame,
    method: SplitMethod | None,
    local_governments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Records with those above the subdistrict split by ``method``; ``None`` returns ``support`` itself.

    ``areas`` and ``local_governments`` as in :func:`geo.coverage.splits.split`. Parts have ``is_estimated`` True. What
    cannot be split (networks, an unknown weight) or is off the map is unchanged, and so is the sum in satang.
    """
    if method is None:
        return support
    rolled = roll_up(support, areas, local_governments)
    if rolled.higher.empty:
        return support
    parts = split(rolled.higher, areas, method, local_governments)
    rest = support.loc[support.index.difference(rolled.higher.index)]
    return pd.concat(
        [rest.assign(is_estimated=False, split_method=pd.NA), parts.astype({"split_method": "string"})],
        ignore_index=True,
    )
