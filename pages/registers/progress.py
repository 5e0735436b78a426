"""Tables over the years: cohorts of village plans, stages of communities, growth of funds; inventory of capital."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from geo import progress
from geo.money import funds
from pages.components import panels, records
from pages.queries import registers as register_queries
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, coded, percent, safe, t, whole, year

Formats = dict[str, Callable[..., str]]


def _here(rows: pd.DataFrame, chosen: Query) -> pd.DataFrame:
    return rows[rows["district_code"].eq(chosen.district).fillna(False)] if chosen.district else rows


def communities(scope: Scope, chosen: Query) -> None:
    """Villages by cohort of their plan, and villages with a plan at the end of each year."""
    villages = _here(register_queries.entries(scope, "communities"), chosen)
    table = progress.cohorts(villages)
    st.html(
        f"<b>{safe(t('cohorts_title', villages=whole(len(villages)), planned=whole(int(table['planned'].sum()))))}</b>"
    )
    shown = table.assign(
        cohort=[coded("cohort_", code) if pd.notna(code) else t("not_known") for code in table["cohort"]]
    )
    names = ("cohort", "villages", "planned", "without", "not_known", "first_year", "last_year")
    years: Formats = dict.fromkeys(("first_year", "last_year"), _year_words)
    panels.table(shown, "cohorts", {name: t(f"cohorts_{name}") for name in names}, 220, years)
    steps = progress.plans_by_year(villages)
    if len(steps):
        columns = {
            "year": t("progress_year"),
            "new": t("plans_new"),
            "villages": t("plans_so_far"),
            "share": t("plans_share"),
        }
        panels.table(steps, "plans-by-year", columns, 220, {"year": _year_words, "share": percent})


def stages(scope: Scope, chosen: Query) -> None:
    """Communities that reached each stage, per year, as a share of those judged: not judged is not known."""
    entries = _here(register_queries.entries(scope, "stage"), chosen)
    table = progress.stages_by_year(entries)
    if table.empty:
        return
    st.html(f"<b>{safe(t('stages_title'))}</b>")
    st.caption(t("stages_note"))
    shown = table.assign(stage=[coded("stage_stage_", code) for code in table["stage"]])
    names = ("stage", "fiscal_year", "judged", "reached", "share", "gained", "lost")
    formats: Formats = {"fiscal_year": _year_words, "share": percent}
    panels.table(shown, "stages-by-year", {name: t(f"stages_{name}") for name in names}, 300, formats)


def fund_years(scope: Scope, chosen: Query) -> None:
    """Members and savings of all funds per year; growth only over funds that report both years."""
    table = funds.by_year(_here(queries.register(scope, "welfare_fund"), chosen))
    if table.empty:
        return
    st.html(f"<b>{safe(t('funds_by_year'))}</b>")
    st.caption(t("funds_by_year_note"))
    names = (
        "fiscal_year",
        "funds",
        "members",
        "members_known",
        "savings_satang",
        "hardship_members",
        "same_funds",
        "same_growth",
    )
    formats: Formats = {"fiscal_year": _year_words, "savings_satang": baht, "same_growth": percent, "members": whole, "hardship_members": whole}  # fmt: skip
    panels.table(table, "funds-by-year", {name: t(f"funds_{name}") for name in names}, 220, formats)


def one_fund(scope: Scope, fund: pd.DataFrame) -> None:
    """Years of one fund, and what each source promised to its subdistrict and paid."""
    code, name = fund["subdistrict_code"].iloc[0], fund["fund_name"].iloc[0]
    rows = queries.register(scope, "welfare_fund")
    own = rows[rows["subdistrict_code"].eq(code).fillna(False) & rows["fund_name"].eq(name).fillna(False)]
    columns = {
        column: t(f"funds_{column}") for column in ("fiscal_year", "members", "savings_satang", "hardship_members")
    }
    formats: Formats = {"fiscal_year": _year_words, "savings_satang": baht, "members": whole, "hardship_members": whole}
    panels.table(own.sort_values("fiscal_year"), "fund-years", columns, 160, formats)
    contributions = queries.register(scope, "contribution")
    contributions = contributions[contributions["subdistrict_code"].eq(code).fillna(False)]
    if contributions.empty:
        return
    names = records.agency_names(scope)
    shown = contributions.assign(source=[names.get(agency, agency) for agency in contributions["source"]])
    columns = {"source": t("column_agency"), "fiscal_year": t("funds_fiscal_year"), "promised_satang": t("speed_promised"), "received_satang": t("speed_got"), "received_on": t("funds_received_on")}  # fmt: skip
    formats: Formats = {"fiscal_year": _year_words, "promised_satang": baht, "received_satang": baht}
    panels.table(shown, "fund-promises", columns, 200, formats)


def _year_words(value: object) -> str:
    return "" if value is None or pd.isna(value) else year(int(str(value)))


def capital(scope: Scope, chosen: Query) -> None:
    """Inventory per subdistrict: capital by kind, and figures from other registers."""
    table = register_queries.inventory(scope)
    table = table[table["subdistrict_code"].str.startswith(chosen.district)] if chosen.district else table
    st.html(f"<b>{safe(t('inventory_title', places=whole(len(table))))}</b>")
    st.caption(t("inventory_note"))
    kinds = [name for name in table if name.startswith("kind:")]
    columns = {"place": t("entry_place")} | {
        name: coded("capital_capital_kind_", name.removeprefix("kind:")) for name in kinds
    }
    columns |= {name: t(f"inventory_{name}") for name in register_queries.INVENTORY}
    shown = table.assign(place=[records.place_words(scope, code) for code in table["subdistrict_code"]])
    formats: Formats = dict.fromkeys([*kinds, *register_queries.INVENTORY], _counted) | {"savings_satang": baht}
    panels.table(shown, "inventory", columns, 420, formats)


def _counted(value: object) -> str:
    """Format of a count; NA reads "not known", never none."""
    return t("not_known") if value is None or pd.isna(value) else whole(value)
