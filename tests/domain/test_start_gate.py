"""The start gate and the treatment behind it: every red, who answers for it, and what blocks the end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.people import service as people
from domain.tasks import service as tasks
from domain.tasks.model import TaskState
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.gate import Gate
from domain.workflow.treating import StopReason
from tests.domain.clinic_factory import TestClinic, refused, ticks_all

NOTE = "ผิวดี ทายาครบทุกขั้นตอน"


@pytest.fixture
async def mint(clinic: TestClinic) -> Actor:
    return await clinic.staff("beautician", "มิ้นท์", "mint")


@pytest.fixture
async def task_id(clinic: TestClinic, mint: Actor) -> UUID:
    """A facial that มิ้นท์ has accepted; everything is ready."""
    _, task_id = await clinic.scheduled(await clinic.staff("sales", "คุณเจ", "jay"))
    async with clinic.by(mint) as unit:
        await tasks.accept(unit, task_id)
    return task_id


async def reds(clinic: TestClinic, who: Actor, task_id: UUID) -> list[Gate]:
    async with clinic.by(who) as unit:
        return [check.gate for check in (await workflow.start_gate(unit, task_id)).reds]


ALERT = (
    "insert into health_alerts (clinic_id, customer_id, kind, text, blocks, noted_at)"
    " select clinic_id, id, 'pregnancy', 'ตั้งครรภ์', true, created_at from customers"
)
ROOM = (
    "with b as (insert into branches (clinic_id, code, name_th, name_en) values (:clinic, 'A', 'ก', 'A') returning id),"
    " r as (insert into rooms (clinic_id, branch_id, code, name_th, name_en)"
    "  select :clinic, id, 'A1', 'ห้อง 1', 'Room 1' from b)"
    " update workflow_states set branch_id = b.id from b"
)
BUSY = (
    "with j as (insert into workflow_states (clinic_id, customer_id, treatment_id, branch_id, stage, agreed_satang,"
    "  created_at, stage_changed_at) select clinic_id, customer_id, treatment_id, branch_id, 'closed', 0, created_at,"
    "  created_at from workflow_states limit 1 returning id)"
    " insert into task_queue (clinic_id, journey_id, kind, state, room_id, created_at)"
    " select :clinic, j.id, 'treatment', 'in_progress', r.id, now() from j, rooms r"
)


async def spoil(clinic: TestClinic, gate: Gate) -> None:
    """Make one light red."""
    sql = {
        Gate.PAID: ["update workflow_states set agreed_satang = agreed_satang + 100"],
        Gate.ARRIVED: ["update workflow_states set arrived_at = null", "update appointments set state = 'booked'"],
        Gate.CONSENT: ["update consents set version = '0'"],
        Gate.CONTRAINDICATION: [ALERT],
        Gate.LICENCE: ["update treatments set roles = '{doctor}'"],
        Gate.ROOM: [ROOM, BUSY],
    }[gate]
    for statement in sql:
        await clinic.rows(statement, **({"clinic": clinic.id} if ":clinic" in statement else {}))


@pytest.mark.parametrize("gate", [*Gate])
async def test_each_red_blocks_the_start(clinic: TestClinic, mint: Actor, task_id: UUID, gate: Gate) -> None:
    assert await reds(clinic, mint, task_id) == []
    await spoil(clinic, gate)
    assert await reds(clinic, mint, task_id) == [gate]
    async with clinic.by(mint) as unit, refused("start_blocked", gates=[gate]):
        await workflow.start_treatment(unit, task_id)


async def test_all_reds_are_seen_at_once_and_put_right_by_name(clinic: TestClinic, mint: Actor, task_id: UUID) -> None:
    ploy, doctor = await clinic.staff("manager", "พลอย", "ploy"), await clinic.staff("doctor", "หมอ", "doctor")
    for gate in (Gate.PAID, Gate.ARRIVED, Gate.CONSENT, Gate.CONTRAINDICATION):
        await spoil(clinic, gate)
    assert await reds(clinic, mint, task_id) == [Gate.PAID, Gate.ARRIVED, Gate.CONSENT, Gate.CONTRAINDICATION]
    for who, gate in ((mint, Gate.PAID), (doctor, Gate.PAID), (mint, Gate.CONTRAINDICATION), (ploy, Gate.CONSENT)):
        async with clinic.by(who) as unit, refused("not_your_role"):
            await workflow.answer_for(unit, task_id, gate, "เหตุผล")
    clinic.outbox.clear()
    clinic.facts.clear()
    for who, gate, reason in ((ploy, Gate.PAID, "later"), (doctor, Gate.CONTRAINDICATION, "ตรวจแล้ว")):
        async with clinic.by(mint) as unit:
            await workflow.ask_for(unit, task_id, gate)
        async with clinic.by(who) as unit:
            await workflow.answer_for(unit, task_id, gate, reason)
    asked = [(row["recipient"], row["notice_kind"]) for row in clinic.outbox]
    assert asked == [
        ("ploy", "task.asked"),
        ("mint", "task.cleared"),
        ("doctor", "task.asked"),
        ("mint", "task.cleared"),
    ]
    seen: dict[str, Any] = {row["recipient"]: row["content"] for row in clinic.outbox}
    assert (len(seen["doctor"]["alerts"]), seen["ploy"]["alerts"]) == (1, [])  # managers read nothing medical
    async with clinic.by(mint) as unit:
        await workflow.they_are_here(unit, task_id)
        await workflow.they_are_here(unit, task_id)
        await workflow.signed_on_paper(unit, task_id, language="th", text="ข้อความ")
        await workflow.start_treatment(unit, task_id)
    [start] = await clinic.rows("select data from workflow_actions where action = 'start'")
    given = [(o["gate"], o["reason"], o["by"]) for o in start["data"]["overrides"]]
    assert given == [("paid", "later", "พลอย"), ("contraindication", "ตรวจแล้ว", "หมอ")]
    assert clinic.kinds().count("customer_arrived") == 1
    paper = await clinic.rows("select channel, version from consents order by at desc limit 1")
    assert [tuple(row.values()) for row in paper] == [("paper", "1")]


async def test_a_minimum_is_enough_and_a_free_room_is_taken(clinic: TestClinic, mint: Actor, task_id: UUID) -> None:
    await spoil(clinic, Gate.PAID)
    await clinic.rows("update workflow_states set minimum_satang = 100")
    await clinic.rows(ROOM, clinic=clinic.id)
    async with clinic.by(mint) as unit:
        started = await workflow.start_treatment(unit, task_id)
        assert started.room == {"th": "ห้อง 1", "en": "Room 1"}


async def test_protocol_lot_and_note_block_the_end(clinic: TestClinic, mint: Actor, task_id: UUID) -> None:
    await clinic.rows("update treatments set lot_required = true where code = 'FAC-HYD'")
    async with clinic.by(mint) as unit:
        async with refused("task_not_started"):
            await tasks.tick(unit, task_id, "patch")
        await workflow.start_treatment(unit, task_id)
        for code in ("patch", "mask", "spf", "aftercare"):
            await tasks.tick(unit, task_id, code)
        await tasks.tick(unit, task_id, "spf")
        missing = [{"th": "ทากันแดดให้แล้ว", "en": "SPF given"}]
        async with refused("checklist_open", lines=missing):
            await tasks.completable(unit, task_id)
        async with refused("outdated"):
            await tasks.tick(unit, task_id, "gone")
        await ticks_all(unit, task_id)
        async with refused("lot_needed"):
            await workflow.complete_treatment(unit, task_id, NOTE)
        await tasks.add_lot(unit, task_id, lot=" AB-1 ", dose="1 ml", site="แก้ม")
        await tasks.add_lot(unit, task_id, lot="AB-2", dose="1 ml", site="คาง")
        async with refused("note_too_short"):
            await workflow.complete_treatment(unit, task_id, "ดี")
        done = await workflow.complete_treatment(unit, task_id, "", ("fine",))
    assert [(lot.lot, lot.site, lot.by) for lot in done.lots] == [("AB-1", "แก้ม", "มิ้นท์"), ("AB-2", "คาง", "มิ้นท์")]
    assert all(line.at and line.by == "มิ้นท์" for line in done.checklist)


async def test_after_the_end_notes_are_only_amended(clinic: TestClinic, mint: Actor, task_id: UUID) -> None:
    nan, doctor = await clinic.staff("beautician", "แนน"), await clinic.staff("doctor", "หมอ")
    async with clinic.by(mint) as unit:
        await workflow.start_treatment(unit, task_id)
        await ticks_all(unit, task_id)
        await workflow.complete_treatment(unit, task_id, NOTE)
        await tasks.add_note(unit, task_id, text="เพิ่มเติม: แดงเล็กน้อย")
    async with clinic.by(doctor) as unit:
        await tasks.add_note(unit, task_id, text="ตรวจแล้ว ปกติดีค่ะ")
    async with clinic.by(nan) as unit:
        async with refused("not_assignee"):
            await tasks.add_note(unit, task_id, text="ขอเพิ่มบันทึกด้วย")
        notes = (await tasks.task_view(unit, task_id)).notes
    assert [(note.text, note.amendment, note.by) for note in notes] == [
        (NOTE, False, "มิ้นท์"),
        ("เพิ่มเติม: แดงเล็กน้อย", True, "มิ้นท์"),
        ("ตรวจแล้ว ปกติดีค่ะ", True, "หมอ"),
    ]


@pytest.mark.parametrize("stays", [True, False])
async def test_a_stopped_treatment_waits_again_or_is_the_desks(
    clinic: TestClinic, mint: Actor, task_id: UUID, stays: bool
) -> None:
    async with clinic.by(mint) as unit:
        async with refused("task_not_started"):
            await workflow.abort_treatment(unit, task_id, StopReason.DEVICE, stays=stays)
        await workflow.start_treatment(unit, task_id)
        await tasks.hold(unit, task_id, "prepare")
        async with refused("illegal_task_move"):
            await tasks.hold(unit, task_id, "prepare")
        failed = await workflow.abort_treatment(unit, task_id, StopReason.DEVICE, stays=stays)
        assert failed.state is TaskState.FAILED
        journey = await workflow.journey_view(unit, failed.journey_id)
        assert journey.stage == ("treatment_scheduled" if stays else "payment_confirmed")
        again = await tasks.open_for_journey(unit, failed.journey_id)
    assert (again is not None) is stays
    [row] = await clinic.rows("select arrived_at is not null as here from workflow_states")
    assert row["here"] is stays
    [fact] = [fact for fact in clinic.facts if fact.kind == "treatment_aborted"]
    assert (fact.data["reason"], fact.data["stays"]) == ("device", stays)


async def test_a_mistake_is_closed_by_a_manager_but_not_under_way(
    clinic: TestClinic, mint: Actor, task_id: UUID
) -> None:
    ploy = await clinic.staff("manager", "พลอย")
    async with clinic.by(mint) as unit:
        async with refused("not_your_role"):
            await tasks.mark_error(unit, task_id, "twice")
        await workflow.start_treatment(unit, task_id)
    async with clinic.by(ploy) as unit, refused("treatment_running", by="มิ้นท์"):
        await tasks.mark_error(unit, task_id, "twice")
    async with clinic.by(mint) as unit:
        await workflow.abort_treatment(unit, task_id, StopReason.MEDICAL, stays=True)
        again = await tasks.open_for_journey(unit, (await tasks.task_view(unit, task_id)).journey_id)
    assert again is not None
    async with clinic.by(ploy) as unit:
        assert (await tasks.mark_error(unit, again.id, "twice")).state is TaskState.ENTERED_IN_ERROR
        async with refused("task_closed"):
            await tasks.mark_error(unit, again.id, "twice")


async def test_only_staff_record_a_signature_and_not_their_own(clinic: TestClinic, task_id: UUID) -> None:
    async with clinic.by() as unit:
        task = await tasks.task_view(unit, task_id)
        signed = {"purpose": "health_record", "language": "th", "text": "…"}
        for who in (Actor("customer", customer_id=task.customer_id), Actor("stranger")):
            unit.actor = who
            async with refused("not_your_role"):
                await people.record_paper_consent(unit, task.customer_id, **signed)
