"""Giving customers to colleagues: one of them, or all that somebody has while they are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.people import service as people
from domain.people.model import Role
from domain.unit import Clinic
from domain.workflow import service as workflow
from handlers.cards import Action, Card, row_id
from handlers.customers import say_customer
from handlers.forms import Choice, Data, Form
from handlers.menu import command_button
from handlers.router import Routes
from handlers.steps import pick_step
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()


# One customer


@routes.action("customer.reassign")
async def reassign(talk: Talk, action: Action) -> None:
    """Ask to whom; who has the customer now is kept, so that a change in between is noticed."""
    customer = await people.customer(talk.unit, row_id(action))
    owner = str(customer.owner_id) if customer.owner_id else None
    await reassign_form.start(talk, customer_id=str(customer.id), name=customer.name, owner=owner)


def _ask_taker(talk: Talk, data: Data) -> str:
    return talk.t("Who is to look after {name}?", name=data["name"])


async def _offer_takers(talk: Talk, data: Data) -> Sequence[Choice]:
    """Everybody at the desk but who has them now."""
    giver = data.get("owner") or data.get("giver")
    found = await workflow.colleagues(talk.unit, but=UUID(giver) if giver else None)
    return [Choice(member.name, str(member.user_id)) for member in found]


async def _reassign(talk: Talk, data: Data) -> None:
    customer_id, owner = UUID(data["customer_id"]), data["owner"]
    taker = UUID(data["taker"])
    await workflow.reassign(talk.unit, customer_id, taker, seen_owner=UUID(owner) if owner else None)
    await say_customer(talk, customer_id, talk.t("Passed on. Your colleague hears of it."))


reassign_form = routes.form(
    Form(
        "customer.reassign",
        (pick_step("taker", _ask_taker, _offer_takers),),
        _reassign,
        subject=("customer.show", "customer_id"),
    )
)


# Everything that somebody has


@routes.action("pipeline.hand_over")
async def hand_over(talk: Talk, action: Action) -> None:
    """A manager says whose customers; a salesperson passes on their own."""
    known = {} if talk.unit.actor.role == Role.MANAGER else {"giver": str(talk.user_id)}
    await hand_over_form.start(talk, **known)


def _ask_giver(talk: Talk, data: Data) -> str:
    return talk.t("Whose customers are to be handed over?")


async def _offer_givers(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(member.name, str(member.user_id)) for member in await workflow.colleagues(talk.unit)]


def _ask_all_to(talk: Talk, data: Data) -> str:
    return talk.t("Who is to look after them?")


async def _review(talk: Talk, data: Data) -> Card:
    giver, taker = [await people.staff(talk.unit, UUID(data[key])) for key in ("giver", "taker")]
    count = await workflow.waiting_for(talk.unit, giver.user_id)
    return hand_over_summary(talk.words, giver.name, taker.name, count)


def hand_over_summary(words: Words, giver: str, taker: str, count: int) -> Card:
    """How many customers go from whom to whom."""
    return Card(
        title=words.t("Hand over all open customers?"),
        rows=(
            (words.t("From"), giver),
            (words.t("To"), taker),
            (words.t("Customers"), words.number(count)),
        ),
        footnote=words.t("What is planned for them goes along. Both hear of it."),
    )


async def _hand_over(talk: Talk, data: Data) -> None:
    count = await workflow.hand_over(talk.unit, UUID(data["giver"]), UUID(data["taker"]))
    said = talk.words.n("{count} customer handed over.", "{count} customers handed over.", count)
    talk.say(said, command_button(talk.words, "pipeline"))


hand_over_form = routes.form(
    Form(
        "hand_over",
        (
            pick_step("giver", _ask_giver, _offer_givers),
            pick_step("taker", _ask_all_to, _offer_takers),
        ),
        _hand_over,
        review=_review,
    )
)


@routes.presenter("customers.handed_over")
def handed_over(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """Both hear once of the whole list."""
    return Card(
        title=words.t("Customers handed over"),
        rows=(
            (words.t("From"), facts["giver"] or "–"),
            (words.t("To"), facts["taker"]),
            (words.t("Customers"), words.number(facts["count"])),
        ),
        buttons=(command_button(words, "pipeline"),),
    )
