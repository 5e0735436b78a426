"""Uploads: kept on disk under harmless names, and gone from the server's memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from pages.imports import jobs as import_jobs
from pages.session import insides


def test_an_upload_lies_on_disk_and_no_longer_in_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    manager = MemoryUploadedFileManager("/upload")
    records = [
        UploadedFileRec(str(number), name, "text/csv", name.encode())
        for number, name in enumerate(("งาน.csv", "../../etc/passwd"))
    ]
    for record in (*records, UploadedFileRec("9", "not read yet.csv", "text/csv", b"x")):
        manager.add_file("me", record)
    run = SimpleNamespace(uploaded_file_mgr=manager, session_id="me")
    monkeypatch.setattr(insides, "get_script_run_ctx", lambda: run)
    monkeypatch.setattr(import_jobs, "folder", lambda: tmp_path)
    kept = [Path(one["path"]) for one in import_jobs.keep_uploads([UploadedFile(one, FileURLs()) for one in records])]
    assert [path.read_bytes().decode() for path in kept] == ["งาน.csv", "../../etc/passwd"]
    assert all(path.resolve().is_relative_to(tmp_path) for path in kept)
    assert list(manager.file_storage["me"]) == ["9"]
