"""From meeting to meeting: progress and outcomes of decisions, meetings, and what must arrive before them.

Progress is never overwritten: each statement about a decision, team or project is a row, and the newest counts. A
meeting keeps which batches were active when it was held, so that the data of that day can be read again. Only the data
team sees this, except the days of meetings and, for a partner, items asked of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, Table, select, update

from loaders import store
from loaders.decisions import Basis
from loaders.decisions.written import add, needed, person, plain
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import Viewer
from loaders.store.read import State, read_typed
from loaders.store.seen import for_viewer, signed, written_for

NOT_A_MARK = r"[^0-9,:T+.-]"  # everything but numbers and timestamps is hidden from other viewers
STATES = ("planned", "doing", "done", "dropped")
# What has progress -> columns of its own row: description, lead until a statement names another, end date, place.
SUBJECTS = {
    "decision": ("what", "who", "due_on", "area_code"),
    "team": ("task", "team", "visit_on", "subdistrict_code"),
    "project": ("title", "decided_by", None, "subdistrict_code"),
}
SAID = ("state", "lead", "partners", "ends_on", "measure", "before_value", "after_value", "outcome")
WORK = ["subject", "subject_key", "what", "place_code", "begun_at", "stream_code", "amount_satang", *SAID, "said_by", "said_at"]  # fmt: skip


class Outcome(NamedTuple):
    """Outcome of a decision: words, or values of ``measure`` before and after; ``None`` = not measured."""

    words: str = ""
    measure: str = ""
    before: float | None = None
    after: float | None = None


def say(
    connection: Connection, subject: str, key: int, state: str, who: str, basis: Basis, *,
    lead: str = "", partners: str = "", ends_on: date | None = None, outcome: Outcome | None = None,
) -> int:  # fmt: skip
    """Record the state of a decision, team or project; returns the key of the new row.

    Raises ``ValueError`` for an unknown subject or state, ``Refused``: ``progress_subject_unknown``;
    ``progress_without_outcome`` (done, without words or a value after); ``progress_without_measure`` (a value without
    its measure); ``decision_person_missing``.
    """
    if subject not in SUBJECTS or state not in STATES:
        raise ValueError(f"{subject} {state}: expected one of {', '.join(SUBJECTS)} and of {', '.join(STATES)}")
    came = outcome or Outcome()
    table = tables.metadata.tables[subject]
    if connection.execute(select(table.c.id).where(table.c.id == key, _stands(table))).first() is None:
        raise Refused("progress_subject_unknown", value=str(key))
    if state == "done" and not plain(came.words) and came.after is None:
        raise Refused("progress_without_outcome")
    if not plain(came.measure) and (came.before is not None or came.after is not None):
        raise Refused("progress_without_measure")
    texts = {"lead": lead, "partners": partners, "measure": came.measure, "outcome": came.words}
    values: dict[str, Any] = {name: plain(text) or None for name, text in texts.items()}
    values |= {"ends_on": ends_on, "before_value": came.before, "after_value": came.after}
    detail = f"{subject} {key} {state}"
    return add(connection, tables.progress, person(connection, who), basis, detail, subject=subject, subject_key=str(key), state=state, **values)  # fmt: skip


def _stands(table: Table) -> Any:
    return table.c.is_struck.is_(False) if "is_struck" in table.c else table.c.removed_at.is_(None)


@for_viewer
def read_work(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """Every decision, team and project of a province in force with its latest progress, columns :data:`WORK`.

    Without any statement it is ``planned``, with lead and end date of its own row. Empty for viewers outside the data
    team.
    """
    rows = [row for subject in SUBJECTS for row in _own_rows(connection, subject, province)] if viewer.is_team else []
    table = tables.progress
    query = select(table).where(table.c.province_code == province, table.c.removed_at.is_(None)).order_by(table.c.id)
    latest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for statement in connection.execute(query).mappings():
        latest[statement["subject"], statement["subject_key"]] = statement  # rows are in ascending order
    for row in rows:
        if newest := latest.get((row["subject"], row["subject_key"])):
            row |= {name: newest[name] for name in SAID if newest[name] is not None}
            row |= {"said_by": newest["decided_by"], "said_at": newest["decided_at"]}
    frame = pd.DataFrame(rows, columns=WORK)
    frame = frame.astype({"before_value": float, "after_value": float, "amount_satang": "Int64"})
    return frame.assign(ends_on=pd.to_datetime(frame["ends_on"]))


def _own_rows(connection: Connection, subject: str, province: str) -> list[dict[str, Any]]:
    table, (what, lead, day, place) = tables.metadata.tables[subject], SUBJECTS[subject]
    query = select(table).where(table.c.province_code == province, _stands(table)).order_by(table.c.id)
    return [
        {
            "subject": subject, "subject_key": str(row["id"]), "what": row[what], "place_code": row[place], "state": "planned",
            "begun_at": row.get("noted_at") or row.get("decided_at"), "lead": row[lead], "ends_on": row[day] if day else None,
            "stream_code": row.get("stream_code"), "amount_satang": row.get("amount_satang"),
        }
        for row in connection.execute(query).mappings()
    ]  # fmt: skip


@for_viewer
def read_history(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """All statements of progress, newest first; empty for viewers outside the data team."""
    table = tables.progress
    query = select(table).where(table.c.province_code == province).order_by(table.c.id.desc())
    frame = read_typed(connection, query, table)
    frame = frame if viewer.is_team else frame.iloc[:0]
    return frame.assign(decided_by=written_for(frame["decided_by"], frame["on_behalf_of"]))


def plan_meeting(connection: Connection, name: str, held_on: date | None, who: str, basis: Basis) -> int:
    """Plan a meeting; returns its key. Raises ``Refused``: ``meeting_incomplete``, ``decision_person_missing``."""
    name = needed(name, "meeting_incomplete")
    if held_on is None:
        raise Refused("meeting_incomplete")
    who = person(connection, who)
    return add(connection, tables.meeting, who, basis, f"{held_on} {name}", name=name, held_on=held_on)


def hold(connection: Connection, who: str, basis: Basis, *, name: str = "", on: date | None = None, planned: int | None = None) -> int:  # fmt: skip
    """Record that a meeting is held and which batches are active: the planned one, or a new one called ``name``.

    Returns the key of the meeting. Raises ``Refused``: ``meeting_unknown`` (no planned meeting of this key that is
    still to be held), ``meeting_incomplete`` (a new one without name).
    """
    table, batch = tables.meeting, tables.import_batch
    active = connection.execute(select(batch.c.id).where(batch.c.is_active).order_by(batch.c.id)).scalars()
    state = {"batches": ",".join(map(str, active)), "held_at": store.now()}
    if planned is None:
        name = needed(name, "meeting_incomplete")
        return add(connection, table, who, basis, name, **state, name=name, held_on=on or date.today())
    waits = (table.c.id == planned, table.c.held_at.is_(None), table.c.removed_at.is_(None))
    if not connection.execute(update(table).where(*waits).values(**state)).rowcount:
        raise Refused("meeting_unknown", value=str(planned))
    store.note(connection, signed(connection, who)[0], "hold_meeting", str(planned))
    return planned


def planned_on(connection: Connection, day: date, province: str) -> int | None:
    """Key of the meeting planned for a day and not held yet, or ``None``."""
    table = tables.meeting
    waits = (table.c.held_at.is_(None), table.c.removed_at.is_(None), table.c.province_code == province)
    return connection.execute(select(table.c.id).where(table.c.held_on == day, *waits)).scalar()


@for_viewer
def read_meetings(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """Meetings of a province, latest day first; outside the data team with a number instead of the name."""
    table = tables.meeting
    query = select(table).where(table.c.province_code == province, table.c.removed_at.is_(None))
    frame = read_typed(connection, query.order_by(table.c.held_on.desc(), table.c.id.desc()), table)
    if viewer.is_team:
        return frame.assign(decided_by=written_for(frame["decided_by"], frame["on_behalf_of"]))
    hidden: dict[str, Any] = {"decided_by": "", "removed_by": pd.NA, "on_behalf_of": pd.NA, "data_version": ""}
    hidden |= {name: frame[name].str.replace(NOT_A_MARK, "", regex=True) for name in ("batches", "held_at")}
    return frame.assign(name="#" + frame["id"].astype("string"), **hidden)


def state_of(meeting: Any) -> State | None:
    """State of the store when a meeting (a row of :func:`read_meetings`) was held; ``None`` for one not held yet."""
    if not isinstance(meeting.held_at, str):
        return None
    listed = meeting.batches if isinstance(meeting.batches, str) else ""
    return State(tuple(int(number) for number in listed.split(",") if number.isdigit()), meeting.held_at)


def ask_for(
    connection: Connection, meeting: int, what: str, who: str, basis: Basis, *,
    base: str | None = None, from_whom: str = "", due_on: date | None = None,
) -> int:  # fmt: skip
    """Add something that must arrive before a meeting; returns its key.

    Raises ``Refused``: ``meeting_unknown``, ``item_incomplete`` (no ``what``, or neither ``base`` nor ``from_whom``),
    ``decision_person_missing``.
    """
    table = tables.meeting
    if (
        connection.execute(select(table.c.id).where(table.c.id == meeting, table.c.removed_at.is_(None))).first()
        is None
    ):
        raise Refused("meeting_unknown", value=str(meeting))
    what, words = needed(what, "item_incomplete"), plain(from_whom)
    if not base and not words:
        raise Refused("item_incomplete")
    values = {"meeting_id": meeting, "what": what, "base": base, "from_whom": words or None, "due_on": due_on}
    return add(connection, tables.meeting_item, person(connection, who), basis, f"{meeting} {what}", **values)


def came_in(connection: Connection, item: int, who: str) -> bool:
    """Tick an item as arrived; False when it does not exist or is ticked already."""
    table = tables.meeting_item
    open_ = (table.c.id == item, table.c.done_at.is_(None), table.c.removed_at.is_(None))
    values = {"done_by": signed(connection, person(connection, who))[0], "done_at": store.now()}
    done = connection.execute(update(table).where(*open_).values(**values)).rowcount
    if done:
        store.note(connection, who, "item_came_in", str(item))
    return bool(done)


@for_viewer
def read_items(connection: Connection, province: str, *, viewer: Viewer) -> pd.DataFrame:
    """What must arrive before meetings of a province; a partner sees only its own items, the public none."""
    table = tables.meeting_item
    query = select(table).where(table.c.province_code == province, table.c.removed_at.is_(None)).order_by(table.c.id)
    frame = read_typed(connection, query, table)
    if not viewer.is_team:
        own = frame["base"].eq(viewer.agency if viewer.role == "partner" else None).fillna(False).astype(bool)
        frame = frame[own].assign(from_whom=pd.NA, decided_by="", done_by=pd.NA, on_behalf_of=pd.NA, data_version="")
    return frame.reset_index(drop=True)
