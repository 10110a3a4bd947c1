"""What tests of follow-ups have in common: what is planned, and sending it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.followups import service as followups
from domain.unit import Actor
from tests.domain.small_clinic import BANGKOK, NOON, Person, SmallClinic

FRIDAY_15 = datetime(2026, 7, 24, 15, tzinfo=BANGKOK)


async def planned(clinic: SmallClinic) -> list[tuple[str, str, str | None, datetime]]:
    rows = await clinic.rows(
        "select r.key, e.state, e.skipped_because, e.due_at from followup_executions e"
        " join followup_rules r on r.id = e.rule_id order by e.anchor_version, e.due_at"
    )
    return [tuple(row) for row in rows]


def as_sales(clinic: SmallClinic) -> Actor:
    return Actor("sales", clinic.sales.person_id, clinic.sales.id, None, "sales")


async def send(clinic: SmallClinic, now: datetime) -> list[Any]:
    async with clinic.at(now) as unit:
        await followups.send_due(unit)
    return await clinic.rows("select content from outbox where notice_kind = 'followup.ask'")


async def completed(clinic: SmallClinic, customer: Person, stage: str = "treatment_completed") -> UUID:
    journey = await clinic.journey(customer, stage=stage, owner=clinic.sales.id)
    async with clinic.at() as unit:
        await followups.plan(
            unit, journey_id=journey, customer_id=customer.id, anchor="completed", anchor_at=NOON, anchor_version=2
        )
    return journey


async def stage(clinic: SmallClinic) -> str:
    [row] = await clinic.rows("select stage from workflow_states")
    return str(row.stage)
