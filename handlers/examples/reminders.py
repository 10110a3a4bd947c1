"""Examples of reminders and of messages that leave later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.reminders.model import Kind, Reminder, State
from handlers import reminders
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import summary
from handlers.examples.demo import CLINIC, ID, LONG, NOW, PEOPLE, PHONE
from handlers.words import Words

TEXT = "สวัสดีค่ะ สัปดาห์นี้คุณหมอมีคิวว่างวันเสาร์บ่าย สนใจให้จองไว้ไหมคะ"


def planned_one(kind: Kind = Kind.REMIND, state: State = State.WAITING, **changes: Any) -> Reminder:
    ended = None if state is State.WAITING else NOW
    known = {"text": TEXT, "customer_name": LONG, **changes}
    return Reminder(
        ID, 1, kind, state, due_at=NOW + timedelta(days=3), customer_id=ID, user_id=ID, ended_at=ended, **known
    )


@example("reminder.review", "moved into the service hours")
def review(words: Words) -> Card:
    night, morning = NOW + timedelta(hours=9), NOW + timedelta(hours=18)
    return summary(words, reminders.message_summary(words, LONG, TEXT, night, morning))


@example("reminder.show", "a message that waits")
def waiting(words: Words) -> Card:
    return reminders.reminder_card(words, planned_one(Kind.SEND), words.t("Planned. You can change it until then."))


@example("reminder.show", "a reminder that waits")
def remind(words: Words) -> Card:
    return reminders.reminder_card(words, planned_one(text="โทรหา"))


@example("reminder.show", "a message that could not be delivered")
def undelivered(words: Words) -> Card:
    return reminders.reminder_card(words, planned_one(Kind.SEND, State.FAILED))


@example("reminder.planned", "two pages")
def planned(words: Words) -> Card:
    kinds = (Kind.REMIND, Kind.SEND)
    waits = [planned_one(kinds[n % 2], customer_name=name) for n, name in enumerate(PEOPLE[:9])]
    return reminders.planned_card(words, waits)


@example("reminder.planned", "nothing")
def nothing(words: Words) -> Card:
    return reminders.planned_card(words, [])


@example("reminder.due", "with a telephone number")
def due(words: Words) -> Card:
    return reminders.due(words, CLINIC, _facts())


@example("reminder.failed", "no chat any more")
def failed(words: Words) -> Card:
    return reminders.failed(words, CLINIC, _facts())


@example("customer.message", "what the salesperson wrote")
def message(words: Words) -> Card:
    return reminders.message(words, CLINIC, {"text": TEXT if words.language == "th" else "See you on Saturday!"})


def _facts() -> dict[str, Any]:
    return {"customer_id": str(ID), "name": LONG, "phone": PHONE, "text": TEXT}
