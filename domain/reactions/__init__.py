"""What follows from facts: one table, run in the transaction that recorded them.

A noun never calls one above it; it records a fact (`treatment_completed`), and here it says what that means for
loyalty, badges, follow-ups and the people who are told. Facts that reactions record are answered in turn.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from domain.automation import service as automation
from domain.reactions import (
    appointments,
    customers,
    followups,
    journeys,
    messages,
    news,
    payments,
    proposals,
    team,
    treatments,
)
from domain.unit import Fact, Unit

_log = structlog.get_logger(__name__)
Reaction = Callable[[Unit, Fact], Awaitable[None]]

TABLE: Final[Mapping[str, tuple[Reaction, ...]]] = {
    # Customers
    "lead_created": (customers.tell_desk_of_lead,),
    "customer_joined": (customers.make_member, customers.tell_owner_of_member),
    "customer_reassigned": (customers.pass_on,),
    "customers_handed_over": (customers.pass_on_list,),
    "message_not_understood": (messages.forward,),
    "message_taken_back": (messages.forget,),
    # Plans and money
    "scan_recorded": (proposals.tell_owner_of_scan,),
    "proposal_sent": (proposals.tell_customer, followups.plan_nudge),
    "proposal_accepted": (proposals.tell_owner_of_answer, followups.stop_nudge),
    "proposal_declined": (proposals.tell_owner_of_answer, followups.stop_nudge),
    "proposal_asked": (proposals.tell_owner_of_answer,),
    "payment_confirmed": (payments.open_courses, payments.reward, followups.stop_nudge),
    "payment_voided": (
        payments.undo_courses,
        payments.undo,
        followups.stop_reminders,
        followups.stop_invitation,
        appointments.release,
    ),
    # Appointments
    "time_requested": (appointments.tell_requested,),
    "time_held": (appointments.tell_held,),
    "hold_lapsed": (appointments.tell_lapsed,),
    "treatment_scheduled": (
        treatments.offer_task,
        followups.plan_reminders,
        followups.stop_invitation,
        appointments.tell_set,
    ),
    "appointment_confirmed": (news.tell,),
    "appointment_moved": (followups.plan_reminders, appointments.tell_moved),
    "appointment_cancelled": (followups.stop_reminders, appointments.tell_cancelled),
    "visit_broken_off": (followups.stop_reminders, appointments.tell_broken_off),
    "appointment_late": (appointments.tell_late,),
    "customer_arrived": (followups.stop_reminders, appointments.tell_arrived),
    "no_show": (followups.stop_reminders, appointments.tell_no_show),
    # Treatments
    "task_accepted": (appointments.take_over,),
    "task_handed_over": (appointments.take_over,),
    "task_released": (appointments.give_back,),
    "treatment_started": (followups.stop_reminders, appointments.begin),
    "treatment_aborted": (treatments.after_abort, appointments.wait_again, followups.plan_check),
    "treatment_completed": (treatments.complete, journeys.expect_follow_up, appointments.finish),
    "reaction_reported": (journeys.open_reaction,),
    "reaction_handled": (journeys.close_reaction,),
    # Ends, corrections, and the team
    "journey_cancelled": (journeys.give_up, appointments.release),
    "journey_lost": (journeys.give_up, appointments.release),
    "journey_amended": (journeys.adjust_points,),
    "role_changed": (team.tell_of_role, team.hand_work_on),
    "staff_removed": (team.hand_work_on,),
}
"""What follows from each kind of fact, in this order; a clinic's own rules come after it."""


async def react(unit: Unit) -> None:
    """Run what follows from every fact of the unit, those included that are recorded on the way."""
    for fact in unit.facts:  # a list that grows while it is gone through is gone through to its end
        for reaction in TABLE.get(fact.kind, ()):
            name = f"{reaction.__module__.rpartition('.')[2]}.{reaction.__name__}"
            _log.debug("reaction", fact=fact.kind, subject_id=str(fact.subject_id), does=name)
            await reaction(unit, fact)
        await automation.run(unit, fact)
