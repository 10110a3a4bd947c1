"""Alembic's entry: runs the revisions on the connection that `domain.database.upgrade` hands over.

Each commits by itself: what one locks is free before the next begins, and who serves meanwhile waits less.
"""

from __future__ import annotations

from alembic import context

from domain.schema import schema

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=schema(), compare_server_default=False, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
