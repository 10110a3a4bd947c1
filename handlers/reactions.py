"""Reactions: the alarm to staff when a customer is unwell, its end with a note, and the call when no answer came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.followups import service as followups
from domain.followups.model import Asked, Outcome
from domain.people.rules import show_phone
from domain.unit import Clinic
from handlers.cards import Action, Button, Card, call_button, filled, row_id
from handlers.forms import Data, Form
from handlers.journeys import show_button
from handlers.router import Routes
from handlers.steps import text_step
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()


@routes.presenter("followup.alarm")
def present_alarm(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To staff: who is unwell after what and how to reach them; once somebody has ended it, who and how.

    Sales read whom to call, not what was answered.
    """
    medical = facts.get("may_read", True)
    rows = [
        (words.t("Customer"), facts["name"]),
        (words.t("Phone"), show_phone(facts["phone"]) if facts["phone"] else ""),
        (words.t("Treatment"), words.pick(facts["treatment"])),
        (words.t("Answer"), words.pick(facts["answer"]) if medical else ""),
        (words.t("When"), words.when(facts["at"])),
    ]
    if facts.get("handled_at"):
        by = words.t("{by}, {when}", by=facts["handled_by"], when=words.when(facts["handled_at"]))
        handled = [(words.t("Looked after by"), by), (words.t("Note"), facts["note"] if medical else "")]
        return Card(title=words.t("✅ {name} is looked after", name=facts["name"]), rows=filled(*rows, *handled))
    if facts["outcome"] == Outcome.RED:
        title, act = words.t("🔴 Emergency: {name}", name=facts["name"]), words.t("Call now and tell the doctor.")
    else:
        title, act = words.t("🟠 {name} is worried", name=facts["name"]), words.t("Please write or call now.")
    end = Button(words.t("Handled"), Action("reaction.handle", UUID(facts["execution_id"])))
    buttons = (
        *call_button(words.t("Call the customer"), facts["phone"]),
        *((end,) if facts.get("may_handle", False) else ()),
        Button(words.t("Show customer"), Action("customer.show", UUID(facts["customer_id"]))),
    )
    return Card(title=title, text=act, rows=filled(*rows), buttons=buttons)


@routes.presenter("followup.message")
def present_message(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To those whom a reaction alarmed: what the customer has written since, unless they took it back."""
    sign = "🔴" if facts["outcome"] == Outcome.RED else "🟠"
    title = f"{sign} {words.t('{name} wrote', name=facts['name'])}"
    if facts["text"] is None:
        return Card(title=title, text=words.t("This message was taken back."))
    alarm = present_alarm(words, clinic, facts)
    footnote = words.t("This belongs to a reaction that is still open. They know that you have it; please answer them.")
    return replace(alarm, title=title, text=facts["text"], footnote=footnote)


@routes.action("reaction.show")
async def show(talk: Talk, action: Action) -> None:
    """The alarm as it stands now."""
    _say(talk, await followups.reaction(talk.unit, row_id(action)))


@routes.action("reaction.handle")
async def handle(talk: Talk, action: Action) -> None:
    """Begin to say how the customer was looked after."""
    felt = await followups.check_handling(talk.unit, row_id(action))
    await handling.start(talk, execution=str(felt.id), name=felt.customer_name)


async def _finish(talk: Talk, data: Data) -> None:
    _say(talk, await followups.handle(talk.unit, UUID(data["execution"]), data["note"]))


def _say(talk: Talk, felt: Asked) -> None:
    role = talk.unit.actor.role
    may = {"may_handle": followups.may_handle(felt.outcome, role), "may_read": followups.may_read(role)}
    talk.say(present_alarm(talk.words, talk.unit.clinic, {**followups.alarm_facts(felt), **may}))


handling = routes.form(
    Form(
        "handling",
        (
            text_step(
                "note",
                lambda talk, data: talk.t("How is {name} now, and what was done?", name=data["name"]),
                chips=lambda talk, data: (
                    talk.t(N_("Called: all is well")),
                    talk.t(N_("Doctor has seen them")),
                    talk.t(N_("Advice given by phone")),
                ),
            ),
        ),
        _finish,
        subject=("reaction.show", "execution"),
    )
)


@routes.presenter("followup.unanswered")
def present_unanswered(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To whoever looks after a customer who has not said how they are for a day."""
    return Card(
        title=words.t("Please call {name}", name=facts["name"]),
        text=words.t("They have not answered how they are after their treatment for 24 hours."),
        rows=filled(
            (words.t("Phone"), show_phone(facts["phone"]) if facts["phone"] else ""),
            (words.t("Treatment"), words.pick(facts["treatment"])),
        ),
        buttons=(
            *call_button(words.t("Call the customer"), facts["phone"]),
            show_button(words, UUID(facts["journey_id"])),
        ),
    )
