"""Coupons: a customer's wallet, one coupon, its picture for the counter, and giving it up.

The picture opens the clinic's chat on the phone of whoever scans it, with a code that works for a minute; there is one
for each channel that staff may be on. What staff do with it is in `counter.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.rewards import service as rewards
from domain.rewards.codes import TOKEN_SECONDS
from domain.rewards.codes import show as spaced
from domain.rewards.model import CouponView
from domain.unit import Clinic
from handlers.cards import Action, Button, Card, Item, Picture, filled, row_id
from handlers.counter import counter_view
from handlers.coupon_cards import countdown, wallet_card
from handlers.lists import list_card
from handlers.menu import command_button, command_buttons
from handlers.router import Routes
from handlers.talk import Link, Talk
from handlers.words import Words

routes = Routes()


@routes.command("coupons")
async def wallet(talk: Talk) -> None:
    """What the customer can use now: the only coupon at once, several as a list."""
    await _list(talk, 0)


@routes.action("coupon.list")
async def page(talk: Talk, action: Action) -> None:
    """Another page of them."""
    await _list(talk, action.choice)


@routes.action("coupon.show")
async def show(talk: Talk, action: Action) -> None:
    """One coupon: its customer sees it as theirs, staff as at the counter."""
    view = await rewards.coupon(talk.unit, row_id(action))
    mine = view.customer_id == talk.unit.actor.customer_id
    talk.say(wallet_card(talk.words, view, talk.unit.now) if mine else await counter_view(talk, view))


@routes.action("coupon.counter")
async def at_the_counter(talk: Talk, action: Action) -> None:
    """The picture for staff to scan, new each time."""
    view, payload = await rewards.counter_code(talk.unit, row_id(action))
    for link in talk.links(payload):
        talk.say(picture_card(talk, view, link))


@routes.action("coupon.cancel")
async def ask_cancel(talk: Talk, action: Action) -> None:
    """What giving it up means, to be confirmed."""
    talk.say(cancel_card(talk.words, await rewards.coupon(talk.unit, row_id(action))))


def cancel_card(words: Words, view: CouponView) -> Card:
    """What comes back."""
    return Card(
        title=words.t("Cancel this coupon?"),
        text=words.pick(view.reward.name),
        rows=((words.t("Points that come back"), words.number(view.points)),),
        footnote=words.t("Points that have expired meanwhile do not come back."),
        buttons=(
            Button(words.t("Confirm"), Action("coupon.confirm_cancel", view.id), style="danger"),
            Button(words.t("Back"), Action("coupon.show", view.id)),
        ),
    )


@routes.action("coupon.confirm_cancel")
async def cancel(talk: Talk, action: Action) -> None:
    """The coupon is over, its points are back."""
    view = await rewards.cancel(talk.unit, row_id(action))
    text = talk.t(
        "The coupon for {reward} is cancelled. Its points are back.", reward=talk.words.pick(view.reward.name)
    )
    talk.say(Card(text=text, buttons=command_buttons(talk.words, ("points", "rewards"))))


@routes.presenter("coupon.used")
def present_used(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the customer: their coupon was taken (D6 `coupon_used`)."""
    code, when = spaced(facts["code"]), words.when(facts["at"])
    if facts["branch"]:
        text = words.t(
            "Coupon {code} used {when} at {branch}.", code=code, when=when, branch=words.pick(facts["branch"])
        )
    else:
        text = words.t("Coupon {code} used {when}.", code=code, when=when)
    return _told(words, facts, text)


@routes.presenter("coupon.returned")
def present_returned(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To the customer: the clinic took the coupon back, and the points are theirs again."""
    return _told(
        words,
        facts,
        words.t("We have taken coupon {code} back. Its points are yours again.", code=spaced(facts["code"])),
    )


def _told(words: Words, facts: Mapping[str, Any], text: str) -> Card:
    rows = ((words.t("Item"), words.pick(facts["reward"])), (words.t("Points"), words.number(facts["points"])))
    return Card(text=text, rows=filled(*rows), buttons=(command_button(words, "points"),))


async def _list(talk: Talk, page: int) -> None:
    talk.say(coupons_card(talk.words, await rewards.wallet(talk.unit), talk.unit.now, page))


def coupons_card(words: Words, views: Sequence[CouponView], now: datetime, page: int = 0) -> Card:
    """A page of coupons with their last days; the only one at once."""
    if not views:
        text = words.t("You have no coupons. See what your points can get:")
        return Card(text=text, buttons=(command_button(words, "rewards"),))
    if len(views) == 1:
        return wallet_card(words, views[0], now)
    entries = [_entry(words, view, now) for view in views]
    return list_card(words, words.t("Your coupons"), entries, "coupon.list", page)


def _entry(words: Words, view: CouponView, now: datetime) -> Item:
    name = words.pick(view.reward.name)
    return Item(name, countdown(words, view, now), Button(name, Action("coupon.show", view.id)))


def picture_card(talk: Talk, view: CouponView, link: Link) -> Card:
    """The picture that staff on one channel scan."""
    facts = {
        "clinic": talk.clinic_name,
        "name": talk.words.pick(view.reward.name),
        "url": link.url,
        "code": spaced(view.code),
        "until": countdown(talk.words, view, talk.unit.now),
    }
    alt = talk.t("Coupon {code}, to be scanned by our staff", code=spaced(view.code))
    return Card(
        title=link.label,
        text=talk.t("Let our staff scan this. It works for {seconds} seconds.", seconds=TOKEN_SECONDS),
        buttons=(Button(talk.t("New code"), Action("coupon.counter", view.id)),),
        picture=Picture("coupon", facts, alt),
    )
