"""Tables of tasks: the queue, who was asked, what was written down, and what each stage calls for."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, unique, uuid, words

# Read by the trigger `auto_assign_task`: entering `stage` opens a task of `kind`; a null treatment
# means every treatment.
stage_tasks = clinic_table(
    "stage_tasks",
    words("stage"),
    uuid("treatment_id", null=True),
    words("kind"),
    ref("treatment_id", "treatments"),
    unique("stage", "treatment_id", "kind"),
)

task_queue = clinic_table(
    "task_queue",
    uuid("journey_id"),
    words("kind"),
    words("state", default="requested"),
    number("version", default=1),
    uuid("assignee_id", null=True),
    words("note", default=""),
    # Why it was given back, paused, stopped or called off last.
    words("reason", default=""),
    # Who is being asked: 0 nobody yet, then the rounds of `tasks.model.Round`.
    number("round", default=0),
    # What was ticked off: {code: {"by": name, "user_id": id, "at": moment}}; the lines are the treatment's.
    jsonb("checklist"),
    # Reds of the start gate that somebody answers for: [{"gate", "reason", "by", "user_id", "at"}].
    jsonb("overrides", default="[]"),
    # Where it is done, and the colleague who is asked to take it over.
    uuid("room_id", null=True),
    uuid("handed_to", null=True),
    moment("created_at"),
    moment("accept_by", null=True),
    moment("accepted_at", null=True),
    moment("started_at", null=True),
    moment("completed_at", null=True),
    ref("journey_id", "workflow_states"),
    ref("assignee_id", "users"),
    ref("room_id", "rooms"),
    ref("handed_to", "users"),
    unique(
        "journey_id",
        "kind",
        where="state in ('requested', 'accepted', 'in_progress', 'on_hold')",
        name="uq_task_queue_open",
    ),
    CheckConstraint(
        "state in ('requested', 'accepted', 'declined', 'expired', 'in_progress', 'on_hold', 'released',"
        " 'completed', 'failed', 'cancelled', 'entered_in_error')",
        name="state",
    ),
)

# Who was asked to do a task, in which round, and what they answered.
task_offers = clinic_table(
    "task_offers",
    uuid("task_id"),
    uuid("user_id"),
    number("round"),
    words("state"),
    words("reason", default=""),
    moment("offered_at"),
    moment("answered_at", null=True),
    unique("task_id", "user_id"),
    ref("task_id", "task_queue"),
    ref("user_id", "users"),
    CheckConstraint("state in ('offered', 'accepted', 'declined', 'expired')", name="state"),
)

# What was written about a treatment: append-only. `chips` are codes of ready-made phrases.
task_notes = clinic_table(
    "task_notes",
    uuid("task_id"),
    Column("chips", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    words("text", default=""),
    words("kind"),
    uuid("written_by"),
    moment("written_at"),
    ref("task_id", "task_queue"),
    ref("written_by", "users"),
    CheckConstraint("kind in ('note', 'amendment')", name="kind"),
    Index(None, "clinic_id", "task_id"),
)

# Which product was used, from which lot, how much and where: append-only.
task_lots = clinic_table(
    "task_lots",
    uuid("task_id"),
    words("lot"),
    words("dose"),
    words("site"),
    uuid("written_by"),
    moment("written_at"),
    ref("task_id", "task_queue"),
    ref("written_by", "users"),
    Index(None, "clinic_id", "task_id"),
)
