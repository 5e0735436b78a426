"""Replies by the link on a sheet, API tokens, and the state of files that are fetched automatically."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, Text

from loaders.store.tables.columns import Key, metadata, texts

# How often the links of a subject, of an agency ("*": any subject) or of the board were revoked: a link carries the
# count at the time it was made and is invalid when the count differs.
reply_link = Table(
    "reply_link",
    metadata,
    Column("kind", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("agency_code", String, primary_key=True),
    Column("generation", Integer, nullable=False),
    *texts("decided_by", "decided_at"),
    Column("reason", Text),
)

# One message: right, wrong or missing, about a subject or about one of its rows, named by file digest, sheet and row
# number as in a clearing. ``receipt`` is made on the form, so that a message sent twice is stored once. ``state``:
# waiting, accepted, refused. Note, contact and picture are the sender's personal data: only for the data team, until
# ``retain_until``.
reply = Table(
    "reply",
    metadata,
    Column("id", Key, primary_key=True),
    Column("receipt", String, nullable=False, unique=True),
    *texts("province_code", "kind", "code"),
    *texts("agency_code", "file_sha256", "sheet", nullable=True),
    Column("row", Integer),
    *texts("answer"),
    *texts("line", "note", "contact", nullable=True),
    Column("picture_digest", String),
    *texts("sent_at", "state"),
    *texts("decided_by", "decided_at", "on_behalf_of", nullable=True),
    Column("reason", Text),
    Column("correction_id", BigInteger),
    Column("retain_until", Date, nullable=False),
)

# A picture of the paper, re-encoded as JPEG (base64).
reply_picture = Table(
    "reply_picture", metadata, Column("digest", String, primary_key=True), Column("content", Text, nullable=False)
)

# Result of the last fetch of a source: digest and HTTP tag of its file, the batch it was loaded as, ``state`` loaded,
# unchanged, asked (a person must answer) or refused; ``problem`` also of a loaded file whose totals are not met.
fetched = Table(
    "fetched",
    metadata,
    Column("name", String, primary_key=True),
    *texts("state", "at"),
    *texts("digest", "tag", "problem", nullable=True),
    Column("batch_id", BigInteger),
)

# An agency's API token, stored only as a digest.
api_token = Table(
    "api_token",
    metadata,
    Column("id", Key, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    *texts("agency_code", "label", "granted_by", "granted_at"),
    Column("expires_on", Date),
    *texts("revoked_at", "revoked_by", nullable=True),
)
