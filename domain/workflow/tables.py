"""Tables of journeys (`workflow_states`), their moves (`workflow_actions`) and facts (`workflow_events`)."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, text

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, satang, unique, uuid, words

workflow_states = clinic_table(
    "workflow_states",
    uuid("customer_id"),
    uuid("treatment_id"),
    uuid("branch_id", null=True),
    uuid("owner_id", null=True),
    words("stage"),
    number("version", default=1),
    satang("agreed_satang"),
    words("source", default=""),
    # What must be paid before a time is set; null: everything.
    satang("minimum_satang", null=True),
    # What the customer wants to improve, codes of `workflow.model.CONCERNS` or free words.
    jsonb("concerns", default="[]"),
    moment("scheduled_at", null=True),
    # The session that is booked: of which treatment (null: the journey's own), and with whom; `performer_named`
    # says that the customer wants exactly this person, else anybody who may do it can take it over.
    uuid("session_treatment_id", null=True),
    uuid("performer_id", null=True),
    Column("performer_named", Boolean, nullable=False, server_default=text("false")),
    moment("arrived_at", null=True),
    number("no_show_count", default=0),
    Column("on_hold", Boolean, nullable=False, server_default=text("false")),
    Column("adverse_open", Boolean, nullable=False, server_default=text("false")),
    moment("snoozed_until", null=True),
    moment("created_at"),
    moment("stage_changed_at"),
    ref("customer_id", "customers"),
    ref("treatment_id", "treatments"),
    ref("branch_id", "branches"),
    ref("owner_id", "users"),
    ref("session_treatment_id", "treatments"),
    ref("performer_id", "users"),
    # One open journey per person and treatment plan.
    unique(
        "customer_id",
        "treatment_id",
        where="stage not in ('closed', 'lost', 'cancelled', 'treatment_completed', 'follow_up')",
        name="uq_workflow_states_open",
    ),
    CheckConstraint(
        "stage in ('lead', 'scanned', 'proposal_sent', 'payment_confirmed', 'treatment_scheduled',"
        " 'treatment_started', 'treatment_completed', 'follow_up', 'closed', 'lost', 'cancelled')",
        name="stage",
    ),
    Index(None, "clinic_id", "customer_id"),
)

# Plans that were offered: what the customer sees never changes, so a change of mind is another version.
proposals = clinic_table(
    "proposals",
    uuid("journey_id"),
    number("version"),
    words("state", default="sent"),
    satang("total_satang"),
    # What must be paid before a time is set; null: everything.
    satang("minimum_satang", null=True),
    moment("valid_until"),
    uuid("sent_by", null=True),
    moment("sent_at"),
    moment("decided_at", null=True),
    # Who said yes or no, and whether a colleague wrote it down for them.
    uuid("decided_by", null=True),
    Column("in_person", Boolean, nullable=False, server_default=text("false")),
    unique("journey_id", "version"),
    # One plan of a journey is on the table at a time.
    unique("journey_id", where="state in ('sent', 'accepted', 'declined')", name="uq_proposals_current"),
    ref("journey_id", "workflow_states"),
    ref("sent_by", "users"),
    ref("decided_by", "persons"),
    CheckConstraint("state in ('sent', 'accepted', 'declined', 'replaced', 'withdrawn')", name="state"),
    CheckConstraint("total_satang > 0", name="total"),
)

proposal_lines = clinic_table(
    "proposal_lines",
    uuid("proposal_id"),
    number("position"),
    uuid("treatment_id"),
    number("sessions"),
    satang("price_satang"),
    unique("proposal_id", "position"),
    ref("proposal_id", "proposals"),
    ref("treatment_id", "treatments"),
    CheckConstraint("sessions > 0", name="sessions"),
)

# The audit trail: append-only, one row a move, with who did it and which event caused it.
workflow_actions = clinic_table(
    "workflow_actions",
    uuid("journey_id"),
    words("action"),
    words("from_stage", null=True),
    words("to_stage"),
    number("version"),
    uuid("actor_user_id", null=True),
    words("actor_role"),
    uuid("event_id", null=True),
    words("reason", default=""),
    # What the move was about besides: overrides of the start gate, a quote's number, a new time.
    jsonb("data"),
    moment("at"),
    unique("journey_id", "version"),
    ref("journey_id", "workflow_states"),
    ref("actor_user_id", "users"),
)

# Facts that use cases recorded: what reactions answered to, and the feed of the live page.
workflow_events = clinic_table(
    "workflow_events",
    words("kind"),
    uuid("subject_id", null=True),
    jsonb("data"),
    uuid("actor_user_id", null=True),
    words("actor_role"),
    uuid("event_id", null=True),
    moment("at"),
    Index(None, "clinic_id", "at"),
    Index(None, "clinic_id", "subject_id"),
)
