"""Appointments: a time, a room and a person are taken once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import protect

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.create_table(
        "appointments",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("treatment_id", sa.UUID(), nullable=False),
        sa.Column("branch_id", sa.UUID(), nullable=True),
        sa.Column("room_id", sa.UUID(), nullable=True),
        sa.Column("performer_id", sa.UUID(), nullable=True),
        sa.Column("named", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("accepted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("clinic_id"), "="),
            (sa.column("performer_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state in ('held', 'booked', 'confirmed', 'arrived', 'started')"),
            deferrable=True,
            initially="IMMEDIATE",
            using="gist",
            name="ex_appointments_performer",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("clinic_id"), "="),
            (sa.column("room_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state in ('held', 'booked', 'confirmed', 'arrived', 'started')"),
            using="gist",
            name="ex_appointments_room",
        ),
        sa.CheckConstraint(
            "state in ('held', 'booked', 'confirmed', 'arrived', 'started', 'done', 'cancelled', 'no_show', 'lapsed')",
            name=op.f("ck_appointments_state"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointments_length")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "branch_id"],
            ["branches.clinic_id", "branches.id"],
            name=op.f("fk_appointments_clinic_id_branch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "created_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_appointments_clinic_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_appointments_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_appointments_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "performer_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_appointments_clinic_id_performer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "room_id"], ["rooms.clinic_id", "rooms.id"], name=op.f("fk_appointments_clinic_id_room_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_appointments_clinic_id_treatment_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_appointments_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_appointments")),
    )
    op.create_index(
        op.f("ix_appointments_clinic_id_customer_id"), "appointments", ["clinic_id", "customer_id"], unique=False
    )
    op.create_index("ix_appointments_starts_at", "appointments", ["clinic_id", "starts_at"], unique=False)
    op.create_index(
        "uq_appointments_live",
        "appointments",
        ["clinic_id", "journey_id"],
        unique=True,
        postgresql_where=sa.text("state in ('held', 'booked', 'confirmed', 'arrived', 'started')"),
    )
    protect("appointments")
