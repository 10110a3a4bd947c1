"""Follow-ups: the clinic's own messages to customers, and the thanks or the help after an answer.

Texts and answers are the clinic's, which come with the notice in both languages. An answer may be an act of another
noun (confirm an appointment, see a plan): then its button is that noun's own, on the row the message is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from domain.followups import service as followups
from domain.followups.model import ALARMING, Outcome
from domain.followups.rules import fill
from domain.people import service as people
from domain.unit import Clinic
from handlers.appointment_cards import confirm_button
from handlers.cards import Action, Button, Card, call_button, filled, row_id
from handlers.menu import command_button
from handlers.permissions import ACTIONS
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()

CONFIRM: Final = "appointment.confirm"
"""It goes with the time that the message tells."""
MAP: Final = "map"
"""The one act of an answer that no noun has: it opens the branch's address."""
MAPS: Final = "https://www.google.com/maps/search/?api=1&query="
"""https://developers.google.com/maps/documentation/urls/get-started"""
HOURS_AHEAD: Final = timedelta(hours=6)
"""Up to here one counts the hours to an appointment, then the days."""


@routes.presenter("followup.ask")
def present_question(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The clinic's message, with one button for each answer that can be given now."""
    offered = (_answer_button(words, facts, choice) for choice in range(len(facts["answers"])))
    return Card(
        title=words.pick(facts["treatment"]),
        text=fill(words.pick(facts["text"]), _moments(words, facts)),
        rows=filled((words.t("To prepare"), _preparation(words, facts))),
        buttons=tuple(button for button in offered if button is not None),
    )


def _preparation(words: Words, facts: Mapping[str, Any]) -> str:
    """What to do before the appointment, while there is still time for it."""
    if not facts.get("prep") or _hours_away(facts):
        return ""
    return words.pick(facts["prep"])


def _hours_away(facts: Mapping[str, Any]) -> bool:
    at, sent_at = (datetime.fromisoformat(facts[key]) for key in ("at", "sent_at"))
    return at - sent_at <= HOURS_AHEAD


def _answer_button(words: Words, facts: Mapping[str, Any], choice: int) -> Button | None:
    """The button of an answer; None for an act that there is nothing to do it with."""
    answer = facts["answers"][choice]
    label, act = words.pick(answer), answer.get("action")
    if not act:
        action = Action("followup.answer", UUID(facts["execution_id"]), choice, facts["version"])
        return Button(label, action, style="danger" if answer.get("outcome") == Outcome.RED else "secondary")
    if act == MAP:
        address = words.pick(facts.get("address") or {})
        return Button(label, url=f"{MAPS}{quote(address)}") if address else None
    if act not in ACTIONS or not facts.get("subject_id"):
        return None
    subject_id = UUID(facts["subject_id"])
    if act == CONFIRM:
        return confirm_button(label, subject_id, facts["at"])
    return Button(label, Action(act, subject_id))


def _moments(words: Words, facts: Mapping[str, Any]) -> dict[str, str]:
    """What a text may say of its appointment: {date}, {time}, and {when} as seen from when it is sent."""
    if not facts.get("at"):
        return {}
    at = datetime.fromisoformat(facts["at"])
    sent_at = datetime.fromisoformat(facts["sent_at"])
    return {"date": words.date(at), "time": words.time(at), "when": ahead(words, at, sent_at)}


def ahead(words: Words, at: datetime, now: datetime) -> str:
    """How far off a moment is, inside a sentence: 'in 2 hours', 'tomorrow'."""
    if at - now <= HOURS_AHEAD:
        return words.n("in {count} hour", "in {count} hours", max(1, round((at - now) / timedelta(hours=1))))
    days = (at.astimezone(words.zone).date() - now.astimezone(words.zone).date()).days
    if days > 1:
        return words.n("in {count} day", "in {count} days", days)
    return words.t("tomorrow") if days else words.t("today")


@routes.action("followup.answer")
async def answer(talk: Talk, action: Action) -> None:
    """Keep the answer; thank, or say who has been told and what to do meanwhile."""
    answered = await followups.answer(talk.unit, row_id(action), action.choice)
    name = (await people.customer(talk.unit, talk.customer_id)).name
    if answered.outcome in ALARMING:
        talk.say(help_card(talk, name, told_now(talk), urgent=answered.outcome is Outcome.RED))
        return
    talk.say(thanks_card(talk.words, name))


def thanks_card(words: Words, name: str) -> Card:
    """After an answer that worries nobody."""
    text = words.t("Thank you, {name}. If anything changes, write to us here at any time.", name=name)
    return Card(text=text, quick=(command_button(words, "points"), command_button(words, "status")))


async def more_of(talk: Talk) -> Card | None:
    """To a customer who writes while a reaction of theirs is open: their words are with those who look after it."""
    felt = await followups.open_reaction(talk.unit, talk.customer_id)
    if felt is None:
        return None
    read = talk.t("Our care team has your message.")
    return help_card(talk, felt.customer_name, read, urgent=felt.outcome is Outcome.RED)


def told_now(talk: Talk) -> str:
    """That the clinic knows."""
    return talk.t("Our team was told just now, at {time}.", time=talk.words.time(talk.unit.now))


def help_card(talk: Talk, name: str, told: str, *, urgent: bool) -> Card:
    """What to do while the team comes: in Thailand 1669 is the ambulance (https://www.niems.go.th)."""
    phone = talk.unit.clinic.phone
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
        buttons=call_button(talk.t("Call the clinic"), phone),
    )
