"""Maps of a room by a figure instead of the number of entries: of funds, indicators, village plans, stages."""

from __future__ import annotations

import pandas as pd

from geo import progress, registers
from geo.maps.board import ClassStyle
from geo.maps.breaks import class_breaks, classify
from geo.maps.palette import CALL, ROLES
from geo.money import funds
from geo.registers import Register
from pages.components import map_layer as layers
from pages.queries import store as queries
from pages.session.scope import Scope

SHOWN = {
    "funds": ("entries", *funds.MEASURES),
    "communities": ("entries", "planned_share"),
    "indicators": ("value", "share", "entries"),
    "stage": ("reached_share", "entries"),
}
ZERO, BELOW, NOT_KNOWN = "z", "b", "u"
UNITS = {"satang": "unit_amount_baht", "share": "unit_percent_of", "growth": "unit_percent_of", "value": "unit_figure"}


def layer(scope: Scope, register: Register, entries: pd.DataFrame, shown: str) -> layers.Choropleth:
    """Map of one figure per subdistrict in quantile classes; zero, below zero and not known have their own classes."""
    codes = queries.areas(scope, None)["subdistrict_code"]
    values = _values(register, entries, shown, codes)
    kind = shown.rpartition("_")[2] if shown != "value" else "value"
    scaled = values / 100 if kind == "satang" else values * 100 if kind in ("share", "growth") else values
    bounds = class_breaks(scaled)
    unit = UNITS[kind]
    styles = layers.scale_styles(_ranges(bounds), unit)
    classes = classify(scaled, bounds).astype("object").map(str)
    for mark, rows, style in (
        (ZERO, scaled.eq(0), ClassStyle(ROLES["rest"], "measure_zero")),
        (BELOW, scaled.lt(0), ClassStyle(CALL[1], "measure_below")),
        (NOT_KNOWN, scaled.isna(), layers.not_known_style("measure_not_known")),
    ):
        hit = rows.fillna(False).astype(bool)
        classes = classes.mask(hit, mark)
        styles |= {mark: style} if hit.any() or mark == NOT_KNOWN else {}
    return layers.Choropleth(styles, codes, classes, scaled.round(1), unit)


def _values(register: Register, entries: pd.DataFrame, shown: str, codes: pd.Series) -> pd.Series:
    if register.name == "funds":
        return funds.by_subdistrict(entries, shown, codes)
    if register.name == "communities":
        return codes.map(progress.planned(entries)["planned_share"]).astype("Float64")
    if register.name == "stage":
        return codes.map(progress.reached(entries)).astype("Float64")
    newest = registers.newest_of_place(entries)
    return codes.map(newest.set_index("subdistrict_code")[shown]).astype("Float64")


def _ranges(bounds: list[float]) -> list[str]:
    """Ranges between the bounds in words, with a decimal where the largest is below 20."""
    form = ",.0f" if bounds and bounds[-1] >= 20 else ",.1f"
    starts = [0.0, *bounds]
    return [f"{low:{form}}–{high:{form}}" for low, high in zip(starts, bounds, strict=False)]
