"""Commands of the review desk: waiting, split, decisions, undo-decision, over-years, share-years."""

from __future__ import annotations

import argparse

from loaders import settings
from loaders.commands import DONE, QUARANTINED, answer, complain
from loaders.problems import Refused


def _waiting(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.imports.review import queries

    with store.reading(store.open_store()) as connection:
        rows = queries.waiting(connection)
    shown = rows if options.batch is None else rows[rows["batch_id"] == options.batch]
    columns = ["id", "batch_id", "file_name", "sheet", "row", "problem", "value", "candidates", "cells"]
    for row, satang in zip(shown[columns].astype(object).to_dict("records"), shown["satang"], strict=True):
        answer(row | {"baht": int(satang or 0) / 100})
    return DONE


def _split(options: argparse.Namespace) -> int:
    from loaders import store, thai
    from loaders.imports.review import split

    named = [part.partition("=") for part in options.over]
    try:
        stated = {code: thai.parse_baht(text) for code, _, text in named if text}
    except ValueError as error:
        raise Refused("split_amount_missing", value=str(error)) from error
    method = options.by or ("stated" if stated else "equal")
    amounts = {code: amount for code, amount in stated.items() if amount is not None}
    codes = [code for code, _, _ in named]
    engine = store.open_store()
    done = split.decide_split(engine, options.rows, codes, method, options.reason, settings.person(), stated=amounts)
    answer({"loaded": done.loaded, "waiting": done.waiting, "by": method, "over": codes})
    if done.problem is not None:
        complain(done.problem.as_dict())
    return QUARANTINED if done.waiting else DONE


def _undo(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.imports.review import commands

    return answer({"undone": commands.undo(store.open_store(), options.decisions, settings.person())})


def _decisions(_options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.imports.review import queries

    with store.reading(store.open_store()) as connection:
        made = queries.decisions(connection)
    columns = ["id", "batch_id", "sheet", "row", "kind", "area_code", "value", "reason", "decided_by", "decided_at"]
    for row in made.loc[~made["is_undone"].astype(bool), columns].astype(object).to_dict("records"):
        answer(row)
    return DONE


def _over_years(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.decisions import year_shares
    from loaders.store.viewers import DATA_TEAM

    with store.reading(store.open_store()) as connection:
        records = year_shares.over_years(connection, viewer=DATA_TEAM)
    columns = ["id", "batch_id", "file_name", "sheet", "row", "area_code", "activity", "starts_on", "ends_on",
               "fiscal_year", "years", "amount_satang", "year_shares", "year_shares_by"]  # fmt: skip
    shown = records if options.batch is None else records[records["batch_id"] == options.batch]
    for row in shown[columns].astype(object).where(shown[columns].notna(), None).to_dict("records"):
        answer(row)
    return DONE


def _share_years(options: argparse.Namespace) -> int:
    from loaders import store
    from loaders.decisions import year_shares

    method = options.by or ("stated" if options.over else "days")
    with store.writing(store.open_store()) as connection:
        ids = options.records
        if options.batch is not None:
            ids = [*ids, *year_shares.ids_of_batch(connection, options.batch)]
        if options.undo:
            return answer({"undone": year_shares.take_back(connection, ids, options.reason, settings.person())})
        done = year_shares.share(connection, ids, method, options.reason, settings.person(), stated=options.over)
    return answer({"shared": done, "by": method, "over": options.over})


def _add_years(commands: argparse._SubParsersAction) -> None:
    over = commands.add_parser(
        "over-years", help="records whose money runs over several fiscal years, one JSON line each"
    )
    over.add_argument("--batch", type=int)
    over.set_defaults(run=_over_years)
    share = commands.add_parser("share-years", help="share the money of records over their fiscal years")
    share.add_argument("records", nargs="*", type=int, help="ids, as over-years gives them")
    share.add_argument("--batch", type=int, help="all records of this batch that run over several years")
    share.add_argument("--by", choices=("days", "equal", "stated"), help="default: days, stated where shares stand")
    share.add_argument(
        "--over", nargs="+", default=[], metavar="YEAR=SHARE", help="2549=40%% 2550=60%%, or baht for one record"
    )
    share.add_argument("--undo", action="store_true", help="the money is again in the year of the start")
    share.add_argument("--reason", required=True)
    share.set_defaults(run=_share_years)


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the command line."""
    waiting = commands.add_parser("waiting", help="rows that wait for a person, one JSON line each")
    waiting.add_argument("--batch", type=int)
    waiting.set_defaults(run=_waiting)
    split = commands.add_parser("split", help="share waiting rows over several places")
    split.add_argument("rows", nargs="+", type=int, help="ids of the rows, as waiting gives them")
    split.add_argument("--over", nargs="+", required=True, metavar="CODE[=BAHT]", help="codes of the places")
    split.add_argument(
        "--by", choices=("equal", "population", "stated"), help="default: equal, stated where baht stand"
    )
    split.add_argument("--reason", required=True)
    split.set_defaults(run=_split)
    _add_years(commands)
    commands.add_parser("decisions", help="decisions about rows that stand").set_defaults(run=_decisions)
    undo = commands.add_parser("undo-decision", help="take decisions about rows back")
    undo.add_argument("decisions", nargs="+", type=int, help="ids, as decisions gives them")
    undo.set_defaults(run=_undo)
