"""Tables of follow-up rules, their templates in both languages, and the executions they plan."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Time, text

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, unique, uuid, words

# `answers` is a list of {code, th, en, outcome}; the order is the buttons' order and never changes
# meaning: a button carries the position.
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
    moment("due_at"),
    words("state", default="planned"),
    words("skipped_because", null=True),
    moment("sent_at", null=True),
    words("answer", null=True),
    words("outcome", null=True),
    moment("answered_at", null=True),
    number("version", default=1),
    unique("rule_id", "journey_id", "anchor_version"),
    ref("rule_id", "followup_rules"),
    ref("journey_id", "workflow_states"),
    ref("customer_id", "customers"),
    CheckConstraint(
        "state in ('planned', 'sending', 'sent', 'answered', 'closed', 'skipped', 'failed', 'cancelled')",
        name="state",
    ),
    Index("ix_followup_executions_due", "due_at", postgresql_where=text("state = 'planned'")),
)
