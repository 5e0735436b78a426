"""Alembic environment: migrations run on the connection, and in the transaction, that the caller opened."""

from __future__ import annotations

from alembic import context

from loaders.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
