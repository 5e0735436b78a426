"""The wall: one message to a browser component that then runs by itself; its answers are written to the store."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st
import streamlit.components.v1 as components

from geo import registers
from geo.frames import each_row
from geo.maps import palette
from geo.maps.classes import check_styles
from geo.statuses import TEXT_KEYS as STATUS_KEYS
from loaders import settings
from loaders.decisions import meetings
from loaders.problems import Refused
from loaders.store.privacy import DATA_TEAM
from pages.components import reply_link
from pages.components.registers import layer
from pages.meeting.board import VIEWS, VIEWS_OF_WALL
from pages.meeting.facts import gather, shipped_story
from pages.meeting.words import Words, bars_of, figures_of, legend_of, meanings_of, places_of, title_of
from pages.queries import loop
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.session import errors, sign_in, url_state
from pages.session.cache import cached
from pages.session.scope import Scope
from pages.session.text import LANGUAGES, problem_text

_component = components.declare_component("kradan_meeting", path=settings.ROOT / "static" / "wall")
STATIC = "../../app/static/"
TEXTS = ("find", "find_keys", "nothing", "compare", "who_supports", "card_keys", "questions", "question_keys", "decide", "decide_who", "decide_what",
         "decide_due", "decide_save", "decide_incomplete", "decide_keys", "decide_noted", "decisions", "help", "back", "next", "grid", "map", "zoom",
         "layers", "layer_off", "code", "code_how", "code_off", "close", "failed", "sources", "sources_keys", "full", "hint", "decide_due_hint", "decide_due_wrong", "more_agencies", "zoomed", "decide_refused", "decide_drop")  # fmt: skip
LAYER_HEADS = tuple(f"meeting_layer_{name}" for name in ("entries", "listed", "none", "unknown", "unplaced"))
MEETING_SECONDS = 600
LONGEST_NUMBER = 18  # digits that a key of the store can have
SOON = (7, 30, 90)  # days to a due date offered as buttons
SOURCE_HEADS = ("column_base", "column_file", "column_rows_loaded", "column_loaded_at")
KEYS = ("arrows", "digits", "q", "find", "c", "l", "g", "z", "k", "d", "s", "f", "h", "esc")


def story_named(name: str | None) -> list[dict]:
    """Steps of a saved storyboard; those of the shipped one without a name, or when it was deleted."""
    seen = queries.viewer()
    with queries.reading(seen) as connection:
        saved = meetings.storyboards(connection, viewer=seen)
    steps = saved.get(name or "") or shipped_story()["step"]
    return [step for step in steps if step.get("view") in VIEWS] or shipped_story()["step"]


def can_show(facts: dict, story: list[dict]) -> bool:
    """Whether the facts contain a view of the storyboard: some need a meeting held before, or a scenario."""
    return any(part["view"] in facts["steps"] for part in story)


@cached(8)
def frozen(number: int) -> dict:
    """The facts of a frozen meeting; they never change, so caching is safe."""
    with queries.reading(DATA_TEAM) as connection:
        return meetings.read_snapshot(connection, number, viewer=DATA_TEAM)


def facts_of(scope: Scope, number: int | None) -> dict:
    """The facts of a frozen meeting, or of the present data as the viewer may see them.

    Raises ``Refused`` for a frozen meeting unless the viewer is of the data team: the copy is unmasked.
    """
    if number is None:
        return gather(scope)
    sign_in.team_only(scope.viewer)
    return frozen(number)


def decisions_of(scope: Scope, number: int | None) -> pd.DataFrame:
    """Decisions noted at a meeting (``None``: on present data); empty for viewers outside the data team."""
    with queries.reading(scope.viewer) as connection:
        return meetings.read_decisions(connection, scope.province, viewer=scope.viewer, snapshot_id=number)


def payload(facts: dict, story: list[dict], words: Words, meeting: str) -> dict:
    """Everything the wall shows, as text in one language; ``id`` is a hash of the content."""
    steps = [
        _step(facts, words, facts["steps"][part["view"]], part) for part in story if part["view"] in facts["steps"]
    ]
    for step in steps:  # a view without seconds in the storyboard gets an even share
        step["seconds"] = step["seconds"] or MEETING_SECONDS // len(steps)
    questions = [
        _step(facts, words, answer, {})
        | {"question": words.say(f"question_{name}"), "ask": words.say(f"question_{name}")}
        for name, answer in facts["questions"].items()
    ]
    map_ = geometry.current(facts["province"])
    wall = {
        "lang": words.language,
        "colors": palette.for_browser(),
        "meeting": meeting,
        "province": facts["province"],
        "codes": facts["codes"],
        "names": _names(facts, words),
        "geometry": {
            "main": STATIC + map_["main"], "grid": STATIC + map_["grid"], "missing": map_["missing"],
            "texts": {"main": words.say(geometry.NOTES[map_["kind"]]) if map_["kind"] in geometry.NOTES else "", "grid": words.say("note_grid")},
        },
        "steps": steps,
        "questions": questions,
        "layers": _layers(facts, words),
        "sources": [
            {"base": row["base"], "cells": [words.base(facts, row["base"]), row["file"], f"{row['rows']:,}", words.day(row["day"])]}
            for row in facts["sources"]
        ],
        "cards": {code: card_of(facts, words, code) for code in facts["codes"]},
        "texts": _texts(facts, words, map_["credit"]),
        "keys": [
            [words.say(f"meeting_key_{name}_keys", range=_digits(len(steps))), words.say(f"meeting_key_{name}")] for name in KEYS
        ],
    }  # fmt: skip
    return wall | {"id": hashlib.sha256(json.dumps(wall, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]}


def _layers(facts: dict, words: Words) -> list[dict]:
    """Registers for map overlays, with legend texts; a frozen meeting may name one that was removed since."""
    kept = {
        name: facts_of_layer
        for name, facts_of_layer in facts.get("registers", {}).items()
        if name in registers.over_names()
    }
    heads = [words.say(key) for key in LAYER_HEADS]
    return [{"name": name, "label": words.say(layer.title_key(name)), "heads": heads, **facts_of_layer} for name, facts_of_layer in kept.items()]  # fmt: skip


def _digits(steps: int) -> str:
    """Text of the number keys for the views: 0 is the tenth, End the last."""
    return str(steps) if steps < 10 else "9 · 0" if steps == 10 else "9 · 0 · End"


def _names(facts: dict, words: Words) -> dict[str, list[str]]:
    """Names by code of subdistricts and (4 digits) districts: name, district, English name."""
    own = {code: [words.name(area), words.district(area), area["en"]] for code, area in facts["areas"].items()}
    return own | {area["district"]: [words.district(area), "", area["district_en"]] for area in facts["areas"].values()}


def _texts(facts: dict, words: Words, credit: str) -> dict[str, str | list]:
    texts = {name: words.say(f"meeting_{name}") for name in TEXTS}
    return texts | {
        "demo": words.say("demo") if facts["is_demo"] else "",
        "credit": credit,
        "as_of": words.as_of(facts),
        "legend": words.say("legend"),
        "source_heads": [words.say(key) for key in SOURCE_HEADS],
        "decide_days": [[days, words.say("meeting_decide_days", range=str(days))] for days in SOON],
    }


def _step(facts: dict, words: Words, step: dict, part: dict) -> dict:
    check_styles(f"wall, view {step['view']}", step["classes"], [letter for letter, *_ in step["legend"]])
    return {
        "view": step["view"],
        "over": part.get("over", ""),
        "title": title_of(words, step, part),
        "ask": part.get(f"ask_{words.language}", ""),
        "seconds": int(part.get("seconds") or 0),
        "note": words.phrase(step["note"]),
        "classes": step["classes"],
        "marks": step["marks"],
        "legend": legend_of(words, step),
        "figures": figures_of(words, step),
        "meanings": meanings_of(words, step),
        "bars": bars_of(words, step),
        "badges": step["badges"],
        "focus": step["focus"],
        "places": [(name, why or district, figure) for name, district, figure, why in places_of(words, facts, step)],
        "head": words.say("meeting_districts" if step.get("rows") else "meeting_places"),
        "districts": step.get("districts", []),
        "bases": step["bases"],
        "foot": words.footnote(facts, step["bases"]),
    }


def card_of(facts: dict, words: Words, code: str) -> dict:
    """A subdistrict's card: three large figures, lines of label and value, its supporters."""
    card, area = facts["cards"][code], facts["areas"][code]
    covered = card["status"] == "covered"
    big = [
        [
            str(card["agencies"]) if covered else "–",
            words.say("figure_agencies") if covered else words.say(STATUS_KEYS[card["status"]]),
        ],
        [words.baht(card["satang"]) if covered else "–", words.say("column_amount")],
        [card["class"] or "–", words.say("meeting_class") if card["class"] else words.say("meeting_not_ranked")],
    ]
    lines = [
        [words.say("figure_population", year=str(facts["population_year"] + 543)), words.value(area["population"])],
        [words.say("figure_villages"), words.value(area["villages"])],
        [words.say("column_need"), words.value(card["need"]) + " · " + words.say(f"quadrant_{card['quadrant']}")],
        [
            words.say("column_per_head"),
            words.value(card["per_head"]) if covered else words.say(STATUS_KEYS[card["status"]]),
        ],
        [words.say("meeting_stability"), "–" if card["stability"] is None else _stability(words, card)],
        [words.say("outcome_suspected_duplication"), words.value(card["duplication"])],
        [
            words.say("meeting_booklet"),
            words.say({True: "booklet_held", False: "booklet_missing", None: "not_known"}[card["booklet"]]),
        ],
        [words.say("meeting_pilot"), words.say("meeting_yes" if card["pilot"] else "meeting_no_word")],
    ]
    if covered and "reached" in card:  # meetings frozen by older versions lack it
        share = words.villages(card["reached"], area["villages"], card["whole"], card["status"])
        if not card["reached"] and area["villages"]:
            share += f" · {words.say('figure_villages')} {words.value(area['villages'])}"
        lines[1] = [words.say("column_village_share"), share]
    if card["missing"]:
        named = ", ".join(words.base(facts, base) for base in card["missing"])
        blanks = {"missing": str(len(card["missing"])), "owed": str(card.get("owed", "–"))}
        lines.append([words.say("still_missing"), words.say("still_missing_card", bases=named, **blanks)])
    if card.get("waiting"):
        lines.append([words.say("still_waiting"), words.value(card["waiting"])])
    top = [
        [words.base(facts, agency), f"{words.baht(satang)} · {records:,} {words.say('records')}"]
        for agency, records, satang in card["top"]
    ]
    bases = sorted({source["base"] for source in facts["sources"] if source["base"] != "reference"})
    return {
        "big": big,
        "lines": lines,
        "top": top,
        "nobody": words.say(STATUS_KEYS[card["status"]]),
        "foot": words.footnote(facts, bases),
    }


def _stability(words: Words, card: dict) -> str:
    held = f"{card['stability'] * 100:.0f} %"
    return f"{held} · {words.say('meeting_border')} {card['border']}" if card["border"] else held


@cached(8)
def _prepared(scope: Scope, meeting: str, story: str, map_: str, _since: loop.Since | None) -> dict:
    facts = facts_of(scope.in_language(None), int(meeting) if meeting else None)
    return payload(facts, json.loads(story), Words(scope.language or LANGUAGES[0]), meeting)


def show(scope: Scope, number: int | None, story: list[dict], language: str) -> dict | None:
    """Draw the wall; returns its message if it is a new one."""
    facts = facts_of(scope, number)
    words = Words(language)
    # A frozen meeting may be of another province than the chosen one: use its own map.
    stands_on = replace(scope, version=facts["version"], province=facts["province"]) if number else scope
    prepared = _prepared(
        stands_on.in_language(language),
        str(number or ""),
        json.dumps(story, sort_keys=True, ensure_ascii=False),
        geometry.current(facts["province"])["main"],
        None if number else loop.last_before(scope),
    )
    noted = [
        {"key": row.key, "who": row.who, "what": row.what, "due_text": words.day(row.due_on)}
        for row in each_row(decisions_of(scope, number))
    ]
    refused = {key: problem_text(why) for key, why in st.session_state.get("_meeting_refused", {}).items()}
    stored = sorted(st.session_state.get("_meeting_stored", ()))  # one may be struck, or of another meeting
    with st.container(key="wall"):
        message = _component(
            wall=prepared | {"decisions": noted, "stored": stored, "refused": refused, "links": _links(stands_on)},
            key="wall-component",
            default=None,
        )
    if not message or message.get("n") == st.session_state.get("_meeting_message"):
        return None
    st.session_state["_meeting_message"] = message["n"]
    return message


def _links(scope: Scope) -> dict:
    """Targets of the QR codes: start of the address, and short mark of every view and place."""
    begin, shorts = reply_link.on_wall(scope.in_language(None), VIEWS_OF_WALL)
    return {"begin": begin, "shorts": shorts}


def take(scope: Scope, message: dict) -> None:
    """Store the decisions that the wall sends, each by itself; keys of stored ones and reasons of others go back to it.

    Their keys make a repeated message harmless.
    """
    refused = st.session_state.setdefault("_meeting_refused", {})
    stored = st.session_state.setdefault("_meeting_stored", set())
    items = message.get("items")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        key = str(item.get("key") or meetings.digest(json.dumps(item, sort_keys=True)))
        try:
            _note(scope, key, item)
            stored.add(key)
            refused.pop(key, None)
        except Refused as stop:
            refused[key] = stop.problem.as_dict()
        except errors.STORE_FAILURES as fault:
            errors.log.error("decision not stored: %s", type(fault).__name__)
            refused[key] = {"code": "store_failed"}


def _note(scope: Scope, key: str, item: dict) -> None:
    """Store one decision about the meeting and the province that the wall showed; raises ``Refused``."""
    written = {name: _written(item.get(name)) for name in ("who", "what", "area", "due", "meeting", "province", "step")}
    number, due = whole_number(written["meeting"]), _day(written["due"])
    if written["meeting"] and number is None:
        raise Refused("snapshot_missing", value=written["meeting"])
    if written["due"] and due is None:
        raise Refused("date_not_read", value=written["due"])
    if number is None and written["province"] in url_state.provinces():
        scope = replace(scope, province=written["province"])
    sign_in.team_only(scope.viewer)
    if (code := written["area"] or None) and code not in _places(scope, number):
        raise Refused("decision_place_unknown", value=code)
    with queries.writing() as connection:
        meetings.decide(
            connection, key, written["who"], written["what"], due, noted_by=sign_in.person(), basis=queries.basis(scope),
            area_code=code, step=written["step"][:40], snapshot_id=number,
        )  # fmt: skip


def _places(scope: Scope, number: int | None) -> set[str]:
    return set(queries.areas(scope, None)["subdistrict_code"] if number is None else facts_of(scope, number)["areas"])


def _written(value: object) -> str:
    """Text that every store takes: without halves of characters and zero bytes."""
    return str("" if value is None else value).encode(errors="replace").decode().replace("\0", "")


def whole_number(text: str | None) -> int | None:
    """The number of a frozen meeting as an address or a message names it; ``None`` when it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
