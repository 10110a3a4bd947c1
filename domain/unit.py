"""Unit: one open transaction with its clinic, its actor, the time, and what it will leave behind.

Use cases take a unit as their first argument. They change rows through their `store.py`, record facts,
and put messages into the outbox; `reactions` runs what follows from the facts; everything commits
together or nothing does. `Units` is the one way to open a transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from domain.database import session, timers
from domain.database.session import Claim, Connection, Engine
from domain.database.timers import Timer
from domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic a unit works for."""

    id: UUID
    slug: str
    name_th: str
    name_en: str
    zone: ZoneInfo
    phone: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a staff member, a customer, both in one person, a stranger, or the system."""

    role: str
    person_id: UUID | None = None
    user_id: UUID | None = None
    customer_id: UUID | None = None
    name: str = ""

    def person(self) -> UUID:
        """Who acts; RuntimeError for the system, which is nobody."""
        if self.person_id is None:
            raise RuntimeError("only a person can do this, not the system")
        return self.person_id


SYSTEM = Actor(role="system")


@dataclass(frozen=True, slots=True)
class Scene:
    """The event being worked on: what came in, from which chat, and where that chat's conversation stands."""

    claim: Claim
    account_id: UUID
    lane: str
    payload: Mapping[str, Any]
    received_at: datetime
    attempts: int
    identity_id: UUID | None
    person_name: str
    language: str | None
    is_new: bool
    handler: str | None
    step: str | None
    form_data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became true, named in the past tense; kept for ever and answered by reactions."""

    kind: str
    subject_id: UUID | None
    data: Mapping[str, Any]
    id: UUID = field(default_factory=uuid4, compare=False)


@dataclass(slots=True)
class Unit:
    """One open transaction. Only stores use `db`; use cases use the rest."""

    db: Connection = field(repr=False)
    clinic: Clinic
    actor: Actor
    now: datetime
    scene: Scene | None = None
    facts: list[Fact] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    conversation: Mapping[str, Any] | None = None
    timers: dict[tuple[str, UUID], datetime | None] = field(default_factory=dict)
    timer: Timer | None = None
    """The timer whose use case this unit runs: it ends when the unit commits."""
    parked: str | None = None
    """Set to an error: the event is not done but set aside, to be replayed by an operator."""

    @property
    def event_id(self) -> UUID | None:
        """The inbox event that caused this unit, for the audit trail."""
        return self.scene.claim.inbox_id if self.scene else None

    def record(self, kind: str, subject_id: UUID | None, **data: Any) -> None:
        """Record a fact; reactions to it run before the unit commits."""
        self.facts.append(Fact(kind, subject_id, data))

    def set_timer(self, kind: str, subject_id: UUID, at: datetime) -> None:
        """Run the use case of `kind` (`scheduler/jobs/timers.py`) for the subject at this moment of the clinic's clock.

        One timer for a kind and a subject: setting it again moves it.
        """
        self.timers[kind, subject_id] = at

    def cancel_timer(self, kind: str, subject_id: UUID) -> None:
        """Forget the subject's timer of this kind, if there is one."""
        self.timers[kind, subject_id] = None

    def fact_rows(self) -> list[dict[str, Any]]:
        """The facts as rows of `workflow_events`."""
        who = {"actor_user_id": self.actor.user_id, "actor_role": self.actor.role}
        return [
            {"id": f.id, "kind": f.kind, "subject_id": f.subject_id, "data": dict(f.data), **who} for f in self.facts
        ]


React = Callable[[Unit], Awaitable[None]]


class Units:
    """Opens units on one engine. `react` runs the consequences of recorded facts."""

    def __init__(self, engine: Engine, react: React) -> None:
        self.engine = engine
        self._react = react

    @asynccontextmanager
    async def event(self, claim: Claim, *, name: str = "") -> AsyncIterator[Unit | None]:
        """The unit of one claimed event; None when the lease has passed to another worker.

        Commits at the end of the block; any exception rolls everything back, "done" included.
        """
        async with self.engine.begin() as db:
            row = await session.begin_event(db, claim, name)
            if row is None:
                yield None
                return
            unit = Unit(db, _clinic(claim.clinic_id, row), _actor(row), _now(row), _scene(claim, row))
            yield unit
            await self._finish(unit)

    @asynccontextmanager
    async def clinic(self, clinic_id: UUID, actor: Actor = SYSTEM) -> AsyncIterator[Unit]:
        """A unit that no event caused: a job, a command, a request. DomainError('no_clinic') if there is none."""
        async with self.engine.begin() as db:
            row = await session.begin_clinic(db, clinic_id)
            if row is None:
                raise DomainError("no_clinic")
            unit = Unit(db, _clinic(clinic_id, row), actor, _now(row))
            yield unit
            await self._finish(unit)

    async def _finish(self, unit: Unit) -> None:
        await self._react(unit)
        if unit.timer is not None:
            await timers.take(unit.db, unit.clinic.id, unit.timer)
        if unit.timers:
            await timers.save(unit.db, unit.clinic.id, unit.timers)
        scene = unit.scene
        if not (scene or unit.outbox or unit.facts):
            return
        await session.finish_unit(
            unit.db,
            unit.clinic.id,
            scene.claim if scene else None,
            scene.identity_id if scene else None,
            unit.conversation,
            unit.outbox,
            unit.fact_rows(),
            unit.now,
            state="parked" if unit.parked else "done",
            error=unit.parked,
        )


def new_code(length: int = 10) -> str:
    """A one-time code people can read aloud: Crockford's base 32 without I, L, O, U; 50 bits at 10 characters."""
    while True:
        code = "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(length))
        # Of both kinds, so that a code typed alone is never taken for a telephone number or a word.
        if not code.isdigit() and not code.isalpha():
            return code


def _now(row: Any) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=row.clock_offset or 0)


def _clinic(clinic_id: UUID, row: Any) -> Clinic:
    return Clinic(
        id=clinic_id,
        slug=row.clinic_slug,
        name_th=row.clinic_name_th,
        name_en=row.clinic_name_en,
        zone=ZoneInfo(row.timezone),
        phone=row.clinic_phone,
        settings=row.clinic_settings,
    )


def _actor(row: Any) -> Actor:
    role = row.user_role or ("customer" if row.customer_id else "stranger")
    return Actor(role, row.person_id, row.user_id, row.customer_id, row.user_name or row.person_name or "")


def _scene(claim: Claim, row: Any) -> Scene:
    return Scene(
        claim=claim,
        account_id=row.account_id,
        lane=row.lane,
        payload=row.payload or {},
        received_at=row.received_at,
        attempts=row.attempts,
        identity_id=row.identity_id,
        person_name=row.person_name or "",
        language=row.language,
        is_new=row.is_new,
        handler=row.handler,
        step=row.step,
        form_data=row.form_data or {},
    )
