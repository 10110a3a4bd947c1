"""The scheduler on the real database: any number of copies do each due thing once, missed ones oldest first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from domain.database.clock import read_clock, set_clock
from domain.database.engine import create_engine
from domain.database.session import Engine
from domain.errors import DomainError
from domain.followups import service as followups
from domain.unit import Unit, Units
from scheduler.app import Scheduler
from scheduler.job import MOST_MISSED, RETRY, SOON, AnyJob, CalendarJob, Job, Tally, missed_ticks, next_tick
from scheduler.jobs import JOBS
from scheduler.jobs.followups import BATCH, FOLLOWUPS
from scheduler.jobs.housekeeping import HOUSEKEEPING
from tests.conftest import Database
from tests.domain.small_clinic import BANGKOK, NOON, SmallClinic, nothing, small_clinic

TOMORROW_10 = datetime(2026, 7, 18, 10, tzinfo=BANGKOK)
NINE = time(9)


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine)


def scheduler(engine: Engine, jobs: Sequence[AnyJob] = JOBS) -> Scheduler:
    return Scheduler(Units(engine, nothing), engine, jobs, partial(read_clock, engine))


class Diary:
    """A calendar job that writes down when it was due, and breaks for clinics in `broken`."""

    def __init__(self, at: time = NINE) -> None:
        self.ran: list[tuple[str, datetime]] = []
        self.broken: set[str] = set()
        self.trouble: Exception = RuntimeError("a bug")
        self.job = CalendarJob("diary", at, self.run)

    async def run(self, unit: Unit, due: datetime) -> None:
        if unit.clinic.slug in self.broken:
            raise self.trouble
        self.ran.append((unit.clinic.slug, due))

    @property
    def times(self) -> list[datetime]:
        return [due for _, due in self.ran]


async def plan_check(clinic: SmallClinic, times: int = 1) -> None:
    """The follow-up `d1` of treatments completed at noon: due tomorrow at ten."""
    if not await clinic.rows("select 1 from followup_rules"):
        await clinic.rule("d1", 1)
    customer = await clinic.customer()
    for _ in range(times):
        journey = await clinic.journey(customer)
        async with clinic.at() as unit:
            await followups.plan(
                unit, journey_id=journey, customer_id=customer.id, anchor="completed", anchor_at=NOON, anchor_version=1
            )


async def sent(clinic: SmallClinic) -> int:
    return len(await clinic.rows("select 1 from outbox where notice_kind = 'followup.ask'"))


async def test_two_schedulers_send_what_is_due_once(clinic: SmallClinic, engine: Engine) -> None:
    await plan_check(clinic, times=5)
    two = [scheduler(engine, [FOLLOWUPS]) for _ in range(2)]
    assert await two[0].run_due(TOMORROW_10 - timedelta(seconds=1)) == 0
    assert sum(await asyncio.gather(*[one.run_due(TOMORROW_10) for one in two * 3])) == 5
    assert await sent(clinic) == 5
    assert await two[0].run_due(TOMORROW_10 + timedelta(hours=1)) == 0


async def test_more_than_a_batch_is_sent_in_one_round(clinic: SmallClinic, engine: Engine) -> None:
    await plan_check(clinic)
    await clinic.change(
        "insert into followup_executions (clinic_id, rule_id, journey_id, customer_id, anchor_version, due_at)"
        " select clinic_id, rule_id, journey_id, customer_id, n, due_at from followup_executions,"
        " generate_series(2, :n) n",
        n=BATCH + 3,
    )
    assert await scheduler(engine).run_job("followups", TOMORROW_10) == BATCH + 3
    assert await sent(clinic) == BATCH + 3


async def test_every_clinic_is_served_by_its_own_clock(clinic: SmallClinic, engine: Engine) -> None:
    tokyo = await small_clinic(engine, timezone="Asia/Tokyo")
    await plan_check(clinic)
    await plan_check(tokyo)
    one = scheduler(engine, [FOLLOWUPS])
    assert await one.next_due(NOON) == TOMORROW_10 - timedelta(hours=2)
    await one.run_due(TOMORROW_10 - timedelta(hours=2))
    assert (await sent(tokyo), await sent(clinic)) == (1, 0)
    assert await one.next_due(TOMORROW_10 - timedelta(hours=2)) == TOMORROW_10
    assert await one.next_due(TOMORROW_10) is None


async def test_stepping_through_what_is_due_meets_every_moment_in_order(clinic: SmallClinic, engine: Engine) -> None:
    await plan_check(clinic)
    diary = Diary()
    one = scheduler(engine, [FOLLOWUPS, diary.job])
    now, until, moments = NOON, NOON + timedelta(days=2), []
    while (due := await one.next_due(now)) is not None and due <= until:
        now = due
        moments.append((due, await one.run_due(due)))
    nine = datetime(2026, 7, 18, 9, tzinfo=BANGKOK)
    assert moments == [(nine, 1), (TOMORROW_10, 1), (nine + timedelta(days=1), 1)]


async def test_a_tick_is_one_schedulers_alone(clinic: SmallClinic, engine: Engine) -> None:
    diary = Diary()
    many = [scheduler(engine, [diary.job]) for _ in range(6)]
    assert sum(await asyncio.gather(*[one.run_due(NOON) for one in many])) == 1
    assert diary.times == [NOON.replace(hour=9)]
    assert len(await clinic.rows("select 1 from ticks where job = 'diary'")) == 1


async def test_missed_ticks_run_oldest_first_also_with_two_schedulers(clinic: SmallClinic, engine: Engine) -> None:
    diary = Diary()
    await scheduler(engine, [diary.job]).run_due(NOON)
    back = [scheduler(engine, [diary.job]) for _ in range(2)]
    assert sum(await asyncio.gather(*[one.run_due(NOON + timedelta(days=5)) for one in back])) == 5
    assert diary.times == [NOON.replace(hour=9) + timedelta(days=n) for n in range(6)]
    assert await scheduler(engine, [diary.job]).run_due(NOON + timedelta(days=100)) == MOST_MISSED
    assert diary.times[-1] == NOON.replace(hour=9) + timedelta(days=100)
    assert diary.times == sorted(diary.times)


@pytest.mark.parametrize(("trouble", "pause"), [(RuntimeError("a bug"), RETRY), (ConnectionResetError("gone"), SOON)])
async def test_one_broken_clinic_keeps_no_other_waiting_and_is_tried_again(
    clinic: SmallClinic, engine: Engine, trouble: Exception, pause: timedelta
) -> None:
    other = await small_clinic(engine)
    diary = Diary()
    [[broken]] = await clinic.rows("select slug from clinics")
    diary.broken.add(broken)
    diary.trouble = trouble
    one = scheduler(engine, [diary.job])
    assert await one.run_due(NOON) == 1
    assert (await clinic.rows("select 1 from ticks"), len(await other.rows("select 1 from ticks"))) == ([], 1)
    diary.broken.clear()
    assert await one.run_due(NOON + pause / 2) == 0
    assert await one.run_due(NOON + pause) == 1
    assert [slug for slug, _ in diary.ran][1:] == [broken]


async def test_an_unknown_job_is_refused_with_the_names_there_are(engine: Engine) -> None:
    with pytest.raises(DomainError) as refused:
        await scheduler(engine).run_job("nonsense", NOON)
    assert refused.value.facts == {"known": ["timers", "followups", "housekeeping"]}


async def test_housekeeping_forgets_by_real_time(clinic: SmallClinic, engine: Engine) -> None:
    ages = {"fresh": (2, 1), "read": (5, 4), "old": (31, 30), "pending": (40, None)}
    for name, (received, done) in ages.items():
        real = datetime.now(UTC)
        await clinic.change(
            "insert into inbox (clinic_id, account_id, event_id, lane, payload, state, received_at, done_at)"
            " values (:clinic, :account, :name, 'U1', '{}', :state, :received, :done)",
            clinic=clinic.id,
            account=clinic.account_id,
            name=name,
            state="pending" if done is None else "done",
            received=real - timedelta(days=received, hours=1),
            done=None if done is None else real - timedelta(days=done, hours=1),
        )
    night = datetime(2030, 1, 1, 3, 30, tzinfo=BANGKOK)
    assert await scheduler(engine, [HOUSEKEEPING]).run_due(night) == 1
    kept = await clinic.rows("select event_id, payload is null as erased from inbox order by event_id")
    assert [tuple(row) for row in kept] == [("fresh", False), ("pending", False), ("read", True)]


async def test_the_clock_runs_ahead_for_all_and_only_the_owner_moves_it(database: Database, engine: Engine) -> None:
    admin = create_engine(database.admin_url, pool_size=1)
    try:
        assert abs(await read_clock(engine) - datetime.now(UTC)) < timedelta(seconds=5)
        to = datetime.now(UTC) + timedelta(days=3, microseconds=1)
        await set_clock(admin, to - datetime.now(UTC))
        assert to <= await read_clock(engine) < to + timedelta(seconds=5)
        await set_clock(admin, timedelta(0))
        assert await read_clock(engine) < to - timedelta(days=2)
        with pytest.raises(DBAPIError, match="permission denied"):
            await set_clock(engine, timedelta(days=1))
    finally:
        await admin.dispose()


async def test_it_ticks_by_itself_by_the_clinic_clock_until_it_is_stopped(engine: Engine) -> None:
    ran: asyncio.Queue[datetime] = asyncio.Queue()

    async def run(units: Units, engine: Engine, now: datetime) -> Tally:
        ran.put_nowait(now)
        return Tally()

    async def never(engine: Engine, after: datetime) -> datetime | None:
        return None

    async def clock() -> datetime:
        return NOON

    one = Scheduler(Units(engine, nothing), engine, [Job("probe", run, never)], clock)
    one.start()
    try:
        assert await asyncio.wait_for(ran.get(), 10) == NOON
    finally:
        await one.stop()


zones = st.sampled_from(["Asia/Bangkok", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]).map(ZoneInfo)
moments = st.timedeltas(timedelta(0), timedelta(days=2_500)).map(datetime(2024, 1, 1, tzinfo=UTC).__add__)
spans = st.timedeltas(timedelta(0), timedelta(days=60))


@given(at=st.times(), zone=zones, last=moments, away=spans)
def test_missed_ticks_are_those_that_stepping_would_have_met(
    at: time, zone: ZoneInfo, last: datetime, away: timedelta
) -> None:
    now, met, tick = last + away, list[datetime](), next_tick(at, zone, last)
    while tick <= now:
        met.append(tick)
        tick = next_tick(at, zone, tick)
    assert missed_ticks(at, zone, last, now) == met[-MOST_MISSED:]


@given(at=st.times(), zone=zones, now=moments)
def test_a_clinic_that_never_ran_a_job_owes_its_latest_time(at: time, zone: ZoneInfo, now: datetime) -> None:
    owed = missed_ticks(at, zone, None, now)
    assert len(owed) in (0, 1, 2)  # a day on which the clocks change has 23 or 25 hours
    assert all(now - timedelta(days=1) < tick <= now for tick in owed)
