"""The team as its managers run it: who works here, in which role, and whose access ends.

Whoever acts reads their role in the transaction of their own event, so a change counts from the very next press.
What a leaving or a new role means for tasks, journeys and menus follows from the facts recorded here.
"""

from __future__ import annotations

from uuid import UUID

from domain.errors import DomainError
from domain.people import invitation_store, store, team_store
from domain.people.model import STAFF_ROLES, Member, Role
from domain.unit import Unit


async def members(unit: Unit) -> list[Member]:
    """Everybody who works here now, by role and name. For managers, else `not_your_role`."""
    _manager(unit)
    return await team_store.members(unit.db, unit.clinic.id)


async def member(unit: Unit, user_id: UUID) -> Member:
    """One of them; DomainErrors `not_your_role`, `no_such_member`."""
    _manager(unit)
    found = await team_store.members(unit.db, unit.clinic.id, user_id)
    if not found:
        raise DomainError("no_such_member")
    return found[0]


async def change_role(unit: Unit, user_id: UUID, role: str, licence_no: str | None = None) -> Member:
    """Give a member another role, from their next press on; the same role changes nothing.

    DomainErrors: `not_your_role`, `no_such_member`, `bad_role`, `no_licence` (a doctor needs a licence number),
    `last_manager`. Fact `role_changed` (before, after, person_id).
    """
    if role not in STAFF_ROLES:
        raise DomainError("bad_role", roles=list(STAFF_ROLES))
    found = await _locked(unit, user_id)
    if found.role == role:
        return found
    licence = (licence_no or "").strip() or found.licence_no
    if role == Role.DOCTOR and not licence:
        raise DomainError("no_licence")
    await _keep_a_manager(unit, found)
    await team_store.change(unit.db, unit.clinic.id, user_id, role=role, licence_no=licence)
    unit.record("role_changed", user_id, before=found.role, after=role, person_id=str(found.person_id), name=found.name)
    return await member(unit, user_id)


async def remove_staff(unit: Unit, user_id: UUID) -> Member:
    """Somebody does not work here any more: their access ends at once, and their unused codes die.

    Their chats keep their person, who is a customer or a stranger from now on; open forms and what was on its way to
    them as staff are dropped. DomainErrors: `not_your_role`, `no_such_member`, `last_manager`. Fact `staff_removed`
    (role, person_id). Returns the member as they were.
    """
    found = await _locked(unit, user_id)
    await _keep_a_manager(unit, found)
    clinic = unit.clinic.id
    await store.lock_persons(unit.db, clinic, [found.person_id])
    await team_store.forget_staff(unit.db, clinic, found.person_id)
    # The hat goes to a person of its own, so that the chat is nobody of the staff's: they may be hired again.
    former = await store.add_person(unit.db, clinic, found.name, None, unit.now)
    left = {"active": False, "on_duty": False, "removed_at": unit.now, "person_id": former}
    await team_store.change(unit.db, clinic, user_id, **left)
    await invitation_store.revoke(unit.db, clinic, unit.now, user_id=user_id)
    unit.record("staff_removed", user_id, role=found.role, person_id=str(found.person_id), name=found.name)
    return found


async def _locked(unit: Unit, user_id: UUID) -> Member:
    """The member, while nobody else changes the team: two managers must not remove each other in one moment."""
    _manager(unit)
    await team_store.lock(unit.db, unit.clinic.id)
    if unit.actor.user_id is not None:  # a manager who has been removed while waiting decides nothing any more
        me = await store.staff(unit.db, unit.clinic.id, unit.actor.user_id)
        if me is None or me.role != Role.MANAGER:
            raise DomainError("not_your_role")
    return await member(unit, user_id)


async def _keep_a_manager(unit: Unit, leaving: Member) -> None:
    others = [each for each in await members(unit) if each.role == Role.MANAGER and each.user_id != leaving.user_id]
    if leaving.role == Role.MANAGER and not others:
        raise DomainError("last_manager")


def _manager(unit: Unit) -> None:
    if unit.actor.role not in (Role.MANAGER, Role.SYSTEM):
        raise DomainError("not_your_role")
