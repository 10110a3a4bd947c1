"""Who hears of what a customer does: whoever looks after them, else everybody at the desk."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.people import service as people
from domain.people.model import Role
from domain.unit import Unit
from domain.workflow import service as workflow

DESK: Final = (Role.SALES, Role.MANAGER)
"""Who looks after customers that no salesperson owns."""


async def owner_or_desk(unit: Unit, customer_id: UUID, journey_id: UUID | None = None) -> list[UUID]:
    """The owner of the journey, else of the newest owned one, else of the customer; nobody of them here: the desk."""
    desk = await people.staff_of_role(unit, DESK)
    persons = {member.user_id: member.person_id for member in desk}
    journeys = await workflow.journeys_of_customer(unit, customer_id)
    journeys.sort(key=lambda journey: journey.id != journey_id)
    owners = [journey.owner_id for journey in journeys] + [(await people.customer(unit, customer_id)).owner_id]
    here = [persons[owner] for owner in owners if owner in persons]
    return here[:1] or list(persons.values())
