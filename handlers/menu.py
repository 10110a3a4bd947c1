"""Buttons that run commands, and the list of commands that a person may use."""

from __future__ import annotations

from handlers.cards import Action, Button
from handlers.words import N_, Words

# Positions are for ever, as buttons carry them; labels are message ids. Add at the end.
MENU: tuple[tuple[str, str], ...] = (
    ("help", N_("Help")),
    ("language", N_("Language")),
    ("cancel", N_("Cancel")),
    ("points", N_("Points")),
    ("history", N_("History")),
    ("status", N_("Status")),
    ("lead", N_("New customer")),
    ("payments", N_("Payments")),
    ("tasks", N_("Tasks")),
    ("mytasks", N_("My tasks")),
)
_POSITIONS = {name: n for n, (name, _) in enumerate(MENU)}


def command_button(words: Words, name: str) -> Button:
    """A button that does what typing the command would."""
    position = _POSITIONS[name]
    return Button(words.t(MENU[position][1]), Action("command.run", choice=position))
