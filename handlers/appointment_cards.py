"""The card of an appointment, made from its facts: one for the customer, one for the staff.

Facts come from `domain.appointments.service.facts`; answers, notices and edits all use these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from domain.appointments.model import EXPECTED, LIVE, AppointmentState
from domain.appointments.rules import missed_at
from handlers.cards import Action, Button, Card, filled
from handlers.menu import command_button
from handlers.permissions import SALES, Roles
from handlers.words import N_, Words

STATES: Final[Mapping[str, str]] = {
    AppointmentState.HELD: N_("Kept until {until}"),
    AppointmentState.BOOKED: N_("Booked"),
    AppointmentState.CONFIRMED: N_("Confirmed"),
    AppointmentState.ARRIVED: N_("Arrived"),
    AppointmentState.STARTED: N_("Under way"),
    AppointmentState.DONE: N_("Done"),
    AppointmentState.CANCELLED: N_("Cancelled"),
    AppointmentState.NO_SHOW: N_("Missed"),
    AppointmentState.LAPSED: N_("No longer kept"),
}
_MAP: Final = "https://www.google.com/maps/search/?api=1&query="
_MINUTE: Final = 60


def own_card(words: Words, facts: Mapping[str, Any], said: str = "") -> Card:
    """For the customer: when, where, how to prepare, and what they can answer."""
    live, held = facts["state"] in LIVE, facts["state"] == AppointmentState.HELD
    return Card(
        title=words.pick(facts["treatment"]),
        text=said,
        rows=filled(
            (words.t("Time"), words.when(facts["starts_at"])),
            (words.t("Late by"), late_by(words, facts) if live else ""),
            (words.t("Place"), words.pick(facts["branch"])),
            (words.t("Address"), words.pick(facts["address"]) if live else ""),
            (words.t("With"), facts["performer_name"] or "" if facts["named"] or facts["accepted"] else ""),
            (words.t("Status"), state_name(words, facts)),
            (words.t("Before you come"), words.pick(facts["prep"]) if held or facts["state"] in EXPECTED else ""),
        ),
        footnote=words.t("This time becomes yours with the payment.") if held else "",
        buttons=_own_buttons(words, facts),
    )


def _own_buttons(words: Words, facts: Mapping[str, Any]) -> tuple[Button, ...]:
    address = words.pick(facts["address"])
    way = (Button(words.t("Map"), url=_MAP + quote(address)),) if address else ()
    if facts["state"] in EXPECTED:
        sure = confirm_button(words.t("Confirm"), UUID(facts["id"]), facts["starts_at"])
        rest = (
            _press(words.t("Move"), "appointment.change", facts),
            _press(words.t("I will be late"), "appointment.late", facts),
        )
        return (*((sure,) if facts["state"] == AppointmentState.BOOKED else ()), *rest, *way)
    if facts["state"] in (AppointmentState.HELD, AppointmentState.ARRIVED, AppointmentState.STARTED):
        return way
    return (command_button(words, "appointments"),)


def confirm_button(label: str, appointment_id: UUID, at: datetime | str) -> Button:
    """The customer's yes to this very time; the button carries it in the place of a version."""
    return Button(label, Action("appointment.confirm", appointment_id, version=minutes_of(at)), style="primary")


def staff_card(words: Words, facts: Mapping[str, Any], roles: Roles, now: datetime, said: str = "") -> Card:
    """For staff: who, when, in which room and with whom, and the next thing to do for people of these roles."""
    starts_at, late = datetime.fromisoformat(facts["starts_at"]), facts["late_minutes"]
    return Card(
        title=facts["customer_name"],
        text=said,
        rows=filled(
            (words.t("Treatment"), words.pick(facts["treatment"])),
            (words.t("Time"), words.when(facts["starts_at"])),
            (words.t("Late by"), late_by(words, facts)),
            (words.t("Place"), " · ".join(filter(None, (words.pick(facts["branch"]), words.pick(facts["room"]))))),
            (words.t("With"), facts["performer_name"] or ""),
            (words.t("Status"), state_name(words, facts)),
        ),
        buttons=_staff_buttons(words, facts, roles, now >= missed_at(starts_at, late)),
    )


def _staff_buttons(words: Words, facts: Mapping[str, Any], roles: Roles, missed: bool) -> tuple[Button, ...]:
    buttons = []
    if facts["state"] in EXPECTED:
        here = Action("appointment.arrive", UUID(facts["id"]), version=minutes_of(facts["starts_at"]))
        buttons.append(Button(words.t("Arrived"), here, style="primary"))
        if roles & SALES:
            buttons.append(_press(words.t("Change the time"), "appointment.change", facts))
        if roles & SALES and missed:
            buttons.append(_press(words.t("Did not come"), "appointment.no_show", facts, "danger"))
    if roles & SALES:
        buttons.append(Button(words.t("Show customer"), Action("journey.show", UUID(facts["journey_id"]))))
    return tuple(buttons)


def state_name(words: Words, facts: Mapping[str, Any]) -> str:
    """An appointment's state in words."""
    until = words.when(facts["held_until"]) if facts["held_until"] else ""
    return words.t(STATES[facts["state"]], until=until)


def late_by(words: Words, facts: Mapping[str, Any]) -> str:
    """How late they said they will be; nothing for who did not."""
    return words.t("{minutes} minutes", minutes=facts["late_minutes"]) if facts["late_minutes"] else ""


def line(words: Words, facts: Mapping[str, Any]) -> str:
    """How it stands with somebody who is expected: the state, and how late they said they will be."""
    late = late_by(words, facts) if facts["state"] in EXPECTED else ""
    return " · ".join(filter(None, (state_name(words, facts), late and f"+{late}")))


def offer_buttons(words: Words, journey_id: UUID, offers: Sequence[datetime | str]) -> tuple[Button, ...]:
    """Times a customer can ask for with one press, and the way to any other."""
    times = [(words.slot(at), minutes_of(at)) for at in offers]
    every = (*times, (words.t("Another time"), 0))
    return tuple(Button(label, Action("appointment.request", journey_id, version=at)) for label, at in every)


def minutes_of(at: datetime | str) -> int:
    """A moment as a button carries it, in the place of a version: whole minutes since 1970."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return int(moment.timestamp()) // _MINUTE


def moment_of(minutes: int, now: datetime) -> datetime:
    """The moment that a button carries."""
    return datetime.fromtimestamp(0, now.tzinfo) + timedelta(minutes=minutes)


def _press(label: str, name: str, facts: Mapping[str, Any], style: Any = "secondary") -> Button:
    return Button(label, Action(name, UUID(facts["id"]), version=facts["version"]), style=style)
