"""Folium map in two parts: a constant base map that fetches its geometry once, and a short message per repaint.

The script of the base map never changes, so that streamlit-folium keeps the map, its zoom and its geometry in the
browser; ``feature_group_to_add`` carries one class character per subdistrict.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import folium
import pandas as pd
from folium.template import Template

from geo.maps import palette
from geo.maps.classes import check_styles
from loaders import settings

STATIC = "../../app/static"
MODULES = ("board", "shared")


def asset(name: str) -> str:
    """URL of a static file, with a hash of its content, so that browsers may cache it without expiry."""
    return f"{STATIC}/{name}?v={_mark([settings.ROOT / 'static' / name])}"


def module(name: str) -> str:
    """URL of an ES module; its hash covers all scripts of :data:`MODULES`, because the module imports some of them."""
    folder = settings.ROOT / "static"
    return f"{STATIC}/{name}?v={_mark(sorted(path for part in MODULES for path in (folder / part).glob('*.js')))}"


def marked(name: str, folder: str) -> str:
    """Path of an ES module below a virtual folder ``v-HASH`` over all scripts of ``folder``: its imports inherit it."""
    return f"v-{_mark(sorted((settings.ROOT / 'static' / folder).glob('*.js')))}/{name}"


def _mark(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


@dataclass(frozen=True)
class ClassStyle:
    """Style of one map class: fill colour, text key of its label, hatch colour, values for the label's placeholders."""

    color: str
    key: str
    hatch: str | None = None
    blanks: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Geometry:
    """Static paths of prepared geometry: ``main`` (boundaries or schematic), ``grid``; bounds [[s, w], [n, e]]."""

    main: str
    grid: str
    bounds: list[list[float]]
    texts: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # codes that the main geometry has no shape for

    def options(self, language: str) -> dict:
        """Options of the base map in the browser; ``language`` is passed on, ``texts`` must already be in it."""
        return {
            "main": f"{STATIC}/{self.main}",
            "grid": f"{STATIC}/{self.grid}",
            "bounds": self.bounds,
            "missing": list(self.missing),
            "lang": language,
            "texts": self.texts,
            "colors": palette.for_browser(),
        }


class GeometryElement(folium.MacroElement):
    """Folium element whose script loads the geometry and keeps it in the browser."""

    _template = Template(
        "{% macro script(this, kwargs) %}kradanBoard({{ this._parent.get_name() }}, {{ this.options }});{% endmacro %}"
    )

    def __init__(self, options: str) -> None:
        super().__init__()
        self._name = "Board"
        self.options = options


class BoardMap(folium.Map):
    """A folium map that loads all assets from our own static folder, so that it works without internet access.

    The template omits folium's header (inline CSS), which would be sent again with every repaint; ``board.css`` has it.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }})"
        ".setView([13, 101], 6);{% endmacro %}"
    )

    # fmt: off
    default_js: ClassVar = [("leaflet", asset("vendor/leaflet/leaflet.js")), ("board", module("board/load.js"))]  # ty: ignore[incompatible-attribute-override]
    default_css: ClassVar = [("leaflet_css", asset("vendor/leaflet/leaflet.css")), ("board_css", asset("board/board.css"))]  # ty: ignore[incompatible-attribute-override]
    # fmt: on

    def render(self, **kwargs: object) -> str:
        """Render on the first call only: folium compiles a template for every element of the page each time."""
        if not self._is_drawn:
            super().render(**kwargs)
            self._is_drawn = True
        return ""

    _is_drawn = False


class ClassVector(folium.FeatureGroup):
    """One repaint of the map: a class per subdistrict in code order, marks, values and their texts."""

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = kradanPaint({{ this.vector }});{% endmacro %}"
    )

    def __init__(self, vector: dict) -> None:
        super().__init__(name="classes")
        self.vector = json.dumps(vector, ensure_ascii=False, separators=(",", ":"))

    def render(self, **_kwargs: object) -> str:
        """Add nothing to the page: it belongs to the shared base map, and the script is sent separately."""
        return ""


def base_map(options: dict | str) -> BoardMap:
    """The base map; equal options (``Geometry.options``, or the path of a static file with them) give the same script.

    Returns a copy with its own list of children, because ``st_folium`` adds the feature group to the map it is given.
    """
    drawn = _drawn_map(json.dumps(options, ensure_ascii=False, separators=(",", ":")))
    own = copy(drawn)
    own._children = drawn._children.copy()
    return own


@lru_cache(maxsize=64)
def _drawn_map(options: str) -> BoardMap:
    board_map = BoardMap(
        location=None,
        tiles=None,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=120,
        min_zoom=5,
        max_zoom=16,
        attribution_control=True,
        zoom_control=True,
    )
    board_map.add_child(GeometryElement(options))
    board_map.get_root().render()
    return board_map


def class_message(
    codes: pd.Series,
    classes: pd.Series,
    styles: dict[str, ClassStyle],
    *,
    values: pd.Series | None = None,
    unit: str = "{}",
    more: Sequence[tuple[pd.Series, str]] = (),
    dots: pd.Series | None = None,
    marks: pd.Series | None = None,
    mark_label: str = "",
    badges: dict[str, int] | None = None,
    label: Callable[[ClassStyle], str] = lambda style: style.key,
) -> dict:
    """Message for one repaint of the map, without view and zoom (:func:`class_vector` adds them).

    Parameters
    ----------
    codes : subdistrict_code of every row, each once; the message is sorted by it.
    classes : one character per row, a key of ``styles``.
    values, more : figures for the tooltip, NA = no line; their unit texts have ``{}`` for the figure.
    dots : True where a dot is drawn next to the name.
    marks : True where a stripe is drawn over the class (estimated, supported at a higher level, border class).
    badges : subdistrict_code -> count drawn in a disc.
    label : text of a class for the tooltip; by default its key.

    Raises
    ------
    ValueError
        When a class has no style: the map would draw it white, which means "none".
    """
    check_styles("class_message", classes, styles)
    order = codes.reset_index(drop=True).sort_values()
    message: dict = {
        "classes": "".join(classes.reset_index(drop=True)[order.index]),
        "styles": {letter: _style(style, label(style)) for letter, style in styles.items()},
    }
    if values is not None:
        message |= {"values": _figures(values.reset_index(drop=True)[order.index]), "unit": unit}
    if lines := [(figures, of) for figures, of in more if bool(figures.notna().any())]:
        message["more"] = [[_figures(figures.reset_index(drop=True)[order.index]), of] for figures, of in lines]
    if dots is not None and bool(dots.any()):
        message["dots"] = [place for place, row in enumerate(order.index) if dots.iloc[row]]
    if marks is not None and bool(marks.any()):
        message["marks"] = "".join("1" if mark else "0" for mark in marks.reset_index(drop=True)[order.index])
        message["mark_label"] = mark_label
    if badges:
        place = {code: index for index, code in enumerate(order)}
        message["badges"] = [[place[code], number] for code, number in badges.items() if code in place]
    return message


def with_line(message: dict, codes: pd.Series, figures: pd.Series, unit: str) -> dict:
    """Copy of a :func:`class_message` with one more tooltip line; ``figures`` in the order of ``codes``, NA = none."""
    order = codes.reset_index(drop=True).sort_values().index
    text = _figures(figures.reset_index(drop=True)[order])
    return message | {"more": [*message.get("more", []), [text, unit]]} if text.strip(",") else message


def class_vector(
    message: dict, *, view: str = "main", district: str | None = None, chosen: str | None = None
) -> ClassVector:
    """Folium element for a :func:`class_message`: ``view`` is ``main`` or ``grid``; zooms to ``district``.

    ``chosen`` is the subdistrict to outline.
    """
    aimed = {key: value for key, value in (("district", district), ("chosen", chosen)) if value}
    return ClassVector({"view": view} | message | aimed)


def _style(style: ClassStyle, label: str) -> dict:
    return {"color": style.color, "label": label} | ({"hatch": style.hatch} if style.hatch else {})


def _figures(values: pd.Series) -> str:
    """Figures as comma-separated text with two decimals at most, empty for NA: ``3,,1.25``."""
    return ",".join("" if pd.isna(value) else f"{round(float(value), 2):.15g}" for value in values)
