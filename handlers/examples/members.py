"""Examples of the first card after joining."""

from __future__ import annotations

from dataclasses import replace

from domain.loyalty.model import Balance
from handlers import members
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import heard, talk
from handlers.examples.demo import AS_BEAUTICIAN, AS_CUSTOMER, LONG
from handlers.words import Words


@example("members.customer", "a long name, the welcome gift")
def customer(words: Words) -> Card:
    return members.member_card(talk(words, replace(AS_CUSTOMER, name=LONG)), Balance(100, 0, 0, 0, 0, None))


@example("members.staff", "a beautician")
def staff(words: Words) -> list[Card]:
    return heard(members.welcome_staff, talk(words, AS_BEAUTICIAN))
