"""Follow-ups on the real database: planned by the clinic's calendar, sent once, answered by the one who was asked."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.followups import service as followups
from domain.followups.model import Outcome
from domain.followups.rules import fill
from domain.unit import Actor
from tests.domain.small_clinic import BANGKOK, NOON, Person, SmallClinic, small_clinic

TOMORROW_10 = datetime(2026, 7, 18, 10, tzinfo=BANGKOK)


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


async def plan(clinic: SmallClinic, customer: Person, *, now: datetime = NOON, stage: str = "closed") -> UUID:
    """A journey whose treatment was completed at `now`, its follow-ups planned."""
    journey = await clinic.journey(customer, stage=stage, owner=clinic.sales.id)
    async with clinic.at(now) as unit:
        await followups.plan(
            unit, journey_id=journey, customer_id=customer.id, anchor="completed", anchor_at=now, anchor_version=5
        )
    return journey


async def send(clinic: SmallClinic, now: datetime) -> int:
    async with clinic.at(now) as unit:
        return await followups.send_due(unit)


async def execution(clinic: SmallClinic) -> Any:
    [row] = await clinic.rows("select * from followup_executions")
    return row


async def notices(clinic: SmallClinic, kind: str) -> list[Any]:
    return await clinic.rows("select * from outbox where notice_kind = :kind order by seq", kind=kind)


def actor(customer: Person) -> Actor:
    return Actor("customer", customer.person_id, None, customer.id, "นก")


async def ask(clinic: SmallClinic) -> tuple[Person, UUID]:
    """A customer who was sent the question, and its execution."""
    await clinic.rule("d1", 1)
    customer = await clinic.customer()
    await plan(clinic, customer)
    await send(clinic, TOMORROW_10)
    return customer, (await execution(clinic)).id


async def press(clinic: SmallClinic, customer: Person, execution_id: UUID, choice: int) -> Any:
    async with clinic.at(TOMORROW_10 + timedelta(minutes=5), actor(customer)) as unit:
        return await followups.answer(unit, execution_id, choice)


async def test_tomorrows_check_is_sent_once_with_the_clinics_words_filled_in(clinic: SmallClinic) -> None:
    await clinic.rule("d1", 1)
    customer = await clinic.customer()
    await plan(clinic, customer)
    async with clinic.at() as unit:
        assert await followups.next_due(unit) == TOMORROW_10
    assert await send(clinic, TOMORROW_10 - timedelta(seconds=1)) == 0
    assert sum(await asyncio.gather(*[send(clinic, TOMORROW_10) for _ in range(4)])) == 1
    [notice] = await notices(clinic, "followup.ask")
    row = await execution(clinic)
    assert (row.state, row.sent_at, notice.person_id) == ("sent", TOMORROW_10, customer.person_id)
    assert (notice.message_class, notice.subject) == ("care", f"followup:{row.id}")
    assert notice.content["text"] == {"th": "คุณนก เป็นอย่างไรบ้างคะ", "en": "How is your skin, นก? Daoruang"}
    assert [answer["en"] for answer in notice.content["answers"]] == ["Great", "Worried", "Vision"]
    assert (notice.content["execution_id"], notice.content["version"]) == (str(row.id), row.version)


async def test_planning_the_same_completion_again_plans_nothing(clinic: SmallClinic) -> None:
    await clinic.rule("d1", 1)
    await clinic.rule("off", 1, active=False)
    await clinic.rule("elsewhere", 1, anchor="quote_sent")
    customer = await clinic.customer()
    journey = await plan(clinic, customer)
    async with clinic.at() as unit:
        again: dict[str, Any] = {
            "journey_id": journey,
            "customer_id": customer.id,
            "anchor": "completed",
            "anchor_at": NOON,
        }
        assert await followups.plan(unit, **again, anchor_version=5) == 0
        assert await followups.plan(unit, **again, anchor_version=6) == 1


async def test_a_rule_of_one_treatment_leaves_the_others_alone(clinic: SmallClinic) -> None:
    await clinic.rule("ours", 1, treatment_id=clinic.treatment_id)
    await clinic.change(
        "insert into treatments (clinic_id, id, code, name_th, name_en, price_satang, minutes, roles, recall_days)"
        " values (:clinic, :id, 'FIL', 'ฟิลเลอร์', 'Filler', 1, 1, '{doctor}', 1)",
        clinic=clinic.id,
        id=clinic.sales.id,
    )
    await clinic.rule("fil_24h", 1, treatment_id=clinic.sales.id)
    await plan(clinic, await clinic.customer())
    [ours] = await clinic.rows("select id from followup_rules where key = 'ours'")
    assert (await execution(clinic)).rule_id == ours.id


@pytest.mark.parametrize(
    ("cls", "late", "sent_at"),
    [
        ("care", NOON.replace(hour=23), NOON.replace(day=18, hour=8)),
        ("service", NOON.replace(hour=20, minute=30), NOON.replace(hour=20, minute=30)),
        ("safety", NOON.replace(hour=23), NOON.replace(hour=23)),
    ],
)
async def test_what_is_late_waits_for_the_morning_unless_it_is_about_safety(
    clinic: SmallClinic, cls: str, late: datetime, sent_at: datetime
) -> None:
    await clinic.rule("soon", 0, None, cls)
    await plan(clinic, await clinic.customer())
    await send(clinic, late)
    row = await execution(clinic)
    assert row.due_at == sent_at or row.sent_at == sent_at
    if sent_at > late:
        assert (row.state, row.sent_at) == ("planned", None)
        await send(clinic, sent_at)
    assert (await execution(clinic)).sent_at == sent_at


@pytest.mark.parametrize(
    ("cls", "stage", "chat", "late", "why"),
    [
        ("care", "cancelled", True, timedelta(0), "stage_changed"),
        ("care", "closed", True, timedelta(hours=49), "past_deadline"),
        ("care", "closed", False, timedelta(0), "blocked"),
        ("marketing", "closed", True, timedelta(0), "no_consent"),
    ],
)
async def test_what_makes_no_sense_any_more_is_skipped_with_its_reason(
    clinic: SmallClinic, cls: str, stage: str, chat: bool, late: timedelta, why: str
) -> None:
    await clinic.rule("d1", 1, time(10), cls)
    await plan(clinic, await clinic.customer(chat=chat), stage=stage)
    await send(clinic, TOMORROW_10 + late)
    row = await execution(clinic)
    assert (row.state, row.skipped_because) == ("skipped", why)
    assert await notices(clinic, "followup.ask") == []


async def test_marketing_goes_to_who_agreed_to_it_on_that_channel(clinic: SmallClinic) -> None:
    await clinic.rule("recall", 1, time(10), "marketing")
    customer = await clinic.customer()
    await plan(clinic, customer)
    await clinic.change(
        "insert into consents (clinic_id, customer_id, purpose, version, language, text_hash, given, channel,"
        " actor_person_id, at)"
        " values (:clinic, :customer, 'marketing_line', '1', 'th', '', true, 'line', :person, :now)",
        clinic=clinic.id,
        customer=customer.id,
        person=customer.person_id,
        now=NOON,
    )
    await send(clinic, TOMORROW_10)
    assert len(await notices(clinic, "followup.ask")) == 1


async def test_a_worried_answer_alarms_owner_performer_and_managers_at_once(clinic: SmallClinic) -> None:
    customer, asked = await ask(clinic)
    await clinic.change(
        "insert into task_queue (clinic_id, journey_id, kind, state, assignee_id, created_at, started_at, completed_at)"
        " select clinic_id, id, 'perform', 'completed', :user, :now, :now, :now from workflow_states",
        user=clinic.beautician.id,
        now=NOON,
    )
    answered = await press(clinic, customer, asked, 1)
    assert (answered.outcome, answered.first, answered.answer["en"]) == (Outcome.AMBER, True, "Worried")
    alarms = await notices(clinic, "followup.alarm")
    told = {clinic.sales.person_id, clinic.manager.person_id, clinic.beautician.person_id}
    assert {alarm.person_id for alarm in alarms} == told
    assert {(alarm.message_class, alarm.content["outcome"], alarm.content["phone"]) for alarm in alarms} == {
        ("safety", "amber", "+66812345678")
    }
    assert len(await clinic.rows("select 1 from workflow_events where kind = 'reaction_reported'")) == 1


async def test_when_none_of_them_can_be_reached_the_whole_team_hears(clinic: SmallClinic) -> None:
    customer, asked = await ask(clinic)
    for person in (clinic.sales.person_id, clinic.manager.person_id):
        await clinic.change("update channel_identities set reachable = false where person_id = :person", person=person)
    await press(clinic, customer, asked, 1)
    assert {alarm.person_id for alarm in await notices(clinic, "followup.alarm")} == {clinic.beautician.person_id}


async def test_the_first_answer_stays_but_a_graver_one_is_heard(clinic: SmallClinic) -> None:
    customer, asked = await ask(clinic)
    assert (await press(clinic, customer, asked, 0)).outcome is Outcome.FINE
    assert await notices(clinic, "followup.alarm") == []
    with pytest.raises(DomainError) as refused:
        await press(clinic, customer, asked, 0)
    assert (refused.value.code, refused.value.facts["answer"]["en"]) == ("already_answered", "Great")
    assert datetime.fromisoformat(refused.value.facts["at"]) == TOMORROW_10 + timedelta(minutes=5)
    worse = await press(clinic, customer, asked, 2)
    assert (worse.outcome, worse.first) == (Outcome.RED, False)
    for choice in (2, 1, 0):
        with pytest.raises(DomainError, match="already_answered"):
            await press(clinic, customer, asked, choice)
    row = await execution(clinic)
    assert (row.state, row.answer, row.outcome) == ("answered", "vision", "red")
    assert len(await notices(clinic, "followup.alarm")) == 2  # the owner and the manager, once


async def test_ten_presses_at_once_are_one_answer(clinic: SmallClinic) -> None:
    customer, asked = await ask(clinic)
    presses = [press(clinic, customer, asked, 1) for _ in range(10)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes].count("Answered") == 1
    assert len(await clinic.rows("select 1 from workflow_events where kind = 'reaction_reported'")) == 1


async def test_only_the_one_who_was_asked_answers(clinic: SmallClinic) -> None:
    customer, asked = await ask(clinic)
    with pytest.raises(DomainError, match="not_yours"):
        await press(clinic, await clinic.customer(), asked, 0)
    with pytest.raises(DomainError, match="no_such_answer"):
        await press(clinic, customer, asked, 3)
    assert (await execution(clinic)).state == "sent"


def test_a_clinics_own_braces_never_break_a_message() -> None:
    filled = fill("{nick} {unknown} {} 50% {nick", {"nick": "{clinic}", "clinic": "!"})
    assert filled == "{clinic} {unknown} {} 50% {nick"
