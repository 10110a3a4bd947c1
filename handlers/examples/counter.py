"""Examples of coupons at the counter, as staff and managers see them."""

from __future__ import annotations

from domain.errors import DomainError
from domain.rewards.model import State
from handlers import counter
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import talk
from handlers.examples.coupons import coupon
from handlers.examples.demo import AS_MANAGER, AS_SALES, AT, ID, LONG, NOW, SALES
from handlers.refusals import refusal
from handlers.words import Words


@example("counter.coupon", "good, to sales")
def good(words: Words) -> Card:
    return counter.found_card(talk(words, AS_SALES), coupon(), None)


@example("counter.coupon", "good, to a manager")
def to_manager(words: Words) -> Card:
    return counter.found_card(talk(words, AS_MANAGER), coupon("RPICO"), None)


@example("counter.coupon", "used already")
def used(words: Words) -> Card:
    why = DomainError("coupon_used", by=SALES, at=AT)
    return counter.found_card(talk(words, AS_MANAGER), coupon(state=State.USED), why, refusal(words, why))


@example("counter.use", "to be confirmed")
def use(words: Words) -> Card:
    return counter.use_card(words, coupon(), NOW)


@example("counter.coupon", "just taken")
def taken(words: Words) -> Card:
    done = words.t("Used ✅ Please give {name} the reward.", name=LONG)
    why = DomainError("coupon_used", by=SALES, at=AT)
    return counter.found_card(talk(words, AS_SALES), coupon(state=State.USED), why, done)


@example("counter.take_back", "to be confirmed by the manager")
def take_back(words: Words) -> Card:
    return counter.take_back_card(words, coupon(state=State.USED, id=ID), NOW)
