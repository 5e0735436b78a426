"""The area register over time: name, parent and kind of every area, with the period in which they were valid.

Filled by set-up from ``data/reference`` (DOPA, Royal Gazette, DLA). ``valid_from`` is the first valid day, ``valid_to``
the first day after; NULL means "since before the records" or "still". ``present_code`` is the code of the area today.
A district has the kind ``district`` except in recorded periods as ``king_amphoe``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, Engine, delete, insert, select, update

from loaders import codes, reference, store
from loaders.decisions import dues
from loaders.settings import FACTS_PROVINCE, home_province
from loaders.store import code_lists, records, tables

FACTS = ("subdistricts", "villages", "area_changes", "local_governments", "district_grades")


class Resolved(NamedTuple):
    """The area that a written code or name meant on a day, and its code today.

    ``carried_forward``: the written code or name, or the period, is not the present one. ``evidence``: ``present``,
    ``historic`` (valid on that day, but not the present one) or ``other_time`` (known, but not valid on that day).
    """

    code: str
    name_th: str
    level: str
    kind: str
    parent_code: str | None
    present_code: str | None
    carried_forward: bool
    evidence: str


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def area_rows(province: str = FACTS_PROVINCE) -> list[dict]:
    """Rows of the table ``area``: province, districts, subdistricts and villages with their periods."""
    places = reference.subdistricts(province)
    if places.empty:
        return []
    changes = reference.area_changes(province)
    here = changes[changes["subdistrict_code"].str.startswith(province)]
    return [*_upper(places, here), *_subdistricts(places, here), *_abolished(here), *_villages(province)]


@lru_cache(maxsize=8)
def of_province(province: str) -> pd.DataFrame:
    """Register of any province from the facts, in the form of :func:`read_areas`; the store has only the home one."""
    rows = area_rows(province)
    columns = [column.name for column in tables.area.c]
    return pd.DataFrame([{"id": number} | row for number, row in enumerate(rows, 1)], columns=columns)


def _row(code: str, level: str, name_th: str, name_en: str | None, parent: str | None, **more: object) -> dict:
    empty = {"kind": level, "present_code": code, "moo": None, "valid_from": None, "valid_to": None}
    return {"code": code, "level": level, "name_th": name_th, "name_en": name_en, "parent_code": parent} | empty | more


def _upper(places: pd.DataFrame, changes: pd.DataFrame) -> Iterator[dict]:
    """Rows of the province and its districts; each period as a king amphoe is a row of its own."""
    import geothai

    first = str(places["district_code"].iloc[0])[:2]
    province = next(place for place in geothai.provinces() if place.code == first)
    yield _row(first, "province", province.name_th, province.name_en, None)
    grades, founded = _grades(first), _founded(changes)
    for row in records(places.drop_duplicates("district_code")):
        code, names = row.district_code, (row.district_name_th, row.district_name_en, first)
        start = founded.get(code)
        for kind, begin, end in grades.get(code, ()):
            start = start or begin
            yield _row(code, "district", *names, kind=kind, valid_from=start, valid_to=end)
            start = end
        yield _row(code, "district", *names, valid_from=start)


def _grades(province: str) -> dict[str, list[tuple[str, date | None, date]]]:
    """By district: kind, first day and end of its periods before it became an amphoe."""
    if province == FACTS_PROVINCE:
        listed = pd.read_csv(reference.DIRECTORY / "district_grades.csv", dtype=str, keep_default_na=False)
        grades = ((row.district_code, row.kind, _day(row.valid_from), _day(row.valid_to)) for row in records(listed))
    else:
        changes = reference.district_changes(province)
        made = changes[changes["event"].eq("create") & changes["effective"].ne("")]
        began = made.groupby("district_code")["effective"].min()
        raised = changes[changes["event"].eq("grade") & changes["kind"].eq("Amphoe") & changes["effective"].ne("")]
        grades = (
            (row.district_code, "king_amphoe", _day(str(began.get(row.district_code, ""))), _day(row.effective))
            for row in records(raised)
        )
    by_code: dict[str, list[tuple[str, date | None, date]]] = {}
    for code, kind, begin, end in grades:
        if end is not None:
            by_code.setdefault(code, []).append((kind, begin, end))
    return by_code


def _founded(changes: pd.DataFrame) -> dict[str, date]:
    """Founding day of districts: the day on which most of their reassigned subdistricts were moved to them."""
    moved = changes[(changes["event"] == "reassign") & (changes["effective"] != "")]
    days = {code: Counter(group["effective"]) for code, group in moved.groupby("new_district_code")}
    return {str(code): date.fromisoformat(counts.most_common(1)[0][0]) for code, counts in days.items()}


def _subdistricts(places: pd.DataFrame, changes: pd.DataFrame) -> Iterator[dict]:
    by_code = {code: group.to_dict("records") for code, group in changes.groupby("subdistrict_code")}
    for place in records(places):
        events = by_code.get(place.subdistrict_code, [])
        for period in _periods(place.subdistrict_code, place.district_code, place.name_th, events):
            code, parent, name, start, end = period
            english = place.name_en if name == place.name_th else None
            more = {"present_code": place.subdistrict_code, "valid_from": start, "valid_to": end}
            yield _row(code, "subdistrict", name, english, parent, **more)


def _periods(code: str, parent: str, name: str, events: list[dict]) -> list[tuple]:
    """Periods (code, parent, name, start, end) of a subdistrict, reconstructed backwards from today.

    Only dated reassignments and renames count; the first period starts at the creation, or ``None`` if not recorded.
    """
    dated = [event for event in events if event["effective"] and event["event"] in ("reassign", "rename")]
    made = [event["effective"] for event in events if event["event"] == "create" and event["effective"]]
    periods, end = [], None
    for event in sorted(dated, key=lambda change: change["effective"], reverse=True):
        start = date.fromisoformat(event["effective"])
        periods.append((code, parent, name, start, end))
        end = start
        if event["event"] == "reassign":
            code, parent = event["old_subdistrict_code"] or code, event["old_district_code"]
        else:
            name = event["old_name"]
    created = date.fromisoformat(min(made)) if made else None
    if created is None or end is None or created < end:
        periods.append((code, parent, name, created, end))
    return periods


def _abolished(changes: pd.DataFrame) -> Iterator[dict]:
    for row in records(changes.query("event == 'abolished'")):
        more = {"present_code": None, "valid_to": _day(row.effective)}
        yield _row(row.subdistrict_code, "subdistrict", row.name_th, row.name_en, row.subdistrict_code[:4], **more)


def _villages(province: str) -> Iterator[dict]:
    for row in records(reference.villages(province)):
        more = {"moo": int(row.moo), "valid_from": _day(row.created)}
        yield _row(row.village_code, "village", row.name_th, row.name_en, row.subdistrict_code, **more)


def event_rows(province: str = FACTS_PROVINCE) -> list[dict]:
    """Rows of the table ``area_event``: all recorded changes, plus recodings found only in ``geothai``'s code list."""
    changes = reference.area_changes(province)
    rows = [
        {
            "area_code": row.subdistrict_code,
            "event": row.event,
            "effective": _day(row.effective),
            "old_code": row.old_subdistrict_code or None,
            "old_parent_code": row.old_district_code or None,
            "new_parent_code": row.new_district_code or None,
            "split_from": row.split_from or None,
            "old_name": row.old_name or None,
        }
        for row in records(changes)
    ]
    empty = dict.fromkeys(
        ("area_code", "event", "effective", "old_code", "old_parent_code", "new_parent_code", "split_from", "old_name")
    )
    listed = set(changes["old_subdistrict_code"]) | set(changes["subdistrict_code"])
    return rows + [
        empty
        | {"area_code": new, "event": "recode", "old_code": old, "old_parent_code": old[:4], "new_parent_code": new[:4]}
        for old, new in _recoded(province)
        if old not in listed
    ]


def _recoded(home: str) -> list[tuple[str, str]]:
    """(old, new) codes of abolished subdistricts with a single successor.

    Old codes whose fifth digit is 9 are omitted: the registrar uses these internally for areas that had moved before.
    """
    from geothai.abolished import abolished_areas

    return [
        (old.code, old.successors[0])
        for old in abolished_areas()
        if old.code.startswith(home) and old.level == "subdistrict" and len(old.successors) == 1 and old.code[4] != "9"
    ]


def government_rows(province: str = FACTS_PROVINCE) -> tuple[list[dict], list[dict]]:
    """Rows of the tables ``local_government`` and ``local_government_area`` (many-to-many links to subdistricts)."""
    links = reference.local_governments(province)
    columns = {
        "entity_code": "code",
        "office_type": "office_type",
        "entity_type": "entity_type",
        "name_th": "name_th",
        "name_en": "name_en",
    }
    governments = links.drop_duplicates("entity_code")[list(columns)].rename(columns=columns)
    covers = links[["entity_code", "subdistrict_code", "coverage"]].rename(
        columns={"entity_code": "local_government_code"}
    )
    return governments.to_dict("records"), covers.to_dict("records")


def ensure(engine: Engine) -> bool:
    """Fill the register with the home province if it is empty or the facts changed; returns whether it was filled."""
    home = home_province()
    files = [reference.DIRECTORY / f"{name}.csv" for name in FACTS] if home == FACTS_PROVINCE else [reference.NATION]
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    mark = mark if home == FACTS_PROVINCE else f"{home}:{mark}"
    with store.reading(engine) as connection:
        if _mark(connection) == mark:
            return False
    governments, covers = government_rows(home)
    filled = {
        tables.area: area_rows(home),
        tables.area_event: event_rows(home),
        tables.local_government: governments,
        tables.local_government_area: covers,
    }
    with store.writing(engine) as connection:
        if (before := _mark(connection)) == mark:
            return False
        for table in reversed(list(filled)):
            connection.execute(delete(table))
        for table, rows in filled.items():
            store.insert_rows(
                connection,
                table,
                [{"id": number} | row if "id" in table.c else row for number, row in enumerate(rows, 1)],
            )
        setting = tables.setting
        if before is None:
            connection.execute(insert(setting).values(name="areas_mark", value=mark))
        else:
            connection.execute(update(setting).where(setting.c.name == "areas_mark").values(value=mark))
    return True


def ensure_code_lists(engine: Engine) -> None:
    """Insert the shipped areas, agencies, streams and expected reports; edits of the last three are kept."""
    ensure(engine)
    code_lists.ensure(engine)
    dues.ensure(engine)


def _mark(connection: Connection) -> str | None:
    return connection.execute(select(tables.setting.c.value).where(tables.setting.c.name == "areas_mark")).scalar()


def read_areas(connection: Connection) -> pd.DataFrame:
    """The register in the store: one row per area and period; dates are ``datetime.date`` or ``None``."""
    rows = connection.execute(select(tables.area).order_by(tables.area.c.id)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=[column.name for column in tables.area.c])


def _valid(areas: pd.DataFrame, day: date) -> pd.Series:
    started = [start is None or start <= day for start in areas["valid_from"]]
    ended = [end is not None and end <= day for end in areas["valid_to"]]
    return pd.Series(started, areas.index) & ~pd.Series(ended, areas.index)


def as_of(connection: Connection, day: date | None = None, level: str | None = None) -> pd.DataFrame:
    """The register of a day (default today), or one ``level`` of it: one row per valid area, with its parent that day.

    A village whose present subdistrict did not exist yet has no parent (NA), as its former one is not recorded.
    """
    return on_day(read_areas(connection), day or date.today(), level)


def on_day(areas: pd.DataFrame, day: date, level: str | None = None) -> pd.DataFrame:
    """:func:`as_of` from the result of :func:`read_areas`, for callers that need many days."""
    valid = areas[_valid(areas, day)].copy()
    then = valid[valid["level"] == "subdistrict"].set_index("present_code")["code"]
    villages = valid["level"] == "village"
    valid.loc[villages, "parent_code"] = valid.loc[villages, "parent_code"].map(then[then.index.notna()])
    chosen = valid if level is None else valid[valid["level"] == level]
    return chosen.sort_values(["level", "code"]).reset_index(drop=True)


def days_of_change(areas: pd.DataFrame) -> list[date]:
    """Sorted days on which any area changed."""
    return sorted({day for name in ("valid_from", "valid_to") for day in areas[name] if day is not None})


def resolve(connection: Connection, written: str, on: date | None = None, parent: str | None = None) -> list[Resolved]:
    """Areas that a written code or name meant on a day (default today), with their present codes.

    Several results need a decision by a person; none means unknown. ``parent`` restricts them to a parent code, of that
    day or of today.
    """
    day = on or date.today()
    areas = read_areas(connection)
    key = codes.squeeze(written)
    rows = areas[(areas["code"] == written.strip()) | areas["name_th"].map(codes.squeeze).eq(key)]
    if rows.empty:
        rows = areas[areas["code"].isin(_formerly(connection, written.strip(), key)) & areas["valid_to"].isna()]
    if parent:
        rows = rows[rows["parent_code"].eq(parent) | rows["present_code"].str[: len(parent)].eq(parent)]
    valid = rows[_valid(rows, day)] if len(rows) else rows
    chosen = valid if len(valid) else rows.drop_duplicates("present_code", keep="first")
    return [_resolved(row, written.strip(), key, bool(len(valid))) for row in chosen.to_dict("records")]


def _formerly(connection: Connection, code: str, key: str) -> set[str]:
    """Present codes of areas that an event names by an old code or name, also when the event has no date."""
    events = connection.execute(select(tables.area_event)).all()
    return {
        row.area_code for row in events if row.old_code == code or (row.old_name and codes.squeeze(row.old_name) == key)
    }


def _resolved(row: dict, code: str, key: str, was_valid: bool) -> Resolved:
    still = row["valid_to"] is None and (row["code"] == code or codes.squeeze(row["name_th"]) == key)
    evidence = "other_time" if not was_valid else "present" if still else "historic"
    parts: Any = [None if pd.isna(row[name]) else row[name] for name in Resolved._fields[:6]]
    return Resolved(*parts, carried_forward=not still, evidence=evidence)
