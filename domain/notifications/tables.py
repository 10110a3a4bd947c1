"""The table of news: what somebody is told soon, together with whatever else comes up until then."""

from __future__ import annotations

from sqlalchemy import Index

from domain.database.metadata import clinic_table, jsonb, moment, ref, uuid, words

# A row goes when it is told: what was told is in the outbox.
news = clinic_table(
    "news",
    uuid("person_id"),
    words("kind"),
    jsonb("facts"),
    moment("at"),
    ref("person_id", "persons"),
    Index(None, "clinic_id", "person_id", "at"),
)
