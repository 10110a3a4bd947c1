"""What follows for appointments: who hears of them, and how they move with the task and the treatment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentState, AppointmentView
from domain.notifications.service import notify, replace
from domain.people import service as people
from domain.reactions.audience import DESK
from domain.reactions.ids import id_of
from domain.unit import Fact, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from domain.workflow.visiting import PREPAY_FROM

# What moves with them


async def take_over(unit: Unit, fact: Fact) -> None:
    """Who accepts the task is the performer from then on."""
    await workflow.take_over(unit, id_of(fact, "journey_id"), id_of(fact, "user_id"))


async def give_back(unit: Unit, fact: Fact) -> None:
    """Who lets go of the task is only reserved from then on."""
    await appointments.give_back(unit, id_of(fact, "journey_id"))


async def begin(unit: Unit, fact: Fact) -> None:
    """The treatment has begun."""
    await appointments.mark(unit, id_of(fact, "journey_id"), AppointmentState.STARTED)


async def finish(unit: Unit, fact: Fact) -> None:
    """The treatment is over: its room and its performer are free."""
    await appointments.mark(unit, id_of(fact, "journey_id"), AppointmentState.DONE)


async def wait_again(unit: Unit, fact: Fact) -> None:
    """The treatment was stopped, and the customer still is here."""
    if fact.data["stays"]:
        await appointments.mark(unit, id_of(fact, "journey_id"), AppointmentState.ARRIVED)


async def release(unit: Unit, fact: Fact) -> None:
    """There will be no treatment: whatever time was taken is free."""
    await appointments.release(unit, id_of(fact, "journey_id"))


# Who hears of them


async def tell_set(unit: Unit, fact: Fact) -> None:
    """The customer has their time in writing; who is at the counter already needs nothing."""
    if not fact.data["here"]:
        await _tell_customer(unit, await _seen(unit, fact), "appointment.set")


async def tell_held(unit: Unit, fact: Fact) -> None:
    """The customer reads which time is kept for them, and until when."""
    await _tell_customer(unit, await _seen(unit, fact), "appointment.set")


async def tell_moved(unit: Unit, fact: Fact) -> None:
    """Everybody concerned but who did it; older cards show the new time, and have no buttons."""
    seen = await _seen(unit, fact)
    await replace(unit, appointments.subject(seen.id), "appointment.past", appointments.facts(seen))
    await _tell_customer(unit, seen, "appointment.moved")
    await _tell_staff(unit, seen, "moved")


async def tell_cancelled(unit: Unit, fact: Fact) -> None:
    """As for a time that was moved."""
    seen = await _seen(unit, fact)
    await replace(unit, appointments.subject(seen.id), "appointment.past", appointments.facts(seen))
    await _tell_customer(unit, seen, "appointment.cancelled", offers=await _offers(unit, seen))
    await _tell_staff(unit, seen, "cancelled")


async def tell_broken_off(unit: Unit, fact: Fact) -> None:
    """The customer who goes home reads that another time will be found; the desk has heard of the stop itself."""
    seen = await _seen(unit, fact)
    await replace(unit, appointments.subject(seen.id), "appointment.past", appointments.facts(seen))
    await _tell_customer(unit, seen, "treatment.broken_off")


async def tell_arrived(unit: Unit, fact: Fact) -> None:
    """Whoever treats and whoever looks after the customer know that they are here."""
    await _tell_staff(unit, await _seen(unit, fact), "arrived")


async def tell_late(unit: Unit, fact: Fact) -> None:
    """So do they when the customer will be late."""
    await _tell_staff(unit, await _seen(unit, fact), "late")


async def tell_no_show(unit: Unit, fact: Fact) -> None:
    """The customer gets kind words and other times; sales hears, the second time with the advice to take payment."""
    seen = await _seen(unit, fact)
    await replace(unit, appointments.subject(seen.id), "appointment.past", appointments.facts(seen))
    await _tell_customer(unit, seen, "appointment.missed", offers=await _offers(unit, seen))
    await _tell_staff(unit, seen, "no_show", prepay=fact.data["count"] >= PREPAY_FROM)


async def tell_lapsed(unit: Unit, fact: Fact) -> None:
    """Sales hears that a time is not kept any more; so does a customer who has paid and thinks that it is theirs."""
    seen = await _seen(unit, fact)
    if fact.data["paid"]:
        await replace(unit, appointments.subject(seen.id), "appointment.past", appointments.facts(seen))
        await _tell_customer(unit, seen, "appointment.cancelled", offers=[])  # looking for times may be refused
    await _tell_staff(unit, seen, "not_in_plan" if fact.data["paid"] else "lapsed")


async def tell_requested(unit: Unit, fact: Fact) -> None:
    """Sales hears which time a customer would like, and can set it with one press."""
    journey = await workflow.journey_view(unit, id_of(fact, "journey_id"))
    facts = {
        "journey_id": str(journey.id),
        "version": journey.version,
        "name": journey.customer_name,
        "phone": journey.phone,
        "treatment": dict(journey.treatment),
        "at": fact.data["at"],
    }
    await notify(unit, await _looking_after(unit, journey), "appointment.request", facts)


async def _tell_customer(unit: Unit, seen: AppointmentView, kind: str, **more: Any) -> None:
    if seen.customer_person_id == unit.actor.person_id:
        return
    facts = {**appointments.facts(seen), **more}
    await notify(unit, [seen.customer_person_id], kind, facts, subject=appointments.subject(seen.id))


async def _tell_staff(unit: Unit, seen: AppointmentView, what: str, **more: Any) -> None:
    """The owner (else the desk), and the performer who has accepted; not the actor, who has the answer."""
    journey = await workflow.journey_view(unit, seen.journey_id)
    persons = await _looking_after(unit, journey)
    if seen.performer_person_id and seen.accepted:
        persons.append(seen.performer_person_id)
    told = [person for person in dict.fromkeys(persons) if person != unit.actor.person_id]
    await notify(unit, told, "appointment.news", {**appointments.facts(seen), "what": what, **more})


async def _looking_after(unit: Unit, journey: JourneyView) -> list[UUID]:
    desk = [member.person_id for member in await people.staff_of_role(unit, DESK)]
    return [journey.owner_person_id] if journey.owner_person_id in desk else desk


async def _offers(unit: Unit, seen: AppointmentView) -> list[str]:
    journey = await workflow.journey_view(unit, seen.journey_id)
    return [at.isoformat() for at in await appointments.offers(unit, await workflow.wish_of(unit, journey))]


async def _seen(unit: Unit, fact: Fact) -> AppointmentView:
    return await appointments.view(unit, id_of(fact, "appointment_id"))
