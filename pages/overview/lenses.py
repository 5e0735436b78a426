"""Lenses of the board, its alternative contents: each has a map layer, a finding, and a panel beside the map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from geo.coverage.matrix import matrix
from geo.frames import each_row
from geo.maps.palette import INK, NOTHING, SEQUENTIAL, ink_on
from pages.components import map_layer as layers
from pages.components import panels, records, reported
from pages.components.map_layer import Choropleth
from pages.components.names import district_names, subdistrict_names, theme_names
from pages.currents import panels as currents_panels
from pages.queries import coverage, money
from pages.queries.query import Query
from pages.ranking import controls as ranking_controls
from pages.ranking import data as ranking_data
from pages.ranking import panels as ranking_panels
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import baht, formatter, in_order, percent, safe, t, whole

KEY = "subdistrict_code"
MOST_STREAMS = 14


def _nothing() -> None:
    """Draw nothing."""


def _usual_legend(layer: Choropleth, chosen: Query) -> None:
    panels.layer_legend(layer, chosen.district)


@dataclass(frozen=True)
class Seen:
    """Content of a lens: map layer, finding with its named figures (``told``), panel (``draw``), what goes below.

    ``question``: the one that the finding answers; its finding is shown even when the board is empty.
    """

    layer: Choropleth
    finding: str
    draw: Callable[[], None] = _nothing
    told: dict[str, int | float | None] = field(default_factory=dict)
    question: str = ""
    chosen: str | None = None
    below: Callable[[], None] = _nothing
    draw_legend: Callable[[Choropleth, Query], None] = field(default=_usual_legend)

    def legend(self, chosen: Query) -> None:
        """The legend of the map."""
        self.draw_legend(self.layer, chosen)


def who(scope: Scope, chosen: Query, *, has_panel: bool = True) -> Seen:
    """Agencies per subdistrict on the map, the matrix theme x district beside it."""
    table = coverage.coverage(scope, chosen)
    inside = table[table["district_code"].eq(chosen.district) | (not chosen.district)]
    layer = layers.coverage_of(scope, chosen, "agencies")
    finding = formatter().phrase(reported.finding(scope, chosen, inside))
    draw = (lambda: _lens(matrix_table(scope, chosen), _more("matrix"))) if has_panel else _nothing
    return Seen(layer, finding, draw, reported.told(inside))


def _lens(inner: str, foot: str) -> None:
    """Panel as high as the map beside it, with a link to the full page below it."""
    st.html(f'<div class="kradan-lens" tabindex="0" role="region" aria-label="{safe(t("lens"))}">{inner}</div>{foot}')


def _more(view: str, **choices: str) -> str:
    link = url_state.address(view, **choices)
    return f'<p class="kradan-note"><a href="{safe(link)}">{safe(t("answer_more", view=t(f"view_{view}")))}</a></p>'


def matrix_table(scope: Scope, chosen: Query) -> str:
    """HTML of theme x district, or x subdistrict in a chosen district; rows and cells are links that set filters."""
    stacked = coverage.by_theme(scope, chosen.without("theme"))
    inside = stacked if not chosen.district else stacked[stacked["district_code"].eq(chosen.district)]
    table = matrix(inside, KEY if chosen.district else "district_code")
    cells = {(row.theme_code, row.area_code): row for row in each_row(table)}
    names = district_names(scope)
    if chosen.district:
        names = {
            code: words.split(" · ")[0]
            for code, words in subdistrict_names(scope).items()
            if code[:4] == chosen.district
        }
    order = {name: index for index, name in enumerate(in_order(list(names.values())))}
    themes = theme_names()
    heads = "".join(
        f'<th scope="col"{" class=kradan-lit" if code == chosen.theme else ""}><span>{safe(name)}</span></th>'
        for code, name in themes.items()
    )
    rows = [
        f'<tr data-place="{code}"><th scope="row">{_place_link(code, words)}</th>'
        + "".join(_cell(cells[theme, code], themes[theme], words) for theme in themes)
        + "</tr>"
        for code, words in sorted(names.items(), key=lambda pair: order[pair[1]])
    ]
    back = (
        f'<a data-keep href="?lang={safe(st.session_state["lang"])}">{safe(t("matrix_back"))}</a>'
        if chosen.district
        else ""
    )
    return (
        f'<table class="kradan-heat"><thead><tr><th scope="col">{back or safe(t("column_district"))}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _place_link(code: str, words: str) -> str:
    """Link of a row: a district becomes the filter, a subdistrict opens its card."""
    if len(code) == 4:
        return f'<a data-keep href="?district={code}">{safe(words)}</a>'
    return f'<a data-keep data-place="{code}" href="?district={code[:4]}&amp;card={code}">{safe(words)}</a>'


def _cell(row: Any, theme: str, place: str) -> str:
    """Cell: number of subdistricts covered (of one subdistrict: records) in a shade; other statuses in their style."""
    status, code = row.status, row.area_code
    reached, all_of_them = int(row.covered), int(row.all) - int(row.not_applicable)
    supports = int(row.supports)
    ground, shown, hatch = NOTHING[status][0] if status in NOTHING else "", {"none": "0"}.get(status, ""), ""
    if status == "covered":
        share = reached / all_of_them if len(code) == 4 else min(supports, 5) / 5
        ground = SEQUENTIAL[min(int(share * 5), 4)]
        shown = whole(reached if len(code) == 4 else supports)
    elif status == "not_reported":
        hatch, shown = ' class="kradan-hatch"', "?"
    tip = t("cell_tip", covered=row.covered, none=row.none, unknown=row.not_reported, amount=baht(row.amount_satang))
    ink = ink_on(ground) if status == "covered" else INK
    target = f'<a data-keep href="?district={code[:4]}&amp;theme={row.theme_code}" aria-label="{safe(f"{place} · {theme}: {tip}")}"'
    target += f' data-place="{code}"' if len(code) == 6 else ""
    return f'<td{hatch} style="background-color:{ground}" title="{safe(f"{place} · {theme}: {tip}")}">{target} style="color:{ink}">{shown}</a></td>'


def flows(scope: Scope, chosen: Query) -> Seen:
    """Streams with their baht, and the share of the money with a plan to compare that meets it."""
    table = money.direction(scope, chosen, "stream_code")
    judged = table[["aligned_satang", "other_satang"]].to_numpy().sum()
    share = percent(table["aligned_satang"].sum() / judged) if judged else ""
    finding = t("finding_alignment", share=share) if judged else t("finding_alignment_unknown")
    layer = currents_panels.alignment_layer(scope, chosen)
    return Seen(layer, finding, lambda: _lens(_streams(scope, chosen, table), _more("currents")))


def _streams(scope: Scope, chosen: Query, table: pd.DataFrame) -> str:
    rolled = coverage.rolled(scope, chosen).by_subdistrict
    sums = (
        rolled.groupby("stream_code")["amount_satang"].sum(min_count=1).sort_values(ascending=False, na_position="last")
    )
    names, rows = records.stream_names(scope), []
    for code, amount in list(sums.items())[:MOST_STREAMS]:
        kept = table.loc[code] if code in table.index else None
        bar, words = "", t("lens_not_judged")
        if kept is not None:
            part = f"{kept['share']:.0%}"
            bar = f'<i class="kradan-part"><i style="width:{part}"></i></i>'
            words = t("lens_judged", share=part, aligned=baht(kept["aligned_satang"]), other=baht(kept["other_satang"]))
        link = f'<a data-keep href="?stream={safe(str(code))}&amp;district={chosen.district or ""}">{safe(names.get(str(code), str(code)))}</a>'
        rows.append(
            f"<tr><th scope='row'>{link}</th><td>{safe(baht(amount))}</td><td>{bar}<small>{safe(words)}</small></td></tr>"
        )
    left = len(sums) - len(rows)
    more = f"<p>{safe(t('lines_and_more', number=left))}</p>" if left > 0 else ""
    heads = "".join(
        f"<th scope='col'>{safe(t(key))}</th>" for key in ("filter_stream", "column_amount", "lens_direction")
    )
    return f'<table class="kradan-rows"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>{more}'


def classes(scope: Scope, chosen: Query) -> Seen:
    """Agreed A/B/C class on the map; beside it places, weakest first, with weakest criteria and number of agencies."""
    with st.spinner(t("ranking_working")):
        ranking = ranking_data.ranked(scope, chosen.fiscal_year, ranking_data.Method())
    units = ranking_data.reviewed(scope, ranking, chosen.fiscal_year).units
    layer = ranking_panels.class_layer(units, "agreed_class")
    return Seen(
        layer,
        ranking_panels.ranking_finding(scope, ranking, chosen),
        lambda: _lens(_weakest(scope, chosen, units), _more("ranking")),
        ranking_panels.told(scope, ranking, chosen),
        draw_legend=lambda shown, query: ranking_panels.class_legend(shown, query.district),
    )


def _weakest(scope: Scope, chosen: Query, units: pd.DataFrame) -> str:
    """HTML of the ranked places, weakest first; places without a class are only counted."""
    inside = units[units[KEY].str.startswith(chosen.district or "")]
    ranked = inside.dropna(subset=["agreed_class"]).sort_values(["score", KEY])
    agencies = coverage.coverage(scope, chosen.without("district")).set_index(KEY)
    points = ranking_data.weak_points(scope, chosen.fiscal_year, ranking_data.Method())
    names, places = ranking_controls.names(), subdistrict_names(scope)
    rows = []
    for row in each_row(ranked):
        code = row.subdistrict_code
        weak = points.get(code)
        why = ", ".join(names[point] for point in weak) if isinstance(weak, tuple) else ""
        there = agencies.loc[code]
        who_is_there = t("not_known") if there["status"] == "not_reported" else whole(there["agencies"])
        link = f'<a data-keep data-place="{code}" href="?district={chosen.district or ""}&amp;card={code}">{safe(places[code])}</a>'
        cells = f"<td>{safe(row.agreed_class)}</td><td>{safe(why)}</td><td>{safe(who_is_there)}</td>"
        rows.append(f'<tr data-place="{code}"><th scope="row">{link}</th>{cells}</tr>')
    keys = ("column_place", "lens_class", "lens_weak", "column_agencies")
    heads = "".join(f"<th scope='col'>{safe(t(key))}</th>" for key in keys)
    left = len(inside) - len(ranked)
    unknown = f"<p>{safe(t('lens_unranked', places=whole(left)))}</p>" if left else ""
    return f'<table class="kradan-rows"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>{unknown}'


LENSES: dict[str, Callable[[Scope, Query], Seen]] = {"who": who, "flows": flows, "classes": classes}
