"""Answers to the questions an audience asks first, each with its list."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import panels, queries
from pages.parts.text import name_of, safe, t


def booklets(version: str) -> tuple[str, str]:
    """How many subdistricts have their plan booklet in hand, of how many."""
    return str(len(_booklet_codes(version))), str(len(queries.areas(None)))


def _booklet_codes(version: str) -> list[str]:
    plans = queries.register(version, "plan")
    held = plans[plans["booklet_held"].fillna(False).astype(bool) & plans["subdistrict_code"].notna()]
    return sorted(set(held["subdistrict_code"]))


def panel(version: str, chosen: queries.Filters) -> None:
    """Who has nobody, who has most, whose booklet is in hand."""
    table = queries.coverage(version, chosen)
    inside = table if not chosen.district else table[table["district_code"] == chosen.district]
    most = inside.sort_values(["agencies", "supports"], ascending=False).query("agencies > 0").head(10)
    lists = {
        "question_nobody": inside.loc[inside["status"] == "none", "subdistrict_code"],
        "question_unknown": inside.loc[inside["status"] == "not_reported", "subdistrict_code"],
        "question_most": most["subdistrict_code"],
        "question_booklets": pd.Series(_booklet_codes(version), dtype=str),
    }
    for key, codes in lists.items():
        with st.expander(f"{t(key)} · {len(codes):,}"):
            _names(list(codes)) if len(codes) else panels.empty()


def _names(codes: list[str]) -> None:
    table = queries.areas(None).set_index("subdistrict_code").loc[codes].sort_values(["district_code"])
    for _code, rows in table.groupby("district_code"):
        first = next(rows.itertuples())
        names = ", ".join(safe(name_of(row)) for row in rows.itertuples())
        st.html(f"<p><b>{safe(t('prefix_district'))}{safe(name_of(first, 'district_name'))}</b> {names}</p>")
