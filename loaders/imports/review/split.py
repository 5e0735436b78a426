"""Divide one quarantined row over several places: equally, by population or by stated amounts, exact to the satang.

The parts are rows of the register with sheet and row of the file, marked by ``shared_by``; undoing the decision removes
them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Engine

from loaders import reference, store
from loaders.imports import batches
from loaders.imports.account import SheetResult
from loaders.imports.review.commands import Decided, batches_of, by_sheet, close, finish, rows_of
from loaders.imports.review.queries import places_now, read_again
from loaders.imports.row_outcomes import DECIDED
from loaders.places.matcher import Places
from loaders.problems import Problem, Refused
from loaders.shares import largest_remainder
from loaders.store import tables

METHODS = ("equal", "population", "stated")
REGISTERS = ("support", "plan", "contribution")  # a row of other registers is one thing in one place
SHARED = (
    "amount_satang", "committed_satang", "paid_satang", "promised_satang", "received_satang", "people_reached",
)  # fmt: skip


def weights_of(codes: list[str], method: str, stated: Mapping[str, int] | None = None) -> list[int]:
    """Weight of each place; ``stated``: satang by code.

    Raises ``Refused``: ``split_amount_missing``, ``split_people_unknown``.
    """
    if method == "equal":
        return [1] * len(codes)
    if method == "stated":
        amounts = [(stated or {}).get(code) for code in codes]
        if any(amount is None or amount < 0 for amount in amounts):
            raise Refused("split_amount_missing")
        return [int(amount or 0) for amount in amounts]
    people = reference.subdistricts(codes[0][:2]).set_index("subdistrict_code")["population_2021"].dropna()
    weights = [int(people[people.index.str.startswith(code)].sum()) if len(code) <= 6 else 0 for code in codes]
    if not all(weights):
        raise Refused("split_people_unknown", value=", ".join(c for c, w in zip(codes, weights, strict=True) if not w))
    return weights


def shares(satang: int, codes: list[str], method: str, stated: Mapping[str, int] | None = None) -> dict[str, int]:
    """Satang by place, adding up to ``satang``; raises ``Refused`` (``split_sum_differs``) if stated ones do not."""
    weights = weights_of(codes, method, stated)
    if method == "stated" and sum(weights) != satang:
        raise Refused("split_sum_differs", value=f"{sum(weights) / 100:,.2f}", suggestion=f"{satang / 100:,.2f}")
    return dict(zip(codes, weights if method == "stated" else largest_remainder(satang, weights), strict=True))


def decide_split(
    engine: Engine,
    ids: Iterable[int],
    codes: Iterable[str],
    method: str,
    reason: str,
    who: str,
    *,
    stated: Mapping[str, int] | None = None,
    province: str | None = None,
) -> Decided:
    """Divide quarantined rows over places (4, 6 or 8 digits); ``stated`` (satang by code) is for one row only.

    Raises ``Refused``: ``split_needs_two``, ``place_code_unknown``, ``split_overlaps`` (a place inside another),
    ``split_method_unfit``, ``split_not_possible`` (register), and those of :func:`shares`.
    """
    chosen = list(dict.fromkeys(codes))
    with store.writing(engine) as connection:
        rows = rows_of(connection, ids, reason)
        if method not in METHODS or (method == "stated" and len(rows) > 1):
            raise Refused("split_method_unfit", value=method)
        places = places_now(connection, province)
        _check(chosen, places)
        done = [_share(connection, *group, chosen, method, stated, places, reason, who) for group in by_sheet(rows)]
        return finish(connection, done, batches_of(rows), who, "decide_split", f"{method} {','.join(chosen)}: {reason}")


def _check(codes: list[str], places: Places) -> None:
    if len(codes) < 2:
        raise Refused("split_needs_two")
    for code in codes:
        if code[:6] not in places.book.areas or code[:2] != places.home or len(code) < 4:
            raise Refused("place_code_unknown", value=code)
        if (inside := next((other for other in codes if other != code and other.startswith(code)), None)) is not None:
            raise Refused("split_overlaps", value=inside, suggestion=code)


def _share(
    connection: Connection, batch_id: int, sheet: str, group: list[dict], codes: list[str], method: str,
    stated: Mapping[str, int] | None, places: Places, reason: str, who: str,
) -> Decided:  # fmt: skip
    """The rows of one sheet as one record per place; rows with another problem stay quarantined."""
    read = {code: read_again(connection, batch_id, sheet, group, places, {DECIDED: code}) for code in codes}
    first = read[codes[0]]
    register = first.layout.register
    if register not in REGISTERS:
        raise Refused("split_not_possible", value=register)
    batches.add_agencies(connection, first)
    records = {code: {row["row"]: row for row in batches.records(result, batch_id)} for code, result in read.items()}
    loaded, problem = 0, None
    for row in group:
        number = int(row["row"])
        if any(number not in of_place for of_place in records.values()):
            problem = _still(first, number, row)
            continue
        satang = int(first.satang[number])
        parts = _parts([records[code][number] for code in codes], shares(satang, codes, method, stated), method)
        store.insert_rows(connection, tables.REGISTERS[register], parts)
        division = {"method": method, "parts": shares(satang, codes, method, stated)}
        close(connection, row, {"kind": "split", "value": json.dumps(division)}, "loaded", None, satang, reason, who)
        loaded += 1
    return Decided(loaded, 0, len(group) - loaded, problem)


def _parts(records: list[dict], money: dict[str, int], method: str) -> list[dict]:
    """The record of each place with its share of every quantity; missing quantities stay missing."""
    codes = list(money)
    weights = weights_of(codes, method, money)
    weights = weights if any(weights) else [1] * len(codes)
    shared = {
        name: largest_remainder(int(records[0][name]), weights) for name in SHARED if records[0].get(name) is not None
    }
    return [
        record | {name: amounts[place] for name, amounts in shared.items()} | {"shared_by": method}
        for place, record in enumerate(records)
    ]


def _still(result: SheetResult, number: int, row: dict) -> Problem:
    code = result.reason[number] or "place_unknown"
    return result.read.bad.get(number) or Problem(code, "quarantined", row["sheet"], number, None, row["value"])
