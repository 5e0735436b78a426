"""Questions to answer before a file is stored: set-aside parts of the sheet, control totals that do not match."""

from __future__ import annotations

from typing import Any

import streamlit as st

from loaders.imports.set_aside import LEAVE, TAKE
from pages.session.text import baht, flat, t, whole

MOST_TOTALS = 5
CHOICE_KEYS = {TAKE: "set_aside_take", LEAVE: "set_aside_leave"}


def told(answer: dict[str, Any]) -> None:
    """Set-aside parts with their baht; after storing also the choice made, and who accepted unmet totals and why."""
    summary = answer["summary"]
    aside = summary.get("set_aside") or {}
    for part in aside.get("parts", ()):
        blanks = {"rows": whole(part["rows"]), "baht": baht(round(part["baht"] * 100))}
        st.caption(flat(t(f"set_aside_{part['kind']}", sheet=part["sheet"], column=part["heading"], **blanks)))
    if aside.get("parts") and aside.get("choice"):
        st.caption(f"{t('set_aside_question')}: {t(CHOICE_KEYS[aside['choice']])}")
    if accepted := summary.get("totals_accepted"):
        blanks = {"who": accepted["who"], "why": accepted["why"], "number": whole(accepted["totals"])}
        st.caption(flat(t("totals_unmet_accepted", **blanks)))


def set_aside(answer: dict[str, Any], number: int) -> str | None:
    """``take`` or ``leave`` for set-aside parts; "" where there are none or only folded rows, None until chosen."""
    aside = answer["summary"].get("set_aside") or {}
    kinds = {part["kind"] for part in aside.get("parts", ())} - {"outline_row"}
    if not kinds:
        return ""
    if aside["asked"]:
        st.warning(t("set_aside_needed"))
    return st.radio(
        t("set_aside_question"),
        (TAKE, LEAVE),
        None if aside["asked"] else 0,
        lambda choice: t(CHOICE_KEYS[choice]),
        key=f"set-aside-{number}",
        horizontal=True,
    )


def totals(answer: dict[str, Any], number: int) -> str | None:
    """Reason to store the file although totals do not match; "" where all match, None until ticked and explained."""
    unmet = [total for total in answer["summary"]["control_totals"] if not total["met"]]
    if not unmet:
        return ""
    for total in unmet[:MOST_TOTALS]:
        stated, summed = total.get("stated_baht", total.get("stated")), total.get("found_baht", total.get("found"))
        figures = {"stated": stated, "found": summed, "difference": stated - summed}
        words = {name: f"{figure:,.2f}" for name, figure in figures.items()}
        st.caption(flat(t("totals_unmet_row", row=total["row"], column=total["column"] or "–", **words)))
    is_agreed = st.checkbox(t("totals_unmet_agree", number=whole(len(unmet))), key=f"totals-{number}")
    why = st.text_input(t("totals_unmet_why"), max_chars=300, key=f"totals-why-{number}").strip()
    return why if is_agreed and why else None
