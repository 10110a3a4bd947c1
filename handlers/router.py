"""Routes: which function answers which word, button, form or notice.

Each noun's module owns a `Routes`; `handlers/routes.py` joins them into the one table that dispatch,
menus, help and the permission tests read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from domain.unit import Clinic
from handlers.cards import Action, Card
from handlers.forms import Form
from handlers.permissions import ACTIONS, COMMANDS, Roles, Word
from handlers.talk import Talk
from handlers.words import Words

CommandHandler = Callable[[Talk], Awaitable[None]]
ActionHandler = Callable[[Talk, Action], Awaitable[None]]
Presenter = Callable[[Words, Clinic, Mapping[str, Any]], Card]
Route = TypeVar("Route")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Word):
    """A word people type, and what answers it."""

    run: CommandHandler


@dataclass(slots=True)
class Routes:
    """The routes of one noun, or of the whole conversation."""

    commands: dict[str, Command] = field(default_factory=dict)
    actions: dict[str, tuple[Roles, ActionHandler]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    presenters: dict[str, Presenter] = field(default_factory=dict)

    def command(self, name: str) -> Callable[[CommandHandler], CommandHandler]:
        """Route a word of `permissions.COMMANDS`."""

        def add(run: CommandHandler) -> CommandHandler:
            word = COMMANDS[name]
            self.commands[name] = Command(**{field.name: getattr(word, field.name) for field in fields(word)}, run=run)
            return run

        return add

    def action(self, name: str) -> Callable[[ActionHandler], ActionHandler]:
        """Route a button of `permissions.ACTIONS`."""

        def add(run: ActionHandler) -> ActionHandler:
            self.actions[name] = (ACTIONS[name].roles, run)
            return run

        return add

    def form(self, form: Form) -> Form:
        """Route a form's steps."""
        self.forms[form.name] = form
        return form

    def presenter(self, kind: str) -> Callable[[Presenter], Presenter]:
        """Route a notice: its facts become a card when it is sent."""

        def add(present: Presenter) -> Presenter:
            self.presenters[kind] = present
            return present

        return add

    def include(self, other: Routes) -> None:
        """Join another noun's routes; a name used twice is a mistake."""
        _join(self.commands, other.commands)
        _join(self.actions, other.actions)
        _join(self.forms, other.forms)
        _join(self.presenters, other.presenters)

    def command_for(self, text: str) -> tuple[Command, str] | None:
        """The command a whole message names, and its argument ('' for most)."""
        said = " ".join(text.split())
        words = said.removeprefix("/").lstrip()
        for command in self.commands.values():
            if words.casefold() in (command.name, command.thai, *command.also):
                return command, ""
        first, _, rest = words.partition(" ")
        for command in self.commands.values():
            if rest and command.argument and first.casefold() in (command.name, command.thai):
                return (command, rest) if said.startswith("/") or command.argument(rest) else None
        return None


def _join(mine: dict[str, Route], theirs: Mapping[str, Route]) -> None:
    if clash := mine.keys() & theirs.keys():
        raise ValueError(f"routed twice: {sorted(clash)}")
    mine.update(theirs)
