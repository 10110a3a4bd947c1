"""Timers: each runs once at its moment, moves when it is set again, and holds nothing else back when it breaks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from domain.database import timers
from domain.database.session import Engine
from domain.unit import Unit, Units
from scheduler.job import RETRY, SOON
from scheduler.jobs import timers as job
from tests.domain.small_clinic import small_clinic

NOON = datetime(2026, 7, 17, 5, 0, tzinfo=UTC)
LATER = timedelta(minutes=5)


async def nothing_follows(unit: Unit) -> None:
    """No reactions."""


class Bell:
    """Use cases that note whom they were run for."""

    def __init__(self) -> None:
        self.rung: list[UUID] = []
        self.trouble: Exception = ValueError("a bug")

    async def ring(self, unit: Unit, subject_id: UUID) -> None:
        self.rung.append(subject_id)

    async def again(self, unit: Unit, subject_id: UUID) -> None:
        self.rung.append(subject_id)
        unit.set_timer("again", subject_id, unit.now + LATER)

    async def broken(self, unit: Unit, subject_id: UUID) -> None:
        unit.record("never_kept", subject_id)
        raise self.trouble


@pytest.fixture
async def bell(monkeypatch: pytest.MonkeyPatch) -> Bell:
    made = Bell()
    monkeypatch.setattr(job, "USE_CASES", {"ring": made.ring, "again": made.again, "broken": made.broken})
    return made


@pytest.fixture
async def units(engine: Engine) -> Units:
    return Units(engine, nothing_follows)


@pytest.fixture
async def clinic(engine: Engine) -> UUID:
    return (await small_clinic(engine)).id


async def sets(units: Units, clinic: UUID, kind: str, subject: UUID, at: datetime | None) -> None:
    async with units.clinic(clinic) as unit:
        unit.timers[kind, subject] = at


async def test_a_timer_runs_once_at_its_moment(engine: Engine, units: Units, clinic: UUID, bell: Bell) -> None:
    subject = uuid4()
    await sets(units, clinic, "ring", subject, NOON)
    assert await timers.next_due(engine, NOON - LATER) == NOON
    assert (await job.run(units, engine, NOON - timedelta(seconds=1))).done == 0
    assert (await job.run(units, engine, NOON)).done == 1
    assert (await job.run(units, engine, NOON + LATER)).done == 0
    assert bell.rung == [subject]


async def test_setting_it_again_moves_it_and_none_cancels(
    engine: Engine, units: Units, clinic: UUID, bell: Bell
) -> None:
    moved, cancelled = uuid4(), uuid4()
    for subject in (moved, cancelled):
        await sets(units, clinic, "ring", subject, NOON)
    await sets(units, clinic, "ring", moved, NOON + LATER)
    await sets(units, clinic, "ring", cancelled, None)
    assert (await job.run(units, engine, NOON)).done == 0
    assert (await job.run(units, engine, NOON + LATER)).done == 1
    assert bell.rung == [moved]


async def test_a_use_case_may_set_its_own_timer_again(engine: Engine, units: Units, clinic: UUID, bell: Bell) -> None:
    subject = uuid4()
    await sets(units, clinic, "again", subject, NOON)
    for n in range(3):
        assert (await job.run(units, engine, NOON + n * LATER)).done == 1
    assert bell.rung == [subject] * 3


@pytest.mark.parametrize(
    ("trouble", "pause", "errors"),
    [
        (ValueError("a bug"), RETRY, ["timer.broke"]),
        (ConnectionResetError("gone"), SOON, []),
    ],
)
async def test_what_breaks_keeps_nothing_waiting_and_is_tried_again(
    engine: Engine, units: Units, clinic: UUID, bell: Bell, trouble: Exception, pause: timedelta, errors: list[str]
) -> None:
    subject, bell.trouble = uuid4(), trouble
    await sets(units, clinic, "broken", uuid4(), NOON - LATER)
    await sets(units, clinic, "ring", subject, NOON)
    with capture_logs() as lines:
        await job.run(units, engine, NOON)
    assert bell.rung == [subject]
    assert await timers.next_due(engine, NOON) == NOON + pause
    assert [line["event"] for line in lines if line["log_level"] == "error"] == errors


async def test_two_schedulers_run_it_once(
    engine: Engine, units: Units, clinic: UUID, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends the timer second is rolled back, whatever it had written by then."""

    async def slow(unit: Unit, subject_id: UUID) -> None:
        unit.record("rung", subject_id)
        await bell.ring(unit, subject_id)

    monkeypatch.setattr(job, "USE_CASES", {"ring": slow})
    subject = uuid4()
    await sets(units, clinic, "ring", subject, NOON)
    await asyncio.gather(job.run(units, engine, NOON), job.run(units, engine, NOON))
    async with units.clinic(clinic) as unit:
        facts = await unit.db.exec_driver_sql("select count(*) from workflow_events where kind = 'rung'")
        assert facts.scalar_one() == 1
