"""Who is asked to do a task, and what they answer: in rounds, each wider than the last, by the clinic's clock.

First the performer whom the customer named, else everybody on duty who may do it; halfway through the time to answer
they are reminded; after it come those who were not asked yet, and in the end the managers. Nobody off duty is asked.
"""

from __future__ import annotations

from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import PERFORMERS, Role, Staff
from domain.tasks import offer_store, store
from domain.tasks.held import NUDGE, change, fact_data, iso, lock, replace_cards, task_view, tell
from domain.tasks.model import OfferState, Round, TaskAction, TaskState, TaskView
from domain.tasks.rules import accept_window, check_fit, is_fit, next_task_state
from domain.unit import Unit


async def offer(unit: Unit, journey_id: UUID, room_id: UUID | None = None) -> None:
    """Ask for a journey's waiting task from the first round on; opens one if its stage calls for it and none is open.

    `room_id` is where the appointment will be. A task that somebody has accepted is left alone.
    """
    view = await store.open_for_journey(unit.db, unit.clinic.id, journey_id)
    if view is None:
        await store.open_again(unit.db, unit.clinic.id, journey_id, unit.now)
        view = await store.open_for_journey(unit.db, unit.clinic.id, journey_id)
    if view is None or view.state is not TaskState.REQUESTED:
        return
    view = await lock(unit, view.id)
    if room_id is not None:
        await store.change(unit.db, unit.clinic.id, view.id, room_id=room_id)
    await _ask(unit, view, Round.FIRST)


async def ask_again(unit: Unit, task_id: UUID) -> TaskView:
    """A manager has it offered anew, also to those who declined. DomainErrors `no_such_task`, `not_your_role`,
    `task_taken` (by, at), `task_closed`."""
    if unit.actor.role != Role.MANAGER:
        raise DomainError("not_your_role")
    view = await _waiting(unit, task_id)
    await offer_store.forget(unit.db, unit.clinic.id, task_id)
    await _ask(unit, view, Round.FIRST)
    return await task_view(unit, task_id)


async def nudge(unit: Unit, task_id: UUID) -> None:
    """The timer of a waiting task: half of the time is gone and they are reminded, or all, and the next are asked."""
    view = await store.lock(unit.db, unit.clinic.id, task_id)
    if view is None or view.state is not TaskState.REQUESTED or view.accept_by is None:
        return
    if unit.now < view.accept_by:
        waited_for = await offer_store.asked(unit.db, unit.clinic.id, task_id, OfferState.OFFERED)
        members = [member for member in await _on_duty(unit, view) if member.user_id in waited_for]
        await tell(unit, view, members, "task.reminder")
        unit.set_timer(NUDGE, task_id, view.accept_by)
        return
    await offer_store.expire(unit.db, unit.clinic.id, task_id, unit.now)
    await _ask(unit, view, Round(view.round + 1))


async def accept(unit: Unit, task_id: UUID) -> TaskView:
    """The actor takes the task; the first one wins, and everybody's card says so.

    A second press by the same person changes nothing. DomainErrors: `no_such_task`, `not_your_role`,
    `not_your_skill` (skill), `other_branch`, `licence_missing`, `task_taken` (by, at), `named_colleague` (by)
    while the customer's own choice is being asked, `task_closed`.
    """
    view = await lock(unit, task_id)
    member = await _actor(unit)
    check_fit(member, view)
    if view.assignee_id == member.user_id:
        return view
    if view.assignee_id is not None:
        raise DomainError("task_taken", by=view.assignee_name, at=iso(view.accepted_at))
    state = next_task_state(view.state, TaskAction.ACCEPT)
    if view.named not in (None, member.user_id) and view.round is Round.FIRST and view.accept_by is not None:
        raise DomainError("named_colleague", by=view.performer_name)
    view = await change(unit, view, state=state, assignee_id=member.user_id, accepted_at=unit.now, reason="")
    await _answer(unit, view, member, OfferState.ACCEPTED)
    await offer_store.expire(unit.db, unit.clinic.id, task_id, unit.now)
    unit.cancel_timer(NUDGE, task_id)
    unit.record("task_accepted", view.id, **fact_data(view, user_id=str(member.user_id)))
    await replace_cards(unit, view, "task.taken")
    return view


async def decline(unit: Unit, task_id: UUID, reason: str) -> TaskView:
    """The actor does not take the task; the others still may, and when nobody is left the next are asked at once.

    They may change their mind until somebody has it. DomainErrors: those of `accept`.
    """
    view = await _waiting(unit, task_id)
    member = await _actor(unit)
    check_fit(member, view)
    next_task_state(view.state, TaskAction.DECLINE)
    await _answer(unit, view, member, OfferState.DECLINED, reason)
    unit.record("task_declined", view.id, **fact_data(view, user_id=str(member.user_id)))
    await replace_cards(unit, view, "task.declined", person_id=member.person_id)
    still = await offer_store.asked(unit.db, unit.clinic.id, task_id, OfferState.OFFERED)
    if not still and view.round < Round.MANAGERS:
        await _ask(unit, view, Round(max(view.round, Round.FIRST) + 1))
    return await task_view(unit, task_id)


async def successor(unit: Unit, view: TaskView, refused_by: Staff) -> None:
    """A released task is over: what its stage still calls for is another one, offered to everybody else."""
    await store.open_again(unit.db, unit.clinic.id, view.journey_id, unit.now)
    new = await store.open_for_journey(unit.db, unit.clinic.id, view.journey_id)
    if new is None:
        return
    overrides = [
        {"gate": o.gate, "reason": o.reason, "by": o.by, "user_id": str(o.user_id), "at": o.at.isoformat()}
        for o in view.overrides
    ]
    await store.change(unit.db, unit.clinic.id, new.id, room_id=view.room_id, overrides=overrides)
    await _answer(unit, new, refused_by, OfferState.DECLINED, view.reason)
    await _ask(unit, new, Round.FIRST)


async def _ask(unit: Unit, view: TaskView, first: Round) -> None:
    """Ask the people of a round; those of the next one when there is nobody whom a message can reach."""
    for number in Round:
        if number < first or number is Round.NOT_YET:
            continue
        members = await _whom(unit, view, number)
        last = number is Round.MANAGERS
        accept_by = None if last else unit.now + accept_window(unit.now, view.scheduled_at)
        await store.change(unit.db, unit.clinic.id, view.id, round=number, accept_by=accept_by)
        asked = await task_view(unit, view.id)
        waited = int((unit.now - view.created_at).total_seconds() // 60)
        kind, more = ("task.unclaimed", {"waited": waited}) if last else ("task.offer", {})
        if not await tell(unit, asked, members, kind, **more):
            continue
        unit.cancel_timer(NUDGE, view.id)
        if accept_by is None:
            return
        for member in members:
            await _answer(unit, asked, member, OfferState.OFFERED)
        unit.set_timer(NUDGE, view.id, unit.now + (accept_by - unit.now) / 2)
        unit.record("task_offered", view.id, **fact_data(view, round=int(number)))
        return


async def _whom(unit: Unit, view: TaskView, number: Round) -> list[Staff]:
    """Who is asked in a round and was not asked before, of those on duty."""
    if number is Round.MANAGERS:
        here = [m for m in await people.staff_of_role(unit, (Role.MANAGER, Role.SALES), view.branch_id) if m.on_duty]
        return [m for m in here if m.role == Role.MANAGER] or here
    before = await offer_store.asked(unit.db, unit.clinic.id, view.id)
    if number is Round.FIRST:
        before = await offer_store.asked(unit.db, unit.clinic.id, view.id, OfferState.DECLINED)
    pool = [member for member in await _on_duty(unit, view) if member.user_id not in before]
    named = [member for member in pool if member.user_id == view.named]
    if number is Round.FIRST and view.named is not None:
        return named
    return pool


async def _on_duty(unit: Unit, view: TaskView) -> list[Staff]:
    """Everybody on duty who may do the task."""
    staff = await people.staff_of_role(unit, PERFORMERS, view.branch_id)
    return [member for member in staff if member.on_duty and is_fit(member, view)]


async def _waiting(unit: Unit, task_id: UUID) -> TaskView:
    """The task, locked, while nobody has it."""
    view = await lock(unit, task_id)
    if view.assignee_id is not None:
        raise DomainError("task_taken", by=view.assignee_name, at=iso(view.accepted_at))
    if view.state is not TaskState.REQUESTED:
        raise DomainError("task_closed")
    return view


async def _actor(unit: Unit) -> Staff:
    if unit.actor.user_id is None:
        raise DomainError("not_your_role")
    return await people.staff(unit, unit.actor.user_id)


async def _answer(unit: Unit, view: TaskView, member: Staff, state: OfferState, reason: str = "") -> None:
    await offer_store.save(
        unit.db, unit.clinic.id, view.id, member.user_id, state, number=view.round, at=unit.now, reason=reason
    )
