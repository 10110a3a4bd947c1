"""The table of reminders."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, text

from domain.database.metadata import clinic_table, moment, number, ref, uuid, words

# `remind`: a card to the salesperson; `send`: the text to the customer. Both wait until `due_at`, changeable till then.
reminders = clinic_table(
    "reminders",
    uuid("customer_id"),
    uuid("user_id"),
    words("kind"),
    words("text"),
    moment("due_at"),
    words("state", default="waiting"),
    number("version", default=1),
    moment("created_at"),
    moment("ended_at", null=True),
    ref("customer_id", "customers"),
    ref("user_id", "users"),
    CheckConstraint("kind in ('remind', 'send')", name="kind"),
    CheckConstraint("state in ('waiting', 'done', 'cancelled', 'failed')", name="state"),
    Index("ix_reminders_waiting", "clinic_id", "user_id", "due_at", postgresql_where=text("state = 'waiting'")),
)
