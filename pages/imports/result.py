"""Result of an import job, file by file, with the questions to answer and the store button."""

from __future__ import annotations

import streamlit as st

from pages.imports import batches as import_batches
from pages.imports import editions as import_editions
from pages.imports import jobs as import_jobs
from pages.imports import mapping as import_mapping
from pages.imports import preview as import_preview
from pages.imports import questions
from pages.imports import speaks_for as import_scope
from pages.session.scope import Scope
from pages.session.text import flat, problem_text, safe, t


def job_result(scope: Scope, result: dict, base: str | None) -> None:
    """Every file's account, then questions and one button for all that can be stored; or the give-back file."""
    if result["give_back"]:
        answer = result["answers"][0]
        st.error(flat(problem_text(answer["refused"]))) if "refused" in answer else import_batches.given_back(answer)
        return
    for number, answer in enumerate(result["answers"]):
        st.html(f"<h2 class='kradan-file'>{safe(answer['file'])}</h2>")
        _one(scope, answer, number, result, base)
    ready = import_preview.storable(result)
    if ready and not result["stored"]:
        asked = [
            (number, words) for number in ready for words in import_preview.doubts(result["answers"][number], base)
        ]
        agreed = [st.checkbox(words, key=f"doubt-{number}-{words}") for number, words in asked]
        asked_of = {number: result["answers"][number] for number in ready}
        wishes = {number: import_editions.wish(scope, answer, number) for number, answer in asked_of.items()}
        repeats = {
            number: import_preview.repeats_wish(answer, number, (wishes[number] or {}).get("replaces", ()))
            for number, answer in asked_of.items()
            if wishes[number] is not None
        }
        for number, answer in asked_of.items():
            import_editions.near_repeats(scope, answer, number)
        aside = {number: questions.set_aside(answer, number) for number, answer in asked_of.items()}
        totals = {number: questions.totals(answer, number) for number, answer in asked_of.items()}
        speaks = {
            number: import_scope.ask(scope, answer["speaks_for"], str(number)) for number, answer in asked_of.items()
        }
        replies = [*speaks.values(), *wishes.values(), *repeats.values(), *aside.values(), *totals.values()]
        is_answered = all(agreed) and None not in replies
        if st.button(t("store_files", number=len(ready)), type="primary", disabled=not is_answered, key="store"):
            files = import_preview.files_with(result, base)
            for number in ready:
                files[number] |= {
                    "leave_out_repeats": repeats[number] == import_preview.LEAVE,
                    "aside": aside[number] or None,
                    "totals_why": totals[number] or None,
                    "speaks_for": speaks[number],
                    **(wishes[number] or {}),
                }
            import_jobs.start([files[number] for number in ready], store=True)
            st.rerun()


def _one(scope: Scope, answer: dict, number: int, result: dict, base: str | None) -> None:
    if "refused" in answer:
        st.error(flat(problem_text(answer["refused"])))
    elif result["stored"]:
        st.success(t("stored_as", batch=answer["summary"]["batch"]))
    if "summary" in answer:
        import_editions.told(answer, stored=result["stored"])
        import_preview.account(answer, stored=result["stored"])
        import_preview.ledger(answer)
        questions.told(answer)
    import_preview.problems(answer, number)
    import_preview.sheets(scope, answer)
    if not result["stored"] and (mapping := import_mapping.mapping(answer, number, base)):
        import_preview.say(result["files"][number]["path"], mapping)
        import_jobs.start(import_preview.files_with(result, base))
        st.rerun()
