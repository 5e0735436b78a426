"""The ways to show coverage: one map, two maps with the same classes, a page of small maps with the same classes."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import streamlit as st

from geo.coverage.roll_up import SPLIT_METHODS
from geo.maps.small_maps import SmallShapes, small_map, small_shapes
from loaders import settings
from pages.components import filters as choices
from pages.components import map_layer as layers
from pages.components import panels
from pages.coverage import dimensions
from pages.queries import looks
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.looks import Look
from pages.session import fragments as apart
from pages.session import url_state
from pages.session.cache import kept
from pages.session.scope import Scope
from pages.session.text import baht, language, safe, t, whole, year

MEASURES = ("agencies", "village_share", "per_head_baht")
MODES = ("one", "twin", "small")
STEP = "step_year"


@dataclass(frozen=True)
class Sight:
    """What a person chose to look at, and how."""

    look: Look
    measure: str
    mode: str
    view: str


def choose(scope: Scope) -> None:
    """The row of choices above the map; :func:`sight` tells what was chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
        mode = choices.switch("mode", t("mode"), MODES, lambda name: t(f"mode_{name}"))
        with apart.redraws(apart.RESULTS):
            choices.switch("measure", t("measure"), MEASURES, lambda name: t(f"measure_{name}"))
            if mode != "small":
                panels.choose_map_view(scope)
            tiers = dimensions.words(scope, "tier")
            choices.choose("tier", t("filter_tier"), ["", *tiers], lambda code: tiers.get(code, t("all_tiers")), "")
            choices.choose("split", t("split"), ["", *SPLIT_METHODS], lambda name: t(f"split_{name or 'off'}"), "")
        apart.part(STEP, lambda: _step_year(scope))


def sight(chosen: queries.Filters) -> Sight:
    """What the choices above the map say now."""
    said = st.session_state
    view = said["map"] if said["mode"] != "small" else "main"
    return Sight(Look(chosen, said["tier"] or None, said["split"] or None), said["measure"], said["mode"], view)


def _step_year(scope: Scope) -> None:
    """A slider through the years that moves the year filter; arrow keys step it."""
    url_state.speak()
    listed = [str(number + 543) for number in sorted(queries.years(scope))]
    if len(listed) < 2 or st.session_state["year"] not in listed:
        return

    def move() -> None:
        st.session_state["year"] = st.session_state["_year_step"]
        apart.redraw(apart.VIEW)  # the list of years has to follow

    st.session_state["_year_step"] = st.session_state["year"]
    st.select_slider(
        t("step_years"), listed, key="_year_step", on_change=move, format_func=lambda be: year(int(be) - 543), width=320
    )


def layer_of(scope: Scope, look: Look, measure: str, bounds: list[float]) -> layers.Choropleth:
    """The coverage layer of a look; estimated shares bear a stripe."""
    return _layer_of(scope, look, measure, tuple(bounds), language())


@kept(256)
def _layer_of(scope: Scope, look: Look, measure: str, bounds: tuple[float, ...], language: str) -> layers.Choropleth:
    """A layer holds its legend's words: kept by language too."""
    return layers.coverage_layer(looks.coverage(scope, look), measure, list(bounds), estimated=look.split is not None)


@kept(256)
def _people(scope: Scope, look: Look) -> dict[str, int]:
    """People by status within the district chosen; a status that nobody is in is left out."""
    table = looks.coverage(scope, look)
    inside = table if not look.filters.district else table[table["district_code"] == look.filters.district]
    return dict(inside.groupby("status")["population"].sum(min_count=1))


def one(scope: Scope, sight: Sight) -> None:
    """One large map with legend, money without a subdistrict, and figures."""
    look, chosen = sight.look, sight.look.filters
    layer = layer_of(scope, look, sight.measure, looks.shared_breaks(scope, (look,), sight.measure))
    with st.container(horizontal=True, key="beside"):  # app.css makes a grid of it
        panels.open_subdistrict(panels.show_map(scope, layer.vector(sight.view, chosen)))
        with panels.together():
            _beside(scope, sight, layer)


def _beside(scope: Scope, sight: Sight, layer: layers.Choropleth) -> None:
    """Legend, money without a subdistrict and figures."""
    look, chosen = sight.look, sight.look.filters
    panels.legend(layer.styles, layer.counts(chosen.district), layer.marked(chosen.district))
    notes(scope, sight)
    panels.strip(scope, chosen, looks.rolled(scope, look))
    people = _people(scope, look)
    panels.figures(
        [
            (t(f"people_{status}"), whole(people[status]))
            for status in ("covered", "none", "not_reported")
            if status in people
        ]
    )


def notes(scope: Scope, sight: Sight) -> None:
    """What stands under the colours: denominator and its date, the split in use, records without a date."""
    filters, lines = sight.look.filters, []
    if sight.measure == "per_head_baht":
        lines.append(t("per_head_basis", year=queries.population_year(filters.fiscal_year) + 543))
    if sight.measure == "village_share":
        lines.append(t("village_basis"))
    if sight.look.split:
        lines.append(t("split_note", method=t(f"split_{sight.look.split}")))
    number, satang = looks.undated(scope, sight.look)
    if filters.fiscal_year and number:
        lines.append(t("undated", records=whole(number), amount=baht(satang)))
    if lines:
        panels.html("".join(f'<p class="kradan-note">{safe(line)}</p>' for line in lines))


def choose_other(scope: Scope, look: Look) -> tuple[str, Look]:
    """Which dimension differs between the two maps, and its value on the right."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="twin-choice"):
        dimension = choices.switch(
            "twin", t("twin_by"), dimensions.DIMENSIONS[::-1], lambda name: t(f"by_{name}"), "year"
        )
        names = dimensions.words(scope, dimension)
        here = dimensions.present_value(look, dimension)
        others = [value for value in names if value != here] or [""]
        other = choices.choose(
            "other", t("twin_other"), others, lambda value: names.get(value, t("nothing_else")), others[-1]
        )
    return dimension, look.with_(dimension, other)


def twin(scope: Scope, sight: Sight, dimension: str, other: Look) -> None:
    """Two maps side by side: the same measure, the same class bounds, their own counts."""
    bounds = looks.shared_breaks(scope, (sight.look, other), sight.measure)
    with st.container(key="twins"):
        sides = st.columns(2, gap="medium")
    for side, look, slot in zip(sides, (sight.look, other), ("", "-right"), strict=True):
        layer = layer_of(scope, look, sight.measure, bounds)
        with side:
            st.html(f"<h2 class='kradan-side'>{safe(value_words(scope, look, dimension))}</h2>")
            panels.open_subdistrict(panels.show_map(scope, layer.vector(sight.view, sight.look.filters), 520, slot))
            panels.legend(
                layer.styles, layer.counts(sight.look.filters.district), layer.marked(sight.look.filters.district)
            )
            panels.strip(scope, look.filters, looks.rolled(scope, look))
            notes(scope, replace(sight, look=look))


def value_words(scope: Scope, look: Look, dimension: str) -> str:
    """The value of a dimension under a look, in words."""
    return dimensions.words(scope, dimension).get(dimensions.present_value(look, dimension), t(f"every_{dimension}"))


@kept(4)
def shapes(address: str) -> SmallShapes:
    """Shapes of the prepared geometry, made small once."""
    document = json.loads((settings.ROOT / "static" / address).read_text(encoding="utf-8"))
    return small_shapes(document["features"], document["districts"]["features"])


def picture(scope: Scope, layer: layers.Choropleth, district: str | None = None, chosen: str | None = None) -> str:
    """A small map of a layer as the address of an image; with a place chosen only its own district is coloured."""
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


def cell(target: str, name: str, words: str, image: str | None) -> str:
    """A small map (or, without an image, its words alone) as a link; the words may have several lines."""
    drawn = f'<img src="{image}" alt="{safe(name)}: {safe(words)}">' if image else ""
    lines = "".join(f"<span>{safe(line)}</span>" for line in words.splitlines())
    return f'<a href="{safe(target)}" target="_self">{drawn}<b>{safe(name)}</b>{lines}</a>'


def gallery(scope: Scope, cells: list[str]) -> None:
    """Small maps side by side; below them whose shapes they are, and that they are schematic where they are."""
    found = geometry.current(scope.province)
    credit = " · ".join(filter(None, (panels.shapes_note(found), found["credit"])))
    panels.html(f'<div class="kradan-small">{"".join(cells)}</div><p class="kradan-credit">{safe(credit)}</p>')


def small(scope: Scope, sight: Sight, dimension: str) -> None:
    """A small map per value of a dimension, all with the same class bounds; each is a link to its large map."""
    names = dict(list(dimensions.words(scope, dimension).items())[: dimensions.MOST])
    wanted = {value: sight.look.with_(dimension, value) for value in names}
    bounds = looks.shared_breaks(scope, tuple(wanted.values()), sight.measure)
    district = sight.look.filters.district
    cells, styles, counts, marked, label = [], {}, {}, 0, ""
    for value, look in wanted.items():
        layer = layer_of(scope, look, sight.measure, bounds)
        styles |= layer.styles
        table = looks.coverage(scope, look)
        inside = table if not district else table[table["district_code"] == district]
        words = t("small_covered", covered=inside["status"].eq("covered").sum(), all=len(inside))
        target = urlencode(
            url_state.link_params(**{dimension: value})
            | {"measure": sight.measure}
            | ({"tier": value} if dimension == "tier" else {})
        )
        cells.append(cell(f"coverage?{target}", names[value], words, picture(scope, layer, district)))
        for key, number in layer.counts(district).items():
            counts[key] = counts.get(key, 0) + number
        label, striped = layer.marked(district) or (label, 0)
        marked += striped
    gallery(scope, cells)
    panels.legend({key: style for key, style in styles.items() if counts.get(key)}, counts, (label, marked))
    st.caption(t("small_legend_note"))
    if sight.measure == "per_head_baht" and dimension == "year":
        st.html(f'<p class="kradan-note">{safe(t("per_head_basis_each"))}</p>')
    else:
        notes(scope, sight)
