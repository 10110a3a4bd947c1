"""Booking: setting, keeping and moving times in a form, and what customers ask for.

One form serves a paid journey (T5), the next session (T11) and a time kept before payment: the journey's stage says
which. Customers ask (`appointment.request`), and the clinic sets the time they asked for (`journey.book`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.appointments import service as appointments
from domain.appointments.model import AppointmentView, Wish
from domain.errors import DomainError
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from handlers.appointment_cards import moment_of
from handlers.appointments import say_card
from handlers.cards import Action, Button, Card, filled, row_id
from handlers.forms import Choice, Data, Form, Step
from handlers.journeys import journey_card
from handlers.moment_steps import moment_step
from handlers.router import Routes
from handlers.steps import pick_step
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

ANYONE: Final = "anyone"
WHEN: Final = N_("Which day and time? Choose one or type it, like tomorrow 14:00.")
Wanted = Callable[[Talk, Data], Awaitable[tuple[Wish, UUID | None]]]


def _time_step(wanted: Wanted) -> Step:
    """Ask for a time that is free for what is wanted, and at once offer others for one that is not."""

    async def suggest(talk: Talk, data: Data) -> Sequence[datetime]:
        wish, instead_of = await wanted(talk, data)
        return await appointments.offers(talk.unit, wish, instead_of=instead_of)

    step = moment_step("at", WHEN, suggest)

    async def read(talk: Talk, data: Data, text: str) -> Mapping[str, Any]:
        found = await step.read(talk, data, text)
        wish, instead_of = await wanted(talk, data)
        try:
            await appointments.free_slot(talk.unit, wish, datetime.fromisoformat(found["at"]), instead_of=instead_of)
        except DomainError as error:
            free = (datetime.fromisoformat(moment) for moment in error.facts.get("next", ()))
            data["at_meant"] = [moment.astimezone(talk.words.zone).isoformat() for moment in free]
            raise
        return found

    return Step(step.name, step.ask, read)


# Setting


@routes.action("journey.set_time")
async def set_time(talk: Talk, action: Action) -> None:
    """Ask with whom and when."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    if journey.stage in workflow.TREATED and not await workflow.may_ask(talk.unit, journey):
        raise DomainError("no_sessions_left")
    able = await appointments.performers(talk.unit, await workflow.wish_of(talk.unit, journey))
    names = [[str(one.id), one.name] for one in able]  # in order: a form keeps no order of keys
    known = {"performer": ANYONE} if len(able) < 2 else {}
    await visit.start(
        talk, journey=str(journey.id), version=journey.version, customer=journey.customer_name, names=names, **known
    )


@routes.action("journey.book")
async def book(talk: Talk, action: Action) -> None:
    """Set the time that the customer asked for; `choice` is the last byte of the journey's version then."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    shown = journey.version - (journey.version - action.choice & 0xFF)
    await _give(talk, journey, shown, moment_of(action.version, talk.unit.now), None)


def _ask_performer(talk: Talk, data: Data) -> str:
    return talk.t("Who should treat {name}?", name=data["customer"])


async def _performers(talk: Talk, data: Data) -> list[Choice]:
    names = [Choice(name, user_id) for user_id, name in data["names"]]
    return [Choice(talk.t("Anyone"), ANYONE), *names]


async def _wish(talk: Talk, data: Data) -> tuple[Wish, UUID | None]:
    journey = await workflow.journey_view(talk.unit, UUID(data["journey"]))
    return await workflow.wish_of(talk.unit, journey, _performer(data)), journey.appointment_id


def _performer(data: Data) -> UUID | None:
    return None if data["performer"] == ANYONE else UUID(data["performer"])


async def _review(talk: Talk, data: Data) -> Card:
    return visit_summary(talk.words, await workflow.journey_view(talk.unit, UUID(data["journey"])), data)


def visit_summary(words: Words, journey: JourneyView, data: Data) -> Card:
    """What is about to be set or kept."""
    keeps = journey.stage in workflow.HOLDABLE
    return Card(
        title=words.t("Keep this time?") if keeps else words.t("Set this time?"),
        rows=filled(
            (words.t("Customer"), journey.customer_name),
            (words.t("Treatment"), words.pick(journey.treatment)),
            (words.t("Time"), words.slot_in_full(data["at"])),
            (words.t("With"), dict(data["names"]).get(data["performer"]) or words.t("Anyone")),
        ),
        footnote=words.t("It is kept for a day, and booked when the payment is confirmed.") if keeps else "",
    )


async def _finish(talk: Talk, data: Data) -> None:
    journey = await workflow.journey_view(talk.unit, UUID(data["journey"]))
    await _give(talk, journey, data["version"], datetime.fromisoformat(data["at"]), _performer(data))


async def _give(talk: Talk, journey: JourneyView, version: int, at: datetime, performer_id: UUID | None) -> None:
    give = workflow.schedule
    if journey.stage in workflow.TREATED:
        give = workflow.next_session
    elif journey.stage in workflow.HOLDABLE:
        give = workflow.hold_time
    done = await give(talk.unit, journey.id, version=version, at=at, performer_id=performer_id)
    talk.say(journey_card(talk.words, done, _who_knows(talk, journey)))


def _who_knows(talk: Talk, before: JourneyView) -> str:
    """Who has been told of the time; a customer without a chat is left to whoever reads this."""
    name = before.customer_name
    if before.stage in workflow.HOLDABLE:
        if before.linked:
            return talk.t("The time is kept. The customer has been told.")
        return talk.t("The time is kept. {name} has no chat yet: please tell them.", name=name)
    if before.linked:
        return talk.t("The time is set. The team and the customer have been told.")
    return talk.t("The time is set and the team has been told. {name} has no chat yet: please tell them.", name=name)


visit = routes.form(
    Form(
        "visit",
        (pick_step("performer", _ask_performer, _performers), _time_step(_wish)),
        _finish,
        review=_review,
        subject=("journey.show", "journey"),
    )
)


# Moving


@routes.action("appointment.change")
async def change(talk: Talk, action: Action) -> None:
    """Another time, or none at all."""
    talk.say(change_card(talk.words, await workflow.changeable(talk.unit, row_id(action))))


def change_card(words: Words, view: AppointmentView) -> Card:
    """The two ways to change an appointment."""
    return Card(
        text=words.t("{when}: what would you like to change?", when=words.when(view.starts_at)),
        buttons=(
            Button(words.t("Another time"), Action("appointment.move", view.id, version=view.version), style="primary"),
            Button(words.t("Cancel the appointment"), Action("appointment.cancel", view.id, version=view.version)),
        ),
    )


@routes.action("appointment.move")
async def move(talk: Talk, action: Action) -> None:
    """Ask when instead."""
    view = await workflow.changeable(talk.unit, row_id(action))
    await moving.start(talk, appointment=str(view.id), version=view.version)


@routes.action("appointment.cancel")
async def cancel(talk: Talk, action: Action) -> None:
    """Give the time up; `choice` 1 is the yes to the question whether they are sure."""
    if not action.choice:
        talk.say(cancel_card(talk.words, await workflow.changeable(talk.unit, row_id(action))))
        return
    view = await workflow.cancel_appointment(talk.unit, row_id(action), version=action.version)
    say_card(talk, view, talk.t("The appointment is cancelled."))


def cancel_card(words: Words, view: AppointmentView) -> Card:
    """Are they sure?"""
    return Card(
        text=words.t("Cancel the appointment on {when}?", when=words.when(view.starts_at)),
        buttons=(
            Button(words.t("Yes, cancel it"), Action("appointment.cancel", view.id, 1, view.version), style="danger"),
            Button(words.t("No, keep it"), Action("appointment.show", view.id)),
        ),
    )


async def _instead(talk: Talk, data: Data) -> tuple[Wish, UUID | None]:
    view = await appointments.view(talk.unit, UUID(data["appointment"]))
    return appointments.wish_of(view), view.id


async def _review_move(talk: Talk, data: Data) -> Card:
    return move_summary(talk.words, await appointments.view(talk.unit, UUID(data["appointment"])), data["at"])


def move_summary(words: Words, view: AppointmentView, at: str) -> Card:
    """The time as it is, and as it will be."""
    return Card(
        title=words.t("Move the appointment?"),
        rows=(
            (words.t("Treatment"), words.pick(view.treatment)),
            (words.t("Old time"), words.slot_in_full(view.starts_at)),
            (words.t("New time"), words.slot_in_full(at)),
        ),
    )


async def _finish_move(talk: Talk, data: Data) -> None:
    at = datetime.fromisoformat(data["at"])
    view = await workflow.reschedule(talk.unit, UUID(data["appointment"]), version=data["version"], at=at)
    own = view.customer_id == talk.unit.actor.customer_id
    theirs = N_("The appointment is moved. Everybody concerned has been told.")
    say_card(talk, view, talk.t(N_("Your appointment is moved. See you then!") if own else theirs))


moving = routes.form(
    Form(
        "moving",
        (_time_step(_instead),),
        _finish_move,
        review=_review_move,
        subject=("appointment.show", "appointment"),
    )
)


# Asking


@routes.action("appointment.request")
async def request(talk: Talk, action: Action) -> None:
    """A customer would like this time, or (no time on the button) another one."""
    if action.version:
        await _ask_clinic(talk, row_id(action), moment_of(action.version, talk.unit.now))
        return
    journey = await workflow.askable(talk.unit, row_id(action))
    await asking.start(talk, journey=str(journey.id))


async def _wish_asked(talk: Talk, data: Data) -> tuple[Wish, UUID | None]:
    journey = await workflow.journey_view(talk.unit, UUID(data["journey"]))
    return await workflow.wish_of(talk.unit, journey), journey.appointment_id


async def _finish_asking(talk: Talk, data: Data) -> None:
    await _ask_clinic(talk, UUID(data["journey"]), datetime.fromisoformat(data["at"]))


async def _ask_clinic(talk: Talk, journey_id: UUID, at: datetime) -> None:
    await workflow.request_time(talk.unit, journey_id, at)
    talk.say(talk.t("Thank you! We have asked for {when} and will confirm it here.", when=talk.words.slot(at)))


asking = routes.form(Form("asking", (_time_step(_wish_asked),), _finish_asking))
