"""What tests of appointments begin with: a branch with its hours and rooms, a paid facial, its time and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentState, AppointmentView
from domain.courses import service as courses
from domain.people import service as people
from domain.tasks import service as tasks
from domain.unit import SYSTEM, Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from tests.domain.clinic_factory import TestClinic, ticks_all
from tests.domain.small_clinic import BANGKOK

NOW = datetime(2026, 7, 20, 11, tzinfo=BANGKOK)  # a Monday
TWO = NOW.replace(hour=14)
TOMORROW = TWO + timedelta(days=1, hours=1)
HOUR = timedelta(hours=1)


@asynccontextmanager
async def at(clinic: TestClinic, actor: Actor = SYSTEM, now: datetime = NOW) -> AsyncIterator[Unit]:
    async with clinic.by(actor) as unit:
        unit.now = now
        yield unit


async def branch(clinic: TestClinic, rooms: int = 1) -> UUID:
    """A branch open from half past ten with a lunch break, closed on Wednesdays."""
    opening = '{"mon": [["10:30", "12:00"], ["13:00", "20:30"]], "tue": [["10:30", "20:30"]]}'
    [row] = await clinic.rows(
        "insert into branches (clinic_id, code, name_th, name_en, opening)"
        " values (:clinic, 'ARI', 'อารีย์', 'Ari', cast(:opening as jsonb)) returning id",
        clinic=clinic.id,
        opening=opening,
    )
    for n in range(rooms):
        await clinic.rows(
            "insert into rooms (clinic_id, branch_id, code, name_th, name_en)"
            " values (:clinic, :b, :code, 'ห้อง', 'Room')",
            clinic=clinic.id,
            b=row["id"],
            code=f"A{n}",
        )
    found: UUID = row["id"]
    return found


async def paid(clinic: TestClinic, sales: Actor, name: str, branch_id: UUID | None = None) -> JourneyView:
    """A paid facial at a branch."""
    journey = await clinic.paid(sales, name)
    await clinic.rows("update workflow_states set branch_id = :b where id = :id", b=branch_id, id=journey.id)
    return journey


async def booked(
    clinic: TestClinic, sales: Actor, journey: JourneyView, when: datetime = TWO, performer: Actor | None = None
) -> AppointmentView:
    """Its appointment."""
    async with at(clinic, sales) as unit:
        performer_id = performer.user_id if performer else None
        await workflow.schedule(unit, journey.id, version=journey.version, at=when, performer_id=performer_id)
        made = await appointments.live(unit, journey.id)
    assert made is not None
    return made


async def own(clinic: TestClinic, journey: JourneyView) -> Actor:
    """The journey's customer, as who acts."""
    async with clinic.by() as unit:
        customer = await people.customer(unit, journey.customer_id)
    return Actor("customer", person_id=customer.person_id, customer_id=customer.id)


async def accepts(clinic: TestClinic, performer: Actor, journey: JourneyView) -> UUID:
    """The performer accepts the journey's task, and takes its appointment over."""
    assert performer.user_id is not None
    async with at(clinic, performer) as unit:
        task = await tasks.open_for_journey(unit, journey.id)
        assert task is not None
        await tasks.accept(unit, task.id)
        await workflow.take_over(unit, journey.id, performer.user_id)
        return task.id


async def had(clinic: TestClinic, performer: Actor, journey: JourneyView) -> None:
    """The session that is booked, from its acceptance to its end, and one session less."""
    async with at(clinic, performer, TWO) as unit:
        await people.record_paper_consent(unit, journey.customer_id, purpose="health_record", language="th", text="…")
        task = await tasks.open_for_journey(unit, journey.id)
        assert task is not None
        await tasks.accept(unit, task.id)
        await workflow.start_treatment(unit, task.id)
        await ticks_all(unit, task.id)
        await workflow.complete_treatment(unit, task.id, "ผิวปกติดี ไม่มีอาการ")
        await courses.use_session(
            unit, journey_id=journey.id, treatment_id=journey.treatment_id, task_id=task.id, used_by=performer.user_id
        )
        await appointments.mark(unit, journey.id, AppointmentState.DONE)
