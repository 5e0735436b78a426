"""Panels of the matching-fund page: choice of scheme, money by source, conditions, promises, map, saved scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from geo.frames import each_row, known_sum
from geo.maps.board import ClassStyle
from geo.maps.breaks import class_breaks, classify
from geo.maps.palette import NONE, UNMEASURED
from geo.matching_funds.funds import Funds, compare, within
from geo.matching_funds.rules import FundError
from pages.components import filters as choices
from pages.components import panels, records, reported
from pages.components import saved_scenarios as scenarios
from pages.components.map_layer import Choropleth, bounds_words, not_known_style, scale_styles
from pages.queries import store as queries
from pages.queries.query import Query
from pages.ranking.panels import place_prefix
from pages.session.scope import Scope
from pages.session.text import baht, language, percent, safe, stated_text, t, whole
from pages.welfare import data as welfare_data
from pages.welfare.data import KEY, Choice

BASIS_KEYS = {"all": "welfare_basis_all", "funds": "welfare_basis_funds", "mean": "welfare_basis_mean"}


def choose_scheme(scope: Scope) -> Choice:
    """Choose scheme and places; the changed numbers come from the link."""
    scheme_names, saved = welfare_data.names("scheme", language()), scenarios.names(scope, "selection")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            t("welfare_meeting"),
            key="welfare-meeting",
            on_click=lambda: st.session_state.update(welfare_data.MEETING),
            type="primary",
        )
        scheme = choices.choose(
            "scheme", t("welfare_scheme"), list(scheme_names), scheme_names.__getitem__, "proposal_2550"
        )
        basis = choices.choose(
            "basis",
            t("welfare_basis"),
            [*BASIS_KEYS, *saved],
            lambda code: saved.get(code) or t(BASIS_KEYS[code]),
        )
    return Choice(scheme, basis, tuple(sorted(scenarios.state("numbers").items())))


def fault(scope: Scope, choice: Choice) -> str | None:
    """Sentence why the numbers cannot be used; None when they can."""
    try:
        welfare_data.money(scope, choice)
    except FundError as stop:
        return stated_text(stop)
    return None


def payer_names(scope: Scope) -> Callable[[str], str]:
    """Return a function code -> name of a payer."""
    names = records.agency_names(scope)
    return lambda code: t("welfare_total") if code == "total" else names.get(code, code)


def stamp(scope: Scope, choice: Choice) -> dict[str, str]:
    """Scheme, changed numbers and data version, written on every output of the calculator."""
    numbers = ", ".join(f"{name}={value}" for name, value in choice.numbers)
    method = f"{welfare_data.names('scheme', language())[choice.scheme]} · {numbers or t('welfare_numbers_stated')}"
    return scenarios.stamp(method=method, heads=as_of(choice), data=scope.version)


def as_of(choice: Choice) -> str:
    """Sentence: years of population and villages."""
    return t(
        "welfare_as_of",
        heads=welfare_data.year_of(choice) + 543,
        villages=welfare_data.schemes()[choice.scheme].fiscal_year + 543,
    )


def undated_note(scope: Scope, choice: welfare_data.Choice, chosen: Query) -> str:
    """Note on support and promises without a year, which no year's figures include."""
    undated_support = reported.undated(scope, replace(chosen, fiscal_year=welfare_data.year_of(choice)), " · ")
    lost = welfare_data.undated_promises(scope, chosen.district)
    if lost.empty:
        return undated_support
    money = lost["promised_satang"].fillna(lost["received_satang"]).sum(min_count=1)
    return f"{undated_support} · {t('undated_promises', records=whole(len(lost)), amount=baht(money))}"


def part(funds: Funds, district: str | None) -> Funds:
    """Money of the chosen district only; all without one."""
    return within(funds, [code for code in funds.by_area[KEY] if code.startswith(district)]) if district else funds


def welfare_finding(scope: Scope, funds: Funds, choice: Choice, chosen: Query) -> str:
    """Sentence: total, number of places, and the community's own share."""
    times, count = welfare_data.times(choice), len(funds.by_area)
    own = funds.by_payer.loc[funds.by_payer["payer"].eq(funds.scheme.own_payer), "share"]
    return place_prefix(scope, chosen) + t(
        "finding_welfare",
        total=baht(funds.total_satang * times),
        places=whole(times if choice.basis == "mean" else count),
        own="–" if own.isna().any() else f"{own.sum() * 100:.1f}",
    )


def fund_figures(funds: Funds, choice: Choice) -> None:
    """Figures: restricted, unrestricted, secured, at stake and withheld money; for a mean place its worked totals."""
    times, area = welfare_data.times(choice), funds.by_area
    judged = choice.basis == "mean" or funds.by_gate.empty or funds.by_gate[["met", "not_met"]].to_numpy().any()
    shown = [
        (t(f"fund_{name}"), baht(known_sum(area[f"{name}_satang"]) * times if judged or name != "withheld" else None))
        for name in ("unrestricted", "restricted", "secured", "at_stake", "withheld")
    ]
    if choice.basis == "mean":
        total = funds.total_satang
        exact = t("not_known") if pd.isna(total) else t("baht", value=f"{total / 100:,.2f}")
        existing = welfare_data.existing_per_place(choice)
        shown = [(t("welfare_existing", villages=f"{choice.number('mean.villages'):g}"), baht(existing)), (t("welfare_mean_total"), exact),
                 (t("welfare_all_total", places=times), baht(funds.total_satang * times)), *shown]  # fmt: skip
    unknown = int(area["unknown_rules"].sum())
    panels.figures(shown)
    if unknown:
        scenarios.note([t("welfare_unknown", lines=unknown)])


def shares(scope: Scope, funds: Funds) -> None:
    """One line with the share of each payer."""
    st.html(f"<b>{safe(t('welfare_by_payer'))}</b>")
    name = payer_names(scope)
    scenarios.note([" · ".join(f"{name(row.payer)} {_tenths(row.share)}" for row in each_row(funds.by_payer))])


def payers(scope: Scope, funds: Funds, choice: Choice, stamped: dict[str, str]) -> None:
    """Table of payers with restricted and unrestricted money."""
    money = ["amount_satang", "restricted_satang", "unrestricted_satang"]
    table = funds.by_payer.assign(**{name: funds.by_payer[name] * welfare_data.times(choice) for name in money})
    table = table.assign(
        payer=[payer_names(scope)(code) for code in table["payer"]], percent=(table["share"] * 100).round(1)
    )
    columns = {"payer": t("column_payer"), "amount_satang": t("column_amount"), "percent": t("column_share"),
               "restricted_satang": t("fund_restricted"), "unrestricted_satang": t("fund_unrestricted")}  # fmt: skip
    panels.table(
        table,
        "welfare-sources",
        columns,
        stamp=stamped,
        formats=dict.fromkeys(money, baht) | {"percent": lambda value: _tenths(value / 100)},
    )


def conditions(scope: Scope, funds: Funds, choice: Choice, district: str | None) -> None:
    """Conditions with the money that depends on them, and what one more baht of the community brings in."""
    times, names = welfare_data.times(choice), welfare_data.names("gate", language())
    lines = [
        t(
            "welfare_gate_mean"
            if choice.basis == "mean"
            else "welfare_gate"
            if row.met or row.not_met
            else "welfare_gate_unknown",
            gate=names[row.gate],
            money=baht(row.satang_depending * times),
            met=row.met,
            not_met=row.not_met,
            not_known=row.not_known,
        )
        for row in each_row(funds.by_gate)
    ]
    body = "".join(f"<li>{safe(line)}</li>" for line in lines) or f"<li>{safe(t('welfare_no_gates'))}</li>"
    st.html(f'<div class="kradan-sheet"><b>{safe(t("welfare_gates"))}</b><ul>{body}</ul></div>')
    table = welfare_data.pulled(scope, choice).dropna(subset=["pulled_baht"])
    table = table[table[KEY].isin(funds.by_area[KEY])] if district else table
    lines_of_pull = []
    for value, rows in table.groupby("pulled_baht"):
        words = t("fund_pulled_nothing") if value == 0 else t("fund_pulled", value=f"{value:g}")
        room = rows["room_satang"].dropna()
        lines_of_pull.append(
            (words if choice.basis == "mean" else f"{words} ({t('welfare_places', number=len(rows))})")
            + (f" · {t('fund_room', value=f'{room.min() / 100:,.0f}')}" if len(room) else "")
        )
    body = "".join(f"<li>{safe(line)}</li>" for line in lines_of_pull)
    st.html(f'<div class="kradan-sheet"><b>{safe(t("welfare_pull"))}</b><ul>{body}</ul></div>')


def promises(scope: Scope, choice: Choice, district: str | None, stamped: dict[str, str]) -> None:
    """Table of promised and received money by source; an unrecorded payment is not known."""
    st.html(f"<b>{safe(t('welfare_promises'))}</b>")
    table = welfare_data.contributions(scope, choice, district)
    if table.empty:
        panels.empty("welfare_no_promises")
        return
    shown = table.assign(source=[payer_names(scope)(code) for code in table["source"]])
    columns = {"source": t("column_payer"), "promised_satang": t("fund_promised"),
               "received_satang": t("fund_received"), "outstanding_satang": t("fund_outstanding"),
               "received_share": t("column_received_share"), "not_known": t("column_not_known")}  # fmt: skip
    money = dict.fromkeys(("promised_satang", "received_satang", "outstanding_satang"), baht)
    panels.table(shown, "welfare-promises", columns, stamp=stamped, formats=money | {"received_share": percent})


def fund_layer(scope: Scope, funds: Funds) -> Choropleth:
    """Map of baht per subdistrict in five classes; own classes for zero, unknown and uncounted, stripe for withheld."""
    codes = queries.areas(scope, None)[KEY]
    table = funds.by_area.set_index(KEY).reindex(codes)
    value = (table["total_satang"].astype("Float64") / 100).where(table["unknown_rules"].eq(0))
    bounds = class_breaks(value, 5)
    number = classify(value, bounds)
    classes = pd.Series("u", index=codes, dtype="object").mask(table["unknown_rules"].gt(0).fillna(False), "m")
    classes = classes.mask(
        number.notna(), number.map(lambda class_number: "" if pd.isna(class_number) else str(int(class_number)))
    )
    classes = classes.mask(value.eq(0).fillna(False).astype(bool), "n")
    styles = scale_styles(bounds_words(bounds, whole=False), "unit_amount_baht")
    styles["n"] = ClassStyle(NONE, "welfare_zero")
    styles["m"] = ClassStyle(UNMEASURED, "welfare_unmeasured")
    styles["u"] = not_known_style("welfare_not_counted")
    held = table["withheld_satang"].gt(0).fillna(False).astype(bool)
    return Choropleth(
        styles,
        pd.Series(codes.to_numpy()),
        classes.reset_index(drop=True),
        value.reset_index(drop=True),
        "unit_amount_baht",
        held.reset_index(drop=True),
        "fund_status_not_met",
    )


def by_place(scope: Scope, funds: Funds, stamped: dict[str, str]) -> None:
    """Table of the counted places."""
    st.html(f"<b>{safe(t('welfare_by_place'))}</b>")
    table = funds.by_area
    shown = table.assign(
        place=[t("welfare_basis_mean") if code == "mean" else records.place_words(scope, code) for code in table[KEY]]
    )
    money = [
        "total_satang",
        "unrestricted_satang",
        "restricted_satang",
        "own_satang",
        "secured_satang",
        "at_stake_satang",
        "withheld_satang",
    ]
    columns = {"place": t("column_place")} | {name: t(f"fund_{name.removesuffix('_satang')}") for name in money}
    columns |= {"own_share": t("fund_own_share"), KEY: t("column_code")}
    panels.table(
        shown, "welfare-places", columns, stamp=stamped, formats=dict.fromkeys(money, baht) | {"own_share": _tenths}
    )


def _tenths(share: Any) -> str:
    return "–" if pd.isna(share) else f"{float(share) * 100:.1f} %"


def saved(scope: Scope, choice: Choice, funds: Funds) -> None:
    """Save the choice by name, use a saved one, or compare with one."""
    total = funds.total_satang * welfare_data.times(choice)
    with st.expander(t("welfare_scenarios")):
        scenarios.listed(scope, "funds", _use)
        scenarios.save(
            scope,
            "funds",
            lambda: as_content(choice) | {"total_satang": None if pd.isna(total) else int(total)},
        )
        names = scenarios.names(scope, "funds")
        if not names:
            return
        other = st.selectbox(t("welfare_compare"), list(names), format_func=names.__getitem__, key="welfare-compare")
        other_choice = from_content(scenarios.content(scope, "funds", other))
        if fault(scope, other_choice):
            st.warning(fault(scope, other_choice))
            return
        table = side_by_side(scope, choice, other_choice)
        columns = {
            "payer": t("column_payer"),
            "one_satang": t("welfare_this"),
            "other_satang": names[other],
            "difference_satang": t("column_difference"),
        }
        shown = table.assign(payer=[payer_names(scope)(code) for code in table["payer"]])
        panels.table(
            shown,
            "welfare-compare",
            columns,
            stamp=stamp(scope, choice),
            formats=dict.fromkeys(list(columns)[1:], baht),
        )


def side_by_side(scope: Scope, first: Choice, other: Choice) -> pd.DataFrame:
    """One row per payer: satang of two choices, each for all its places, and the difference."""
    table = compare(welfare_data.money(scope, first), welfare_data.money(scope, other))
    sides = {
        "one_satang": table["one_satang"] * welfare_data.times(first),
        "other_satang": table["other_satang"] * welfare_data.times(other),
    }
    return table.assign(**sides, difference_satang=sides["other_satang"] - sides["one_satang"])


def as_content(choice: Choice) -> dict[str, str]:
    """Choice as values of the link."""
    return {"scheme": choice.scheme, "basis": choice.basis, "numbers": scenarios.packed(dict(choice.numbers))}


def from_content(content: dict) -> Choice:
    """Choice of a saved scenario; an unknown scheme becomes ``proposal_2550``."""
    scheme = content.get("scheme", "")
    scheme = scheme if scheme in welfare_data.schemes() else "proposal_2550"
    return Choice(
        scheme, str(content.get("basis", "all")), tuple(sorted(scenarios.unpacked(content.get("numbers", "")).items()))
    )


def _use(scope: Scope, key: str) -> None:
    st.session_state.update(as_content(from_content(scenarios.content(scope, "funds", key))))
