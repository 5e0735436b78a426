"""No stored column is unread: each is shown or counted by a page, or says here why it is kept.

A column of a register counts as read where its register's room has it as a field, or where the code of pages, of the
interface for other tools or of ``geo`` names it. What only functions of ``loaders`` work with, which pages call, stands below
with them; a new column that nobody reads fails here, and so does a reason that is needed no more.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from geo import registers as rooms
from loaders import registers
from loaders.store import tables
from tests.conftest import ROOT

PLAIN = re.compile(r"[\w ,.%:&=?/-]+")  # a text that may be a list of columns, not a sentence of a document
# Who did a thing, when and for whom, and what was undone: the record of decisions, handed out with the package of all data.
TRAIL = {"on_behalf_of", "undone_by", "cleared_at", "done_by", "granted_by", "granted_at", "made_by", "noted_at", "retired_at", "retired_by", "retired_because",
         "revoked_by", "saved_at", "saved_by", "set_at", "set_by", "stated_at", "withdrawn_because"}  # fmt: skip
# Worked with by functions of loaders that pages call: column -> where.
WORKED_WITH = {
    "api_token": ({"expires_on"}, "loaders/replies/tokens.py"),
    "area": ({"valid_from", "valid_to"}, "loaders/areas/register.py"),
    "area_event": (
        {"event", "effective", "old_code", "old_parent_code", "new_parent_code", "split_from", "old_name"},
        "loaders/areas/register.py",
    ),
    "clearing": ({"file_sha256_a", "file_sha256_b"}, "loaders/decisions/clearings.py"),
    "correction": ({"outcome_reason", "alias_key", "satang_before", "satang_after"}, "loaders/imports/review"),
    "decision": ({"is_struck"}, "loaders/decisions/meetings.py"),
    "import_batch": ({"satang_quarantined", "satang_excluded"}, "loaders/imports/give_back.py"),
    "layout": ({"headings_key"}, "loaders/imports/learnt_layouts.py"),
    "local_government": ({"office_type", "entity_type"}, "loaders/areas/register.py"),
    "local_government_area": ({"local_government_code"}, "loaders/areas/register.py"),
    "reply": ({"correction_id"}, "loaders/replies/inbox.py"),
    "reply_link": ({"generation"}, "loaders/replies/links.py"),
}


def _constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and PLAIN.fullmatch(node.value):
        yield from re.findall(r"\w+", node.value)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield f"{node.values[0].value}{{}}"


@cache
def named(folder: str) -> frozenset[str]:
    """Every name in the code of a folder or module: attributes, keywords, and short texts that list columns."""
    path = ROOT / folder
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert files, folder
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    return frozenset(name for node in nodes for name in _constants(node))


def columns() -> dict[str, set[str]]:
    """Table, or register that is defined as data -> its columns."""
    found = {table.name: {column.name for column in table.c} for table in tables.metadata.sorted_tables}
    return found | {name: {column.stored for column in one.columns} for name, one in registers.defined().items()}


def unread(stored: dict[str, set[str]]) -> dict[str, set[str]]:
    """Columns that neither a room of the registers has as a field nor the code of pages or geo names."""
    fields: dict[str, set[str]] = {}
    for room in rooms.REGISTERS.values():
        fields.setdefault(room.table, set()).update(field.name for field in room.fields)
    read = named("pages") | named("geo")
    left = {table: names - read - fields.get(table, set()) for table, names in stored.items()}
    return {table: names for table, names in left.items() if names}


def test_every_stored_column_is_read_or_says_why():
    kept = {table: names - TRAIL for table, names in unread(columns()).items()}
    assert {table: names for table, names in kept.items() if names} == {table: names for table, (names, _) in WORKED_WITH.items()}  # fmt: skip


def test_a_reason_holds():
    """What is kept as a trail is stored somewhere and shown nowhere; what loaders work with is named there."""
    stored = columns()
    assert set().union(*stored.values()) >= TRAIL
    assert set().union(*unread(stored).values()) >= TRAIL
    for table, (names, where) in WORKED_WITH.items():
        begun = {name for name in names if f"{name.rsplit('_', 1)[0]}_{{}}" in named(where)}  # f"satang_{outcome}"
        assert names - begun <= named(where), (table, where, names - named(where))


def test_a_new_column_is_found():
    stored = columns()
    stored["plan"] = {*stored["plan"], "chosen_by_nobody"}
    assert unread(stored)["plan"] == {"chosen_by_nobody"}


def test_what_was_once_loaded_and_read_by_nobody_stands_in_a_table_or_a_room():
    """The five that the meeting's table named: each where its values are put before a person, not merely named."""
    fields = {name: {field.name for field in room.fields} for name, room in rooms.REGISTERS.items()}
    assert "village_list" in fields["groups"] and "cohort" in fields["communities"] & fields["plans"]
    for column, module in {
        "paid_satang": "pages/currents/speed.py",
        "received_on": "pages/registers/progress.py",
        "implementer": "pages/subdistrict/panels.py",
    }.items():
        assert column in named(module)
