"""Views of the storyboard about the communities: A, B, C; the weak and alone; where to begin; what to decide. Codes and numbers."""

from __future__ import annotations

import pandas as pd

from geo.frames import known_sum
from geo.maps.board import ClassStyle
from geo.maps.palette import CALL, CLASSES, NOT_REPORTED, PILOTS, WEAK
from pages.components.map_layer import not_known_style
from pages.meeting.board import FOCUS, MeetingData, whole
from pages.ranking import data as ranking_data

COMMUNITY = ("indicator", "plan", "welfare_fund", "organisation")  # registers that the ranking stands on
CLASS_KEYS = ("meeting_class_a", "meeting_class_b", "meeting_class_c")  # the strongest first
NOT_RANKED = {"u": not_known_style("meeting_not_ranked")}


def classes_step(meeting: MeetingData) -> dict:
    """A, B, C of the community side, with the doubt striped."""
    table = meeting.ranked.reindex(meeting.codes)
    letters = table["class"].fillna("u").astype("object")
    border = table["border"].notna()
    labels = ranking_data.labels()
    drawn = zip(labels, CLASSES.values(), CLASS_KEYS, strict=True)
    styles = {label: ClassStyle(color, key) for label, color, key in drawn} | NOT_RANKED
    layer = meeting.layer(styles, letters, table["score"], "meeting_unit_score", border, "meeting_border")
    counts = letters.value_counts()
    held = sum(entry["held"] for entry in meeting.strength.headline().values()) if meeting.strength else 0
    scored = int(table["class"].notna().sum())
    low = table[letters.eq(labels[-1])].sort_values("score")
    blanks = {
        **{blank: int(counts.get(label, 0)) for blank, label in zip("abc", labels, strict=True)},
        "scored": scored,
        "all": len(table),
    }
    figures = [
        ["meeting_class_firm", held],
        ["meeting_class_border", int(border.sum())],
        ["meeting_class_unknown", int(len(table) - scored)],
    ]
    return meeting.step(
        "classes", layer,
        ["meeting_title_classes", blanks] if scored else ["meeting_title_no_classes", {}],
        note=["meeting_note_classes", {"held": held, "scored": scored}] if scored else None,
        figures=figures if scored else figures[2:],
        focus=list(low.index[:FOCUS]), bases=meeting.register_bases(*COMMUNITY),
    )  # fmt: skip


def weak_step(meeting: MeetingData) -> dict:
    """Weak subdistricts by how many agencies stand there."""
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
    layer = meeting.layer(styles, classes_, agencies.where(agencies > 0), "unit_agencies")
    counts = classes_.value_counts()
    alone = table[classes_.isin(["w"])].sort_values("population", ascending=False)
    few = table[classes_.eq("f")].sort_values(["agencies", "population"], ascending=[True, False])
    blanks = {
        "weak": int(meeting.weak.sum()),
        "alone": int(counts.get("w", 0)),
        "few": int(counts.get("f", 0)),
        "unknown": int(counts.get("v", 0)),
    }
    scored = bool(classes_.ne("u").any())
    return meeting.step(
        "weak", layer, ["meeting_title_weak" if scored else "meeting_title_no_weak", blanks], note=["meeting_note_weak", blanks] if scored else None,
        figures=[["meeting_people_weak", whole(known_sum(table.loc[meeting.weak, "population"]))], ["meeting_people_alone", whole(known_sum(alone["population"]))]] if scored else [],
        focus=[*alone["subdistrict_code"], *few["subdistrict_code"]][:FOCUS],
        bases=sorted({*meeting.register_bases(*COMMUNITY), *meeting.support_bases}),
    )  # fmt: skip


def pilots_step(meeting: MeetingData) -> dict:
    """Where to begin: N places by need and readiness, some in every district."""
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
    order = (
        choice.areas.set_index("subdistrict_code").loc[chosen].sort_values("worth", ascending=False).index
        if chosen and choice
        else []
    )
    styles = {
        "p": ClassStyle(PILOTS["chosen"], "meeting_pilot"),
        "o": ClassStyle(PILOTS["other"], "meeting_not_pilot"),
        "u": not_known_style("pick_not_known"),
    }
    people = known_sum(meeting.areas.loc[chosen, "population"])
    districts = len({code[:4] for code in chosen})
    title = (
        [
            "meeting_title_pilots",
            {"chosen": len(chosen), "districts": districts, "all": len({code[:4] for code in meeting.codes})},
        ]
        if chosen
        else ["meeting_title_no_pilots", {}]
    )
    return meeting.step(
        "pilots", meeting.layer(styles, classes_), title,
        note=_pilot_note(meeting) if chosen else None,
        figures=[["meeting_people_pilots", whole(people)], ["meeting_pilot_districts", districts]] if chosen else [],
        focus=list(order[:FOCUS]), bases=meeting.register_bases(*COMMUNITY),
    )  # fmt: skip


def _pilot_note(meeting: MeetingData) -> list:
    """By what the pilots are chosen, in the weights of the selection page."""
    if meeting.saved_pick:
        return ["meeting_note_pilots_saved", {"name": meeting.saved_pick["name"]}]
    weights = {name: int(weight) for name, weight in meeting.pick.weights.items()}
    return ["meeting_note_pilots_weighed", weights | {"per_district": meeting.pick.wish.per_district}]


def decision_step(meeting: MeetingData) -> dict:
    """What calls for a decision: how many of three signs (need without help, suspected duplication, weak and alone) a place bears."""
    gap = meeting.gaps["quadrant"].eq("gap").reindex(meeting.codes, fill_value=False)
    double = pd.Series(meeting.codes, index=meeting.codes).isin(set(meeting.flagged["subdistrict_code"].dropna()))
    reported = meeting.coverage["status"].reindex(meeting.codes).ne("not_reported")
    lonely = meeting.weak & meeting.coverage["agencies"].reindex(meeting.codes).le(1) & reported
    signs = gap.astype(int) + double.astype(int) + lonely.astype(int)
    # a place without a sign of which something is not known is not a place where nothing is pending
    known = reported & meeting.ranked["class"].reindex(meeting.codes).notna()
    known &= ~meeting.gaps["quadrant"].reindex(meeting.codes).isin(["unknown_support", "unknown_need"])
    letters = signs.astype(str).astype("object").mask(signs.eq(0) & ~known, "u")
    unknown = int(letters.eq("u").sum())
    blanks = {"places": int((signs > 0).sum()), "two": int((signs >= 2).sum()), "unknown": unknown}
    title = "meeting_title_decision" if unknown < len(signs) else "meeting_title_no_decision"
    styles = {
        str(number): ClassStyle(CALL[number], "meeting_signs", blanks={"range": str(number)}) for number in (3, 2, 1)
    }
    styles |= {"0": ClassStyle(CALL[0], "meeting_no_sign"), "u": not_known_style("meeting_call_unknown")}
    layer = meeting.layer(styles, letters, signs.where(signs > 0), "meeting_unit_signs")
    people = meeting.areas["population"].reindex(meeting.codes)
    order = pd.DataFrame({"signs": signs, "people": people}).sort_values(["signs", "people"], ascending=False)
    return meeting.step(
        "decision", layer, [title, blanks], note=["meeting_note_decision", blanks],
        figures=[["quadrant_gap", int(gap.sum())], ["outcome_suspected_duplication", int(double.sum())], ["meeting_weak_lonely", int(lonely.sum())]] if unknown < len(signs) else [],
        focus=[code for code in order.index if signs[code] > 0][:FOCUS],
        bases=sorted({*meeting.support_bases, *meeting.register_bases(*COMMUNITY)}),
    )  # fmt: skip
