"""News waits half a minute for more of it, is told once, and is never lost between two transactions."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.database.session import Engine
from domain.notifications import news
from domain.reactions import react
from domain.unit import Unit
from domain.workflow import service as workflow
from scheduler.jobs import timers
from tests.domain.clinic_factory import TestClinic, make_clinic
from tests.domain.small_clinic import SmallClinic, small_clinic


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine, react)


async def hears(clinic: SmallClinic, kind: str, later: timedelta = timedelta()) -> datetime:
    """Sales hears of something; returns when they will be told."""
    person_id = clinic.sales.person_id
    async with clinic.units.clinic(clinic.id) as unit:
        unit.now += later
        await news.tell_soon(unit, [person_id], kind, {"name": kind})
    (row,) = await clinic.rows("select due_at from timers where kind = 'news.due'")
    return row.due_at  # type: ignore[no-any-return]  # as the column is


async def told(clinic: SmallClinic) -> list[list[str]]:
    """The kinds of news in each notice, oldest first."""
    rows = await clinic.rows("select content from outbox where notice_kind = 'news' order by created_at")
    return [[item["kind"] for item in row.content["items"]] for row in rows]


async def test_what_comes_within_half_a_minute_is_told_together(clinic: SmallClinic) -> None:
    first = await hears(clinic, "a")
    due = await hears(clinic, "b", timedelta(seconds=20))
    assert due > first
    assert (await timers.run(clinic.units, clinic.engine, first)).done == 0
    await timers.run(clinic.units, clinic.engine, due)
    assert await told(clinic) == [["a", "b"]]
    later = await hears(clinic, "c", timedelta(minutes=5))
    await timers.run(clinic.units, clinic.engine, later)
    assert await told(clinic) == [["a", "b"], ["c"]]


async def test_what_comes_up_at_once_is_told_as_it_happened(clinic: SmallClinic) -> None:
    """One unit has one time: its news stands in the order in which it came up all the same."""
    kinds = [f"{n}" for n in range(9)]
    async with clinic.units.clinic(clinic.id) as unit:
        for kind in kinds:
            await news.tell_soon(unit, [clinic.sales.person_id], kind, {"name": kind})
    due = await hears(clinic, "last")
    await timers.run(clinic.units, clinic.engine, due)
    assert await told(clinic) == [[*kinds, "last"]]


async def test_a_stream_of_news_holds_the_first_back_for_two_minutes_at_most(clinic: SmallClinic) -> None:
    first = await hears(clinic, "a") - news.PAUSE
    for seconds in (25, 50, 75, 100, 121):
        due = await hears(clinic, "more", timedelta(seconds=seconds))
    assert timedelta(minutes=2) <= due - first <= timedelta(seconds=125)


async def test_news_that_comes_while_it_is_told_is_told_too(clinic: SmallClinic) -> None:
    """The scheduler has read what there is; before it commits, another unit adds a piece and moves the timer."""
    due = await hears(clinic, "a")
    tell = timers.USE_CASES[news.DUE]

    async def overtaken(unit: Unit, person_id: UUID) -> None:
        await tell(unit, person_id)
        await hears(clinic, "b", timedelta(seconds=20))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timers, "USE_CASES", {news.DUE: overtaken})
        await timers.run(clinic.units, clinic.engine, due)
    assert await told(clinic) == []
    await timers.run(clinic.units, clinic.engine, due + timedelta(minutes=1))
    assert await told(clinic) == [["a", "b"]]


async def test_a_new_owner_and_the_old_one_hear_of_it_by_the_way(engine: Engine) -> None:
    made: TestClinic = await make_clinic(engine)
    jay, fon = await made.staff("sales", "คุณเจ", "jay"), await made.staff("sales", "ฝน", "fon")
    boss = await made.staff("manager", "พลอย", "boss")
    lead = await made.lead(jay)
    async with made.by(boss) as unit:
        assert fon.user_id is not None
        await workflow.reassign(unit, lead.customer_id, fon.user_id, seen_owner=jay.user_id)
        await react(unit)
    rows = await made.rows("select p.name, n.kind from news n join persons p on p.id = n.person_id order by n.kind")
    assert [(row["name"], row["kind"]) for row in rows] == [("ฝน", "customer.given"), ("คุณเจ", "customer.taken")]
