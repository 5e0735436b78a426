"""``python -m geo rank SPEC.toml DATA.csv OUT.csv``: compute a specified composite index on any table.

Prints one JSON line to standard output: method, seed, data version and class counts. Input that cannot be computed is
refused: one JSON line with a problem code on standard error, exit code 2.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tomllib
import warnings
from pathlib import Path

import pandas as pd

from geo.ranking.ranking import Ranking, influence, rank
from geo.ranking.spec import SpecError, read_spec

EMPTY = ("", "-", "NA", "N/A", "n/a")


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m geo")
    command = parser.add_subparsers(dest="command", required=True).add_parser("rank")
    command.add_argument("spec", type=Path)
    command.add_argument("data", type=Path)
    command.add_argument("out", type=Path)
    command.add_argument("--axis", default=None)
    command.add_argument("--draws", type=int, default=None)
    command.add_argument("--seed", type=int, default=None)
    return parser.parse_args(argv)


def _data(path: Path) -> pd.DataFrame:
    """The CSV with every cell as text: pandas must not read a unit code such as ``NA`` as missing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading = next(csv.reader(file), [])
    if twice := sorted({name for name in heading if heading.count(name) > 1}):
        raise SpecError("rank_column_twice", twice[0], ", ".join(heading[:20]))
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # pandas would silently drop cells beyond the heading
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False)
    return table


def _measured(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """``table`` with ``None`` for the markers of an unmeasured cell (:data:`EMPTY`), except in the ``unit`` column."""
    cells = {
        column: table[column].where(~table[column].str.strip().isin(EMPTY), None)
        for column in table.columns.drop(unit, errors="ignore")
    }
    return table.assign(**cells)


def _table(ranking: Ranking, data: pd.DataFrame) -> pd.DataFrame:
    """Output table: ranked units, group scores (``group:name``), versions and seed, then the input columns unchanged.

    An input column whose name collides with an output column is renamed ``input:name``.
    """
    spec = ranking.spec
    groups = ranking.groups.reset_index(drop=True).add_prefix("group:")
    stamp = {
        "index_code": spec.code,
        "spec_version": spec.version,
        "data_version": ranking.data_version,
        "draws": spec.uncertainty.draws,
        "seed": spec.uncertainty.seed,
    }
    ours = pd.concat([ranking.units, groups], axis=1).assign(**stamp)
    incoming = data.drop(columns=spec.unit).reset_index(drop=True)
    return pd.concat(
        [ours, incoming.rename(columns={name: f"input:{name}" for name in incoming if name in ours})], axis=1
    )


def _summary(ranking: Ranking) -> dict[str, object]:
    spec = ranking.spec
    return {
        "index": spec.code,
        "spec_version": spec.version,
        "data_version": ranking.data_version,
        "normalisation": spec.normalisation,
        "aggregation": spec.aggregation,
        "draws": spec.uncertainty.draws,
        "seed": spec.uncertainty.seed,
        **ranking.completeness(),
        "hold": spec.uncertainty.hold,
        "classes": ranking.headline(),
        "influence": influence(ranking)
        .round(4)
        .astype(object)
        .where(lambda table: table.notna(), None)
        .to_dict("records"),
    }


def _refused(code: str, value: object, expected: str) -> int:
    problem = {"problem": code, "value": str(value), "expected": expected}
    print(json.dumps(problem, ensure_ascii=False), file=sys.stderr)
    return 2


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns 0 when the table was written, 2 when the input was refused."""
    arguments = _arguments(argv)
    try:
        document = tomllib.loads(arguments.spec.read_text(encoding="utf-8"))
        spec = read_spec(document, arguments.axis)
        data = _data(arguments.data)
        ranking = rank(spec, _measured(data, spec.unit), arguments.draws, arguments.seed)
    except SpecError as error:
        return _refused(error.code, error.value, error.expected)
    except (
        OSError,
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        csv.Error,
        pd.errors.ParserError,
        pd.errors.ParserWarning,
        pd.errors.EmptyDataError,
    ) as error:
        return _refused("rank_file_unreadable", error, "a TOML specification and a CSV table in UTF-8")
    try:
        _table(ranking, data).to_csv(arguments.out, index=False, encoding="utf-8", lineterminator="\n")
    except OSError as error:
        return _refused("rank_file_unreadable", error, "a file that can be written")
    print(json.dumps(_summary(ranking), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
