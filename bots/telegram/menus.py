"""Menus as Telegram's lists of commands: one for strangers, by the language of their phone, and one for each chat.

A chat's own list goes before every other, in whatever language the phone is
(https://core.telegram.org/bots/api#determining-list-of-commands). Called by `client.TelegramChannel`.
"""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Bot, BotCommand, BotCommandScopeChat, BotCommandScopeDefault, MenuButtonCommands
from telegram.error import TelegramError

from bots.channel import Installed, Outcome, Refused, RetryLater, Sent
from bots.telegram.limits import COMMAND_DESCRIPTION_UNITS, COMMANDS, cut
from bots.telegram.outcomes import outcome, own_words
from handlers.menus import Menu


async def install(bot: Bot, menus: Sequence[Menu], default: str) -> Installed | RetryLater | Refused:
    """Offer whoever has no list of their own the commands of `default`'s role, behind the menu button."""
    role = next(menu.role for menu in menus if menu.key == default)
    try:
        for menu in menus:
            if menu.role == role:
                language = None if menu.key == default else menu.language
                await bot.set_my_commands(_commands(menu), BotCommandScopeDefault(), language)
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    except TelegramError as error:
        failed = outcome(error, repeatable=True)
        return failed if isinstance(failed, (RetryLater, Refused)) else Refused("bad_request", own_words(error))
    return Installed({})


async def show(bot: Bot, chat: str, menu: Menu | None) -> Outcome:
    """Give a chat its own list of commands, or take it away."""
    scope = BotCommandScopeChat(int(chat))
    try:
        if menu is None:
            await bot.delete_my_commands(scope)
        else:
            await bot.set_my_commands(_commands(menu), scope)
    except TelegramError as error:
        return outcome(error, repeatable=True)
    return Sent()


def _commands(menu: Menu) -> list[BotCommand]:
    return [BotCommand(entry.name, cut(entry.label, COMMAND_DESCRIPTION_UNITS)) for entry in menu.entries[:COMMANDS]]
