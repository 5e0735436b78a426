"""The view of the rudder: the moves that were saved last, what they open and close. Codes and numbers."""

from __future__ import annotations

import math

from geo.frames import each_row
from geo.money.rudder import AND, Move, RudderError
from pages.meeting.board import FOCUS, MeetingData, said
from pages.rudder import data
from pages.rudder.panels import layer as rudder_layer
from pages.session.formatter import Formatter


def _origins(meeting: MeetingData, moves: tuple[Move, ...]) -> dict[str, str]:
    """The places whose money alone is moved, in both languages; empty where whole streams give."""
    codes = sorted({code for move in moves for code in move.origin.split(AND) if code})
    names: dict[str, list[str]] = {"th": [], "en": []}
    for code in codes[:FOCUS]:
        here = meeting.areas[meeting.areas["subdistrict_code"].str.startswith(code)].head(1)
        for row in each_row(here):
            for language, listed in names.items():
                said = getattr(row, f"{'name' if len(code) > 4 else 'district_name'}_{language}")
                listed.append(Formatter(language).text("prefix_district") + str(said) if len(code) == 4 else str(said))
    more = f" +{len(codes) - FOCUS}" if len(codes) > FOCUS else ""
    return {language: ", ".join(listed) + more for language, listed in names.items()} if codes else {}


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
    blanks = {"satang": {"satang": sum(satang.values())}, "places": len(satang)}
    is_known = not math.isnan(gaps[0] + demands[0])  # nobody said what is asked for
    if is_known:
        blanks |= {"gaps": int(gaps[0] - gaps[1]), "demands": int(demands[0] - demands[1])}
    unevenness = {"name": name, "before": round(float(gini[0]), 3), "after": round(float(gini[1]), 3)}
    origin = _origins(meeting, moves)
    return meeting.step(
        "rudder",
        rudder_layer(meeting.scope, board, outcome, moves),
        ["meeting_title_rudder" if is_known else "meeting_title_rudder_unknown", blanks],
        note=["meeting_note_rudder_from", unevenness | {"origin": origin}]
        if origin
        else ["meeting_note_rudder", unevenness],
        figures=[
            ["rudder_pulled", {"satang": outcome.pulled_satang}, ""],
            ["rudder_unmatched", {"satang": outcome.unmatched_satang}, ""],
        ],
        focus=places,
        spoken=[said("meeting_said_new", money={"satang": satang[code]}) for code in places],
        bases=sorted(set(board.records["base"].dropna())),
    )
