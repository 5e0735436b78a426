"""From one meeting to the next: progress and outcomes, meetings and their agenda items, notes, contact persons."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, ForeignKey, Index, String, Table, Text

from loaders.store.tables.columns import Key, metadata, texts
from loaders.store.tables.decisions import decided

# Progress of a decision, team or project: the newest row counts, older ones are its history. ``before_value`` and
# ``after_value`` are values of ``measure``; NULL = not measured.
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

# A meeting, planned or held. ``batches``: numbers of the active batches when it was held, comma-joined (NULL = not held
# yet), so that the data of that day can be read again; ``held_at`` is the time.
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

# What must arrive before a meeting, beyond the reports that are due anyway: from a base, or from somebody named in
# text.
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

# A note on a place, record, organisation, decision, team or project. ``subject_key``: code of a place, number of a
# decision, and for rows of files ``digest/row/sheet``, so that a file loaded again keeps its notes. ``audience``: team
# or everyone.
note = Table(
    "note",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("subject", "subject_key", "audience"),
    Column("text", Text, nullable=False),
    *decided(),
    Index("note_by_subject", "subject", "subject_key"),
)

# Contact person for the data of a base; erased past its date like role holders.
base_person = Table(
    "base_person",
    metadata,
    Column("id", Key, primary_key=True),
    *texts("base", "office"),
    *texts("person", "phone", nullable=True),
    Column("retain_until", Date),
    *decided(),
)
