"""offers, duty, protocols, lots, notes and the start gate of tasks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.security import protect

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.create_table(
        "task_lots",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("dose", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("written_by", sa.UUID(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "task_id"],
            ["task_queue.clinic_id", "task_queue.id"],
            name=op.f("fk_task_lots_clinic_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "written_by"], ["users.clinic_id", "users.id"], name=op.f("fk_task_lots_clinic_id_written_by")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_task_lots_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_task_lots")),
    )
    op.create_index(op.f("ix_task_lots_clinic_id_task_id"), "task_lots", ["clinic_id", "task_id"], unique=False)
    op.create_table(
        "task_notes",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("chips", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("written_by", sa.UUID(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('note', 'amendment')", name=op.f("ck_task_notes_kind")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "task_id"],
            ["task_queue.clinic_id", "task_queue.id"],
            name=op.f("fk_task_notes_clinic_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "written_by"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_task_notes_clinic_id_written_by"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_task_notes_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_task_notes")),
    )
    op.create_index(op.f("ix_task_notes_clinic_id_task_id"), "task_notes", ["clinic_id", "task_id"], unique=False)
    op.create_table(
        "task_offers",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('offered', 'accepted', 'declined', 'expired')", name=op.f("ck_task_offers_state")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "task_id"],
            ["task_queue.clinic_id", "task_queue.id"],
            name=op.f("fk_task_offers_clinic_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "user_id"], ["users.clinic_id", "users.id"], name=op.f("fk_task_offers_clinic_id_user_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_task_offers_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_task_offers")),
        sa.UniqueConstraint("clinic_id", "task_id", "user_id", name=op.f("uq_task_offers_clinic_id_task_id_user_id")),
    )
    op.add_column("task_queue", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("task_queue", sa.Column("round", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "task_queue",
        sa.Column(
            "checklist", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column(
        "task_queue",
        sa.Column(
            "overrides", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column("task_queue", sa.Column("room_id", sa.UUID(), nullable=True))
    op.add_column("task_queue", sa.Column("handed_to", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_task_queue_clinic_id_room_id"), "task_queue", "rooms", ["clinic_id", "room_id"], ["clinic_id", "id"]
    )
    op.create_foreign_key(
        op.f("fk_task_queue_clinic_id_handed_to"),
        "task_queue",
        "users",
        ["clinic_id", "handed_to"],
        ["clinic_id", "id"],
    )
    protect("task_offers")
    protect("task_notes", "task_lots", append_only=True)
