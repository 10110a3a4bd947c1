"""Approvals by two people, payments that count no more, a clinic's own rules, and its statistics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import protect, run_script

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.create_table(
        "automation_rules",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column(
            "conditions", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "params", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.UUID(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "action in ('notify_owner', 'notify_managers', 'set_hold', 'give_points')",
            name=op.f("ck_automation_rules_action"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "changed_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_automation_rules_clinic_id_changed_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_automation_rules_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_automation_rules")),
        sa.UniqueConstraint("clinic_id", "key", name=op.f("uq_automation_rules_clinic_id_key")),
    )
    op.create_index(op.f("ix_automation_rules_clinic_id_fact"), "automation_rules", ["clinic_id", "fact"], unique=False)
    op.create_table(
        "automation_runs",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("rule_id", sa.UUID(), nullable=False),
        sa.Column("fact_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "rule_id"],
            ["automation_rules.clinic_id", "automation_rules.id"],
            name=op.f("fk_automation_runs_clinic_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_automation_runs_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_automation_runs")),
        sa.UniqueConstraint(
            "clinic_id", "rule_id", "fact_id", name=op.f("uq_automation_runs_clinic_id_rule_id_fact_id")
        ),
    )
    op.create_table(
        "approvals",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("requested_by", sa.UUID(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'expired', 'withdrawn')", name=op.f("ck_approvals_state")
        ),
        sa.CheckConstraint(
            "state not in ('approved', 'refused') or decided_by <> requested_by", name=op.f("ck_approvals_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "decided_by"], ["users.clinic_id", "users.id"], name=op.f("fk_approvals_clinic_id_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_approvals_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "requested_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_approvals_clinic_id_requested_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_approvals_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_clinic_id_state"), "approvals", ["clinic_id", "state"], unique=False)
    op.create_index(
        "uq_approvals_waiting",
        "approvals",
        ["clinic_id", "kind", "journey_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.add_column("payments", sa.Column("second_by", sa.UUID(), nullable=True))
    op.add_column("payments", sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_payments_clinic_id_second_by"), "payments", "users", ["clinic_id", "second_by"], ["clinic_id", "id"]
    )
    op.create_check_constraint(op.f("ck_payments_two_people"), "payments", "second_by <> confirmed_by")
    protect("automation_rules", "automation_runs", "approvals")
    run_script("0010_stats.sql")
