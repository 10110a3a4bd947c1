"""Routes: which function answers which word, button, form or notice, and who may use it.

Each noun's module owns a `Routes`; `handlers/routes.py` joins them into the one table that dispatch,
menus, help and the permission tests read.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.unit import Clinic
from handlers.cards import Action, Card
from handlers.codes import as_code
from handlers.forms import Form
from handlers.talk import Talk
from handlers.words import Words

Roles = frozenset[str]
SALES: Roles = frozenset({"sales", "manager"})
PERFORMERS: Roles = frozenset({"beautician", "doctor"})
STAFF: Roles = SALES | PERFORMERS
CUSTOMER: Roles = frozenset({"customer"})
EVERYBODY: Roles = STAFF | CUSTOMER | {"stranger"}

CommandHandler = Callable[[Talk], Awaitable[None]]
ActionHandler = Callable[[Talk, Action], Awaitable[None]]
Presenter = Callable[[Words, Clinic, Mapping[str, Any]], Card]


@dataclass(frozen=True, slots=True)
class Command:
    """A word people type. `title` is its English description and label, a message id."""

    name: str
    thai: str
    title: str
    roles: Roles
    run: CommandHandler
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class Routes:
    """The routes of one noun, or of the whole conversation."""

    commands: dict[str, Command] = field(default_factory=dict)
    actions: dict[str, tuple[Roles, ActionHandler]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    presenters: dict[str, Presenter] = field(default_factory=dict)

    def command(
        self, name: str, thai: str, title: str, roles: Roles, *also: str
    ) -> Callable[[CommandHandler], CommandHandler]:
        """Route a typed word (with or without slash), its Thai twin, and what else people say for it."""

        def add(run: CommandHandler) -> CommandHandler:
            self.commands[name] = Command(name, thai, title, roles, run, also)
            return run

        return add

    def action(self, name: str, roles: Roles) -> Callable[[ActionHandler], ActionHandler]:
        """Route a button; `name` has a number in `handlers.actions.CODES`."""

        def add(run: ActionHandler) -> ActionHandler:
            self.actions[name] = (roles, run)
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
        for mine, theirs in (
            (self.commands, other.commands),
            (self.actions, other.actions),
            (self.forms, other.forms),
            (self.presenters, other.presenters),
        ):
            if clash := mine.keys() & theirs.keys():
                raise ValueError(f"routed twice: {sorted(clash)}")
            mine.update(theirs)  # type: ignore[arg-type]  # both sides come from the same pair

    def command_for(self, text: str) -> tuple[Command, str] | None:
        """The command a whole message names, and its argument ('' but for /start CODE and /language en)."""
        match = re.fullmatch(r"/?\s*(\S+(?: \S+)?)", " ".join(text.split()))
        if match is None:
            return None
        words = match[1].casefold()
        for command in self.commands.values():
            if words in (command.name, command.thai, *command.also):
                return command, ""
        first, _, rest = match[1].partition(" ")
        for name in ("start", "language"):
            command = self.commands[name]
            if rest and first.casefold() in (name, command.thai) and _fits(name, rest, text):
                return command, rest
        return None


def _fits(name: str, rest: str, text: str) -> bool:
    """ "start tomorrow" is a sentence; "/start tomorrow" and "start K7Q2M0XR4T" are commands."""
    return name != "start" or text.lstrip().startswith("/") or as_code(rest) is not None
