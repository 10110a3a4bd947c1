"""what an operator watches: figures across clinics, and indexes for what lies aside"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import run_script

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.create_index(
        "ix_inbox_parked",
        "inbox",
        ["clinic_id", "received_at"],
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "ix_outbox_doubt",
        "outbox",
        ["created_at"],
        postgresql_where=sa.text("state in ('unknown', 'refused')"),
    )
    run_script("0013_figures.sql")
