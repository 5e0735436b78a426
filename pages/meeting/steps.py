"""The views of the storyboard as codes and numbers: a class per subdistrict, a finding, figures, rows. No words.

A step is plain JSON, so that it can be frozen. ``classes`` holds one character per subdistrict in code order;
``legend`` says for each character its colour, hatch, text key and blanks; ``focus`` names the places under
discussion, at most seven. A blank is a number, ``{"satang": n}``, ``{"share": x}`` or a name ``{"th": .., "en": ..}``.
"""

from __future__ import annotations

import pandas as pd

from geo.frames import known_sum
from geo.maps import classes as map_classes
from geo.maps.breaks import classify
from geo.maps.palette import (
    NONE,
    NOT_APPLICABLE,
    NOT_REPORTED,
    NOT_REPORTED_LINE,
    OUTCOMES,
    QUADRANTS,
    SEQUENTIAL,
    UNMEASURED,
)
from geo.overlaps import outcomes
from geo.statuses import nothing_classes
from loaders import codes
from pages.components.map_layer import count_bounds
from pages.meeting import steps_community as meeting_community
from pages.meeting.board import FOCUS, Board, nothing_legend, whole
from pages.queries import analysis
from pages.queries import store as queries

JUDGED = ("gap", "served", "low_need_supported", "low_need_none")


def _ranges(bounds: list[float], count: bool) -> list[str]:
    words, start = [], None
    for bound in bounds:
        low = (1 if count else 0) if start is None else (start + 1 if count else start)
        words.append(f"{bound:,.0f}" if low == bound else f"{low:,.0f}–{bound:,.0f}")
        start = bound
    return words


def _scale(bounds: list[float], key: str, count: bool) -> list[list]:
    shades = [
        SEQUENTIAL[round(index * (len(SEQUENTIAL) - 1) / max(len(bounds) - 1, 1))] for index in range(len(bounds))
    ] or []
    entries = [[str(i), shades[i], None, key, {"range": words}] for i, words in enumerate(_ranges(bounds, count))]
    return entries[::-1]


def coverage(board: Board) -> dict:
    """How many agencies stand in each subdistrict, and where nobody does."""
    table = board.coverage
    bounds = count_bounds(float(table["agencies"].max() or 0))
    number = classify(table["agencies"], bounds)
    classes = nothing_classes(table["status"]).where(number.isna(), number.astype("string"))
    counts = table["status"].value_counts()
    covered, none, unknown = (int(counts.get(name, 0)) for name in ("covered", "none", "not_reported"))
    nobody = table[table["status"].eq("none")].sort_values("population", ascending=False)
    few = table[table["agencies"].eq(1)].sort_values("population", ascending=False)
    above = (table["supported_above"] & ~table["status"].eq("covered")).reindex(board.codes, fill_value=False)
    return board.step(
        "coverage", classes.astype("object"), _scale(bounds, "unit_agencies", True) + nothing_legend(),
        ["meeting_title_coverage", {"covered": covered, "all": len(table), "none": none, "unknown": unknown}] if covered + none else ["meeting_title_no_coverage", {}],
        note=["meeting_note_coverage", {"full": int((table["missing_bases"].eq("") & table["completeness"].notna()).sum()), "all": len(table), "bases": board.reporting}] if covered + none else None,
        values=board.in_order(table["agencies"].where(table["status"].eq("covered"))), unit="unit_agencies",
        figures=[["people_covered", whole(known_sum(table.loc[table["status"].eq("covered"), "population"]))],
                 ["people_none", whole(known_sum(table.loc[table["status"].eq("none"), "population"]))],
                 ["people_not_reported", whole(known_sum(table.loc[table["status"].eq("not_reported"), "population"]))]][0 if covered + none else 2:],
        marks="".join("1" if mark else "0" for mark in above) if above.any() else None, mark_key="mark_supported_above",
        focus=list((nobody if len(nobody) else few)["subdistrict_code"][: FOCUS - 2 if above.any() else FOCUS]),  # the stripe takes two lines
        bases=board.bases(analysis.chosen_support(board.scope, board.chosen)),
    )  # fmt: skip


def gaps(board: Board) -> dict:
    """Where need is high and nobody helps."""
    table = board.gaps
    legend = [[map_classes.QUADRANTS[name], QUADRANTS[name], None, f"quadrant_{name}", {}] for name in JUDGED]
    legend += [["v", NOT_REPORTED, NOT_REPORTED_LINE, "quadrant_unknown_support", {}], ["u", NONE, NOT_REPORTED_LINE, "quadrant_unknown_need", {}],
               ["x", NOT_APPLICABLE, None, "status_not_applicable", {}]]  # fmt: skip
    found = table[table["quadrant"].eq("gap")].sort_values("need_value", ascending=False)
    unknown = int(table["quadrant"].isin(["unknown_support", "unknown_need"]).sum())
    need = next(
        (entry for entry in codes.indicators() if entry["code"] == board.need), {"name_th": "-", "name_en": "-"}
    )
    theme = analysis.theme_of(board.need)
    name = next(
        ({"th": entry["name_th"], "en": entry["name_en"]} for entry in codes.themes() if entry["code"] == theme),
        {"th": "-", "en": "-"},
    )
    blanks = {"gaps": len(found), "need": {"th": need["name_th"], "en": need["name_en"]}, "theme": name}
    register = queries.register(board.scope, "indicator").query("indicator_code == @board.need")
    judged = bool(table["quadrant"].isin(list(JUDGED)).any())
    return board.step(
        "gaps", map_classes.letters(table["quadrant"], map_classes.QUADRANTS), legend,
        ["meeting_title_gaps" if judged else "meeting_title_no_gaps", blanks], need=blanks["need"],
        note=["meeting_note_gaps", {"known": int(table["need_value"].notna().sum()), "all": len(table), "unknown": unknown}],
        values=board.in_order(table["need_value"]), unit="unit_need",
        figures=[["meeting_need_in_gaps", whole(found["need_value"].sum())], ["meeting_people_in_gaps", whole(known_sum(found["population"]))]] if judged else [],
        focus=list(found["subdistrict_code"][:FOCUS]),
        bases=sorted({*board.bases(register), *board.bases(analysis.chosen_support(board.scope, board.chosen))}),
    )  # fmt: skip


def overlaps(board: Board) -> dict:
    """Suspected duplication told from designed layering."""
    found = analysis.overlaps(board.scope, board.chosen)
    inside = found.by_area[found.by_area["subdistrict_code"].notna()].set_index("subdistrict_code")
    outcome = inside["outcome"].reindex(board.codes)
    status = nothing_classes(board.coverage["status"].reindex(board.codes))
    status = status.fillna(outcomes.OUTCOMES["not_known"].letter)
    classes = map_classes.letters(outcome, outcomes.letters(), missing=status)
    legend = [[known.letter, OUTCOMES[name], None, f"outcome_{name}", {}] for name, known in outcomes.drawn().items()]
    flagged = inside[inside["outcome"].eq("suspected_duplication")].sort_values(
        "at_stake_satang", ascending=False, na_position="last"
    )
    stake = flagged["at_stake_satang"].sum(min_count=1) if len(flagged) else 0
    counts = found.pairs["outcome"].value_counts()
    return board.step(
        "overlaps", classes.astype("object"), legend + nothing_legend(), _overlaps_title(board, counts, whole(stake)),
        note=["meeting_note_overlaps", {"unknown": int(counts.get("not_known", 0))}],
        values=board.in_order(inside["suspected_duplication"].astype(float)), unit="unit_duplication",
        badges={str(code): int(number) for code, number in flagged["suspected_duplication"].items()},
        figures=[[f"meeting_pairs_{name}", whole(counts.get(name, 0))] for name in ("suspected_duplication", "overlapping", "complementary")] if len(outcome.dropna()) else [],
        focus=list(flagged.index[:FOCUS]), bases=board.bases(analysis.chosen_support(board.scope, board.chosen)),
    )  # fmt: skip


def _overlaps_title(board: Board, counts: pd.Series, stake: int | None) -> list:
    """The finding; without one, how many pairs were compared; without supports, that nothing can be said."""
    if len(board.flagged):
        blanks = {
            "pairs": len(board.flagged),
            "places": int(board.flagged["area_code"].nunique()),
            "stake": {"satang": stake},
        }
        return ["meeting_title_overlaps", blanks]
    if board.coverage["status"].eq("covered").any():
        return ["meeting_title_overlaps_zero", {"compared": int(counts.sum() - counts.get("not_known", 0))}]
    return ["meeting_title_no_overlaps", {}]


def currents(board: Board) -> dict:
    """Where the money runs: baht per subdistrict, the streams by size, and what has no subdistrict."""
    rolled = analysis.rolled(board.scope, board.chosen)
    table = board.coverage
    million = table["amount_satang"].astype("Float64") / 1e8
    bounds = [0.5, 1.0, 2.0, 5.0]
    top = float(million.max()) if million.notna().any() else 0.0
    scale = [bound for bound in bounds if bound < top] + ([top] if top else [])
    number = classify(million, scale)
    unmeasured = nothing_classes(table["status"]).fillna(map_classes.UNMEASURED)
    classes = unmeasured.astype("object").where(number.isna(), number.astype("string"))
    shades = _scale(scale, "meeting_unit_million_baht", False)
    edges = ["0", *(f"{bound:g}" for bound in bounds)]
    for entry in shades:
        position = int(entry[0])
        last = position == len(scale) - 1
        entry[4] = {"range": f"{edges[position]}+" if last else f"{edges[position]}–{edges[position + 1]}"}
    placed, strip = (
        rolled.by_subdistrict["amount_satang"].sum(min_count=1),
        rolled.strip["amount_satang"].sum(min_count=1),
    )
    records = analysis.chosen_support(board.scope, board.chosen)
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
    return board.step(
        "currents", classes.astype("object"), [*shades, ["m", UNMEASURED, None, "unmeasured_per_head_baht", {}], *nothing_legend()],
        ["meeting_title_currents", {"total": {"satang": total}, "streams": int((streams > 0).sum()), "unplaced": unplaced}] if stated else ["meeting_title_no_currents", {}],
        note=["meeting_note_currents", {"without": int(records["amount_satang"].isna().sum())}] if len(records) else None,
        values=board.in_order(million), unit="meeting_unit_million_baht",
        figures=[["figure_placed_baht", {"satang": whole(placed)}], ["meeting_unplaced", unplaced]] if stated else [],
        bars=_stream_bars(board, streams, total), focus=list(richest["subdistrict_code"][:FOCUS]), bases=board.bases(records),
    )  # fmt: skip


def _stream_bars(board: Board, streams: pd.Series, total: int) -> list[list]:
    known = queries.code_list(board.scope, "stream").set_index("code")
    bars = []
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
    "coverage": coverage,
    "gaps": gaps,
    "overlaps": overlaps,
    "currents": currents,
    "classes": meeting_community.classes,
    "weak": meeting_community.weak,
    "pilots": meeting_community.pilots,
    "decision": meeting_community.decision,
}
