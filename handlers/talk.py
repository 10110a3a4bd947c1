"""Talk: one event being answered. What a handler gets, and the only thing it acts through.

Built by intake from an open unit; collects the cards of the answer. The unit holds the database work,
the conversation and the outbox, so that everything a handler does commits together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.unit import Scene, Unit
from handlers.cards import Button, Card
from handlers.words import Words


@dataclass(frozen=True, slots=True)
class Link:
    """A public link that opens a chat with the clinic on one channel."""

    channel: str
    label: str
    url: str


@dataclass(slots=True)
class Talk:
    """One event, the person behind it, and the answer so far."""

    unit: Unit
    channel: str
    links: Callable[[str], list[Link]]
    words: Words
    cards: list[Card] = field(default_factory=list)
    argument: str = ""
    """What followed the command that was typed ('' for most)."""
    message_id: str = ""
    """The platform's id of the message that was typed, so that what is kept of it can be taken back."""

    @property
    def scene(self) -> Scene:
        """The event being answered; handlers only run for events."""
        if self.unit.scene is None:
            raise RuntimeError("a handler ran outside an event")
        return self.unit.scene

    @property
    def roles(self) -> frozenset[str]:
        """Every hat of the person: a staff role, 'customer', both, or 'stranger'."""
        actor = self.unit.actor
        hats = {actor.role}
        if actor.customer_id:
            hats.add("customer")
        return frozenset(hats)

    @property
    def clinic_name(self) -> str:
        """The clinic's name in the person's language."""
        return self.words.pick({"th": self.unit.clinic.name_th, "en": self.unit.clinic.name_en})

    def t(self, message: str, **fields: Any) -> str:
        """Shorthand for `words.t`."""
        return self.words.t(message, **fields)

    def say(self, card: Card | str, *buttons: Button) -> None:
        """Add a card (or a plain text with buttons) to the answer."""
        self.cards.append(Card(text=card, buttons=buttons) if isinstance(card, str) else card)

    def remember(self, handler: str, step: str, data: Mapping[str, Any]) -> None:
        """Set where this chat's conversation stands."""
        self.unit.conversation = {"handler": handler, "step": step, "data": dict(data)}

    def forget(self) -> None:
        """End this chat's conversation, if there is one."""
        self.unit.conversation = {"handler": None}

    @property
    def conversation(self) -> Mapping[str, Any] | None:
        """{handler, step, data} as it stands now, changes of this event included; None when nothing is going on."""
        if self.unit.conversation is not None:
            return self.unit.conversation if self.unit.conversation["handler"] else None
        scene = self.scene
        if scene.handler is None:
            return None
        return {"handler": scene.handler, "step": scene.step, "data": scene.form_data}

    @property
    def user_id(self) -> UUID:
        """The staff member who acts; routes for staff guarantee that there is one."""
        if self.unit.actor.user_id is None:
            raise RuntimeError("a staff route ran without a staff member")
        return self.unit.actor.user_id

    @property
    def customer_id(self) -> UUID:
        """The customer who acts; routes for customers guarantee that there is one."""
        if self.unit.actor.customer_id is None:
            raise RuntimeError("a customer route ran without a customer")
        return self.unit.actor.customer_id
