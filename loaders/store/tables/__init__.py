"""The store's tables (SQLAlchemy Core), by subject. Money is integer satang, dates are ISO, codes are text.

Every loaded row carries its batch, sheet and row number, so that any figure can be traced to its file. Rows of a
withdrawn batch stay; queries leave them out.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from loaders.registers import WithDefined
from loaders.store.tables.administration import audit, setting, sharing, user_role, word
from loaders.store.tables.areas import area, area_event, local_government, local_government_area
from loaders.store.tables.batches import (
    alias,
    batch_scope,
    correction,
    due,
    excluded,
    import_batch,
    layout,
    original,
    quarantine,
)
from loaders.store.tables.by_hand import entry_change, paper
from loaders.store.tables.columns import metadata
from loaders.store.tables.decisions import clearing, decision, override, project, scenario, snapshot, storyboard, team
from loaders.store.tables.loop import base_person, meeting, meeting_item, note, progress
from loaders.store.tables.registers import (
    agency,
    agency_entry,
    contribution,
    entry,
    indicator_value,
    organisation,
    plan,
    role_holder,
    stream,
    stream_entry,
    support,
    support_summary,
    welfare_fund,
)
from loaders.store.tables.replies import api_token, fetched, reply, reply_link, reply_picture

# Number of the newest migration; ``tests/loaders/store/test_upgrade.py`` compares tables and migrations.
SCHEMA_VERSION = 10

REGISTERS = WithDefined(
    {
        "support": support,
        "plan": plan,
        "welfare_fund": welfare_fund,
        "contribution": contribution,
        "organisation": organisation,
        "indicator": indicator_value,
        "role_holder": role_holder,
        "agency": agency_entry,
        "stream": stream_entry,
    },
    lambda _: entry,
)


def of_register(register: str) -> ColumnElement[bool]:
    """Condition for the rows of a register: all registers defined as data share one table."""
    return entry.c.register == register if REGISTERS[register] is entry else true()


__all__ = [
    "REGISTERS",
    "SCHEMA_VERSION",
    "agency",
    "agency_entry",
    "alias",
    "api_token",
    "area",
    "area_event",
    "audit",
    "base_person",
    "batch_scope",
    "clearing",
    "contribution",
    "correction",
    "decision",
    "due",
    "entry",
    "entry_change",
    "excluded",
    "fetched",
    "import_batch",
    "indicator_value",
    "layout",
    "local_government",
    "local_government_area",
    "meeting",
    "meeting_item",
    "metadata",
    "note",
    "of_register",
    "organisation",
    "original",
    "override",
    "paper",
    "plan",
    "progress",
    "project",
    "quarantine",
    "reply",
    "reply_link",
    "reply_picture",
    "role_holder",
    "scenario",
    "setting",
    "sharing",
    "snapshot",
    "storyboard",
    "stream",
    "stream_entry",
    "support",
    "support_summary",
    "team",
    "user_role",
    "welfare_fund",
    "word",
]
