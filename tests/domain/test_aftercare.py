"""After the treatment: reactions and their end, the next session, and what time does to a journey."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import UUID

import pytest

from domain.courses import service as courses
from domain.courses.model import Sale
from domain.database.session import Engine
from domain.errors import DomainError
from domain.followups import service as followups
from domain.reactions import react
from domain.unit import Actor
from domain.workflow import service as workflow
from tests.domain.followup_scenes import FRIDAY_15, as_sales, completed, planned, send, stage
from tests.domain.small_clinic import NOON, SmallClinic, small_clinic


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine, react)


async def felt(clinic: SmallClinic, choice: int) -> tuple[UUID, UUID]:
    """A customer has pressed an answer; the journey and the question."""
    await clinic.rule("d1", 1)
    await clinic.rule("d3", 3, cls="safety")
    customer = await clinic.customer()
    journey = await completed(clinic, customer)
    await send(clinic, NOON + timedelta(days=1))
    [row] = await clinic.rows("select id from followup_executions where state = 'sent'")
    async with clinic.at(NOON + timedelta(days=1), Actor("customer", customer.person_id, None, customer.id)) as unit:
        await followups.answer(unit, row.id, choice)
    return journey, row.id


async def is_open(clinic: SmallClinic) -> bool:
    [row] = await clinic.rows("select adverse_open from workflow_states")
    return bool(row.adverse_open)


@pytest.mark.parametrize(
    ("choice", "by", "code"), [(1, "manager", ""), (2, "manager", "doctor_needed"), (2, "doctor", "")]
)
async def test_a_reaction_is_open_until_who_may_says_that_it_is_over(
    clinic: SmallClinic, choice: int, by: str, code: str
) -> None:
    _, execution = await felt(clinic, choice)
    assert await is_open(clinic)
    await send(clinic, NOON + timedelta(days=3))
    assert ("d3", "skipped", "adverse_open") in [row[:3] for row in await planned(clinic)]
    who = Actor(by, clinic.manager.person_id, clinic.manager.id, None, by)
    later = NOON + timedelta(days=3)
    if code:
        with pytest.raises(DomainError) as refused:
            async with clinic.at(later, who) as unit:
                await followups.handle(unit, execution, "โทรแล้ว")
        assert (refused.value.code, await is_open(clinic)) == (code, True)
        return
    async with clinic.at(later, who) as unit:
        await followups.handle(unit, execution, "โทรแล้ว อาการดีขึ้น")
    assert not await is_open(clinic)
    with pytest.raises(DomainError) as again:
        async with clinic.at(later, who) as unit:
            await followups.handle(unit, execution, "อีกครั้ง")
    assert again.value.code == "reaction_over"


async def test_a_treated_journey_goes_on_and_closes_by_itself_unless_somebody_is_unwell(clinic: SmallClinic) -> None:
    journey, execution = await felt(clinic, 1)
    async with clinic.at(NOON + timedelta(minutes=10)) as unit:
        await workflow.begin_follow_up(unit, journey)
        await workflow.begin_follow_up(unit, journey)
    assert await stage(clinic) == "follow_up"
    await clinic.change("update workflow_states set agreed_satang = 0")
    async with clinic.at(NOON + timedelta(days=14)) as unit:
        await workflow.close_when_quiet(unit, journey)
    assert await stage(clinic) == "follow_up"
    [timer] = await clinic.rows("select due_at from timers where kind = 'journey.close'")
    assert timer.due_at == NOON + timedelta(days=21)
    async with clinic.at(NOON + timedelta(days=20), Actor("doctor", None, clinic.manager.id)) as unit:
        await followups.handle(unit, execution, "หายแล้ว")
    async with clinic.at(NOON + timedelta(days=21)) as unit:
        await workflow.close_when_quiet(unit, journey)
    assert await stage(clinic) == "closed"


async def test_a_lead_that_nobody_moves_for_sixty_days_is_lost(clinic: SmallClinic) -> None:
    journey = await clinic.journey(await clinic.customer(), stage="lead")
    async with clinic.at(NOON) as unit:
        await workflow.lose_when_idle(unit, journey)
    assert await stage(clinic) == "lost"
    [move] = await clinic.rows("select action, actor_role, reason from workflow_actions")
    assert tuple(move) == ("mark_lost", "system", "idle")
    async with clinic.at(NOON) as unit:
        await workflow.lose_when_idle(unit, journey)
    assert len(await clinic.rows("select 1 from workflow_actions")) == 1


async def test_a_lead_that_was_put_off_waits(clinic: SmallClinic) -> None:
    journey = await clinic.journey(await clinic.customer(), stage="lead")
    await clinic.change("update workflow_states set snoozed_until = :at", at=FRIDAY_15)
    async with clinic.at(NOON) as unit:
        await workflow.lose_when_idle(unit, journey)
    assert await stage(clinic) == "lead"
    [timer] = await clinic.rows("select due_at from timers where kind = 'journey.idle'")
    assert timer.due_at == FRIDAY_15


async def test_every_move_before_the_payment_starts_the_sixty_days_again(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    sales = as_sales(clinic)
    async with clinic.at(NOON, sales) as unit:
        lead = await workflow.create_lead(
            unit,
            name="นก",
            phone=None,
            treatment_id=clinic.treatment_id,
            source="walk-in",
            customer_id=customer.id,
        )
    due = "select due_at from timers where kind = 'journey.idle'"
    assert [row.due_at for row in await clinic.rows(due)] == [NOON + timedelta(days=60)]
    async with clinic.at(NOON + timedelta(days=1), sales) as unit:
        await workflow.confirm_payment(
            unit, lead.id, version=lead.version, amount_satang=lead.agreed_satang, method="cash"
        )
    assert await clinic.rows(due) == []


async def finished_one_of(clinic: SmallClinic, sessions: int) -> UUID:
    """A journey whose course has so many sessions, after its first one."""
    customer = await clinic.customer()
    journey = await clinic.journey(customer, stage="treatment_completed", owner=clinic.sales.id)
    async with clinic.at() as unit:
        sale = Sale(journey, clinic.treatment_id, sessions, 129_000)
        await courses.open_courses(unit, journey_id=journey, customer_id=customer.id, sales=[sale])
        unit.record(
            "treatment_completed",
            journey,
            journey_id=str(journey),
            customer_id=str(customer.id),
            task_id=str(await task_of(clinic, journey)),
            performer_id=str(clinic.beautician.id),
        )
    return journey


async def task_of(clinic: SmallClinic, journey: UUID) -> UUID:
    [row] = await clinic.rows(
        "insert into task_queue (clinic_id, journey_id, kind, state, assignee_id, created_at)"
        " values (:clinic, :journey, 'treatment', 'completed', :who, now()) returning id",
        clinic=clinic.id,
        journey=journey,
        who=clinic.beautician.id,
    )
    found: UUID = row.id
    return found


@pytest.mark.parametrize(("sessions", "invited"), [(1, False), (2, True)])
async def test_the_next_session_is_offered_while_there_is_one(
    clinic: SmallClinic, sessions: int, invited: bool
) -> None:
    await clinic.rule("next_sess", -5, time(11), "service", anchor="next_session")
    journey = await finished_one_of(clinic, sessions)
    due = NOON.replace(hour=11) + timedelta(days=28 - 5)  # the facial is due again after 28 days
    assert [row[3] for row in await planned(clinic)] == [due] * invited
    assert [row.content["subject_id"] for row in await send(clinic, due)] == [str(journey)] * invited


async def test_the_next_session_that_is_booked_is_not_asked_for(clinic: SmallClinic) -> None:
    await clinic.rule("next_sess", -5, time(11), "service", anchor="next_session")
    journey = await finished_one_of(clinic, 2)
    async with clinic.at(NOON, as_sales(clinic)) as unit:
        version = (await workflow.journey_view(unit, journey)).version
        await workflow.next_session(unit, journey, version=version, at=FRIDAY_15)
    assert [row[1:3] for row in await planned(clinic)] == [("cancelled", "treatment_scheduled")]
