"""Messages that time makes due: planned around appointments and plans, and stopped when they are no longer true."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.followups import service as followups
from domain.followups.model import Anchor
from domain.reactions.ids import id_of
from domain.unit import Fact, Unit
from domain.workflow import service as workflow


async def plan_reminders(unit: Unit, fact: Fact) -> None:
    """An appointment has its reminders; one that moved has others. It may be known by its journey alone."""
    appointment_id = fact.data.get("appointment_id")
    await plan(
        unit,
        fact,
        Anchor.SCHEDULED,
        at=datetime.fromisoformat(str(fact.data["scheduled_at"])),
        subject_id=UUID(str(appointment_id)) if appointment_id else None,
    )


async def plan_nudge(unit: Unit, fact: Fact) -> None:
    """Whoever has a plan and says nothing is asked once."""
    await plan(unit, fact, Anchor.QUOTED, at=unit.now, subject_id=fact.subject_id)


async def plan_check(unit: Unit, fact: Fact) -> None:
    """Whoever's treatment was stopped is asked how they feel: their answer opens a reaction (T15)."""
    await plan(unit, fact, Anchor.STOPPED, at=unit.now, subject_id=None)


async def stop_reminders(unit: Unit, fact: Fact) -> None:
    """The customer is here, or is not to come."""
    await followups.cancel(unit, id_of(fact, "journey_id"), because=fact.kind, anchor=Anchor.SCHEDULED)


async def stop_nudge(unit: Unit, fact: Fact) -> None:
    """The plan is answered, or paid."""
    await followups.cancel(unit, id_of(fact, "journey_id"), because=fact.kind, anchor=Anchor.QUOTED)


async def stop_invitation(unit: Unit, fact: Fact) -> None:
    """The next session has its time, or is not paid any more."""
    await followups.cancel(unit, id_of(fact, "journey_id"), because=fact.kind, anchor=Anchor.NEXT_SESSION)


async def plan(unit: Unit, fact: Fact, anchor: Anchor, *, at: datetime, subject_id: UUID | None) -> None:
    """The journey's version tells one appointment or plan from the next."""
    journey_id = id_of(fact, "journey_id")
    journey = await workflow.journey_view(unit, journey_id)
    await followups.plan(
        unit,
        journey_id=journey_id,
        customer_id=journey.customer_id,
        anchor=anchor,
        anchor_at=at,
        anchor_version=journey.version,
        subject_id=subject_id,
    )
