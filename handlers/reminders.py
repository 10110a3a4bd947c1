"""To be reminded of a customer, to write to one later, and what is planned: all of it can be changed until it happens.

The domain is `domain.reminders`; when a moment comes it sends the notices whose cards are at the end of this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from domain.people import service as people
from domain.people.model import Role
from domain.people.rules import show_phone
from domain.reminders import service as reminders
from domain.reminders.model import Kind, Reminder, State
from domain.reminders.rules import into_hours
from domain.unit import Clinic
from handlers.cards import Action, Button, Card, Item, row_id
from handlers.customers import say_customer
from handlers.forms import Choice, Data, Form
from handlers.lists import list_card
from handlers.menu import command_button
from handlers.moment_steps import moment_step
from handlers.pipeline import EVERYBODY
from handlers.router import Routes
from handlers.steps import pick_step, text_step
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

REASONS: Final = (N_("Call"), N_("Ask about the plan"), N_("Ask for the payment"), N_("Offer a time"))
"""What one usually wants to be reminded of."""
_MORNING: Final = time(10)
_DAYS: Final = (1, 3, 7)
"""Days from now that are offered, in the morning."""
KINDS: Final[Mapping[Kind, str]] = {Kind.REMIND: N_("Reminder"), Kind.SEND: N_("Message")}
STATES: Final[Mapping[State, str]] = {
    State.WAITING: N_("Planned"),
    State.DONE: N_("Gone out"),
    State.CANCELLED: N_("Cancelled"),
    State.FAILED: N_("Could not be delivered"),
}


# Planning


@routes.action("customer.remind")
async def remind(talk: Talk, action: Action) -> None:
    """Ask when and of what."""
    await _begin(remind_form, talk, action)


@routes.action("customer.send_later")
async def send_later(talk: Talk, action: Action) -> None:
    """Ask for the words and the moment, if the customer has a chat at all."""
    await reminders.check_reachable(talk.unit, row_id(action))
    await _begin(send_form, talk, action)


async def _begin(form: Form, talk: Talk, action: Action) -> None:
    customer = await people.customer(talk.unit, row_id(action))
    await form.start(talk, customer_id=str(customer.id), name=customer.name)


async def _suggest(talk: Talk, data: Data) -> Sequence[datetime]:
    today = talk.unit.now.astimezone(talk.words.zone).date()
    return [datetime.combine(today + timedelta(days=days), _MORNING, talk.words.zone) for days in _DAYS]


def _ask_reason(talk: Talk, data: Data) -> str:
    return talk.t("What should I remind you of? Choose or write it.")


def _chips(talk: Talk, data: Data) -> list[str]:
    return [talk.t(reason) for reason in REASONS]


async def _remind(talk: Talk, data: Data) -> None:
    customer_id = UUID(data["customer_id"])
    at = datetime.fromisoformat(data["at"])
    made = await reminders.remind(talk.unit, customer_id, at=at, text=data["text"])
    await say_customer(talk, customer_id, talk.t("I will remind you: {when}.", when=talk.words.when(made.due_at)))


remind_form = routes.form(
    Form(
        "customer.remind",
        (
            moment_step("at", N_("When should I remind you?"), _suggest),
            text_step("text", _ask_reason, chips=_chips),
        ),
        _remind,
        subject=("customer.show", "customer_id"),
    )
)


def _ask_message(talk: Talk, data: Data) -> str:
    return talk.t("What should I write to {name}? They will read exactly these words.", name=data["name"])


async def _review(talk: Talk, data: Data) -> Card:
    asked = datetime.fromisoformat(data["at"])
    return message_summary(talk.words, data["name"], data["text"], asked, into_hours(asked, talk.unit.clinic.zone))


def message_summary(words: Words, name: str, text: str, asked: datetime, at: datetime) -> Card:
    """What will leave when; says so when the moment had to be moved into the service hours."""
    moved = words.t("Customers are written to between 08:00 and 21:00, so the time was moved.") if at != asked else ""
    return Card(
        title=words.t("Send this later?"),
        text=text,
        rows=((words.t("To"), name), (words.t("Time"), words.when(at))),
        footnote=moved,
    )


async def _send(talk: Talk, data: Data) -> None:
    customer_id = UUID(data["customer_id"])
    at = datetime.fromisoformat(data["at"])
    made = await reminders.send_later(talk.unit, customer_id, at=at, text=data["text"])
    talk.say(reminder_card(talk.words, made, talk.t("Planned. You can change it until then.")))


send_form = routes.form(
    Form(
        "customer.send_later",
        (text_step("text", _ask_message), moment_step("at", N_("When should it be sent?"), _suggest)),
        _send,
        review=_review,
        subject=("customer.show", "customer_id"),
    )
)


# What is planned


@routes.action("pipeline.planned")
async def planned(talk: Talk, action: Action) -> None:
    """A page of what waits; `version` says whose, as on the board."""
    everybody = action.version == EVERYBODY and talk.unit.actor.role == Role.MANAGER
    waiting = await reminders.planned(talk.unit, None if everybody else talk.user_id)
    talk.say(planned_card(talk.words, waiting, page=action.choice, which=action.version))


def planned_card(words: Words, waiting: Sequence[Reminder], *, page: int = 0, which: int = 0) -> Card:
    """Reminders and messages that wait, the next first."""
    if not waiting:
        return Card(text=words.t("Nothing is planned."), buttons=(command_button(words, "pipeline"),))
    items = [
        Item(
            f"{words.when(each.due_at)} · {each.customer_name}",
            f"{words.t(KINDS[each.kind])} · {each.text}",
            Button(each.customer_name, Action("reminder.show", each.id)),
        )
        for each in waiting
    ]
    return list_card(words, words.t("Planned"), items, "pipeline.planned", page, which=which)


@routes.action("reminder.show")
async def show(talk: Talk, action: Action) -> None:
    """One reminder as it stands now."""
    talk.say(reminder_card(talk.words, await reminders.reminder(talk.unit, row_id(action))))


def reminder_card(words: Words, shown: Reminder, said: str = "") -> Card:
    """A reminder or a planned message; as long as it waits it can be changed."""
    state = words.t(STATES[shown.state])
    ended = words.when(shown.ended_at) if shown.ended_at else ""
    stop = words.t("Do not remind me") if shown.kind is Kind.REMIND else words.t("Do not send")
    acts = (
        Button(words.t("Change"), Action("reminder.change", shown.id, version=shown.version)),
        Button(stop, Action("reminder.cancel", shown.id, version=shown.version), style="danger"),
    )
    return Card(
        title=words.t(KINDS[shown.kind]),
        text=said,
        rows=(
            (words.t("Customer"), shown.customer_name),
            (words.t("Time"), words.when(shown.due_at)),
            (words.t("Words"), shown.text),
            (words.t("Status"), f"{state}, {ended}" if ended else state),
        ),
        buttons=(
            *(acts if shown.state is State.WAITING else ()),
            Button(words.t("All about the customer"), Action("customer.show", shown.customer_id)),
        ),
    )


@routes.action("reminder.cancel")
async def cancel(talk: Talk, action: Action) -> None:
    """Do not remind, do not send."""
    talk.say(reminder_card(talk.words, await reminders.cancel(talk.unit, row_id(action))))


PARTS: Final[Mapping[str, str]] = {"at": N_("The time"), "text": N_("The words")}


@routes.action("reminder.change")
async def change(talk: Talk, action: Action) -> None:
    """Ask what is to be changed; one that is over shows how it ended."""
    shown = await reminders.changeable(talk.unit, row_id(action))
    await change_form.start(talk, reminder_id=str(shown.id), name=shown.customer_name)


def _ask_part(talk: Talk, data: Data) -> str:
    return talk.t("What is to be changed for {name}?", name=data["name"])


async def _offer_parts(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(talk.t(PARTS[part]), part) for part in PARTS]


def _ask_words(talk: Talk, data: Data) -> str:
    return talk.t("What should it say?")


async def _change(talk: Talk, data: Data) -> None:
    at = datetime.fromisoformat(data["at"]) if "at" in data else None
    changed = await reminders.change(talk.unit, UUID(data["reminder_id"]), at=at, text=data.get("text"))
    talk.say(reminder_card(talk.words, changed, talk.t("Changed.")))


change_form = routes.form(
    Form(
        "reminder.change",
        (
            pick_step("part", _ask_part, _offer_parts),
            moment_step("at", N_("To when?"), _suggest, needed=lambda data: data.get("part") == "at"),
            text_step("text", _ask_words, needed=lambda data: data.get("part") == "text"),
        ),
        _change,
        subject=("reminder.show", "reminder_id"),
    )
)


# When the moment has come


@routes.presenter("reminder.due")
def due(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The salesperson is reminded, with the next things to do."""
    customer_id, phone = UUID(facts["customer_id"]), facts["phone"]
    return Card(
        title=words.t("Reminder: {name}", name=facts["name"]),
        text=facts["text"],
        rows=((words.t("Phone"), show_phone(phone)),) if phone else (),
        buttons=(
            Button(words.t("All about the customer"), Action("customer.show", customer_id), style="primary"),
            Button(words.t("Write a note"), Action("customer.note", customer_id)),
            Button(words.t("Remind me again"), Action("customer.remind", customer_id)),
        ),
    )


@routes.presenter("customer.message")
def message(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """What a salesperson wrote to the customer, in their own words."""
    return Card(text=facts["text"])


@routes.presenter("reminder.failed")
def failed(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The customer has no chat any more: the text did not leave, and its writer can call."""
    return Card(
        title=words.t("Not sent: {name} has no chat any more", name=facts["name"]),
        text=facts["text"],
        rows=((words.t("Phone"), show_phone(facts["phone"])),) if facts["phone"] else (),
        buttons=(Button(words.t("All about the customer"), Action("customer.show", UUID(facts["customer_id"]))),),
    )
