"""Journeys from lead to treated: every move by the right person, once, in order, and written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from domain.database.session import Engine
from domain.errors import DomainError
from domain.notifications.service import notify
from domain.people import service as people
from domain.tasks import service as tasks
from domain.tasks.model import TaskView
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Stage
from tests.domain.clinic_factory import (
    FACIAL_SATANG,
    PHONE,
    TestClinic,
    booked_and_here,
    make_clinic,
    overtaken,
    pay,
    refused,
    ticks_all,
)

NOTE = "ผิวดี ทายาครบทุกขั้นตอน"


# The whole way


async def test_a_facial_from_lead_to_treated(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์")
    lead = await clinic.lead(sales)
    assert (lead.stage, lead.version, lead.agreed_satang, lead.paid_satang) == (Stage.LEAD, 1, FACIAL_SATANG, 0)
    assert (lead.owner_id, lead.owner_name, lead.owner_person_id) == (sales.user_id, "คุณเจ", sales.person_id)
    assert (lead.linked, lead.tier, lead.phone) == (False, "bronze", "+66812345678")
    assert lead.treatment == {"th": "ทรีตเมนต์เติมน้ำผิว", "en": "Hydrating facial"}
    async with clinic.by(sales) as unit:
        paid = await pay(unit, lead)
        assert (paid.journey.stage, paid.journey.paid_satang) == (Stage.PAYMENT_CONFIRMED, FACIAL_SATANG)
        when = unit.now + timedelta(hours=1)
        booked = await booked_and_here(unit, paid.journey, when)
        await people.record_paper_consent(unit, lead.customer_id, purpose="health_record", language="th", text="…")
        assert (booked.stage, booked.scheduled_at) == (Stage.TREATMENT_SCHEDULED, when)
        task = await tasks.open_for_journey(unit, lead.id)
    assert task is not None
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, task.id)
        assert (await workflow.start_treatment(unit, task.id)).state == "in_progress"
        await ticks_all(unit, task.id)
        done = await workflow.complete_treatment(unit, task.id, NOTE)
        assert (done.state, done.notes[0].text, done.completed_at) == ("completed", NOTE, unit.now)
        assert done.accepted_at is not None
        assert (await workflow.journey_view(unit, lead.id)).stage == Stage.TREATMENT_COMPLETED
    assert await clinic.audit(lead.id) == [
        ("create", None, "lead", 1, "sales"),
        ("confirm_payment", "lead", "payment_confirmed", 2, "sales"),
        ("schedule", "payment_confirmed", "treatment_scheduled", 3, "sales"),
        ("start", "treatment_scheduled", "treatment_started", 4, "beautician"),
        ("complete", "treatment_started", "treatment_completed", 5, "beautician"),
    ]
    facts = {fact.kind: fact for fact in clinic.facts}
    assert facts["payment_confirmed"].subject_id == paid.payment.id
    assert facts["payment_confirmed"].data == {
        "journey_id": str(lead.id),
        "customer_id": str(lead.customer_id),
        "amount_satang": FACIAL_SATANG,
        "paid_before_satang": 0,
        "method": "transfer",
        "receipt_no": 1,
        "stage": "payment_confirmed",
    }
    assert facts["treatment_scheduled"].subject_id == lead.id
    assert facts["treatment_completed"].subject_id == lead.id
    assert facts["treatment_completed"].data == {
        "journey_id": str(lead.id),
        "customer_id": str(lead.customer_id),
        "task_id": str(task.id),
        "performer_id": str(mint.user_id),
        "accepted_at": done.accepted_at.isoformat(),
        "started_at": done.started_at.isoformat() if done.started_at else None,
        "agreed_satang": FACIAL_SATANG,
        "paid_satang": FACIAL_SATANG,
    }


async def test_a_treated_customer_may_start_the_same_treatment_anew(clinic: TestClinic, sales: Actor) -> None:
    first = await clinic.lead(sales)
    await clinic.put(first.id, "treatment_completed")
    second = await clinic.lead(sales)
    assert (second.customer_id, second.id == first.id) == (first.customer_id, False)
    async with clinic.by(sales) as unit:
        assert [j.id for j in await workflow.open_journeys_of_phone(unit, PHONE)] == [second.id]
        of_customer = await workflow.journeys_of_customer(unit, first.customer_id)
        assert [j.id for j in of_customer] == [second.id, first.id]


async def test_lists_show_the_actors_own_first(clinic: TestClinic, sales: Actor) -> None:
    fon = await clinic.staff("sales", "ฝน")
    mine = await clinic.lead(fon, name="ก")
    paid = await clinic.paid(fon, name="ข")
    theirs = await clinic.lead(sales, name="ค")
    await clinic.lead(sales, "PICO", name="ง")  # needs a scan first
    await clinic.lead(sales, "SCN", name="จ")  # costs nothing
    async with clinic.by(fon) as unit:
        assert [j.id for j in await workflow.journeys_to_pay(unit)] == [mine.id, theirs.id]
        assert [j.id for j in await workflow.journeys_to_schedule(unit)] == [paid.id]
    async with clinic.by(sales) as unit:
        assert [j.id for j in await workflow.journeys_to_pay(unit)] == [theirs.id, mine.id]


# Schedule, start, complete


async def test_a_time_is_set_once_and_in_the_future(clinic: TestClinic, sales: Actor) -> None:
    journey = await clinic.paid(sales)
    lead = await clinic.lead(sales, name="ยังไม่จ่าย")
    async with clinic.by(sales) as unit:
        later = unit.now + timedelta(days=1)
        async with refused("in_the_past"):
            past = unit.now - timedelta(seconds=1)
            await workflow.schedule(unit, journey.id, version=journey.version, at=past)
        async with refused("outdated"):
            await workflow.schedule(unit, journey.id, version=1, at=later)
        async with refused("illegal_move"):
            await workflow.schedule(unit, lead.id, version=lead.version, at=later)
        async with refused("no_such_journey"):
            await workflow.schedule(unit, uuid4(), version=1, at=later)
        await workflow.schedule(unit, journey.id, version=journey.version, at=later)
    fon = await clinic.staff("sales", "ฝน")
    async with clinic.by(fon) as unit, refused("already_scheduled", by="คุณเจ", scheduled_at=later.isoformat()):
        await workflow.schedule(unit, journey.id, version=journey.version, at=datetime(2099, 1, 1, tzinfo=UTC))
    async with clinic.by(await clinic.staff("doctor", "หมอ")) as unit, refused("not_your_role"):
        await workflow.schedule(unit, journey.id, version=journey.version, at=later)
    assert len(await clinic.rows("select id from task_queue where kind = 'treatment'")) == 1


async def test_two_salespeople_set_a_time_at_once(clinic: TestClinic, sales: Actor) -> None:
    journey = await clinic.paid(sales)
    fon = await clinic.staff("sales", "ฝน")

    async def book(unit: Unit) -> JourneyView:
        return await workflow.schedule(unit, journey.id, version=journey.version, at=unit.now + timedelta(hours=2))

    _, lost = await overtaken(clinic.engine, clinic.by(sales), clinic.by(fon), book, book)
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts["by"]) == ("already_scheduled", "คุณเจ")
    assert len(await clinic.rows("select id from task_queue where kind = 'treatment'")) == 1


async def test_only_the_one_who_accepted_starts_and_completes_each_once(clinic: TestClinic, sales: Actor) -> None:
    mint, nan = await clinic.staff("beautician", "มิ้นท์"), await clinic.staff("beautician", "แนน")
    journey, task_id = await clinic.scheduled(sales)
    async with clinic.by(mint) as unit:
        async with refused("task_not_accepted"):
            await workflow.start_treatment(unit, task_id)
        await tasks.accept(unit, task_id)
        async with refused("task_not_started"):
            await workflow.complete_treatment(unit, task_id, NOTE)
    for act in (workflow.start_treatment, lambda u, t: workflow.complete_treatment(u, t, NOTE)):
        for who in (nan, sales):
            async with clinic.by(who) as unit, refused("not_assignee", by="มิ้นท์"):
                await act(unit, task_id)
    async with clinic.by(mint) as unit:
        started = await workflow.start_treatment(unit, task_id)
        assert started.started_at is not None
        async with refused("already_started", by="มิ้นท์", at=started.started_at.isoformat()):
            await workflow.start_treatment(unit, task_id)
        await ticks_all(unit, task_id)
        async with refused("note_too_short", needed=10):
            await workflow.complete_treatment(unit, task_id, "  ดี   ")
        done = await workflow.complete_treatment(unit, task_id, NOTE)
        assert done.completed_at is not None
        for act in (workflow.start_treatment, lambda u, t: workflow.complete_treatment(u, t, NOTE)):
            async with refused("already_completed", by="มิ้นท์", at=done.completed_at.isoformat()):
                await act(unit, task_id)
    assert clinic.kinds().count("treatment_completed") == 1
    assert [row[0] for row in await clinic.audit(journey.id)][-2:] == ["start", "complete"]


async def test_two_presses_at_once_complete_once(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์")
    _, task_id = await clinic.scheduled(sales)
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, task_id)
        await workflow.start_treatment(unit, task_id)
        await ticks_all(unit, task_id)

    async def finish(unit: Unit) -> TaskView:
        return await workflow.complete_treatment(unit, task_id, NOTE)

    _, lost = await overtaken(clinic.engine, clinic.by(mint), clinic.by(mint), finish, finish)
    assert isinstance(lost, DomainError)
    assert lost.code == "already_completed"
    assert clinic.kinds().count("treatment_completed") == 1


async def test_work_on_a_journey_that_left_is_refused(clinic: TestClinic, sales: Actor) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์")
    journey, task_id = await clinic.scheduled(sales)
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, task_id)
    await clinic.put(journey.id, "cancelled")
    async with refused("illegal_move"), clinic.by(mint) as unit:
        await workflow.start_treatment(unit, task_id)
    [task] = await clinic.rows("select state from task_queue where kind = 'treatment'")
    assert task["state"] == "accepted"  # what was half done is undone


# Clinics apart, and the customer's chat


async def test_nothing_of_another_clinic_exists(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    mint = await clinic.staff("beautician", "มิ้นท์")
    journey, task_id = await clinic.scheduled(sales)
    twin = await make_clinic(engine, "BUA")
    theirs, beautician = await twin.staff("sales", "เก่ง"), await twin.staff("beautician", "อ้อม")
    async with twin.by(theirs) as unit:
        async with refused("no_such_journey"):
            await workflow.journey_view(unit, journey.id)
        async with refused("no_such_journey"):
            await pay(unit, journey)
        async with refused("no_such_journey"):
            await workflow.schedule(unit, journey.id, version=3, at=unit.now + timedelta(hours=1))
        async with refused("no_such_treatment"):
            await workflow.create_lead(unit, name="ก", phone=PHONE, treatment_id=journey.treatment_id, source="t")
        async with refused("no_such_customer"):
            await workflow.create_lead(
                unit,
                name="ก",
                phone=PHONE,
                treatment_id=await twin.treatment(),
                source="t",
                customer_id=journey.customer_id,
            )
        assert await workflow.open_journeys_of_phone(unit, PHONE) == []
        assert await workflow.journeys_of_customer(unit, journey.customer_id) == []
        assert await workflow.journeys_to_schedule(unit) == []
    async with twin.by(beautician) as unit:
        async with refused("no_such_task"):
            await workflow.start_treatment(unit, task_id)
        async with refused("no_such_task"):
            await workflow.complete_treatment(unit, task_id, NOTE)
    async with clinic.by(mint) as unit:
        assert (await tasks.task_view(unit, task_id)).state == "requested"


async def test_the_view_knows_the_customers_chat_and_tier(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    async with clinic.by(sales) as unit:
        invitation = await people.invite_customer(unit, lead.customer_id, lead.id)
    async with clinic.event("somchai") as unit:
        await people.join(unit, invitation.code)
    await clinic.rows(
        "insert into loyalty_profiles (clinic_id, customer_id, tier, created_at)"
        " values (:clinic, :customer, 'gold', clock_timestamp())",
        clinic=clinic.id,
        customer=lead.customer_id,
    )
    async with clinic.by(sales) as unit:
        seen = await workflow.journey_view(unit, lead.id)
        assert (seen.linked, seen.tier) == (True, "gold")
        assert await notify(unit, [seen.customer_person_id], "payment.receipt", {}) == 1
