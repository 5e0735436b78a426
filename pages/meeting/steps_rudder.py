"""The view of the rudder: the moves that were saved last, what they open and close. Codes and numbers."""

from __future__ import annotations

from geo.money.rudder import RudderError
from pages.meeting.board import FOCUS, MeetingData, said
from pages.rudder import data
from pages.rudder.panels import layer as rudder_layer


def rudder_step(meeting: MeetingData) -> dict | None:
    """The scenario saved last against the board of today; ``None`` where there is none, or its money is gone."""
    kept = data.saved(meeting.scope)
    if kept is None or not kept[3]:
        return None
    name, on, year, moves = kept
    try:
        board, outcome = data.board(meeting.scope, year, on), data.outcome(meeting.scope, year, on, moves)
    except RudderError:
        return None
    satang: dict[str, int] = {}
    for move in moves:
        satang[move.place] = satang.get(move.place, 0) + move.satang
    places = sorted(satang, key=lambda code: (-satang[code], code))[:FOCUS]
    gaps, demands, gini = (outcome.figures[key] for key in ("gaps_open", "demands_open", "gini"))
    blanks = {"satang": {"satang": sum(satang.values())}, "places": len(satang), "gaps": int(gaps[0] - gaps[1]), "demands": int(demands[0] - demands[1])}  # fmt: skip
    return meeting.step(
        "rudder",
        rudder_layer(meeting.scope, board, outcome, moves),
        ["meeting_title_rudder", blanks],
        note=[
            "meeting_note_rudder",
            {"name": name, "before": round(float(gini[0]), 3), "after": round(float(gini[1]), 3)},
        ],
        figures=[
            ["rudder_pulled", {"satang": outcome.pulled_satang}, ""],
            ["rudder_unmatched", {"satang": outcome.unmatched_satang}, ""],
        ],
        focus=places,
        spoken=[said("meeting_said_new", money={"satang": satang[code]}) for code in places],
        bases=sorted(set(board.records["base"].dropna())),
    )
