"""plans in versions, courses with their sessions, points by line"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.security import protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Safe to run with the previous release up: it only adds."""
    op.create_table(
        "courses",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.Column("treatment_id", sa.UUID(), nullable=False),
        sa.Column("sessions_total", sa.Integer(), nullable=False),
        sa.Column("price_satang", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('open', 'cancelled')", name=op.f("ck_courses_state")),
        sa.CheckConstraint("sessions_total > 0", name=op.f("ck_courses_sessions")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "customer_id"],
            ["customers.clinic_id", "customers.id"],
            name=op.f("fk_courses_clinic_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_courses_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_courses_clinic_id_treatment_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_courses_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_courses")),
    )
    op.create_index(op.f("ix_courses_clinic_id_customer_id"), "courses", ["clinic_id", "customer_id"], unique=False)
    op.create_index(op.f("ix_courses_clinic_id_journey_id"), "courses", ["clinic_id", "journey_id"], unique=False)
    op.create_index(
        "uq_courses_open", "courses", ["clinic_id", "line_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "proposals",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("journey_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="sent", nullable=False),
        sa.Column("total_satang", sa.BigInteger(), nullable=False),
        sa.Column("minimum_satang", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.UUID(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("in_person", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "state in ('sent', 'accepted', 'declined', 'replaced', 'withdrawn')", name=op.f("ck_proposals_state")
        ),
        sa.CheckConstraint("total_satang > 0", name=op.f("ck_proposals_total")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "decided_by"],
            ["persons.clinic_id", "persons.id"],
            name=op.f("fk_proposals_clinic_id_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "journey_id"],
            ["workflow_states.clinic_id", "workflow_states.id"],
            name=op.f("fk_proposals_clinic_id_journey_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "sent_by"], ["users.clinic_id", "users.id"], name=op.f("fk_proposals_clinic_id_sent_by")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_proposals_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_proposals")),
        sa.UniqueConstraint(
            "clinic_id", "journey_id", "version", name=op.f("uq_proposals_clinic_id_journey_id_version")
        ),
    )
    op.create_index(
        "uq_proposals_current",
        "proposals",
        ["clinic_id", "journey_id"],
        unique=True,
        postgresql_where=sa.text("state in ('sent', 'accepted', 'declined')"),
    )
    op.create_table(
        "course_uses",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("course_id", sa.UUID(), nullable=False),
        sa.Column("task_id", sa.UUID(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("used_by", sa.UUID(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "course_id"],
            ["courses.clinic_id", "courses.id"],
            name=op.f("fk_course_uses_clinic_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "task_id"],
            ["task_queue.clinic_id", "task_queue.id"],
            name=op.f("fk_course_uses_clinic_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "used_by"], ["users.clinic_id", "users.id"], name=op.f("fk_course_uses_clinic_id_used_by")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_course_uses_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_course_uses")),
        sa.UniqueConstraint("clinic_id", "course_id", "nth", name=op.f("uq_course_uses_clinic_id_course_id_nth")),
        sa.UniqueConstraint("clinic_id", "task_id", name=op.f("uq_course_uses_clinic_id_task_id")),
    )
    op.create_table(
        "proposal_lines",
        sa.Column("clinic_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("proposal_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.UUID(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("price_satang", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("sessions > 0", name=op.f("ck_proposal_lines_sessions")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "proposal_id"],
            ["proposals.clinic_id", "proposals.id"],
            name=op.f("fk_proposal_lines_clinic_id_proposal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_proposal_lines_clinic_id_treatment_id"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_proposal_lines_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "id", name=op.f("pk_proposal_lines")),
        sa.UniqueConstraint(
            "clinic_id", "proposal_id", "position", name=op.f("uq_proposal_lines_clinic_id_proposal_id_position")
        ),
    )
    op.add_column("point_lots", sa.Column("line_id", sa.UUID(), nullable=True))
    op.add_column("point_lots", sa.Column("sessions", sa.Integer(), server_default="1", nullable=False))
    op.add_column("point_lots", sa.Column("parent_id", sa.UUID(), nullable=True))
    op.create_foreign_key(
        op.f("fk_point_lots_clinic_id_parent_id"),
        "point_lots",
        "point_lots",
        ["clinic_id", "parent_id"],
        ["clinic_id", "id"],
    )
    protect("courses", "proposals", "course_uses", "proposal_lines")
