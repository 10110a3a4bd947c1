"""The table of requests that need a second person."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, unique, uuid, words

approvals = clinic_table(
    "approvals",
    words("kind"),
    uuid("journey_id"),
    jsonb("facts"),
    words("state", default="waiting"),
    number("version", default=1),
    uuid("requested_by"),
    moment("requested_at"),
    moment("expires_at"),
    uuid("decided_by", null=True),
    moment("decided_at", null=True),
    words("reason", default=""),
    ref("journey_id", "workflow_states"),
    ref("requested_by", "users"),
    ref("decided_by", "users"),
    unique("kind", "journey_id", where="state = 'waiting'", name="uq_approvals_waiting"),
    CheckConstraint("state in ('waiting', 'approved', 'refused', 'expired', 'withdrawn')", name="state"),
    # Two people means two.
    CheckConstraint("state not in ('approved', 'refused') or decided_by <> requested_by", name="two_people"),
    Index(None, "clinic_id", "state"),
)
