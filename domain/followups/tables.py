"""Tables of follow-up rules, their templates in both languages, and the executions they plan."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Time, text

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, unique, uuid, words

# `answers` is a list of {code, th, en, outcome, action}; the order is the buttons' order and never changes
# meaning: a button carries the position. A key may end in _CODE of a treatment or _category: then it goes before
# the plain one.
followup_templates = clinic_table(
    "followup_templates",
    words("key"),
    words("text_th"),
    words("text_en"),
    jsonb("answers", default="[]"),
    unique("key"),
)

followup_rules = clinic_table(
    "followup_rules",
    words("key"),
    words("anchor"),
    number("offset_days"),
    number("offset_minutes", default=0),
    Column("at_time", Time, nullable=True),
    words("message_class"),
    words("template_key"),
    uuid("treatment_id", null=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    unique("key"),
    ref("treatment_id", "treatments"),
    CheckConstraint("message_class in ('safety', 'care', 'service', 'marketing')", name="message_class"),
)

followup_executions = clinic_table(
    "followup_executions",
    uuid("rule_id"),
    uuid("journey_id"),
    uuid("customer_id"),
    number("anchor_version"),
    # What it was planned for (an appointment's start), and the row that its buttons act on.
    moment("anchor_at", null=True),
    uuid("subject_id", null=True),
    # What it is about; null: the journey's own treatment.
    uuid("treatment_id", null=True),
    moment("due_at"),
    words("state", default="planned"),
    # Why it was skipped, or cancelled.
    words("skipped_because", null=True),
    moment("sent_at", null=True),
    # The text that was sent, whose answers the buttons mean.
    words("template_key", null=True),
    words("answer", null=True),
    words("outcome", null=True),
    moment("answered_at", null=True),
    # An answer that alarmed the clinic is looked after until somebody says that it is over.
    moment("handled_at", null=True),
    uuid("handled_by", null=True),
    words("handled_note", default=""),
    number("version", default=1),
    unique("rule_id", "journey_id", "anchor_version"),
    ref("rule_id", "followup_rules"),
    ref("journey_id", "workflow_states"),
    ref("customer_id", "customers"),
    ref("treatment_id", "treatments"),
    ref("handled_by", "users"),
    CheckConstraint(
        "state in ('planned', 'sending', 'sent', 'answered', 'closed', 'skipped', 'failed', 'cancelled')",
        name="state",
    ),
    Index("ix_followup_executions_due", "due_at", postgresql_where=text("state = 'planned'")),
)
