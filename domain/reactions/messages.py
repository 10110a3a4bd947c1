"""What follows from a customer's own words: a human being reads them, unless they are taken back."""

from __future__ import annotations

from domain.conversations import service as conversations
from domain.notifications.service import amend, notify
from domain.people import service as people
from domain.reactions.audience import owner_or_desk
from domain.reactions.ids import id_of, subject_of
from domain.unit import Fact, Unit
from domain.workflow import service as workflow


async def forward(unit: Unit, fact: Fact) -> None:
    """What a customer wrote and no handler understood goes to a human being."""
    customer_id, kept_id = subject_of(fact), id_of(fact, "kept_id")
    words, channel = await conversations.kept_message(unit, kept_id)
    journeys = await workflow.journeys_of_customer(unit, customer_id)
    facts = {
        "name": (await people.customer(unit, customer_id)).name,
        "text": words,
        "channel": channel,
        "customer_id": str(customer_id),
        "journey_id": str(journeys[0].id) if journeys else None,
    }
    persons = await owner_or_desk(unit, customer_id)
    await notify(unit, persons, "message.forward", facts, subject=f"message:{kept_id}")


async def forget(unit: Unit, fact: Fact) -> None:
    """A message that was passed on and then taken back is not to be read any more."""
    await amend(unit, f"message:{subject_of(fact)}", text=None)
