"""Overlapping streams: suspected duplication told from designed layering, every pair with its rule and both rows."""

import pandas as pd
import streamlit as st

from pages.parts import choices, layers, panels, queries
from pages.parts import records as rows_
from pages.parts.text import baht, t, whole


def view() -> None:
    """Overlaps of the chosen year and function."""
    version = queries.version()
    place = st.container()
    chosen = choices.filters(version)
    found = queries.overlaps(version, chosen)
    covered = queries.coverage(version, chosen.without("agency", "stream"))
    pairs = _inside(found.pairs, chosen)
    flagged = pairs[pairs["outcome"] == "suspected_duplication"]
    with place:
        places = flagged["area_code"].nunique()
        stake = found.by_area[found.by_area["area_code"].isin(flagged["area_code"])]["at_stake_satang"].sum(min_count=1)
        panels.title(t("finding_overlaps", pairs=len(flagged), places=places), t("note_overlaps", stake=baht(stake if len(flagged) else 0)))
    layer = layers.overlaps_layer(found.by_area, covered)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        view_ = panels.choose_map_view()
        panels.open_subdistrict(panels.show_map(layer.vector(view_, chosen), "overlaps"))
    with right:
        panels.legend(layer.styles, layer.counts(chosen.district))
        counts = pairs["outcome"].value_counts()
        panels.figures(
            [(t(f"outcome_{name}"), whole(counts.get(name, 0))) for name in ("suspected_duplication", "overlapping", "complementary")]
        )
    _pairs(version, pairs)
    panels.sources(version, queries.chosen_support(version, chosen), chosen)


def _inside(pairs: pd.DataFrame, chosen: queries.Filters) -> pd.DataFrame:
    keep = pd.Series(True, index=pairs.index)
    if chosen.agency:
        keep &= pairs["agency_a"].eq(chosen.agency) | pairs["agency_b"].eq(chosen.agency)
    if chosen.stream:
        keep &= [chosen.stream in str(streams).split("|") for streams in pairs["streams"]]
    if chosen.district:
        keep &= pairs["area_code"].str.startswith(chosen.district)
    return pairs[keep]


def _pairs(version: str, pairs: pd.DataFrame) -> None:
    kinds = [
        name
        for name in ("suspected_duplication", "overlapping", "complementary", "fragmented", "not_known")
        if (pairs["outcome"] == name).any()
    ]
    if not kinds:
        panels.empty("no_overlaps")
        return
    kind = choices.switch("layer", t("pairs_of"), kinds, lambda name: t(f"outcome_{name}"))
    rows = pairs[pairs["outcome"] == kind].sort_values("at_stake_satang", ascending=False, na_position="last")
    shown = rows_.pair_words(version, rows)
    st.html(f"<p>{t('rule')}: {', '.join(sorted(set(shown['rule'])))}</p>")
    columns = {"place": t("column_place"), "one": t("column_one"), "other": t("column_other"), "theme": t("column_theme"),
               "at_stake_satang": t("column_at_stake"), "source_one": t("column_source_one"), "source_other": t("column_source_other")}  # fmt: skip
    panels.table(shown, "overlaps", columns, formats={"at_stake_satang": baht})
