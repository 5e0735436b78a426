"""Widgets for choices in the link, the row of filters, and the results as a fragment that a filter reruns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.names import district_names, names_among, offered, present_names, present_themes, theme_names
from pages.queries import store as queries
from pages.queries.query import Query
from pages.session import fragments, notices, url_state
from pages.session.scope import Scope
from pages.session.text import LANGUAGES, safe, t, year

ALL = ""
EVERYTHING = {"theme": "all_themes", "agency": "all_agencies", "stream": "all_streams", "district": "all_districts"}


def results(scope: Scope, draw: Callable[[Scope, Query, DeltaGenerator], None], place: DeltaGenerator) -> None:
    """Draw the results, ``draw(scope, query, place)``, in a fragment that a filter reruns alone.

    ``draw`` must read every other choice from the session state: its widget is not drawn again before. If the data have
    changed since the view was drawn, everything is rerun.
    """
    url = url_state.current()
    url.used_by_view = dict(url.used)
    words = url.chosen_words

    def run() -> None:
        url_state.speak()
        url_state.current().used = dict(url_state.current().used_by_view)
        if queries.current_scope() != scope:
            draw_anew()
        say_chosen(scope, words)
        draw(scope, chosen(), place)
        url_state.write()

    fragments.part(fragments.RESULTS, run)


def draw_anew() -> None:
    """Rerun the page because the data changed in between, with a notice: a button pressed just now had no effect.

    It must have none: what it referred to may have moved, and lists may begin at another entry.
    """
    notices.rerun_with_notice(t("data_changed"), ":material/update:")


def chosen() -> Query:
    """The query of this view's filters, read from the session state without drawing them."""
    values = {name: st.session_state.get(name) or None for name in url_state.current().filters}
    be = values.pop("year", None)
    return Query(int(be) - 543 if be else None, **values)


def choose(
    key: str, label: str, options: Sequence[str], words: Callable[[str], str], default: str | None = None
) -> str:
    """A select box for one code; a value from the address that is not an option becomes the default."""
    url_state.current().hold(key, options, default if default is not None else options[0])
    return st.selectbox(
        label, options, format_func=words, key=key, persist_state="session", on_change=fragments.reaction()
    )


def switch(
    key: str, label: str, options: Sequence[str], words: Callable[[str], str], default: str | None = None
) -> str:
    """A short row of buttons to choose one code."""
    url_state.current().hold(key, options, default if default is not None else options[0])
    chosen = st.segmented_control(
        label,
        options,
        format_func=words,
        key=key,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        on_change=fragments.reaction(),
    )
    return str(chosen)


def choose_language() -> None:
    """The language switch, Thai or English."""
    switch("lang", t("language"), LANGUAGES, {"th": "ไทย", "en": "English"}.__getitem__, "th")


def filters(scope: Scope, *, with_year: tuple[str, ...] = ()) -> None:
    """The row of filters most views share: year, function, agency, stream, district.

    A choice reruns the results (:func:`results`); the year also reruns the fragments ``with_year``.
    """
    _row(scope, ("year", "theme", "agency", "stream", "district"), with_year)


def place_and_time(scope: Scope, *, timed: bool = True) -> None:
    """Filters of year (if ``timed``) and district, for views that do not depend on agency, function and stream."""
    _row(scope, ("year", "district") if timed else ("district",))


def _row(scope: Scope, names: tuple[str, ...], with_year: tuple[str, ...] = ()) -> None:
    folded(names)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        for name in names:
            with fragments.redraws(fragments.RESULTS, *(with_year if name == "year" else ())):
                _filter(scope, name)


def folded(names: tuple[str, ...]) -> None:
    """Begin a row of filters that app.css folds into one line on a phone, so that the map is in view.

    The widgets stay drawn, so link and choices stay. :func:`results` writes the summary of the choices into the
    container made here; a view without results calls :func:`say_chosen`. It is a container because Streamlit reserves
    no place in an ``st.empty`` of the view after a fragment rerun.
    """
    url = url_state.current()
    url.filters = names
    st.html(f'<details class="kradan-fold"><summary>{safe(t("filters"))}</summary></details>')
    url.chosen_words = st.container(key="chosen")


def _filter(scope: Scope, name: str) -> None:
    if name == "year":
        _year(scope)
        return
    if name in ("agency", "stream"):
        names = present_names(scope, name)
    elif name == "theme":
        names = offered(theme_names(), "theme", {*present_themes(scope), chosen().theme or ""})
    else:
        names = dict(sorted(district_names(scope).items()))
    everything = t(EVERYTHING[name])
    choose(name, t(f"filter_{name}"), [ALL, *names], lambda code: names.get(code, everything), ALL)


def say_chosen(scope: Scope, place: DeltaGenerator | None = None) -> None:
    """Write the summary of the filters, for phones; ``place`` is by default the container of :func:`folded`."""
    place = place or url_state.current().chosen_words
    if place is None:
        return
    now = chosen().filters
    on = " ".join(name for name in ("theme", "agency", "stream", "district") if now.get(name))
    place.html(f'<p class="kradan-chosen" data-on="{on}">{safe(chosen_in_words(scope))}</p>')


def chosen_in_words(scope: Scope) -> str:
    """The filters of this view in one line of text."""
    now = chosen()
    has_year = "year" in url_state.current().filters
    words = [year(now.fiscal_year) if now.fiscal_year else t("all_years")] if has_year else []
    words += [theme_names()[now.theme]] if now.theme else []
    for name in ("agency", "stream"):
        code = getattr(now, name)
        words += [names_among(queries.code_list(scope, name), {code}).get(code, code)] if code else []
    words += [district_names(scope)[now.district]] if now.district else []
    return " · ".join(words)


def _year(scope: Scope) -> None:
    usual = queries.usual_year(scope)
    listed = [str(number + 543) for number in queries.years(scope)]
    default = str(usual + 543) if usual is not None else ALL
    choose(
        "year",
        t("filter_year"),
        [*listed, ALL] if listed else [ALL],
        lambda be: year(int(be) - 543) if be else t("all_years"),
        default,
    )
