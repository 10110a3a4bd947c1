"""Examples of invitations, and of who joined by one."""

from __future__ import annotations

from datetime import timedelta

from domain.people.model import Invitation
from handlers import invitations
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import links, talk
from handlers.examples.demo import ANNA, AS_SALES, CLINIC, CODE, ID, LONG, NOW
from handlers.words import Words


@example("invitations.code", "text to pass on, then a QR code for each app")
def invitation(words: Words) -> list[Card]:
    event, made = talk(words, AS_SALES), Invitation(ID, CODE, NOW + timedelta(days=7))
    cards = [invitations.link_card(event, LONG, link) for link in links(CODE)]
    return [invitations.code_card(event, LONG, made, links(CODE)), *cards]


@example("customer.joined", "an English name on LINE")
def joined(words: Words) -> Card:
    facts = {"name": ANNA, "display_name": "Anna-Katharina 🌸", "channel": "line", "customer_id": str(ID)}
    return invitations.joined(words, CLINIC, {**facts, "invitation_id": str(ID), "journey_id": str(ID)})
