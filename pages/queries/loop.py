"""From one meeting to the next: meetings, work and its progress, notes, contacts of bases, changes since a meeting.

The small tables are read on every run, as decisions are; changes are computed once per data version and meeting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from geo import changes as geo_changes
from geo.frames import each_row
from geo.money.stream_history import history
from loaders.decisions import loop, notes
from loaders.store import tables
from loaders.store.read import State
from pages.queries import money, store
from pages.queries.coverage import records
from pages.queries.query import Query
from pages.session.cache import cached
from pages.session.scope import Scope

# Column that identifies a row of a register, together with its area and year.
NAMES = {"plan": "plan_year", "welfare_fund": "fund_name", "contribution": "source", "organisation": "organisation_name", "indicator": "indicator_code",
         "role_holder": "role"}  # fmt: skip
PASSING = {
    "id",
    "batch_id",
    "sheet",
    "row",
    "file_name",
    "is_demo",
    "match_evidence",
    "written_place",
    "is_masked",
    "retain_until",
}


@dataclass(frozen=True)
class Since:
    """The meeting that changes are counted from: number, name, day, and the data in use then."""

    number: int
    name: str
    day: date
    state: State


def meetings(scope: Scope) -> pd.DataFrame:
    """Planned and held meetings of the province, latest day first."""
    with store.reading(scope.viewer) as connection:
        return loop.read_meetings(connection, scope.province, viewer=scope.viewer)


def held(scope: Scope) -> list[Since]:
    """Meetings that were held and whose data in use are known, latest first."""
    rows = [(row, loop.state_of(row)) for row in each_row(meetings(scope))]
    listed = [
        Since(int(row.id), str(row.name), date.fromisoformat(str(row.held_on)[:10]), state)
        for row, state in rows
        if state
    ]
    return sorted(listed, key=lambda meeting: (meeting.day, meeting.state.moment), reverse=True)


def last_before(scope: Scope) -> Since | None:
    """The last meeting held before today."""
    return next((meeting for meeting in held(scope) if meeting.day < date.today()), None)


def items(scope: Scope) -> pd.DataFrame:
    """What people asked to have before a meeting; a partner sees what its agency was asked for."""
    with store.reading(scope.viewer) as connection:
        return loop.read_items(connection, scope.province, viewer=scope.viewer)


def work(scope: Scope) -> pd.DataFrame:
    """Decisions, teams and projects with their latest progress; empty for others than the data team."""
    with store.reading(scope.viewer) as connection:
        return loop.read_work(connection, scope.province, viewer=scope.viewer)


def said_of_work(scope: Scope) -> pd.DataFrame:
    """Every statement of progress on them, newest first; empty for others than the data team."""
    with store.reading(scope.viewer) as connection:
        return loop.read_history(connection, scope.province, viewer=scope.viewer)


def notes_of(scope: Scope, subject: str | None = None, key: str | None = None) -> pd.DataFrame:
    """Notes that the viewer may read, optionally of one subject and key."""
    with store.reading(scope.viewer) as connection:
        rows = notes.read_notes(connection, scope.province, viewer=scope.viewer)
    rows = rows if subject is None else rows[rows["subject"].eq(subject)]
    return rows if key is None else rows[rows["subject_key"].eq(key)]


def people(scope: Scope) -> pd.DataFrame:
    """Contacts of each base."""
    with store.reading(scope.viewer) as connection:
        return notes.read_people(connection, scope.province, viewer=scope.viewer)


def then(scope: Scope, since: Since) -> Scope:
    """The scope with the registers as they were at a meeting."""
    return replace(scope, at=since.state)


@cached(16)
def changes(scope: Scope, query: Query, since: Since) -> pd.DataFrame:
    """Changes of the query's records (of any year) since a meeting (:func:`geo.changes.changes`)."""
    wide = query.without("fiscal_year", "split", "district")
    last = max(money.asked_on(query), since.day)
    table = geo_changes.changes(records(then(scope, since), wide), records(scope, wide), since.day, last)
    if query.district:
        return table[table["district_code"].eq(query.district).fillna(False).astype(bool)].reset_index(drop=True)
    return table


@cached(8)
def streams(scope: Scope, query: Query, since: Since) -> pd.DataFrame:
    """Streams new or ended since a meeting: ``stream_code``, ``what`` (new, ended), ``ends_on``, ``amount_satang``."""
    last = max(money.asked_on(query), since.day)
    now = history(store.support(scope), store.code_list(scope, "stream"), query.fiscal_year)
    before = set(store.support(then(scope, since))["stream_code"].dropna())
    ends = pd.to_datetime(now["ends_on"])
    ended = (ends > pd.Timestamp(since.day)) & (ends <= pd.Timestamp(last)) & now["is_declared"].astype(bool)
    fresh = ~now["stream_code"].isin(before)
    table = now.assign(what=pd.Series("ended", index=now.index).mask(fresh, "new"))[fresh | ended]
    return table[["stream_code", "what", "ends_on", "amount_satang"]].reset_index(drop=True)


@cached(8)
def registers(scope: Scope, since: Since) -> pd.DataFrame:
    """Changes of the other registers since a meeting: ``register``, and rows ``new``, ``gone`` and ``changed``."""
    rows = []
    for name in tables.REGISTERS:
        if name in NAMES:
            frames = [store.register(side, name) for side in (then(scope, since), scope)]
            keys = ["area_code", NAMES[name], *(["fiscal_year"] if "fiscal_year" in frames[0] else [])]
            contacts = {"person", "phone"}
            rows.append({"register": name} | geo_changes.counts(*frames, keys, PASSING | contacts))
    return pd.DataFrame(rows, columns=["register", "new", "gone", "changed"])
