"""What a customer did that their salesperson hears of by the way, together with other news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.notifications.news import tell_soon
from domain.people import service as people
from domain.reactions.audience import owner_or_desk
from domain.reactions.ids import id_of
from domain.unit import Fact, Unit

NEWS: Final[Mapping[str, str]] = {
    "appointment_confirmed": "appointment.confirmed",
}
"""Facts with a `customer_id` of which their salesperson hears by the way, and the kind of the news.

The words of each kind are in `handlers/news.py`. Another fact needs a line there, one here and its line in the table.
"""


async def tell(unit: Unit, fact: Fact) -> None:
    """What a customer did that their salesperson should know, but not this very second."""
    customer = await people.customer(unit, id_of(fact, "customer_id"))
    journey_id = id_of(fact, "journey_id") if fact.data.get("journey_id") else None
    facts = {"customer_id": str(customer.id), "name": customer.name}
    await tell_soon(unit, await owner_or_desk(unit, customer.id, journey_id), NEWS[fact.kind], facts)
