"""what follow-ups are planned for, minutes, reactions that end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.add_column("followup_executions", sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("followup_executions", sa.Column("subject_id", sa.UUID(), nullable=True))
    op.add_column("followup_executions", sa.Column("treatment_id", sa.UUID(), nullable=True))
    op.add_column("followup_executions", sa.Column("template_key", sa.Text(), nullable=True))
    op.add_column("followup_executions", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("followup_executions", sa.Column("handled_by", sa.UUID(), nullable=True))
    op.add_column("followup_executions", sa.Column("handled_note", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(
        op.f("fk_followup_executions_clinic_id_treatment_id"),
        "followup_executions",
        "treatments",
        ["clinic_id", "treatment_id"],
        ["clinic_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_followup_executions_clinic_id_handled_by"),
        "followup_executions",
        "users",
        ["clinic_id", "handled_by"],
        ["clinic_id", "id"],
    )
    op.add_column("followup_rules", sa.Column("offset_minutes", sa.Integer(), server_default="0", nullable=False))
