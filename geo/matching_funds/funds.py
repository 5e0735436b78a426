"""Matching-fund calculator: amounts by subdistrict, payer and condition under a given scheme.

Money is integer satang, rounded half up per line; an amount that depends on an unknown count is NA, never zero. A
town subdistrict without villages gets 0 from a per-village rule.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from geo.coverage.splits import largest_remainder
from geo.frames import known_sum, require_columns
from geo.matching_funds.rules import FundError, Gate, Rule, Scheme

KEY = "subdistrict_code"
SATANG = 100


@dataclass(frozen=True)
class Funds:
    """Result of a scheme.

    ``lines``: one row per subdistrict and rule: ``subdistrict_code``, ``rule``, ``payer``, ``is_restricted``,
    ``restricted_to``, ``amount_satang`` (NA = not known), ``gate_status`` (``no_condition``, ``met``, ``not_met``,
    ``not_known``). ``by_area``: ``subdistrict_code``, ``restricted_satang``, ``unrestricted_satang``, ``total_satang``,
    ``own_satang`` and ``own_share`` (of the community), ``secured_satang`` (no condition, or met), ``at_stake_satang``
    (a condition not known), ``withheld_satang`` (a condition not met), ``unknown_rules`` (number of NA lines, which all
    sums leave out). ``by_payer``: ``payer``, ``amount_satang``, ``share`` (adds up to 1), ``restricted_satang``,
    ``unrestricted_satang``. ``by_gate``: ``gate``, ``satang_depending`` and the number of subdistricts ``met``,
    ``not_met``, ``not_known``. ``gates``: the conditions it was calculated with.
    """

    scheme: Scheme
    lines: pd.DataFrame
    by_area: pd.DataFrame
    by_payer: pd.DataFrame
    by_gate: pd.DataFrame
    gates: pd.DataFrame | None = None

    @property
    def total_satang(self) -> Any:
        """Sum of all lines whose amount is known; NA when there are lines and none is."""
        return known_sum(self.lines["amount_satang"])


def _decimal(value: object) -> Decimal | None:
    return None if value is None or pd.isna(value) else Decimal(str(value))  # type: ignore[call-overload]


def _base_amount(
    rule: Rule, area: Mapping[str, object], scheme: Scheme, earlier: Mapping[str, int | None]
) -> Decimal | None:
    """Satang of a rule before floor and cap; ``None`` = not known."""
    if rule.kind == "per_subdistrict":
        return (rule.baht or Decimal(0)) * SATANG
    if rule.kind in ("per_village", "per_head"):
        count = _decimal(area[scheme.villages_column if rule.kind == "per_village" else scheme.population_column])
        return None if count is None else (rule.baht or Decimal(0)) * SATANG * count
    if rule.kind == "column":
        return _decimal(area[str(rule.column)])
    parts = [earlier[code] for code in rule.of]
    if any(part is None for part in parts):
        return None
    together = Decimal(sum(part for part in parts if part is not None))
    if rule.kind == "match":
        return together * (rule.ratio or Decimal(0))
    percent = dict(rule.by_size).get(str(area.get("size")), rule.percent or Decimal(0))
    return together * percent / 100


def _amount(
    rule: Rule, area: Mapping[str, object], scheme: Scheme, earlier: Mapping[str, int | None], extra: int
) -> int | None:
    base = _base_amount(rule, area, scheme, earlier)
    if base is None:
        return None
    base = base if rule.floor_baht is None else max(base, rule.floor_baht * SATANG)
    base = base if rule.cap_baht is None else min(base, rule.cap_baht * SATANG)
    return int(base.quantize(Decimal(1), ROUND_HALF_UP)) + extra


def _under_total(rule: Rule, amounts: list[int | None]) -> list[int | None]:
    """Reduce amounts in proportion if their sum exceeds the payer's total; the reduced sum equals it exactly."""
    if rule.total_baht is None:
        return amounts
    known_amounts = [amount for amount in amounts if amount is not None]
    most = int(rule.total_baht * SATANG)
    if sum(known_amounts) <= most:
        return amounts
    shares = iter(largest_remainder(most, known_amounts))
    return [None if amount is None else next(shares) for amount in amounts]


def _lines(scheme: Scheme, areas: pd.DataFrame, extra: Mapping[str, int]) -> pd.DataFrame:
    places = areas.to_dict("records")
    amounts: dict[str, list[int | None]] = {}
    for rule in scheme.rules:
        earlier = [{code: amounts[code][place] for code in rule.of} for place in range(len(places))]
        one_by_one = [
            _amount(rule, area, scheme, before, extra.get(rule.code, 0))
            for area, before in zip(places, earlier, strict=True)
        ]
        amounts[rule.code] = _under_total(rule, one_by_one)
    parts = [
        pd.DataFrame(
            {
                KEY: areas[KEY].to_numpy(),
                "rule": rule.code,
                "payer": rule.payer,
                "is_restricted": rule.restricted_to is not None,
                "restricted_to": pd.array([rule.restricted_to] * len(areas), dtype="string"),
                "amount_satang": pd.array(amounts[rule.code], dtype="Int64"),
            }
        )
        for rule in scheme.rules
    ]
    return pd.concat(parts, ignore_index=True)


def _statuses(scheme: Scheme, lines: pd.DataFrame, gates: pd.DataFrame | None) -> pd.Series:
    """Worst status among the conditions of each line; "not met" outweighs "not known"."""
    answers: dict[tuple[str, str], object] = {}
    if gates is not None:
        require_columns(gates, [KEY, "gate", "is_met"], "gates")
        answers = dict(zip(zip(gates[KEY], gates["gate"], strict=True), gates["is_met"], strict=True))
    conditions = {rule.code: rule.gates for rule in scheme.rules}
    statuses = []
    for code, rule in zip(lines[KEY], lines["rule"], strict=True):
        statuses.append(_status([answers.get((code, gate)) for gate in conditions[rule]]))
    return pd.Series(statuses, index=lines.index, dtype="string")


def _status(answers: list[object]) -> str:
    if not answers:
        return "no_condition"
    known_answers = [bool(answer) for answer in answers if answer is not None and not pd.isna(answer)]  # type: ignore[call-overload]
    if not all(known_answers):
        return "not_met"
    return "met" if len(known_answers) == len(answers) else "not_known"


def _check(scheme: Scheme, areas: pd.DataFrame) -> None:
    kinds = {rule.kind for rule in scheme.rules}
    needed = [KEY]
    needed += [scheme.villages_column] if "per_village" in kinds else []
    needed += [scheme.population_column] if "per_head" in kinds else []
    needed += [str(rule.column) for rule in scheme.rules if rule.kind == "column"]
    if missing := [column for column in needed if column not in areas.columns]:
        raise FundError("fund_column_missing", missing[0], ", ".join(map(str, areas.columns[:20])))
    if areas[KEY].duplicated().any():
        raise FundError("fund_area_twice", areas[KEY][areas[KEY].duplicated()].iloc[0], "one row per subdistrict")


def _added(lines: pd.DataFrame, by: str, index: pd.Series | pd.Index) -> pd.Series:
    """Satang of some lines for each of ``index``: 0 without a line, NA where the amount of none is known."""
    sums = lines["amount_satang"].groupby(lines[by]).sum(min_count=1).reindex(index).astype("Int64")
    return sums.mask(~sums.index.isin(lines[by]), 0)


def _by_area(scheme: Scheme, areas: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    def added(mask: pd.Series) -> pd.Series:
        return _added(lines[mask.fillna(False).astype(bool)], KEY, areas[KEY])

    restricted, status = lines["is_restricted"], lines["gate_status"]
    table = pd.DataFrame(
        {
            "restricted_satang": added(restricted),
            "unrestricted_satang": added(~restricted),
            "total_satang": added(status.notna()),
            "own_satang": added(lines["payer"].eq(scheme.own_payer)),
            "secured_satang": added(status.isin(["no_condition", "met"])),
            "at_stake_satang": added(status.eq("not_known")),
            "withheld_satang": added(status.eq("not_met")),
            "unknown_rules": lines["amount_satang"].isna().groupby(lines[KEY]).sum().reindex(areas[KEY]),
        }
    )
    total = table["total_satang"].astype("Float64")
    table["own_share"] = (table["own_satang"] / total).where(total > 0)
    return table.reset_index()


def _by_payer(lines: pd.DataFrame) -> pd.DataFrame:
    payers, is_restricted = pd.Index(lines["payer"].unique(), name="payer"), lines["is_restricted"].astype(bool)
    parts = {"amount": lines, "restricted": lines[is_restricted], "unrestricted": lines[~is_restricted]}
    table = pd.DataFrame(
        {f"{name}_satang": _added(part, "payer", payers) for name, part in parts.items()}
    ).reset_index()
    total = table["amount_satang"].sum()
    return table.assign(share=table["amount_satang"].astype(float) / total if total else float("nan"))


def _by_gate(scheme: Scheme, lines: pd.DataFrame, gates: pd.DataFrame | None) -> pd.DataFrame:
    rows = []
    for gate in scheme.gates:
        depending = lines[lines["rule"].isin([rule.code for rule in scheme.rules if gate.code in rule.gates])]
        places = depending[KEY].unique()
        answers = pd.Series(pd.NA, index=places, dtype="boolean")
        if gates is not None:
            stated_answers = gates[gates["gate"].eq(gate.code)].set_index(KEY)["is_met"].astype("boolean")
            answers = stated_answers.reindex(places)
        rows.append(
            {
                "gate": gate.code,
                "satang_depending": known_sum(depending["amount_satang"]),
                "met": int(answers.sum()),
                "not_met": int((~answers).sum()),
                "not_known": int(answers.isna().sum()),
            }
        )
    return pd.DataFrame(rows, columns=["gate", "satang_depending", "met", "not_met", "not_known"])


def calculate(scheme: Scheme, areas: pd.DataFrame, gates: pd.DataFrame | None = None) -> Funds:
    """Money of a scheme per subdistrict, payer and condition.

    Parameters
    ----------
    areas
        ``subdistrict_code`` and the columns that the scheme uses (``scheme.villages_column``,
        ``scheme.population_column``, a rule's ``column`` in satang); ``size`` for rules by size. Counts may be means.
    gates
        ``subdistrict_code``, ``gate``, ``is_met`` (True, False, NA = not known), from :func:`fund_gates`;
        ``None`` = nothing is known, so all conditional money is at stake.

    Raises
    ------
    FundError
        For a missing column, or a subdistrict or gate that occurs twice.
    """
    return _calculated(scheme, areas, gates, {})


def _calculated(scheme: Scheme, areas: pd.DataFrame, gates: pd.DataFrame | None, extra: Mapping[str, int]) -> Funds:
    _check(scheme, areas)
    if gates is not None and gates.duplicated([KEY, "gate"]).any():
        raise FundError(
            "fund_gate_twice",
            gates.loc[gates.duplicated([KEY, "gate"]), KEY].iloc[0],
            "one answer per subdistrict and gate",
        )
    lines = _lines(scheme, areas, extra)
    lines["gate_status"] = _statuses(scheme, lines, gates)
    return Funds(scheme, lines, _by_area(scheme, areas, lines), _by_payer(lines), _by_gate(scheme, lines, gates), gates)


def within(funds: Funds, codes: Collection[str]) -> Funds:
    """Restrict a result to the subdistricts ``codes``: lines stay as calculated, sums are taken over these only."""
    lines = funds.lines[funds.lines[KEY].isin(codes)]
    by_area = funds.by_area[funds.by_area[KEY].isin(codes)]
    return replace(
        funds,
        lines=lines,
        by_area=by_area,
        by_payer=_by_payer(lines),
        by_gate=_by_gate(funds.scheme, lines, funds.gates),
    )


def pull(scheme: Scheme, areas: pd.DataFrame) -> pd.DataFrame:
    """Leverage: what the other payers add for one more baht of the community, and up to which amount.

    Returns
    -------
    DataFrame
        One row per subdistrict: ``subdistrict_code``, ``pulled_baht`` (others' baht per additional baht of the
        community; 0 once every cap is reached; NA = not known), ``room_satang`` (what the community can add before
        the next cap is reached; NA = no cap applies, or all are reached).
    """
    own = next((rule.code for rule in scheme.rules if rule.payer == scheme.own_payer), None)
    before = calculate(scheme, areas)
    after = _calculated(scheme, areas, None, {own: SATANG} if own else {})
    others = before.lines["payer"].ne(scheme.own_payer)
    gained = (after.lines["amount_satang"] - before.lines["amount_satang"]).where(others, 0)
    unknown = before.lines["amount_satang"].isna().groupby(before.lines[KEY]).any().reindex(areas[KEY])
    pulled = gained.groupby(before.lines[KEY]).sum().reindex(areas[KEY]).astype("Float64") / SATANG
    room = pd.Series(pd.NA, index=areas[KEY], dtype="Int64")
    for rule in scheme.rules:
        if rule.kind == "match" and own in rule.of and rule.cap_baht is not None and rule.ratio:
            amount = (
                before.lines[before.lines["rule"].eq(rule.code)].set_index(KEY)["amount_satang"].reindex(areas[KEY])
            )
            left = (int(rule.cap_baht * SATANG) - amount).astype("Float64") / float(rule.ratio)
            room = pd.concat([room, left.where(left > 0).round().astype("Int64")], axis=1).min(axis=1).astype("Int64")
    return pd.DataFrame({"pulled_baht": pulled.mask(unknown.to_numpy()), "room_satang": room}).reset_index()


def compare(scenario: Funds, other: Funds) -> pd.DataFrame:
    """One row per payer, then ``total``: ``payer``, ``one_satang``, ``other_satang``, ``difference_satang``."""
    sides = [funds.by_payer.set_index("payer")["amount_satang"] for funds in (scenario, other)]
    table = pd.concat(sides, axis=1, keys=["one_satang", "other_satang"], sort=False).astype("Int64")
    for name, side in zip(table, sides, strict=True):
        table[name] = table[name].mask(~table.index.isin(side.index), 0)  # who does not pay in a scheme gives nothing
    table.loc["total"] = table.sum(min_count=1)
    table["difference_satang"] = table["other_satang"] - table["one_satang"]
    return table.rename_axis("payer").reset_index()


def fund_gates(gates: tuple[Gate, ...], funds: pd.DataFrame, areas: pd.DataFrame, fiscal_year: int) -> pd.DataFrame:
    """Which conditions the welfare funds of each subdistrict meet in a fiscal year.

    Parameters
    ----------
    funds
        ``subdistrict_code``, ``fiscal_year`` and the columns that the gates name; several funds are added up.

    Returns
    -------
    DataFrame
        One row per subdistrict and gate: ``subdistrict_code``, ``gate``, ``is_met`` (boolean; NA = no figure for the
        year, or for growth none for the year before).
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


def promised_received(contributions: pd.DataFrame) -> pd.DataFrame:
    """Promised against received money by source; a payment that is not stated is not known, never zero.

    Returns
    -------
    DataFrame
        One row per source: ``source``, ``promised_satang``, ``received_satang`` (sums of stated amounts),
        ``outstanding_satang`` (promised minus received over rows that state both, at least 0 per row; of all three NA:
        no row states it), ``not_known``
        (number of rows with a promise but no payment stated), ``promised_not_known_satang`` (their promises),
        ``received_share`` (over rows that state both; can exceed 1).
    """
    require_columns(contributions, ["source", "promised_satang", "received_satang"], "contributions")
    promised, received = (contributions[name].astype("Int64") for name in ("promised_satang", "received_satang"))
    both = promised.notna() & received.notna()
    silent = promised.notna() & received.isna()
    table = contributions[["source"]].assign(
        promised_satang=promised,
        received_satang=received,
        outstanding_satang=(promised - received).clip(lower=0),
        not_known=silent.astype("Int64"),
        promised_not_known_satang=promised.where(silent, 0),
        _promised=promised.where(both, 0),
        _received=received.where(both, 0),
    )
    groups = table.groupby("source", sort=True, dropna=False)
    stated = ["promised_satang", "received_satang", "outstanding_satang"]
    table = groups.sum().assign(**groups[stated].sum(min_count=1)).reset_index()
    share = table["_received"].astype("Float64") / table["_promised"].astype("Float64").where(table["_promised"] > 0)
    return table.drop(columns=["_promised", "_received"]).assign(received_share=share)
