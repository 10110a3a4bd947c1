"""Tables of a clinic's own rules, and of which fact each has run for."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, text

from domain.database.metadata import clinic_table, jsonb, moment, number, ref, unique, uuid, words

# `conditions` is [{"field", "op", "value"}, ...], all of which must hold.
automation_rules = clinic_table(
    "automation_rules",
    words("key"),
    words("name_th"),
    words("name_en"),
    words("fact"),
    jsonb("conditions", default="[]"),
    words("action"),
    jsonb("params"),
    Column("active", Boolean, nullable=False, server_default=text("false")),
    number("version", default=1),
    uuid("changed_by", null=True),
    moment("changed_at", null=True),
    unique("key"),
    ref("changed_by", "users"),
    CheckConstraint("action in ('notify_owner', 'notify_managers', 'set_hold', 'give_points')", name="action"),
    Index(None, "clinic_id", "fact"),
)

automation_runs = clinic_table(
    "automation_runs",
    uuid("rule_id"),
    uuid("fact_id"),
    moment("at"),
    ref("rule_id", "automation_rules"),
    unique("rule_id", "fact_id"),
)
