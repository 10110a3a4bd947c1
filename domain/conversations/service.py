"""Use cases around a conversation that belong to no other noun."""

from __future__ import annotations

from domain.conversations import store
from domain.unit import Unit


async def keep_message(unit: Unit, text: str, message_id: str) -> None:
    """Keep a text nobody understood; the fact `message_not_understood` lets reactions pass a customer's on to staff."""
    scene, person_id = unit.scene, unit.actor.person_id
    if scene is None or scene.identity_id is None or person_id is None:
        return
    await store.keep(
        unit.db,
        unit.clinic.id,
        person_id=person_id,
        identity_id=scene.identity_id,
        event_id=unit.event_id,
        kind="message_not_understood",
        data={"text": text, "message_id": message_id},
        at=unit.now,
    )
    if unit.actor.customer_id is not None:
        unit.record("message_not_understood", unit.actor.customer_id, text=text, name=unit.actor.name)


async def blocked(unit: Unit) -> None:
    """The person blocked the account in this chat: send nothing there until they return."""
    if unit.scene is not None and unit.scene.identity_id is not None:
        await store.set_unreachable(unit.db, unit.clinic.id, unit.scene.identity_id)


async def take_back(unit: Unit, message_id: str) -> None:
    """The sender took a message back: what is kept of it is erased, at once."""
    scene = unit.scene
    if scene is not None:
        await store.erase(
            unit.db,
            unit.clinic.id,
            account_id=scene.account_id,
            identity_id=scene.identity_id,
            message_id=message_id,
        )
