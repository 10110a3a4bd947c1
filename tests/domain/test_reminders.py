"""Reminders and messages that leave later: once, inside the service hours, and never after they were cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.database.session import Engine
from domain.errors import DomainError
from domain.people import service as people
from domain.reminders import service as reminders
from domain.reminders.model import Reminder, State
from domain.reminders.rules import CLOSES, OPENS, into_hours
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from tests.domain.clinic_factory import TestClinic, make_clinic, overtaken, refused

BANGKOK = ZoneInfo("Asia/Bangkok")


@pytest.fixture
async def jay(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "คุณเจ", sender="jay")


async def joined(clinic: TestClinic, jay: Actor) -> UUID:
    """A customer with an open plan and a chat."""
    lead = await clinic.lead(jay)
    async with clinic.by(jay) as unit:
        invitation = await people.invite_customer(unit, lead.customer_id, lead.id)
    await clinic.enter("somchai", invitation.code)
    return lead.customer_id


async def planned(clinic: TestClinic, jay: Actor, customer_id: UUID, **changes: Any) -> Reminder:
    async with clinic.by(jay) as unit:
        at = unit.now + timedelta(days=2)
        return await reminders.remind(unit, customer_id, **{"at": at, "text": "โทรหา", **changes})


async def rings(clinic: TestClinic, made: Reminder, after: timedelta = timedelta()) -> None:
    async with clinic.by() as unit:
        unit.now = made.due_at + after
        await reminders.ring(unit, made.id)


@given(st.timedeltas(timedelta(), timedelta(days=9_999)))
def test_a_message_leaves_within_the_hours_and_never_earlier(later: timedelta) -> None:
    asked = datetime(2026, 7, 17, 14, 2, tzinfo=BANGKOK) + later
    at = into_hours(asked, BANGKOK)
    assert OPENS <= at.astimezone(BANGKOK).time() <= CLOSES
    assert timedelta() <= at - asked <= timedelta(hours=11)
    assert into_hours(at, BANGKOK) == at


async def test_a_reminder_comes_once_and_puts_the_customer_aside_till_then(clinic: TestClinic, jay: Actor) -> None:
    lead = await clinic.lead(jay)
    made = await planned(clinic, jay, lead.customer_id)
    async with clinic.by(jay) as unit:
        ((_, until),) = await workflow.journeys_at(unit, lead.stage, None)
        assert until == made.due_at
        assert [each.id for each in await reminders.planned(unit, jay.user_id)] == [made.id]
    await rings(clinic, made, -timedelta(seconds=1))
    assert clinic.outbox == []
    await rings(clinic, made)
    await rings(clinic, made)
    assert [(row["notice_kind"], row["content"]["text"]) for row in clinic.outbox] == [("reminder.due", "โทรหา")]
    async with clinic.by(jay) as unit:
        assert await reminders.planned(unit, None) == []


async def test_a_message_goes_to_the_customer_in_the_writers_words(clinic: TestClinic, jay: Actor) -> None:
    customer_id = await joined(clinic, jay)
    async with clinic.by(jay) as unit:
        night = datetime.combine(unit.now.astimezone(BANGKOK).date() + timedelta(days=1), CLOSES, BANGKOK)
        made = await reminders.send_later(unit, customer_id, at=night + timedelta(hours=2), text=" สวัสดีค่ะ ")
    assert (made.due_at - night).total_seconds() == 11 * 3600
    clinic.outbox.clear()
    await rings(clinic, made)
    assert [(row["notice_kind"], row["content"]) for row in clinic.outbox] == [("customer.message", {"text": "สวัสดีค่ะ"})]


async def test_nobody_is_written_to_without_a_chat(clinic: TestClinic, jay: Actor) -> None:
    lead = await clinic.lead(jay)
    async with clinic.by(jay) as unit, refused("no_chat_yet", name="สมชาย"):
        await reminders.send_later(unit, lead.customer_id, at=unit.now + timedelta(days=1), text="x")
    await clinic.put(lead.id, "closed")
    customer_id = await joined(clinic, jay)
    async with clinic.by(jay) as unit:
        made = await reminders.send_later(unit, customer_id, at=unit.now + timedelta(days=1), text="สวัสดีค่ะ")
    await clinic.rows(
        "update channel_identities set reachable = false where person_id ="
        " (select person_id from customers where id = :id)",
        id=customer_id,
    )
    clinic.outbox.clear()
    await rings(clinic, made)
    assert [row["notice_kind"] for row in clinic.outbox] == ["reminder.failed"]
    async with clinic.by(jay) as unit:
        assert (await reminders.reminder(unit, made.id)).state is State.FAILED


async def test_it_is_changed_and_cancelled_by_its_owner_until_it_happens(clinic: TestClinic, jay: Actor) -> None:
    lead = await clinic.lead(jay)
    made = await planned(clinic, jay, lead.customer_id)
    async with clinic.by(jay) as unit:
        later = made.due_at + timedelta(days=1)
        assert (await reminders.change(unit, made.id, at=later)).due_at == later
        assert (await reminders.change(unit, made.id, text="ถามเรื่องแผน")).text == "ถามเรื่องแผน"
        for wrong, code in (({"at": unit.now}, "in_the_past"), ({"text": " "}, "bad_text")):
            async with refused(code):
                await reminders.change(unit, made.id, **wrong)
    await rings(clinic, made)
    assert clinic.outbox == []
    async with clinic.by(await clinic.staff("sales", "ฝน")) as unit, refused("not_your_reminder"):
        await reminders.cancel(unit, made.id)
    async with clinic.by(await clinic.staff("manager", "พลอย")) as unit:
        assert (await reminders.cancel(unit, made.id)).state is State.CANCELLED
    async with clinic.by(jay) as unit:
        async with refused("reminder_over", state="cancelled"):
            await reminders.cancel(unit, made.id)
        ((_, until),) = await workflow.journeys_at(unit, lead.stage, None)
        assert until is None


async def test_cancelled_while_it_goes_out_is_one_or_the_other(clinic: TestClinic, jay: Actor) -> None:
    lead = await clinic.lead(jay)
    for ring_first in (True, False):
        made = await planned(clinic, jay, lead.customer_id)
        clinic.outbox.clear()

        async def ring(unit: Unit, made: Reminder = made) -> None:
            unit.now = made.due_at
            await reminders.ring(unit, made.id)

        async def cancel(unit: Unit, made: Reminder = made) -> Reminder:
            return await reminders.cancel(unit, made.id)

        acts = (ring, cancel) if ring_first else (cancel, ring)
        actors = (clinic.by(), clinic.by(jay)) if ring_first else (clinic.by(jay), clinic.by())
        _, late = await overtaken(clinic.engine, *actors, *acts)
        async with clinic.by(jay) as unit:
            state = (await reminders.reminder(unit, made.id)).state
        assert (state, len(clinic.outbox)) == ((State.DONE, 1) if ring_first else (State.CANCELLED, 0))
        assert isinstance(late, DomainError) is ring_first


async def test_another_clinic_sees_nothing_of_it(engine: Engine, clinic: TestClinic, jay: Actor) -> None:
    made = await planned(clinic, jay, (await clinic.lead(jay)).customer_id)
    other = await make_clinic(engine, "BUA")
    async with other.by(await other.staff("manager", "เก่ง")) as unit:
        assert await reminders.planned(unit, None) == []
        async with refused("no_such_reminder"):
            await reminders.cancel(unit, made.id)
        async with refused("no_such_customer"):
            await reminders.remind(unit, made.customer_id, at=unit.now + timedelta(days=1), text="x")
