"""Rewards: what a customer's points can get, one reward in detail, and redeeming it.

What cannot be had now says the one thing that is missing. [Redeem] shows the points before and after; [Confirm] sets
them aside and gives the coupon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from domain.errors import DomainError
from domain.rewards import service as rewards
from domain.rewards.model import Offer
from handlers.cards import Action, Button, Card, filled, row_id
from handlers.coupon_cards import terms, wallet_card
from handlers.lists import Entry, list_card
from handlers.menu import command_button, command_buttons
from handlers.points_cards import last_day
from handlers.refusals import refusal
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()


def _again(w: Words, f: Mapping[str, Any]) -> str:
    return w.t("again from {date}", date=w.date(f["again"])) if f["again"] else w.t("no more")


MISSING: Final[Mapping[str, Callable[[Words, Mapping[str, Any]], str]]] = {
    "reward_not_yet": lambda w, f: w.t("from {date}", date=w.date(f["at"])),
    "reward_tier": lambda w, f: w.t("from tier {tier}", tier=w.pick(f["tier"])),
    "reward_gone": lambda w, f: w.t("all gone, {again}", again=_again(w, f)),
    "reward_limit": lambda w, f: w.t("redeemed as often as one can, {again}", again=_again(w, f)),
    "points_owed": lambda w, f: w.t("{count} points owed", count=w.number(f["debt"])),
    "not_enough_points": lambda w, f: w.t("{count} points missing", count=w.number(f["missing"])),
}
"""What stands in the way, in the few words that fit a list."""


@routes.command("rewards")
async def show_all(talk: Talk) -> None:
    """Every reward, what can be had now first."""
    await _list(talk, 0)


@routes.action("reward.list")
async def page(talk: Talk, action: Action) -> None:
    """Another page of them."""
    await _list(talk, action.choice)


@routes.action("reward.show")
async def show(talk: Talk, action: Action) -> None:
    """One reward, with [Redeem] or with what is missing."""
    offer = await rewards.offer(talk.unit, row_id(action))
    others = command_button(talk.words, "rewards")
    if offer.blocked:
        talk.say(replace(_card(talk, offer), footnote=_lock(talk.words, offer), buttons=(others,)))
        return
    redeem = Button(talk.t("Redeem"), Action("reward.redeem", offer.reward.id, version=offer.number), style="primary")
    talk.say(replace(_card(talk, offer), buttons=(redeem, others)))


@routes.action("reward.redeem")
async def ask(talk: Talk, action: Action) -> None:
    """The points before and after, to be confirmed."""
    offer = await rewards.offer(talk.unit, row_id(action))
    if offer.blocked:
        raise offer.blocked
    come_back = talk.t("If you do not use it, the points come back when it ends.")
    stay = talk.t("This reward cannot be given back: its points are gone even if you do not use it.")
    confirm = Action("reward.confirm", offer.reward.id, version=offer.number)
    talk.say(
        replace(
            _card(talk, offer),
            title=talk.t("Redeem {reward}?", reward=talk.words.pick(offer.reward.name)),
            footnote=come_back if offer.reward.refundable else stay,
            buttons=(
                Button(talk.t("Confirm"), confirm, style="primary"),
                Button(talk.t("Back"), Action("reward.show", offer.reward.id)),
            ),
        )
    )


@routes.action("reward.confirm")
async def confirm(talk: Talk, action: Action) -> None:
    """The points are set aside, and the coupon is there."""
    coupon = await rewards.redeem(talk.unit, row_id(action), action.version)
    done = talk.t(
        "Redeemed ✅ {count} points are set aside until you use the coupon.", count=_points(talk, coupon.points)
    )
    talk.say(wallet_card(talk.words, coupon, talk.unit.now, done))


async def _list(talk: Talk, page: int) -> None:
    offers = await rewards.offers(talk.unit)
    if not offers:
        text = talk.t("There are no rewards at the moment. Your points stay yours.")
        talk.say(text, command_button(talk.words, "points"))
        return
    entries = [
        Entry(name := talk.words.pick(offer.reward.name), _line(talk, offer), Button(name, _open(offer)))
        for offer in offers
    ]
    card = list_card(talk.words, talk.t("Rewards"), entries, "reward.list", page)
    usable = talk.t("You can use {count} points.", count=_points(talk, offers[0].usable))
    talk.say(replace(card, text=usable, quick=command_buttons(talk.words, ("points", "coupons"))))


def _open(offer: Offer) -> Action:
    return Action("reward.show", offer.reward.id)


def _line(talk: Talk, offer: Offer) -> str:
    """'1,200 points', or with what is missing: '🔒 4,500 points · from tier Silver'."""
    points = talk.words.n("{count} point", "{count} points", offer.reward.points)
    if offer.blocked is None:
        return f"✅ {points}"
    return f"🔒 {points} · {_missing(talk.words, offer, offer.blocked)}"


def _missing(words: Words, offer: Offer, blocked: DomainError) -> str:
    facts = {**blocked.facts, "missing": offer.reward.points - offer.usable}
    say = MISSING.get(blocked.code)
    return say(words, facts) if say else words.t("not now")


def _lock(words: Words, offer: Offer) -> str:
    """Why it cannot be redeemed now, as a whole sentence."""
    return f"🔒 {refusal(words, offer.blocked)}" if offer.blocked else ""


def _card(talk: Talk, offer: Offer) -> Card:
    """A reward with what it costs, what is left, and how long its coupon would last."""
    reward, after = offer.reward, offer.usable - offer.reward.points
    rows = (
        (talk.t("You have"), _points(talk, offer.usable)),
        (talk.t("It costs"), _points(talk, reward.points)),
        (talk.t("Then you have"), _points(talk, after) if after >= 0 else ""),
        (talk.t("Condition"), terms(talk.words, reward)),
        (talk.t("Usable until"), last_day(talk.words, offer.valid_until)),
    )
    return Card(title=talk.words.pick(reward.name), rows=filled(*rows))


def _points(talk: Talk, points: int) -> str:
    return talk.words.number(points)
