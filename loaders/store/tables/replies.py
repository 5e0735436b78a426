"""What people send back by the link on a sheet, who may ask by program, what came by itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, Text

from loaders.store.tables.columns import Key, metadata, texts

# How often the links of a subject, of an agency ("*" any subject) or of the board were taken back: a link carries the
# count that held when it was made.
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

# One message: right, wrong or missing, about a subject or about one row of it, which is named by the file's content, sheet
# and row as in a clearing. ``receipt`` is made on the form, so that a message sent twice is one. ``state``: waiting, accepted,
# refused. Note, contact and picture are the sender's words: for the data team, until ``retain_until``.
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

# A picture of the paper, written anew as JPEG (base64).
reply_picture = Table(
    "reply_picture", metadata, Column("digest", String, primary_key=True), Column("content", Text, nullable=False)
)

# What became of a source of files last time: the digest and mark of its file, the batch it was loaded as, loaded, unchanged,
# asked (a person has to answer) or refused.
fetched = Table(
    "fetched",
    metadata,
    Column("name", String, primary_key=True),
    *texts("state", "at"),
    *texts("digest", "tag", "problem", nullable=True),
    Column("batch_id", BigInteger),
)

# Who may ask by program: an agency's token, kept as its digest alone.
api_token = Table(
    "api_token",
    metadata,
    Column("id", Key, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    *texts("agency_code", "label", "granted_by", "granted_at"),
    Column("expires_on", Date),
    *texts("revoked_at", "revoked_by", nullable=True),
)
