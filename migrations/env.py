"""Alembic's entry: runs the revisions on the connection that `domain.database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from domain.schema import schema

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=schema(), compare_server_default=False)
with context.begin_transaction():
    context.run_migrations()
