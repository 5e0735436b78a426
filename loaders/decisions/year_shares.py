"""Divide the money of records over several fiscal years: by days, equally, or by stated shares.

The record stays one row that carries the shares; the audit trail has name, reason and the shares before. Without a
statement all money belongs to the fiscal year of the record's start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

import pandas as pd
from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from loaders import store, thai, year_shares
from loaders.problems import Refused
from loaders.store import tables
from loaders.store.seen import for_viewer
from loaders.store.viewers import Viewer
from loaders.thai.dates import BUDDHIST_OFFSET
from loaders.year_shares import DAYS, EQUAL, METHODS

CARRIED = "as stated in the edition before"
MONEY = ("amount_satang", "committed_satang", "paid_satang")
_support, _batch = tables.support, tables.import_batch


@for_viewer
def over_years(connection: Connection, province: str | None = None, *, viewer: Viewer) -> pd.DataFrame:
    """Support records with money that span several fiscal years, those without stated shares first.

    Columns of :func:`loaders.store.read_register` and ``years`` (tuple of Gregorian fiscal years).
    """
    frame = store.read_register(connection, "support", province, viewer=viewer)
    frame = frame[frame["starts_on"].notna() & frame["ends_on"].notna() & frame[list(MONEY)].notna().any(axis=1)]
    spans = [
        year_shares.years_touched(start.date(), end.date())
        for start, end in zip(frame["starts_on"], frame["ends_on"], strict=True)
    ]
    frame = frame.assign(years=pd.Series(spans, index=frame.index, dtype=object))
    frame = frame[frame["years"].map(len) > 1]
    order = frame.assign(is_said=frame["year_shares"].notna(), size=frame["amount_satang"].fillna(0))
    order = order.sort_values(["is_said", "size"], ascending=[True, False], kind="stable")
    return frame.loc[order.index].reset_index(drop=True)


def read_stated(texts: Iterable[str]) -> tuple[dict[int, Decimal], bool]:
    """``2549=40%`` or ``2549=400,000`` as {Gregorian year: value}, and whether the values are baht.

    Raises ``Refused`` (``year_share_unreadable``): not a number, a year twice, percent mixed with baht, nothing above
    zero.
    """
    amounts: dict[int, Decimal] = {}
    kinds = set()
    for text in texts:
        year, equals, value = text.replace(",", "").replace(" ", "").partition("=")
        digits = thai.normalise(year)
        try:
            amount = Decimal(thai.normalise(value.removesuffix("%")))
        except InvalidOperation as error:
            raise Refused("year_share_unreadable", value=text) from error
        if not (equals and digits.isdigit()) or not amount.is_finite() or amount < 0:
            raise Refused("year_share_unreadable", value=text)
        number = int(digits) - (BUDDHIST_OFFSET if int(digits) > 2400 else 0)
        if number in amounts:
            raise Refused("year_share_unreadable", value=text)
        amounts[number] = amount
        kinds.add(value.endswith("%"))
    if len(kinds) != 1 or not any(amounts.values()):
        raise Refused("year_share_unreadable", value=" ".join(texts) or "-")
    return amounts, kinds == {False}


def share(
    connection: Connection,
    ids: Iterable[int],
    method: str,
    reason: str,
    who: str,
    *,
    stated: Iterable[str] = (),
) -> int:
    """Divide the money of records over their fiscal years (``stated``: see :func:`read_stated`); returns how many.

    Baht apply to one record and must add up to its money; percent must add up to 100. Raises ``Refused``:
    ``reason_missing``, ``year_share_unknown`` (not an active record), ``year_share_one_year`` (it spans one year, or
    has no dates), ``year_share_outside`` (a year that it does not span), ``year_share_sum``,
    ``year_share_percent_only`` (baht for several records or one without money), ``year_share_unreadable``.
    """
    rows = _rows(connection, ids, reason)
    if method not in METHODS:
        raise Refused("year_share_unreadable", value=method)
    stated_by_year, is_baht = read_stated(list(stated)) if method not in (EQUAL, DAYS) else ({}, False)
    if stated_by_year:
        _check_sum(stated_by_year, rows, is_baht=is_baht)
    for row in rows:
        years = year_shares.years_touched(row["starts_on"], row["ends_on"])
        if len(years) < 2:
            raise Refused("year_share_one_year", value=_name(row))
        if outside := sorted(set(stated_by_year) - set(years)):
            raise Refused("year_share_outside", value=_name(row), suggestion=str(outside[0] + BUDDHIST_OFFSET))
        if method == DAYS:
            weights = year_shares.days_in_years(row["starts_on"], row["ends_on"])
        else:
            weights = dict.fromkeys(years, 1) if method == EQUAL else _whole(stated_by_year)
        _write(connection, row, year_shares.written(weights), method, reason, who)
    _finish(connection, rows)
    return len(rows)


def take_back(connection: Connection, ids: Iterable[int], reason: str, who: str) -> int:
    """Put the money back into the year of the start; returns how many records had shares.

    Raises ``Refused``: ``reason_missing``, ``year_share_unknown``.
    """
    rows = [row for row in _rows(connection, ids, reason) if row["year_shares"]]
    for row in rows:
        _write(connection, row, None, None, reason, who)
    _finish(connection, rows)
    return len(rows)


def carry(
    connection: Connection, batch_id: int, lines: Iterable[tuple[str, int, str, tuple[str, str]]], who: str
) -> int:
    """Copy stated shares to the same records of a new edition; returns how many.

    ``lines``: (sheet, row, area code, (shares, method)).
    """
    done = 0
    for sheet, number, area, (text, method) in lines:
        query = select(_support).where(
            _support.c.batch_id == batch_id, _support.c.sheet == sheet, _support.c.row == number
        )
        for row in connection.execute(query).mappings():
            if (row["area_code"] or "") == area and row["year_shares"] is None:
                _write(connection, row, text, method, CARRIED, who)
                done += 1
    if done:
        store.sum_support(connection, batch_id)
    return done


def ids_of_batch(connection: Connection, batch_id: int) -> list[int]:
    """Keys of a batch's records with money that span several fiscal years. Raises ``Refused``: ``batch_unknown``."""
    if connection.execute(select(_batch.c.id).where(_batch.c.id == batch_id)).scalar() is None:
        raise Refused("batch_unknown", value=str(batch_id))
    query = select(_support).where(_support.c.batch_id == batch_id).order_by(_support.c.id)
    return [
        row["id"]
        for row in connection.execute(query).mappings()
        if len(year_shares.years_touched(row["starts_on"], row["ends_on"])) > 1
        and any(row[name] is not None for name in MONEY)
    ]


def _rows(connection: Connection, ids: Iterable[int], reason: str) -> list[RowMapping]:
    if not reason.strip():
        raise Refused("reason_missing")
    keys = list(dict.fromkeys(ids))
    query = select(_support).join(_batch, _batch.c.id == _support.c.batch_id).where(_batch.c.is_active)
    rows = {row["id"]: row for row in connection.execute(query.where(_support.c.id.in_(keys))).mappings()}
    if missing := [key for key in keys if key not in rows]:
        raise Refused("year_share_unknown", value=", ".join(map(str, missing)))
    if not rows:
        raise Refused("year_share_unknown", value="-")
    return [rows[key] for key in keys]


def _check_sum(stated: Mapping[int, Decimal], rows: list[RowMapping], *, is_baht: bool) -> None:
    total = sum(stated.values())
    if not is_baht:
        if total != 100:
            raise Refused("year_share_sum", value=f"{total:f} %", suggestion="100 %")
        return
    money = next((rows[0][name] for name in MONEY if rows[0][name] is not None), None)
    if len(rows) > 1 or money is None:
        raise Refused("year_share_percent_only")
    if total * 100 != money:
        raise Refused("year_share_sum", value=f"{total:,.2f}", suggestion=f"{money / 100:,.2f}")


def _whole(stated: Mapping[int, Decimal]) -> dict[int, int]:
    """Decimal shares as integer weights of the same ratio."""
    places = max(0, *(-int(value.as_tuple().exponent) for value in stated.values()))
    return {year: int(value.scaleb(places)) for year, value in stated.items()}


def _name(row: RowMapping) -> str:
    return f"{row['sheet']} {row['row']}"


def _write(
    connection: Connection, row: RowMapping, text: str | None, method: str | None, reason: str, who: str
) -> None:
    values = {"year_shares": text, "year_shares_by": method}
    connection.execute(update(_support).where(_support.c.id == row["id"]).values(**values))
    detail = f"{_name(row)}: {row['year_shares'] or '-'} -> {text or '-'} ({method or '-'}): {reason.strip()}"
    store.note(connection, who, "share_years" if text else "undo_share_years", detail, row["batch_id"])


def _finish(connection: Connection, rows: list[RowMapping]) -> None:
    """Recompute the sums of the changed batches."""
    for batch_id in sorted({row["batch_id"] for row in rows}):
        store.sum_support(connection, batch_id)
    store.touch(connection)
