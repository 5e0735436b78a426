"""Panels of the subdistrict page: finding, figures, support records, blocks of facts, source rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.frames import each_row
from geo.statuses import TEXT_KEYS as STATUS_KEYS
from loaders.areas import facts as province_facts
from pages.components import panels, records, reported
from pages.queries import coverage
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session.scope import Scope
from pages.session.text import baht, day, safe, subdistrict_name, t, whole
from pages.subdistrict import facts as subdistrict_facts


def facts(scope: Scope, chosen: Query, code: str) -> None:
    """Figures of the place, and which reports are missing."""
    row = next(each_row(coverage.coverage(scope, chosen).query("subdistrict_code == @code")))
    panels.figures(place_figures(scope, chosen, code))
    if words := reported.of_place(scope, row):
        st.html(f"<p>{safe(words)}</p>")


def subdistrict_finding(scope: Scope, chosen: Query, code: str, name: str) -> str:
    """Sentence: who supports the place; same words as the question ``who_supports`` of the board."""
    row = coverage.coverage(scope, chosen).set_index("subdistrict_code").loc[code]
    keys = {"none": "answer_who_supports_zero", "not_reported": "answer_who_supports_unknown"}
    key = keys.get(row["status"], "answer_who_supports")
    blanks = {"agencies": row["agencies"], "amount_satang": baht(row["amount_satang"])}
    return t(key, subdistrict_code=subdistrict_name(name), **blanks)


def place_figures(scope: Scope, chosen: Query, code: str) -> list[tuple[str, str]]:
    """Figures of the place as (words, value in words)."""
    area = next(each_row(queries.areas(scope, chosen.fiscal_year).query("subdistrict_code == @code")))
    row = next(each_row(coverage.coverage(scope, chosen).query("subdistrict_code == @code")))
    per_head = (
        t("nobody" if row.status == "none" else "not_known")
        if pd.isna(row.per_head_baht)
        else f"{row.per_head_baht:,.0f}"
    )
    villages = [(t("column_village_share"), records.village_words(row)), (t("figure_villages"), whole(row.villages))]
    if row.villages == 0:
        villages = [(t("no_villages"), whole(row.villages))]
    return [
        (t("figure_agencies"), t("not_known") if row.status == "not_reported" else whole(row.agencies)),
        (t("column_amount"), baht(row.amount_satang) if row.supports else t(STATUS_KEYS[row.status])),
        (t("column_per_head"), per_head),
        *villages,
        (t("figure_population", year=queries.population_year(chosen.fiscal_year) + 543), whole(area.population)),
        (t("figure_area"), f"{area.area_km2:,.1f}"),
    ]


def own_support(scope: Scope, chosen: Query, code: str) -> pd.DataFrame:
    """Records of the subdistrict and its villages, most money first."""
    of_the_year = coverage.records(scope, chosen.without("district"))
    return of_the_year[of_the_year["subdistrict_code"].eq(code).fillna(False)].sort_values(
        ["amount_satang", "support_id"], ascending=[False, True], na_position="last"
    )


def support_above(scope: Scope, chosen: Query, code: str) -> pd.DataFrame:
    """Records without a subdistrict that reach it: of its district, the province or its local governments."""
    of_the_year = coverage.records(scope, chosen.without("district"))
    links = province_facts.local_governments(scope.province)
    own = links.loc[links["subdistrict_code"].eq(code), "entity_code"]
    office = of_the_year["area_level"].eq("local_government")
    reaches = (
        (office & of_the_year["area_code"].isin(own))
        | (~office & of_the_year["district_code"].eq(code[:4]))
        | of_the_year["area_level"].eq("province")
    )
    return of_the_year[of_the_year["subdistrict_code"].isna() & reaches.fillna(False)]


def support(scope: Scope, chosen: Query, code: str) -> None:
    """Tables of own records, of records above the subdistrict, and of records without a fiscal year."""
    own = own_support(scope, chosen, code)
    st.html(f"<b>{safe(t('support_here'))}</b> {safe(by_level(own))}")
    if own.empty:
        panels.empty("nobody_here")
    else:
        _table(scope, own, "support")
    above = support_above(scope, chosen, code)
    if len(above):
        st.html(f"<b>{safe(t('support_above'))}</b>")
        _table(scope, above, "support-above")
    undated = coverage.undated(scope, chosen.without("district")) if chosen.fiscal_year else own.iloc[:0]
    undated = undated[undated["subdistrict_code"].eq(code).fillna(False).astype(bool)]
    if len(undated):
        st.html(f"<b>{safe(t('support_undated'))}</b>")
        _table(scope, undated, "support-undated")


def shown_support(scope: Scope, chosen: Query, code: str) -> pd.DataFrame:
    """Records shown on the page: of the subdistrict and above it."""
    return pd.concat([own_support(scope, chosen, code), support_above(scope, chosen, code)])


def by_level(rows: pd.DataFrame) -> str:
    """Records and baht per level: ``subdistrict 8 records 1.2 million · village 3 records ...``, and those without baht."""
    money = rows["amount_satang"].groupby(rows["area_level"])
    parts = [
        f"{t('level_' + str(level))} {count:,} {t('records')} {baht(satang)}"
        for (level, count), satang in zip(money.size().items(), money.sum(min_count=1), strict=True)
    ]
    return " · ".join([*parts, *records.without_amount(rows["amount_satang"].isna().sum())])


def _table(scope: Scope, rows: pd.DataFrame, name: str) -> None:
    hands = {"implementer": t("ours_implementer")} if rows["implementer"].notna().any() else {}
    columns = {"agency": t("column_agency"), **hands, "what": t("column_what"), "theme": t("column_theme"),
               "level": t("column_level"), "amount_satang": t("column_amount"), "period": t("column_period"),
               "source": t("column_source")}  # fmt: skip
    panels.table(records.support_words(scope, rows), name, columns, height=300, formats={"amount_satang": baht})


def registers(scope: Scope, chosen: Query, code: str) -> None:
    """All blocks of :func:`pages.subdistrict.facts.blocks` in three columns."""
    listed = subdistrict_facts.blocks(scope, chosen, code)
    for column, blocks in zip(st.columns(3, gap="medium"), (listed[:3], listed[3:7], listed[7:]), strict=True):
        with column:
            st.html("".join(block.html(14) for block in blocks))


def provenance(scope: Scope, chosen: Query, code: str) -> None:
    """Table of the source rows."""
    rows = subdistrict_facts.provenance(scope, chosen, code)
    with st.expander(t("provenance_rows", rows=len(rows))):
        if rows.empty:
            panels.empty("not_reported_long")
            return
        columns = {"register": t("column_register"), "what": t("column_what"), "file": t("column_file"),
                   "sheet": t("column_sheet"), "row": t("column_row"), "loaded_at": t("column_loaded_at")}  # fmt: skip
        panels.table(rows, "provenance", columns, formats={"loaded_at": day})
