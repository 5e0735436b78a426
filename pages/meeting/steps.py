"""The views of the storyboard as codes and numbers: a class per subdistrict, a finding, figures, rows. No words.

A step is plain JSON, so that it can be frozen. ``classes`` holds one character per subdistrict in code order;
``legend`` says for each character its colour, hatch, text key and blanks; ``focus`` names the places under
discussion, at most seven. A blank is a number, ``{"satang": n}``, ``{"share": x}`` or a name ``{"th": .., "en": ..}``. The ten questions of
:mod:`geo.questions.questions` are answered in the same shape; weak means class C of the ranking, as in the other views.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd

from geo.coverage.gaps import gap_title, only_above
from geo.frames import known_sum
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
from pages.meeting import steps_community
from pages.meeting.board import FOCUS, NO_NAME, MeetingData, whole
from pages.overview import questions
from pages.queries import coverage as coverage_queries
from pages.queries import gaps as gaps_queries
from pages.queries import overlaps as overlaps_queries
from pages.queries import store as queries

# Outcomes that the wall counts in figures, and the key of their words.
PAIR_FIGURES = {
    "suspected_duplication": "meeting_pairs_suspected_duplication",
    "overlapping": "meeting_pairs_overlapping",
    "complementary": "meeting_pairs_complementary",
}


def _theme_name(need: str) -> dict[str, str]:
    """Name of the theme that answers a need, in both languages."""
    theme = gaps_queries.theme_of(need)
    return next(
        ({"th": entry["name_th"], "en": entry["name_en"]} for entry in codes.themes() if entry["code"] == theme),
        dict(NO_NAME),
    )


def coverage_step(meeting: MeetingData) -> dict:
    """How many agencies stand in each subdistrict, and where nobody does."""
    table = meeting.coverage
    layer = map_layer.coverage_layer(table, "agencies", [float(table["agencies"].max() or 0)])
    covered, none, not_reported = (table["status"].eq(status) for status in ("covered", "none", "not_reported"))
    nobody = table[none].sort_values("population", ascending=False)
    few = table[table["agencies"].eq(1)].sort_values("population", ascending=False)
    is_known = bool((covered | none).any())
    finding = reported.finding(meeting.scope, meeting.chosen, table)
    is_striped = bool((table["supported_above"] & ~covered).any())
    people = {
        "people_covered": known_sum(table.loc[covered, "population"]),
        "people_none": known_sum(table.loc[none, "population"]),
        "people_not_reported": known_sum(table.loc[not_reported, "population"]),
    }
    figures = [[key, whole(number)] for key, number in people.items()]
    undated = coverage_queries.undated(meeting.scope, meeting.chosen)
    if meeting.chosen.fiscal_year and len(undated):
        figures.append(["meeting_undated", len(undated)])
    return meeting.step(
        "coverage",
        layer if is_striped else replace(layer, marks=None),
        [finding.key, dict(finding.blanks)] if is_known else ["meeting_title_no_coverage", {}],
        note=reported.note(meeting.scope, meeting.chosen),
        values=meeting.in_order(table["agencies"].where(covered)),
        mark_key="mark_supported_above",
        figures=figures if is_known else figures[2:],
        # the stripe takes two lines of the legend
        focus=list((nobody if len(nobody) else few)["subdistrict_code"][: FOCUS - 2 if is_striped else FOCUS]),
        bases=meeting.support_bases,
    )


def gaps_step(meeting: MeetingData) -> dict:
    """Where need is high and nobody helps."""
    table = meeting.gaps
    in_gap = table[table["quadrant"].eq("gap")].sort_values("need_value", ascending=False)
    unknown = int(table["quadrant"].isin(["unknown_support", "unknown_need"]).sum())
    need = next(
        (
            {"th": entry["name_th"], "en": entry["name_en"]}
            for entry in codes.indicators()
            if entry["code"] == meeting.need
        ),
        dict(NO_NAME),
    )
    above = only_above(table)
    blanks = {"gaps": len(in_gap), "above": above, "need": need, "theme": _theme_name(meeting.need)}
    register = queries.register(meeting.scope, "indicator").query("indicator_code == @meeting.need")
    is_judged = bool(table["quadrant"].isin(list(QUADRANTS)).any())
    figures = [
        ["meeting_need_in_gaps", whole(in_gap["need_value"].sum())],
        ["meeting_people_in_gaps", whole(known_sum(in_gap["population"]))],
    ]
    known = int(table["need_value"].notna().sum())
    layer = map_layer.gaps_layer(table)
    is_striped = layer.marks is not None and bool(layer.marks.any())
    return meeting.step(
        "gaps",
        layer if is_striped else replace(layer, marks=None, mark_key=""),
        [
            gap_title(len(in_gap), blanks["above"], "meeting_title_gaps") if is_judged else "meeting_title_no_gaps",
            blanks,
        ],
        need=need,
        note=["meeting_note_gaps", {"known": known, "all": len(table), "unknown": unknown}],
        figures=figures if is_judged else [],
        focus=list(in_gap["subdistrict_code"][: FOCUS - 2 if is_striped else FOCUS]),
        bases=sorted({*meeting.bases(register), *meeting.support_bases}),
    )


def overlaps_step(meeting: MeetingData) -> dict:
    """Suspected duplication told from designed layering."""
    overlap = overlaps_queries.overlaps(meeting.scope, meeting.chosen)
    layer = map_layer.overlaps_layer(overlap.by_area, meeting.coverage, hatched=False)
    inside = overlap.by_area[overlap.by_area["subdistrict_code"].notna()].set_index("subdistrict_code")
    flagged = inside[inside["outcome"].eq("suspected_duplication")].sort_values(
        "at_stake_satang", ascending=False, na_position="last"
    )
    stake = flagged["at_stake_satang"].sum(min_count=1) if len(flagged) else 0
    counts = overlap.pairs["outcome"].value_counts()
    figures = [[key, whole(counts.get(outcome, 0))] for outcome, key in PAIR_FIGURES.items()]
    return meeting.step(
        "overlaps",
        layer,
        _overlaps_title(meeting, counts, whole(stake)),
        note=["meeting_note_overlaps", {"unknown": int(counts.get("not_known", 0))}],
        figures=figures if inside.index.isin(meeting.codes).any() else [],
        focus=list(flagged.index[:FOCUS]),
        bases=meeting.support_bases,
    )


def _overlaps_title(meeting: MeetingData, counts: pd.Series, stake: int | None) -> list:
    """The finding; without one, how many pairs were compared; without supports, that nothing can be said."""
    if len(meeting.flagged):
        blanks = {
            "pairs": len(meeting.flagged),
            "places": int(meeting.flagged["area_code"].nunique()),
            "stake": {"satang": stake},
        }
        return ["meeting_title_overlaps", blanks]
    if meeting.coverage["status"].eq("covered").any():
        return ["meeting_title_overlaps_zero", {"compared": int(counts.sum() - counts.get("not_known", 0))}]
    return ["meeting_title_no_overlaps", {}]


def currents_step(meeting: MeetingData) -> dict:
    """Where the money runs: baht per subdistrict, the streams by size, and what has no subdistrict."""
    rolled = coverage_queries.rolled(meeting.scope, meeting.chosen)
    table = meeting.coverage
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
    placed, strip = (
        rolled.by_subdistrict["amount_satang"].sum(min_count=1),
        rolled.strip["amount_satang"].sum(min_count=1),
    )
    records = coverage_queries.records(meeting.scope, meeting.chosen)
    streams = (
        records[records["amount_satang"].notna()]
        .groupby("stream_code")["amount_satang"]
        .sum()
        .sort_values(ascending=False)
    )
    richest = table[table["amount_satang"].notna()].sort_values("amount_satang", ascending=False)
    total = int((0 if pd.isna(placed) else placed) + (0 if pd.isna(strip) else strip))
    unplaced = {"satang": whole(strip) if len(rolled.strip) else 0}
    stated = bool(records["amount_satang"].notna().any())
    title = {"total": {"satang": total}, "streams": int((streams > 0).sum()), "unplaced": unplaced}
    return meeting.step(
        "currents",
        layer,
        ["meeting_title_currents", title] if stated else ["meeting_title_no_currents", {}],
        note=["meeting_note_currents", {"without": int(records["amount_satang"].isna().sum())}]
        if len(records)
        else None,
        figures=[["figure_placed_baht", {"satang": whole(placed)}], ["meeting_unplaced", unplaced]] if stated else [],
        bars=_stream_bars(meeting, streams, total),
        focus=list(richest["subdistrict_code"][:FOCUS]),
        bases=meeting.bases(records),
    )


def _stream_bars(meeting: MeetingData, streams: pd.Series, total: int) -> list[list]:
    known = queries.code_list(meeting.scope, "stream").set_index("code")
    bars: list[list[Any]] = []
    for code, satang in streams.head(5).items():
        row = known.loc[code] if code in known.index else None
        name = (
            {"th": str(code), "en": str(code)}
            if row is None
            else {"th": str(row["name_th"]), "en": str(row["name_en"] or row["name_th"])}
        )
        bars.append([name, int(satang)])
    rest = total - sum(bar[1] for bar in bars)
    return [*bars, ["meeting_other_streams", int(rest)]] if rest > 0 else bars


BUILDERS = {
    "coverage": coverage_step,
    "gaps": gaps_step,
    "overlaps": overlaps_step,
    "currents": currents_step,
    "classes": steps_community.classes_step,
    "weak": steps_community.weak_step,
    "pilots": steps_community.pilots_step,
    "decision": steps_community.decision_step,
}


def answers(meeting: MeetingData) -> dict[str, dict]:
    """Every question's answer, in the order of the registry."""
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
        strength=strength(gaps_queries.needs(scope), signs, queries.areas(scope, chosen.fiscal_year), weak),
        adjacency=queries.adjacency(scope),
        by_theme=lambda: coverage_queries.by_theme(scope, chosen),
        overlaps=lambda: overlaps_queries.overlaps(scope, chosen),
        needs=lambda: gaps_queries.gaps(scope, chosen, meeting.need) if len(gaps_queries.needs(scope)) else None,
    )


def _answer_step(meeting: MeetingData, code: str, answer: Answer) -> dict:
    listed = answer.listed["subdistrict_code"] if "subdistrict_code" in answer.listed else pd.Series(dtype=str)
    names = {row["code"]: {"th": row["name_th"], "en": row["name_en"]} for row in codes.indicators()}
    blanks = {"need": names.get(meeting.need, NO_NAME)} | {
        name: _blank(meeting, name, value) for name, value in answer.blanks.items()
    }
    layer = questions.layer_of(answer)
    step = meeting.step(
        code,
        layer,
        [answer.sentence, blanks],
        values=meeting.in_order(_numbers(answer)) if answer.unit else None,
        focus=[answer.chosen] if answer.chosen else list(dict.fromkeys(listed))[:FOCUS],
        districts=[
            str(answer.blanks[name]) for name in ("most_code", "least_code") if isinstance(answer.blanks.get(name), str)
        ],
        bases=meeting.support_bases,
    )
    # a kind of nothing stands in the legend only where some place is of it
    off_scale = {letter for letter, (role, _key) in answer.styles.items() if role in NOTHING}
    present = [entry for entry in step["legend"] if entry[0] in step["classes"] or entry[0] not in off_scale]
    return step | {"legend": present}


def _numbers(answer: Answer) -> pd.Series:
    return pd.to_numeric(answer.classes.set_index("subdistrict_code")["value"], errors="coerce")


def _blank(meeting: MeetingData, name: str, value: Any) -> object:
    """A blank as :mod:`pages.meeting.steps` writes them; the endings are those of :mod:`geo.questions.questions`."""
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
