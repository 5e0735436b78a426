"""Panels that views share: title, figures, map, legend, table, money without a place, sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_folium import st_folium

from geo.coverage.roll_up import RolledUp
from geo.frames import each_row
from geo.maps.board import ClassStyle, ClassVector, Geometry, base_map
from loaders.exchange.tables import as_date, csv_bytes, workbook_bytes
from pages.components import exports, records
from pages.components import named as named_figures
from pages.components.filters import switch
from pages.components.map_layer import Choropleth, agencies_of, is_nothing
from pages.queries import map_files as geometry
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import fragments, page_links, url_state
from pages.session.scope import Scope
from pages.session.text import baht, day, formatter, language, safe, t, whole

MAP_HEIGHT = 680
FIND, LOOKED_FOR = "find:", "_looked_for"  # prefix of a search text sent by the map; the session key that holds it
STRIPE = "~"  # the map's letter for places under the stripe, beside the letters of its classes
_gathered: ContextVar[list[str] | None] = ContextVar("html_gathered", default=None)


def html(text: str) -> None:
    """Draw HTML of ours (text from data already through :func:`safe`); inside :func:`together` it is collected."""
    gathered = _gathered.get()
    if gathered is None:
        st.html(text)
    else:
        gathered.append(text)


@contextmanager
def together() -> Generator[None]:
    """Join the HTML panels drawn in this block into one element: a browser processes each element several times."""
    token = _gathered.set([])
    try:
        yield
        pieces = _gathered.get()
    finally:
        _gathered.reset(token)
    if pieces:
        st.html(f'<div class="kradan-together">{"".join(pieces)}</div>')


def title(text: str, note: str = "", named: Mapping[str, named_figures.Value] | None = None) -> None:
    """The finding as the page's title; ``note`` states its basis, ``named`` the named figures in it."""
    state = url_state.current()
    state.said, state.named = (text, note), dict(named or {})
    html(
        f'<h1 class="kradan-title"{named_figures.attributes(state.named)}>{safe(text)}</h1>'
        + (f'<p class="kradan-note">{safe(note)}</p>' if note else "")
    )


def figures(items: Sequence[tuple[str, str] | named_figures.Named]) -> None:
    """A row of figures with labels; a named one shows its definition on hover."""
    cells = []
    for item in items:
        own = item.value_by_code if isinstance(item, named_figures.Named) else {}
        url_state.current().named.update(own)
        words, value = item[:2]
        cells.append(
            f'<div class="kradan-figure"{named_figures.attributes(own)}><b>{safe(value)}</b><span>{safe(words)}</span></div>'
        )
    html(f'<div class="kradan-figures">{"".join(cells)}</div>')


def map_view() -> str:
    """The chosen map view, for pages that draw :func:`choose_map_view` elsewhere."""
    return st.session_state["map"]


def choose_map_view(scope: Scope, *, is_on_map: bool = True) -> str:
    """Switch between ``main`` (true or schematic map) and ``grid`` (tile grid); key G on the map does the same.

    Draw it right before :func:`show_map`: app.css puts it on a corner of the map, unless ``is_on_map`` is False.
    """
    words = {"main": t(geometry.NAMES[geometry.current(scope.province)["kind"]]), "grid": t("map_grid")}
    with st.container(key="over-map") if is_on_map else nullcontext():
        return switch("map", t("map_view"), list(words), words.__getitem__, "main")


def show_map(scope: Scope,
    vector: ClassVector, height: int = MAP_HEIGHT, slot: str = "", *,
    shapes: dict | None = None, texts: dict[str, str] | None = None, keys: str = "", opens_card: bool = False,
) -> str | None:  # fmt: skip
    """Draw the map; returns the code of a shape just clicked. A second map on the page needs its own ``slot``.

    With ``opens_card`` a click opens the card of the subdistrict, reruns nothing else and returns ``None``. ``shapes``:
    another geometry than the province's, with its own ``texts`` and ``keys``.
    """
    if shapes is None:
        shapes = geometry.current(scope.province)
    texts = {
        "main": shapes_note(shapes),
        "grid": t("note_grid"),
        "failed": t("map_failed"),
        "coming": t("map_grid_coming"),
        "aria": t("map_aria"),
        "whole": t("map_whole"),
        "find": t("map_find"),
        "full": t("map_full"),
        "picture": t("map_picture"),
        "zoom_in": t("aid_zoom_in"),
        "zoom_out": t("aid_zoom_out"),
        "two_fingers": t("map_two_fingers"),
        "subdistrict": t("prefix_subdistrict"),
        "district": t("prefix_district"),
    } | (texts or {})
    board_geometry = Geometry(shapes["main"], shapes["grid"], shapes["bounds"], texts, tuple(shapes["missing"]))
    board = base_map(geometry.shared_options(board_geometry.options(language())))
    key = f"board-{language()}{slot}"
    back = st_folium(
        board,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_object_clicked_tooltip", "last_object_clicked_count"],
        feature_group_to_add=vector,
        render=False,  # the base map is drawn already
        on_change=lambda: _hear(key, slot, opens_card),
    )
    html(f'<p class="kradan-credit"><span>{safe(shapes["credit"])}</span> · {safe(keys or t("map_keys"))}</p>')
    click = _new_click(back, f"_click{slot}")
    return None if opens_card or click is None or click.startswith(FIND) else click


def shapes_note(shapes: dict) -> str:
    """The note that a geometry does not show true boundaries; empty when it does."""
    return t(geometry.NOTES[shapes["kind"]]) if shapes["kind"] in geometry.NOTES else ""


def _new_click(back: dict | None, kept: str, *, is_kept: bool = True) -> str | None:
    """The map repeats its last click on every rerun: return only a new one; ``is_kept`` marks it as handled."""
    click = ((back or {}).get("last_object_clicked_tooltip"), (back or {}).get("last_object_clicked_count"))
    if click[0] is None or click == st.session_state.get(kept):
        return None
    if is_kept:
        st.session_state[kept] = click
    return str(click[0])


def _hear(key: str, slot: str, opens_card: bool) -> None:
    """Callback of the map, before anything is drawn: a click on a place, or ``find:`` with a search text."""
    click = _new_click(st.session_state.get(key), f"_click{slot}", is_kept=opens_card)
    if click is None:
        return
    if click.startswith(FIND):
        st.session_state[LOOKED_FOR] = click.removeprefix(FIND)
    elif opens_card:
        st.session_state["card"] = click
    else:
        return
    fragments.redraw(fragments.CARD)


def show_board(
    scope: Scope, layer: Choropleth, view: str, query: Query | None = None, chosen: str | None = None,
    height: int = MAP_HEIGHT, slot: str = "", *, opens_card: bool = True, is_zoomed: bool = True,
) -> str | None:  # fmt: skip
    """Draw a layer; the tooltip of a place shows its name, class, the layer's figures and the number of agencies.

    A click opens the card of the subdistrict, or, with ``opens_card`` False, its code is returned.
    """
    agencies = agencies_of(scope, query or Query(queries.usual_year(scope)))
    vector = layer.vector(view, query if is_zoomed else None, chosen, agencies)
    return show_map(scope, vector, height, slot, opens_card=opens_card)


def open_subdistrict(code: str | None) -> None:
    """Go to the page of a clicked subdistrict, keeping the filters."""
    if code:
        page_links.go("subdistrict", url_state.going_params(subdistrict=code))


def legend_counts(styles: Mapping[str, ClassStyle], counts: Mapping[str, int]) -> dict[str, int | None]:
    """Subdistricts of every class; while every place is unknown or not applicable, ``None`` instead of zeros."""
    has_data = any(counts.get(key, 0) for key, style in styles.items() if not is_nothing(style))
    return {key: counts.get(key, 0) if has_data else counts.get(key) or None for key in styles}


def legend(
    styles: Mapping[str, ClassStyle], counts: dict[str, int], mark: tuple[str, int] | None = None, *,
    filters: Mapping[str, str] | None = None, dot: tuple[str, int] | None = None,
) -> None:  # fmt: skip
    """Every class in use with colour, pattern, text and number of subdistricts.

    Pressing an entry makes the map show it alone (``static/shell/beside.js``): its own class, or the letters that
    ``filters`` gives for it; an empty ``filters`` is for pictures, which cannot respond.
    """
    looked_at = {key: key for key in styles} | {STRIPE: STRIPE} if filters is None else filters
    shown, present = legend_counts(styles, counts), {style.key for key, style in styles.items() if counts.get(key, 0) and not style.blanks}  # fmt: skip
    rows = "".join(
        _class(style, shown[key], looked_at.get(key, ""))
        for key, style in styles.items()
        if counts.get(key, 0) or (key not in {"x"} and style.key not in present)  # a class of equal text is listed
    )
    if mark and mark[1]:
        rows += _stripe(mark[0], mark[1], looked_at.get(STRIPE, ""))
    if dot and dot[1]:
        rows += _entry('<i class="kradan-swatch kradan-dot"></i>', dot[0], dot[1], "")
    html(f'<ul class="kradan-legend" aria-label="{safe(t("legend"))}">{rows}</ul>')


def layer_legend(layer: Choropleth, district: str | None = None) -> None:
    """The legend of a layer: classes, stripe and dot with their numbers of subdistricts (of a district)."""
    legend(layer.styles, layer.counts(district), layer.marked(district), dot=layer.dotted(district))


def key(styles: list[ClassStyle], mark: str | None) -> None:
    """One line of colours for several maps, without numbers, which differ between them."""
    rows = "".join(map(_class, styles)) + (_stripe(mark) if mark else "")
    html(f'<ul class="kradan-legend kradan-row" aria-label="{safe(t("legend"))}">{rows}</ul>')


def _class(style: ClassStyle, number: int | None = None, letters: str = "") -> str:
    look = f"background-color:{style.color}" + (f";--line:{style.hatch}" if style.hatch else "")
    hatch = " kradan-hatch" if style.hatch else ""
    swatch = f'<i class="kradan-swatch{hatch}" style="{look}"></i>'
    return _entry(swatch, formatter().say(style.key, **style.blanks), number, letters)


def _stripe(words: str, number: int | None = None, letters: str = "") -> str:
    return _entry('<i class="kradan-swatch kradan-stripe"></i>', words, number, letters)


def _entry(swatch: str, words: str, number: int | None, letters: str) -> str:
    """An entry of the legend; a button when the map can show its classes (``letters``) alone."""
    inside = f"{swatch}<span>{safe(words)}</span>" + ("" if number is None else f"<b>{number:,}</b>")
    if letters:
        inside = f'<button type="button" data-class="{safe(letters)}" aria-pressed="false">{inside}</button>'
    return f"<li>{inside}</li>"


def table(
    frame: pd.DataFrame, name: str, columns: dict[str, str], height: int = 380, formats: dict[str, Callable] | None = None,
    stamp: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """A table in the person's language, with the same rows as CSV and Excel; ``stamp``: extra columns of the files.

    If rows have a ``subdistrict_code``, pressing one opens the card of its subdistrict.
    """
    worded = {
        column: exports.worded(frame[column], words) for column, words in (formats or {}).items() if column in columns
    }
    shown = frame[list(columns)].assign(**worded).rename(columns=columns)
    st.dataframe(
        shown,
        hide_index=True,
        height=min(height, 38 * (len(shown) + 1) + 3) if len(shown) else "auto",
        width="stretch",
        placeholder="–",
        **_opening_cards(frame, name),
    )
    downloads(frame, name, columns, formats, stamp, worded)


def _opening_cards(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    """Arguments of ``st.dataframe`` that open the card of the pressed row; empty without subdistricts."""
    if "subdistrict_code" not in frame or not frame["subdistrict_code"].notna().any():
        return {}
    codes = frame["subdistrict_code"].tolist()
    key = rows_key(f"table-{name}", codes)

    def open_card() -> None:
        cells = st.session_state[key]["selection"].get("cells") or []
        code = codes[cells[0][0]] if cells and cells[0][0] < len(codes) else None
        if isinstance(code, str):
            st.session_state["card"] = code
            fragments.redraw(fragments.CARD)

    return {"key": key, "on_select": open_card, "selection_mode": "single-cell"}


def rows_key(stem: str, rows: Sequence[Any]) -> str:
    """Widget key of a table whose rows can be pressed, by what its rows open.

    Streamlit keeps the NUMBER of a pressed row for as long as the key stays: over other rows it would mean another row.
    """
    return f"{stem}-{hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:12]}"


def unfolded(key: str, label: str, *, is_open: bool = False) -> DeltaGenerator | None:
    """A folded panel, computed and sent only once a person opens it; ``None`` while it is folded.

    ``is_open``: begin unfolded, because a link leads into it.
    """
    panel = st.expander(label, expanded=is_open, key=f"fold-{key}", on_change="rerun")
    return panel if panel.open else None


def downloads(
    frame: pd.DataFrame, name: str, columns: dict[str, str], formats: dict[str, Callable] | None = None,
    stamp: dict[str, str] | None = None, worded: dict[str, list[str]] | None = None,
) -> None:  # fmt: skip
    """CSV and Excel of a table in plain units; the Excel file has a sheet about its origin."""
    leaving = exports.sheet(frame, columns, formats, stamp, worded)
    with st.container(horizontal=True, key=f"get-{name}"):
        st.download_button(
            t("get_csv"), lambda: csv_bytes(leaving), f"{name}.csv", "text/csv", key=f"csv-{name}", on_click="ignore"
        )
        st.download_button(
            t("get_excel"), lambda: workbook_bytes(leaving, name), f"{name}.xlsx", key=f"xlsx-{name}", on_click="ignore"
        )


def strip(rolled: RolledUp) -> None:
    """Money without a subdistrict, by the level it was recorded at, in a line beside the map."""
    rows = rolled.strip[rolled.strip["supports"] > 0]
    if rows.empty:
        return
    parts = [
        f"{t('level_' + row.level)} {baht(row.amount_satang)} ({whole(row.supports)} {t('records')})"
        for row in each_row(rows)
    ]
    parts += records.without_amount(rows["without_amount"].sum())
    html(f'<p class="kradan-strip"><b>{safe(t("without_subdistrict"))}</b> {safe(" · ".join(parts))}</p>')


def sources(scope: Scope, frame: pd.DataFrame, query: Query | None = None) -> None:
    """Origin of the numbers on a page: base, file, sheet, row, date, who loaded it, data version."""
    panel = unfolded("sources", t("sources_of_page", version=scope.version))
    if panel is None:
        return
    with panel:
        if meanings := named_figures.meanings(url_state.current().named):
            st.html(
                f"<p><b>{safe(t('what_figures_count'))}</b></p><ul>{''.join(f'<li>{safe(line)}</li>' for line in meanings)}</ul>"
            )
        if query is not None:
            st.caption(t("population_as_of", year=queries.population_year(query.fiscal_year) + 543))
        batches = queries.all_batches(scope).set_index("id")
        loaded_at = {batch: as_date(when) for batch, when in batches["loaded_at"].items()}
        loaded_by = batches["loaded_by"].to_dict()
        names = records.agency_names(scope)
        rows = frame.drop_duplicates(["batch_id", "sheet", "row"])
        rows = rows.assign(
            base=[names.get(base, base) for base in rows["base"]],
            loaded_at=[loaded_at.get(batch) for batch in rows["batch_id"]],
            loaded_by=[loaded_by.get(batch, "") for batch in rows["batch_id"]],
        )
        files = pd.DataFrame(
            {"size": rows.groupby(["base", "file_name", "loaded_at", "loaded_by"]).size()}
        ).reset_index()
        columns = {"base": t("column_base"), "file_name": t("column_file"), "loaded_at": t("column_loaded_at")}
        who = {"loaded_by": t("column_loaded_by")} if rows["loaded_by"].ne("").any() else {}
        table(files, "source-files", columns | who | {"size": t("column_rows_used")}, 260, {"loaded_at": day})
        st.caption(t("source_rows"))
        where = {"sheet": t("column_sheet"), "row": t("column_row")}
        table(rows, "source-rows", columns | who | where, 300, {"loaded_at": day})
        page_links.link("sources", t("to_sources"))


# Text key of an empty page -> the page where the next step is taken.
NEXT_ON = dict.fromkeys(("nothing_loaded", "no_needs", "strengthening_no_class", "pick_nothing"), "imports")


def empty(key: str = "nothing_found") -> None:
    """The "nothing found" branch: what it means and what to do next, with a link when that is on another page."""
    st.info(t(key))
    if (view := NEXT_ON.get(key)) and page_links.may_open(view):
        page_links.link(view, t("answer_more", view=t(f"view_{view}")))
