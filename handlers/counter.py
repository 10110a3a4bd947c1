"""The counter: staff type a coupon's code or scan its picture, see what it is, take it; a manager can undo that.

A code comes as a whole message (`dispatch`) or with a deep link (`start`).
"""

from __future__ import annotations

from datetime import datetime

from domain.errors import DomainError
from domain.rewards import service as rewards
from domain.rewards.model import CouponView, State
from handlers.cards import Action, Button, Card, row_id
from handlers.coupon_cards import counter_card, is_open
from handlers.permissions import MANAGER, STAFF
from handlers.refusals import refusal
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()


async def look(talk: Talk, code: str) -> None:
    """The coupon behind a code; who scans one and is not staff hears whom it is for."""
    if not talk.roles & STAFF:
        talk.say(talk.t("This picture is for our staff at the counter. Please show it to them."))
        return
    view = await rewards.find(talk.unit, code)
    refused = await rewards.problem(talk.unit, view)
    talk.say(found_card(talk, view, refused, refusal(talk.words, refused) if refused else ""))


async def counter_view(talk: Talk, view: CouponView, text: str = "") -> Card:
    """A coupon as this member of staff sees it, with what they may do."""
    return found_card(talk, view, await rewards.problem(talk.unit, view), text)


def found_card(talk: Talk, view: CouponView, refused: DomainError | None, text: str = "") -> Card:
    """A coupon with the way to take it, unless that is `refused`, and for managers the way to take it back."""
    buttons: tuple[Button, ...] = ()
    if refused is None:
        buttons = (Button(talk.t("Use coupon"), Action("coupon.use", view.id), style="primary"),)
    undoable = view.state is State.USED or is_open(view, talk.unit.now)
    if talk.roles & MANAGER and undoable and view.customer_id != talk.unit.actor.customer_id:
        buttons += (Button(talk.t("Take back"), Action("coupon.take_back", view.id), style="danger"),)
    return counter_card(talk.words, view, talk.unit.now, *buttons, text=text)


@routes.action("coupon.use")
async def ask_use(talk: Talk, action: Action) -> None:
    """What is about to happen, to be confirmed."""
    view = await rewards.coupon(talk.unit, row_id(action))
    if refused := await rewards.problem(talk.unit, view):
        raise refused
    talk.say(use_card(talk.words, view, talk.unit.now))


def use_card(words: Words, view: CouponView, now: datetime) -> Card:
    """The coupon, about to be taken."""
    return counter_card(
        words,
        view,
        now,
        Button(words.t("Confirm"), Action("coupon.confirm_use", view.id), style="primary"),
        Button(words.t("Back"), Action("coupon.show", view.id)),
        title=words.t("Take this coupon?"),
    )


@routes.action("coupon.confirm_use")
async def use(talk: Talk, action: Action) -> None:
    """The coupon is used."""
    view = await rewards.use(talk.unit, row_id(action))
    talk.say(await counter_view(talk, view, talk.t("Used ✅ Please give {name} the reward.", name=view.customer_name)))


@routes.action("coupon.take_back")
async def ask_take_back(talk: Talk, action: Action) -> None:
    """What taking a coupon back means, to be confirmed by the manager."""
    talk.say(take_back_card(talk.words, await rewards.coupon(talk.unit, row_id(action)), talk.unit.now))


def take_back_card(words: Words, view: CouponView, now: datetime) -> Card:
    """The coupon, about to end."""
    return counter_card(
        words,
        view,
        now,
        Button(words.t("Confirm"), Action("coupon.confirm_take_back", view.id), style="danger"),
        Button(words.t("Back"), Action("coupon.show", view.id)),
        title=words.t("Take this coupon back?"),
        text=words.t("The coupon ends and the customer's points are usable again, for at least 30 days."),
    )


@routes.action("coupon.confirm_take_back")
async def take_back(talk: Talk, action: Action) -> None:
    """The coupon is over, its points are the customer's again."""
    view = await rewards.take_back(talk.unit, row_id(action))
    talk.say(await counter_view(talk, view, talk.t("Taken back. {name} has been told.", name=view.customer_name)))
