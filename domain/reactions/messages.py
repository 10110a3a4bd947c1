"""What follows from a customer's own words: a human being reads them, unless they are taken back.

Who is unwell writes to those who look after that, everybody else to their salesperson.
"""

from __future__ import annotations

from domain.conversations import service as conversations
from domain.followups import service as followups
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
    subject = f"message:{kept_id}"
    felt = await followups.open_reaction(unit, customer_id)
    if felt is not None and await followups.pass_on(unit, felt, words, subject=subject):
        return
    journeys = await workflow.journeys_of_customer(unit, customer_id)
    facts = {
        "name": (await people.customer(unit, customer_id)).name,
        "text": words,
        "channel": channel,
        "customer_id": str(customer_id),
        "journey_id": str(journeys[0].id) if journeys else None,
    }
    persons = await owner_or_desk(unit, customer_id)
    await notify(unit, persons, "message.forward", facts, subject=subject)


async def forget(unit: Unit, fact: Fact) -> None:
    """A message that was passed on and then taken back is not to be read any more."""
    await amend(unit, f"message:{subject_of(fact)}", text=None)
