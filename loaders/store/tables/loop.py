"""The loop from one meeting to the next: states and outcomes, meetings with what must be in, notes, a person to ask."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, ForeignKey, Index, String, Table, Text

from loaders.store.tables.columns import Key, metadata, texts
from loaders.store.tables.decisions import decided

# What somebody said of a decision, a team or a project: the newest row counts, the older ones are its history.
# ``before_value`` and ``after_value`` are figures of ``measure``; NULL = nobody measured.
progress = Table(
    "progress",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("subject", "subject_key", "state"),
    *(Column(name, Text) for name in ("lead", "partners", "measure", "outcome")),
    Column("ends_on", Date),
    Column("before_value", Float),
    Column("after_value", Float),
    *decided(),
    Index("progress_by_subject", "subject", "subject_key"),
)

# A meeting, planned or held. ``batches``: the files in use when it was held (their numbers, comma-joined; NULL = not
# held yet), so that the state of that day can be read again; ``held_at`` is the moment.
meeting = Table(
    "meeting",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("batches", Text),
    Column("held_at", String),
    *decided(),
)

# What must be in before a meeting, beside the reports that are due anyway: from a base, or from somebody in words.
meeting_item = Table(
    "meeting_item",
    metadata,
    Column("id", Key, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("base", String),
    Column("from_whom", Text),
    Column("due_on", Date),
    *texts("done_by", "done_at", nullable=True),
    *decided(),
)

# A note to a place, a record, an organisation, a decision, a team or a project. ``subject_key``: the code of a place,
# the number of a decision, and for rows of files ``digest/row/sheet``: a file that is loaded anew finds its notes
# again. ``audience``: team, or everyone.
note = Table(
    "note",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("subject", "subject_key", "audience"),
    Column("text", Text, nullable=False),
    *decided(),
    Index("note_by_subject", "subject", "subject_key"),
)

# Whom to ask about the data of a base; erased past its date as role holders are.
base_person = Table(
    "base_person",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("base", "office"),
    *texts("person", "phone", nullable=True),
    Column("retain_until", Date),
    *decided(),
)
