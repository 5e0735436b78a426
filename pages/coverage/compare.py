"""Ways to show coverage: one map, or two large or many small maps on the same class bounds."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import streamlit as st

from geo.coverage.per_head import known_places
from geo.maps.small_maps import SmallShapes, small_map, small_shapes
from loaders import settings
from pages.components import filters as choices
from pages.components import map_layer as layers
from pages.components import panels
from pages.components.registers import layer as register_layer
from pages.coverage import dimensions
from pages.queries import coverage
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import fragments, url_state
from pages.session.cache import cached
from pages.session.scope import Scope
from pages.session.text import safe, t, whole, year

MEASURE_KEYS = {
    "agencies": "measure_agencies",
    "village_share": "measure_village_share",
    "per_head_baht": "measure_per_head_baht",
}
PEOPLE_KEYS = {"covered": "people_covered", "none": "people_none", "not_reported": "people_not_reported"}
MODE_KEYS = {"one": "mode_one", "twin": "mode_twin", "small": "mode_small"}
SPLIT_KEYS = {"": "split_off", "equal": "split_equal", "population": "split_population", "villages": "split_villages"}
STEP = "step_year"


def choose_comparison(scope: Scope) -> None:
    """Row of choices above the map: mode, measure, agency level, split, register overlay, year slider."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
        choices.switch("mode", t("mode"), list(MODE_KEYS), lambda name: t(MODE_KEYS[name]))
        url_state.current().filters += ("tier", "split")
        with fragments.redraws(fragments.RESULTS):
            choices.switch("measure", t("measure"), list(MEASURE_KEYS), lambda name: t(MEASURE_KEYS[name]))
            tiers = dimensions.dimension_values(scope, "tier")
            choices.choose("tier", t("filter_tier"), ["", *tiers], lambda code: tiers.get(code, t("all_tiers")), "")
            choices.choose("split", t("split"), list(SPLIT_KEYS), lambda name: t(SPLIT_KEYS[name]), "")
        register_layer.choose()
        fragments.part(STEP, lambda: _step_year(scope))


def _step_year(scope: Scope) -> None:
    """Slider that sets the year filter; arrow keys step it."""
    url_state.speak()
    listed = [str(number + 543) for number in sorted(queries.years(scope))]
    if len(listed) < 2 or st.session_state["year"] not in listed:
        return

    def move() -> None:
        st.session_state["year"] = st.session_state["_year_step"]
        fragments.redraw(fragments.VIEW)  # the year list lies outside this fragment and must show the new year

    st.session_state["_year_step"] = st.session_state["year"]
    st.select_slider(
        t("step_years"), listed, key="_year_step", on_change=move, format_func=lambda be: year(int(be) - 543), width=200
    )


@cached(256)
def _people(scope: Scope, query: Query) -> dict[str, int]:
    """People per status within the chosen district; a status of no subdistrict has no key, NA: population not known."""
    table = coverage.coverage(scope, query)
    inside = table if not query.district else table[table["district_code"] == query.district]
    return dict(inside.groupby("status")["population"].sum(min_count=1))


def one_map(scope: Scope, query: Query, measure: str) -> None:
    """One large map; beside it legend, money without a subdistrict, and figures."""
    layer = register_layer.over(scope, layers.coverage_of(scope, query, measure))
    with st.container(horizontal=True, key="beside"):  # app.css turns this key into a grid
        view = panels.choose_map_view(scope)
        panels.show_board(scope, layer, view, query)
        with panels.together():
            _beside(scope, query, measure, layer)


def _beside(scope: Scope, query: Query, measure: str, layer: layers.Choropleth) -> None:
    """Legend, notes, money without a subdistrict, and people by status."""
    panels.layer_legend(layer, query.district)
    register_layer.note(scope)
    notes(scope, query, measure)
    panels.strip(coverage.rolled(scope, query))
    people = _people(scope, query)
    statuses = [status for status in PEOPLE_KEYS if status in people]
    panels.figures([(t(PEOPLE_KEYS[status]), whole(people[status])) for status in statuses])


def notes(scope: Scope, query: Query, measure: str) -> None:
    """Notes under the legend: denominator of the measure with its year, and the split in use."""
    lines = []
    if measure == "per_head_baht":
        lines.append(_per_head_basis(scope, query))
    if measure == "village_share":
        lines.append(t("village_basis"))
    if query.split:
        lines.append(t("split_note", method=t(SPLIT_KEYS[query.split])))
    if lines:
        panels.html("".join(f'<p class="kradan-note">{safe(line)}</p>' for line in lines))


def _per_head_basis(scope: Scope, query: Query) -> str:
    """Year of the population that divides the money, and how many subdistricts have records without an amount."""
    table = coverage.coverage(scope, query)
    inside = table if not query.district else table[table["district_code"] == query.district]
    dated = {"year": queries.population_year(query.fiscal_year) + 543} if query.fiscal_year else {}
    missing = int(inside["supports_without_amount"].gt(0).sum())
    basis = t("per_head_known", measured=len(known_places(inside)), all=len(inside), missing=missing)
    return f"{t('per_head_basis', **dated) if dated else t('per_head_basis_all')} · {basis}"


def choose_other(scope: Scope, query: Query) -> tuple[str, Query]:
    """Choose the dimension that differs between two maps; returns it and the query of the right map."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="twin-choice"):
        dimension = choices.switch(
            "twin", t("twin_by"), dimensions.DIMENSIONS[::-1], lambda name: t(dimensions.DIMENSION_KEYS[name]), "year"
        )
        names = dimensions.dimension_values(scope, dimension)
        here = query.value_of(dimension)
        others = [value for value in names if value != here] or [""]
        other = choices.choose(
            "other", t("twin_other"), others, lambda value: names.get(value, t("nothing_else")), others[-1]
        )
    return dimension, query.at(dimension, other)


def twin_maps(scope: Scope, query: Query, measure: str, dimension: str, other: Query) -> None:
    """Two maps side by side with the same measure and class bounds, each with its own counts."""
    bounds = coverage.breaks(scope, measure, query, other)
    with st.container(key="twins"):
        sides = st.columns(2, gap="medium")
    for side, shown, slot in zip(sides, (query, other), ("", "-right"), strict=True):
        layer = layers.coverage_of(scope, shown, measure, bounds)
        with side:
            st.html(f"<h2 class='kradan-side'>{safe(value_words(scope, shown, dimension))}</h2>")
            view = panels.map_view() if slot else panels.choose_map_view(scope)
            panels.show_board(scope, layer, view, query, height=520, slot=slot)
            panels.layer_legend(layer, query.district)
            panels.strip(coverage.rolled(scope, shown))
            notes(scope, shown, measure)


def value_words(scope: Scope, query: Query, dimension: str) -> str:
    """Value of a dimension in a query, in words."""
    return dimensions.dimension_values(scope, dimension).get(query.value_of(dimension), t(f"every_{dimension}"))


@cached(4)
def shapes(address: str) -> SmallShapes:
    """Shapes for small maps from a prepared geometry file; ``address`` is relative to ``static``."""
    document = json.loads((settings.ROOT / "static" / address).read_text(encoding="utf-8"))
    return small_shapes(document["features"], document["districts"]["features"])


def map_picture(scope: Scope, layer: layers.Choropleth, district: str | None = None, chosen: str | None = None) -> str:
    """Small map of a layer as a data URL (SVG); with ``chosen`` (a subdistrict) only its own district is coloured."""
    marked = frozenset(layer.codes[layer.marks]) if layer.marks is not None else frozenset()
    near = layer.codes.str.startswith(chosen[:4]) if chosen else layer.codes.notna()
    classes = dict(zip(layer.codes[near], layer.classes[near], strict=True))
    svg = small_map(
        shapes(geometry.current(scope.province)["main"]),
        classes,
        layer.styles,
        marks=marked,
        district=district,
        chosen=chosen,
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def map_cell(target: str, name: str, words: str, image: str | None) -> str:
    """Link around a small map, or around words alone when ``image`` is None; ``words`` may have several lines."""
    drawn = f'<img src="{image}" alt="{safe(name)}: {safe(words)}">' if image else ""
    lines = "".join(f"<span>{safe(line)}</span>" for line in words.splitlines())
    return f'<a href="{safe(target)}" target="_self">{drawn}<b>{safe(name)}</b>{lines}</a>'


def gallery(scope: Scope, cells: list[str]) -> None:
    """Grid of small maps, with the credit of the shapes and a note where they are schematic."""
    prepared = geometry.current(scope.province)
    credit = " · ".join(filter(None, (panels.shapes_note(prepared), prepared["credit"])))
    panels.html(f'<div class="kradan-small">{"".join(cells)}</div><p class="kradan-credit">{safe(credit)}</p>')


def small_maps(scope: Scope, query: Query, measure: str, dimension: str) -> None:
    """One small map per value of a dimension, all on the same class bounds, each linked to its large map."""
    names = dict(list(dimensions.dimension_values(scope, dimension).items())[: dimensions.MOST])
    query_by_value = {value: query.at(dimension, value) for value in names}
    bounds = coverage.breaks(scope, measure, *query_by_value.values())
    district = query.district
    cells, styles, counts, marked, label = [], {}, {}, 0, ""
    for value, shown in query_by_value.items():
        layer = layers.coverage_of(scope, shown, measure, bounds)
        styles |= layer.styles
        table = coverage.coverage(scope, shown)
        inside = table if not district else table[table["district_code"] == district]
        covered = int(inside["status"].eq("covered").sum())
        is_known = covered or not inside["status"].eq("not_reported").any()
        words = t("small_covered", covered=covered, all=len(inside)) if is_known else t("not_known")
        target = urlencode(
            url_state.link_params(**{dimension: value})
            | {"measure": measure}
            | ({"tier": value} if dimension == "tier" else {})
        )
        cells.append(map_cell(f"coverage?{target}", names[value], words, map_picture(scope, layer, district)))
        for key, number in layer.counts(district).items():
            counts[key] = counts.get(key, 0) + number
        label, striped = layer.marked(district) or (label, 0)
        marked += striped
    gallery(scope, cells)
    panels.legend({key: style for key, style in styles.items() if counts.get(key)}, counts, (label, marked), filters={})
    st.caption(t("small_legend_note"))
    if measure == "per_head_baht" and dimension == "year":
        st.html(f'<p class="kradan-note">{safe(t("per_head_basis_each"))}</p>')
    else:
        notes(scope, query, measure)
