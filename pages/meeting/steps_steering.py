"""Storyboard views for steering, in codes and numbers: changes since a meeting, money that meets plans, moves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd

from geo.changes import CORRECTIONS
from geo.frames import each_row, known_sum
from geo.money.rudder import AND, Move, RudderError
from pages.currents.panels import alignment_layer
from pages.loop import data as loop_data
from pages.meeting.board import FOCUS, MeetingData, phrase
from pages.queries import loop, money
from pages.ranking.data import KEY
from pages.rudder import data as rudder_data
from pages.rudder.panels import layer as rudder_layer
from pages.session.formatter import Formatter

STREAMS, DISTRICTS = 5, 6


def changed_step(meeting: MeetingData) -> dict | None:
    """New records, changed classes, what ended or moved; ``None`` when no meeting was held before."""
    since = loop.last_before(meeting.scope)
    if since is None:
        return None
    table = loop.changes(meeting.scope, meeting.chosen, since)
    classes = loop_data.class_changes(meeting.scope, meeting.chosen, since)
    counts, layer = loop_data.counted(table), loop_data.layer(meeting.scope, meeting.chosen, since)
    fresh = table[table["kind"].isin(loop_data.NEW)]
    new = fresh.groupby("subdistrict_code")["amount_satang"].sum(min_count=1).sort_values(ascending=False)
    corrected = int(counts.loc[sorted(CORRECTIONS), "records"].sum())
    blanks = {"new": len(fresh), "satang": _money(known_sum(fresh["amount_satang"])), "classes": len(classes)}
    moved = {
        row[KEY]: (_letter(row["before"]), _letter(row["after"]))
        for row in classes.sort_values(["before", "after"])[:FOCUS].to_dict("records")
    }
    fresh_places = [] if moved else [code for code in new.index if code in meeting.codes][:FOCUS]
    rows = {
        kind: int(counts.at[kind, "records"]) for kind in ("begun", "reported", "ended", "moved", "revised", "progress")
    }
    return meeting.step(
        "changed",
        layer,
        ["meeting_title_changed", blanks] if len(table) or len(classes) else ["meeting_title_changed_none", {}],
        note=["meeting_note_changed", {"name": since.name, "corrected": corrected}],
        figures=[[f"change_{kind}", number, ""] for kind, number in rows.items() if number][:3],
        focus=[*moved, *fresh_places],
        spoken=[phrase("meeting_said_class", before=was, after=now) for was, now in moved.values()]
        + [phrase("meeting_said_new", money=_money(new[code])) for code in fresh_places],
        bases=sorted(set(table["base"].dropna())) or meeting.support_bases,
    )


def _money(satang: Any) -> dict | list:
    """Satang as a blank of a sentence, or the words that no record states an amount."""
    return ["amount_not_known", {}] if pd.isna(satang) else {"satang": int(satang)}


def _letter(label: object) -> str:
    return "–" if pd.isna(label) else str(label)


def direction_step(meeting: MeetingData) -> dict:
    """Share of money that meets the plan of the place, by district and by stream, lowest first."""
    named, layer = meeting.named, alignment_layer(meeting.scope, meeting.chosen)
    share = named["aligned_share"]
    streams = money.direction(meeting.scope, meeting.chosen, "stream_code")
    districts = money.direction(meeting.scope, meeting.chosen, "district_code")
    # the stripe's entry takes lines of the legend: one bar and two names less make room for it
    is_striped = layer.marks is not None and bool(layer.marks.any())
    largest = streams.loc[streams.index.isin(streams[["aligned_satang", "other_satang"]].sum(axis="columns").nlargest(STREAMS - is_striped).index)]  # fmt: skip
    shares = [float(value) for value in largest["share"]]
    names = [meeting.stream_name(str(code)) for code in largest.index]
    held = [int(met + other) for met, other in zip(largest["aligned_satang"], largest["other_satang"], strict=True)]
    bars = [
        [name, satang, ["meeting_said_share_of", {"share": round(part * 100), "money": {"satang": satang}}], part]
        for name, satang, part in zip(names, held, shares, strict=True)
    ]
    worst = districts[: DISTRICTS - 2 * is_striped]
    title = {"share": None if share is None else round(share * 100), "other": {"satang": named["other_money"]}}
    apart = {}
    if len(names) > 1:
        apart = {"low": names[0], "low_share": round(shares[0] * 100), "high": names[-1], "high_share": round(shares[-1] * 100)}  # fmt: skip
    return meeting.step(
        "direction",
        layer if is_striped else replace(layer, marks=None, mark_key=""),
        ["meeting_title_no_direction", {}] if share is None else ["meeting_title_direction", title],
        note=["meeting_note_direction", apart] if apart else None,
        figures=[meeting.figure(f"named_{code}", code) for code in ("aligned_money", "other_money", "unheld_money")] if share is not None else [],
        bars=bars,
        rows=[str(code) for code in worst.index],
        spoken=[phrase("meeting_said_share", share=round(value * 100)) for value in worst["share"]],
        districts=[str(code) for code in worst.index],
        bases=sorted({*meeting.support_bases, *meeting.register_bases("plan")}),
    )  # fmt: skip


def _origins(meeting: MeetingData, moves: tuple[Move, ...]) -> dict[str, str]:
    """Names of the places that the moved money comes from, in both languages; empty for whole streams."""
    codes = sorted({code for move in moves for code in move.origin.split(AND) if code})
    names: dict[str, list[str]] = {"th": [], "en": []}
    for code in codes[:FOCUS]:
        here = meeting.areas[meeting.areas["subdistrict_code"].str.startswith(code)].head(1)
        for row in each_row(here):
            for language, listed in names.items():
                area_name = getattr(row, f"{'name' if len(code) > 4 else 'district_name'}_{language}")
                listed.append(
                    Formatter(language).text("prefix_district") + str(area_name) if len(code) == 4 else str(area_name)
                )
    more = f" +{len(codes) - FOCUS}" if len(codes) > FOCUS else ""
    return {language: ", ".join(listed) + more for language, listed in names.items()} if codes else {}


def rudder_step(meeting: MeetingData) -> dict | None:
    """The scenario saved last on present data; ``None`` without one, or when its money no longer exists."""
    kept = rudder_data.saved(meeting.scope)
    if kept is None or not kept[3]:
        return None
    name, on, year, moves = kept
    try:
        board, outcome = rudder_data.board(meeting.scope, year, on), rudder_data.outcome(meeting.scope, year, on, moves)
    except RudderError:
        return None
    satang: dict[str, int] = {}
    for move in moves:
        satang[move.place] = satang.get(move.place, 0) + move.satang
    places = sorted(satang, key=lambda code: (-satang[code], code))[:FOCUS]
    gaps, demands, gini = (outcome.figures[key] for key in ("gaps_open", "demands_open", "gini"))
    blanks = {"satang": {"satang": sum(satang.values())}, "places": len(satang)}
    is_known = not math.isnan(gaps[0] + demands[0])  # NaN: no need or demand is stated
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
        spoken=[phrase("meeting_said_new", money={"satang": satang[code]}) for code in places],
        bases=sorted(set(board.records["base"].dropna())),
    )
