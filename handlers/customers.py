"""One customer, whole: for the desk stages, money, points and notes; for those who treat, what they must know.

The desk never sees anything medical, which `domain.overview.customers` and `domain.people` guard; the performers' card
has no money and no telephone number. The history is worded in `handlers/timeline.py`; notes, reminders and hand-overs
have files of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.courses import service as courses
from domain.courses.model import Course
from domain.loyalty import service as loyalty
from domain.overview import customers as overview
from domain.overview.model import Flags
from domain.people import service as people
from domain.people.model import MESSAGE_PURPOSES, Alert, Customer, Note, Role
from domain.people.rules import show_phone
from domain.workflow import service as workflow
from domain.workflow.model import ENDED_STAGES, JourneyView
from handlers.ages import age
from handlers.cards import Action, Button, Card, Item, filled, row_id
from handlers.courses import course_left
from handlers.journeys import new_plan_button, next_steps
from handlers.leads import SOURCES
from handlers.menu import command_buttons
from handlers.router import Routes
from handlers.stages import journey_stage
from handlers.talk import Talk
from handlers.task_cards import tier_name
from handlers.timeline import PAGE, history_card
from handlers.words import N_, Words

routes = Routes()

MOST_PLANS: Final = 4
"""Open plans on one card."""
NOTES: Final = 2
"""Newest notes on the card; the others are in the history."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the desk sees of a customer at `now`; `tier` is a code, `usable` the points that can be spent."""

    customer: Customer
    plans: tuple[JourneyView, ...]
    courses: tuple[Course, ...]
    flags: Flags
    tier: str
    usable: int
    consents: Mapping[str, bool]
    notes: tuple[Note, ...]
    owner: str | None
    now: datetime
    roles: frozenset[str]


@routes.action("customer.show")
async def show(talk: Talk, action: Action) -> None:
    """The customer as they stand now, in the version of who asks."""
    await say_customer(talk, row_id(action))


async def say_customer(talk: Talk, customer_id: UUID, said: str = "") -> None:
    """The customer's card; `said` is what has just happened."""
    if talk.unit.actor.role in (Role.SALES, Role.MANAGER):
        talk.say(customer_card(talk.words, await _look(talk, customer_id), said))
        return
    customer = await people.customer(talk.unit, customer_id)
    plans = await workflow.journeys_of_customer(talk.unit, customer_id)
    talk.say(care_card(talk.words, customer, plans, await people.alerts_of(talk.unit, customer_id)))


async def _look(talk: Talk, customer_id: UUID) -> Seen:
    unit = talk.unit
    customer = await people.customer(unit, customer_id)
    card = await loyalty.card(unit, customer_id)
    desk = {member.user_id: member.name for member in await workflow.colleagues(unit)}
    return Seen(
        customer=customer,
        plans=tuple(await workflow.journeys_of_customer(unit, customer_id)),
        courses=tuple(await courses.of_customer(unit, customer_id)),
        flags=await overview.flags(unit, customer_id),
        tier=card.tier.code,
        usable=card.balance.usable,
        consents=await people.consents_of(unit, customer_id),
        notes=tuple(await people.notes_of(unit, customer_id, NOTES)),
        owner=desk.get(customer.owner_id) if customer.owner_id else None,
        now=unit.now,
        roles=talk.roles,
    )


# The desk's card


def customer_card(words: Words, seen: Seen, said: str = "") -> Card:
    """Everything the desk needs of one customer, and what can be done next."""
    customer, plans = seen.customer, _open(seen.plans)
    tier = words.t(
        "{tier}, {points} points usable",
        tier=tier_name(words, seen.tier),
        points=words.number(seen.usable),
    )
    aside = seen.flags.snoozed_until
    rows = [
        (words.t("Nickname"), customer.nickname),
        (words.t("Customer no."), customer.code or ""),
        (words.t("Phone"), show_phone(customer.phone) if customer.phone else words.t("not known")),
        (words.t("Looked after by"), seen.owner or words.t("nobody yet")),
        (words.t("Chat"), words.t("linked") if seen.flags.linked else words.t("not linked yet")),
        (words.t("Tier"), tier),
        *((words.t("Left"), _sessions(words, course)) for course in seen.courses if course.usable(seen.now)),
        (words.t("Missed appointments"), words.number(seen.flags.no_shows) if seen.flags.no_shows else ""),
        (words.t("News"), _news(words, seen.consents)),
        (words.t("Put aside until"), words.when(aside) if aside else ""),
        (words.t("Found us through"), _source(words, customer.source)),
        *((f"{note.by}, {words.date(note.at)}", note.text) for note in seen.notes),
    ]
    items = tuple(_plan(words, plan, seen.now) for plan in (plans or seen.plans[:1])[:MOST_PLANS])
    return Card(title=customer.name, text=said, rows=filled(*rows), items=items, buttons=_buttons(words, seen, plans))


def _buttons(words: Words, seen: Seen, plans: tuple[JourneyView, ...]) -> tuple[Button, ...]:
    customer_id = seen.customer.id
    first = next_steps(words, plans[0], seen.roles)[:1] if plans else []
    if not plans:
        first = [new_plan_button(words, customer_id)]
    return (
        *(replace(step, style="primary") for step in first),
        Button(words.t("History"), Action("customer.history", customer_id)),
        Button(words.t("Write a note"), Action("customer.note", customer_id)),
        Button(words.t("Remind me"), Action("customer.remind", customer_id)),
        Button(words.t("Send a message later"), Action("customer.send_later", customer_id)),
        Button(
            words.t("Link another chat") if seen.flags.linked else words.t("Invite to chat"),
            Action("customer.invite", customer_id),
        ),
        Button(words.t("Change details"), Action("customer.edit", customer_id)),
        Button(words.t("Give to a colleague"), Action("customer.reassign", customer_id)),
    )


def _open(plans: tuple[JourneyView, ...]) -> tuple[JourneyView, ...]:
    return tuple(plan for plan in plans if plan.stage not in ENDED_STAGES)


def _sessions(words: Words, course: Course) -> str:
    return f"{words.pick(course.treatment)}: {course_left(words, course)}"


def _plan(words: Words, plan: JourneyView, now: datetime) -> Item:
    """Where a plan stands and since when, its time and its money; it opens by a tap."""
    treatment = words.pick(plan.treatment)
    money = words.t("{paid} of {agreed}", paid=words.money(plan.paid_satang), agreed=words.money(plan.agreed_satang))
    when = words.when(plan.scheduled_at) if plan.scheduled_at else ""
    since = age(words, plan.stage_changed_at, now)
    detail = " · ".join(filter(None, (journey_stage(words, plan), since, when, money)))
    return Item(treatment, detail, Button(treatment, Action("journey.show", plan.id)))


def _news(words: Words, consents: Mapping[str, bool]) -> str:
    """Whether the clinic may send news, by the newest answers."""
    answers = [consents[purpose] for purpose in MESSAGE_PURPOSES if purpose in consents]
    if not answers:
        return words.t("not asked yet")
    return words.t("yes, agreed") if any(answers) else words.t("no news, please")


def _source(words: Words, source: str) -> str:
    return words.t(SOURCES[source]) if source in SOURCES else source


@routes.action("customer.history")
async def history(talk: Talk, action: Action) -> None:
    """A page of what happened, newest first; `choice` is the page."""
    customer = await people.customer(talk.unit, row_id(action))
    events = await overview.history(talk.unit, customer.id, limit=PAGE + 1, offset=action.choice * PAGE)
    talk.say(history_card(talk.words, customer, events, action.choice))


# The performers' card


ALERTS: Final[Mapping[str, str]] = {
    "allergy": N_("Allergy"),
    "pregnancy": N_("Pregnancy"),
    "medicine": N_("Medicine"),
    "illness": N_("Illness"),
    "reaction": N_("Reaction"),
    "other": N_("Please note"),
}


def care_card(words: Words, customer: Customer, plans: list[JourneyView], alerts: list[Alert]) -> Card:
    """What a beautician or doctor must know of a customer: alerts first, then what was and is to be done."""
    rows = [
        *((f"⚠️ {words.t(ALERTS[alert.kind])}", alert.text) for alert in alerts),
        (words.t("Nickname"), customer.nickname),
        (words.t("Customer no."), customer.code or ""),
        *((words.pick(plan.treatment), _care(words, plan)) for plan in plans[:MOST_PLANS]),
    ]
    return Card(title=customer.name, rows=filled(*rows), buttons=command_buttons(words, ("mytasks", "tasks")))


def _care(words: Words, plan: JourneyView) -> str:
    when = words.when(plan.scheduled_at) if plan.scheduled_at else ""
    return " · ".join(filter(None, (journey_stage(words, plan), when)))
