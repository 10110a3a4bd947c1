"""menus: what an account's platform has from us, and outbox rows that switch a chat's menu"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Safe to run with the previous release up: it neither reads the columns nor writes rows of the new kind."""
    op.add_column("channel_accounts", sa.Column("menus", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")))
    op.add_column("channel_accounts", sa.Column("menus_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("ck_outbox_row_kind"), "outbox")
    op.create_check_constraint(
        op.f("ck_outbox_row_kind"), "outbox", "row_kind in ('answer', 'edit', 'notice', 'menu')"
    )
