"""Conditions of matching funds from the funds' own figures, and what was promised against what arrived."""

from __future__ import annotations

import pandas as pd

from geo.frames import require_columns
from geo.matching_funds.rules import Gate

KEY = "subdistrict_code"


def fund_gates(gates: tuple[Gate, ...], funds: pd.DataFrame, areas: pd.DataFrame, fiscal_year: int) -> pd.DataFrame:
    """Which conditions each subdistrict's fund meets.

    Parameters
    ----------
    funds
        ``subdistrict_code``, ``fiscal_year`` and the columns that the gates name (several funds are added up).

    Returns
    -------
    DataFrame
        ``subdistrict_code``, ``gate``, ``is_met`` (boolean, NA = not known: no figure for the year, or for growth
        none for the year before).
    """
    parts = []
    for gate in gates:
        require_columns(funds, [KEY, "fiscal_year", gate.column], "funds")
        figures = (
            funds[funds[KEY].notna()].groupby([KEY, "fiscal_year"])[gate.column].sum(min_count=1).unstack("fiscal_year")
        )
        empty = pd.Series(pd.NA, index=figures.index, dtype="Float64")
        now = figures.get(fiscal_year, empty).reindex(areas[KEY]).astype("Float64")
        before = figures.get(fiscal_year - 1, empty).reindex(areas[KEY]).astype("Float64")
        met = (now - before > float(gate.limit)) if gate.kind == "growth" else (now >= float(gate.limit))
        parts.append(
            pd.DataFrame({KEY: areas[KEY].to_numpy(), "gate": gate.code, "is_met": met.astype("boolean").array})
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[KEY, "gate", "is_met"])


def promised_received(contributions: pd.DataFrame, by: tuple[str, ...] = ("source",)) -> pd.DataFrame:
    """Promised against received; a payment that nobody recorded is not known, not zero.

    Returns
    -------
    DataFrame
        ``by``, ``promised_satang``, ``received_satang`` (sums of what is stated), ``outstanding_satang`` (promised less
        received, over rows that state both, never below zero per row), ``not_known`` (rows with a promise but no word
        on the payment), ``promised_not_known_satang`` (their promise), ``received_share`` (of rows that state both).
    """
    require_columns(contributions, [*by, "promised_satang", "received_satang"], "contributions")
    promised, received = (contributions[name].astype("Int64") for name in ("promised_satang", "received_satang"))
    both = promised.notna() & received.notna()
    silent = promised.notna() & received.isna()
    table = contributions[list(by)].assign(
        promised_satang=promised,
        received_satang=received,
        outstanding_satang=(promised - received).clip(lower=0).where(both, 0),
        not_known=silent.astype("Int64"),
        promised_not_known_satang=promised.where(silent, 0),
        _promised=promised.where(both, 0),
        _received=received.where(both, 0),
    )
    table = table.groupby(list(by), sort=True, dropna=False).sum().reset_index()
    share = table["_received"].astype("Float64") / table["_promised"].astype("Float64").where(table["_promised"] > 0)
    return table.drop(columns=["_promised", "_received"]).assign(received_share=share)
