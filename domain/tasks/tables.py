"""Tables of tasks (`task_queue`) and of what each stage calls for (`stage_tasks`)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint

from domain.database.metadata import clinic_table, moment, number, ref, unique, uuid, words

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
    moment("created_at"),
    moment("accept_by", null=True),
    moment("accepted_at", null=True),
    moment("started_at", null=True),
    moment("completed_at", null=True),
    ref("journey_id", "workflow_states"),
    ref("assignee_id", "users"),
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
