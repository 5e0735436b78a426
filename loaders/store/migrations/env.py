"""How alembic reaches the store: always over the connection (and inside the transaction) that the caller opened."""

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
