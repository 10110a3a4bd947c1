"""Appointments: what customers see of theirs and answer to them, who has arrived, and what everybody hears.

A press on an outdated card is answered with the appointment as it is now. Times are set and moved in `booking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.appointments import service as appointments
from domain.appointments.model import LIVE, AppointmentView
from domain.errors import DomainError
from domain.people import service as people
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from handlers.appointment_cards import line, minutes_of, moment_of, offer_buttons, own_card, staff_card, state_name
from handlers.cards import Action, Button, Card, Item, Picture, row_id
from handlers.lists import list_card
from handlers.menu import command_button
from handlers.permissions import STAFF
from handlers.router import Routes
from handlers.talk import Link, Talk
from handlers.words import N_, Words

routes = Routes()

CARDS: Final = 3
"""Appointments with a card of their own: with an offer and the list of past ones, one answer holds 5 messages."""


# The customer's own


@routes.command("appointments")
async def mine(talk: Talk) -> None:
    """What is coming, a time to ask for where one is missing, and what is over."""
    views = await appointments.of_customer(talk.unit, talk.customer_id)
    coming = [view for view in views if view.state in LIVE][::-1]
    for view in coming[:CARDS]:
        talk.say(own_card(talk.words, appointments.facts(view)))
    asked = await _say_offer(talk)
    if not coming and not asked:
        talk.say(talk.t("No appointment is set. Write to us here when you would like to come."))
    if past := [view for view in views if view.state not in LIVE]:
        talk.say(past_card(talk.words, past))


@routes.action("appointment.past")
async def past_page(talk: Talk, action: Action) -> None:
    """Another page of what is over."""
    views = await appointments.of_customer(talk.unit, talk.customer_id)
    talk.say(past_card(talk.words, [view for view in views if view.state not in LIVE], action.choice))


def past_card(words: Words, views: Sequence[AppointmentView], page: int = 0) -> Card:
    """A page of what is over."""
    items = [
        Item(
            words.pick(view.treatment), f"{words.when(view.starts_at)} · {state_name(words, appointments.facts(view))}"
        )
        for view in views
    ]
    return list_card(words, words.t("Earlier appointments"), items, "appointment.past", page)


async def _say_offer(talk: Talk) -> bool:
    """Times for the first treatment that is paid and has none."""
    for journey in await workflow.journeys_of_customer(talk.unit, talk.customer_id):
        if await workflow.may_ask(talk.unit, journey):
            offers = await appointments.offers(talk.unit, await workflow.wish_of(talk.unit, journey))
            talk.say(offer_card(talk.words, journey, offers))
            return True
    return False


def offer_card(words: Words, journey: JourneyView, offers: Sequence[datetime]) -> Card:
    """Three times to ask for, or any other."""
    title = N_("Book your next session") if journey.stage in workflow.TREATED else N_("Choose a time")
    return Card(
        title=words.t(title),
        text=words.t("When would {treatment} suit you? We confirm it.", treatment=words.pick(journey.treatment)),
        buttons=offer_buttons(words, journey.id, offers),
    )


@routes.action("appointment.show")
async def show(talk: Talk, action: Action) -> None:
    """The appointment as it is now."""
    say_card(talk, await appointments.view(talk.unit, row_id(action)))


@routes.action("appointment.confirm")
async def confirm(talk: Talk, action: Action) -> None:
    """The customer will come at the time that the button showed."""
    at = moment_of(action.version, talk.unit.now)
    view = await appointments.confirm(talk.unit, row_id(action), at=at)
    say_card(talk, view, talk.t("Thank you, we look forward to seeing you."))


@routes.action("appointment.late")
async def late(talk: Talk, action: Action) -> None:
    """How late they will be; `choice` is the minutes."""
    if not action.choice:
        await appointments.lock_own(talk.unit, row_id(action))
        talk.say(late_card(talk.words, row_id(action)))
        return
    view = await appointments.announce_late(talk.unit, row_id(action), action.choice)
    say_card(talk, view, talk.t("Thank you for telling us. We wait for you."))


def late_card(words: Words, appointment_id: UUID) -> Card:
    """The question, with minutes to tap."""
    chips = tuple(
        Button(words.t("{minutes} minutes", minutes=n), Action("appointment.late", appointment_id, n))
        for n in appointments.LATE_MINUTES
    )
    return Card(text=words.t("How late will you be?"), buttons=chips)


def say_card(talk: Talk, view: AppointmentView, said: str = "") -> None:
    """Answer with the appointment, to its customer or to staff; DomainError `no_such_appointment` for anybody else."""
    facts = appointments.facts(view)
    if view.customer_id == talk.unit.actor.customer_id:
        talk.say(own_card(talk.words, facts, said))
    elif talk.roles & STAFF:
        talk.say(staff_card(talk.words, facts, talk.roles, talk.unit.now, said))
    else:
        raise DomainError("no_such_appointment")


# At the counter


@routes.command("counter")
async def counter(talk: Talk) -> None:
    """The code by which customers say that they are here, and who is expected today."""
    branch_id = (await people.staff(talk.unit, talk.user_id)).branch_id
    code = await workflow.counter_code(talk.unit, branch_id)
    for link in talk.links(code):
        talk.say(here_card(talk.words, link))
    talk.say(await _today(talk, branch_id))


def here_card(words: Words, link: Link) -> Card:
    """The code for customers of one channel."""
    caption = words.t("Scan to say that you are here ({channel})", channel=link.label)
    return Card(
        title=link.label,
        text=words.t("Valid for one minute."),
        buttons=(replace(command_button(words, "counter"), label=words.t("New code")),),
        picture=Picture("qr", {"url": link.url, "caption": caption}, caption),
    )


@routes.action("appointment.today")
async def today_page(talk: Talk, action: Action) -> None:
    """Another page of today's visits."""
    talk.say(await _today(talk, (await people.staff(talk.unit, talk.user_id)).branch_id, action.choice))


async def _today(talk: Talk, branch_id: UUID | None, page: int = 0) -> Card:
    return today_card(talk.words, await appointments.today(talk.unit, branch_id), page)


def today_card(words: Words, views: Sequence[AppointmentView], page: int = 0) -> Card:
    """A page of those who are expected, with a button each."""
    items = [
        Item(
            f"{words.time(view.starts_at)} · {view.customer_name}",
            line(words, appointments.facts(view)),
            Button(view.customer_name, Action("appointment.show", view.id, version=view.version)),
        )
        for view in views
    ]
    title = words.t("Expected today") if views else words.t("Nobody is expected today")
    return list_card(words, title, items, "appointment.today", page)


@routes.action("appointment.arrive")
async def arrived(talk: Talk, action: Action) -> None:
    """The customer is here, for the visit at the time that the button showed."""
    at = moment_of(action.version, talk.unit.now)
    view = await workflow.arrive(talk.unit, row_id(action), at=at)
    say_card(talk, view, talk.t("The team knows that the customer is here."))


@routes.action("appointment.no_show")
async def no_show(talk: Talk, action: Action) -> None:
    """The customer did not come."""
    view = await workflow.mark_no_show(talk.unit, row_id(action))
    say_card(talk, view, talk.t("Written down. The customer gets a kind message with other times."))


async def check_in(talk: Talk, code: str) -> None:
    """A customer scanned the code at the counter."""
    view = await workflow.arrive_by_code(talk.unit, code)
    say_card(talk, view, talk.t("Welcome, {name}! We know that you are here.", name=view.customer_name))


# What people hear


@routes.presenter("appointment.set")
def present_set(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the customer: their time, or one that is kept for them."""
    return own_card(words, facts, words.t("This is your time with us."))


@routes.presenter("appointment.past")
def present_past(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """In place of an older card: how it is now; what can be pressed is on the newest card."""
    return replace(own_card(words, facts), buttons=())


@routes.presenter("appointment.moved")
def present_moved(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the customer: another time."""
    return own_card(words, facts, words.t("Your appointment has a new time."))


@routes.presenter("appointment.cancelled")
def present_cancelled(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the customer: the clinic gave the time up."""
    said = words.t(
        "Your appointment on {when} is cancelled. You can choose another time.", when=words.when(facts["starts_at"])
    )
    return _offering(words, facts, said)


@routes.presenter("appointment.missed")
def present_missed(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To a customer who did not come (PRODUCT D6 `noshow`)."""
    said = words.t("We missed you today, {name}. Hope all is well. Pick a new time:", name=facts["customer_name"])
    return _offering(words, facts, said)


def _offering(words: Words, facts: Mapping[str, Any], said: str) -> Card:
    buttons = offer_buttons(words, UUID(facts["journey_id"]), facts["offers"])
    return Card(title=words.pick(facts["treatment"]), text=said, buttons=buttons)


NEWS: Final[Mapping[str, str]] = {
    "arrived": N_("{name} has arrived"),
    "late": N_("{name} will be {minutes} minutes late"),
    "moved": N_("{name} has a new time"),
    "cancelled": N_("{name}'s appointment is cancelled"),
    "no_show": N_("{name} did not come"),
    "lapsed": N_("The time kept for {name} is free again: no payment came"),
    "not_in_plan": N_("The time kept for {name} is free again: its treatment is not in the plan"),
}


@routes.presenter("appointment.news")
def present_news(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To whoever looks after the customer and whoever treats them."""
    title = words.t(NEWS[facts["what"]], name=facts["customer_name"], minutes=facts["late_minutes"])
    prepay = words.t("Not for the first time: please take the payment before the next appointment.")
    return Card(
        title=title,
        text=prepay if facts.get("prepay") else "",
        rows=(
            (words.t("Treatment"), words.pick(facts["treatment"])),
            (words.t("Time"), words.when(facts["starts_at"])),
        ),
        buttons=(Button(words.t("Show appointment"), Action("appointment.show", UUID(facts["id"]))),),
    )


@routes.presenter("appointment.request")
def present_request(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To sales: which time a customer would like; one press sets it."""
    journey_id, shown = UUID(facts["journey_id"]), facts.get("version", 0) & 0xFF
    take = Action("journey.book", journey_id, choice=shown, version=minutes_of(facts["at"]))
    return Card(
        title=words.t("{name} would like an appointment", name=facts["name"]),
        rows=(
            (words.t("Treatment"), words.pick(facts["treatment"])),
            (words.t("Time"), words.slot(facts["at"])),
        ),
        buttons=(
            Button(words.t("Set this time"), take, style="primary"),
            Button(words.t("Show customer"), Action("journey.show", journey_id)),
        ),
    )
