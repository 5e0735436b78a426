"""What people decide on top of the figures: scenarios saved by name, agreed classes, teams, projects.

Every decision keeps who, when, on which data and why; a removed or replaced one stays on record. None of this changes
the figures, so the data version stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection, Table, select

from loaders.codes import squeeze
from loaders.decisions import Basis
from loaders.decisions.written import add, needed, person, plain, retire
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.privacy import DATA_TEAM, Viewer, redact
from loaders.store.read import read_typed
from loaders.store.seen import for_viewer, written_for

KINDS = ("ranking", "funds", "selection", "rudder")
UNNAMED = "–"
KEY = r"[0-9a-f]{32}|[0-9]{8}"  # keys shown to other viewers: a digest, or the code of a village
TEAMS_OWN = {"team", "project"}
SHORTEST_REASON = 5  # characters; "ok" explains nothing


def remove(connection: Connection, name: str, key: int, who: str) -> bool:
    """Remove one scenario, override, team, project, note, meeting, item or contact person.

    False when it does not exist or is removed already. Raises ``Refused``: ``decision_person_missing``.
    """
    return bool(retire(connection, _table(name), person(connection, who), id=key))


def _table(name: str) -> Table:
    names = ("scenario", "override", "team", "project", "note", "meeting", "meeting_item", "base_person")
    return {key: tables.metadata.tables[key] for key in names}[name]


@for_viewer
def read(
    connection: Connection, name: str, province: str | None, *, viewer: Viewer, removed: bool = False
) -> pd.DataFrame:
    """Rows in force of ``scenario``, ``override``, ``team`` or ``project`` in a province (``None``: in all of them).

    ``removed`` includes removed ones. Names of who decided, teams and projects are only for the data team; others see
    ``–`` instead of a name. A partner reads names and reasons without contacts; the public reads agreed classes, and
    scenarios under a number instead of their name.
    """
    table = _table(name)
    query = select(table).order_by(table.c.id)
    query = query if removed else query.where(table.c.removed_at.is_(None))
    query = query if province is None else query.where(table.c.province_code == province)
    frame = read_typed(connection, query, table)
    if viewer.is_team:
        return frame.assign(decided_by=written_for(frame["decided_by"], frame["on_behalf_of"]))
    frame = frame.assign(decided_by=UNNAMED, removed_by=UNNAMED, on_behalf_of=pd.NA)
    if "unit_key" in frame:
        frame = frame.assign(unit_key=frame["unit_key"].where(frame["unit_key"].str.fullmatch(KEY).fillna(False)))
    if name in TEAMS_OWN:
        return frame.iloc[:0]
    if viewer.role == "partner":
        return redact(frame)
    hidden = {"reason": UNNAMED} | ({"name": "#" + frame["id"].astype("string")} if name == "scenario" else {})
    return frame.assign(**hidden)


def save(
    connection: Connection,
    kind: str,
    name: str,
    content: Mapping[str, object],
    who: str,
    basis: Basis,
    reason: str | None = None,
) -> int:
    """Save a scenario; one of the same kind, name and province is retired. Returns its key.

    Raises ``ValueError`` for an unknown kind, ``Refused``: ``scenario_name_missing``, ``decision_person_missing``.
    """
    if kind not in KINDS:
        raise ValueError(f"scenario kind {kind!r}: expected one of {', '.join(KINDS)}")
    name, who = needed(name, "scenario_name_missing"), person(connection, who)
    retire(connection, tables.scenario, who, kind=kind, name=name, province_code=basis.province_code)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return add(
        connection,
        tables.scenario,
        who,
        basis,
        f"{kind} {name}",
        kind=kind,
        name=name,
        content=text,
        reason=plain(reason) or None,
    )


def _known_place(code: str | None) -> str:
    import geothai  # loads its own register, needed only here

    if not code or geothai.subdistrict(code) is None:
        raise Refused("decision_place_unknown", value=code)
    return str(code)


def unit_key(register: str, name: str, area_code: str | None) -> str:
    """Key of a group or fund for agreed classes: a digest of name and place, equal in a later edition of its file.

    As a digest it reveals nothing to a viewer who may not see the entry.
    """
    return hashlib.sha256(f"{register}|{squeeze(name)}|{area_code or ''}".encode()).hexdigest()[:32]


def agree(
    connection: Connection,
    subdistrict_code: str | None,
    agreed_class: str,
    reason: str,
    who: str,
    basis: Basis,
    *,
    index_code: str,
    fiscal_year: int | None = None,
    computed_class: str | None = None,
    unit_key: str | None = None,
) -> int:
    """Record the agreed class of a subdistrict, or of a village, group or fund by ``unit_key``; returns its key.

    An earlier one for the same unit, index and year is retired. Raises ``Refused``: ``decision_reason_missing``,
    ``decision_person_missing``, ``decision_place_unknown``.
    """
    reason, who = plain(reason), person(connection, who)
    if len(reason) < SHORTEST_REASON:
        raise Refused("decision_reason_missing", value=reason)
    place = _known_place(subdistrict_code) if subdistrict_code or not unit_key else None
    same = {"unit_key": unit_key} if unit_key else {"subdistrict_code": place, "unit_key": None}
    where = {"index_code": index_code, "fiscal_year": fiscal_year, "province_code": basis.province_code} | same
    retire(connection, tables.override, who, **where)
    values = {"index_code": index_code, "fiscal_year": fiscal_year, "subdistrict_code": place, "unit_key": unit_key,
              "agreed_class": agreed_class, "computed_class": computed_class, "reason": reason}  # fmt: skip
    return add(
        connection,
        tables.override,
        who,
        basis,
        f"{index_code} {unit_key or place} {computed_class} > {agreed_class}: {reason}",
        **values,
    )


def send_team(
    connection: Connection,
    subdistrict_code: str,
    team: str,
    task: str,
    visit_on: date | None,
    who: str,
    basis: Basis,
    reason: str | None = None,
) -> int:
    """Give a subdistrict a team with its task and the day of the next visit; returns the key.

    Raises ``Refused``: ``team_incomplete`` (no team or no task), ``decision_person_missing``,
    ``decision_place_unknown``.
    """
    names = {"team": needed(team, "team_incomplete"), "task": needed(task, "team_incomplete")}
    values = names | {
        "subdistrict_code": _known_place(subdistrict_code),
        "visit_on": visit_on,
        "reason": plain(reason) or None,
    }
    detail = f"{subdistrict_code} {names['team']}: {names['task']}"
    return add(connection, tables.team, person(connection, who), basis, detail, **values)


def send_teams(
    connection: Connection,
    subdistrict_codes: Sequence[str],
    team: str,
    task: str,
    visit_on: date | None,
    who: str,
    basis: Basis,
) -> list[int]:
    """Give several subdistricts the same team, task and day, all or none; returns the keys.

    Raises ``Refused``: as :func:`send_team`, and ``team_without_place``.
    """
    needed(",".join(subdistrict_codes), "team_without_place")
    return [send_team(connection, code, team, task, visit_on, who, basis) for code in subdistrict_codes]


def book_project(
    connection: Connection,
    project: Mapping[str, object],
    who: str,
    basis: Basis,
    refusal: Callable[[pd.DataFrame], str | None],
) -> int:
    """Book a project on a stream, in one transaction with the check against what is booked already.

    Parameters
    ----------
    project
        ``project_code``, ``title``, ``stream_code``, ``amount_satang``; optional ``subdistrict_code``, ``starts_on``,
        ``reason``.
    refusal
        Gets the projects in force with this one as last row; returns a problem code, or None when it can be booked.

    Raises ``Refused``: ``project_incomplete``, ``decision_person_missing``, ``decision_place_unknown``, or the code of
    ``refusal``.
    """
    texts = {
        name: needed(str(project.get(name) or ""), "project_incomplete")
        for name in ("project_code", "title", "stream_code")
    }
    place = _known_place(str(project["subdistrict_code"])) if project.get("subdistrict_code") else None
    values = texts | {
        "subdistrict_code": place,
        "amount_satang": project.get("amount_satang"),
        "starts_on": project.get("starts_on"),
        "reason": plain(str(project.get("reason") or "")) or None,
    }
    who = person(connection, who)
    columns = list(values)
    standing = read(connection, "project", None, viewer=DATA_TEAM)[columns].astype(object)
    code = refusal(pd.concat([standing, pd.DataFrame([values], columns=columns, dtype=object)], ignore_index=True))
    if code is not None:
        raise Refused(code, value=texts["stream_code"])
    return add(connection, tables.project, who, basis, f"{texts['project_code']} {texts['stream_code']}", **values)
