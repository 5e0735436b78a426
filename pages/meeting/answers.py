"""The ten questions of :mod:`geo.questions.questions` answered for the wall, in the shape of a step: codes and numbers, no words.

Weak means the weakest class of the ranking, as on the wall's other views; without a ranking, as :func:`geo.alignment.strength` says.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.money.alignment import strength
from geo.questions.context import Answer, Context
from geo.questions.questions import QUESTIONS
from geo.statuses import NOTHING
from loaders import codes
from pages.meeting.board import FOCUS, NO_NAME, MeetingData
from pages.overview import questions
from pages.queries import coverage, gaps, overlaps
from pages.queries import store as queries


def answers(meeting: MeetingData) -> dict[str, dict]:
    """Every question's answer, in the order of the registry."""
    context = _context(meeting)
    return {code: _answer_step(meeting, code, ask(context)) for code, ask in QUESTIONS.items()}


def _context(meeting: MeetingData) -> Context:
    scope, chosen = meeting.scope, meeting.chosen
    signs = [entry["code"] for entry in codes.indicators() if entry["direction"] == "strength"]
    classes = meeting.ranked["class"].dropna()
    weak = classes.eq(meeting.strength.spec.weakest).to_dict() if meeting.strength else None
    return Context(
        coverage=coverage.coverage(scope, chosen),
        support=coverage.records(scope, chosen),
        plans=queries.register(scope, "plan"),
        strength=strength(gaps.needs(scope), signs, queries.areas(scope, chosen.fiscal_year), weak),
        adjacency=queries.adjacency(scope),
        by_theme=lambda: coverage.by_theme(scope, chosen),
        overlaps=lambda: overlaps.overlaps(scope, chosen),
        needs=lambda: gaps.gaps(scope, chosen, meeting.need) if len(gaps.needs(scope)) else None,
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
