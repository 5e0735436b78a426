"""Choices that live in the link: codes in the address, words on the screen.

Streamlit's own ``bind="query-params"`` writes the visible label into the address, so a Thai link would lose its
filters in English (seen with 1.67). Here the address carries codes: it is read when it changed from outside
(a shared link, the back button), and written at the end of every run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode, urlsplit

import geothai
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from loaders import codes, settings
from pages.queries import analysis
from pages.queries import store as queries
from pages.queries.store import Filters
from pages.session import fragments as apart
from pages.session import notices as toasts
from pages.session.cache import kept
from pages.session.text import LANGUAGES, in_order, language, name_of, read_in, safe, t, year

KEYS = ("lang", "province", "year", "agency", "theme", "stream", "district", "measure", "need", "map", "subdistrict", "layer", "question", "cell", "cells", "shown", "ends",
        "mode", "split", "tier", "twin", "other", "by", "per", "bar", "list", "hint", "method",
        "weights", "norm", "mean", "cut", "limits", "tab", "scheme", "numbers", "basis", "pick", "with", "asof")  # fmt: skip
TAKEN_ALONG = ("lang", "province", "year", "agency", "theme", "stream", "district", "map")  # by a link to another view
# The mark of links to another view, or of what holds them: static/links.js gives them the choices on the screen.
LEADS_ON = f'data-choices="{" ".join(TAKEN_ALONG)}"'
ALL = ""
EVERYTHING = {"theme": "all_themes", "agency": "all_agencies", "stream": "all_streams", "district": "all_districts"}


def read_address() -> None:
    """Take over what the address says when it is not what we wrote: a link or the back button.

    The menu leads to another view without choices in the address; those of the session go with it.
    """
    written = st.session_state.get("_address")
    present = {key: value for key, value in st.query_params.to_dict().items() if key in KEYS}
    page = urlsplit(st.context.url or "").path
    stays = bool(page) and page == st.session_state.get("_address_page")
    st.session_state["_address_page"] = page
    if written is None or ((present or stays) and present != written):
        for key in KEYS:
            if key in present:
                st.session_state[key] = present[key]
            elif written is not None:
                st.session_state.pop(key, None)
    st.session_state["_address"] = present
    if st.session_state.get("lang") not in LANGUAGES:
        st.session_state["lang"] = "th"
    _read_province()


def _read_province() -> None:
    """Work for the province that the address asks for; one that does not exist is the installation's own."""
    home = settings.home_province()
    if st.session_state.get("province") not in province_names():
        st.session_state["province"] = home
    st.session_state["_used"] = {"lang": "th", "province": home}
    begin_part()


def begin_part() -> None:
    """Have this run's thread speak the language and work for the province chosen; each run begins with it."""
    read_in(st.session_state["lang"])
    home = settings.home_province()
    settings.look_at(None if st.session_state["province"] == home else st.session_state["province"])


def keep_frame(view: str) -> None:
    """Remember which choices stand around the view, so that a run of the view alone keeps them in the address."""
    if view != st.session_state.get("_view"):
        st.session_state["_view"], st.session_state["_drawn"] = view, set()
    st.session_state["_frame_used"] = dict(st.session_state["_used"])


def begin() -> None:
    """The start of a view's run: the choices around it are in use, its own are not yet."""
    st.session_state["_used"] = dict(st.session_state["_frame_used"])
    st.session_state["_chosen_words"] = None
    begin_part()


def results(version: str, draw: Callable[..., None], *more: object) -> None:
    """Draw what the filters ask for, as ``draw(version, chosen, *more)``, in a part that a filter draws alone.

    ``draw`` reads every other choice from the session, for these are not drawn again before it. When the data have
    changed since the view was drawn, everything is.
    """
    st.session_state["_view_used"] = dict(st.session_state["_used"])
    said = st.session_state["_chosen_words"]

    def run() -> None:
        begin_part()
        st.session_state["_used"] = dict(st.session_state["_view_used"])
        if queries.version() != version:
            draw_anew()
        if said is not None:
            say_chosen(version, said)
        draw(version, chosen(), *more)
        write_address()

    apart.part(apart.RESULTS, run)


def draw_anew() -> None:
    """Run everything again, for the data have changed since; said aloud, because a button pressed just now did nothing.

    It must not: what it was pressed for may stand elsewhere now, and lists begin at another entry.
    """
    toasts.say_and_draw_anew(t("data_changed"), ":material/update:")


def chosen() -> Filters:
    """What the filters of this view say now, without drawing them."""
    said = {name: st.session_state.get(name) or None for name in st.session_state["_filters"]}
    be = said.pop("year", None)
    return Filters(int(be) - 543 if be else None, **said)


def write_address() -> None:
    """Put this view's choices into the address, leaving out what is the default."""
    used: dict[str, str] = st.session_state.get("_used", {})
    wanted = {
        key: str(st.session_state[key])
        for key, default in used.items()
        if str(st.session_state.get(key, default)) != default
    }
    others = {key: value for key, value in st.query_params.to_dict().items() if key not in KEYS}
    if st.query_params.to_dict() != wanted | others:
        st.query_params.from_dict(wanted | others)
    st.session_state["_address"] = wanted


def link_params(**changed: str | None) -> dict[str, str]:
    """The present choices for a link to another view, some changed."""
    kept = {key: str(st.session_state[key]) for key in TAKEN_ALONG if st.session_state.get(key)}
    kept |= {key: value for key, value in changed.items() if value}
    usual = {"lang": "th", "province": settings.home_province()}
    return {key: value for key, value in kept.items() if value != usual.get(key)}


def address(view: str, **changed: str | None) -> str:
    """A relative link; a choice set to ``None`` is dropped, though :func:`link_params` would keep it."""
    wanted = link_params(**changed)
    dropped = {key for key, value in changed.items() if not value}
    return f"{view}?{urlencode({key: value for key, value in wanted.items() if key not in dropped})}"


def hold(key: str, options: Sequence[str], fallback: str) -> None:
    """The value of a choice before its widget is drawn: what the session has, or ``fallback`` when that is no option.

    A widget is another one in each view. Streamlit gives a kept value to it when the view has been drawn, too late for
    what the view shows: said anew in the first run of a view, it counts from the start.
    """
    now, drawn = st.session_state.get(key), st.session_state.setdefault("_drawn", set())
    if now not in options or key not in drawn:
        st.session_state[key] = now if now in options else fallback
    drawn.add(key)
    st.session_state["_used"][key] = fallback


def choose(
    key: str, label: str, options: Sequence[str], words: Callable[[str], str], default: str | None = None
) -> str:
    """A list to choose one code from; what the address asks for and is not on the list falls back to the default."""
    hold(key, options, default if default is not None else options[0])
    return st.selectbox(label, options, format_func=words, key=key, persist_state="session", on_change=apart.reaction())


def switch(
    key: str, label: str, options: Sequence[str], words: Callable[[str], str], default: str | None = None
) -> str:
    """A short row of buttons to choose one code from."""
    hold(key, options, default if default is not None else options[0])
    chosen = st.segmented_control(
        label, options, format_func=words, key=key, required=True, persist_state="session", label_visibility="collapsed", on_change=apart.reaction()
    )  # fmt: skip
    return str(chosen)


def choose_language() -> None:
    """Thai or English."""
    switch("lang", t("language"), LANGUAGES, {"th": "ไทย", "en": "English"}.__getitem__, "th")


def filters(version: str, *, with_year: tuple[str, ...] = ()) -> None:
    """The row of filters every view shares: year, function, agency, stream, district.

    A choice draws the results anew (:func:`results`), one of the year the parts ``with_year`` too.
    """
    _row(version, ("year", "theme", "agency", "stream", "district"), with_year)


def place_and_time(version: str, *, timed: bool = True) -> None:
    """Year (where it is ``timed``) and district alone, for views that agency, function and stream say nothing about."""
    _row(version, ("year", "district") if timed else ("district",))


def _row(version: str, names: tuple[str, ...], with_year: tuple[str, ...] = ()) -> None:
    said = folded(names)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        for name in names:
            with apart.redraws(apart.RESULTS, *(with_year if name == "year" else ())):
                _filter(version, name)
    say_chosen(version, said)


def folded(names: tuple[str, ...]) -> DeltaGenerator:
    """On a phone the choices fold away under one line, so that the map is seen first: app.css does it with this mark.

    The widgets stay where they are, so the link and what was chosen stay as well; what is returned is the place beside
    the mark where :func:`say_chosen` says what is chosen.
    """
    st.session_state["_filters"] = names
    st.html(f'<details class="kradan-fold"><summary>{safe(t("filters"))}</summary></details>')
    st.session_state["_chosen_words"] = said = st.empty()
    return said


def _filter(version: str, name: str) -> None:
    if name == "year":
        _year(version)
        return
    if name in ("agency", "stream"):
        names = _present_names(version, name, language())
    else:
        names = theme_names() if name == "theme" else dict(sorted(district_names().items()))
    everything = t(EVERYTHING[name])
    choose(name, t(f"filter_{name}"), [ALL, *names], lambda code: names.get(code, everything), ALL)


def say_chosen(version: str, place: DeltaGenerator) -> None:
    """What is chosen, for a phone whose choices are folded."""
    now = chosen()
    words = (
        [year(now.fiscal_year) if now.fiscal_year else t("all_years")] if "year" in st.session_state["_filters"] else []
    )
    words += [theme_names()[now.theme]] if now.theme else []
    for name in ("agency", "stream"):
        code = getattr(now, name)
        words += [names_among(queries.code_list(version, name), {code}).get(code, code)] if code else []
    words += [district_names()[now.district]] if now.district else []
    place.html(f'<p class="kradan-chosen">{safe(" · ".join(words))}</p>')


def _year(version: str) -> None:
    usual = queries.usual_year(version)
    listed = [str(number + 543) for number in queries.years(version)]
    default = str(usual + 543) if usual is not None else ALL
    choose(
        "year",
        t("filter_year"),
        [*listed, ALL] if listed else [ALL],
        lambda be: year(int(be) - 543) if be else t("all_years"),
        default,
    )


# Lists of names are needed on every run of every session: they are kept by data version and language.
@kept(64)
def _present_names(version: str, name: str, language: str) -> dict[str, str]:
    return names_among(queries.code_list(version, name), set(queries.support(version)[f"{name}_code"].dropna()))


def names_among(listed: pd.DataFrame, present: set[str]) -> dict[str, str]:
    """Codes of a code list that are present, with their names, in the order of the names."""
    names = {row.code: name_of(row) for row in listed.itertuples() if row.code in present}
    rank = {words: index for index, words in enumerate(in_order(list(names.values())))}
    return dict(sorted(names.items(), key=lambda pair: rank[pair[1]]))


def theme_names() -> dict[str, str]:
    """Theme codes and their names, in the order of the code list."""
    return {entry["code"]: entry[f"name_{language()}"] for entry in codes.themes()}


def district_names() -> dict[str, str]:
    """District codes and their names."""
    return _district_names(settings.province(), language())


@kept(32)
def _district_names(province: str, language: str) -> dict[str, str]:
    table = queries.areas(None).drop_duplicates("district_code")
    return {row.district_code: name_of(row, "district_name") for row in table.itertuples()}


def subdistrict_names() -> dict[str, str]:
    """Subdistrict codes with ``subdistrict, district`` as words, in the order of the names."""
    return _subdistrict_names(settings.province(), language())


@kept(32)
def _subdistrict_names(province: str, language: str) -> dict[str, str]:
    pairs = {
        row.subdistrict_code: f"{name_of(row)} · {name_of(row, 'district_name')}"
        for row in queries.areas(None).itertuples()
    }
    rank = {name: index for index, name in enumerate(in_order(list(pairs.values())))}
    return dict(sorted(pairs.items(), key=lambda pair: rank[pair[1]]))


def province_name() -> str:
    """The province on the board."""
    return province_names().get(settings.province(), settings.province())


def province_names() -> dict[str, str]:
    """Codes and names of all provinces."""
    return _province_names(language())


@kept(2)
def _province_names(language: str) -> dict[str, str]:
    names = {place.code: place.name_en if language == "en" else place.name_th for place in geothai.provinces()}
    rank = {name: index for index, name in enumerate(in_order(list(names.values())))}
    return dict(sorted(names.items(), key=lambda pair: rank[pair[1]]))


def need_names(version: str) -> dict[str, str]:
    """Needs for which figures are in the store, with their names."""
    present = set(analysis.needs(version)["indicator_code"])
    language = st.session_state.get("lang", "th")
    return {
        entry["code"]: entry[f"name_{language}"]
        for entry in codes.indicators()
        if entry["direction"] == "need" and entry["code"] in present
    }
