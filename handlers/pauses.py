"""The medical pause: a doctor stops a customer's loyalty clock, for a reason that only doctors see, or starts it again.

Reached from the card of a task. The customer sees on their card that tier and points do not run out, and no reason.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from domain.loyalty import service as loyalty
from domain.loyalty.model import Pause
from domain.people import service as people
from handlers.cards import Action, Button, Card, row_id
from handlers.forms import Choice, Data, Form
from handlers.permissions import DOCTOR
from handlers.router import Routes
from handlers.steps import pick_step
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

REASONS: Final = {
    "pregnancy": N_("Pregnancy"),
    "illness": N_("Illness or treatment elsewhere"),
    "other": N_("Another medical reason"),
}
MONTHS: Final = (1, 3, 6, 9, 12)


def pause_buttons(talk: Talk, customer_id: UUID) -> tuple[Button, ...]:
    """A doctor's way from a customer's task to their loyalty clock; nothing for others."""
    if not talk.roles & DOCTOR:
        return ()
    return (Button(talk.t("Pause loyalty clock"), Action("pause.show", customer_id)),)


@routes.action("pause.show")
async def show(talk: Talk, action: Action) -> None:
    """Whether the clock is paused, why and until when, and what can be done."""
    await _show(talk, row_id(action))


@routes.action("pause.begin")
async def begin(talk: Talk, action: Action) -> None:
    """Ask why and until when."""
    customer = await people.customer(talk.unit, row_id(action))
    await pausing.start(talk, customer=str(customer.id), name=customer.name)


@routes.action("pause.end")
async def ask_end(talk: Talk, action: Action) -> None:
    """To be confirmed: the clock runs again."""
    customer = await people.customer(talk.unit, row_id(action))
    talk.say(end_card(talk.words, customer.name, customer.id))


def end_card(words: Words, name: str, customer_id: UUID) -> Card:
    """What ending the pause means."""
    return Card(
        title=words.t("Let {name}'s clock run again?", name=name),
        text=words.t("Tier and points then end later by the days it was paused, today included."),
        buttons=(
            Button(words.t("Confirm"), Action("pause.confirm_end", customer_id), style="primary"),
            Button(words.t("Back"), Action("pause.show", customer_id)),
        ),
    )


@routes.action("pause.confirm_end")
async def end(talk: Talk, action: Action) -> None:
    """The clock runs again."""
    pause = await loyalty.end_pause(talk.unit, row_id(action))
    await _show(talk, pause.customer_id, talk.t("The clock runs again from tomorrow."))


def _ask_reason(talk: Talk, data: Data) -> str:
    return talk.t("Why is {name}'s clock to be paused? Only doctors see this.", name=data["name"])


async def _reasons(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(talk.t(label), reason) for reason, label in REASONS.items()]


def _ask_until(talk: Talk, data: Data) -> str:
    return talk.t("For how long?")


async def _spans(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(talk.words.n("{count} month", "{count} months", months), str(months)) for months in MONTHS]


async def _review(talk: Talk, data: Data) -> Card:
    return Card(
        title=talk.t("Pause {name}'s loyalty clock?", name=data["name"]),
        rows=(
            (talk.t("Reason"), talk.t(REASONS[data["reason"]])),
            (talk.t("Until"), _day(talk, _last(talk, int(data["months"])))),
        ),
        footnote=talk.t("Tier and points that are usable now end later by as many days."),
    )


async def _finish(talk: Talk, data: Data) -> None:
    customer_id = UUID(data["customer"])
    await loyalty.pause(talk.unit, customer_id, data["reason"], _last(talk, int(data["months"])))
    await _show(talk, customer_id, talk.t("The clock is paused. {name} sees it on the points card.", name=data["name"]))


pausing = routes.form(
    Form(
        "pause",
        (pick_step("reason", _ask_reason, _reasons), pick_step("months", _ask_until, _spans)),
        _finish,
        review=_review,
        subject=("pause.show", "customer"),
    )
)


async def _show(talk: Talk, customer_id: UUID, text: str = "") -> None:
    customer = await people.customer(talk.unit, customer_id)
    pause = await loyalty.pause_of(talk.unit, customer_id)
    talk.say(pause_card(talk.words, customer.name, customer_id, pause, text))


def pause_card(words: Words, name: str, customer_id: UUID, pause: Pause | None, text: str = "") -> Card:
    """A customer's clock: how it stands, and the way to change that."""
    title = words.t("{name}'s loyalty clock", name=name)
    begin = Action("pause.begin", customer_id)
    if pause is None:
        runs = Button(words.t("Pause the clock"), begin, style="primary")
        text = text or words.t("It runs: tier and points have their usual dates.")
        return Card(title=title, text=text, buttons=(runs,))
    rows = (
        (words.t("Paused until"), words.last_day(pause.until)),
        (words.t("Reason"), words.t(REASONS[pause.reason])),
    )
    change = Button(words.t("Change the pause"), begin)
    over = Button(words.t("End the pause"), Action("pause.end", customer_id), style="danger")
    return Card(title=title, text=text, rows=rows, buttons=(change, over))


def _last(talk: Talk, months: int) -> date:
    """The last day of a pause of so many months from today."""
    today = talk.unit.now.astimezone(talk.unit.clinic.zone).date()
    years, month = divmod(today.month - 1 + months, 12)
    year = today.year + years
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _day(talk: Talk, day: date) -> str:
    """A day in words."""
    return talk.words.date(datetime.combine(day, time(12), talk.unit.clinic.zone))
