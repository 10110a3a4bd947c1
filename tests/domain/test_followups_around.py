"""Follow-ups around appointments and plans, reactions and their end, and what time does to a journey."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentView
from domain.courses import service as courses
from domain.courses.model import Sale
from domain.database.session import Engine
from domain.errors import DomainError
from domain.followups import service as followups
from domain.reactions import react
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import Wanted
from tests.domain.small_clinic import BANGKOK, NOON, Person, SmallClinic, small_clinic

FRIDAY_15 = datetime(2026, 7, 24, 15, tzinfo=BANGKOK)


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine, react)


async def planned(clinic: SmallClinic) -> list[tuple[str, str, str | None, datetime]]:
    rows = await clinic.rows(
        "select r.key, e.state, e.skipped_because, e.due_at from followup_executions e"
        " join followup_rules r on r.id = e.rule_id order by e.anchor_version, e.due_at"
    )
    return [tuple(row) for row in rows]


def as_sales(clinic: SmallClinic) -> Actor:
    return Actor("sales", clinic.sales.person_id, clinic.sales.id, None, "sales")


async def booked(clinic: SmallClinic, at: datetime) -> AppointmentView:
    """A paid journey that was given the time `at`."""
    journey = await clinic.journey(await clinic.customer(), stage="payment_confirmed", owner=clinic.sales.id)
    async with clinic.at(NOON, as_sales(clinic)) as unit:
        await workflow.schedule(unit, journey, version=1, at=at)
        seen = await appointments.live(unit, journey)
    assert seen is not None
    return seen


async def send(clinic: SmallClinic, now: datetime) -> list[Any]:
    async with clinic.at(now) as unit:
        await followups.send_due(unit)
    return await clinic.rows("select content from outbox where notice_kind = 'followup.ask'")


async def reminders(clinic: SmallClinic) -> None:
    about = {"anchor": "scheduled", "cls": "service"}
    await clinic.rule("appt_1d", -1, None, **about)
    await clinic.rule("appt_2h", 0, None, offset_minutes=-120, **about)


async def test_reminders_move_to_the_earlier_edge_and_those_of_the_past_are_not_planned(clinic: SmallClinic) -> None:
    await reminders(clinic)
    await booked(clinic, FRIDAY_15.replace(hour=9))
    day, hours = await planned(clinic)
    assert (day[3], hours[3]) == (FRIDAY_15.replace(day=23, hour=9), FRIDAY_15.replace(day=23, hour=21))
    await clinic.change("delete from followup_executions")
    await booked(clinic, NOON + timedelta(hours=3))
    assert [row[0] for row in await planned(clinic)] == ["appt_2h"]


async def test_an_appointment_that_moves_has_other_reminders(clinic: SmallClinic) -> None:
    await reminders(clinic)
    seen = await booked(clinic, FRIDAY_15)
    async with clinic.at(NOON, as_sales(clinic)) as unit:
        await workflow.reschedule(unit, seen.id, version=seen.version, at=FRIDAY_15 + timedelta(days=1))
    states = [(key, state, why) for key, state, why, _ in await planned(clinic)]
    assert states == [
        ("appt_1d", "cancelled", "moved"),
        ("appt_2h", "cancelled", "moved"),
        ("appt_1d", "planned", None),
        ("appt_2h", "planned", None),
    ]
    assert await send(clinic, FRIDAY_15 - timedelta(hours=2)) == []
    assert len(await send(clinic, FRIDAY_15)) == 1


async def cancelled(unit: Unit, seen: AppointmentView) -> None:
    await workflow.cancel_appointment(unit, seen.id, version=seen.version)


async def given_up(unit: Unit, seen: AppointmentView) -> None:
    version = (await workflow.journey_view(unit, seen.journey_id)).version
    await workflow.cancel(unit, seen.journey_id, version=version, reason="ย้ายบ้าน")


async def missed(unit: Unit, seen: AppointmentView) -> None:
    unit.now = seen.starts_at + timedelta(hours=1)
    await workflow.mark_no_show(unit, seen.id)


async def arrived(unit: Unit, seen: AppointmentView) -> None:
    await workflow.arrive(unit, seen.id)


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (cancelled, "appointment_cancelled"),
        (missed, "no_show"),
        (arrived, "customer_arrived"),
        (given_up, "journey_cancelled"),
    ],
)
async def test_nobody_is_reminded_of_what_is_not_to_come(
    clinic: SmallClinic, happens: Callable[[Unit, AppointmentView], Awaitable[None]], kind: str
) -> None:
    await reminders(clinic)
    seen = await booked(clinic, FRIDAY_15)
    async with clinic.at(NOON, Actor("manager", clinic.manager.person_id, clinic.manager.id)) as unit:
        await happens(unit, seen)
    assert {(state, why) for _, state, why, _ in await planned(clinic)} == {("cancelled", kind)}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("arrived_at = now()", "arrived"),
        ("scheduled_at = scheduled_at + interval '1 day'", "moved"),
        ("stage = 'payment_confirmed'", "stage_changed"),
    ],
)
async def test_how_things_stand_is_looked_at_again_when_a_reminder_is_sent(
    clinic: SmallClinic, change: str, why: str
) -> None:
    await clinic.rule("appt_2h", 0, None, "service", anchor="scheduled", offset_minutes=-120)
    await booked(clinic, FRIDAY_15)
    await clinic.change(f"update workflow_states set {change}")  # noqa: S608 - the test's own words
    assert await send(clinic, FRIDAY_15 - timedelta(hours=2)) == []
    assert (await planned(clinic))[0][1:3] == ("skipped", why)


@pytest.mark.parametrize("answer", ["accepted", "declined", "lost", None])
async def test_a_plan_is_asked_about_once_unless_it_is_answered(clinic: SmallClinic, answer: str | None) -> None:
    await clinic.rule("lead_nudge", 2, time(11), "service", anchor="quoted")
    customer = await clinic.customer()
    journey = await clinic.journey(customer, stage="scanned", owner=clinic.sales.id)
    async with clinic.at(NOON, as_sales(clinic)) as unit:
        wanted = [Wanted(clinic.treatment_id)]
        plan = await workflow.send_proposal(unit, journey, version=1, wanted=wanted, valid_until=FRIDAY_15)
    who = as_sales(clinic) if answer == "lost" else Actor("customer", customer.person_id, None, customer.id)
    async with clinic.at(NOON, who) as unit:
        match answer:
            case "accepted":
                await workflow.accept_proposal(unit, plan.id)
            case "declined":
                await workflow.decline_proposal(unit, plan.id)
            case "lost":
                await workflow.mark_lost(unit, journey, version=2, reason="แพงไป")
    asked = await send(clinic, NOON.replace(day=19, hour=11))
    assert [row.content["subject_id"] for row in asked] == ([] if answer else [str(plan.id)])


async def test_the_most_specific_text_is_sent_and_its_answers_are_meant(clinic: SmallClinic) -> None:
    for key, word in (("check_facial", "category"), ("check_FAC-HYD", "treatment")):
        await clinic.change(
            "insert into followup_templates (clinic_id, key, text_th, text_en, answers)"
            " select clinic_id, :key, :word, :word, answers from followup_templates where key = 'check'",
            key=key,
            word=word,
        )
        await clinic.change("update treatments set category = 'facial'")
        await clinic.rule(key, 1)
        await completed(clinic, await clinic.customer())
        assert {row.content["text"]["en"] for row in await send(clinic, NOON + timedelta(days=1))} == {word}
        await clinic.change("delete from outbox")
        await clinic.change("delete from followup_executions")
        await clinic.change("delete from followup_rules")


async def completed(clinic: SmallClinic, customer: Person, stage: str = "treatment_completed") -> UUID:
    journey = await clinic.journey(customer, stage=stage, owner=clinic.sales.id)
    async with clinic.at() as unit:
        await followups.plan(
            unit, journey_id=journey, customer_id=customer.id, anchor="completed", anchor_at=NOON, anchor_version=2
        )
    return journey


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


async def stage(clinic: SmallClinic) -> str:
    [row] = await clinic.rows("select stage from workflow_states")
    return str(row.stage)


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
