"""what was brought before: a sender's events are found without reading everybody's; accounts in use can be claimed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import run_script

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds. The inbox keeps three days, so the index is quickly made."""
    op.create_index(
        "ix_inbox_lane",
        "inbox",
        ["clinic_id", "account_id", "lane"],
        postgresql_where=sa.text("payload is not null"),
    )
    run_script("0014_claims.sql")
