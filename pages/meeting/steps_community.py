"""Views of the storyboard about the communities: A, B, C; the weak and alone; where to begin; what to decide. Codes and numbers."""

from __future__ import annotations

import pandas as pd

from geo.frames import known_sum
from pages.components.palette import CALL, CLASSES, NOT_REPORTED, NOT_REPORTED_LINE, PILOTS, WEAK
from pages.meeting.board import FOCUS, Board, whole
from pages.queries import analysis
from pages.queries import store as queries


def classes(board: Board) -> dict:
    """A, B, C of the community side, with the doubt striped."""
    table = board.ranked.reindex(board.codes)
    letters = table["class"].fillna("u").astype("object")
    border = table["border"].notna()
    legend = [[name, CLASSES[name], None, f"meeting_class_{name.lower()}", {}] for name in ("A", "B", "C")]
    counts = letters.value_counts()
    held = sum(entry["held"] for entry in board.strength.headline().values()) if board.strength else 0
    scored = int(table["class"].notna().sum())
    low = table[letters.eq("C")].sort_values("score")
    blanks = {
        "a": int(counts.get("A", 0)),
        "b": int(counts.get("B", 0)),
        "c": int(counts.get("C", 0)),
        "scored": scored,
        "all": len(table),
    }
    figures = [
        ["meeting_class_firm", held],
        ["meeting_class_border", int(border.sum())],
        ["meeting_class_unknown", int(len(table) - scored)],
    ]
    return board.step(
        "classes", letters, [*legend, ["u", NOT_REPORTED, NOT_REPORTED_LINE, "meeting_not_ranked", {}]],
        ["meeting_title_classes", blanks] if scored else ["meeting_title_no_classes", {}],
        note=["meeting_note_classes", {"held": held, "scored": scored}] if scored else None,
        values=board.in_order(table["score"]), unit="meeting_unit_score",
        marks="".join("1" if mark else "0" for mark in border), mark_key="meeting_border",
        figures=figures if scored else figures[2:],
        focus=list(low.index[:FOCUS]), bases=_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation")),
    )  # fmt: skip


def _register_bases(board: Board, names: tuple[str, ...]) -> list[str]:
    return sorted(
        {base for name in names for base in board.bases(queries.register(board.scope, name)) if base != "reference"}
    )


def weak(board: Board) -> dict:
    """Weak subdistricts by how many agencies stand there."""
    table = board.coverage.reindex(board.codes)
    agencies, status = table["agencies"].astype(int), table["status"]
    classes_ = pd.Series("o", index=board.codes, dtype="object")
    classes_[board.weak & (agencies >= 3)] = "s"
    classes_[board.weak & agencies.between(1, 2)] = "f"
    classes_[board.weak & (agencies == 0) & status.eq("none")] = "w"
    classes_[board.weak & (agencies == 0) & status.ne("none")] = "v"
    classes_[board.ranked["class"].reindex(board.codes).isna()] = "u"
    legend = [["w", WEAK["alone"], None, "meeting_weak_alone", {}], ["f", WEAK["few"], None, "meeting_weak_few", {}],
              ["s", WEAK["several"], None, "meeting_weak_several", {}], ["v", NOT_REPORTED, WEAK["alone"], "meeting_weak_unknown", {}],
              ["o", WEAK["other"], None, "meeting_not_weak", {}], ["u", NOT_REPORTED, NOT_REPORTED_LINE, "meeting_not_ranked", {}]]  # fmt: skip
    counts = classes_.value_counts()
    alone = table[classes_.isin(["w"])].sort_values("population", ascending=False)
    few = table[classes_.eq("f")].sort_values(["agencies", "population"], ascending=[True, False])
    blanks = {
        "weak": int(board.weak.sum()),
        "alone": int(counts.get("w", 0)),
        "few": int(counts.get("f", 0)),
        "unknown": int(counts.get("v", 0)),
    }
    scored = bool(classes_.ne("u").any())
    return board.step(
        "weak", classes_, legend, ["meeting_title_weak" if scored else "meeting_title_no_weak", blanks], note=["meeting_note_weak", blanks] if scored else None,
        values=board.in_order(agencies.where(agencies > 0)), unit="unit_agencies",
        figures=[["meeting_people_weak", whole(known_sum(table.loc[board.weak, "population"]))], ["meeting_people_alone", whole(known_sum(alone["population"]))]] if scored else [],
        focus=[*alone["subdistrict_code"], *few["subdistrict_code"]][:FOCUS],
        bases=sorted({*_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation")), *board.bases(analysis.chosen_support(board.scope, board.chosen))}),
    )  # fmt: skip


def pilots(board: Board) -> dict:
    """Where to begin: N places by need and readiness, some in every district."""
    choice = board.selection
    classes_ = pd.Series("u", index=board.codes, dtype="object")
    if choice is not None:
        table = choice.areas.set_index("subdistrict_code")
        classes_ = (
            pd.Series("o", index=table.index, dtype="object")
            .mask(~table["is_known"], "u")
            .mask(table["is_chosen"], "p")
        )
    chosen = [code for code in board.codes if classes_[code] == "p"]
    order = (
        choice.areas.set_index("subdistrict_code").loc[chosen].sort_values("worth", ascending=False).index
        if chosen and choice
        else []
    )
    legend = [["p", PILOTS["chosen"], None, "meeting_pilot", {}], ["o", PILOTS["other"], None, "meeting_not_pilot", {}],
              ["u", NOT_REPORTED, NOT_REPORTED_LINE, "meeting_not_ranked", {}]]  # fmt: skip
    people = known_sum(board.areas.loc[chosen, "population"])
    districts = len({code[:4] for code in chosen})
    title = (
        [
            "meeting_title_pilots",
            {"chosen": len(chosen), "districts": districts, "all": len({code[:4] for code in board.codes})},
        ]
        if chosen
        else ["meeting_title_no_pilots", {}]
    )
    return board.step(
        "pilots", classes_, legend, title,
        note=["meeting_note_pilots", {"per_district": int(board.story["pilots"]["per_district"])}] if chosen else None,
        figures=[["meeting_people_pilots", whole(people)], ["meeting_pilot_districts", districts]] if chosen else [],
        focus=list(order[:FOCUS]), bases=_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation")),
    )  # fmt: skip


def decision(board: Board) -> dict:
    """What calls for a decision: how many of three signs (need without help, suspected duplication, weak and alone) a place bears."""
    gap = board.gaps["quadrant"].eq("gap").reindex(board.codes, fill_value=False)
    double = pd.Series(board.codes, index=board.codes).isin(set(board.flagged["subdistrict_code"].dropna()))
    reported = board.coverage["status"].reindex(board.codes).ne("not_reported")
    lonely = board.weak & board.coverage["agencies"].reindex(board.codes).le(1) & reported
    signs = gap.astype(int) + double.astype(int) + lonely.astype(int)
    # a place without a sign of which something is not known is not a place where nothing is pending
    known = reported & board.ranked["class"].reindex(board.codes).notna()
    known &= ~board.gaps["quadrant"].reindex(board.codes).isin(["unknown_support", "unknown_need"])
    letters = signs.astype(str).astype("object").mask(signs.eq(0) & ~known, "u")
    unknown = int(letters.eq("u").sum())
    blanks = {"places": int((signs > 0).sum()), "two": int((signs >= 2).sum()), "unknown": unknown}
    title = "meeting_title_decision" if unknown < len(signs) else "meeting_title_no_decision"
    legend = [[str(number), CALL[number], None, "meeting_signs", {"range": str(number)}] for number in (3, 2, 1)] + [
        ["0", CALL[0], None, "meeting_no_sign", {}],
        ["u", NOT_REPORTED, NOT_REPORTED_LINE, "meeting_call_unknown", {}],
    ]
    people = board.areas["population"].reindex(board.codes)
    order = pd.DataFrame({"signs": signs, "people": people}).sort_values(["signs", "people"], ascending=False)
    return board.step(
        "decision", letters, legend, [title, blanks], note=["meeting_note_decision", blanks],
        values=board.in_order(signs.where(signs > 0)), unit="meeting_unit_signs",
        figures=[["quadrant_gap", int(gap.sum())], ["outcome_suspected_duplication", int(double.sum())], ["meeting_weak_lonely", int(lonely.sum())]] if unknown < len(signs) else [],
        focus=[code for code in order.index if signs[code] > 0][:FOCUS],
        bases=sorted({*board.bases(analysis.chosen_support(board.scope, board.chosen)), *_register_bases(board, ("indicator", "plan", "welfare_fund", "organisation"))}),
    )  # fmt: skip
