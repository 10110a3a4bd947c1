"""timers, rooms, hours, courses and checklists of treatments, alerts, flags of a journey"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import protect, run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.create_table(
        "timers",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_timers_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_timers")),
        sa.UniqueConstraint("clinic_id", "kind", "subject_id", name=op.f("uq_timers_clinic_id_kind_subject_id")),
    )
    op.create_index(op.f("ix_timers_clinic_id_due_at"), "timers", ["clinic_id", "due_at"], unique=False)
    op.create_index("ix_timers_due", "timers", ["due_at"], unique=False)
    op.create_table(
        "rooms",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("branch_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_th", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "branch_id"], ["branches.clinic_id", "branches.id"], name=op.f("fk_rooms_clinic_id_branch_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_rooms_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("clinic_id", "branch_id", "code", name=op.f("uq_rooms_clinic_id_branch_id_code")),
    )
    op.create_table(
        "health_alerts",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("blocks", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("noted_by", sa.UUID(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "kind in ('allergy', 'pregnancy', 'medicine', 'illness', 'reaction', 'other')",
            name=op.f("ck_health_alerts_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "cleared_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_health_alerts_clinic_id_cleared_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_health_alerts_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "noted_by"], ["users.clinic_id", "users.id"], name=op.f("fk_health_alerts_clinic_id_noted_by")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_health_alerts_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_health_alerts")),
    )
    op.create_index(
        op.f("ix_health_alerts_clinic_id_customer_id"), "health_alerts", ["clinic_id", "customer_id"], unique=False
    )
    op.add_column(
        "branches",
        sa.Column(
            "opening", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column("branches", sa.Column("address_th", sa.Text(), server_default="", nullable=False))
    op.add_column("branches", sa.Column("address_en", sa.Text(), server_default="", nullable=False))
    op.add_column("customers", sa.Column("nickname", sa.Text(), server_default="", nullable=False))
    op.add_column("customers", sa.Column("code", sa.Text(), nullable=True))
    op.add_column("customers", sa.Column("birth_date", sa.Date(), nullable=True))
    op.create_unique_constraint(op.f("uq_customers_clinic_id_code"), "customers", ["clinic_id", "code"])
    op.add_column("treatments", sa.Column("category", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "treatments",
        sa.Column(
            "packages", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column(
        "treatments",
        sa.Column(
            "checklist", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column(
        "treatments", sa.Column("lot_required", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("treatments", sa.Column("prep_th", sa.Text(), server_default="", nullable=False))
    op.add_column("treatments", sa.Column("prep_en", sa.Text(), server_default="", nullable=False))
    op.add_column("users", sa.Column("on_duty", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("users", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "workflow_actions",
        sa.Column(
            "data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column("workflow_states", sa.Column("minimum_satang", sa.BigInteger(), nullable=True))
    op.add_column(
        "workflow_states",
        sa.Column(
            "concerns", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column("workflow_states", sa.Column("session_treatment_id", sa.UUID(), nullable=True))
    op.add_column("workflow_states", sa.Column("performer_id", sa.UUID(), nullable=True))
    op.add_column(
        "workflow_states", sa.Column("performer_named", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("workflow_states", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("workflow_states", sa.Column("no_show_count", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "workflow_states", sa.Column("on_hold", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "workflow_states", sa.Column("adverse_open", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("workflow_states", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_workflow_states_clinic_id_performer_id"),
        "workflow_states",
        "users",
        ["clinic_id", "performer_id"],
        ["clinic_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_workflow_states_clinic_id_session_treatment_id"),
        "workflow_states",
        "treatments",
        ["clinic_id", "session_treatment_id"],
        ["clinic_id", "id"],
    )
    protect("timers", "rooms", "health_alerts")
    run_script("0003_timers.sql")
