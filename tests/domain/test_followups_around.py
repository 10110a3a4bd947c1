"""Follow-ups around appointments and plans: planned, moved, and stopped when they are no longer true."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

import pytest

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentView
from domain.database.session import Engine
from domain.reactions import react
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import Wanted
from tests.domain.followup_scenes import FRIDAY_15, as_sales, completed, planned, send
from tests.domain.small_clinic import NOON, SmallClinic, small_clinic


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine, react)


async def booked(clinic: SmallClinic, at: datetime) -> AppointmentView:
    """A paid journey that was given the time `at`."""
    journey = await clinic.journey(await clinic.customer(), stage="payment_confirmed", owner=clinic.sales.id)
    async with clinic.at(NOON, as_sales(clinic)) as unit:
        await workflow.schedule(unit, journey, version=1, at=at)
        seen = await appointments.live(unit, journey)
    assert seen is not None
    return seen


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
    unit.now = seen.starts_at
    await workflow.arrive(unit, seen.id, at=seen.starts_at)


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
