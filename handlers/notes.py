"""Writing about a customer: notes that are kept as they were written, and corrections until money came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.people import service as people
from domain.workflow import service as workflow
from domain.workflow.model import ENDED_STAGES
from handlers.cards import Action, row_id
from handlers.customers import say_customer
from handlers.forms import Choice, Data, Form
from handlers.router import Routes
from handlers.steps import pick_step, text_step
from handlers.talk import Talk
from handlers.timeline import DETAILS
from handlers.words import N_

routes = Routes()

CHIPS: Final = (
    N_("Called, no answer"),
    N_("Called, will think about it"),
    N_("Asked to be called later"),
    N_("Asked about the price"),
)
"""Whole notes to tap."""


# Notes


@routes.action("customer.note")
async def write(talk: Talk, action: Action) -> None:
    """Ask for the note."""
    customer = await people.customer(talk.unit, row_id(action))
    await note_form.start(talk, customer_id=str(customer.id), name=customer.name)


def _ask_note(talk: Talk, data: Data) -> str:
    return talk.t("What should be remembered about {name}? Choose a note or write your own.", name=data["name"])


def _chips(talk: Talk, data: Data) -> list[str]:
    return [talk.t(chip) for chip in CHIPS]


async def _keep(talk: Talk, data: Data) -> None:
    customer_id = UUID(data["customer_id"])
    await people.add_note(talk.unit, customer_id, data["text"])
    await say_customer(talk, customer_id, talk.t("Noted."))


note_form = routes.form(
    Form(
        "customer.note",
        (text_step("text", _ask_note, chips=_chips),),
        _keep,
        subject=("customer.show", "customer_id"),
    )
)


# Corrections


@routes.action("customer.edit")
async def edit(talk: Talk, action: Action) -> None:
    """Ask what is to be corrected. The treatment is that of the newest open plan, as it is now."""
    customer = await people.customer(talk.unit, row_id(action))
    plans = await workflow.journeys_of_customer(talk.unit, customer.id)
    known: dict[str, Any] = {"customer_id": str(customer.id), "name": customer.name}
    if plan := next((plan for plan in plans if plan.stage not in ENDED_STAGES), None):
        known |= {"journey": str(plan.id), "version": plan.version}
    await edit_form.start(talk, **known)


def _ask_detail(talk: Talk, data: Data) -> str:
    return talk.t("What is to be changed for {name}?", name=data["name"])


async def _offer_details(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(talk.t(DETAILS[d]), d) for d in DETAILS if d != "treatment" or "journey" in data]


def _ask_value(talk: Talk, data: Data) -> str:
    return talk.t("{detail}: what is right?", detail=talk.t(DETAILS[data["detail"]]))


def _ask_treatment(talk: Talk, data: Data) -> str:
    return talk.t("Which treatment?")


async def _offer_treatments(talk: Talk, data: Data) -> Sequence[Choice]:
    sold = await clinics.treatments(talk.unit)
    return [Choice(talk.words.pick(t.names), t.code, talk.words.money(t.price_satang)) for t in sold]


def _of_treatment(data: Data) -> bool:
    return data.get("detail") == "treatment"


async def _correct(talk: Talk, data: Data) -> None:
    customer_id = UUID(data["customer_id"])
    if _of_treatment(data):
        treatment = await clinics.treatment_by_code(talk.unit, data["treatment"])
        await workflow.change_treatment(
            talk.unit, UUID(data["journey"]), version=data["version"], treatment_id=treatment.id
        )
    else:
        await workflow.correct_customer(talk.unit, customer_id, data["detail"], data["value"])
    await say_customer(talk, customer_id, talk.t("Changed."))


edit_form = routes.form(
    Form(
        "customer.edit",
        (
            pick_step("detail", _ask_detail, _offer_details),
            text_step("value", _ask_value, needed=lambda data: not _of_treatment(data)),
            pick_step("treatment", _ask_treatment, _offer_treatments, needed=_of_treatment),
        ),
        _correct,
        subject=("customer.show", "customer_id"),
    )
)
