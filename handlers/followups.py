"""Follow-ups: the question after a treatment, the thanks or the help after its answer, and the alarm to staff.

Questions and answers are the clinic's own texts, which come with the notice in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.followups import service as followups
from domain.followups.model import ALARMING, Outcome
from domain.people import service as people
from domain.people.rules import show_phone
from domain.unit import Clinic
from handlers.cards import Action, Button, Card, filled, row_id
from handlers.menu import command_button
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()


@routes.presenter("followup.ask")
def present_question(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The clinic's question, with one button for each answer."""
    execution_id, version = UUID(facts["execution_id"]), facts["version"]
    return Card(
        title=words.pick(facts["treatment"]),
        text=words.pick(facts["text"]),
        buttons=tuple(
            Button(words.pick(answer), Action("followup.answer", execution_id, choice, version))
            for choice, answer in enumerate(facts["answers"])
        ),
    )


@routes.action("followup.answer")
async def answer(talk: Talk, action: Action) -> None:
    """Keep the answer; thank, or say who has been told and what to do meanwhile."""
    answered = await followups.answer(talk.unit, row_id(action), action.choice)
    name = (await people.customer(talk.unit, talk.customer_id)).name
    if answered.outcome in ALARMING:
        talk.say(help_card(talk, name, urgent=answered.outcome is Outcome.RED))
        return
    talk.say(thanks_card(talk.words, name))


def thanks_card(words: Words, name: str) -> Card:
    """After an answer that worries nobody."""
    text = words.t("Thank you, {name}. If anything changes, write to us here at any time.", name=name)
    return Card(text=text, quick=(command_button(words, "points"), command_button(words, "status")))


@routes.presenter("followup.alarm")
def present_alarm(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To staff: who is unwell after what, and how to reach them."""
    urgent = facts["outcome"] == Outcome.RED
    if urgent:
        title, act = words.t("🔴 Emergency: {name}", name=facts["name"]), words.t("Call now and tell the doctor.")
    else:
        title, act = words.t("🟠 {name} is worried", name=facts["name"]), words.t("Please write or call now.")
    rows = [
        (words.t("Customer"), facts["name"]),
        (words.t("Phone"), show_phone(facts["phone"]) if facts["phone"] else ""),
        (words.t("Treatment"), words.pick(facts["treatment"])),
        (words.t("Answer"), words.pick(facts["answer"])),
        (words.t("When"), words.when(facts["at"])),
    ]
    return Card(
        title=title,
        text=act,
        rows=filled(*rows),
        buttons=_call(words.t("Call the customer"), facts["phone"]),
    )


def help_card(talk: Talk, name: str, *, urgent: bool) -> Card:
    """What to do while the team comes: in Thailand 1669 is the ambulance (https://www.niems.go.th)."""
    phone = talk.unit.clinic.phone
    told = talk.t("Our team was told just now, at {time}.", time=talk.words.time(talk.unit.now))
    if urgent:
        title = talk.t("⚠️ Please call us now, {name}", name=name)
        text = talk.t(
            "If you have vision change, trouble breathing or severe pain, go to the nearest emergency room"
            " or call 1669."
        )
    else:
        title = talk.t("Thank you for telling us, {name}", name=name)
        text = talk.t("They will write or call you. You can also call us. In an emergency call 1669.")
    return Card(
        title=title,
        text=f"{told} {text}",
        rows=((talk.t("Clinic"), phone),) if phone else (),
        buttons=_call(talk.t("Call the clinic"), phone),
    )


def _call(label: str, phone: str | None) -> tuple[Button, ...]:
    return (Button(label, url=f"tel:{phone}", style="primary"),) if phone else ()
