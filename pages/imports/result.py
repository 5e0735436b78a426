"""The answer of an import job on the screen: file by file, and the way on."""

from __future__ import annotations

import streamlit as st

from pages.imports import batches as batch_list
from pages.imports import jobs as import_jobs
from pages.imports import mapping as import_mapping
from pages.imports import preview as importing
from pages.session.scope import Scope
from pages.session.text import flat, safe, t


def show(scope: Scope, result: dict, base: str | None) -> None:
    """Every file's account, then one button for all that can be stored; or the file to give back."""
    if result["give_back"]:
        answer = result["answers"][0]
        st.error(flat(importing.sentence(answer["refused"]))) if "refused" in answer else batch_list.given_back(
            answer["file"]
        )
        return
    for number, answer in enumerate(result["answers"]):
        st.html(f"<h2 class='kradan-file'>{safe(answer['file'])}</h2>")
        _one(scope, answer, number, result, base)
    ready = importing.storable(result)
    if ready and not result["stored"]:
        asked = [(number, words) for number in ready for words in importing.doubts(result["answers"][number])]
        agreed = [st.checkbox(words, key=f"doubt-{number}-{words}") for number, words in asked]
        repeats = {number: importing.repeats_wish(result["answers"][number], number) for number in ready}
        is_said = all(agreed) and None not in repeats.values()
        if st.button(t("store_files", number=len(ready)), type="primary", disabled=not is_said, key="store"):
            files = importing.files_with(result, base)
            for number, wish in repeats.items():
                files[number]["leave_out_repeats"] = wish == importing.LEAVE
            import_jobs.start([files[number] for number in ready], store=True)
            st.rerun()


def _one(scope: Scope, answer: dict, number: int, result: dict, base: str | None) -> None:
    if "refused" in answer:
        st.error(flat(importing.sentence(answer["refused"])))
    elif result["stored"]:
        st.success(t("stored_as", batch=answer["summary"]["batch"]))
    if "summary" in answer:
        importing.account(answer, stored=result["stored"])
        importing.ledger(answer)
    importing.problems(answer, number)
    importing.sheets(scope, answer)
    if not result["stored"] and (said := import_mapping.mapping(answer, number, base)):
        importing.say(result["files"][number]["path"], said)
        import_jobs.start(importing.files_with(result, base))
        st.rerun()
