"""A whole clinic for tests of the services: the real catalogue, staff and strangers with chats, and their events.

Everything goes through the program's own role and the real use cases, so that row-level security is on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import RowMapping, text

from domain.appointments.rules import CHECK_IN_FROM
from domain.catalogue import add_clinic
from domain.clinics import service as clinics
from domain.clinics import store as clinic_store
from domain.database import session
from domain.database.session import Claim, Engine
from domain.errors import DomainError
from domain.people import service as people
from domain.people import store as people_store
from domain.people.model import Customer, Invitation, Joined
from domain.tasks import service as tasks
from domain.tasks.model import PHASES
from domain.unit import SYSTEM, Actor, Fact, Unit, Units
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, PaymentResult

CHANNELS = ("line", "telegram")
PHONE = "081-234-5678"
FACIAL, FACIAL_SATANG = "FAC-HYD", 129_000

Opened = AbstractAsyncContextManager[Unit]
Act = Callable[[Unit], Awaitable[Any]]


@dataclass(slots=True)
class TestClinic:
    """One clinic; `facts` collects what its units recorded, in the order of their ends."""

    __test__ = False

    id: UUID
    engine: Engine
    accounts: dict[str, UUID]
    facts: list[Fact] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)

    @property
    def units(self) -> Units:
        """Units whose reaction is to remember what happened."""

        async def remember(unit: Unit) -> None:
            self.facts += unit.facts
            self.outbox += unit.outbox

        return Units(self.engine, remember)

    def by(self, actor: Actor = SYSTEM) -> AbstractAsyncContextManager[Unit]:
        """A unit in which this actor acts, without an event."""
        return self.units.clinic(self.id, actor)

    async def arrives(self, sender: str, channel: str = "line") -> Claim:
        """Something came in from this sender; the right to work on it."""
        new = await session.accept_events(self.engine, self.id, self.accounts[channel], [(uuid4().hex, sender, {})])
        [inbox_id] = new.values()
        claims = await session.claim_events(self.engine, 60, 100)
        return next(claim for claim in claims if claim.inbox_id == inbox_id)

    @asynccontextmanager
    async def working_on(self, claim: Claim) -> AsyncIterator[Unit]:
        """The unit of a claimed event; one that is refused is over too."""
        try:
            async with self.units.event(claim, name="ชื่อในแชต") as unit:
                assert unit is not None
                yield unit
        except DomainError:
            await self.rows("update inbox set state = 'done' where id = :id", id=claim.inbox_id)
            raise

    @asynccontextmanager
    async def event(self, sender: str, channel: str = "line") -> AsyncIterator[Unit]:
        """The unit of something this sender did in their chat."""
        async with self.working_on(await self.arrives(sender, channel)) as unit:
            yield unit

    async def invite(self, role: str, name: str) -> Invitation:
        """A code for a new member of staff."""
        async with self.by() as unit:
            return await people.invite_staff(unit, role=role, name=name)

    async def staff(self, role: str, name: str, sender: str | None = None, channel: str = "line") -> Actor:
        """A member of staff; with a sender, one who has joined by that chat."""
        invitation = await self.invite(role, name)
        if sender:
            async with self.event(sender, channel) as unit:
                await people.join(unit, invitation.code)
                return unit.actor
        assert invitation.user_id is not None
        async with self.by() as unit:
            member = await people.staff(unit, invitation.user_id)
            return await people_store.actor_of(unit.db, self.id, member.person_id)

    async def treatment(self, code: str = FACIAL) -> UUID:
        """The id of a treatment of the catalogue."""
        async with self.by() as unit:
            return (await clinics.treatment_by_code(unit, code)).id

    async def lead(
        self, sales: Actor, code: str = FACIAL, name: str = "สมชาย", customer_id: UUID | None = None
    ) -> JourneyView:
        """A journey that this salesperson opened."""
        treatment_id = await self.treatment(code)
        async with self.by(sales) as unit:
            return await workflow.create_lead(
                unit, name=name, phone=PHONE, treatment_id=treatment_id, source="walk-in", customer_id=customer_id
            )

    async def paid(self, sales: Actor, name: str = "สมชาย") -> JourneyView:
        """A facial that is paid in full."""
        lead = await self.lead(sales, name=name)
        async with self.by(sales) as unit:
            result = await workflow.confirm_payment(
                unit, lead.id, version=lead.version, amount_satang=lead.agreed_satang, method="cash"
            )
            return result.journey

    async def scheduled(self, sales: Actor, name: str = "สมชาย", *, hours: int = 1) -> tuple[JourneyView, UUID]:
        """A facial `hours` from now, the customer here and their consent signed, and the task opened for it."""
        journey = await self.paid(sales, name)
        async with self.by(sales) as unit:
            journey = await booked_and_here(unit, journey, unit.now + timedelta(hours=hours))
            await people.record_paper_consent(
                unit, journey.customer_id, purpose="health_record", language="th", text="…"
            )
        [task] = await self.rows(
            "select id from task_queue where journey_id = :id and kind = 'treatment'", id=journey.id
        )
        return journey, task["id"]

    async def put(self, journey_id: UUID, stage: str) -> None:
        """A stage that no use case reaches yet."""
        await self.rows("update workflow_states set stage = :stage where id = :id", stage=stage, id=journey_id)

    async def audit(self, journey_id: UUID) -> list[tuple[object, ...]]:
        """The audit trail of a journey: action, from, to, version, role."""
        moves = await self.rows(
            "select action, from_stage, to_stage, version, actor_role from workflow_actions"
            " where journey_id = :id order by version",
            id=journey_id,
        )
        return [tuple(move.values()) for move in moves]

    async def customer(self, sales: Actor, name: str = "นก") -> Customer:
        """A customer of this salesperson, without a journey or a chat."""
        async with self.by(sales) as unit:
            return await people.create_customer(unit, name=name, phone=PHONE, source="t", owner_id=sales.user_id)

    async def customer_code(self, sales: Actor, customer: Customer) -> Invitation:
        """A code for a customer's chat."""
        async with self.by(sales) as unit:
            return await people.invite_customer(unit, customer.id, None)

    async def enter(self, sender: str, code: str, channel: str = "line") -> Joined:
        """A code entered in a sender's chat."""
        async with self.event(sender, channel) as unit:
            return await people.join(unit, code)

    async def rows(self, sql: str, **values: Any) -> list[RowMapping]:
        """Rows as the program sees them in this clinic; also runs statements that return nothing."""
        async with self.engine.begin() as db:
            await session.set_clinic(db, self.id)
            result = await db.execute(text(sql), values)
            return list(result.mappings()) if result.returns_rows else []

    def kinds(self) -> list[str]:
        """The kinds of all facts recorded so far."""
        return [fact.kind for fact in self.facts]


async def ticks_all(unit: Unit, task_id: UUID) -> None:
    """The actor ticks every line of the treatment's protocol."""
    for phase in PHASES:
        await tasks.tick_rest(unit, task_id, phase)


async def make_clinic(engine: Engine, slug: str = "DRG") -> TestClinic:
    """A clinic with the starting catalogue and an account on each channel, and nobody in it."""
    made = TestClinic(await add_clinic(Units(engine, _nothing), slug, "คลินิก", "Clinic"), engine, {})
    async with made.by() as unit:
        for channel in CHANNELS:
            made.accounts[channel] = await clinic_store.save_account(
                unit.db,
                made.id,
                channel=channel,
                external_id=f"{slug}-{channel}",
                handle="@clinic",
                name="Clinic",
                secrets=b"sealed",
                settings={},
            )
    return made


async def booked_and_here(unit: Unit, journey: JourneyView, at: datetime) -> JourneyView:
    """The journey gets this time, and its customer has come, as early as one may."""
    booked = await workflow.schedule(unit, journey.id, version=journey.version, at=at)
    assert booked.appointment_id is not None
    now, unit.now = unit.now, max(unit.now, at - CHECK_IN_FROM)
    await workflow.arrive(unit, booked.appointment_id, at=at)
    unit.now = now
    return await workflow.journey_view(unit, journey.id)


async def pay(unit: Unit, journey: JourneyView, satang: int | None = None) -> PaymentResult:
    """The actor confirms a transfer on the journey as they saw it; of all that was agreed unless a sum is given."""
    amount = journey.agreed_satang if satang is None else satang
    return await workflow.confirm_payment(
        unit, journey.id, version=journey.version, amount_satang=amount, method="transfer"
    )


async def until_blocked(engine: Engine, other: asyncio.Task[Any]) -> None:
    """Wait until another transaction of this database waits for a lock, or `other` has ended without waiting."""
    waiting = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    while not other.done():
        async with engine.connect() as db:
            if (await db.execute(waiting)).scalar_one():
                return


async def overtaken(engine: Engine, first: Opened, second: Opened, act: Act, late: Act) -> tuple[Any, Any]:
    """`act` happens in a unit that stays open until `late`, in a unit of its own, waits for it or has ended.

    Returns what each returned or raised. Without a lock `late` does not wait, and works on what was before.
    """

    async def run() -> Any:
        async with second as unit:
            return await late(unit)

    async with first as unit:
        won = await act(unit)
        other = asyncio.create_task(run())
        await until_blocked(engine, other)
    return won, (await asyncio.gather(other, return_exceptions=True))[0]


@asynccontextmanager
async def refused(code: str, **facts: Any) -> AsyncIterator[None]:
    """The block is refused with this code and at least these facts."""
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code
    assert {name: caught.value.facts.get(name) for name in facts} == facts


async def _nothing(unit: Unit) -> None:
    return None
