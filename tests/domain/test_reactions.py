"""From a lead to aftercare on the real database: what each fact sets going, in the transaction that recorded it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentState
from domain.conversations import store as conversations
from domain.database.session import Engine
from domain.followups import service as followups
from domain.loyalty import service as loyalty
from domain.people import service as people
from domain.reactions import react
from domain.tasks import service as tasks
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from domain.workflow.treating import StopReason
from tests.domain.clinic_factory import booked_and_here
from tests.domain.small_clinic import BANGKOK, NOON, Person, SmallClinic, small_clinic

SLOT = datetime(2026, 7, 18, 14, tzinfo=BANGKOK)


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine, react)


def staff(role: str, person: Person) -> Actor:
    return Actor(role, person.person_id, person.id, None, role)


async def notices(clinic: SmallClinic, kind: str) -> list[Any]:
    return await clinic.rows("select * from outbox where notice_kind = :kind order by seq", kind=kind)


async def lead(clinic: SmallClinic, customer: Person) -> JourneyView:
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        return await workflow.create_lead(
            unit,
            name="นก",
            phone="0812345678",
            treatment_id=clinic.treatment_id,
            source="walk-in",
            customer_id=customer.id,
        )


async def pay(clinic: SmallClinic, journey: JourneyView, satang: int) -> JourneyView:
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        result = await workflow.confirm_payment(
            unit, journey.id, version=journey.version, amount_satang=satang, method="cash"
        )
    return result.journey


async def wrote(clinic: SmallClinic, customer: Person, words: str) -> UUID:
    """The customer wrote what nobody understood; returns the id of the kept message."""
    [chat] = await clinic.rows("select id from channel_identities where person_id = :id", id=customer.person_id)
    async with clinic.at() as unit:
        kept_id = await conversations.keep(
            unit.db,
            clinic.id,
            person_id=customer.person_id,
            identity_id=chat.id,
            event_id=None,
            kind="message_not_understood",
            data={"text": words, "message_id": "1"},
            at=NOON,
        )
        unit.record("message_not_understood", customer.id, kept_id=str(kept_id))
    return kept_id


async def treat(clinic: SmallClinic, journey: JourneyView, at: datetime) -> None:
    """Scheduled, accepted, started, completed."""
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        await booked_and_here(unit, journey, SLOT)
        await people.record_paper_consent(unit, journey.customer_id, purpose="health_record", language="th", text="…")
        task = await tasks.open_for_journey(unit, journey.id)
    assert task is not None
    for act in (tasks.accept, workflow.start_treatment):
        async with clinic.at(at, staff("beautician", clinic.beautician)) as unit:
            await act(unit, task.id)
    async with clinic.at(at, staff("beautician", clinic.beautician)) as unit:
        await workflow.complete_treatment(unit, task.id, "ผิวชุ่มชื้นดี ไม่มีรอยแดง")


async def test_a_payment_makes_a_member_with_pending_points_and_sends_the_receipt(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await pay(clinic, await lead(clinic, customer), 100_000)
    await pay(clinic, journey, 29_000)
    first, second = await notices(clinic, "payment.receipt")
    assert first.person_id == customer.person_id
    facts = first.content
    assert (facts["receipt_no"], facts["amount_satang"], facts["paid_satang"], facts["agreed_satang"]) == (
        1,
        100_000,
        100_000,
        129_000,
    )
    assert (facts["pending"], facts["method"], facts["treatment"]["en"]) == (40, "cash", "Hydrating facial")
    assert (second.content["pending"], second.content["paid_satang"]) == (11, 129_000)
    async with clinic.at() as unit:
        shown = await loyalty.balance(unit, customer.id)
    assert (shown.usable, shown.pending) == (100, 51)


async def test_a_completed_treatment_brings_points_badge_tier_and_aftercare_on_one_card(clinic: SmallClinic) -> None:
    await clinic.rule("d1", 1)
    await clinic.rule("d3", 3)
    customer = await clinic.customer()
    await clinic.change("update loyalty_tiers set enter_satang = 129000 where code = 'silver'")
    journey = await pay(clinic, await lead(clinic, customer), 129_000)
    await treat(clinic, journey, SLOT)
    [card] = await notices(clinic, "points.card")
    facts = card.content
    assert card.person_id == customer.person_id
    assert (facts["activated"], facts["usable"], facts["pending"]) == (51, 251, 0)
    assert facts["awards"] == [{"th": "ก้าวแรก", "en": "First step", "points": 100}]
    assert (facts["tier_code"], facts["tier_up"]) == ("silver", {"th": "silver", "en": "silver"})
    assert facts["treatment"]["th"] == "ทรีตเมนต์เติมน้ำผิว"
    due = await clinic.rows("select due_at from followup_executions order by due_at")
    assert [row.due_at for row in due] == [
        SLOT.replace(day=19, hour=10, minute=0),
        SLOT.replace(day=21, hour=10, minute=0),
    ]
    kinds = [row.kind for row in await clinic.rows("select kind from workflow_events where kind like 'achievement%'")]
    assert kinds == ["achievement_awarded"]


async def test_a_scheduled_treatment_is_offered_to_those_who_may_do_it(clinic: SmallClinic) -> None:
    journey = await pay(clinic, await lead(clinic, await clinic.customer()), 129_000)
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        await workflow.schedule(unit, journey.id, version=journey.version, at=SLOT)
    assert [row.person_id for row in await notices(clinic, "task.offer")] == [clinic.beautician.person_id]


async def test_a_failure_in_a_reaction_undoes_the_payment_too(clinic: SmallClinic) -> None:
    journey = await lead(clinic, await clinic.customer())
    await clinic.change("delete from loyalty_tiers")
    with pytest.raises(ValueError, match="empty"):
        await pay(clinic, journey, 129_000)
    assert await clinic.rows("select 1 from payments") == []
    assert await notices(clinic, "payment.receipt") == []


async def joined(clinic: SmallClinic, customer: Person, journey_id: UUID | None) -> None:
    async with clinic.at() as unit:
        unit.record(
            "customer_joined",
            customer.id,
            identity_id=str(clinic.id),
            channel="line",
            display_name="Nok 🌸",
            journey_id=str(journey_id) if journey_id else None,
            invitation_id=str(clinic.id),
        )


async def test_joining_enrols_and_shows_the_owner_whose_chat_it_is(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    journey = await clinic.journey(customer, owner=clinic.manager.id)
    await joined(clinic, customer, journey)
    await joined(clinic, customer, None)
    [first, second] = await notices(clinic, "customer.joined")
    assert (first.person_id, first.content["display_name"]) == (clinic.manager.person_id, "Nok 🌸")
    assert (first.content["journey_id"], second.content["journey_id"]) == (str(journey), None)
    async with clinic.at() as unit:
        assert (await loyalty.balance(unit, customer.id)).usable == 100


@pytest.mark.parametrize("owned", [True, False])
async def test_what_nobody_understood_reaches_the_owner_or_the_whole_desk(clinic: SmallClinic, owned: bool) -> None:
    customer = await clinic.customer(owner=owned)
    await wrote(clinic, customer, "ขอเลื่อนนัดได้ไหมคะ")
    told = await notices(clinic, "message.forward")
    desk = {clinic.sales.person_id, clinic.manager.person_id}
    assert {row.person_id for row in told} == ({clinic.sales.person_id} if owned else desk)
    expected = {"name": "นก", "text": "ขอเลื่อนนัดได้ไหมคะ", "channel": "line", "customer_id": str(customer.id)}
    assert told[0].content == {**expected, "journey_id": None}


async def test_what_was_taken_back_is_nowhere_to_be_read(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    kept_id = await wrote(clinic, customer, "ความลับ")
    await clinic.change("update outbox set state = 'sent'")
    async with clinic.at() as unit:
        unit.record("message_taken_back", kept_id)
    sent, edit = await clinic.rows("select * from outbox order by seq")
    assert (edit.row_kind, edit.edits_id, edit.notice_kind) == ("edit", sent.id, "message.forward")
    assert (sent.content["text"], edit.content["text"]) == (None, None)


@pytest.mark.parametrize("in_chat", [True, False])
async def test_who_is_unwell_writes_to_the_care_team_and_not_to_sales(clinic: SmallClinic, in_chat: bool) -> None:
    """Those whom the reaction alarmed; none of them in a chat: everybody of the care team, and only then the desk."""
    customer = await clinic.customer()
    journey = await clinic.journey(customer, stage="follow_up", owner=clinic.sales.id)
    await clinic.rule("d1", 1, None)
    async with clinic.at() as unit:
        about = {"journey_id": journey, "customer_id": customer.id}
        await followups.plan(unit, **about, anchor="completed", anchor_at=NOON, anchor_version=1)
    await clinic.change(
        "update followup_executions set state = 'answered', answer = 'worried', outcome = 'amber', answered_at = now()"
    )
    if not in_chat:
        await clinic.change("update channel_identities set reachable = person_id not in (select person_id from users)")
        desk = "update channel_identities set reachable = true where person_id = :id"
        await clinic.change(desk, id=clinic.sales.person_id)
    await wrote(clinic, customer, "แสบหน้านิดหน่อยค่ะ")
    told = await notices(clinic, "followup.message")
    assert {row.person_id for row in told} == ({clinic.manager.person_id} if in_chat else set())
    assert {(row.message_class, row.content["text"], row.content["may_handle"]) for row in told} <= {
        ("safety", "แสบหน้านิดหน่อยค่ะ", True)
    }
    assert len(await notices(clinic, "message.forward")) == (0 if in_chat else 1)
    await clinic.change("update followup_executions set handled_at = now()")
    await wrote(clinic, customer, "ขอบคุณค่ะ")
    assert len(await notices(clinic, "followup.message")) == len(told)


async def test_an_owner_who_left_is_told_nothing(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    await clinic.change("update users set active = false where id = :id", id=clinic.sales.id)
    await wrote(clinic, customer, "?")
    assert [row.person_id for row in await notices(clinic, "message.forward")] == [clinic.manager.person_id]


async def test_a_second_treatment_brings_its_own_points_and_no_second_badge(clinic: SmallClinic) -> None:
    customer = await clinic.customer()
    for n in range(2):
        journey = await pay(clinic, await lead(clinic, customer), 129_000)
        await treat(clinic, journey, SLOT + timedelta(days=n))
    first, second = await notices(clinic, "points.card")
    assert (first.content["usable"], second.content["usable"]) == (251, 302)
    assert second.content["awards"] == []
    assert second.content["tier_up"] is None


async def test_the_appointment_goes_with_the_task_to_the_colleague(clinic: SmallClinic) -> None:
    """Whoever took it over treats the customer: they hear of the arrival and are busy then, the first one is not."""
    async with clinic.at() as unit:
        invitation = await people.invite_staff(unit, role="beautician", name="แนน")
    [row] = await clinic.rows("select id, person_id from users where id = :id", id=invitation.user_id)
    nan, mint = Person(row.id, row.person_id), clinic.beautician
    await clinic.change(
        "insert into channel_identities (clinic_id, account_id, person_id, external_id, display_name, last_seen_at)"
        " values (:clinic, :account, :person, 'Unan', 'nan', now())",
        clinic=clinic.id,
        account=clinic.account_id,
        person=nan.person_id,
    )
    journey = await pay(clinic, await lead(clinic, await clinic.customer()), 129_000)
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        await workflow.schedule(unit, journey.id, version=journey.version, at=SLOT)
        task = await tasks.open_for_journey(unit, journey.id)
    assert task is not None
    async with clinic.at(NOON, staff("beautician", mint)) as unit:
        await tasks.accept(unit, task.id)
        await tasks.hand_over(unit, task.id, nan.id)
    async with clinic.at(NOON, staff("beautician", nan)) as unit:
        await tasks.take_over(unit, task.id)
    async with clinic.at(SLOT, staff("sales", clinic.sales)) as unit:
        seen = await appointments.live(unit, journey.id)
        assert seen is not None
        assert (seen.performer_id, seen.accepted) == (nan.id, True)
        await workflow.arrive(unit, seen.id, at=SLOT)
    [kept] = await clinic.rows("select performer_id from workflow_states where id = :id", id=journey.id)
    assert kept.performer_id == nan.id
    told = {notice.person_id for notice in await notices(clinic, "appointment.news")}
    assert (nan.person_id in told, mint.person_id in told) == (True, False)


async def test_who_was_moved_would_have_to_come_again(clinic: SmallClinic) -> None:
    """The arrival of a time that was moved counts for nothing any more."""
    journey = await pay(clinic, await lead(clinic, await clinic.customer()), 129_000)
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        booked = await booked_and_here(unit, journey, SLOT)
        assert booked.appointment_id is not None
        seen = await appointments.view(unit, booked.appointment_id)
        await workflow.reschedule(unit, seen.id, version=seen.version, at=seen.starts_at + timedelta(days=1))
        seen = await appointments.view(unit, seen.id)
        assert (seen.state, seen.arrived_at) == (AppointmentState.BOOKED, None)
        unit.now = seen.starts_at
        await workflow.arrive(unit, seen.id, at=seen.starts_at)
        assert (await workflow.journey_view(unit, journey.id)).arrived_at == seen.starts_at


@pytest.mark.parametrize("stays", [True, False])
async def test_whoever_goes_home_from_a_stopped_treatment_has_no_time_any_more(
    clinic: SmallClinic, stays: bool
) -> None:
    """Stopped before its time had come: who stays is treated then, who goes home waits for another time."""
    customer = await clinic.customer()
    journey = await pay(clinic, await lead(clinic, customer), 129_000)
    sales, mint = staff("sales", clinic.sales), staff("beautician", clinic.beautician)
    async with clinic.at(NOON, sales) as unit:
        booked = await booked_and_here(unit, journey, SLOT)
        await people.record_paper_consent(unit, journey.customer_id, purpose="health_record", language="th", text="…")
        task = await tasks.open_for_journey(unit, journey.id)
    assert task is not None
    before = SLOT - timedelta(hours=1)
    async with clinic.at(before, mint) as unit:
        await tasks.accept(unit, task.id)
        await workflow.start_treatment(unit, task.id)
    async with clinic.at(before, mint) as unit:
        await workflow.abort_treatment(unit, task.id, StopReason.MEDICAL, stays=stays)
    assert booked.appointment_id is not None
    async with clinic.at(before, sales) as unit:
        seen = await appointments.view(unit, booked.appointment_id)
        now = await workflow.journey_view(unit, journey.id)
        expected = [visit.id for visit in await appointments.today(unit, None)]
        again = await tasks.open_for_journey(unit, journey.id)
    told = [row.person_id for row in await notices(clinic, "treatment.broken_off")]
    waiting = await clinic.rows("select 1 from timers where kind = 'appointment.no_show'")
    [moved] = await clinic.rows("select data from workflow_actions order by version desc limit 1")
    assert waiting == []
    if stays:
        assert (now.stage, now.scheduled_at, seen.state) == ("treatment_scheduled", SLOT, AppointmentState.ARRIVED)
        assert again is not None
        assert told == []
    else:
        assert (now.stage, now.scheduled_at, now.arrived_at) == ("payment_confirmed", None, None)
        assert (seen.state, expected, again) == (AppointmentState.CANCELLED, [], None)
        assert told == [customer.person_id]
        assert moved.data == {"stopped": "medical"}


async def test_who_paid_for_something_else_hears_that_the_time_kept_is_not_theirs(clinic: SmallClinic) -> None:
    nok = await clinic.customer()
    journey = await lead(clinic, nok)
    await clinic.change(
        "insert into treatments"
        " (clinic_id, code, name_th, name_en, price_satang, minutes, roles, recall_days, scan_required)"
        " select clinic_id, 'BTX', 'โบทอกซ์', 'Botox', 690000, 30, roles, 28, false from treatments"
    )
    [botox] = await clinic.rows("select id from treatments where code = 'BTX'")
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        held = await workflow.hold_time(unit, journey.id, version=journey.version, at=SLOT)
        changed = await workflow.change_treatment(unit, journey.id, version=held.version, treatment_id=botox.id)
    async with clinic.at(NOON, staff("manager", clinic.manager)) as unit:
        result = await workflow.confirm_payment(
            unit, journey.id, version=changed.version, amount_satang=690_000, method="cash"
        )
        assert result.journey.appointment_id is None
    [told] = await notices(clinic, "appointment.cancelled")
    assert (told.person_id, told.content["starts_at"]) == (nok.person_id, SLOT.astimezone(UTC).isoformat())
    [news] = await notices(clinic, "appointment.news")
    assert (news.person_id, news.content["what"]) == (clinic.sales.person_id, "not_in_plan")
