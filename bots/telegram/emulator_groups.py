"""Groups in the emulated Telegram: somebody takes the bot along, people talk, the group grows, the bot is put out.

A bot in a group hears only what is meant for it: commands and its name (privacy mode, which is on unless BotFather is
told otherwise, https://core.telegram.org/bots/features#privacy-mode).
"""

from __future__ import annotations

import secrets

from bots.telegram.emulator_people import ActError, command_entity, member
from bots.telegram.emulator_records import FIRST_GROUP, BotAccount, Group, Json, Person
from bots.telegram.emulator_state import State
from bots.telegram.emulator_updates import Event, Updates


class Groups:
    """What happens in groups, on the emulator's state; each act returns the updates it made."""

    def __init__(self, state: State, updates: Updates) -> None:
        self._state = state
        self._updates = updates

    def add(self, bot: BotAccount, person: Person, title: str) -> tuple[Group, list[Event]]:
        """A person makes a group with the bot in it."""
        number = min([FIRST_GROUP + 1, *(group for group in self._state.groups if group > -(10**12))]) - 1
        group = self._make(bot, number, title, "group")
        return group, self._membership(bot, person, group, "left", "member")

    def say(self, bot: BotAccount, person: Person, group: Group, text: str) -> list[Event]:
        """A person types into the group."""
        heard = text.startswith("/") or f"@{bot.username}".lower() in text.lower()
        return [self._message(bot, person, group, {"text": text} | command_entity(text))] if heard else []

    def kick(self, bot: BotAccount, person: Person, group: Group) -> list[Event]:
        """A person puts the bot out."""
        return self._membership(bot, person, group, "member", "kicked")

    def upgrade(self, bot: BotAccount, person: Person, group: Group) -> tuple[Group, list[Event]]:
        """The group becomes a supergroup, which has another id; its old one is of no use any more."""
        if group.moved_to is not None:
            raise ActError(409, "This group has been upgraded before.")
        grown = self._make(bot, -(10**12) - secrets.randbelow(10**10), group.title, "supergroup")
        told = [
            self._message(bot, person, group, {"migrate_to_chat_id": grown.id}),
            self._message(bot, person, grown, {"migrate_from_chat_id": group.id}),
        ]
        self._state.record("group_moved", account=bot.id, person=group.id, to=grown.id)
        return grown, told

    def _make(self, bot: BotAccount, number: int, title: str, kind: str) -> Group:
        self._state.record("group", account=bot.id, person=number, title=title, group_kind=kind)
        return self._state.groups[number]

    def _message(self, bot: BotAccount, person: Person, group: Group, content: Json) -> Event:
        if self._state.chat(bot.id, group.id).blocked:
            raise ActError(409, "The bot is not in this group.")
        about = {"message_id": bot.next_message, "from": person.user(), "chat": group.chat()}
        return self._updates.add(bot, group, "message", about | {"date": self._state.now()} | content)

    def _membership(self, bot: BotAccount, person: Person, group: Group, old: str, new: str) -> list[Event]:
        change = {
            "chat": group.chat(),
            "from": person.user(),
            "date": self._state.now(),
            "old_chat_member": member(bot, old),
            "new_chat_member": member(bot, new),
        }
        return [self._updates.add(bot, group, "my_chat_member", change)]
