"""Tables of conversation state and of messages kept for staff."""

from __future__ import annotations

from sqlalchemy import Index

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, unique, uuid, words

# One row for each chat: which form, which step, what was filled in. No row: nothing is going on.
customer_conversations = clinic_table(
    "customer_conversations",
    uuid("identity_id"),
    words("handler"),
    words("step"),
    jsonb("data"),
    number("version", default=1),
    moment("updated_at"),
    unique("identity_id"),
    ref("identity_id", "channel_identities"),
)

# What happened with a customer beside the workflow: messages nobody understood, joins, answers.
customer_journey_events = clinic_table(
    "customer_journey_events",
    uuid("person_id"),
    uuid("identity_id", null=True),
    uuid("event_id", null=True),
    words("kind"),
    jsonb("data"),
    moment("at"),
    ref("person_id", "persons"),
    Index(None, "clinic_id", "person_id", "at"),
)
