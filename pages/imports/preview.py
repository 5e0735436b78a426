"""Preview of an import: account of rows and money, fate of each column, sample rows, problems, questions on repeats."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

import pandas as pd
import streamlit as st

from loaders import codes
from loaders.layouts.values import BAHT
from loaders.thai.numbers import UNIT_BAHT
from pages.components import panels, records
from pages.imports import jobs as import_jobs
from pages.session import insides
from pages.session.scope import Scope
from pages.session.text import baht, day, flat, language, problem_text, safe, t, whole

NOT_MONEY_KEYS = {
    "code": "not_money_code", "coordinate": "not_money_coordinate", "identifier": "not_money_identifier", "phone": "not_money_phone",
    "year": "not_money_year",
}  # fmt: skip
FATE_KEYS = {
    "used": "fate_used", "sum": "fate_sum", "difference": "fate_difference", "check": "fate_check", "not_money": "fate_not_money",
    "kept": "fate_kept", "asked": "fate_asked", "left_out": "fate_left_out",
}  # fmt: skip
UNITS = tuple(UNIT_BAHT)
UNIT_KEYS = {unit: f"unit_{unit}" for unit in UNITS}
WILL_KEYS = {"loaded": "will_loaded", "quarantined": "will_quarantined", "excluded": "will_excluded"}
KEEP, LEAVE = "keep", "leave"
REPEAT_KEYS = {LEAVE: "repeats_leave", KEEP: "repeats_keep"}


def box_words() -> str:
    """CSS that replaces the words of Streamlit's file uploader, which exist in English only."""
    words = {
        insides.FILE_BUTTON: t("choose_files_button"),
        insides.FILE_LIMIT: t("choose_files_limit", size=st.get_option("server.maxUploadSize")),
    }  # fmt: skip
    style = "{place} {{ font-size: 0; }} {place}::after {{ content: {words}; font-size: 1rem; }}"
    rules = [style.format(place=place, words=json.dumps(ours, ensure_ascii=False)) for place, ours in words.items()]
    return f"<style>{' '.join(rules)}</style>"


def account(answer: dict[str, Any], *, stored: bool) -> None:
    """Rows and baht by outcome, check against the sheet's own totals, and why rows are excluded."""
    summary = answer["summary"]
    panels.figures(
        [
            (
                t(f"give_back_{name}" if stored or name != "loaded" else "will_load"),
                whole(summary["rows_in" if name == "in" else name]),
            )
            for name in ("in", "loaded", "quarantined", "excluded")
        ]
    )
    money = [baht(round(summary[f"baht_{name}"] * 100)) for name in ("in", "loaded", "quarantined", "excluded")]
    if summary["baht_in"]:
        st.caption(t("account_money", total=money[0], loaded=money[1], quarantined=money[2], excluded=money[3]))
    if summary.get("as_of"):
        st.caption(t("file_as_of", day=day(summary["as_of"])))
    checks = summary["control_totals"]
    unmet = [check for check in checks if not check["met"]]
    if checks:
        (st.warning if unmet else st.success)(t("checks_met", met=len(checks) - len(unmet), all=len(checks)))
    for check in unmet[:10]:
        stated, summed = check.get("stated_baht", check.get("stated")), check.get("found_baht", check.get("found"))
        st.caption(
            flat(
                problem_text(
                    check
                    | {"code": "control_total_mismatch", "value": f"{stated:,.2f}", "suggestion": f"{summed:,.2f}"}
                )
            )
        )
    for reason, rows in summary["excluded_by_reason"].items():
        st.caption(f"{whole(rows)} {t('records')}: {problem_text({'code': reason})}")


def ledger(answer: dict[str, Any]) -> None:
    """Table of the fate of every column, and a caption on columns of figures that are kept but not counted."""
    summary = answer["summary"]
    for melted in summary.get("melted", ()):
        _, kind, number = melted.split(":", 2)
        st.caption(flat(t(f"melted_{kind}", number=codes.agency_name(number) if kind == "title_agency" else number)))
    columns = summary.get("columns", ())
    unused = [
        column["heading"]
        for column in columns
        if column["fate"] == "kept" and column["figures"] * 2 > column["cells"] > 0
    ]
    if unused:
        st.caption(flat(t("columns_kept", number=len(unused), headings=", ".join(unused))))
    if not columns:
        return
    with st.expander(t("columns_ledger")):
        rows = [
            (
                column["heading"],
                column["cells"],
                f"{column['sum']:,.2f}" if column["figures"] else "",
                _unit(column),
                _fate(column),
            )
            for column in columns
        ]
        heads = [
            t(key) for key in ("column_their_heading", "column_filled", "column_sum", "column_unit", "column_fate")
        ]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, width="stretch")


def _unit(column: dict[str, Any]) -> str:
    return t(UNIT_KEYS[column["unit"]]) if column["unit"] in UNITS and column["figures"] else ""


def _fate(column: dict[str, Any]) -> str:
    of = column["of"]
    if column["fate"] == "used":
        of = our_words(of)
    elif column["fate"] == "not_money":
        of = t(NOT_MONEY_KEYS[of])
    elif column["fate"] in ("kept", "asked", "left_out"):
        of = ""
    return t(FATE_KEYS[column["fate"]]) + (f": {of}" if of else "")


def sheets(scope: Scope, answer: dict[str, Any]) -> None:
    """Per sheet: mapping of its columns, constants, and the first rows as read."""
    for sheet in answer.get("sheets", ()):
        use = t(f"register_{sheet['register']}") if not sheet["refuse"] else t("sheet_not_used")
        with st.expander(
            f"{flat(sheet['sheet'])} · {use} · {whole(sum(sheet['rows'].values()))} {t('records')}",
            expanded=not sheet["refuse"],
        ):
            if sheet["refuse"]:
                st.caption(flat(problem_text(_why_not(answer, sheet))))
            rows = [
                (
                    column["heading"],
                    our_words(column["ours"]),
                    t(f"how_{column['how']}") if column["ours"] else "",
                    column["first"],
                )
                for column in sheet["columns"]
            ]
            heads = [t("column_their_heading"), t("column_our_column"), t("column_how"), t("column_first_value")]
            st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, width="stretch")
            if constants := _constants(sheet):
                st.caption(flat(constants))
            _sample(scope, sheet)


def _why_not(answer: dict[str, Any], sheet: dict[str, Any]) -> dict[str, Any]:
    """Problem because of which a sheet is not used; without one, its code with the first headings."""
    reasons = (
        problem
        for problem in answer.get("problems", ())
        if (problem["code"], problem.get("sheet")) == (sheet["refuse"], sheet["sheet"])
    )
    heads = ", ".join(column["heading"] for column in sheet["columns"][:8])
    return next(reasons, {"code": sheet["refuse"], "value": heads})


def _constants(sheet: dict[str, Any]) -> str:
    parts = [
        f"{our_words(name)}: {codes.agency_name(value) if name == 'agency' else value}"
        for name, value in sheet["constants"].items()
    ]
    parts += [f"{our_words(name)}: {t(UNIT_KEYS[unit])}" for name, unit in sheet["units"].items() if unit in UNITS]
    return t("for_every_row", values=" · ".join(parts)) if parts else ""


def _sample(scope: Scope, sheet: dict[str, Any]) -> None:
    if not sheet["sample"]:
        return
    st.html(f"<b>{safe(t('rows_as_read'))}</b>")
    shown = []
    for row in sheet["sample"]:
        line = {
            t("column_row"): str(row["row"]),
            t("column_state"): t(WILL_KEYS[row["outcome"]]),
            t("column_place"): records.place_words(scope, row["area_code"]),
        }
        for name, value in row.items():
            if name not in {"row", "outcome", "reason", "area_code", "written"}:
                line[our_words(name)] = (
                    "" if value is None else f"{int(value) / 100:,.2f}" if name in BAHT else str(value)
                )
        shown.append(line)
    st.dataframe(pd.DataFrame(shown), hide_index=True, width="stretch")


def problems(answer: dict[str, Any], number: int) -> None:
    """Table of problems with sheet, row, column and value."""
    listed = answer.get("problems", [])
    if not listed:
        return
    with st.expander(
        t("problems_found", number=whole(sum(answer.get("summary", {}).get("problems", {}).values()) or len(listed)))
    ):
        rows = [
            (
                problem.get("sheet", ""),
                problem.get("row"),
                problem.get("column", ""),
                problem.get("value", ""),
                problem_text(problem),
            )
            for problem in listed
        ]
        heads = ["sheet", "row", "column", "value", "why"]
        words = {
            "sheet": t("column_sheet"),
            "row": t("column_row"),
            "column": t("column_their_heading"),
            "value": t("column_value"),
            "why": t("column_why"),
        }
        panels.table(
            pd.DataFrame(rows, columns=heads),
            f"problems-{number + 1}",
            words,
            formats={"row": lambda row: "" if pd.isna(row) else f"{int(row):,}"},
        )


def our_words(column: str) -> str:
    """Title of one of our columns; ``value:CODE@YEAR`` becomes the indicator's name with its Buddhist year."""
    if column.startswith("value:"):
        code, _, year = column.removeprefix("value:").partition("@")
        names = {entry["code"]: entry[f"name_{language()}"] for entry in codes.indicators()}
        return f"{names.get(code, code)} {int(year) + 543 if year else ''}".strip()
    return t(f"ours_{column}") if column else t("ours_unused")


def files_with(result: dict[str, Any], base: str | None) -> list[dict[str, Any]]:
    """Files of a result with the answers given so far, as input of another job."""
    answered = st.session_state.get("import_answers", {})
    ready = []
    for file, answer in zip(result["files"], result["answers"], strict=True):
        answers = {
            key: value | {"base": base or value["base"]} for key, value in answered.get(file["path"], {}).items()
        }
        ready.append(
            {
                "path": file["path"],
                "base": base,
                "answers": answers,
                "confirmed": bool(answer.get("summary", {}).get("to_confirm")),
            }
        )
    return ready


def say(path: str, mapping: dict[str, Any]) -> None:
    """Keep a mapping for the next reading of this file in this session."""
    st.session_state.setdefault("import_answers", {}).setdefault(path, {})[mapping["key"]] = mapping["answer"]


def storable(result: dict[str, Any]) -> list[int]:
    """Positions of the files that were not refused."""
    return [number for number, answer in enumerate(result["answers"]) if "refused" not in answer]


def doubts(answer: dict[str, Any], base: str | None = None) -> Iterable[str]:
    """Doubts that a person has to confirm, in words; a chosen ``base`` settles ``agency_not_named``."""
    for doubt in answer.get("summary", {}).get("to_confirm", ()):
        name, _, column = doubt.partition(":")
        if name == "agency_not_named" and base:
            continue
        is_theirs = name in ("column_unexplained", "unit_impossible", "unit_other", "amount_outlier")
        yield t(f"doubt_{name}", column=flat(column) if is_theirs else our_words(column) if column else "")


def repeats_wish(answer: dict[str, Any], number: int, replaced: Collection[int] = ()) -> str | None:
    """What to do with lines that another file already has: ``keep`` or ``leave``; None until a person has chosen.

    Lines of batches that the file replaces are no repeats; without repeats the answer is ``keep``.
    """
    origins = [origin for origin in answer["summary"]["repeats"]["of"] if origin["batch"] not in replaced]
    if not origins:
        return KEEP
    rows, money = sum(origin["rows"] for origin in origins), sum(round(origin["baht"] * 100) for origin in origins)
    st.warning(t("repeats_found", rows=whole(rows), baht=baht(money), file=flat(answer["file"])))
    for origin in origins:
        st.caption(
            t(
                "repeats_of",
                rows=whole(origin["rows"]),
                baht=baht(round(origin["baht"] * 100)),
                batch=origin["batch"],
                file=flat(origin["file"]),
            )
        )
    return st.radio(
        t("repeats_question"),
        list(REPEAT_KEYS),
        None,
        lambda wish: t(REPEAT_KEYS[wish]),
        key=f"repeats-{number}",
        horizontal=True,
    )


def running() -> bool:
    """Show the progress of a job; False if there is none."""
    if import_jobs.is_running():
        import_jobs.watch()
        return True
    return False
