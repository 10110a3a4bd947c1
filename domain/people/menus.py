"""Which menu each chat shows: it follows from its person's role and language.

A change of either leads here (`switch_menu`), in the transaction of the change: a row of kind `menu` enters the
outbox for each chat, and `bots/delivery.py` has the platform show the newest. Showing a menu twice is showing it once.
An account whose menus are not installed yet gets no rows; when they are, `switch_account` sees to all its chats.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from domain.people import menu_store
from domain.people.menu_store import MenuChat
from domain.people.model import menu_key
from domain.unit import Unit


async def switch_menu(unit: Unit, person_id: UUID) -> None:
    """Show every chat of a person the menu of their role and language as they are now in this unit."""
    chats = await menu_store.chats(unit.db, unit.clinic.id, person_id=person_id)
    unit.outbox += [_row(chat) for chat in chats]


async def switch_account(unit: Unit, account_id: UUID) -> int:
    """Show every chat of an account its menu, as new menus have just been installed; returns how many there are."""
    chats = await menu_store.chats(unit.db, unit.clinic.id, account_id=account_id)
    unit.outbox += [_row(chat) for chat in chats]
    return len(chats)


def _row(chat: MenuChat) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "row_kind": "menu",
        "message_class": "menu",
        "account_id": chat.account_id,
        "identity_id": chat.identity_id,
        "person_id": chat.person_id,
        "recipient": chat.recipient,
        "content": {"menu": menu_key(chat.role, chat.language), "version": chat.version},
        "state": "pending",
        "attempts": 0,
    }
