"""What follows for the journey itself: what it says of its customer's care, and what its end undoes."""

from __future__ import annotations

from domain.followups import service as followups
from domain.loyalty import service as loyalty
from domain.notifications.service import notify
from domain.people import service as people
from domain.reactions.ids import id_of, subject_of
from domain.reactions.proposals import plan_changed
from domain.unit import Fact, Unit
from domain.workflow import service as workflow


async def give_up(unit: Unit, fact: Fact) -> None:
    """A journey that was given up: nothing waits any more, and the plan's card has no buttons left."""
    journey_id, customer_id = subject_of(fact), id_of(fact, "customer_id")
    await loyalty.cancel_pending(unit, journey_id=journey_id, customer_id=customer_id)
    await followups.cancel(unit, journey_id, because=fact.kind)
    if newest := await workflow.newest_proposal(unit, journey_id):
        await plan_changed(unit, newest.id)


async def adjust_points(unit: Unit, fact: Fact) -> None:
    """What a manager gives or takes while putting a journey right; the customer reads of it, not why."""
    points, customer_id = fact.data["points"], id_of(fact, "customer_id")
    if not points:
        return
    await loyalty.adjust(unit, customer_id, points, f"adj:{subject_of(fact)}:{fact.data['version']}", "amend")
    usable = (await loyalty.balance(unit, customer_id)).usable
    person_id = (await people.customer(unit, customer_id)).person_id
    await notify(unit, [person_id], "points.adjusted", {"points": points, "usable": usable})


async def expect_follow_up(unit: Unit, fact: Fact) -> None:
    """Time takes the journey on from here."""
    workflow.expect_follow_up(unit, id_of(fact, "journey_id"))


async def open_reaction(unit: Unit, fact: Fact) -> None:
    """Somebody is unwell: their journey says so."""
    await workflow.open_reaction(unit, subject_of(fact))


async def close_reaction(unit: Unit, fact: Fact) -> None:
    """They are looked after, unless they reported something else too."""
    if not fact.data["still_open"]:
        await workflow.close_reaction(unit, subject_of(fact))
