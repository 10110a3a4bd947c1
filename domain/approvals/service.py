"""Use cases of approvals: one person asks, everybody who may decide gets a card, and the first second person decides.

Whoever asked never decides. What is done once it is approved belongs to the noun that asked (`workflow`), which
locks the journey first, then the request here, and acts in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from domain.approvals import store
from domain.approvals.model import Approval, ApprovalState
from domain.approvals.rules import check_decider, deciders, life
from domain.errors import DomainError
from domain.notifications import service as notifications
from domain.people import service as people
from domain.people.model import Role
from domain.unit import Unit

EXPIRE = "approval.expire"
"""The timer that ends a request nobody decided."""


async def request(
    unit: Unit,
    *,
    kind: str,
    journey_id: UUID,
    facts: Mapping[str, Any],
    branch_id: UUID | None = None,
    not_by: Collection[UUID] = (),
) -> Approval:
    """Ask for a second person; everybody of the branch who may decide gets a card, but persons `not_by`.

    The caller holds the journey's lock. `facts` (JSON-able) say exactly what is to be done. DomainErrors:
    `not_your_role` (no staff), `approval_waiting` (by, at) while one of this kind waits. Fact `approval_requested`.
    """
    if unit.actor.user_id is None:
        raise DomainError("not_your_role")
    for other in await waiting_for_journey(unit, journey_id, kind):
        raise DomainError("approval_waiting", by=other.requested_by_name, at=other.requested_at.isoformat())
    expires_at = unit.now + life(unit.clinic.settings)
    row = {"kind": kind, "journey_id": journey_id, "facts": dict(facts), "expires_at": expires_at}
    asked = {"requested_by": unit.actor.user_id, "requested_at": unit.now}
    made = await approval(unit, await store.add(unit.db, unit.clinic.id, **row, **asked))
    unit.set_timer(EXPIRE, made.id, expires_at)
    unit.record("approval_requested", made.id, approval_kind=kind, journey_id=str(journey_id))
    away = {*not_by, unit.actor.person_id}
    seconds = [m.person_id for m in await people.staff_of_role(unit, deciders(kind), branch_id)]
    seconds += [m.person_id for m in await people.staff_of_role(unit, (Role.MANAGER,))]
    chosen = [person for person in dict.fromkeys(seconds) if person not in away]
    await notifications.notify(unit, chosen, "approval.request", facts_of(made), subject=subject(made.id))
    return made


async def approval(unit: Unit, approval_id: UUID) -> Approval:
    """One request, else DomainError `no_such_approval`."""
    return _found(await store.view(unit.db, unit.clinic.id, approval_id))


async def waiting_for_journey(unit: Unit, journey_id: UUID, kind: str) -> list[Approval]:
    """The request of this kind that waits for a journey, if there is one."""
    return await store.waiting(unit.db, unit.clinic.id, journey_id=journey_id, kind=kind)


async def to_decide(unit: Unit) -> list[Approval]:
    """What waits for the actor, oldest first."""
    waiting = await store.waiting(unit.db, unit.clinic.id)
    role, me = unit.actor.role, unit.actor.user_id
    return [each for each in waiting if role in deciders(each.kind) and each.requested_by != me]


async def asked_by_me(unit: Unit) -> list[Approval]:
    """What the actor asked for and nobody has decided, oldest first."""
    if unit.actor.user_id is None:
        return []
    return await store.waiting(unit.db, unit.clinic.id, requested_by=unit.actor.user_id)


async def lock_to_decide(unit: Unit, approval_id: UUID) -> Approval:
    """The request, locked, if the actor may decide it now.

    DomainErrors: `no_such_approval`, `not_your_role`, `already_decided` (by, at, state), `own_request`.
    """
    found = _found(await store.lock(unit.db, unit.clinic.id, approval_id))
    check_decider(found, unit.actor.role, unit.actor.user_id, unit.now)
    return found


async def close(unit: Unit, locked: Approval, state: ApprovalState, reason: str = "") -> Approval:
    """End a locked request; every card about it says how, and whoever asked is told. Fact `approval_decided`."""
    await store.change(
        unit.db,
        unit.clinic.id,
        locked.id,
        state=state,
        version=locked.version + 1,
        decided_by=unit.actor.user_id,
        decided_at=unit.now,
        reason=reason,
    )
    done = await approval(unit, locked.id)
    unit.cancel_timer(EXPIRE, locked.id)
    unit.record(
        "approval_decided",
        done.id,
        approval_kind=done.kind,
        journey_id=str(done.journey_id),
        state=state,
        requested_by=str(done.requested_by),
    )
    await notifications.replace(unit, subject(done.id), "approval.over", facts_of(done))
    asker = [m for m in await people.staff_of_role(unit, tuple(deciders(done.kind))) if m.user_id == done.requested_by]
    tell = [m.person_id for m in asker if m.person_id != unit.actor.person_id]
    await notifications.notify(unit, tell, "approval.decided", facts_of(done))
    return done


async def refuse(unit: Unit, approval_id: UUID, reason: str = "") -> Approval:
    """The second person says no; the DomainErrors of `lock_to_decide`."""
    return await close(unit, await lock_to_decide(unit, approval_id), ApprovalState.REFUSED, reason)


async def expire(unit: Unit, approval_id: UUID) -> None:
    """Nobody decided in time. Looks again: a request that is over, or not yet due, stays as it is."""
    found = await store.lock(unit.db, unit.clinic.id, approval_id)
    if found is not None and found.state is ApprovalState.WAITING and found.expires_at <= unit.now:
        await close(unit, found, ApprovalState.EXPIRED)


async def withdraw_of(unit: Unit, user_id: UUID) -> None:
    """Whoever asked has left: nobody is to confirm what they saw."""
    for seen in await store.waiting(unit.db, unit.clinic.id, requested_by=user_id):
        await withdraw(unit, seen.id)


async def withdraw(unit: Unit, approval_id: UUID) -> None:
    """What the request was about is not so any more; one that is over stays as it is."""
    found = await store.lock(unit.db, unit.clinic.id, approval_id)
    if found is not None and found.state is ApprovalState.WAITING:
        await close(unit, found, ApprovalState.WITHDRAWN)


def facts_of(view: Approval) -> dict[str, Any]:
    """A request as notices carry it: every field, ids and moments as text."""
    return notifications.plain(view)


def subject(approval_id: UUID) -> str:
    """What cards about this request are filed under, so that they can be replaced."""
    return f"approval:{approval_id}"


def _found(view: Approval | None) -> Approval:
    if view is None:
        raise DomainError("no_such_approval")
    return view
