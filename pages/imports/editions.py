"""Relation of a new file to batches in use: a new edition, an addition, another base's; money maybe counted twice."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from loaders import registers
from pages.components import panels, records
from pages.components.names import offered
from pages.session.scope import Scope
from pages.session.text import baht, coded, flat, t, whole

# Fates of the changes by hand of the replaced batch; how many of the overruled cells are listed.
CARRIED, MOST_TOLD = ("kept", "taken", "overruled", "gone"), 20
REPLACES, ADDS, OTHER_BASE = "replaces", "adds", "other_base"
OPTION_KEYS = {REPLACES: "edition_replaces", ADDS: "edition_adds", OTHER_BASE: "edition_other_base"}


def told(answer: dict[str, Any], *, stored: bool) -> None:
    """Say what storing does (or did) to invented data, to the replaced batch and to its changes by hand."""
    summary = answer["summary"]
    if stored and summary["demo_withdrawn"]:
        st.info(t("demo_gone", number=summary["demo_withdrawn"]))
    elif not stored and summary["demo_in_use"]:
        st.warning(t("demo_will_go", number=summary["demo_in_use"]))
    if stored and summary["replaces"]:
        st.info(t("edition_was_replaced", batches=", ".join(map(str, summary["replaces"]))))
        for what, number in summary.get("year_shares", {}).items():
            if number:
                st.info(t(f"edition_shares_{what}", records=whole(number)))
    carried = summary.get("carried") or {}
    if stored and sum(carried.get(name, 0) for name in CARRIED):
        st.info(t("edition_carried", **{name: whole(carried[name]) for name in CARRIED}))
        for cell in carried["cells"][:MOST_TOLD]:
            st.caption(flat(t("edition_overruled", row=cell["row"], column=_column(cell["register"], cell["column"]))))


def _column(register: str, column: str) -> str:
    if column == "area_code":
        return t("entry_place")
    return coded(f"entry_{register}_" if register in registers.defined() else "entry_", column)


def wish(scope: Scope, answer: dict[str, Any], number: int) -> dict[str, Any] | None:
    """Ask what the file is; fields of the job, ``{}`` without a match in use, None until a person has answered.

    "Adds to what is in use" is preselected unless the first match looks like an edition.
    """
    matches = answer["summary"]["editions"]
    if not matches:
        return {}
    first = matches[0]
    (st.warning if first["is_edition"] else st.caption)(
        flat(t("edition_asks", file=answer["file"], batch=first["batch"], old=first["file"]))
    )
    parts = {
        name: t("edition_part", rows=whole(first[name]["rows"]), baht=_baht(first[name]))
        for name in ("same", "new", "gone")
    }
    changed = first["changed"]
    parts["changed"] = t(
        "edition_part_changed",
        rows=whole(changed["rows"]),
        before=baht(round(changed["baht_before"] * 100)),
        baht=_baht(changed),
    )
    st.caption(flat(f"{t('edition_kind_' + first['kind'])}: {t('edition_counts', **parts)}"))
    _lines(scope, answer, number)
    options = [*((REPLACES, match["batch"]) for match in matches), (ADDS, 0), (OTHER_BASE, 0)]
    chosen = st.radio(
        t("edition_question"),
        options,
        None if first["is_edition"] else options.index((ADDS, 0)),
        lambda option: t(OPTION_KEYS[option[0]], batch=option[1]),
        key=f"edition-{number}",
    )
    if chosen is None:
        return None
    if chosen[0] == REPLACES:
        return {"replaces": [chosen[1]]}
    if chosen[0] == ADDS:
        return {"adds": True}
    names = offered(records.agency_names(scope), "agency")
    base = st.selectbox(
        t("whose_file"), sorted(names, key=names.__getitem__), None, names.__getitem__, key=f"base-of-{number}"
    )
    return {"adds": True, "base": base} if base else None


def _baht(part: dict[str, Any]) -> str:
    return baht(round(part["baht"] * 100))


def _money(value: float | None) -> str:
    return "" if value is None or pd.isna(value) else f"{value:,.2f}"


def _lines(scope: Scope, answer: dict[str, Any], number: int) -> None:
    lines = answer["summary"]["edition_lines"]
    if not lines:
        return
    with st.expander(t("edition_lines", number=whole(len(lines)))):
        shown = pd.DataFrame(lines).assign(
            what=[t(f"edition_{line['what']}") for line in lines],
            place=[_place(scope, line["place"]) for line in lines],
        )
        columns = {"what": t("column_difference"), "row": t("column_row"), "place": t("column_place"), "words": t("column_line"),
                   "baht_before": t("column_baht_before"), "baht": t("column_baht_now")}  # fmt: skip
        panels.table(shown, f"edition-{number + 1}", columns, formats={"baht_before": _money, "baht": _money})


def _place(scope: Scope, written: str) -> str:
    return records.place_words(scope, written) if written.isdecimal() else written


def near_repeats(scope: Scope, answer: dict[str, Any], number: int) -> None:
    """Warn before storing of lines that may be the same money as another line; the review desk decides them."""
    near = answer["summary"]["near_repeats"]
    if not near["rows"]:
        return
    st.warning(flat(t("near_repeats_found", file=answer["file"], rows=whole(near["rows"]), baht=_baht(near))))
    with st.expander(t("near_repeats_list", number=whole(near["rows"]))):
        shown = pd.DataFrame(
            [
                {
                    "row": pair["row"], "place": _place(scope, pair["place"]), "words": pair["words"], "baht": pair["baht"],
                    "with": f"{pair['of']['file'] or pair['of']['sheet']} · {pair['of']['row']} · {pair['of']['words']}",
                    "evidence": f"{t('near_' + pair['evidence'])} {pair['likeness']}%",
                }
                for pair in near["pairs"]
            ]
        )  # fmt: skip
        columns = {"row": t("column_row"), "place": t("column_place"), "words": t("column_line"), "baht": t("column_amount"),
                   "with": t("column_with"), "evidence": t("column_evidence")}  # fmt: skip
        panels.table(shown, f"near-{number + 1}", columns, formats={"baht": _money})
