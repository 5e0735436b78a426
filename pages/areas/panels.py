"""Panels of the register of areas: date field, map, table of districts, differences from today."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from geo import areas_over_time
from geo.frames import each_row
from geo.maps.board import ClassStyle
from geo.maps.palette import NOT_APPLICABLE, SEQUENTIAL
from loaders.areas import register as areas_register
from pages.components import dates, panels
from pages.components import map_layer as layers
from pages.queries import store as queries
from pages.session import url_state
from pages.session.scope import Scope
from pages.session.text import baht, day, name_of, safe, t, whole

FIRST = date(1900, 1, 1)
KINDS = ("district", "king_amphoe", "subdistrict", "village")


def _asked() -> date:
    try:
        return min(max(date.fromisoformat(str(st.session_state.get("asof"))), FIRST), date.today())
    except ValueError:
        return date.today()


def _take(chosen: date | None = None) -> None:
    """Set the day from a button (``chosen``) or from the text field; keep the old one if the text is no date."""
    st.session_state["asof"] = (chosen or dates.read(st.session_state["asof-day"]) or _asked()).isoformat()


def choose_day(areas: pd.DataFrame) -> date:
    """Return the day the page is about, part of the link; the arrow buttons step between days of change."""
    asked = _asked()
    url_state.current().use("asof", date.today().isoformat())
    st.session_state["asof"], st.session_state["asof-day"] = asked.isoformat(), dates.written(asked)
    days = areas_register.days_of_change(areas)
    before = max((change for change in days if change <= asked), default=None)
    after = min((change for change in days if change > asked), default=None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="asof-row"):
        dates.day_input(t("areas_day"), "asof-day", on_change=_take, width=220)
        earlier = before - timedelta(days=1) if before else None
        words = t("areas_earlier", day=day(earlier)) if earlier else t("areas_no_earlier")
        st.button(
            words,
            icon=":material/arrow_back:",
            disabled=earlier is None,
            on_click=_take,
            args=(earlier,),
            key="asof-back",
        )
        words = t("areas_later", day=day(after)) if after else t("areas_no_later")
        st.button(
            words, icon=":material/arrow_forward:", disabled=after is None, on_click=_take, args=(after,), key="asof-on"
        )
    return asked


def counts(then: pd.DataFrame) -> dict[str, int]:
    """Number of areas of that day per kind; the province itself is not counted."""
    numbers = then["kind"].value_counts()
    return {kind: int(numbers.get(kind, 0)) for kind in KINDS}


def areas_layer(scope: Scope, then: pd.DataFrame, now: pd.DataFrame) -> layers.Choropleth:
    """Today's subdistricts by parent on that day: district (d), king amphoe (k), another district (m), none yet (x)."""
    places = then[(then["level"] == "subdistrict") & then["present_code"].notna()].set_index("present_code")
    codes = queries.areas(scope, None)["subdistrict_code"]
    parent = codes.map(places["parent_code"])
    kind = parent.map(then[then["level"] == "district"].set_index("code")["kind"])
    moved = parent.ne(codes.map(now[now["level"] == "subdistrict"].set_index("code")["parent_code"]))
    classes = (
        pd.Series("d", index=codes.index).mask(moved, "m").mask(kind.eq("king_amphoe"), "k").mask(parent.isna(), "x")
    )
    styles = {
        "k": ClassStyle(SEQUENTIAL[4], "areas_king_amphoe"),
        "m": ClassStyle(SEQUENTIAL[2], "areas_elsewhere"),
        "d": ClassStyle(SEQUENTIAL[0], "areas_as_today"),
        "x": ClassStyle(NOT_APPLICABLE, "areas_not_yet"),
    }
    villages = queries.areas(scope, None)["villages"]
    return layers.Choropleth(styles, codes, classes, villages, "unit_villages")


def districts(scope: Scope, then: pd.DataFrame) -> pd.DataFrame:
    """One row per district of that day with its areas and records, names and kinds in words."""
    table = areas_over_time.districts_of_day(then, queries.placed_records(scope))
    named = table["district_code"].notna()
    return table.assign(
        name=[
            name_of(row) if has_code else t("areas_no_district")
            for row, has_code in zip(each_row(table), named, strict=True)
        ],
        kind_words=[t(f"kind_{kind}") if has_code else "" for kind, has_code in zip(table["kind"], named, strict=True)],
    )


def district_table(table: pd.DataFrame) -> None:
    """Table of the districts of that day."""
    columns = {"district_code": t("areas_code"), "kind_words": t("areas_kind"), "name": t("column_district"),
               "subdistricts": t("level_subdistrict"), "villages": t("level_village"), "records": t("column_records"),
               "amount_satang": t("column_amount")}  # fmt: skip
    panels.table(table, "areas", columns, height=940, formats={"amount_satang": baht})


def differences(then: pd.DataFrame, now: pd.DataFrame) -> None:
    """Table of areas whose code, kind, name or parent differs today."""
    changes = areas_over_time.changed_since(then, now)
    if changes.empty:
        st.info(t("areas_same"))
        return
    st.html(f"<b>{safe(t('areas_changed', number=whole(len(changes))))}</b>")
    names = dict(zip(then["code"], then["name_th"], strict=True)) | dict(zip(now["code"], now["name_th"], strict=True))
    shown = changes.assign(
        level=[t(f"kind_{level}") for level in changes["level"]],
        **{f"words_{side}": [_words(row, side, names) for row in each_row(changes)] for side in ("then", "now")},
    )
    columns = {"level": t("areas_kind"), "code_then": t("areas_code_then"), "words_then": t("areas_then"),
               "code_now": t("areas_code_now"), "words_now": t("areas_now")}  # fmt: skip
    panels.table(shown, "areas-changed", columns)


def _words(row: object, side: str, names: dict[str, str]) -> str:
    """Kind and name (``กิ่งอำเภอช้างกลาง``); a village or subdistrict with its parent."""
    code, kind, name = (getattr(row, f"{what}_{side}") for what in ("code", "kind", "name_th"))
    if pd.isna(code):
        return t("areas_not_there")
    parent = getattr(row, f"parent_code_{side}")
    where = "" if pd.isna(parent) or kind in ("district", "king_amphoe") else f" · {names.get(parent, parent)}"
    prefix = "" if kind == "village" else f"{t(f'kind_{kind}')} "  # its name contains the word for village
    return f"{prefix}{name}{where}"
