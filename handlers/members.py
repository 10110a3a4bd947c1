"""Welcoming a member: the first card after joining, for customers and for staff."""

from __future__ import annotations

from domain.loyalty import service as loyalty
from domain.loyalty.model import Balance
from handlers.cards import Card
from handlers.conversation import usual_buttons
from handlers.proposals import say_waiting
from handlers.talk import Talk
from handlers.words import N_

ROLE_NAMES = {
    "sales": N_("Sales"),
    "manager": N_("Manager"),
    "beautician": N_("Beautician"),
    "doctor": N_("Doctor"),
}


async def welcome_member(talk: Talk) -> None:
    """A customer has joined: who they are to us, what they have, and what waits for their answer."""
    talk.say(member_card(talk, await loyalty.balance(talk.unit, talk.customer_id)))
    await say_waiting(talk)


def member_card(talk: Talk, balance: Balance) -> Card:
    """The first card of a customer."""
    return Card(
        title=talk.t("Welcome to {clinic}", clinic=talk.clinic_name),
        text=talk.t(
            "You are our member now, {name}. Your receipts, points and aftercare come to this chat.",
            name=talk.unit.actor.name,
        ),
        rows=((talk.t("Usable points"), talk.words.number(balance.usable)),),
        footnote=talk.t("Not you? Just write to us here."),
        buttons=usual_buttons(talk),
    )


async def welcome_staff(talk: Talk) -> None:
    """A staff member has joined: their role, and their first buttons."""
    talk.say(
        Card(
            title=talk.t("Welcome to the team of {clinic}", clinic=talk.clinic_name),
            text=talk.t("Hello {name}. You work here as: {role}.", name=talk.unit.actor.name, role=role_name(talk)),
            buttons=usual_buttons(talk),
        )
    )


def role_name(talk: Talk) -> str:
    """The person's staff role in words."""
    return talk.t(ROLE_NAMES[talk.unit.actor.role])
