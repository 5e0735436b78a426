"""Editor of the rules of a matching-fund scheme: a field per number, changes kept in the link."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from geo.matching_funds.rules import NEEDED, Rule
from pages.components import records
from pages.components import saved_scenarios as scenarios
from pages.queries import store as queries
from pages.session.scope import Scope
from pages.session.text import language, safe, t
from pages.welfare import data as welfare_data
from pages.welfare.data import GATE, OPEN, SIZE, Choice
from pages.welfare.panels import payer_names

SIZE_KEYS = {
    "": "welfare_size_none",
    "small": "welfare_size_small",
    "medium": "welfare_size_medium",
    "large": "welfare_size_large",
}
LIMIT_KEYS = {"at_least": "welfare_limit_at_least", "growth": "welfare_limit_growth"}


def rules(scope: Scope, choice: Choice) -> None:
    """Fields for every number of the scheme; an empty floor, cap or total means no limit."""
    stated, changed = welfare_data.schemes()[choice.scheme], dict(choice.numbers)
    with st.expander(t("welfare_rules")):  # constant label: Streamlit closes an expander whose label changes
        scenarios.note([t("welfare_rules_source")])
        for rule in stated.rules:
            _rule(scope, rule, changed)
        if any(rule.by_size for rule in stated.rules):
            _sizes(changed)
        if stated.gates:
            names = welfare_data.names("gate", language())
            st.html(f"<b>{safe(t('welfare_gates'))}</b>")
            with st.container(horizontal=True, vertical_alignment="bottom"):
                for gate in stated.gates:
                    words = t(LIMIT_KEYS[gate.kind], gate=names[gate.code])
                    _box(f"{GATE}.{gate.code}", words, gate.limit, changed, True)
        _counts(choice)
        scenarios.note([t("welfare_changed", changed=len(changed))])
        st.button(t("welfare_stated"), key="welfare-stated", on_click=lambda: st.session_state.update(numbers=""))


def _rule(scope: Scope, rule: Rule, changed: dict[str, str]) -> None:
    mark = f" · {t('fund_to_be_confirmed')}" if rule.to_be_confirmed else ""
    tied = t("fund_unrestricted")
    if rule.restricted_to:
        tied = t("welfare_tied", theme=records.theme_words(rule.restricted_to))
    name = payer_names(scope)(rule.payer)
    st.html(f"<b>{safe(name)}</b> {safe(t(f'fund_kind_{rule.kind}'))} · {safe(tied + mark)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for parameter in [
            *([] if rule.kind == "column" else [NEEDED[rule.kind]]),
            "floor_baht",
            "cap_baht",
            "total_baht",
        ]:
            words = t(f"fund_parameter_{parameter}")
            _box(f"{rule.code}.{parameter}", words, getattr(rule, parameter), changed, parameter == NEEDED[rule.kind])
        for size, percent in rule.by_size:
            _box(f"{rule.code}.{size}", t(f"welfare_size_percent_{size}"), percent, changed, True)


def _sizes(changed: dict[str, str]) -> None:
    """Choose one size for all local governments, because no register states it."""
    st.session_state["number-size"] = changed.get(SIZE, "") if changed.get(SIZE, "") in SIZE_KEYS else ""
    st.selectbox(
        t("welfare_size"), list(SIZE_KEYS), format_func=lambda size: t(SIZE_KEYS[size]), key="number-size",
        on_change=lambda: scenarios.set_state("numbers", SIZE, st.session_state["number-size"]),
    )  # fmt: skip


def _box(name: str, words: str, stated: Decimal | None, changed: dict[str, str], needed: bool) -> None:
    default = None if stated is None else float(stated)
    written = changed.get(name)
    value = default if written is None else None if written == OPEN else scenarios.number(written, default or 0.0)
    st.session_state[f"number-{name}"] = value
    st.number_input(
        words,
        0.0,
        step=1.0,
        key=f"number-{name}",
        placeholder=t("welfare_no_limit"),
        on_change=_moved,
        args=(name, default, needed),
    )


def _written(value: float) -> str:
    """Number as text in the link, with up to six decimals."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _moved(name: str, default: float | None, needed: bool) -> None:
    value = st.session_state[f"number-{name}"]
    if value is None:
        scenarios.set_state("numbers", name, None if needed or default is None else OPEN)
    else:
        scenarios.set_state("numbers", name, _written(value), "" if default is None else _written(default))


def _counts(choice: Choice) -> None:
    """Choose the register year of the population, and the numbers of the mean place."""
    years = [str(year) for year in queries.POPULATION_YEARS]
    stated = welfare_data.schemes()[choice.scheme].population_column.rpartition("_")[2]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state["number-heads"] = str(welfare_data.year_of(Choice(choice.scheme, numbers=_heads(choice))))
        st.selectbox(
            t("welfare_heads_year"), years, format_func=lambda year: str(int(year) + 543), key="number-heads",
            on_change=lambda: scenarios.set_state("numbers", "heads.year", st.session_state["number-heads"], stated),
        )  # fmt: skip
        if choice.basis == "mean":
            for name, default in welfare_data.MEAN.items():
                _box(name, t(f"welfare_{name.replace('.', '_')}"), Decimal(str(default)), dict(choice.numbers), True)


def _heads(choice: Choice) -> tuple[tuple[str, str], ...]:
    """Only the register year of the numbers, so that the fields are drawn even when another number is impossible."""
    return tuple((name, value) for name, value in choice.numbers if name == "heads.year")
