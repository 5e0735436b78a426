"""Imports of one session: folder of its uploads, child process, progress, result."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from loaders.files import guards, sandbox
from loaders.imports import batches
from loaders.problems import Refused
from pages.queries import store as queries
from pages.session import insides, sign_in, url_state
from pages.session.text import flat, t

PREFIX = "kradan-import-"
OLD_SECONDS = 24 * 3600
LOOK_EVERY = 0.5
MODULE = "loaders.imports.job"


def folder() -> Path:
    """Folder of this session's uploads; making one also deletes those of other sessions untouched for a day."""
    path = st.session_state.get("import_folder")
    if path is None or not Path(path).is_dir():
        for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            if time.time() - old.stat().st_mtime > OLD_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
        path = st.session_state["import_folder"] = tempfile.mkdtemp(prefix=PREFIX)
    return Path(path)


def keep_uploads(uploads: Sequence[Any]) -> list[dict[str, Any]]:
    """Write uploads into the folder under safe names; one over the size limit is left out, and the job refuses it."""
    shutil.rmtree(folder() / "files", ignore_errors=True)
    files = []
    for number, upload in enumerate(uploads):
        name = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "_", upload.name).strip(". ")[-120:] or "file"
        room = folder() / "files" / str(number)
        room.mkdir(parents=True)
        if upload.size <= guards.max_upload_bytes():
            (room / name).write_bytes(upload.getbuffer())
        files.append({"path": str(room / name)})
    insides.release_uploads(uploads)
    return files


def start(files: list[dict[str, Any]], *, store: bool = False, give_back: bool = False) -> None:
    """Start a job in a child process (team only); :func:`watch` shows its progress."""
    sign_in.team_only(queries.viewer())
    room, province = folder(), url_state.province()
    for name in ("progress.json", "result.json"):
        (room / name).unlink(missing_ok=True)
    job = {"files": files, "store": store, "give_back": give_back, "who": sign_in.person()}
    (room / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
    with (room / "errors.log").open("wb") as errors:
        process = sandbox.start(MODULE, [str(room)], room / "result.json", errors, {"KRADAN_PROVINCE": province})
    st.session_state["import_job"] = {
        "process": process,
        "files": files,
        "store": store,
        "give_back": give_back,
        "province": province,
    }


def is_running() -> bool:
    """Whether a job of this session runs or its result waits to be collected."""
    return "import_job" in st.session_state


def cancel() -> list[int]:
    """End the job and every process it started; returns the batches it had already stored.

    Storing is one transaction per file: a file without a batch here is not in the store.
    """
    job = st.session_state.pop("import_job")
    sandbox.end(job["process"])
    return [batch for batch in _stored(job) if batch]


def _stored(job: dict[str, Any]) -> list[int | None]:
    """Batch of each file of a job, or None; looked up in the store, since a job can die just after a commit."""
    if not job["store"]:
        return [None for _ in job["files"]]
    with queries.reading() as connection:
        return [batches.loaded_as(connection, Path(file["path"]), job["province"]) for file in job["files"]]


def _read(name: str) -> Any:
    try:
        return json.loads((folder() / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


@st.fragment(run_every=LOOK_EVERY)
def watch() -> None:
    """Progress bar, current step and the cancel button of the running job."""
    job = st.session_state.get("import_job")
    if job is None:
        return
    if job["process"].poll() is not None:
        _collect(job)
        st.rerun()
    progress = _read("progress.json") or {"step": "reading", "share": 0.0, "file": Path(job["files"][0]["path"]).name}
    st.progress(min(1.0, float(progress["share"])), t(f"step_{progress['step']}", file=flat(progress["file"])))
    if st.button(t("cancel"), key="cancel-import"):
        stored = ", ".join(str(batch) for batch in cancel())
        st.session_state["import_note"] = (
            t("import_cancelled_late", batches=stored) if stored else t("import_cancelled")
        )
        st.rerun()


def _unfinished(file: dict[str, Any], batch: int | None) -> dict[str, Any]:
    """Answer for a file whose job died; ``batch``: what :func:`_stored` found."""
    code = "import_failed" if batch is None else "import_ended_stored"
    return {"file": Path(file["path"]).name, "refused": {"code": code, "value": str(batch or "")}}


def _collect(job: dict[str, Any]) -> None:
    """Take over the answers of a job that has ended; a job that died gets coded answers too."""
    try:
        answers = sandbox.answer(folder() / "result.json")
    except Refused:
        answers = [_unfinished(file, batch) for file, batch in zip(job["files"], _stored(job), strict=True)]
    del st.session_state["import_job"]
    st.session_state["import_result"] = {
        "answers": answers,
        "files": job["files"],
        "stored": job["store"],
        "give_back": job["give_back"],
    }
    if job["store"]:
        shutil.rmtree(folder() / "files", ignore_errors=True)
