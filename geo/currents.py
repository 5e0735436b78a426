"""Currents of money: stream -> agency -> theme -> place, as widths that add up to the satang.

Nothing is left out to make the picture nicer: money without a stream, a theme or a place has its own end, what is too
small for a line of its own is gathered under :data:`OTHER`, and money paid back (below zero) is told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.periods import fiscal_year_bounds, in_fiscal_year, periods, require_columns
from geo.roll_up import STRIP_LEVELS, roll_up

STEPS = ("stream_code", "agency_code", "theme_code", "place_code")
NOT_CODED = ""  # the end of money whose stream, agency or theme is not written
OTHER = "other"
ENDS = frozenset({NOT_CODED, *STRIP_LEVELS})


@dataclass(frozen=True)
class Currents:
    """``paths``: one row per way the money goes (``STEPS``, ``kind`` regular / special / "", ``supports``, ``amount_satang``).

    ``total_satang`` is the sum of ``paths``; ``returned_satang`` the sum of amounts below zero, which have no width;
    ``without_amount`` the number of records that state none. Total + returned = what the records state.
    """

    paths: pd.DataFrame
    total_satang: int
    returned_satang: int
    without_amount: int


@dataclass(frozen=True)
class Sankey:
    """A drawing in units of ``width`` x ``height``.

    ``nodes``: ``step`` (0-3), ``code``, ``amount_satang``, ``x``, ``y``, ``thickness``. ``links``: ``step`` (0-2, the
    step it leaves), ``source``, ``target``, ``kind``, ``amount_satang``, ``x0``, ``x1``, ``y0``, ``y1`` (upper edges),
    ``thickness``. ``scale``: units per satang.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    width: float
    height: float
    node_width: float
    scale: float


def place_of_money(
    support: pd.DataFrame, areas: pd.DataFrame, local_governments: pd.DataFrame | None = None, classes: Mapping[str, str] | None = None
) -> pd.Series:
    """Where each record's money ends: a district code, or the level of the strip when it has no district of ours.

    With ``classes`` (subdistrict_code -> A, B, C) the ends are those classes, ``unclassed`` for a subdistrict without
    one, and the strip's level for money above the subdistrict, the district's included.
    """
    rolled = roll_up(support, areas, local_governments)
    placed = rolled.by_subdistrict["subdistrict_code"]
    home = areas.set_index("subdistrict_code")["district_code"]
    own = placed.map(home) if classes is None else placed.map(classes).fillna("unclassed")
    above = rolled.higher["area_level"]
    if classes is None:
        named = rolled.higher["district_code"]
        above = named.where(named.isin(set(areas["district_code"])), above)
    return pd.concat([own.astype("str"), above.astype("str"), rolled.off_map["strip_level"].astype("str")]).reindex(support.index)


def currents(
    support: pd.DataFrame, areas: pd.DataFrame, local_governments: pd.DataFrame | None = None, classes: Mapping[str, str] | None = None
) -> Currents:
    """Sum the money of filtered support records by stream, agency, theme and place."""
    require_columns(support, ["stream_code", "stream_kind", "agency_code", "theme_code", "amount_satang"], "support")
    support = support.reset_index(drop=True)
    amount = support["amount_satang"].astype("Int64")
    table = pd.DataFrame(
        {step: support[step].astype("object").where(support[step].notna(), NOT_CODED).astype("str") for step in STEPS[:3]}
        | {"place_code": place_of_money(support, areas, local_governments, classes)}
        | {"kind": support["stream_kind"].astype("object").where(support["stream_kind"].notna(), "").astype("str"), "amount_satang": amount}
    )
    flowing = table[(amount > 0).fillna(False).astype(bool)]
    paths = flowing.groupby([*STEPS, "kind"], as_index=False).agg(supports=("amount_satang", "size"), amount_satang=("amount_satang", "sum"))
    paths = paths.sort_values(["amount_satang", *STEPS], ascending=[False, True, True, True, True], ignore_index=True)
    returned = amount[(amount < 0).fillna(False).astype(bool)]
    return Currents(paths.astype({"amount_satang": "int64"}), int(paths["amount_satang"].sum()), int(returned.sum()), int(amount.isna().sum()))


def fold(paths: pd.DataFrame, keep: int | Mapping[str, int]) -> pd.DataFrame:
    """Gather the smallest of each step under :data:`OTHER`, so that at most ``keep`` stay beside it; ends are never gathered."""
    table = paths.copy()
    for step in STEPS:
        most = keep if isinstance(keep, int) else keep.get(step, len(table))
        sizes = table[~table[step].isin(ENDS)].groupby(step)["amount_satang"].sum().sort_values(ascending=False, kind="stable")
        if len(sizes) > most + 1:  # gathering one alone would only take its name away
            table[step] = table[step].mask(table[step].isin(sizes.index[most:]), OTHER)
    return table.groupby([*STEPS, "kind"], as_index=False)[["supports", "amount_satang"]].sum()


def _nodes(paths: pd.DataFrame, step: int) -> pd.DataFrame:
    """Codes of a step, largest first, what is gathered and the ends last."""
    sizes = paths.groupby(STEPS[step], as_index=False)["amount_satang"].sum().set_axis(["code", "amount_satang"], axis="columns")
    last = sizes["code"].eq(OTHER).astype(int) + 2 * sizes["code"].isin(ENDS).astype(int)
    ordered = sizes.assign(last=last, step=step).sort_values(["last", "amount_satang", "code"], ascending=[True, False, True])
    return ordered[["step", "code", "amount_satang"]].reset_index(drop=True)


def sankey(
    paths: pd.DataFrame, *, width: float = 1000, height: float = 480, node_width: float = 10, gap: float = 4, slot: float = 24, right: float = 200
) -> Sankey:
    """Lay the paths out in four columns.

    Parameters
    ----------
    paths
        From :func:`currents`, gathered by :func:`fold` as wished.
    height
        Height of the fullest column's money; the drawing grows when many small nodes need their ``slot`` (the room a
        label takes).
    right
        Room for the labels of the last column.
    """
    columns = [_nodes(paths, step) for step in range(len(STEPS))]
    total = int(paths["amount_satang"].sum())
    scale = height / total if total else 0.0
    placed, tallest = [], 0.0
    for step, column in enumerate(columns):
        thickness = column["amount_satang"] * scale
        rooms = np.maximum(thickness, slot) + gap
        x = step * (width - right - node_width) / (len(STEPS) - 1)
        placed.append(column.assign(x=x, y=np.concatenate([[0.0], rooms.cumsum()[:-1]]) if len(column) else [], thickness=thickness))
        tallest = max(tallest, float(rooms.sum()))
    nodes = pd.concat(placed, ignore_index=True)
    return Sankey(nodes, _links(paths, nodes, node_width, scale), width, tallest, node_width, scale)


def _links(paths: pd.DataFrame, nodes: pd.DataFrame, node_width: float, scale: float) -> pd.DataFrame:
    """Ribbons between neighbouring steps; at each node they lie in the order of the other end, so that few cross."""
    ribbons = []
    for step in range(len(STEPS) - 1):
        keys = [STEPS[step], STEPS[step + 1], "kind"]
        table = paths.groupby(keys, as_index=False)["amount_satang"].sum().set_axis(["source", "target", "kind", "amount_satang"], axis="columns")
        here, there = (nodes[nodes["step"].eq(number)].set_index("code") for number in (step, step + 1))
        table = table.assign(step=step, thickness=table["amount_satang"] * scale, x0=here["x"].max() + node_width, x1=there["x"].max())
        table["top"], table["bottom"] = table["source"].map(here["y"]), table["target"].map(there["y"])
        table = table.sort_values(["top", "bottom", "kind"], ignore_index=True)
        table["y0"] = table["top"] + table.groupby("source")["thickness"].cumsum() - table["thickness"]
        table = table.sort_values(["bottom", "top", "kind"], ignore_index=True)
        table["y1"] = table["bottom"] + table.groupby("target")["thickness"].cumsum() - table["thickness"]
        ribbons.append(table.drop(columns=["top", "bottom"]))
    return pd.concat(ribbons, ignore_index=True)


def account(support: pd.DataFrame, areas: pd.DataFrame, local_governments: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every satang once: ``theme_code`` ("" = not coded) x ``where`` (``subdistrict`` = on the map, else the strip's level).

    Returns
    -------
    DataFrame
        ``theme_code``, ``where``, ``supports``, ``amount_satang``, ``without_amount``; its sums are those of ``support``.
    """
    support = support.reset_index(drop=True)
    rolled = roll_up(support, areas, local_governments)
    where = pd.Series("subdistrict", index=support.index, dtype="object")
    where[rolled.higher.index] = rolled.higher["area_level"]
    where[rolled.off_map.index] = rolled.off_map["strip_level"]
    amount = support["amount_satang"].astype("Int64")
    theme = support["theme_code"].astype("object").where(support["theme_code"].notna(), NOT_CODED).astype("str")
    table = pd.DataFrame({"theme_code": theme, "where": where.astype("str"), "amount": amount.fillna(0), "unstated": amount.isna()})
    return table.groupby(["theme_code", "where"], as_index=False).agg(
        supports=("amount", "size"), amount_satang=("amount", "sum"), without_amount=("unstated", "sum")
    )


def history(support: pd.DataFrame, streams: pd.DataFrame, fiscal_year: int | None) -> pd.DataFrame:
    """Streams over time: what runs in the year, what has ended before it and how much it brought.

    Parameters
    ----------
    support
        All records, of every year.
    streams
        ``code``, ``kind``, ``starts_on``, ``ends_on`` (NA = not stated).
    fiscal_year
        The year looked at; ``None`` = none, everything counts as running.

    Returns
    -------
    DataFrame
        ``stream_code``, ``kind``, ``starts_on``, ``ends_on`` (declared, else of its records; NaT = not known),
        ``is_declared`` (the end is the stream's own), ``supports``, ``amount_satang`` (all years; NA = none stated),
        ``year_satang`` (of the year), ``year_supports``, ``state``: ``running`` (has records in the year, or its period
        holds it), ``ended``, ``not_started``, ``not_known``. Ended ones last.
    """
    records = support[support["stream_code"].notna()]
    when = periods(records)
    records = records.assign(starts=when["starts"], ends=when["ends"], amount=records["amount_satang"].astype("Int64"))
    grouped = records.groupby("stream_code")
    table = grouped.agg(supports=("amount", "size"), starts=("starts", "min"), ends=("ends", "max"))
    table["amount_satang"] = grouped["amount"].sum(min_count=1)
    declared = streams.drop_duplicates("code").set_index("code").reindex(table.index)
    table["kind"] = declared["kind"]
    own = {name: pd.to_datetime(declared[name], errors="coerce").astype("datetime64[s]") for name in ("starts_on", "ends_on")}
    table["is_declared"] = own["ends_on"].notna()
    table["starts_on"], table["ends_on"] = own["starts_on"].fillna(table["starts"]), own["ends_on"].fillna(table["ends"])
    now = records[in_fiscal_year(records, fiscal_year)] if fiscal_year is not None else records
    table["year_supports"] = now["stream_code"].value_counts().reindex(table.index).fillna(0).astype("int64")
    table["year_satang"] = now.groupby("stream_code")["amount"].sum(min_count=1).reindex(table.index).astype("Int64")
    table["state"] = _states(table, fiscal_year)
    order = table["state"].map({"running": 0, "not_started": 1, "not_known": 2, "ended": 3})
    table = table.assign(order=order).sort_values(["order", "amount_satang"], ascending=[True, False]).reset_index()
    return table[["stream_code", "kind", "starts_on", "ends_on", "is_declared", "supports", "amount_satang", "year_supports", "year_satang", "state"]]


def _states(table: pd.DataFrame, fiscal_year: int | None) -> pd.Series:
    if fiscal_year is None:
        return pd.Series("running", index=table.index)
    first, last = (pd.Timestamp(day) for day in fiscal_year_bounds(fiscal_year))
    has_records = table["year_supports"] > 0
    unknown = table["starts_on"].isna() & table["ends_on"].isna()
    choice = np.select(
        [has_records, unknown, table["ends_on"] < first, table["starts_on"] > last], ["running", "not_known", "ended", "not_started"], "running"
    )
    return pd.Series(choice, index=table.index)


