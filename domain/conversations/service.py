"""Use cases around a conversation that belong to no other noun."""

from __future__ import annotations

from uuid import UUID

from domain.conversations import store
from domain.database import outbox
from domain.unit import Unit


async def keep_message(unit: Unit, text: str, message_id: str) -> None:
    """Keep a text nobody understood; the fact `message_not_understood` lets reactions pass a customer's on to staff.

    Staff who are customers too are answered as staff. The fact names the kept row: facts are for ever, and the
    words must be erased when their sender takes them back.
    """
    scene, person_id = unit.scene, unit.actor.person_id
    if scene is None or scene.identity_id is None or person_id is None:
        return
    kept_id = await store.keep(
        unit.db,
        unit.clinic.id,
        person_id=person_id,
        identity_id=scene.identity_id,
        event_id=unit.event_id,
        kind="message_not_understood",
        data={"text": text, "message_id": message_id},
        at=unit.now,
    )
    if unit.actor.customer_id is not None and unit.actor.user_id is None:
        unit.record("message_not_understood", unit.actor.customer_id, kept_id=str(kept_id))


async def kept_message(unit: Unit, kept_id: UUID) -> tuple[str, str | None]:
    """The words of a message kept in this unit, and the channel they came by."""
    return await store.kept(unit.db, unit.clinic.id, kept_id)


async def blocked(unit: Unit) -> None:
    """The person blocked the account in this chat: send nothing there until they return.

    What waits to be sent there goes to their other chat, or nowhere. A block that is brought late, when they have
    returned already, changes nothing.
    """
    if unit.scene is None or unit.scene.identity_id is None:
        return
    await store.set_unreachable(unit.db, unit.clinic.id, unit.scene.identity_id)
    if not await settle_reach(unit):
        await outbox.leave_chat(unit.db, unit.clinic.id, unit.scene.identity_id)


async def settle_reach(unit: Unit) -> bool | None:
    """Whether this chat can be reached, by the newest of what its person did: events may come in any order.

    None, and nothing changes, where the platform does not say when things happened.
    """
    scene = unit.scene
    if scene is None or scene.identity_id is None:
        return None
    return await store.settle_reach(
        unit.db, unit.clinic.id, account_id=scene.account_id, identity_id=scene.identity_id, lane=scene.lane
    )


async def take_back(unit: Unit, message_id: str) -> None:
    """The sender took a message back: what is kept of it is erased, at once.

    The fact `message_taken_back` lets reactions erase it where it was passed on to.
    """
    if unit.scene is None:
        return
    account_id = unit.scene.account_id
    for kept_id in await store.erase(unit.db, unit.clinic.id, account_id=account_id, message_id=message_id):
        unit.record("message_taken_back", kept_id)


async def erase_answers(unit: Unit, message_id: str) -> None:
    """What this chat has been answered since a message that is taken back may quote it: those words are erased."""
    if unit.scene is not None and unit.scene.identity_id is not None:
        await store.erase_answers(
            unit.db,
            unit.clinic.id,
            account_id=unit.scene.account_id,
            identity_id=unit.scene.identity_id,
            message_id=message_id,
        )
