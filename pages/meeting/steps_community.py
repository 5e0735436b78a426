"""Storyboard views on communities, in codes and numbers: A/B/C classes, weak places, pilots, decisions needed."""

from __future__ import annotations

import pandas as pd

from geo.frames import each_row, known_sum
from geo.maps.board import ClassStyle
from geo.maps.palette import CALL, CLASSES, NOT_REPORTED, PILOTS, WEAK
from pages.components.map_layer import not_known_style
from pages.meeting.board import FOCUS, MeetingData, phrase, whole
from pages.ranking import data as ranking_data
from pages.selection.data import WEIGHTS

COMMUNITY = ("indicator", "plan", "welfare_fund", "organisation")  # registers that the ranking uses
CLASS_KEYS = ("meeting_class_a", "meeting_class_b", "meeting_class_c")  # the strongest first
NOT_RANKED = {"u": not_known_style("meeting_not_ranked")}


def classes_step(meeting: MeetingData) -> dict:
    """A/B/C classes of the community side, uncertain ones striped; the title names where the weakest are and why."""
    table, named = meeting.ranked.reindex(meeting.codes), meeting.named
    letters = table["class"].fillna("u").astype("object")
    border = table["border"].notna()
    labels = ranking_data.labels()
    drawn = zip(labels, CLASSES.values(), CLASS_KEYS, strict=True)
    styles = {label: ClassStyle(color, key) for label, color, key in drawn} | NOT_RANKED
    layer = meeting.layer(styles, letters, marks=border, mark_key="meeting_border")
    is_scored = bool(named["classed"])
    shown = table[letters.eq(labels[-1])].sort_values("score")[:FOCUS]
    points = _weak_points(meeting)
    figures = [
        meeting.figure("meeting_class_firm", "firm"),
        meeting.figure("meeting_class_border", "on_border"),
        meeting.figure("meeting_class_unknown", "unclassed"),
    ]
    return meeting.step(
        "classes", layer, _classes_title(meeting, points) if is_scored else ["meeting_title_no_classes", {}],
        note=["meeting_note_classes", {"held": named["firm"], "scored": named["classed"]}] if is_scored else None,
        figures=figures if is_scored else figures[2:], focus=list(shown.index),
        spoken=[phrase("meeting_said_from_last", place=place + 1, all=named["classed"]) for place in range(len(shown))],
        bases=meeting.register_bases(*COMMUNITY),
    )  # fmt: skip


def _weak_points(meeting: MeetingData) -> dict[str, tuple[str, ...]]:
    """Per subdistrict of the weakest class, the criteria that lower its score most."""
    if meeting.strength is None:
        return {}
    points = ranking_data.weak_points(meeting.scope, meeting.chosen.fiscal_year, ranking_data.Method())
    return {code: points[code] for code in meeting.weak.index[meeting.weak] if isinstance(points.get(code), tuple)}


def _classes_title(meeting: MeetingData, points: dict[str, tuple[str, ...]]) -> list:
    """District with most places of the weakest class, and the commonest cause: equal thirds alone say nothing."""
    weak, districts = meeting.weak, pd.Series([code[:4] for code in meeting.codes], index=meeting.codes)
    table = pd.DataFrame({"weak": weak.groupby(districts).sum(), "all": weak.groupby(districts).size()})
    table = table.assign(share=table["weak"] / table["all"]).sort_values(["weak", "share"], ascending=False)
    causes = pd.Series([cause for own in points.values() for cause in own], dtype=object).value_counts()
    if not weak.any() or causes.empty:
        return ["meeting_title_classes_even", {"scored": meeting.named["classed"], "all": len(weak)}]
    entry = next(entry for entry in ranking_data.criteria() if entry["code"] == causes.index[0])
    first = meeting.areas[meeting.areas["district_code"].eq(table.index[0])].iloc[0]
    return ["meeting_title_classes", {
        "weak": meeting.named["weak"], "district": {"th": str(first["district_name_th"]), "en": str(first["district_name_en"])},
        "inside": int(table["weak"].iloc[0]), "of": int(table["all"].iloc[0]),
        "cause": {"th": entry["name_th"], "en": entry["name_en"]}, "dragged": int(causes.iloc[0]),
    }]  # fmt: skip


def weak_step(meeting: MeetingData) -> dict:
    """Weak subdistricts by number of agencies active there."""
    table = meeting.coverage.reindex(meeting.codes)
    agencies, status = table["agencies"].astype(int), table["status"]
    classes_ = pd.Series("o", index=meeting.codes, dtype="object")
    classes_[meeting.weak & (agencies >= 3)] = "s"
    classes_[meeting.weak & agencies.between(1, 2)] = "f"
    classes_[meeting.weak & (agencies == 0) & status.eq("none")] = "w"
    classes_[meeting.weak & (agencies == 0) & status.ne("none")] = "v"
    classes_[meeting.ranked["class"].reindex(meeting.codes).isna()] = "u"
    styles = {
        "w": ClassStyle(WEAK["alone"], "meeting_weak_alone"),
        "f": ClassStyle(WEAK["few"], "meeting_weak_few"),
        "s": ClassStyle(WEAK["several"], "meeting_weak_several"),
        "v": ClassStyle(NOT_REPORTED, "meeting_weak_unknown", WEAK["alone"]),
        "o": ClassStyle(WEAK["other"], "meeting_not_weak"),
    } | NOT_RANKED
    layer = meeting.layer(styles, classes_)
    counts = classes_.value_counts()
    alone = table[classes_.eq("w")].sort_values("population", ascending=False)
    few = table[classes_.eq("f")].sort_values(["agencies", "population"], ascending=[True, False])
    above = int(alone["supported_above"].fillna(False).astype(bool).sum())
    blanks = {
        "weak": meeting.named["weak"],
        "alone": meeting.named["weak_none"],
        "above": above,
        "few": int(counts.get("f", 0)),
        "unknown": int(counts.get("v", 0)),
    }
    scored = bool(classes_.ne("u").any())
    shown = pd.concat([alone, few])[:FOCUS]
    title = ("meeting_title_weak_above" if above else "meeting_title_weak") if scored else "meeting_title_no_weak"
    return meeting.step(
        "weak", layer, [title, blanks], note=["meeting_note_weak", blanks] if scored and blanks["unknown"] else None,
        figures=[meeting.figure("meeting_people_weak", "people_weak"), ["meeting_people_alone", whole(known_sum(alone["population"])), ""]] if scored else [],
        focus=list(shown["subdistrict_code"]),
        spoken=[phrase("meeting_said_alone" if not row.agencies else "meeting_said_few", agencies=int(row.agencies), people=whole(row.population)) for row in each_row(shown)],
        bases=sorted({*meeting.register_bases(*COMMUNITY), *meeting.support_bases}),
    )  # fmt: skip


def pilots_step(meeting: MeetingData) -> dict:
    """Pilots: places chosen by need and readiness, some in every district."""
    choice = meeting.selection
    classes_ = pd.Series("u", index=meeting.codes, dtype="object")
    if choice is not None:
        table = choice.areas.set_index("subdistrict_code")
        classes_ = (
            pd.Series("o", index=table.index, dtype="object")
            .mask(~table["is_known"], "u")
            .mask(table["is_chosen"], "p")
        )
    chosen = [code for code in meeting.codes if classes_[code] == "p"]
    styles = {
        "p": ClassStyle(PILOTS["chosen"], "meeting_pilot"),
        "o": ClassStyle(PILOTS["other"], "meeting_not_pilot"),
        "u": not_known_style("pick_not_known"),
    }
    people = known_sum(meeting.areas.loc[chosen, "population"])
    named, districts = meeting.named, len({code[:4] for code in meeting.codes})
    blanks = {"chosen": len(chosen), "districts": named.get("pilot_districts"), "all": districts,
              "cost": {"satang": named.get("pilot_cost")}}  # fmt: skip
    focus, spoken = _pilot_rows(meeting) if chosen else ([], [])
    return meeting.step(
        "pilots", meeting.layer(styles, classes_), ["meeting_title_pilots", blanks] if chosen else ["meeting_title_no_pilots", {}],
        note=_pilot_note(meeting) if chosen else None,
        figures=[["meeting_people_pilots", whole(people), ""], meeting.figure("meeting_pilot_cost", "pilot_cost")] if chosen else [],
        focus=focus, spoken=spoken, bases=meeting.register_bases(*COMMUNITY),
    )  # fmt: skip


def _pilot_rows(meeting: MeetingData) -> tuple[list[str], list[dict]]:
    """The pilots of most worth, each with points, cost and its strongest criterion (need, readiness or people)."""
    assert meeting.selection is not None
    table = meeting.selection.areas.set_index("subdistrict_code")
    parts = meeting.candidates.set_index("subdistrict_code")[list(WEIGHTS)].astype("Float64")
    standing = parts.rank(pct=True)[[name for name, weight in meeting.pick.weights.items() if weight] or list(WEIGHTS)]
    shown = table[table["is_chosen"]].sort_values("worth", ascending=False, na_position="last")[:FOCUS]
    why = {code: standing.loc[code].dropna() for code in shown.index}
    spoken = [
        phrase("meeting_said_pilot", [f"meeting_why_{why[code].idxmax()}", {}] if len(why[code]) else None,
             worth=None if pd.isna(row.worth) else round(float(row.worth) * 100), cost={"satang": whole(row.cost_satang)})
        for code, row in zip(shown.index, each_row(shown), strict=True)
    ]  # fmt: skip
    return list(shown.index), spoken


def _pilot_note(meeting: MeetingData) -> list:
    """Name of the saved list; without one, the weights of the selection page's proposal."""
    if meeting.pilots:
        return ["meeting_note_pilots_saved", {"name": meeting.pilots.name}]
    weights = {name: int(weight) for name, weight in meeting.pick.weights.items()}
    return ["meeting_note_pilots_weighed", weights | {"per_district": meeting.pick.wish.per_district}]


def decision_step(meeting: MeetingData) -> dict:
    """Places that need a decision, by number of signs: need without support, suspected duplication, weak and alone."""
    gap = meeting.gaps["quadrant"].eq("gap").reindex(meeting.codes, fill_value=False)
    double = pd.Series(meeting.codes, index=meeting.codes).isin(set(meeting.flagged["subdistrict_code"].dropna()))
    reported = meeting.coverage["status"].reindex(meeting.codes).ne("not_reported")
    lonely = meeting.weak & meeting.coverage["agencies"].reindex(meeting.codes).le(1) & reported
    signs = gap.astype(int) + double.astype(int) + lonely.astype(int)
    # no sign and something unknown is not the same as nothing pending
    is_known = reported & meeting.ranked["class"].reindex(meeting.codes).notna()
    is_known &= ~meeting.gaps["quadrant"].reindex(meeting.codes).isin(["unknown_support", "unknown_need"])
    letters = signs.astype(str).astype("object").mask(signs.eq(0) & ~is_known, "u")
    unknown = int(letters.eq("u").sum())
    blanks = {"places": int((signs > 0).sum()), "two": int((signs >= 2).sum()), "unknown": unknown}
    title = "meeting_title_decision" if unknown < len(signs) else "meeting_title_no_decision"
    styles = {
        str(number): ClassStyle(CALL[number], "meeting_signs", blanks={"range": str(number)}) for number in (3, 2, 1)
    }
    styles |= {"0": ClassStyle(CALL[0], "meeting_no_sign"), "u": not_known_style("meeting_call_unknown")}
    people = meeting.areas["population"].reindex(meeting.codes)
    order = pd.DataFrame({"signs": signs, "people": people}).sort_values(["signs", "people"], ascending=False)
    layer = meeting.layer(styles, letters)
    shown = [code for code in order.index if signs[code] > 0][:FOCUS]
    own = {"gap": gap, "double": double, "lonely": lonely}
    return meeting.step(
        "decision", layer, [title, blanks], note=["meeting_note_decision", blanks],
        figures=[meeting.figure("quadrant_gap", "gap"), ["outcome_suspected_duplication", int(double.sum()), ""], ["meeting_weak_lonely", int(lonely.sum()), ""]] if unknown < len(signs) else [],
        focus=shown,
        spoken=[phrase("meeting_said_reasons", _signs_of(code, own), reasons=int(signs[code]), people=whole(people[code])) for code in shown],
        bases=sorted({*meeting.support_bases, *meeting.register_bases(*COMMUNITY)}),
    )  # fmt: skip


def _signs_of(code: str, signs: dict[str, pd.Series]) -> list:
    """The reasons of a place that fit one line: one text key for each set of them."""
    return ["meeting_why_" + "_".join(name for name, borne in signs.items() if bool(borne[code])), {}]
