"""The table of payments; receipt numbers run per clinic without gaps."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index

from domain.database.metadata import clinic_table, moment, ref, satang, unique, uuid, words

payments = clinic_table(
    "payments",
    uuid("journey_id"),
    uuid("customer_id"),
    satang("amount_satang"),
    words("method"),
    words("state"),
    # What this confirmation was meant for: the journey and its version as the salesperson saw it.
    words("intent"),
    Column("receipt_no", BigInteger, nullable=False),
    uuid("confirmed_by"),
    moment("confirmed_at"),
    # The second person, where two are needed; `confirmed_by` saw the money first.
    uuid("second_by", null=True),
    moment("voided_at", null=True),
    unique("intent"),
    unique("receipt_no"),
    ref("journey_id", "workflow_states"),
    ref("customer_id", "customers"),
    ref("confirmed_by", "users"),
    ref("second_by", "users"),
    CheckConstraint("amount_satang > 0", name="amount"),
    CheckConstraint("second_by <> confirmed_by", name="two_people"),
    CheckConstraint("method in ('cash', 'card', 'transfer')", name="method"),
    Index(None, "clinic_id", "journey_id"),
)
