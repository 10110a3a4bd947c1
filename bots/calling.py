"""One call to a platform: rows become cards and a letter around them, or a menu; back comes the channel's outcome.

`bots/sending.py` asks, and decides by `bots/verdict.py` what an outcome means. A call that takes too long is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots.accounts import Accounts
from bots.channel import Account, Channel, Outcome, RetryLater, Unknown
from bots.letters import Letters, card_of
from domain.database.outbox import Outgoing
from domain.unit import Clinic
from handlers.menus import menus_of
from handlers.routes import ROUTES

CALL_SECONDS = 15.0
# A menu that could not be shown in time waits a little; it holds back no message.
MENU_WAIT = 5.0
MENUS = {menu.key: menu for menu in menus_of(ROUTES)}


class Caller:
    """Calls the platforms."""

    def __init__(self, accounts: Accounts, channels: Mapping[str, Channel], letters: Letters) -> None:
        self._accounts = accounts
        self._channels = channels
        self._letters = letters

    async def call(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic | None) -> Outcome | None:
        """Send, edit or show what these rows of one call say; None when there is nothing to do any more.

        `clinic` is what a notice's card is made for; answers need none.
        """
        if rows[0].row_kind == "menu":
            return await self._show_menu(account, rows[0])
        return await self._write(account, rows, clinic)

    async def _write(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic | None) -> Outcome | None:
        """Send cards or edit one; None when the channel cannot edit, or the card never arrived.

        A press on such a card gets the current one.
        """
        channel, first = self._channels[account.channel], rows[0]
        cards = [card_of(row, clinic) for row in rows]
        letter = self._letters.write(account, rows, cards)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                if first.row_kind != "edit":
                    return await channel.send(account, cards, letter)
                if channel.edits and first.edited_ids:
                    return await channel.edit(account, first.edited_ids[0], cards[0], letter)
                return None
        except TimeoutError:
            return Unknown("no answer in time")

    async def _show_menu(self, account: Account, row: Outgoing) -> Outcome | None:
        """Switch a chat's menu; None when the menus have changed since, as then every chat has a newer row."""
        if account.menus_version != row.content["version"]:
            await self._accounts.refresh()
            account = await self._accounts.by_id(account.id)
        if account.menus_version != row.content["version"]:
            return None
        menu = MENUS.get(row.content["menu"])
        try:
            async with asyncio.timeout(CALL_SECONDS):
                outcome = await self._channels[account.channel].show_menu(account, row.recipient, menu)
        except TimeoutError:
            return RetryLater(MENU_WAIT, "no answer in time")
        # Platforms count these calls apart: a menu that must wait holds back no answer.
        return replace(outcome, whole_account=False) if isinstance(outcome, RetryLater) else outcome
