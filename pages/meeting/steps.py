"""Views of the storyboard as codes and numbers: a class per subdistrict, a finding, figures, rows. No text.

A step is plain JSON, so that it can be frozen. ``classes`` has one letter per subdistrict in code order; ``legend``
gives colour, hatch, text key and blanks of each letter; ``focus`` lists at most seven places under discussion. A blank
is a number, ``{"satang": n}``, a name ``{"th": .., "en": ..}`` or a phrase. The ten questions of
:mod:`geo.questions.questions` are answered in the same form; weak means the weakest class of the ranking, as in the
other views.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd

from geo.coverage.gaps import gap_title
from geo.maps import classes as map_classes
from geo.maps.board import ClassStyle
from geo.maps.breaks import classify
from geo.maps.palette import QUADRANTS, UNMEASURED
from geo.money.alignment import strength
from geo.questions.context import Answer, Context
from geo.questions.questions import QUESTIONS
from geo.statuses import NOTHING, nothing_classes
from loaders import codes
from pages.components import map_layer, reported
from pages.meeting import steps_community, steps_steering
from pages.meeting.board import FOCUS, NO_NAME, MeetingData, phrase, whole
from pages.queries import coverage as coverage_queries
from pages.queries import gaps as gaps_queries
from pages.queries import overlaps as overlaps_queries
from pages.queries import store as queries
from pages.questions import questions

DISTRICT_ROWS = 12  # as many as fit beside the map in letters readable from the last row of seats
PAIR_FIGURES = ("suspected_pairs", "overlapping_pairs", "complementary_pairs")
# Figure that orders the places of an answer: column of its list, text key, name of the blank.
ANSWER_SAID = {
    "nobody": ("population", "meeting_people", "people"),
    "not_known": ("population", "meeting_people", "people"),
    "crowd_beside_none": ("agencies", "meeting_said_agencies", "agencies"),
    "weak_unsupported": ("population", "meeting_people", "people"),
    "need_without_help": ("need_value", "meeting_said_households", "value"),
    "duplication": ("at_stake_satang", "meeting_said_money", "money_satang"),
    "per_head": ("per_head_baht", "meeting_said_per_head", "value_per_head"),
    "strong_current_on_weak": ("per_head_baht", "meeting_said_per_head", "value_per_head"),
    "booklets": ("population", "meeting_people", "people"),
}


def _theme_name(need: str) -> dict[str, str]:
    """Name of the theme that meets a need, in both languages."""
    theme = gaps_queries.theme_of(need)
    return next(
        ({"th": entry["name_th"], "en": entry["name_en"]} for entry in codes.themes() if entry["code"] == theme),
        dict(NO_NAME),
    )


def coverage_step(meeting: MeetingData) -> dict:
    """Number of agencies per subdistrict, and the places without any."""
    table = meeting.coverage
    layer = map_layer.coverage_layer(table, "agencies", [float(table["agencies"].max() or 0)])
    covered, none = (table["status"].eq(status) for status in ("covered", "none"))
    nobody = table[none].sort_values("population", ascending=False)
    few = table[table["agencies"].eq(1)].sort_values("population", ascending=False)
    is_known = bool((covered | none).any())
    finding = reported.finding(meeting.scope, meeting.chosen, table)
    is_striped = bool(meeting.named["only_from_above"])
    figures = [meeting.figure(code, code) for code in ("people_covered", "people_none", "people_not_reported")]
    undated = coverage_queries.undated(meeting.scope, meeting.chosen)
    if meeting.chosen.fiscal_year and len(undated):
        satang = undated["amount_satang"].sum(min_count=1)
        money = {"satang": int(satang)} if not pd.isna(satang) and satang else None
        figures.append(["meeting_undated_money", money, ""] if money else ["meeting_undated", len(undated), ""])
    # the stripe's entry takes two lines of the legend
    shown = (nobody if len(nobody) else few)[: FOCUS - 2 if is_striped else FOCUS]
    return meeting.step(
        "coverage",
        layer if is_striped else replace(layer, marks=None),
        [finding.key, dict(finding.blanks)] if is_known else ["meeting_title_no_coverage", {}],
        note=reported.note(meeting.scope, meeting.chosen),
        mark_key="mark_supported_above",
        figures=figures if is_known else figures[2:],
        focus=list(shown["subdistrict_code"]),
        spoken=[phrase("meeting_people", people=whole(people)) for people in shown["population"]],
        bases=meeting.support_bases,
        undated=len(undated),
    )


def gaps_step(meeting: MeetingData) -> dict:
    """Places with high need and no support."""
    table, named = meeting.gaps, meeting.named
    in_gap = table[table["quadrant"].eq("gap")].sort_values("need_value", ascending=False)
    entry = next((entry for entry in codes.indicators() if entry["code"] == meeting.need), {})
    need = {"th": entry["name_th"], "en": entry["name_en"]} if entry else dict(NO_NAME)
    unit = {"th": entry.get("unit_th", ""), "en": entry.get("unit_en") or entry.get("unit_th", "")}
    above = int(named["gap_above"] or 0)
    blanks = {"gaps": len(in_gap), "above": above, "need": need, "theme": _theme_name(meeting.need)}
    register = queries.register(meeting.scope, "indicator").query("indicator_code == @meeting.need")
    is_judged = bool(table["quadrant"].isin(list(QUADRANTS)).any())
    figures = [
        ["meeting_need_in_gaps", whole(in_gap["need_value"].sum()), ""],
        meeting.figure("meeting_people_in_gaps", "people_in_gaps"),
    ]
    layer = map_layer.gaps_layer(table)
    is_striped = layer.marks is not None and bool(layer.marks.any())
    shown = in_gap[: FOCUS - 2 if is_striped else FOCUS]
    return meeting.step(
        "gaps",
        layer if is_striped else replace(layer, marks=None, mark_key=""),
        [gap_title(len(in_gap), above, "meeting_title_gaps") if is_judged else "meeting_title_no_gaps", blanks],
        need=need,
        note=["meeting_note_gaps", {"known": named["need_known"], "all": len(table), "unknown": named["gap_unknown"]}],
        figures=figures if is_judged else [],
        focus=list(shown["subdistrict_code"]),
        spoken=[phrase("meeting_said_need", value=whole(value), unit=unit) for value in shown["need_value"]],
        bases=sorted({*meeting.bases(register), *meeting.support_bases}),
    )


def overlaps_step(meeting: MeetingData) -> dict:
    """Suspected duplication, distinguished from designed layering."""
    overlap = overlaps_queries.overlaps(meeting.scope, meeting.chosen)
    layer = map_layer.overlaps_layer(overlap.by_area, meeting.coverage, hatched=False)
    inside = overlap.by_area[overlap.by_area["subdistrict_code"].notna()].set_index("subdistrict_code")
    flagged = inside[inside["outcome"].eq("suspected_duplication")].sort_values(
        "at_stake_satang", ascending=False, na_position="last"
    )
    shown = flagged[:FOCUS]
    return meeting.step(
        "overlaps",
        layer,
        _overlaps_title(meeting, len(overlap.pairs)),
        note=["meeting_note_overlaps", {"unknown": meeting.named["unjudged_pairs"]}],
        figures=[meeting.figure(f"meeting_{code}", code) for code in PAIR_FIGURES]
        if inside.index.isin(meeting.codes).any()
        else [],
        focus=list(shown.index),
        spoken=[
            phrase("meeting_said_stake", stake={"satang": whole(stake)}, pairs=int(pairs))
            for stake, pairs in zip(shown["at_stake_satang"], shown["suspected_duplication"], strict=True)
        ],
        bases=meeting.support_bases,
    )


def _overlaps_title(meeting: MeetingData, pairs: int) -> list:
    """The finding; without one, how many pairs were compared; without supports, that nothing can be judged."""
    named = meeting.named
    if named["suspected_pairs"]:
        blanks = {
            "pairs": named["suspected_pairs"],
            "places": named["suspected_places"],
            "stake": {"satang": named["stake"]},
        }
        return ["meeting_title_overlaps", blanks]
    if meeting.coverage["status"].eq("covered").any():
        return ["meeting_title_overlaps_zero", {"compared": pairs - int(named["unjudged_pairs"] or 0)}]
    return ["meeting_title_no_overlaps", {}]


def currents_step(meeting: MeetingData) -> dict:
    """Money: baht per subdistrict, the largest streams, and money without a subdistrict."""
    table, named = meeting.coverage, meeting.named
    million = table["amount_satang"].astype("Float64") / 1e8
    bounds = [0.5, 1.0, 2.0, 5.0]
    top = float(million.max()) if million.notna().any() else 0.0
    scale = [bound for bound in bounds if bound < top] + ([top] if top else [])
    number = classify(million, scale)
    classes = nothing_classes(table["status"]).fillna(map_classes.UNMEASURED)
    edges = ["0", *(f"{bound:g}" for bound in bounds)]
    ranges = [f"{low}–{high}" for low, high in pairwise(edges[: len(scale)])]
    ranges += [f"{edges[len(scale) - 1]}+"] if scale else []
    layer = map_layer.Choropleth(
        map_layer.scale_styles(ranges, "meeting_unit_million_baht")
        | {map_classes.UNMEASURED: ClassStyle(UNMEASURED, "unmeasured_per_head_baht")}
        | map_layer.nothing_styles(),
        table["subdistrict_code"],
        classes.where(number.isna(), number.astype("string")).astype("object"),
        million,
        "meeting_unit_million_baht",
    )
    records = meeting.support
    streams = (
        records[records["amount_satang"].notna()]
        .groupby("stream_code")["amount_satang"]
        .sum()
        .sort_values(ascending=False)
    )
    shown = table[table["amount_satang"].notna()].sort_values("amount_satang", ascending=False)[:FOCUS]
    total = int(named["money"] or 0)
    stated = bool(records["amount_satang"].notna().any())
    title = {
        "total": {"satang": total},
        "streams": int((streams > 0).sum()),
        "unplaced": {"satang": named["unplaced_money"]},
    }
    figures = [
        meeting.figure("figure_placed_baht", "placed_money"),
        meeting.figure("meeting_unplaced", "unplaced_money"),
    ]
    return meeting.step(
        "currents",
        layer,
        ["meeting_title_currents", title] if stated else ["meeting_title_no_currents", {}],
        note=["meeting_note_currents", {"without": named["without_amount"]}] if len(records) else None,
        figures=figures if stated else [],
        bars=_stream_bars(meeting, streams, total),
        focus=list(shown["subdistrict_code"]),
        spoken=[phrase("meeting_said_money", money={"satang": whole(satang)}) for satang in shown["amount_satang"]],
        bases=meeting.bases(records),
    )


def _stream_bars(meeting: MeetingData, streams: pd.Series, total: int) -> list[list]:
    bars: list[list[Any]] = [[meeting.stream_name(str(code)), int(satang)] for code, satang in streams.head(5).items()]
    rest = total - sum(bar[1] for bar in bars)
    return [*bars, ["meeting_other_streams", int(rest)]] if rest > 0 else bars


BUILDERS = {
    "changed": steps_steering.changed_step,
    "coverage": coverage_step,
    "gaps": gaps_step,
    "overlaps": overlaps_step,
    "currents": currents_step,
    "direction": steps_steering.direction_step,
    "classes": steps_community.classes_step,
    "weak": steps_community.weak_step,
    "pilots": steps_community.pilots_step,
    "rudder": steps_steering.rudder_step,
    "decision": steps_community.decision_step,
}


def answers(meeting: MeetingData) -> dict[str, dict]:
    """Answers to all questions, in the order of the registry."""
    context = _questions_context(meeting)
    return {code: _answer_step(meeting, code, ask(context)) for code, ask in QUESTIONS.items()}


def _questions_context(meeting: MeetingData) -> Context:
    scope, chosen = meeting.scope, meeting.chosen
    signs = [entry["code"] for entry in codes.indicators() if entry["direction"] == "strength"]
    classes = meeting.ranked["class"].dropna()
    weak = classes.eq(meeting.strength.spec.weakest).to_dict() if meeting.strength else None
    return Context(
        coverage=coverage_queries.coverage(scope, chosen),
        support=coverage_queries.records(scope, chosen),
        plans=queries.register(scope, "plan"),
        adjacency=queries.adjacency(scope),
        strength=lambda: strength(gaps_queries.needs(scope), signs, queries.areas(scope, chosen.fiscal_year), weak),
        by_theme=lambda: coverage_queries.by_theme(scope, chosen),
        overlaps=lambda: overlaps_queries.overlaps(scope, chosen),
        needs=lambda: gaps_queries.gaps(scope, chosen, meeting.need) if len(gaps_queries.needs(scope)) else None,
    )


def _answer_step(meeting: MeetingData, code: str, answer: Answer) -> dict:
    names = {row["code"]: {"th": row["name_th"], "en": row["name_en"]} for row in codes.indicators()}
    blanks = {"need": names.get(meeting.need, NO_NAME)} | {
        name: _blank(meeting, name, value) for name, value in answer.blanks.items()
    }
    layer = questions.layer_of(answer)
    focus, rows, spoken = _answer_places(meeting, code, answer)
    step = meeting.step(
        code,
        layer,
        [answer.sentence, blanks],
        focus=[answer.chosen] if answer.chosen else focus,
        rows=rows,
        spoken=spoken,
        districts=[
            str(answer.blanks[name]) for name in ("most_code", "least_code") if isinstance(answer.blanks.get(name), str)
        ],
        bases=meeting.support_bases,
    )
    # a kind of nothing is in the legend only if some place has it
    off_scale = {letter for letter, (role, _key) in answer.styles.items() if role in NOTHING}
    present = [entry for entry in step["legend"] if entry[0] in step["classes"] or entry[0] not in off_scale]
    return step | {"legend": present}


def _answer_places(meeting: MeetingData, code: str, answer: Answer) -> tuple[list[str], list[str], list[dict]]:
    """Focus codes, district rows, and the text of each; a list has either subdistricts or districts."""
    if code not in ANSWER_SAID:
        return [], [], []
    column, key, blank = ANSWER_SAID[code]
    by = "subdistrict_code" if "subdistrict_code" in answer.listed else "district_code"
    if by not in answer.listed or column not in answer.listed:
        return [], [], []
    listed = answer.listed.drop_duplicates(by)
    if by == "district_code" and len(listed) > DISTRICT_ROWS:  # both ends: the question asks who gets most and least
        listed = pd.concat([listed.head(DISTRICT_ROWS // 2), listed.tail(DISTRICT_ROWS // 2)])
    listed = listed if by == "district_code" else listed[:FOCUS]
    silent = listed["is_silent"] if "is_silent" in listed else pd.Series(False, index=listed.index)
    spoken = [
        phrase(key, ["meeting_why_silent", {}] if quiet else None, **{blank.removesuffix("_satang"): _blank(meeting, blank, value)})
        for value, quiet in zip(listed[column], silent, strict=True)
    ]  # fmt: skip
    places = [str(place) for place in listed[by]]
    return (places, [], spoken) if by == "subdistrict_code" else ([], places, spoken)


def _blank(meeting: MeetingData, name: str, value: Any) -> object:
    """A blank in the form of this module; the name endings are those of :mod:`geo.questions.questions`."""
    if pd.isna(value):
        return None
    if name.endswith("_satang"):
        return {"satang": int(value)}
    if name.endswith("_code"):
        return _place(meeting, str(value))
    return round(float(value)) if name.endswith("_per_head") else int(value)


def _place(meeting: MeetingData, code: str) -> dict[str, str]:
    own = meeting.areas[meeting.areas["subdistrict_code"].str.startswith(code)].iloc[0]
    stem = "district_name" if len(code) == 4 else "name"
    return {"th": str(own[f"{stem}_th"]), "en": str(own[f"{stem}_en"])}
