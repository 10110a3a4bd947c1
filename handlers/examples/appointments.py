"""Examples of appointments: the customer's own, the counter, and what everybody hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.appointments import service as service
from domain.appointments.model import LIVE, AppointmentState, AppointmentView
from domain.catalogue import demo_clinic
from domain.workflow.model import Stage
from handlers import appointments
from handlers.appointment_cards import own_card, staff_card
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import links
from handlers.examples.demo import (
    CLINIC,
    CODE,
    DOCTOR,
    FACIAL,
    ID,
    LONG,
    LONGEST,
    NOW,
    PEOPLE,
    PHONE,
    TREATMENTS,
    journey,
)
from handlers.permissions import SALES
from handlers.words import Words

_branch = (demo_clinic("DRG") or {})["branches"][1]
PREP = {
    "th": "แจ้งเราหากทานยากลุ่มไอโซเตรติโนอินใน 6 เดือนที่ผ่านมา",
    "en": "Tell us of isotretinoin within the last 6 months",
}
OFFERS = [(NOW + timedelta(days=days, hours=days)).isoformat() for days in (1, 2, 4)]


def appointment(state: AppointmentState = AppointmentState.BOOKED, **changes: Any) -> AppointmentView:
    """Tomorrow, the longest treatment, with everything that can be known of it."""
    view = AppointmentView(
        id=ID,
        version=2,
        state=state,
        journey_id=ID,
        customer_id=ID,
        customer_person_id=ID,
        customer_name=LONG,
        branch_id=ID,
        treatment_id=ID,
        treatment=LONGEST,
        prep=PREP,
        branch={"th": _branch["th"], "en": _branch["en"]},
        address={"th": _branch["address_th"], "en": _branch["address_en"]},
        room_id=ID,
        room={"th": "ห้องเลเซอร์", "en": "Laser room"},
        performer_id=ID,
        performer_person_id=ID,
        performer_name=DOCTOR,
        named=True,
        accepted=False,
        starts_at=NOW + timedelta(days=1),
        ends_at=NOW + timedelta(days=1, minutes=105),
        held_until=NOW + timedelta(days=1) if state is AppointmentState.HELD else None,
        confirmed_at=None,
        arrived_at=None,
        late_minutes=0,
    )
    return replace(view, **changes)


def _facts(state: AppointmentState = AppointmentState.BOOKED, **more: Any) -> dict[str, Any]:
    return {**service.facts(appointment(state)), **more}


@example("appointment.set", "booked, with everything that can be on it")
def booked(words: Words) -> Card:
    return appointments.present_set(words, CLINIC, _facts())


@example("appointment.set", "kept until the payment")
def held(words: Words) -> Card:
    return appointments.present_set(words, CLINIC, _facts(AppointmentState.HELD))


@example("appointment.moved", "another time")
def moved(words: Words) -> Card:
    return appointments.present_moved(words, CLINIC, _facts())


@example("appointment.past", "in place of an older card")
def past(words: Words) -> Card:
    return appointments.present_past(words, CLINIC, _facts(AppointmentState.NO_SHOW))


@example("appointment.cancelled", "the clinic gave it up")
def cancelled(words: Words) -> Card:
    return appointments.present_cancelled(words, CLINIC, _facts(AppointmentState.CANCELLED, offers=OFFERS))


@example("appointment.missed", "a long name")
def missed(words: Words) -> Card:
    return appointments.present_missed(words, CLINIC, _facts(AppointmentState.NO_SHOW, offers=OFFERS))


@example("appointment.news", "everything sales can hear")
def news(words: Words) -> list[Card]:
    return [
        appointments.present_news(words, CLINIC, _facts(what=what, late_minutes=15, prepay=what == "no_show"))
        for what in appointments.NEWS
    ]


@example("appointment.request", "one press sets it")
def request(words: Words) -> Card:
    facts = {"journey_id": str(ID), "name": LONG, "phone": PHONE, "treatment": LONGEST, "at": OFFERS[0], "version": 4}
    return appointments.present_request(words, CLINIC, facts)


@example("appointments.own", "every state")
def own(words: Words) -> list[Card]:
    arrived = words.t("Welcome, {name}! We know that you are here.", name=LONG)
    confirmed = words.t("Thank you, we look forward to seeing you.")
    said = {AppointmentState.ARRIVED: arrived, AppointmentState.CONFIRMED: confirmed}
    return [own_card(words, _facts(state), said.get(state, "")) for state in AppointmentState]


@example("appointments.offer", "paid, and no time yet")
def offer(words: Words) -> Card:
    offers = [NOW + timedelta(days=days, hours=days) for days in (1, 2, 4)]
    return appointments.offer_card(words, journey(Stage.PAYMENT_CONFIRMED, treatment=LONGEST), offers)


@example("appointments.offer", "the next session of a course")
def next_session(words: Words) -> Card:
    offers = [NOW + timedelta(days=28, hours=n) for n in (1, 2, 4)]
    return appointments.offer_card(words, journey(Stage.FOLLOW_UP, sessions_left=4), offers)


@example("appointments.earlier", "more than a page")
def earlier(words: Words) -> Card:
    names = [LONGEST, FACIAL, TREATMENTS["HIFU"].names]
    over = [state for state in AppointmentState if state not in LIVE]
    views = [
        appointment(over[n % len(over)], treatment=names[n % 3], starts_at=NOW - timedelta(days=30 * n))
        for n in range(10)
    ]
    return appointments.past_card(words, views)


@example("appointments.late", "how late")
def late(words: Words) -> Card:
    return appointments.late_card(words, ID)


@example("appointments.staff", "to come, late, and not here in time")
def to_come(words: Words) -> Card:
    facts = service.facts(appointment(late_minutes=15, starts_at=NOW - timedelta(hours=1)))
    return staff_card(words, facts, SALES, NOW)


@example("appointments.staff", "arrived")
def arrived(words: Words) -> Card:
    said = words.t("The team knows that the customer is here.")
    return staff_card(words, _facts(AppointmentState.ARRIVED), SALES, NOW, said)


@example("appointments.counter", "a code for each app, and who is expected")
def counter(words: Words) -> list[Card]:
    states = list(AppointmentState)
    views = [
        appointment(states[n % 5], customer_name=name, starts_at=NOW + timedelta(minutes=30 * n), held_until=NOW)
        for n, name in enumerate(PEOPLE)
    ]
    codes = [appointments.here_card(words, link) for link in links(CODE)]
    return [*codes, appointments.today_card(words, views)]


@example("appointments.counter", "nobody is expected")
def nobody(words: Words) -> Card:
    return appointments.today_card(words, [])
