"""Form to map the columns of a sheet by hand where the layout is unknown or wrong; the answer is remembered."""

from __future__ import annotations

from typing import Any

import streamlit as st

from loaders import codes
from loaders.layouts.layout import PLACE, VALUES
from loaders.layouts.values import BAHT
from loaders.registers import defined
from pages.imports import preview as import_preview
from pages.session.text import flat, t

REGISTERS = (
    "support", "indicator", "organisation", "plan", "welfare_fund", "contribution", "role_holder", *defined(),
)  # fmt: skip
ERA_KEYS = {"auto": "era_auto", "be": "era_be", "ce": "era_ce"}
SHOWN_PLACE = tuple(column for column in PLACE if column != "precision")
NONE = ""
SIDE_BY_SIDE = 3
LONGEST_LABEL = 90
NAMES_A_PLACE = ("place_code", "subdistrict", "district", "province", "place_text", "latitude")


def _choices(register: str) -> list[str]:
    wide = [f"value:{entry['code']}" for entry in codes.indicators()] if register == "indicator" else []
    return [NONE, *SHOWN_PLACE, *VALUES[register], *wide]


def _is_enough(columns: dict[str, str], register: str, base: str | None) -> bool:
    """Whether the columns hold a place, a value and, for support, an agency; shows what is missing."""
    missing = [] if set(columns.values()) & set(NAMES_A_PLACE) else ["say_a_place"]
    if register == "support" and not base and "agency" not in columns.values():
        missing.append("say_whose_file")
    if not set(columns.values()) - {*PLACE, "reference", "fiscal_year"}:
        missing.append("say_a_value")
    for key in missing:
        st.error(t(key))
    return not missing


def mapping(answer: dict[str, Any], number: int, base: str | None) -> dict[str, Any] | None:
    """Ask what each column is; the answer for the job, None until the button is pressed and the answer is enough."""
    listed = answer.get("sheets", [])
    if not listed:
        return None
    with st.expander(t("change_mapping"), expanded="summary" not in answer):
        at = st.selectbox(
            t("column_sheet"),
            range(len(listed)),
            format_func=lambda index: listed[index]["sheet"],
            key=f"map-sheet-{number}",
        )
        sheet = listed[at]
        key = f"map-{number}-{sheet['key']}"  # widget state belongs to these headings, not to the next file
        with st.container(horizontal=True):
            proposed = sheet["register"] if sheet["register"] in REGISTERS else "support"
            register = st.selectbox(
                t("map_register"),
                REGISTERS,
                REGISTERS.index(proposed),
                lambda name: t(f"register_{name}"),
                key=f"{key}-register",
            )
            unit = st.selectbox(
                t("map_unit"),
                import_preview.UNITS,
                import_preview.UNITS.index(next(iter(sheet["units"].values()), "baht")) if _plain(sheet) else 0,
                lambda name: t(import_preview.UNIT_KEYS[name]),
                key=f"{key}-unit",
            )
            era = st.selectbox(
                t("map_era"), list(ERA_KEYS), format_func=lambda name: t(ERA_KEYS[name]), key=f"{key}-era"
            )
            year = st.text_input(
                t("map_year"), sheet["constants"].get("fiscal_year", ""), max_chars=4, key=f"{key}-year"
            )
        with st.form(f"{key}-{register}", border=False):  # a form: no rerun after each of many choices
            columns = _ask_columns(sheet, register, f"{key}-{register}")
            pressed = st.form_submit_button(t("read_again"), type="primary")
    if not pressed or not _is_enough(columns, register, base):
        return None
    units = dict.fromkeys(BAHT & set(columns.values()), unit) | {"fiscal_year": era}
    return {
        "key": sheet["key"],
        "answer": {
            "base": sheet["base"],
            "register": register,
            "columns": columns,
            "units": units,
            "constants": _constants(year.strip(), register, columns),
        },
    }


def _constants(year: str, register: str, columns: dict[str, str]) -> dict[str, str]:
    """The stated fiscal year, if the register has that column and the sheet does not."""
    is_wanted = year and "fiscal_year" in VALUES[register] and "fiscal_year" not in columns.values()
    return {"fiscal_year": year} if is_wanted else {}


def _plain(sheet: dict[str, Any]) -> bool:
    return next(iter(sheet["units"].values()), "baht") in import_preview.UNITS


def _ask_columns(sheet: dict[str, Any], register: str, key: str) -> dict[str, str]:
    """One choice per column, labelled with its heading and first value; the recognised meaning is preselected."""
    options = _choices(register)
    asked = [column for column in sheet["columns"] if not column["heading"].startswith("__group")]
    chosen: dict[str, str] = {}
    for start in range(0, len(asked), SIDE_BY_SIDE):
        for place, column in zip(st.columns(SIDE_BY_SIDE), asked[start : start + SIDE_BY_SIDE], strict=False):
            words = f"{column['heading']} · {column['first']}" if column["first"] else column["heading"]
            proposed = options.index(column["ours"]) if column["ours"] in options else 0
            ours = place.selectbox(
                flat(words[:LONGEST_LABEL]),
                options,
                proposed,
                import_preview.our_words,
                key=f"{key}-{column['heading']}",
            )
            if ours:
                chosen[column["heading"]] = ours
    return chosen
