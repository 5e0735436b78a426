"""A pressed row is kept by its number: a list whose rows changed is another widget, and a press opens what stood there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from loaders.words import catalogue
from tests.support import seeds
from tests.support.meeting_store import opened, run

CODE = catalogue("th")["column_code"]
# A list, the column that tells its rows apart (None: all of them), and choices that change the rows or their order.
LISTS = [
    ("registers", None, [{"register": "people", **more} for more in ({}, {"open": "open"}, {"find": "ท่าศาลา"}, {"district": "8008"}, {"kind": "volunteer"})]),
    ("registers", None, [{"register": "groups", **more} for more in ({}, {"find": "ออม"}, {"district": "8001"})]),
    ("coverage", CODE, [{"list": "places", **more} for more in ({}, {"theme": "livelihood"}, {"year": "2549"}, {"district": "8001"})]),
]  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[None]:
    with opened(seeds.copied("demo", tmp_path_factory.mktemp("pressed") / seeds.NAME), kept="demo"):
        yield


def pressable(page: AppTest) -> list:
    return [element for element in page.dataframe if element.proto.selection_mode]


def press(page: AppTest, element, row: int) -> AppTest:
    states = page._tree.get_widget_states()
    state = states.widgets.add(id=element.proto.id)
    state.string_value = json.dumps({"selection": {"rows": [row], "columns": [], "cells": []}})
    return page._run(states)


@pytest.mark.parametrize(
    ("view", "column", "choices"), LISTS, ids=[f"{view}-{choices[0]}" for view, _, choices in LISTS]
)
def test_a_list_with_other_rows_forgets_which_row_was_pressed(demo, view, column, choices):
    rows_by_id: dict[str, list] = {}
    for choice in choices:
        page = run(view, "th", ("fold-list",), **choice)
        for element in pressable(page):
            shown = element.value if column is None else element.value[[column]]
            if element.proto.id.endswith("-None") or (column and column not in element.value):
                continue
            rows_by_id.setdefault(element.proto.id, []).append(shown.astype(str).to_numpy().tolist())
    assert len(rows_by_id) > 1
    assert all(rows == several[0] for several in rows_by_id.values() for rows in several)


def test_a_press_opens_the_entry_that_stands_there_and_a_link_can_open_another(demo):
    page = run("registers", "th", register="people", open="open")
    (listed,) = pressable(page)
    first = press(page, listed, 0).session_state["entry"]
    assert first != press(page, listed, 1).session_state["entry"]
    page.session_state["entry"] = first  # as the link of another sheet does
    assert press(page, listed, 1).session_state["entry"] == first
