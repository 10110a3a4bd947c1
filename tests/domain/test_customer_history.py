"""A customer's history for the desk: everything of theirs in order, and not one medical word (C11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.database.session import Engine
from domain.overview import customers as overview
from domain.people import service as people
from domain.people import store as people_store
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import Action, Stage
from domain.workflow.moves import write_action
from tests.domain.clinic_factory import TestClinic, make_clinic, refused

SECRET = "แพ้ยาชา ตั้งครรภ์"


@pytest.fixture
async def jay(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "คุณเจ")


async def test_it_merges_moves_money_and_notes_newest_first(clinic: TestClinic, jay: Actor) -> None:
    journey = await clinic.paid(jay)
    async with clinic.by(jay) as unit:
        unit.now += timedelta(minutes=1)
        await people.add_note(unit, journey.customer_id, " โทรแล้ว ")
    async with clinic.by(jay) as unit:
        unit.now += timedelta(minutes=2)
        await workflow.correct_customer(unit, (await clinic.lead(jay, name="แพร")).customer_id, "nickname", "พ")
        events = await overview.history(unit, journey.customer_id, limit=9)
        assert [(event.source, event.what, event.by) for event in events] == [
            ("note", "note", "คุณเจ"),
            ("payment", "cash", "คุณเจ"),
            ("action", "create", "คุณเจ"),
        ]
        assert (events[0].text, events[1].satang, events[2].data) == ("โทรแล้ว", 129_000, {"source": "walk-in"})
        assert [e.what for e in await overview.history(unit, journey.customer_id, limit=1, offset=1)] == ["cash"]
        for text in ("", " ", "x" * 1001):
            async with refused("bad_text"):
                await people.add_note(unit, journey.customer_id, text)


async def test_no_medical_word_reaches_the_desk(clinic: TestClinic, jay: Actor) -> None:
    """A reason for stopping, an override, an answer about the skin, an alert: written down, never read here."""
    journey = await clinic.paid(jay)
    doctor = await clinic.staff("doctor", "หมอ")
    async with clinic.by(doctor) as unit:
        for version, action in enumerate((Action.START, Action.ABORT, Action.COMPLETE), start=7):
            await write_action(
                unit,
                journey.id,
                action,
                Stage.TREATMENT_STARTED,
                Stage.TREATMENT_SCHEDULED,
                version=version,
                reason=SECRET,
                data={"override": SECRET},
            )
        for kind in ("followup_answered", "health_alert_noted", "anything_else"):
            unit.record(kind, journey.customer_id, customer_id=str(journey.customer_id), answer=SECRET)
        alert: dict[str, Any] = {"kind": "allergy", "text": SECRET, "blocks": True, "noted_at": unit.now}
        await people_store.add_alert(unit.db, clinic.id, customer_id=journey.customer_id, **alert)
    for role in ("sales", "manager"):
        async with clinic.by(await clinic.staff(role, role)) as unit:
            events = await overview.history(unit, journey.customer_id, limit=99)
            assert len(events) == 5
            assert SECRET not in repr(events)
            assert "override" not in repr(events)
            async with refused("not_your_role"):
                await people.alerts_of(unit, journey.customer_id)
    async with clinic.by(doctor) as unit:
        assert [alert.text for alert in await people.alerts_of(unit, journey.customer_id)] == [SECRET]
        async with refused("not_your_role"):
            await overview.history(unit, journey.customer_id, limit=9)
        async with refused("not_your_role"):
            await people.add_note(unit, journey.customer_id, "x")


async def test_another_clinic_reads_nothing(engine: Engine, clinic: TestClinic, jay: Actor) -> None:
    journey = await clinic.paid(jay)
    other = await make_clinic(engine, "BUA")
    async with other.by(await other.staff("sales", "เก่ง")) as unit:
        assert await overview.history(unit, journey.customer_id, limit=9) == []
        async with refused("no_such_customer"):
            await people.add_note(unit, journey.customer_id, "x")
