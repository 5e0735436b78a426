"""Questions about money: doubled, per head, and where a strong current hits a weak community."""

from __future__ import annotations

import pandas as pd

from geo.money.alignment import strong_on_weak
from geo.questions.context import NOTHING_STYLES, Answer, Context, painted, variant


def duplication(context: Context) -> Answer:
    """Where duplication is suspected, and how much money is at stake."""
    found = context.overlaps()
    table = found.by_area
    suspected = table[(table["suspected_duplication"] > 0) & table["subdistrict_code"].notna()]
    suspected = suspected[context.is_inside(suspected["subdistrict_code"])].sort_values(
        ["at_stake_satang", "area_code"], ascending=[False, True]
    )
    pairs = found.pairs[
        found.pairs["outcome"].eq("suspected_duplication") & context.is_inside(found.pairs["subdistrict_code"])
    ]
    blanks = {
        "pairs": len(pairs),
        "places": len(suspected),
        "stake_satang": suspected["at_stake_satang"].sum(min_count=1) if len(suspected) else 0,
    }
    styles = {
        "f": ("found", "outcome_suspected_duplication"),
        "b": ("some", "outcome_not_known"),
        "r": ("rest", "answer_no_duplication"),
    } | NOTHING_STYLES
    unsure = table.loc[table["outcome"].eq("not_known") & table["subdistrict_code"].notna(), "subdistrict_code"]
    classes = dict.fromkeys(unsure, "b") | dict.fromkeys(suspected["subdistrict_code"], "f")
    badges = {str(row.subdistrict_code): int(row.suspected_duplication) for row in suspected.itertuples()}
    known = bool(context.inside["status"].eq("covered").any())
    listed = suspected[["subdistrict_code", "suspected_duplication", "at_stake_satang"]]
    return Answer(
        painted(context, classes),
        styles,
        variant("duplication", len(suspected), known),
        blanks,
        listed,
        ("overlaps", {}),
        badges,
    )


def per_head(context: Context) -> Answer:
    """Which districts get the most and the least baht per head; money that names no subdistrict is not in it."""
    inside = context.inside
    stated = inside["status"].eq("none") | inside["amount_satang"].notna()
    known = inside[stated & inside["population"].notna()]
    grouped = known.groupby("district_code")
    table = grouped.agg(
        amount_satang=("amount_satang", "sum"), population=("population", "sum"), known=("subdistrict_code", "size")
    ).reset_index()
    table["all"] = table["district_code"].map(inside["district_code"].value_counts())
    table["per_head_baht"] = (
        table["amount_satang"].astype("Float64")
        / 100
        / table["population"].astype("Float64").mask(table["population"].eq(0))
    )
    table = table.dropna(subset=["per_head_baht"]).sort_values(
        ["per_head_baht", "district_code"], ascending=[False, True], ignore_index=True
    )
    rate = table["per_head_baht"].rank(pct=True)
    fifth = pd.Series((rate * 5 - 1e-9).clip(0, 4.999).astype(int).astype(str).to_numpy(), index=table["district_code"])
    home = context.coverage.set_index("subdistrict_code")["district_code"].map(fifth).dropna()
    first, last = (table.iloc[0], table.iloc[-1]) if len(table) else ({}, {})
    blanks = {"most_code": first.get("district_code"), "most_per_head": first.get("per_head_baht"), "least_code": last.get("district_code"),
              "least_per_head": last.get("per_head_baht"), "districts": len(table), "known": len(known), "all": len(inside)}  # fmt: skip
    styles = {str(number): (f"scale{number}", f"answer_fifth_{number}") for number in (4, 3, 2, 1, 0)} | NOTHING_STYLES
    values = context.coverage.set_index("subdistrict_code")["district_code"].map(
        table.set_index("district_code")["per_head_baht"]
    )
    classes = painted(context, home.to_dict(), "u", values)
    return Answer(
        classes,
        styles,
        variant("per_head", len(table), len(table) > 1),
        blanks,
        table,
        ("coverage", {"measure": "per_head_baht"}),
        unit="unit_per_head_baht",
    )


def strong_current_on_weak(context: Context) -> Answer:
    """Where a strong current hits a weak community."""
    table = strong_on_weak(context.coverage, context.strength)
    bar = table.attrs["strong_from_baht"]
    strong, weak = table["is_strong"], table["is_weak"]
    keys = (
        pd.Series("r", index=table.index)
        .mask(strong.fillna(False).astype(bool), "s")
        .mask(weak.fillna(False).astype(bool), "b")
    )
    keys = keys.mask(table["is_flagged"].fillna(False).astype(bool), "f").mask(weak.isna() | strong.isna(), "u")
    inside = table[context.is_inside(table["subdistrict_code"])]
    listed = inside[inside["is_flagged"].fillna(False).astype(bool)].sort_values(
        ["per_head_baht", "subdistrict_code"], ascending=[False, True]
    )
    unknown = int((inside["is_weak"].isna() | inside["is_strong"].isna()).sum())
    blanks = {"places": len(listed), "bar_per_head": bar, "unknown": unknown, "all": len(inside)}
    styles = {"f": ("found", "answer_strong_on_weak"), "b": ("beside", "answer_weak_only"), "s": ("some", "answer_strong_only"),
              "r": ("rest", "answer_neither"), "u": ("not_reported", "answer_strength_unknown")}  # fmt: skip
    values = table.set_index("subdistrict_code")["per_head_baht"]
    classes = painted(context, dict(zip(table["subdistrict_code"], keys, strict=True)), "u", values)
    sentence = variant("strong_current_on_weak", len(listed), unknown < len(inside))
    return Answer(
        classes,
        styles,
        sentence,
        blanks,
        listed[["subdistrict_code", "per_head_baht"]],
        ("currents", {}),
        unit="unit_per_head_baht",
    )
