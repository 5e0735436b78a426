"""Frame to folium: a constant base map that fetches its geometry once, and a short class vector per change.

The pattern that measured best (design section 4): the base map's script never changes, so the browser keeps the
map, its zoom and its geometry; ``feature_group_to_add`` carries one class character per subdistrict.
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
    """Address of a file in our static folder; it changes with the content, so that a browser may keep the file for good."""
    return f"{STATIC}/{name}?v={_mark([settings.ROOT / 'static' / name])}"


def module(name: str) -> str:
    """Address of a script of ours that imports others: it changes with the content of any of them."""
    folder = settings.ROOT / "static"
    return f"{STATIC}/{name}?v={_mark(sorted(path for part in MODULES for path in (folder / part).glob('*.js')))}"


def marked(name: str, folder: str) -> str:
    """Path of a script that imports others of its folder, under a folder whose name changes with the content of any of them."""
    return f"v-{_mark(sorted((settings.ROOT / 'static' / folder).glob('*.js')))}/{name}"


def _mark(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


@dataclass(frozen=True)
class ClassStyle:
    """How one class is drawn and named: ground colour, key of its words, colour of its hatch, what fills the key's blanks."""

    color: str
    key: str
    hatch: str | None = None
    blanks: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Geometry:
    """Addresses of the prepared geometry: ``main`` (true map or schematic) and ``grid``; bounds as [[s, w], [n, e]]."""

    main: str
    grid: str
    bounds: list[list[float]]
    texts: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # codes that the main geometry has no shape for

    def options(self, language: str) -> dict:
        """What the map in the browser has to know once, in a language."""
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
    """The layer that loads and keeps the geometry in the browser."""

    _template = Template(
        "{% macro script(this, kwargs) %}kradanBoard({{ this._parent.get_name() }}, {{ this.options }});{% endmacro %}"
    )

    def __init__(self, options: str) -> None:
        super().__init__()
        self._name = "Board"
        self.options = options


class BoardMap(folium.Map):
    """A folium map whose assets all come from our own static folder: it also paints with the network cable out.

    Its header is left out: ``board.css`` says the same once, the header would be sent again with every change.
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
        """Once: folium compiles a template for every element of the page each time (measured: 4 ms of a change's 30)."""
        if not self._is_drawn:
            super().render(**kwargs)
            self._is_drawn = True
        return ""

    _is_drawn = False


class ClassVector(folium.FeatureGroup):
    """One change of the map: a class per subdistrict in code order, marks, values and the words for them."""

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = kradanPaint({{ this.vector }});{% endmacro %}"
    )

    def __init__(self, vector: dict) -> None:
        super().__init__(name="classes")
        self.vector = json.dumps(vector, ensure_ascii=False, separators=(",", ":"))

    def render(self, **_kwargs: object) -> str:
        """Nothing goes into the page around the map, which is shared: the script is all there is."""
        return ""


def base_map(options: dict | str) -> BoardMap:
    """The constant base map: the same options (``Geometry.options``, or where they lie as a static file) give the same script.

    ``st_folium`` hangs what it is given into the map: every call gets a map of its own around what is drawn once.
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
    """The message of one change of the map, without its zoom (:func:`class_vector`).

    Parameters
    ----------
    codes : subdistrict_code of every row, each once; the message is sorted by it.
    classes : one character per row, a key of ``styles``.
    values, more : figures for the tooltip, NA = nothing said; their units hold ``{}`` where the figure goes.
    dots : True where a dot lies beside the name.
    marks : True where a stripe lies over the class (estimated, supported at a higher level, border class).
    badges : subdistrict_code -> count drawn in a disc.
    label : the words of a class for the tooltip; its key where none is given.

    Raises
    ------
    ValueError
        When a class has no style: the map would draw it white and mean nothing.
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
    """A :func:`class_message` with one more figure for the tooltip; ``figures`` in the order of ``codes``, NA = nothing said."""
    order = codes.reset_index(drop=True).sort_values().index
    text = _figures(figures.reset_index(drop=True)[order])
    return message | {"more": [*message.get("more", []), [text, unit]]} if text.strip(",") else message


def class_vector(
    message: dict, *, view: str = "main", district: str | None = None, chosen: str | None = None
) -> ClassVector:
    """The vector of one change: a :func:`class_message`, which map it is for, and the codes it zooms to and outlines."""
    aimed = {key: value for key, value in (("district", district), ("chosen", chosen)) if value}
    return ClassVector({"view": view} | message | aimed)


def _style(style: ClassStyle, label: str) -> dict:
    return {"color": style.color, "label": label} | ({"hatch": style.hatch} if style.hatch else {})


def _figures(values: pd.Series) -> str:
    """Figures as one short text, empty where there is none: ``3,,1.25``."""
    return ",".join("" if pd.isna(value) else f"{round(float(value), 2):.15g}" for value in values)
