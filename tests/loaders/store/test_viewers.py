"""Every way out of the store asks who looks: no default, so that nobody forgets it."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from loaders.store import tables, viewers

MODULES = (
    "loaders.store.read",
    "loaders.store.users",
    "loaders.store.code_lists",
    "loaders.decisions.clearings",
    "loaders.decisions.meetings",
    "loaders.decisions.scenarios",
    "loaders.exchange.formats",
    "loaders.exchange.package",
    "loaders.decisions.dues",
    "loaders.tracker",
)
# What takes a connection and needs no viewer: it writes, or nothing private comes out.
OPEN = {
    "read_typed": "the rows of a query that its caller has made for a viewer",
    "read_sharing": "the levels themselves, from which what a viewer may see is reckoned",
    "provinces_of": "two-digit codes by batch",
    "viewer_of": "makes the viewer",
    "due_people": "counts and a date for the data team's own page and command",
    "files_over": "digests, for the erasing of files",
    "registered": "names to codes for reading a file; never shown",
    "named_before": "names to codes, of the bases that the caller may show",
    "said": "names and other spellings in the code lists, which every page shows to everyone",
    "lay_over": "the same, laid over the shipped lists",
    "as_merged": "the rows that its caller was given, under the codes they were merged into",
    "storyboards": "order and titles of the wall's views, for everyone who opens the wall",
}
WRITES = {
    "agree", "book_project", "clear_pair", "decide", "ensure", "forget", "forget_people", "freeze", "grant", "load",
    "remove", "revoke", "save", "save_storyboard", "send_team", "send_teams", "set_due", "move", "move_year", "retire", "list_unasked", "share", "strike", "undo", "wipe",
}  # fmt: skip


def ways_out() -> dict[str, inspect.Signature]:
    """Public functions that are given a connection or an engine."""
    functions = {}
    for name in MODULES:
        for function in vars(import_module(name)).values():
            own = inspect.isfunction(function) and function.__module__ == name
            if own and not function.__name__.startswith("_"):
                signature = inspect.signature(function)
                if {"connection", "engine"} & set(signature.parameters):
                    functions[function.__name__] = signature
    return functions


@pytest.mark.parametrize(("name", "signature"), sorted(ways_out().items()))
def test_what_leaves_the_store_is_told_who_looks(name, signature):
    viewer = signature.parameters.get("viewer")
    if viewer is None:
        assert name in OPEN or name in WRITES, f"{name} has no viewer: who may see what it returns?"
    else:
        assert viewer.default is inspect.Parameter.empty, f"{name} would answer without being told who looks"


def test_the_lists_of_this_test_name_functions_that_are_there():
    assert {*OPEN, *WRITES} <= set(ways_out())


def test_registers_have_the_names_that_may_be_shared():
    assert tuple(tables.REGISTERS) == viewers.REGISTERS
