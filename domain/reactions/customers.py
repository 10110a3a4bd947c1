"""What follows for customers: who asks, who joins, and who passes from one colleague to another."""

from __future__ import annotations

from uuid import UUID

from domain.loyalty import service as loyalty
from domain.notifications.news import tell_soon
from domain.notifications.service import notify
from domain.people import service as people
from domain.reactions.audience import DESK, owner_or_desk
from domain.reactions.ids import id_of, subject_of
from domain.reminders import service as reminders
from domain.unit import Fact, Unit
from domain.workflow import service as workflow


async def tell_desk_of_lead(unit: Unit, fact: Fact) -> None:
    """Who asks for the clinic in a chat belongs to nobody yet: everybody at the desk hears of it."""
    if unit.actor.user_id is not None:
        return
    journey = await workflow.journey_view(unit, subject_of(fact))
    facts = {
        "journey_id": str(journey.id),
        "customer_id": str(journey.customer_id),
        "name": journey.customer_name,
        "phone": journey.phone,
        "treatment": dict(journey.treatment),
        "source": journey.source,
        "at": unit.now.isoformat(),
    }
    desk = await people.staff_of_role(unit, DESK)
    await notify(unit, [member.person_id for member in desk], "lead.new", facts, subject=f"journey:{journey.id}")


async def make_member(unit: Unit, fact: Fact) -> None:
    """Whoever joins has an account, and the welcome points, from then on."""
    await loyalty.enrol(unit, subject_of(fact))


async def tell_owner_of_member(unit: Unit, fact: Fact) -> None:
    """The salesperson sees whose chat was bound, and can say that it is somebody else's."""
    customer = await people.customer(unit, subject_of(fact))
    journey_id = id_of(fact, "journey_id") if fact.data.get("journey_id") else None
    facts = {
        "name": customer.name,
        "channel": fact.data["channel"],
        "display_name": fact.data["display_name"],
        "customer_id": str(customer.id),
        "invitation_id": str(fact.data["invitation_id"]),
        "journey_id": str(journey_id) if journey_id else None,
    }
    await notify(unit, await owner_or_desk(unit, customer.id, journey_id), "customer.joined", facts)


async def pass_on(unit: Unit, fact: Fact) -> None:
    """Who gets a customer hears of it, and so does who had them, unless they did it themselves."""
    taker, giver = id_of(fact, "to_user"), fact.data["from_user"]
    if giver:
        await reminders.follow_owner(unit, UUID(giver), taker)
    customer = await people.customer(unit, subject_of(fact))
    facts = {"customer_id": str(customer.id), "name": customer.name, "by": unit.actor.name}
    await tell_soon(unit, await _persons_of(unit, [str(taker)]), "customer.given", facts)
    await tell_soon(unit, await _persons_of(unit, [giver]), "customer.taken", facts)


async def pass_on_list(unit: Unit, fact: Fact) -> None:
    """A whole list was handed over: both hear of it once, and what was planned goes along."""
    giver, taker = id_of(fact, "from_user"), id_of(fact, "to_user")
    await reminders.follow_owner(unit, giver, taker)
    members = {member.user_id: member for member in await people.staff_of_role(unit, DESK)}
    facts = {
        "count": fact.data["count"],
        "giver": members[giver].name if giver in members else "",
        "taker": members[taker].name,
    }
    here = [members[user].person_id for user in (giver, taker) if user in members and user != unit.actor.user_id]
    await notify(unit, here, "customers.handed_over", facts)


async def _persons_of(unit: Unit, user_ids: list[str | None]) -> list[UUID]:
    """The persons of members of the desk, without the actor, who knows."""
    desk = await people.staff_of_role(unit, DESK)
    return [m.person_id for m in desk if str(m.user_id) in user_ids and m.user_id != unit.actor.user_id]
