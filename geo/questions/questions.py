"""The ten questions, each a function from :class:`Context` to :class:`Answer`.

A page turns ``sentence`` (a text key) and ``blanks`` (codes and numbers) into text. The suffix of a blank tells its
form: ``_satang`` money, ``_share`` 0-1, ``_code`` one area, ``_codes`` areas, ``_per_head`` baht; others are integers.
Every answer also counts what is not known: without reports nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from geo.adjacency import beside, neighbours
from geo.coverage.heard import missing_of, told
from geo.coverage.per_head import known_places, rate_of
from geo.frames import known_sum
from geo.money.alignment import strong_on_weak
from geo.questions.context import NOTHING_STYLES, Answer, Context, painted, variant

CROWD = 3  # agencies with records of the same theme


def who_supports(context: Context) -> Answer:
    """Agencies that support the chosen subdistrict; by default the one with the largest population."""
    people = context.inside.sort_values("population", ascending=False)
    code = context.subdistrict or str(people["subdistrict_code"].iloc[0])
    row = context.coverage.set_index("subdistrict_code").loc[code]
    own = context.support[context.support["subdistrict_code"].eq(code).fillna(False)]
    grouped = own.groupby("agency_code")
    listed = grouped.agg(supports=("support_id", "size")).assign(
        amount_satang=grouped["amount_satang"].sum(min_count=1).astype("Int64")
    )
    listed = listed.reset_index().sort_values(
        ["amount_satang", "agency_code"], ascending=[False, True], na_position="last", ignore_index=True
    )
    near = dict.fromkeys(beside(context.adjacency, [code]), "b") | {code: "f"}
    blanks = {"subdistrict_code": code, "agencies": int(row["agencies"]), "amount_satang": row["amount_satang"]}
    values = context.coverage.set_index("subdistrict_code")["agencies"]
    styles = {"f": ("found", "answer_this"), "b": ("beside", "answer_neighbours"), "r": ("rest", "answer_others")}
    is_known = row["status"] != "not_reported"
    return Answer(
        painted(context, near, "r", values),
        styles,
        variant("who_supports", int(row["supports"]), is_known),
        blanks,
        listed,
        ("subdistrict", {"subdistrict": code}),
        unit="unit_agencies",
        chosen=code,
    )


def _of_status(context: Context, code: str, status: str) -> Answer:
    inside = context.inside
    listed = inside[inside["status"].eq(status)].sort_values(
        ["population", "subdistrict_code"], ascending=[False, True]
    )
    blanks = {
        "places": len(listed),
        "all": len(inside),
        "people": known_sum(listed["population"]),
        "unknown": int(inside["status"].eq("not_reported").sum()),
        "above": int(listed["supported_above"].fillna(False).astype(bool).sum()),
        "missing": len(missing_of(inside)),
        "owed": int(inside["owed"].max()),
    }
    styles = {"f": ("found", f"status_{status}"), "r": ("rest", "status_covered")} | NOTHING_STYLES
    is_known = status != "none" or bool(told(inside).eq(1.0).any())
    columns = (
        ["subdistrict_code", "population", "missing_bases", "waiting"]
        if status == "not_reported"
        else ["subdistrict_code", "population", "supported_above"]
    )
    classes = dict.fromkeys(context.coverage.loc[context.coverage["status"].eq(status), "subdistrict_code"], "f")
    return Answer(
        painted(context, classes),
        styles,
        variant(code, len(listed), is_known) + ("_above" if code == "nobody" and is_known and blanks["above"] else ""),
        blanks,
        listed[columns],
        ("coverage", {}),
    )


def nobody(context: Context) -> Answer:
    """Subdistricts in which nobody is at work and every report has come (status *none*)."""
    return _of_status(context, "nobody", "none")


def not_known(context: Context) -> Answer:
    """Subdistricts whose status is *not reported*."""
    return _of_status(context, "not_known", "not_reported")


def crowd_beside_none(context: Context) -> Answer:
    """Subdistricts with :data:`CROWD` agencies or more on a theme, bordering on one that has none of it."""
    stacked, near = context.by_theme(), neighbours(context.adjacency)
    rows = []
    for theme, table in stacked.groupby("theme_code", sort=False):
        crowded = table[table["agencies"] >= CROWD]
        empty = set(table.loc[table["status"].eq("none"), "subdistrict_code"])
        for row in crowded[context.is_inside(crowded["subdistrict_code"])].itertuples():
            open_ = sorted(near.get(row.subdistrict_code, set()) & empty)
            if open_:
                rows.append(
                    {
                        "subdistrict_code": row.subdistrict_code,
                        "theme_code": theme,
                        "agencies": row.agencies,
                        "beside_codes": ",".join(open_),
                    }
                )
    listed = pd.DataFrame(rows, columns=["subdistrict_code", "theme_code", "agencies", "beside_codes"])
    listed = listed.sort_values(["agencies", "subdistrict_code"], ascending=[False, True], ignore_index=True)
    crowds, without = (
        set(listed["subdistrict_code"]),
        {code for codes in listed["beside_codes"] for code in codes.split(",")},
    )
    classes = dict.fromkeys(without, "b") | dict.fromkeys(crowds, "f")
    blanks = {"crowd": CROWD, "places": len(crowds), "neighbours": len(without)}
    styles = {
        "f": ("found", "answer_crowd"),
        "b": ("beside", "answer_without"),
        "r": ("rest", "status_covered"),
    } | NOTHING_STYLES
    is_known = bool(rows) or bool(told(stacked).eq(1.0).any())
    link = {"theme": str(listed["theme_code"].iloc[0])} if len(listed) else {}
    return Answer(
        painted(context, classes),
        styles,
        variant("crowd_beside_none", len(listed), is_known),
        blanks,
        listed,
        ("coverage", link),
        marked=frozenset(crowds & without),
        mark_label="answer_crowd_and_without",
    )


def weak_unsupported(context: Context) -> Answer:
    """Weak subdistricts that nobody supports; those whose status is not known are counted separately."""
    table = context.coverage.merge(
        context.strength()[["subdistrict_code", "strength", "is_weak"]], on="subdistrict_code", how="left"
    )
    weak = table["is_weak"].fillna(False).astype(bool)
    kinds = {"none": "f", "not_reported": "b", "covered": "s", "not_applicable": "x"}
    classes = dict(zip(table.loc[weak, "subdistrict_code"], table.loc[weak, "status"].map(kinds), strict=True))
    classes |= dict.fromkeys(table.loc[table["is_weak"].isna(), "subdistrict_code"], "u")
    inside = table[context.is_inside(table["subdistrict_code"])]
    rows = inside[inside["is_weak"].fillna(False).astype(bool)]
    listed = rows[rows["status"].isin(["none", "not_reported"])].sort_values(
        ["status", "population", "subdistrict_code"], ascending=[True, False, True]
    )
    none = rows[rows["status"].eq("none")]
    blanks = {
        "places": len(none),
        "above": int(none["supported_above"].fillna(False).astype(bool).sum()),
        "unknown": int(rows["status"].eq("not_reported").sum()),
        "weak": len(rows),
        "strength_unknown": int(inside["is_weak"].isna().sum()),
        "all": len(inside),
    }
    styles = {
        "f": ("found", "answer_weak_none"),
        "b": ("beside", "answer_weak_unknown"),
        "s": ("some", "answer_weak_supported"),
        "r": ("rest", "answer_not_weak"),
        "u": ("not_reported", "answer_strength_unknown"),
        "x": ("not_applicable", ""),
    }
    is_known = bool(inside["is_weak"].notna().any())
    sentence = variant("weak_unsupported", blanks["places"], is_known) + (
        "_above" if is_known and blanks["above"] else ""
    )
    return Answer(
        painted(context, classes, "r"),
        styles,
        sentence,
        blanks,
        listed[["subdistrict_code", "status", "population", "missing_bases", "waiting"]],
        ("coverage", {}),
    )


def need_without_help(context: Context) -> Answer:
    """Subdistricts with a high need and nobody at work on it."""
    table = context.needs()
    keys = {
        "gap": "f",
        "unknown_support": "b",
        "served": "s",
        "low_need_none": "r",
        "low_need_supported": "r",
        "unknown_need": "u",
        "not_applicable": "x",
    }
    styles = {
        "f": ("found", "quadrant_gap"),
        "b": ("beside", "quadrant_unknown_support"),
        "s": ("some", "quadrant_served"),
        "r": ("rest", "answer_low_need"),
        "u": ("not_reported", "quadrant_unknown_need"),
        "x": ("not_applicable", ""),
    }
    if table is None:
        nothing = dict.fromkeys(context.coverage["subdistrict_code"], "u")
        blanks = {"places": 0, "unknown": len(context.inside), "people": 0}
        return Answer(
            painted(context, nothing),
            styles,
            "answer_need_without_help_unknown",
            blanks,
            pd.DataFrame(columns=["subdistrict_code"]),
            ("gaps", {}),
        )
    classes = dict(zip(table["subdistrict_code"], table["quadrant"].map(keys), strict=True))
    inside = table[context.is_inside(table["subdistrict_code"])]
    listed = inside[inside["quadrant"].eq("gap")]
    blanks = {
        "places": len(listed),
        "unknown": int(inside["quadrant"].isin(["unknown_support", "unknown_need"]).sum()),
        "people": known_sum(listed["population"]),
    }
    sentence = variant("need_without_help", len(listed), bool(inside["need_value"].notna().any()))
    values = table.set_index("subdistrict_code")["need_value"]
    return Answer(
        painted(context, classes, "r", values),
        styles,
        sentence,
        blanks,
        listed[["subdistrict_code", "need_value", "population"]],
        ("gaps", {}),
        unit="unit_need",
    )


def duplication(context: Context) -> Answer:
    """Subdistricts with suspected duplication, and the money at stake."""
    overlaps = context.overlaps()
    table = overlaps.by_area
    suspected = table[(table["suspected_duplication"] > 0) & table["subdistrict_code"].notna()]
    suspected = suspected[context.is_inside(suspected["subdistrict_code"])].sort_values(
        ["at_stake_satang", "area_code"], ascending=[False, True]
    )
    pairs = overlaps.pairs[
        overlaps.pairs["outcome"].eq("suspected_duplication") & context.is_inside(overlaps.pairs["subdistrict_code"])
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
    is_known = bool(context.inside["status"].eq("covered").any())
    listed = suspected[["subdistrict_code", "suspected_duplication", "at_stake_satang"]]
    return Answer(
        painted(context, classes),
        styles,
        variant("duplication", len(suspected), is_known),
        blanks,
        listed,
        ("overlaps", {}),
        badges,
    )


def per_head(context: Context) -> Answer:
    """Districts with the highest and the lowest baht per head, over subdistricts for which the money is known.

    Districts with a missing report are marked, and are neither highest nor lowest if two complete districts exist.
    Money at district level is not in the rate; ``moved`` counts the districts whose rank it would change.
    """
    table = _district_rates(context)
    heard = table[~table["is_silent"]]
    compared = heard if len(heard) > 1 else table
    rate = table["per_head_baht"].rank(pct=True)
    fifth = pd.Series((rate * 5 - 1e-9).clip(0, 4.999).astype(int).astype(str).to_numpy(), index=table["district_code"])
    home = context.coverage.set_index("subdistrict_code")["district_code"]
    first, last = (compared.iloc[0], compared.iloc[-1]) if len(table) else ({}, {})
    blanks = {
        "most_code": first.get("district_code"),
        "most_per_head": first.get("per_head_baht"),
        "least_code": last.get("district_code"),
        "least_per_head": last.get("per_head_baht"),
        "districts": len(table),
        "known": int(table["known"].sum()),
        "all": len(context.inside),
        "incomplete": int(table["incomplete"].sum()),
        "silent": int(table["is_silent"].sum()),
        "moved": _moved(table),
    }
    styles = {str(number): (f"scale{number}", f"answer_fifth_{number}") for number in (4, 3, 2, 1, 0)} | NOTHING_STYLES
    values = home.map(table.set_index("district_code")["per_head_baht"])
    return Answer(
        painted(context, home.map(fifth).dropna().to_dict(), "u", values),
        styles,
        variant("per_head", len(table), len(table) > 1),
        blanks,
        table,
        ("coverage", {"measure": "per_head_baht"}),
        unit="unit_per_head_baht",
        marked=frozenset(home.index[home.isin(table.loc[table["is_silent"], "district_code"])]),
        mark_label="mark_silent_base",
    )


def _moved(table: pd.DataFrame) -> int:
    """Number of districts whose rank changes with the money of whole districts; unknown money moves nobody."""
    known = table.dropna(subset=["with_above_baht"]).astype({"with_above_baht": float})
    return int(known["per_head_baht"].rank(ascending=False).ne(known["with_above_baht"].rank(ascending=False)).sum())


def _district_rates(context: Context) -> pd.DataFrame:
    """One row per district with a known rate, highest first.

    ``above_satang`` and ``with_above_baht`` are NA where records of the whole district state no amount.
    """
    inside, rows = context.inside, []
    above = context.support[context.support["area_level"].eq("district")]
    above_satang = above["amount_satang"].groupby(above["district_code"]).sum(min_count=1)
    for district, places in inside.groupby("district_code"):
        with_rate = known_places(places)
        rate, extra = rate_of(places), above_satang.get(district, 0)
        if pd.isna(rate):
            continue
        rows.append(
            {
                "district_code": district,
                "per_head_baht": float(rate),
                "amount_satang": with_rate["amount_satang"].sum(),
                "population": with_rate["population"].sum(),
                "known": len(with_rate),
                "all": len(places),
                "incomplete": int(with_rate["supports_without_amount"].gt(0).sum()),
                "is_silent": bool(places["missing_bases"].fillna("").ne("").any()),
                "above_satang": extra,
                "with_above_baht": pd.NA
                if pd.isna(extra)
                else rate + int(extra) / 100 / float(places["population"].sum()),
            }
        )
    columns = ["district_code", "per_head_baht", "known", "incomplete", "is_silent", "with_above_baht"]
    table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns).astype({"is_silent": bool})
    return table.sort_values(["per_head_baht", "district_code"], ascending=[False, True], ignore_index=True)


def strong_current_on_weak(context: Context) -> Answer:
    """Weak communities with much money per head."""
    table = strong_on_weak(context.coverage, context.strength())
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
    styles = {
        "f": ("found", "answer_strong_on_weak"),
        "b": ("beside", "answer_weak_only"),
        "s": ("some", "answer_strong_only"),
        "r": ("rest", "answer_neither"),
        "u": ("not_reported", "answer_strength_unknown"),
    }
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


def booklets(context: Context) -> Answer:
    """Subdistricts in which at least one plan booklet is held."""
    own = context.plans[context.plans["booklet_held"].notna() & context.plans["subdistrict_code"].notna()]
    held = own["booklet_held"].astype("boolean").groupby(own["subdistrict_code"]).any()
    classes = {code: "f" if is_held else "r" for code, is_held in held.items()}
    inside = held[held.index.isin(context.inside["subdistrict_code"])]
    people = context.inside.set_index("subdistrict_code")["population"]
    listed = pd.DataFrame({"subdistrict_code": sorted(inside.index[inside.astype(bool)])})
    listed = listed.assign(population=listed["subdistrict_code"].map(people)).sort_values(
        ["population", "subdistrict_code"], ascending=[False, True], ignore_index=True
    )
    blanks = {"places": len(listed), "all": len(context.inside), "unknown": len(context.inside) - len(inside)}
    styles = {"f": ("found", "booklet_held"), "r": ("rest", "booklet_missing"), "u": ("not_reported", "")}
    return Answer(
        painted(context, classes, "u"),
        styles,
        variant("booklets", len(listed), len(inside) > 0),
        blanks,
        listed,
        ("sources", {}),
    )


QUESTIONS: dict[str, Callable[[Context], Answer]] = {
    "who_supports": who_supports,
    "nobody": nobody,
    "not_known": not_known,
    "crowd_beside_none": crowd_beside_none,
    "weak_unsupported": weak_unsupported,
    "need_without_help": need_without_help,
    "duplication": duplication,
    "per_head": per_head,
    "strong_current_on_weak": strong_current_on_weak,
    "booklets": booklets,
}
