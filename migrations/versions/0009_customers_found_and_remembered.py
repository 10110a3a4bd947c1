"""search, notes and reminders of customers, news told together"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import protect, run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    run_script("0009_search.sql")
    op.create_table(
        "news",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "person_id"], ["persons.clinic_id", "persons.id"], name=op.f("fk_news_clinic_id_person_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_news_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_news")),
    )
    op.create_index(op.f("ix_news_clinic_id_person_id_at"), "news", ["clinic_id", "person_id", "at"], unique=False)
    op.create_table(
        "customer_notes",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.UUID(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_customer_notes_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "written_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_customer_notes_clinic_id_written_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_customer_notes_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_customer_notes")),
    )
    op.create_index(
        op.f("ix_customer_notes_clinic_id_customer_id_written_at"),
        "customer_notes",
        ["clinic_id", "customer_id", "written_at"],
        unique=False,
    )
    op.create_table(
        "reminders",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('remind', 'send')", name=op.f("ck_reminders_kind")),
        sa.CheckConstraint("state in ('waiting', 'done', 'cancelled', 'failed')", name=op.f("ck_reminders_state")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_reminders_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "user_id"], ["users.clinic_id", "users.id"], name=op.f("fk_reminders_clinic_id_user_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_reminders_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_reminders")),
    )
    op.create_index(
        "ix_reminders_waiting",
        "reminders",
        ["clinic_id", "user_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.add_column(
        "customers",
        sa.Column("search_text", sa.Text(), sa.Computed("search_key(name, nickname)", persisted=True), nullable=True),
    )
    op.create_index(
        op.f("ix_workflow_events_clinic_id_subject_id"), "workflow_events", ["clinic_id", "subject_id"], unique=False
    )
    protect("news", "reminders")
    protect("customer_notes", append_only=True)
