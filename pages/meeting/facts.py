"""The facts of a meeting as plain JSON: steps, a card per subdistrict, records, sources. No text.

Wall, pack and frozen copy all read the same facts, so their numbers agree.
"""

from __future__ import annotations

import pandas as pd

from geo import registers
from geo.frames import each_row
from geo.statuses import COVERED, NOTHING
from loaders import codes
from pages.meeting.board import MeetingData, whole
from pages.meeting.steps import BUILDERS, answers
from pages.queries import coverage, loop
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.session.cache import cached
from pages.session.scope import Scope

FORMAT = 1
SUPPORT = ["agency_code", "stream_code", "theme_code", "activity", "area_level", "area_code", "subdistrict_code", "fiscal_year", "amount_satang",
           "base", "file_name", "sheet", "row"]  # fmt: skip


@cached(1)
def shipped_story() -> dict:
    """The storyboard of ``data/rules/storyboard.toml``."""
    return codes.rule_file("storyboard")


def gather(scope: Scope) -> dict:
    """The facts of the present data version. Shared between sessions: never change them in place."""
    return _gather(scope, loop.last_before(scope))


@cached(4)
def _gather(scope: Scope, _since: loop.Since | None) -> dict:
    meeting = MeetingData(scope, shipped_story())
    steps = {view: step for view, build in BUILDERS.items() if (step := build(meeting)) is not None}
    return {
        "format": FORMAT,
        "version": scope.version,
        "province": scope.province,
        "fiscal_year": meeting.chosen.fiscal_year,
        "population_year": queries.population_year(meeting.chosen.fiscal_year),
        "as_of": _as_of(scope),
        "is_demo": _is_demo(scope),
        "codes": meeting.codes,
        "areas": _areas(meeting),
        "steps": steps,
        "named": meeting.named,
        "pilots": meeting.pilots.name if meeting.pilots else None,
        "questions": answers(meeting),
        "registers": _registers(meeting),
        "cards": _cards(meeting, steps),
        "agencies": _names(scope, "agency"),
        "streams": _names(scope, "stream"),
        "support": _support(meeting),
        "sources": _sources(scope),
    }


def _registers(meeting: MeetingData) -> dict[str, dict]:
    """Per register for map overlays: ``numbers`` and ``status`` letters in code order, and ``unplaced`` entries."""
    by_register = {}
    for name in registers.over_names():
        over = register_queries.over(meeting.scope, name)
        places = over.places.set_index("subdistrict_code").loc[meeting.codes]
        by_register[name] = {
            "numbers": [int(number) for number in places["number"]],
            "status": "".join(places["status"].map({COVERED: "c"} | NOTHING)),
            "unplaced": over.unplaced,
        }
    return by_register


def _active(scope: Scope) -> pd.DataFrame:
    batches = queries.batches(scope)
    return batches[batches["is_active"].astype(bool)]


def _as_of(scope: Scope) -> str | None:
    """Day of the newest data: as the files state it, else when they were loaded."""
    active = _active(scope)
    days = pd.to_datetime(active["as_of"]).fillna(pd.to_datetime(active["loaded_at"]))
    return None if days.empty else days.max().date().isoformat()


def _is_demo(scope: Scope) -> bool:
    return bool(_active(scope)["is_demo"].any())


def _names(scope: Scope, name: str) -> dict[str, dict[str, str]]:
    names = {}
    for row in each_row(queries.code_list(scope, name)):
        english = row.name_en if isinstance(row.name_en, str) and row.name_en else row.name_th
        short = getattr(row, "short_th", None)
        names[str(row.code)] = {
            "th": str(short if isinstance(short, str) and short else row.name_th),
            "en": str(english),
        }
    return names


def _areas(meeting: MeetingData) -> dict[str, dict]:
    return {
        str(row.subdistrict_code): {
            "th": row.name_th, "en": row.name_en, "district": row.district_code, "district_th": row.district_name_th, "district_en": row.district_name_en,
            "population": whole(row.population), "villages": whole(row.villages),
        }
        for row in each_row(meeting.areas.loc[meeting.codes])
    }  # fmt: skip


def _support(meeting: MeetingData) -> dict:
    records = coverage.records(meeting.scope, meeting.chosen)
    table = records[SUPPORT].astype(object)
    return {"columns": SUPPORT, "rows": table.where(table.notna(), None).to_numpy().tolist()}


def _sources(scope: Scope) -> list[dict]:
    sources = []
    for row in each_row(_active(scope).sort_values("id")):
        day = row.as_of if pd.notna(row.as_of) else row.loaded_at
        sources.append({"batch": int(row.id), "base": row.base, "file": row.file_name, "rows": int(row.rows_loaded), "day": str(pd.Timestamp(day).date()),
                      "sha256": row.file_sha256})  # fmt: skip
    return sources


def _cards(meeting: MeetingData, steps: dict) -> dict[str, dict]:
    """Content of each subdistrict's card on the wall."""
    covered, gaps, ranked = meeting.coverage, meeting.gaps, meeting.ranked
    flagged = meeting.flagged["subdistrict_code"].value_counts()
    top = _top(coverage.rolled(meeting.scope, meeting.chosen).by_subdistrict)
    booklet = _booklets(meeting.scope)
    cards = {}
    for position, code in enumerate(meeting.codes):
        row, need = covered.loc[code], gaps.loc[code]
        rank = ranked.loc[code] if code in ranked.index else None
        cards[code] = {
            "status": row["status"], "agencies": int(row["agencies"]), "supports": int(row["supports"]), "satang": whole(row["amount_satang"]),
            "per_head": None if pd.isna(row["per_head_baht"]) else round(float(row["per_head_baht"])),
            "missing": [base for base in str(row["missing_bases"]).split(",") if base], "above": bool(row["supported_above"]),
            "waiting": int(row["waiting"]) if row["status"] == "not_reported" else 0,
            "owed": int(row["owed"]), "reached": int(row["covered_villages"]), "whole": bool(row["whole_subdistrict"]),
            "need": None if pd.isna(need["need_value"]) else float(need["need_value"]), "quadrant": need["quadrant"],
            "class": None if rank is None or pd.isna(rank["class"]) else str(rank["class"]),
            "border": None if rank is None or pd.isna(rank["border"]) else str(rank["border"]),
            "stability": None if rank is None or pd.isna(rank["stability"]) else round(float(rank["stability"]), 3),
            "duplication": int(flagged.get(code, 0)), "booklet": booklet.get(code), "pilot": steps["pilots"]["classes"][position] == "p",
            "top": top.get(code, []),
        }  # fmt: skip
    return cards


def _booklets(scope: Scope) -> dict[str, bool]:
    plans = queries.register(scope, "plan")
    answered = plans[plans["booklet_held"].notna() & plans["subdistrict_code"].notna()]
    return {str(code): bool(rows.any()) for code, rows in answered.groupby("subdistrict_code")["booklet_held"]}


def _top(supports: pd.DataFrame) -> dict[str, list[list]]:
    """Agencies of each subdistrict, most money first: code, number of records, satang."""
    amounts = supports.groupby(["subdistrict_code", "agency_code"])["amount_satang"]
    grouped = pd.DataFrame({"records": amounts.size(), "satang": amounts.sum(min_count=1)})
    ordered = grouped.sort_values(["satang", "records"], ascending=False, na_position="last")
    by_place: dict[str, list[list]] = {}
    for (place, agency), records, satang in ordered.itertuples(name=None):
        by_place.setdefault(place, []).append([str(agency), int(records), whole(satang)])
    return by_place


def difference(before: dict, now: dict) -> dict:
    """Changes between two sets of facts: classes and figures per step, files added (``came``), removed (``went``)."""
    steps = {}
    for view in before["steps"]:
        old, new = before["steps"][view], now["steps"].get(view)
        if new is None or view == "changed":  # that view itself reports changes
            continue
        was, is_ = (
            dict(zip(before["codes"], old["classes"], strict=True)),
            dict(zip(now["codes"], new["classes"], strict=True)),
        )
        moved = sorted(code for code in was if code in is_ and was[code] != is_[code])
        present = {key: value for key, value, *_ in new["figures"]}
        figures = [[key, value, present.get(key)] for key, value, *_ in old["figures"]]
        steps[view] = {
            "moved": moved,
            "figures": [entry for entry in figures if entry[1] != entry[2]],
            "title_changed": old["title"] != new["title"],
        }
    files = (
        {(entry["file"], entry["sha256"]) for entry in before["sources"]},
        {(entry["file"], entry["sha256"]) for entry in now["sources"]},
    )
    return {
        "steps": steps,
        "came": sorted(name for name, _sha in files[1] - files[0]),
        "went": sorted(name for name, _sha in files[0] - files[1]),
    }
