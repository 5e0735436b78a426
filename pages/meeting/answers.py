"""The ten questions of :mod:`geo.questions.questions` answered for the wall, in the shape of a step: codes and numbers, no words.

Weak means class C of the ranking, as on the wall's other views; without a ranking, as :func:`geo.alignment.strength` says.
"""

from __future__ import annotations

import pandas as pd

from geo.maps.palette import ROLES
from geo.money.alignment import strength
from geo.questions.context import Answer, Context
from geo.questions.questions import QUESTIONS
from geo.statuses import NOTHING
from loaders import codes
from pages.meeting.board import FOCUS, Board, nothing_legend
from pages.queries import analysis
from pages.queries import store as queries


def answers(board: Board) -> dict[str, dict]:
    """Every question's answer, in the order of the registry."""
    context = _context(board)
    return {code: _step(board, code, ask(context)) for code, ask in QUESTIONS.items()}


def _context(board: Board) -> Context:
    scope, chosen = board.scope, board.chosen
    signs = [entry["code"] for entry in codes.indicators() if entry["direction"] == "strength"]
    classes = board.ranked["class"].dropna().to_dict() if board.strength else None
    return Context(
        coverage=analysis.coverage(scope, chosen),
        support=analysis.chosen_support(scope, chosen),
        plans=queries.register(scope, "plan"),
        strength=strength(analysis.needs(scope), signs, queries.areas(scope, chosen.fiscal_year), classes),
        adjacency=queries.adjacency(scope),
        by_theme=lambda: analysis.by_theme(scope, chosen),
        overlaps=lambda: analysis.overlaps(scope, chosen),
        needs=lambda: analysis.gaps(scope, chosen, board.need) if len(analysis.needs(scope)) else None,
    )


def _step(board: Board, code: str, given: Answer) -> dict:
    table = given.classes.set_index("subdistrict_code")
    listed = given.listed["subdistrict_code"] if "subdistrict_code" in given.listed else pd.Series(dtype=str)
    marks = "".join("1" if own in given.marked else "0" for own in board.codes) if given.marked else None
    names = {row["code"]: {"th": row["name_th"], "en": row["name_en"]} for row in codes.indicators()}
    blanks = {"need": names.get(board.need, {"th": "-", "en": "-"})} | {
        name: _blank(board, name, value) for name, value in given.blanks.items()
    }
    return board.step(
        code, table["class"], _legend(given, set(table["class"])), [given.sentence, blanks],
        values=board.in_order(pd.to_numeric(table["value"], errors="coerce")) if given.unit else None, unit=given.unit or None, marks=marks,
        mark_key=given.mark_label or None, badges=dict(given.badges) or None, focus=[given.chosen] if given.chosen else list(dict.fromkeys(listed))[:FOCUS],
        districts=[str(given.blanks[name]) for name in ("most_code", "least_code") if isinstance(given.blanks.get(name), str)],
        bases=board.bases(analysis.chosen_support(board.scope, board.chosen)),
    )  # fmt: skip


def _legend(given: Answer, used: set[str]) -> list[list]:
    """The answer's classes; a kind of nothing only where some place is of it."""
    usual = {entry[0]: entry for entry in nothing_legend()}
    legend = []
    for letter, (role, label) in given.styles.items():
        if role in NOTHING and letter not in used:
            continue
        if role in NOTHING:
            _own, color, hatch, key, blanks = usual[NOTHING[role]]
            legend.append([letter, color, hatch, label or key, blanks])
        else:
            legend.append([letter, ROLES[role], None, label, {}])
    return legend


def _blank(board: Board, name: str, value: object) -> object:
    """A blank as :mod:`pages.meeting.steps` writes them; the endings are those of :mod:`geo.questions.questions`."""
    if pd.isna(value):  # type: ignore[arg-type]
        return None
    if name.endswith("_satang"):
        return {"satang": int(value)}  # type: ignore[call-overload]
    if name.endswith("_code"):
        return _place(board, str(value))
    return round(float(value)) if name.endswith("_per_head") else int(value)  # type: ignore[arg-type, call-overload]


def _place(board: Board, code: str) -> dict[str, str]:
    own = board.areas[board.areas["subdistrict_code"].str.startswith(code)].iloc[0]
    stem = "district_name" if len(code) == 4 else "name"
    return {"th": str(own[f"{stem}_th"]), "en": str(own[f"{stem}_en"])}
