"""Backups of a live store under writes, and the way back."""

from __future__ import annotations

import os
import sqlite3
import time
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from loaders import __main__ as shell
from loaders import store
from loaders.exchange import package as exchange_package
from loaders.problems import Refused
from loaders.store import StoreUnavailable, backup, tables
from loaders.store.privacy import DATA_TEAM
from loaders.store.restore import restore
from tests.loaders.store.test_store import exported
from tests.support import postgres, store_worker
from tests.support.stores import add_batch, support_rows, whole_batches


def address(engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def live_backups(url: str, engine, folder: Path, number: int) -> list[Path]:
    """Backups of a store while another process writes whole batches into it."""
    process, pipe = store_worker.start(store_worker.batches, url)
    assert pipe.recv() == "ready"
    files = [folder / f"{one}.backup" for one in range(number)]
    for file in files:
        time.sleep(0.02)
        assert backup.backup(engine, file)["bytes"] == file.stat().st_size > 0
    process.kill()
    process.join()
    return files


def test_a_backup_of_a_live_sqlite_store_is_whole_20_of_20(sqlite_engine, tmp_path):
    files = live_backups(address(sqlite_engine), sqlite_engine, tmp_path, 20)
    sizes = [whole_batches(store.open_store(f"sqlite:///{file}")) for file in files]  # a backup is a store
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def test_a_backup_of_a_live_postgresql_store_is_whole(postgres_engine, postgres_socket, tmp_path):
    """Four here; ``bench/store.py`` restores 20 of 20."""
    files, sizes = live_backups(address(postgres_engine), postgres_engine, tmp_path, 4), []
    with postgres.database(postgres_socket) as other:
        for file in files:
            restore(file, other)
            opened = store.open_store(other)
            sizes.append(whole_batches(opened))
            opened.dispose()
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def test_restore_gives_the_same_state_and_keeps_the_present_one(board, tmp_path):
    before = exported(board, tmp_path / "before")
    backup.backup(board, tmp_path / "saved")
    with store.writing(board) as connection:
        store.set_active(connection, [1, 2, 3], False, "by_hand", "tester")
        store.insert_rows(connection, tables.support, support_rows(add_batch(connection), 3))
    changed = exported(board, tmp_path / "changed")
    assert changed != before
    done = restore(tmp_path / "saved", address(board))
    board.dispose()
    assert exported(board, tmp_path / "after") == before
    with store.writing(board) as connection:  # the next key is above the restored ones
        highest = connection.execute(select(func.max(tables.import_batch.c.id))).scalar_one()
        assert add_batch(connection) == highest + 1
    restore(Path(done["kept"]), address(board))
    board.dispose()
    assert exported(board, tmp_path / "back") == changed


def test_a_reader_with_the_store_open_sees_the_restored_state(board, tmp_path):
    backup.backup(board, tmp_path / "saved")
    with store.writing(board) as connection:
        connection.execute(tables.support_summary.delete())
        connection.execute(tables.support.delete())
    other = store.engine_at(address(board))
    with store.reading(other) as connection:
        assert store.count(connection, tables.support) == 0
    restore(tmp_path / "saved", address(board))
    with store.reading(other) as connection:
        assert store.count(connection, tables.support) == 2


def test_what_is_no_backup_is_refused_and_nothing_changes(board, tmp_path):
    before = exported(board, tmp_path / "before")
    (tmp_path / "text").write_text("not a backup")
    (tmp_path / "empty").touch()
    with zipfile.ZipFile(tmp_path / "zip", "w") as package:
        package.writestr("manifest.json", "[]")
    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE setting (name, value)").connection.close()
    (tmp_path / "folder").mkdir()
    codes = dict.fromkeys(("text", "empty", "zip", "other.sqlite", "folder"), "backup_unreadable")
    for name, code in (codes | {"missing": "file_missing"}).items():
        with pytest.raises(Refused) as stop:
            restore(tmp_path / name, address(board))
        assert stop.value.problem.code == code, name
    assert exported(board, tmp_path / "after") == before


def test_a_half_file_is_refused(board, tmp_path):
    whole = tmp_path / "whole"
    backup.backup(board, whole)
    (tmp_path / "half").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises((Refused, StoreUnavailable)):
        restore(tmp_path / "half", address(board))
    with store.reading(board) as connection:
        assert store.count(connection, tables.support) == 2


def test_a_backup_of_a_newer_program_is_refused(board, tmp_path):
    with store.writing(board) as connection:
        setting = tables.setting
        connection.execute(setting.update().where(setting.c.name == "schema_version").values(value="99"))
    backup.backup(board, tmp_path / "newer")
    with store.writing(board) as connection:
        version = str(tables.SCHEMA_VERSION)
        connection.execute(setting.update().where(setting.c.name == "schema_version").values(value=version))
    with pytest.raises(StoreUnavailable) as stop:
        restore(tmp_path / "newer", address(board))
    assert stop.value.code == "store_newer"


def test_a_failed_backup_has_not_the_name_of_a_backup(board, tmp_path, monkeypatch):
    def broken(*_arguments) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(backup, "check_sqlite", broken)
    monkeypatch.setattr(backup, "copy_cursor", broken)
    with pytest.raises(OSError, match="full"):
        backup.backup(board, tmp_path / "saved")
    assert not list(tmp_path.glob("*saved*"))


def test_the_command_line_backs_up_and_restores(board, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", address(board))
    assert shell.main(["backup", str(tmp_path / "saved")]) == 0
    assert shell.main(["withdraw", "1"]) == 0
    assert shell.main(["restore", str(tmp_path / "saved")]) == 0
    board.dispose()
    with store.reading(board) as connection:
        assert store.read_batches(connection, viewer=DATA_TEAM)["is_active"].all()
    capsys.readouterr()
    assert shell.main(["restore", str(tmp_path / "nothing")]) == 2
    assert "file_missing" in capsys.readouterr().err


def test_a_backup_never_goes_onto_the_store_or_a_folder(sqlite_engine, tmp_path):
    with pytest.raises(Refused) as stop:
        backup.backup(sqlite_engine, Path(sqlite_engine.url.database))
    assert stop.value.problem.code == "backup_onto_store"
    with pytest.raises(IsADirectoryError):
        backup.backup(sqlite_engine, tmp_path)
    assert store.is_alive(sqlite_engine)


def test_a_state_has_a_name_of_its_own(engine, tmp_path):
    """A counter repeats after a restore: what a running board kept for one state it would show for the other."""

    def version() -> str:
        with store.reading(engine) as connection:
            return store.data_version(connection)

    def change() -> None:
        with store.writing(engine) as connection:
            store.touch(connection)

    seen = [version()]
    change()
    seen.append(version())
    backup.backup(engine, tmp_path / "one.backup")
    change()
    seen.append(version())
    restore(tmp_path / "one.backup", address(engine))
    engine.dispose()
    seen.append(version())
    change()
    seen.append(version())
    exchange_package.wipe(engine, "tester")
    seen.append(version())
    assert len(set(seen)) == len(seen)


def test_old_backups_of_the_program_and_debris_of_killed_ones_go(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("KRADAN_BACKUPS", str(tmp_path))
    monkeypatch.setenv("KRADAN_BACKUP_DAYS", "10")
    kept = [backup.keep(engine, "v7"), backup.keep(engine, "before-wipe")]
    debris = kept[0].with_name(f".{kept[0].name}.123.part")
    debris.write_bytes(b"half")
    nightly = tmp_path / "kradan-2026-11-01.backup"
    nightly.write_bytes(b"x")
    others = tmp_path / "holiday.backup"
    others.write_bytes(b"x")
    assert {oct(path.stat().st_mode & 0o777) for path in kept} == {"0o640"}
    assert backup.drop_old(engine) == 0
    assert backup.held(engine)["number"] == 4  # what a killed one left holds names, too
    for path, days in ((kept[0], 11), (debris, 2), (nightly, 11), (others, 99)):
        moment = time.time() - days * 86_400
        os.utime(path, (moment, moment))
    assert backup.drop_old(engine) == 3
    assert [path.exists() for path in (*kept, debris, nightly, others)] == [False, True, False, False, True]
