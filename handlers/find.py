"""Finding a customer: `/find นก`, or the word alone, which asks. One hit opens the customer, several are buttons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.people import service as people
from domain.people.model import Customer
from domain.people.rules import show_phone
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from handlers.cards import Action, Button, Card, Item
from handlers.customers import say_customer
from handlers.forms import Data, Form
from handlers.lists import list_card
from handlers.menu import command_button
from handlers.router import Routes
from handlers.stages import journey_stage
from handlers.steps import text_step
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()

_LAST_DIGITS: Final = 4
"""Digits of a telephone number that tell two people of one name apart."""


@routes.command("find")
async def find(talk: Talk) -> None:
    """Look at once for what stands behind the word, else ask."""
    if talk.argument:
        await _look(talk, talk.argument)
    else:
        await form.start(talk)


async def _look(talk: Talk, text: str) -> None:
    found = await people.find_customers(talk.unit, text)
    if len(found) == 1:
        await say_customer(talk, found[0].id)
        return
    plans = {customer.id: await workflow.journeys_of_customer(talk.unit, customer.id) for customer in found}
    talk.say(found_card(talk.words, text, found, plans))


def found_card(words: Words, text: str, found: Sequence[Customer], plans: Mapping[UUID, Sequence[JourneyView]]) -> Card:
    """Who may be meant, the likeliest first, with what tells them apart; or the way to take somebody in."""
    if not found:
        return Card(
            text=words.t("Nobody found for “{text}”. Try a part of the name, or take in a new customer:", text=text),
            buttons=(command_button(words, "lead"), command_button(words, "find")),
        )
    names = Counter(customer.name for customer in found)
    items = [_entry(words, customer, plans[customer.id][:1], names[customer.name] == 1) for customer in found]
    return list_card(words, words.t("Who do you mean?"), items, "customer.show")


def _entry(words: Words, customer: Customer, newest: Sequence[JourneyView], alone: bool) -> Item:
    """Somebody who was found; whose name others have too is told from them by their digits."""
    digits = show_phone(customer.phone)[-_LAST_DIGITS:] if customer.phone else ""
    parts = [
        customer.nickname,
        words.t("phone …{digits}", digits=digits) if digits else "",
        *(journey_stage(words, plan) for plan in newest),
    ]
    label = customer.name if alone or not digits else f"{customer.name} …{digits}"
    return Item(customer.name, " · ".join(filter(None, parts)), Button(label, Action("customer.show", customer.id)))


def _ask(talk: Talk, data: Data) -> str:
    return talk.t("Whom do you look for? Type a name, a nickname, a phone number or its last 4 digits, or a code.")


async def _finish(talk: Talk, data: Data) -> None:
    await _look(talk, data["text"])


form = routes.form(Form("find", (text_step("text", _ask),), _finish))
