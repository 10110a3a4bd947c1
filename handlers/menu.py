"""Buttons that run commands, and what people of a role usually do next."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Final

from handlers.cards import Action, Button
from handlers.permissions import COMMANDS
from handlers.words import Words

USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": ("points", "status", "help"),
    "sales": ("lead", "payments", "pipeline", "find", "help"),
    "manager": ("pipeline", "approvals", "team", "stats", "find", "help"),
    "beautician": ("tasks", "mytasks", "help"),
    "doctor": ("tasks", "mytasks", "help"),
    "stranger": ("help", "language", "cancel"),
}
_BY_POSITION: Final = (
    "help",
    "language",
    "cancel",
    "points",
    "history",
    "status",
    "lead",
    "payments",
    "tasks",
    "mytasks",
)
"""The first release's buttons carried a position here; they still work, so this list never changes."""


def command_button(words: Words, name: str) -> Button:
    """A button that does what typing the command would."""
    return Button(words.t(COMMANDS[name].title), Action("command.run", version=_mark(name)))


def command_buttons(words: Words, names: Iterable[str]) -> tuple[Button, ...]:
    """A button for each command."""
    return tuple(command_button(words, name) for name in names)


def command_of(action: Action) -> str | None:
    """The name of the command that such a button stands for; None for one that no release knows."""
    if action.version:
        return next((name for name in COMMANDS if _mark(name) == action.version), None)
    return _BY_POSITION[action.choice] if action.choice < len(_BY_POSITION) else None


def _mark(name: str) -> int:
    """What a button carries for its command: a checksum of the name, so that nothing has to be numbered."""
    return zlib.crc32(name.encode())
