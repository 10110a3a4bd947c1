"""Examples of what a search finds."""

from __future__ import annotations

from uuid import UUID

from domain.people.model import Customer
from domain.workflow.model import Stage
from handlers import find
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import ID, NOK, PEOPLE, PHONE, journey
from handlers.words import Words


@example("find.found", "eight people, the likeliest first")
def several(words: Words) -> Card:
    found = [
        Customer(UUID(int=n), ID, name, PHONE if n else None, ID, None, NOK if n % 2 else "")
        for n, name in enumerate((*PEOPLE[:7], NOK))
    ]
    plans = {customer.id: [journey(Stage.PROPOSAL_SENT)] if n % 3 else [] for n, customer in enumerate(found)}
    return find.found_card(words, NOK, found, plans)


@example("find.found", "nobody")
def nobody(words: Words) -> Card:
    return find.found_card(words, "ปิยะพงษ์", [], {})
