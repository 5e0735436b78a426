"""Changes between two states of the registers: records begun, ended, moved or corrected, and changed A/B/C classes.

Another place or amount of a record that had ended before the first day is a correction; of a record that was still
running it is a real change. Other money committed or paid is always a real change.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.frames import require_columns

# Real changes first; the last two mean that the board was wrong, not that anything changed in the field.
KINDS = ("begun", "reported", "moved", "revised", "progress", "ended", "corrected", "gone")
CORRECTIONS = {"corrected", "gone"}
PLACED = ("area_code", "agency_code", "stream_code", "theme_code")
STATED = ("amount_satang", "fiscal_year")
STEPS = ("committed_satang", "paid_satang")
CARRIED = ("base", "activity", "subdistrict_code", "district_code", *PLACED)
SUPPORT = ("support_id", "batch_id", "reference", "starts_on", "ends_on", *CARRIED[:4], *PLACED, *STATED, *STEPS)
COLUMNS = ["kind", "is_correction", *CARRIED, "fields", "area_before", "stream_before", "amount_before_satang", "amount_satang", "paid_before_satang",
           "paid_satang", "ends_on", "support_id", "support_before"]  # fmt: skip
# Keys by which a record of the earlier state is found in the later one; the strictest combination first.
WORDS = ("base", "agency_code", "activity", "fiscal_year")
PASSES = ((*WORDS, "area_code", "reference"), (*WORDS, "area_code", "amount_satang"), (*WORDS, "area_code"),
          ("base", "agency_code", "reference"), (*WORDS, "amount_satang"))  # fmt: skip


def changes(then: pd.DataFrame, now: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """One row per change between two states of the support register.

    Parameters
    ----------
    then, now
        Records as :func:`loaders.store.read_support` returns them. Equal ``support_id`` means the same row of a file.
    first, last
        The day of the earlier state, and the last day on which an end counts as ``ended``.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`; ``kind`` one of :data:`KINDS`: ``begun`` (starts after ``first``); ``reported`` (new on the
        board, but began before or states no start); ``moved`` (other area, agency, stream or function); ``revised``
        (other amount or year); ``progress`` (other money committed or paid); ``ended`` between the days (in addition
        to any other row of the record); ``corrected`` (the record had ended before, or a person has settled its
        quarantined row since); ``gone`` (no successor found). ``fields``: columns that differ, comma-joined. Amounts
        in satang, NA = not stated or no such record.
    """
    for frame in (then, now):
        require_columns(frame, list(SUPPORT), "support")
    old, new = (frame.set_index("support_id", drop=False) for frame in (then, now))
    gone, came = old.index.difference(new.index), new.index.difference(old.index)
    pairs = _pairs(old.loc[gone], new.loc[came])
    parts = [_differing(old.loc[pairs["old"]], new.loc[pairs["new"]], first)]
    came_alone = new.loc[came.difference(pd.Index(pairs["new"]))]
    parts.append(_told(came_alone, _kinds_of_new(came_alone, set(then["batch_id"]), first)))
    lost = old.loc[gone.difference(pd.Index(pairs["old"]))]
    lost_changes = _told(lost, pd.Series("gone", index=lost.index))
    parts.append(lost_changes.assign(support_before=lost["support_id"].to_numpy(), support_id=pd.NA,
                             amount_before_satang=lost_changes["amount_satang"], amount_satang=pd.NA,
                             paid_before_satang=lost_changes["paid_satang"], paid_satang=pd.NA))  # fmt: skip
    ends = pd.to_datetime(new["ends_on"])
    in_both = new.index.isin(old.index) | new.index.isin(pairs["new"])
    over = new[in_both & (ends > pd.Timestamp(first)) & (ends <= pd.Timestamp(last))]
    parts.append(_told(over, pd.Series("ended", index=over.index)))
    table = pd.concat([part.astype(object) for part in parts if len(part)] or [pd.DataFrame(columns=COLUMNS)])
    table = table.astype({name: "Int64" for name in COLUMNS if name.endswith("_satang") or name.startswith("support_")})
    table["is_correction"] = table["kind"].isin(CORRECTIONS)
    order = table["kind"].map({kind: number for number, kind in enumerate(KINDS)})
    return table[COLUMNS].assign(_order=order).sort_values(["_order", "base"], kind="stable", ignore_index=True).drop(columns="_order")  # fmt: skip


def _pairs(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """``support_id`` of the same record in both states (``old``, ``new``); each record is paired at most once."""
    sides = [_rows(frame) for frame in (old, new)]
    pairs: list[tuple[Any, Any]] = []
    for keys in PASSES:
        earlier, later = (_by_likeness(side, keys) for side in sides)
        partners: dict[Any, Any] = {}
        for likeness, numbers in earlier.items():
            partners |= zip(numbers, later.get(likeness, ()), strict=False)  # equal keys: paired in file order
        pairs += [(number, partners[number]) for number in sides[0] if number in partners]
        for old_number, new_number in partners.items():
            del sides[0][old_number], sides[1][new_number]
    return pd.DataFrame(pairs, columns=["old", "new"], dtype=object)


def _rows(frame: pd.DataFrame) -> dict[Any, dict[str, str | None]]:
    """Values of the pairing keys as text, by ``support_id``; ``None`` = not stated."""
    names = sorted({name for keys in PASSES for name in keys})
    words = [[None if pd.isna(cell) else str(cell) for cell in frame[name].tolist()] for name in names]
    rows = zip(frame["support_id"].tolist(), zip(*words, strict=True), strict=True)
    return {number: dict(zip(names, row, strict=True)) for number, row in rows}


def _by_likeness(rows: dict[Any, dict[str, str | None]], keys: tuple[str, ...]) -> dict[tuple, list]:
    """``support_id`` of the records that state every key, grouped by these values, in their order."""
    by_likeness: dict[tuple, list] = {}
    for number, row in rows.items():
        likeness = tuple(row[name] for name in keys)
        if None not in likeness:
            by_likeness.setdefault(likeness, []).append(number)
    return by_likeness


def _kinds_of_new(rows: pd.DataFrame, batches: set, first: date) -> pd.Series:
    """``corrected`` for a row of a batch already present before: it was quarantined then and has been settled since."""
    begins = pd.to_datetime(rows["starts_on"]) > pd.Timestamp(first)
    kinds = np.select([rows["batch_id"].isin(batches), begins], ["corrected", "begun"], "reported")
    return pd.Series(kinds, index=rows.index, dtype=object)


def _told(rows: pd.DataFrame, kinds: pd.Series) -> pd.DataFrame:
    table = rows[[*CARRIED, "amount_satang", "paid_satang", "ends_on", "support_id"]].assign(kind=kinds, fields="")
    return table.reindex(columns=COLUMNS)


def _differing(old: pd.DataFrame, new: pd.DataFrame, first: date) -> pd.DataFrame:
    """Rows for pairs of the same record that differ in any compared column."""
    fields = {}
    for name in (*PLACED, *STATED, *STEPS):
        was, is_ = old[name].reset_index(drop=True), new[name].reset_index(drop=True)
        same = was.eq(is_).fillna(False).astype(bool) | (was.isna() & is_.isna())
        fields[name] = ~same.to_numpy()
    differs = pd.DataFrame(fields, index=new.index)
    year_ends = pd.to_datetime(old["fiscal_year"].astype("string") + "-09-30")
    ends = pd.to_datetime(old["ends_on"]).fillna(year_ends)
    was_over = (ends < pd.Timestamp(first)).to_numpy()
    is_placed, is_stated = differs[list(PLACED)].any(axis=1), differs[list(STATED)].any(axis=1)
    kinds = np.select([was_over & (is_placed | is_stated), is_placed, is_stated], ["corrected", "moved", "revised"], "progress")  # fmt: skip
    table = _told(new, pd.Series(kinds, index=new.index, dtype=object))
    before = {"area_before": "area_code", "stream_before": "stream_code", "amount_before_satang": "amount_satang", "paid_before_satang": "paid_satang",
              "support_before": "support_id"}  # fmt: skip
    table = table.assign(**{name: old[column].to_numpy(dtype=object) for name, column in before.items()})
    names = np.array([*fields])
    table["fields"] = [",".join(names[row]) for row in differs.to_numpy()]
    return table[differs.any(axis=1).to_numpy()]


def class_changes(
    then: pd.DataFrame, now: pd.DataFrame, was: pd.DataFrame, is_: pd.DataFrame, unit: str = "subdistrict_code"
) -> pd.DataFrame:
    """Places whose class differs between two states, with the reason.

    Parameters
    ----------
    then, now
        ``unit``, ``class`` (NA = none) and ``is_overridden`` (a meeting agreed on the class), one row per place.
    was, is_
        Criteria in units of the data, one row per place (index) and one column per criterion.

    Returns
    -------
    DataFrame
        ``unit``, ``before``, ``after``, ``why``: ``agreed`` (a meeting set the class, or withdrew it), ``data``
        (criteria of the place changed), ``others`` (only criteria of other places did, which moved the class bounds).
        ``criteria`` lists the changed ones, comma-joined; ``values`` is ``[(criterion, before, after), ...]``.
    """
    table = then[[unit, "class", "is_overridden"]].merge(
        now[[unit, "class", "is_overridden"]], on=unit, suffixes=("_then", "_now")
    )
    before, after = table["class_then"].astype("string"), table["class_now"].astype("string")
    table = table[~(before.eq(after).fillna(False).astype(bool) | (before.isna() & after.isna()))]
    rows = []
    for code, old, agreed_then, new, agreed_now in table.itertuples(index=False):
        pairs = [(name, was.at[code, name], is_.at[code, name]) for name in is_ if name in was]
        values = [pair for pair in pairs if pair[1] != pair[2] and not (pd.isna(pair[1]) and pd.isna(pair[2]))]
        why = "agreed" if agreed_then or agreed_now else "data" if values else "others"
        rows.append((code, old, new, why, ",".join(name for name, *_ in values), values))
    return pd.DataFrame(rows, columns=[unit, "before", "after", "why", "criteria", "values"])


def counts(then: pd.DataFrame, now: pd.DataFrame, keys: list[str], ignored: set[str]) -> dict[str, int]:
    """Count rows of a register that are ``new``, ``gone`` or ``changed``.

    ``keys`` identify a row (repeats are numbered in order); columns in ``ignored`` are not compared.
    """
    sides = []
    for frame in (then, now):
        side = frame.drop(columns=[name for name in ignored if name in frame]).astype("string").fillna("")
        sides.append(side.assign(_nth=side.groupby(keys).cumcount()).set_index([*keys, "_nth"]).sort_index())
    both = sides[0].index.intersection(sides[1].index)
    values = [name for name in sides[1] if name in sides[0]]
    changed = (sides[0].loc[both, values] != sides[1].loc[both, values]).any(axis=1).sum() if len(both) else 0
    return {"new": len(sides[1]) - len(both), "gone": len(sides[0]) - len(both), "changed": int(changed)}
