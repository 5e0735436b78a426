"""What follows when two bases are said to be one, and when that is taken back; what a retired entry is offered for."""

from __future__ import annotations

import pytest

from loaders import codes, setup, store
from loaders.decisions import words
from loaders.imports import learnt_layouts
from loaders.layouts.layout import Layout


@pytest.fixture
def board(engine):
    setup.ensure_code_lists(engine)
    yield engine
    codes.use({})


def layout(register: str) -> Layout:
    return Layout(code="x", base="x", register=register, columns={"ก": "area"})


def test_remembered_columns_follow_a_merge_and_its_undo(board):
    with store.writing(board) as connection:
        old = words.add(connection, "agency", {"name_th": "สำนักงานเก่า", "name_en": "Old"}, "clerk")
        new = words.add(connection, "agency", {"name_th": "ศูนย์ใหม่มาก", "name_en": "New"}, "clerk")
        learnt_layouts.remember(connection, {"k1": layout("support"), "k2": layout("support")}, old, "clerk")
        learnt_layouts.remember(connection, {"k2": layout("plan")}, new, "clerk")

        def known(base):
            found = learnt_layouts.answers(connection, base)
            return {key: (one.register, one.base) for key, one in sorted(found.items())}

        apart = {old: {"k1": ("support", old), "k2": ("support", old)}, new: {"k2": ("plan", new)}}
        assert {base: known(base) for base in (old, new)} == apart and set(known(None)) == {"k1"}
        words.merge(connection, "agency", old, new, "clerk")
        both = {"k1": ("support", new), "k2": ("plan", new)}  # the answer of the one that stands goes before
        assert known(old) == known(new) == known(None) == both
        words.undo_merge(connection, "agency", old, "clerk")
        assert {base: known(base) for base in (old, new)} == apart


def test_a_retired_entry_is_told_and_used_again(board):
    with store.writing(board) as connection:
        words.retire(connection, "theme", "health", "clerk")
        assert codes.retired("theme") == {"health"} and "health" in {one["code"] for one in codes.themes()}
        words.retire(connection, "theme", "health", "clerk", is_retired=False)
        assert not codes.retired("theme")
