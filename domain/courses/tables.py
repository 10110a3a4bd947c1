"""Tables of courses and of the sessions that were had of them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index

from domain.database.metadata import clinic_table, moment, number, ref, satang, unique, uuid, words

# `line_id` is a line of a proposal, or the journey itself where no proposal was written: no foreign key fits both.
courses = clinic_table(
    "courses",
    uuid("journey_id"),
    uuid("customer_id"),
    uuid("line_id"),
    uuid("treatment_id"),
    number("sessions_total"),
    satang("price_satang"),
    words("state", default="open"),
    moment("opened_at"),
    moment("expires_at"),
    ref("journey_id", "workflow_states"),
    ref("customer_id", "customers"),
    ref("treatment_id", "treatments"),
    unique("line_id", where="state = 'open'", name="uq_courses_open"),
    CheckConstraint("state in ('open', 'cancelled')", name="state"),
    CheckConstraint("sessions_total > 0", name="sessions"),
    Index(None, "clinic_id", "journey_id"),
    Index(None, "clinic_id", "customer_id"),
)

# One row a session that was had: a task counts once, and the n-th session exists once.
course_uses = clinic_table(
    "course_uses",
    uuid("course_id"),
    uuid("task_id"),
    number("nth"),
    uuid("used_by", null=True),
    moment("used_at"),
    unique("task_id"),
    unique("course_id", "nth"),
    ref("course_id", "courses"),
    ref("task_id", "task_queue"),
    ref("used_by", "users"),
)
