"""Ten questions that a meeting asks, answered from the same facts as the storyboard: a class per subdistrict and a sentence."""

from __future__ import annotations

import pandas as pd

from geo.gaps import neighbours
from pages.parts import queries
from pages.parts.meeting_steps import FOCUS, Board, whole
from pages.parts.palette import ANSWER, NOT_REPORTED, NOT_REPORTED_LINE

QUESTIONS = ("nobody", "unknown", "most", "booklets", "same_work", "duplication", "need", "weak", "current", "unplaced")
FROM_STEP = {"duplication": "overlaps", "need": "gaps", "weak": "weak", "unplaced": "currents"}


def answers(board: Board, steps: dict) -> dict[str, dict]:
    """Every question's answer, shaped like a step; some are a step of the storyboard seen as an answer."""
    made = {"nobody": _nobody, "unknown": _unknown, "most": _most, "booklets": _booklets, "same_work": _same_work, "current": _current}
    found = {}
    for name in QUESTIONS:
        answer = steps[FROM_STEP[name]] if name in FROM_STEP else made[name](board)
        found[name] = answer | {"view": name}
    strip = queries.rolled(board.version, board.chosen).strip
    levels = [[f"level_{row.level}", int(row.amount_satang)] for row in strip.itertuples() if row.amount_satang > 0]
    found["unplaced"] = found["unplaced"] | {"bars": levels, "title": ["meeting_answer_unplaced", steps["currents"]["title"][1]]}
    return found


def _answer(board: Board, name: str, yes: pd.Series, unknown: pd.Series, order: pd.Series, blanks: dict, unit: str, bases: list[str]) -> dict:
    """Places that are the answer, places that are not, places for which it is not known; ``order`` ranks and values them."""
    yes = yes.reindex(board.codes, fill_value=False).astype(bool)
    unknown = unknown.reindex(board.codes, fill_value=False).astype(bool) & ~yes
    classes = pd.Series("o", index=board.codes, dtype="object").mask(unknown, "u").mask(yes, "y")
    legend = [["y", ANSWER["yes"], None, f"meeting_yes_{name}", {}], ["o", ANSWER["no"], None, "meeting_no", {}]]
    if unknown.any():
        legend.append(["u", NOT_REPORTED, NOT_REPORTED_LINE, "status_not_reported", {}])
    ranked = order.reindex(board.codes)[yes].sort_values(ascending=False)
    people = board.areas["population"].reindex(board.codes)[yes].sum()
    return board.step(
        name, classes, legend, [f"meeting_answer_{name}", {"places": int(yes.sum()), "all": len(board.codes), "unknown": int(unknown.sum()), **blanks}],
        values=board.in_order(order.where(yes.reindex(order.index, fill_value=False))), unit=unit,
        figures=[["meeting_people_there", whole(people)]], focus=list(ranked.index[:FOCUS]), bases=bases,
    )  # fmt: skip


def _support_bases(board: Board) -> list[str]:
    return board.bases(queries.chosen_support(board.version, board.chosen))


def _nobody(board: Board) -> dict:
    table = board.coverage
    return _answer(board, "nobody", table["status"].eq("none"), table["status"].eq("not_reported"), table["population"], {}, "meeting_unit_people", _support_bases(board))


def _unknown(board: Board) -> dict:
    table = board.coverage
    silent = table["missing_bases"].str.split(",").map(lambda names: len([name for name in names if name]))
    none = pd.Series(False, index=table.index)
    return _answer(board, "unknown", table["missing_bases"].ne(""), none, silent, {}, "meeting_unit_bases", _support_bases(board))


def _most(board: Board) -> dict:
    """The ten subdistricts with most agencies, ties with the tenth included."""
    agencies = board.coverage["agencies"]
    tenth = agencies.nlargest(10).min() if len(agencies) else 0
    yes = agencies.ge(tenth) & agencies.gt(0)
    return _answer(board, "most", yes, board.coverage["status"].eq("not_reported"), agencies, {"most": int(agencies.max() or 0)}, "unit_agencies", _support_bases(board))


def _booklets(board: Board) -> dict:
    plans = queries.register(board.version, "plan")
    known = plans[plans["booklet_held"].notna() & plans["subdistrict_code"].notna()]
    held = known.groupby("subdistrict_code")["booklet_held"].any() if len(known) else pd.Series(dtype=bool)
    held = held.astype(bool).reindex(board.codes)
    yes = held.eq(True).fillna(False)
    return _answer(board, "booklets", yes, held.isna(), board.areas["population"], {}, "meeting_unit_people", board.bases(known))


def _same_work(board: Board) -> dict:
    """Three agencies or more on one theme while a neighbour, whose bases have all spoken, has none on it."""
    placed = queries.rolled(board.version, board.chosen).by_subdistrict
    counts = placed.dropna(subset=["theme_code"]).groupby(["theme_code", "subdistrict_code"])["agency_code"].nunique()
    adjacency = queries.adjacency()
    spoken = set(board.coverage.index[board.coverage["missing_bases"].eq("")])
    most = pd.Series(0, index=board.codes)
    for (theme, code), number in counts[counts >= 3].items():
        bare = [near for near in neighbours(adjacency, code) if near in spoken and (theme, near) not in counts.index]
        if bare and code in most.index:
            most[code] = max(most[code], int(number))
    return _answer(board, "same_work", most.gt(0), board.coverage["status"].eq("not_reported"), most, {}, "unit_agencies", _support_bases(board))


def _current(board: Board) -> dict:
    """A strong current on a weak community: baht per head in the top quarter, class to be strengthened."""
    per_head = board.coverage["per_head_baht"].astype("Float64")
    bar = per_head.quantile(0.75) if per_head.notna().any() else pd.NA
    strong = (per_head >= bar).fillna(False).astype(bool) if pd.notna(bar) else pd.Series(False, index=per_head.index)
    unknown = board.ranked["class"].isna()
    blanks = {"bar": 0 if pd.isna(bar) else round(float(bar))}
    return _answer(board, "current", strong & board.weak, unknown, per_head, blanks, "unit_per_head_baht", _support_bases(board))
