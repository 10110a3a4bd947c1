"""polling: which accounts are polled instead of having a webhook, and which process does it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import run_script

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds, and no account is polled before somebody says so."""
    polling = sa.Computed("coalesce(settings ->> 'mode' = 'polling', false)", persisted=True)
    op.add_column("channel_accounts", sa.Column("polling", sa.Boolean(), polling, nullable=False))
    op.add_column("channel_accounts", sa.Column("poller", sa.UUID(), nullable=True))
    op.add_column("channel_accounts", sa.Column("poll_until", sa.DateTime(timezone=True), nullable=True))
    run_script("0012_polling.sql")
