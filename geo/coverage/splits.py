"""Named splits: distribute money written above the subdistrict by a stated rule, marked as estimated and reversible."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import pandas as pd

from loaders.shares import largest_remainder

SplitMethod = Literal["equal", "population", "villages"]


def _weights(areas: pd.DataFrame, method: SplitMethod) -> pd.DataFrame:
    """``subdistrict_code``, ``district_code``, ``weight`` (NA = not known), sorted by code."""
    if method not in ("equal", "population", "villages"):
        raise ValueError(f"split method {method!r} is unknown; expected equal, population or villages")
    weight = pd.Series(1, index=areas.index) if method == "equal" else areas[method]
    table = areas[["subdistrict_code", "district_code"]].assign(weight=weight.astype("Int64"))
    return table.sort_values("subdistrict_code", ignore_index=True)


def _government_shares(local_governments: pd.DataFrame | None) -> dict[str, list[tuple[str, Fraction]]]:
    """By local government: its subdistricts and its part of each.

    The stated ``share`` (0-1), else 1 when ``coverage`` is ``completely``, else an equal part among the local
    governments of the subdistrict.
    """
    if local_governments is None:
        return {}
    links = local_governments.drop_duplicates(["entity_code", "subdistrict_code"]).sort_values("subdistrict_code")
    meeting = links["subdistrict_code"].map(links["subdistrict_code"].value_counts())
    shares: dict[str, list[tuple[str, Fraction]]] = {}
    stated = links["share"] if "share" in links else pd.Series(pd.NA, index=links.index)
    rows = zip(links["entity_code"], links["subdistrict_code"], links["coverage"], stated, meeting, strict=True)
    for entity, code, cover, share, count in rows:
        part = Fraction(str(share)) if pd.notna(share) else Fraction(1) if cover == "completely" else Fraction(1, count)
        shares.setdefault(entity, []).append((code, part))
    return shares


def _targets(
    table: pd.DataFrame, shares: dict[str, list[tuple[str, Fraction]]]
) -> dict[tuple[str, str], list[tuple[str, Fraction]]]:
    """(level, code) -> subdistricts with exact weights; omitted where a weight is not known or all are zero."""
    weight = dict(zip(table["subdistrict_code"], table["weight"], strict=True))
    reach: dict[tuple[str, str], list[tuple[str, Fraction]]] = {}
    for code, district in zip(table["subdistrict_code"], table["district_code"], strict=True):
        reach.setdefault(("district", district), []).append((code, Fraction(1)))
        # keyed by level: the 2-digit province code must not match the capital district of the same name
        reach.setdefault(("province", code[:2]), []).append((code, Fraction(1)))
    for entity, parts in shares.items():
        reach["local_government", entity] = parts
    usable = {}
    for key, parts in reach.items():
        if all(pd.notna(weight.get(code, pd.NA)) for code, _ in parts):
            weighted = [(code, part * int(weight[code])) for code, part in parts]
            usable |= {key: weighted} if any(value for _, value in weighted) else {}
    return usable


def split(
    support_higher: pd.DataFrame,
    areas: pd.DataFrame,
    method: SplitMethod = "equal",
    local_governments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Split higher-level records over their subdistricts.

    Parameters
    ----------
    support_higher
        ``higher`` of :func:`geo.coverage.roll_up.roll_up`.
    areas
        ``subdistrict_code``, ``district_code``, ``population``, ``villages``.
    method
        Weight of a subdistrict; multiplied by the local government's share of it (:func:`_government_shares`).
    local_governments
        ``entity_code``, ``subdistrict_code``, ``coverage`` and optionally ``share``.

    Returns
    -------
    DataFrame
        One row per record and subdistrict that gets a part: ``subdistrict_code``, ``district_code``,
        ``amount_satang`` and ``people_reached`` by largest remainder (parts add up exactly), ``is_estimated`` True,
        ``split_method``. ``area_level`` and ``area_code`` stay as written. Records that cannot be split (networks;
        an unknown weight) come back unchanged with ``is_estimated`` False and ``split_method`` NA.

    Raises
    ------
    ValueError
        For an unknown ``method``.
    """
    targets = _targets(_weights(areas, method), _government_shares(local_governments))
    home = dict(zip(areas["subdistrict_code"], areas["district_code"], strict=True))
    level_codes = {"district": "district_code", "province": "province_code", "local_government": "area_code"}
    rows = []
    for record in support_higher.to_dict("records"):
        level = record["area_level"]
        parts = targets.get((level, record[level_codes[level]])) if level in level_codes else None
        if parts is None:
            rows.append(record | {"is_estimated": False, "split_method": None})
            continue
        held = [(code, weight) for code, weight in parts if weight]
        shares = _shares(record, [weight for _, weight in held])
        for (code, _), share in zip(held, shares, strict=True):
            rows.append(record | share | _estimated_at(code, home, method))
    columns = [*dict.fromkeys([*support_higher.columns, "is_estimated", "split_method"])]
    return _like(pd.DataFrame(rows, columns=columns), support_higher)


def _shares(record: dict, weights: list[Fraction]) -> list[dict[str, object]]:
    """Money and people of a record divided by the weights, one dict per weight; NA stays NA."""
    shared = {}
    for column in ("amount_satang", "people_reached"):
        if column in record:
            is_known = pd.notna(record[column])
            shared[column] = largest_remainder(int(record[column]), weights) if is_known else [pd.NA] * len(weights)
    return [dict(zip(shared, part, strict=True)) for part in zip(*shared.values(), strict=True)]


def _estimated_at(code: str, home: dict[str, str], method: str) -> dict[str, object]:
    return {
        "subdistrict_code": code,
        "district_code": home.get(code, code[:4]),
        "is_estimated": True,
        "split_method": method,
    }


def _like(rows: pd.DataFrame, original: pd.DataFrame) -> pd.DataFrame:
    kinds = {
        column: original[column].dtype for column in original.columns if column in rows and column != "is_estimated"
    }
    return rows.astype(kinds | {"is_estimated": bool, "split_method": "str"})


def unsplit(parts: pd.DataFrame, original: pd.DataFrame) -> pd.DataFrame:
    """Undo :func:`split`: the rows of ``original`` that the parts come from.

    Raises ``ValueError`` when the parts do not add up to ``original`` (a part was lost or doubled).
    """
    ids = parts["support_id"].unique()
    back = original[original["support_id"].isin(ids)]
    came = parts["amount_satang"].astype("Int64").groupby(parts["support_id"]).sum()
    stated = back.set_index("support_id")["amount_satang"].astype("Int64").fillna(0)
    wrong = came[came.ne(stated.reindex(came.index)).fillna(True)]
    if len(wrong):
        raise ValueError(
            f"parts of {len(wrong)} records (support_id {list(wrong.index[:3])}) differ from their records; "
            f"expected equal satang; split the original records anew"
        )
    return back
