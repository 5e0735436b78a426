"""The parts of a subdistrict's sheet."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.gaps import neighbours
from pages.parts import choices, panels, queries, records
from pages.parts.text import baht, name_of, safe, t, whole


def facts(version: str, chosen: queries.Filters, code: str) -> None:
    """Figures of the place and of its support."""
    area = next(queries.areas(chosen.fiscal_year).query("subdistrict_code == @code").itertuples())
    row = next(queries.coverage(version, chosen).query("subdistrict_code == @code").itertuples())
    panels.figures(
        [
            (t("figure_agencies"), whole(row.agencies)),
            (t("column_amount"), baht(row.amount_satang) if row.supports else t(f"status_{row.status}")),
            (t("column_village_share"), records.village_words(row)),
            (t("figure_villages"), whole(row.villages)),
            (t("figure_population", year=queries.population_year(chosen.fiscal_year) + 543), whole(area.population)),
            (t("figure_area"), f"{area.area_km2:,.1f}"),
        ]
    )
    if row.missing_bases:
        st.html(f"<p>{safe(t('still_missing'))}: {safe(records.base_words(version, row.missing_bases))}</p>")


def support(version: str, chosen: queries.Filters, code: str) -> None:
    """Every record of the subdistrict and its villages; those written above it follow, apart."""
    found = queries.chosen_support(version, chosen.without("district"))
    own = found[found["subdistrict_code"].eq(code).fillna(False)].sort_values("amount_satang", ascending=False, na_position="last")
    st.html(f"<b>{safe(t('support_here'))}</b>")
    if own.empty:
        panels.empty("nobody_here")
    else:
        _table(version, own, "support")
    above = found[
        found["subdistrict_code"].isna() & (found["district_code"].eq(code[:4]) | found["area_level"].eq("province")).fillna(False)
    ]
    if len(above):
        st.html(f"<b>{safe(t('support_above'))}</b>")
        _table(version, above, "support-above")


def _table(version: str, found: pd.DataFrame, name: str) -> None:
    columns = {"agency": t("column_agency"), "what": t("column_what"), "theme": t("column_theme"), "level": t("column_level"),
               "amount_satang": t("column_amount"), "period": t("column_period"), "source": t("column_source")}  # fmt: skip
    panels.table(records.support_words(version, found), name, columns, height=300, formats={"amount_satang": baht})


def registers(version: str, chosen: queries.Filters, code: str) -> None:
    """Plans, funds, groups, needs, overlaps and neighbours."""
    one, two, three = st.columns(3, gap="medium")
    with one:
        _plans(version, code)
        _needs(version, code)
    with two:
        _fund(version, code)
        _groups(version, code)
    with three:
        _overlaps(version, chosen, code)
        _neighbours(version, chosen, code)


def _lines(heading: str, lines: list[str], none: str) -> None:
    body = "".join(f"<li>{safe(line)}</li>" for line in lines) or f"<li>{safe(t(none))}</li>"
    st.html(f'<div class="kradan-sheet"><b>{safe(t(heading))}</b><ul>{body}</ul></div>')


def _of(version: str, register: str, code: str) -> pd.DataFrame:
    table = queries.register(version, register)
    return table[table["subdistrict_code"].eq(code).fillna(False)]


def _plans(version: str, code: str) -> None:
    plans = _of(version, "plan", code)
    villages = plans[plans["area_level"].eq("village")]
    lines = (
        [t("plans_of_villages", plans=int(villages["plan_exists"].fillna(False).sum()), villages=len(villages))] if len(villages) else []
    )
    held = plans[plans["area_level"].eq("subdistrict")]["booklet_held"].dropna()
    lines += [t("booklet_held" if bool(held.any()) else "booklet_missing")] if len(held) else []
    asked = plans["priority_theme"].dropna().str.split(",").explode().value_counts().head(3)
    lines += [t("plan_asks", theme=records.theme_words(theme), number=number) for theme, number in asked.items()]
    _lines("plans", lines, "not_reported_long")


def _needs(version: str, code: str) -> None:
    rows = queries.needs(version).query("subdistrict_code == @code").dropna(subset=["value"])
    names = choices.need_names(version)
    latest = rows.sort_values("fiscal_year").drop_duplicates("indicator_code", keep="last")
    lines = [f"{names[row.indicator_code]}: {row.value:,.0f}" for row in latest.itertuples() if row.indicator_code in names]
    _lines("needs", lines, "not_reported_long")


def _fund(version: str, code: str) -> None:
    lines = []
    for row in _of(version, "welfare_fund", code).itertuples():
        lines.append(t("fund_line", members=whole(row.members), savings=baht(row.savings_satang)))
    paid = _of(version, "contribution", code)
    names = records.agency_names(version)
    for source, rows in paid.groupby("source"):
        promised, received = rows["promised_satang"].sum(min_count=1), rows["received_satang"].sum(min_count=1)
        lines.append(t("contribution_line", source=names.get(source, source), promised=baht(promised), received=baht(received)))
    _lines("welfare_fund", lines, "not_reported_long")


def _groups(version: str, code: str) -> None:
    rows = _of(version, "organisation", code)
    lines = [
        f"{row.organisation_name}" + ("" if pd.isna(row.members) else f" ({whole(row.members)} {t('members')})")
        for row in rows.head(12).itertuples()
    ]
    _lines("groups", lines, "not_reported_long")


def _overlaps(version: str, chosen: queries.Filters, code: str) -> None:
    pairs = queries.overlaps(version, queries.Filters(chosen.fiscal_year)).pairs
    counts = pairs[pairs["subdistrict_code"].eq(code).fillna(False)]["outcome"].value_counts()
    lines = [f"{t('outcome_' + outcome)}: {number:,}" for outcome, number in counts.items()]
    _lines("view_overlaps", lines, "no_overlaps")


def _neighbours(version: str, chosen: queries.Filters, code: str) -> None:
    table = queries.coverage(version, chosen).set_index("subdistrict_code")
    names = queries.areas(None).set_index("subdistrict_code")
    lines = [
        f"{name_of(names.loc[near])}: {t('unit_agencies').format(whole(table.at[near, 'agencies'])) if table.at[near, 'supports'] else t('status_' + table.at[near, 'status'])}"
        for near in neighbours(queries.adjacency(), code)
    ]
    _lines("neighbours", lines, "nobody_near")
