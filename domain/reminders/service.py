"""Use cases of reminders: to be reminded of a customer, to write to one later, and both changed until they happen.

Each has a timer (`DUE`); when it is due, `ring` looks at the row again, locked, so that one which was cancelled or
moved in the same moment does not go out. Where journeys are put aside too, they are locked before the reminder.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.notifications.service import can_reach, notify
from domain.people import service as people
from domain.people.model import Role
from domain.people.notes import LONGEST
from domain.reminders import store
from domain.reminders.model import Kind, Reminder, State
from domain.reminders.rules import into_hours
from domain.unit import Unit
from domain.workflow import service as workflow

DUE: Final = "reminder.due"
"""The kind of the timers; their subject is a reminder."""
_DESK: Final = (Role.SALES, Role.MANAGER)


async def remind(unit: Unit, customer_id: UUID, *, at: datetime, text: str) -> Reminder:
    """Remind the actor of a customer then; until then the customer stands at the bottom of the lists.

    For sales and managers. DomainErrors `not_your_role`, `no_such_customer`, `in_the_past`, `bad_text` (longest).
    """
    return await _plan(unit, Kind.REMIND, customer_id, at, text)


async def send_later(unit: Unit, customer_id: UUID, *, at: datetime, text: str) -> Reminder:
    """Write to a customer then, or at the next opening of the service hours (08:00 to 21:00).

    For sales and managers. DomainErrors as `remind`, and `no_chat_yet` (name) for a customer without a chat.
    """
    await check_reachable(unit, customer_id)
    return await _plan(unit, Kind.SEND, customer_id, into_hours(at, unit.clinic.zone), text)


async def check_reachable(unit: Unit, customer_id: UUID) -> None:
    """DomainErrors `no_such_customer`, and `no_chat_yet` (name) when no chat reaches the customer."""
    customer = await people.customer(unit, customer_id)
    if not await can_reach(unit, customer.person_id):
        raise DomainError("no_chat_yet", name=customer.name, customer_id=str(customer_id))


async def reminder(unit: Unit, reminder_id: UUID) -> Reminder:
    """One reminder, else DomainError `no_such_reminder`."""
    found = await store.reminder(unit.db, unit.clinic.id, reminder_id)
    if found is None:
        raise DomainError("no_such_reminder")
    return found


async def planned(unit: Unit, user_id: UUID | None) -> list[Reminder]:
    """What waits, of one person or (None) of everybody, the next first."""
    return await store.waiting(unit.db, unit.clinic.id, user_id)


async def next_of(unit: Unit, customer_id: UUID) -> datetime | None:
    """When the next reminder about a customer is due; None: there is none."""
    return await store.next_of(unit.db, unit.clinic.id, customer_id)


async def changeable(unit: Unit, reminder_id: UUID) -> Reminder:
    """A reminder that the actor could change now; DomainErrors as `change`."""
    return await _held(unit, reminder_id)


async def change(unit: Unit, reminder_id: UUID, *, at: datetime | None = None, text: str | None = None) -> Reminder:
    """Another moment or other words, as long as it waits; its owner's to do, or a manager's.

    DomainErrors `no_such_reminder`, `not_your_reminder`, `reminder_over` (state, at), `in_the_past`, `bad_text`.
    """
    held = await _held(unit, reminder_id)
    due_at = held.due_at if at is None else at
    if held.kind is Kind.SEND:
        due_at = into_hours(due_at, unit.clinic.zone)
    _check(unit, due_at, held.text if text is None else text)
    words = held.text if text is None else text.strip()
    await store.change(unit.db, unit.clinic.id, reminder_id, due_at=due_at, text=words)
    unit.set_timer(DUE, reminder_id, due_at)
    if held.kind is Kind.REMIND:
        await workflow.snooze(unit, held.customer_id, due_at)
    return await reminder(unit, reminder_id)


async def cancel(unit: Unit, reminder_id: UUID) -> Reminder:
    """Do not remind, do not send; DomainErrors as `change`. The customer is back among the others in the lists."""
    held = await _held(unit, reminder_id)
    await store.change(unit.db, unit.clinic.id, reminder_id, state=State.CANCELLED, ended_at=unit.now)
    unit.cancel_timer(DUE, reminder_id)
    if held.kind is Kind.REMIND:
        await workflow.snooze(unit, held.customer_id, await next_of(unit, held.customer_id))
    return await reminder(unit, reminder_id)


async def ring(unit: Unit, reminder_id: UUID) -> None:
    """The timer is due: the card to whose list it stands on, or the text to the customer.

    Who cannot be reached any more gets nothing, and whoever wrote the text hears of it.
    """
    held = await store.reminder(unit.db, unit.clinic.id, reminder_id, lock=True)
    if held is None or held.state is not State.WAITING or held.due_at > unit.now:
        return
    customer = await people.customer(unit, held.customer_id)
    facts = {"customer_id": str(customer.id), "name": customer.name, "phone": customer.phone, "text": held.text}
    state = State.DONE
    if held.kind is Kind.SEND:
        if not await notify(unit, [customer.person_id], "customer.message", {"text": held.text}):
            state = State.FAILED
            await notify(unit, await _whose(unit, held), "reminder.failed", facts)
    else:
        await notify(unit, await _whose(unit, held), "reminder.due", facts)
    await store.change(unit.db, unit.clinic.id, reminder_id, state=state, ended_at=unit.now)
    unit.record("reminder_done", customer.id, customer_id=str(customer.id), reminder=held.kind, state=state)


async def follow_owner(unit: Unit, giver: UUID, taker: UUID) -> None:
    """What `giver` planned for customers who are `taker`'s by now stands on `taker`'s list."""
    await store.follow_owner(unit.db, unit.clinic.id, giver, taker)


async def _plan(unit: Unit, kind: Kind, customer_id: UUID, at: datetime, text: str) -> Reminder:
    if unit.actor.role not in _DESK or unit.actor.user_id is None:
        raise DomainError("not_your_role")
    await people.customer(unit, customer_id)
    _check(unit, at, text)
    await workflow.hold_open(unit, customer_id)
    reminder_id = await store.add(
        unit.db,
        unit.clinic.id,
        customer_id=customer_id,
        user_id=unit.actor.user_id,
        kind=kind,
        text=text.strip(),
        due_at=at,
        created_at=unit.now,
    )
    if kind is Kind.REMIND:
        await workflow.snooze(unit, customer_id, await next_of(unit, customer_id))
    unit.set_timer(DUE, reminder_id, at)
    return await reminder(unit, reminder_id)


async def _held(unit: Unit, reminder_id: UUID) -> Reminder:
    """A reminder that waits and is the actor's to change, locked."""
    await workflow.hold_open(unit, (await reminder(unit, reminder_id)).customer_id)
    held = await store.reminder(unit.db, unit.clinic.id, reminder_id, lock=True)
    if held is None:
        raise DomainError("no_such_reminder")
    if unit.actor.role != Role.MANAGER and held.user_id != unit.actor.user_id:
        raise DomainError("not_your_reminder")
    if held.state is not State.WAITING:
        raise DomainError("reminder_over", state=held.state, at=(held.ended_at or held.due_at).isoformat())
    return held


def _check(unit: Unit, at: datetime, text: str) -> None:
    if at <= unit.now:
        raise DomainError("in_the_past")
    if not text.strip() or len(text.strip()) > LONGEST:
        raise DomainError("bad_text", longest=LONGEST)


async def _whose(unit: Unit, held: Reminder) -> list[UUID]:
    """Whose list it stands on; when they work here no more, the whole desk."""
    desk = await people.staff_of_role(unit, _DESK)
    return [member.person_id for member in desk if member.user_id == held.user_id] or [
        member.person_id for member in desk
    ]
