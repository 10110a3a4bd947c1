"""The table of appointments, and the two constraints that keep a room and a person from being taken twice."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from domain.database.metadata import clinic_table, moment, number, ref, unique, uuid, words

_LIVE = "state in ('held', 'booked', 'confirmed', 'arrived', 'started')"
"""`model.LIVE`, as the indexes say it."""

appointments = clinic_table(
    "appointments",
    uuid("journey_id"),
    uuid("customer_id"),
    uuid("treatment_id"),
    uuid("branch_id", null=True),
    uuid("room_id", null=True),
    uuid("performer_id", null=True),
    # The customer wants exactly this performer; else anybody who may do it takes it over by accepting the task.
    Column("named", Boolean, nullable=False, server_default=text("false")),
    Column("accepted", Boolean, nullable=False, server_default=text("false")),
    moment("starts_at"),
    moment("ends_at"),
    words("state"),
    moment("held_until", null=True),
    moment("confirmed_at", null=True),
    moment("arrived_at", null=True),
    # Announced by the customer.
    number("late_minutes", default=0),
    number("version", default=1),
    uuid("created_by", null=True),
    moment("created_at"),
    ref("journey_id", "workflow_states"),
    ref("customer_id", "customers"),
    ref("treatment_id", "treatments"),
    ref("branch_id", "branches"),
    ref("room_id", "rooms"),
    ref("performer_id", "users"),
    ref("created_by", "users"),
    unique("journey_id", where=_LIVE, name="uq_appointments_live"),
    CheckConstraint("ends_at > starts_at", name="length"),
    CheckConstraint(
        "state in ('held', 'booked', 'confirmed', 'arrived', 'started', 'done', 'cancelled', 'no_show', 'lapsed')",
        name="state",
    ),
    Index(None, "clinic_id", "customer_id"),
    Index("ix_appointments_starts_at", "clinic_id", "starts_at"),
)

_TIME = func.tstzrange(appointments.c.starts_at, appointments.c.ends_at)
# Checked at the end of each statement, so that one UPDATE can let two people change places.
appointments.append_constraint(
    ExcludeConstraint(
        (appointments.c.clinic_id, "="),
        (appointments.c.performer_id, "="),
        (_TIME, "&&"),
        name="ex_appointments_performer",
        where=text(_LIVE),
        deferrable=True,
        initially="IMMEDIATE",
    )
)
appointments.append_constraint(
    ExcludeConstraint(
        (appointments.c.clinic_id, "="),
        (appointments.c.room_id, "="),
        (_TIME, "&&"),
        name="ex_appointments_room",
        where=text(_LIVE),
    )
)
