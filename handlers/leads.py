"""New customers: sales enters one with `/lead`, or a stranger left a name and a phone in the chat.

The form asks for name, phone, treatment and source. When somebody with
that phone has an open plan, it is shown before anything else is asked. Ends in `domain.workflow.create_lead`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.clinics.model import Treatment
from domain.people import service as people
from domain.people.rules import clean_name, parse_phone, show_phone
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from handlers.cards import Action, Button, Card, row_id
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.invitations import say_invitation
from handlers.journeys import journey_card, short_label, show_button
from handlers.router import Routes
from handlers.stages import journey_stage
from handlers.talk import Talk
from handlers.treatment_steps import treatment_steps
from handlers.words import N_, Words

routes = Routes()

SOURCES: Final[Mapping[str, str]] = {
    "walk_in": N_("Walk-in"),
    "line": N_("LINE"),
    "facebook": N_("Facebook"),
    "instagram": N_("Instagram"),
    "friend": N_("A friend"),
    "other": N_("Other"),
}
"""How a customer found the clinic: what is stored, and its label. Any other text is stored as it was typed."""


@routes.command("lead")
async def lead(talk: Talk) -> None:
    """Enter a new customer."""
    await form.start(talk)


@routes.action("customer.new_plan")
async def new_plan(talk: Talk, action: Action) -> None:
    """Another plan for somebody who is known: what is known of them is not asked again."""
    customer = await people.customer(talk.unit, row_id(action))
    known = {"source": customer.source} if customer.source else {}
    await form.start(
        talk,
        customer=str(customer.id),
        name=customer.name,
        phone=customer.phone,
        has_open_plan=False,
        wants_new_plan=True,
        **known,
    )


# The questions


async def _ask_name(talk: Talk, data: Data) -> Question:
    return Question(talk.t("What is the customer's name?"), title=talk.t("New customer"))


async def _read_name(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    return {"name": clean_name(text)}


async def _ask_phone(talk: Talk, data: Data) -> Question:
    return Question(talk.t("What is {name}'s phone number?", name=data["name"]))


async def _read_phone(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    phone = parse_phone(text)
    plans = await workflow.open_journeys_of_phone(talk.unit, phone)
    return {"phone": phone, "has_open_plan": bool(plans), "wants_new_plan": False}


def _is_new(data: Data) -> bool:
    """Whether somebody is entered, and not another plan for a customer who is known."""
    return "customer" not in data


def _goes_on(data: Data) -> bool:
    """Whether this becomes a new plan: nothing is open for the phone, or sales wants another one all the same."""
    return bool(data.get("wants_new_plan")) or not data.get("has_open_plan")


async def _sold(talk: Talk, data: Data) -> list[Treatment]:
    return await clinics.treatments(talk.unit)


async def _ask_source(talk: Talk, data: Data) -> Question:
    choices = [Choice(talk.t(label), code) for code, label in SOURCES.items()]
    return Question(talk.t("How did {name} find us? You can also type it.", name=data["name"]), choices)


async def _read_source(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    typed = clean_name(text)
    by_word = {word.casefold(): code for code, label in SOURCES.items() for word in (code, label, talk.t(label))}
    return {"source": by_word.get(typed.casefold(), typed)}


# The two summaries: plans that are open already, and what is about to be saved


async def _review(talk: Talk, data: Data) -> Card:
    if _goes_on(data):
        if "customer" in data:
            return summary_card(talk.words, data, [data["name"]])
        known = [customer.name for customer in await people.customers_by_phone(talk.unit, data["phone"])]
        return summary_card(talk.words, data, known)
    return open_plans_card(talk.words, data["name"], await workflow.open_journeys_of_phone(talk.unit, data["phone"]))


def open_plans_card(words: Words, name: str, plans: Sequence[JourneyView]) -> Card:
    """The phone's open plans, to go on with one of them."""
    return Card(
        title=words.t("This phone already has an open plan"),
        text=words.t("Continue it, or make a new plan for {name}?", name=name),
        rows=tuple(_plan_row(words, plan) for plan in plans),
        buttons=tuple(_continue_button(words, plan, plans) for plan in plans),
    )


def _plan_row(words: Words, plan: JourneyView) -> tuple[str, str]:
    return plan.customer_name, f"{words.pick(plan.treatment)} · {journey_stage(words, plan)}"


def _continue_button(words: Words, plan: JourneyView, plans: Sequence[JourneyView]) -> Button:
    label = words.t("Continue it") if len(plans) == 1 else short_label(words, plan, plans)
    return Button(label, Action("journey.continue_lead", id=plan.id), style="primary")


def summary_card(words: Words, data: Data, known: Sequence[str]) -> Card:
    """What is about to be saved; `known` are the names of customers with this phone."""
    source = SOURCES.get(data["source"])
    price = words.money(data["treatment_price"])
    return Card(
        title=words.t("Save this customer?"),
        rows=(
            (words.t("Name"), data["name"]),
            (words.t("Phone"), show_phone(data["phone"]) if data["phone"] else words.t("not known")),
            (words.t("Treatment"), f"{words.pick(data['treatment_names'])} · {price}"),
            (words.t("Found us through"), words.t(source) if source else data["source"]),
        ),
        footnote=_same_phone(words, data["name"], known),
    )


def _same_phone(words: Words, name: str, known: Sequence[str]) -> str:
    """A phone may belong to two people, and one person may be typed in two ways: sales decides which it is."""
    if name.casefold() in (other.casefold() for other in known):
        return words.t("{name} is already our customer; this becomes a new plan for them.", name=name)
    if known:
        return words.t(
            "This phone also belongs to {names}. If that is the same person, go back and type the name like that.",
            names=", ".join(known),
        )
    return ""


def _confirm(talk: Talk, data: Data) -> Button:
    return Button(talk.t("Confirm") if _goes_on(data) else talk.t("New plan"))


async def _finish(talk: Talk, data: Data) -> None:
    if not _goes_on(data):
        # A new run of the form, so that [New plan] pressed again later cannot confirm the summary.
        known = {name: value for name, value in data.items() if name != "run"}
        await form.start(talk, **{**known, "wants_new_plan": True})
        return
    journey = await workflow.create_lead(
        talk.unit,
        name=data["name"],
        phone=data["phone"],
        treatment_id=UUID(data["treatment"]),
        source=data["source"],
        customer_id=UUID(data["customer"]) if "customer" in data else None,
    )
    talk.say(journey_card(talk.words, journey, talk.t("Saved. You look after {name}.", name=journey.customer_name)))
    if not journey.linked:
        await say_invitation(talk, journey)


form = routes.form(
    Form(
        "lead",
        (
            Step("name", _ask_name, _read_name, needed=_is_new),
            Step("phone", _ask_phone, _read_phone, needed=_is_new),
            *treatment_steps("treatment", lambda talk, data: talk.t("Which treatment?"), _sold, needed=_goes_on),
            Step("source", _ask_source, _read_source, needed=_goes_on),
        ),
        _finish,
        review=_review,
        confirm=_confirm,
        subject=("journey.show", "journey_id"),
    )
)


@routes.action("journey.continue_lead")
async def continue_lead(talk: Talk, action: Action) -> None:
    """[Continue it]: the open plan's card; the form that found it has done its work."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    if talk.conversation is not None and talk.conversation["handler"] == form.name:
        talk.forget()
    talk.say(journey_card(talk.words, journey))


@routes.presenter("lead.new")
def new_lead(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """A stranger left name and phone: sales hears of it."""
    phone = facts.get("phone")
    return Card(
        title=words.t("New customer from the chat"),
        text=words.t("{name} would like to hear from us. Please contact them.", name=facts["name"]),
        rows=(
            (words.t("Name"), facts["name"]),
            (words.t("Phone"), show_phone(phone) if phone else words.t("not known")),
        ),
        buttons=(show_button(words, UUID(facts["journey_id"])),),
    )
