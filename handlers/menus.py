"""What the menus beside a chat show: for each role a few commands in the order of their use, in each language.

LINE draws the tiles as a picture, Telegram lists all that the role may type; both know a menu by its key
(`customer.th`). A command that has no route (yet) is passed over, so that a menu grows with the program.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

from domain.people.model import menu_key
from handlers.router import Command, Routes
from handlers.words import LANGUAGES, Words

MOST_TILES = 6

TILES: Mapping[str, tuple[str, ...]] = {
    "stranger": ("start", "language", "help"),
    "customer": ("points", "rewards", "appointments", "coupons", "status", "help", "history", "language"),
    "beautician": ("mytasks", "tasks", "counter", "help", "language"),
    "doctor": ("mytasks", "tasks", "counter", "help", "language"),
    "sales": ("pipeline", "lead", "find", "payments", "counter", "help", "language"),
    "manager": ("stats", "team", "approvals", "pipeline", "payments", "find", "lead", "help", "language"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of a menu: its name, what typing it looks like, and its label."""

    name: str
    word: str
    label: str


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu of a role in a language: `bar` opens it, `tiles` are its most used commands, `entries` all of them."""

    role: str
    language: str
    bar: str
    tiles: tuple[Entry, ...]
    entries: tuple[Entry, ...]

    @property
    def key(self) -> str:
        """What a chat's menu is called."""
        return menu_key(self.role, self.language)


def menus_of(routes: Routes) -> tuple[Menu, ...]:
    """Every role's menu in every language."""
    return tuple(_menu(routes, role, Words(language)) for role in TILES for language in LANGUAGES)


def fingerprint(menus: Iterable[Menu], *more: str) -> str:
    """A short name of this content: the same menus have the same one on every machine, changed ones another."""
    content = json.dumps([[asdict(menu) for menu in menus], more], sort_keys=True)
    return sha256(content.encode()).hexdigest()[:12]


def _menu(routes: Routes, role: str, words: Words) -> Menu:
    allowed = {name: _entry(command, words) for name, command in routes.commands.items() if role in command.roles}
    preferred = [allowed[name] for name in TILES[role] if name in allowed]
    rest = [entry for name, entry in allowed.items() if name not in TILES[role]]
    return Menu(role, words.language, words.t("Menu"), tuple(preferred[:MOST_TILES]), (*preferred, *rest))


def _entry(command: Command, words: Words) -> Entry:
    word = f"/{command.name}" if words.language == "en" else command.thai
    return Entry(command.name, word, words.t(command.title))
