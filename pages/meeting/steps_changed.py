"""The wall's first view: what changed since the last meeting, corrections apart. Codes and numbers."""

from __future__ import annotations

import pandas as pd

from geo.changes import CORRECTIONS
from pages.loop import data
from pages.meeting.board import FOCUS, MeetingData, said, whole
from pages.queries import loop
from pages.ranking.data import KEY


def changed_step(meeting: MeetingData) -> dict | None:
    """New records, classes that changed, what ended or moved; ``None`` where no meeting was held before."""
    since = loop.last_before(meeting.scope)
    if since is None:
        return None
    table = loop.changes(meeting.scope, meeting.chosen, since)
    classes = data.class_changes(meeting.scope, meeting.chosen, since)
    counts, layer = data.counted(table), data.layer(meeting.scope, meeting.chosen, since)
    fresh = table[table["kind"].isin(data.NEW)]
    new = fresh.groupby("subdistrict_code")["amount_satang"].sum().sort_values(ascending=False)
    corrected = int(counts.loc[sorted(CORRECTIONS), "records"].sum())
    blanks = {"new": len(fresh), "satang": {"satang": whole(fresh["amount_satang"].sum())}, "classes": len(classes)}
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
        spoken=[said("meeting_said_class", before=was, after=now) for was, now in moved.values()]
        + [said("meeting_said_new", money={"satang": int(new[code])}) for code in fresh_places],
        bases=sorted(set(table["base"].dropna())) or meeting.support_bases,
    )


def _letter(label: object) -> str:
    return "–" if pd.isna(label) else str(label)
