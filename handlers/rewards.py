"""Rewards: what a customer's points can get, one reward in detail, and redeeming it.

What cannot be had now says the one thing that is missing. [Redeem] shows the points before and after; [Confirm] sets
them aside and gives the coupon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from domain.errors import DomainError
from domain.rewards import service as rewards
from domain.rewards.model import Offer
from handlers.cards import Action, Button, Card, Item, filled, row_id
from handlers.coupon_cards import terms, wallet_card
from handlers.lists import list_card
from handlers.menu import command_button, command_buttons
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
    talk.say(reward_card(talk.words, await rewards.offer(talk.unit, row_id(action))))


def reward_card(words: Words, offer: Offer) -> Card:
    """A reward, and the way to get it or why it cannot be had now."""
    others = command_button(words, "rewards")
    if offer.blocked:
        return replace(_card(words, offer), footnote=f"🔒 {refusal(words, offer.blocked)}", buttons=(others,))
    redeem = Button(words.t("Redeem"), Action("reward.redeem", offer.reward.id, version=offer.number), style="primary")
    return replace(_card(words, offer), buttons=(redeem, others))


@routes.action("reward.redeem")
async def ask(talk: Talk, action: Action) -> None:
    """The points before and after, to be confirmed."""
    offer = await rewards.offer(talk.unit, row_id(action))
    if offer.blocked:
        raise offer.blocked
    talk.say(redeem_card(talk.words, offer))


def redeem_card(words: Words, offer: Offer) -> Card:
    """What redeeming means."""
    come_back = words.t("If you do not use it, the points come back when it ends.")
    stay = words.t("This reward cannot be given back: its points are gone even if you do not use it.")
    confirm = Action("reward.confirm", offer.reward.id, version=offer.number)
    return replace(
        _card(words, offer),
        title=words.t("Redeem {reward}?", reward=words.pick(offer.reward.name)),
        footnote=come_back if offer.reward.refundable else stay,
        buttons=(
            Button(words.t("Confirm"), confirm, style="primary"),
            Button(words.t("Back"), Action("reward.show", offer.reward.id)),
        ),
    )


@routes.action("reward.confirm")
async def confirm(talk: Talk, action: Action) -> None:
    """The points are set aside, and the coupon is there."""
    coupon = await rewards.redeem(talk.unit, row_id(action), action.version)
    points = talk.words.number(coupon.points)
    done = talk.t("Redeemed ✅ {count} points are set aside until you use the coupon.", count=points)
    talk.say(wallet_card(talk.words, coupon, talk.unit.now, done))


async def _list(talk: Talk, page: int) -> None:
    talk.say(rewards_card(talk.words, await rewards.offers(talk.unit), page))


def rewards_card(words: Words, offers: Sequence[Offer], page: int = 0) -> Card:
    """A page of rewards, each with what it costs or what is missing."""
    if not offers:
        text = words.t("There are no rewards at the moment. Your points stay yours.")
        return Card(text=text, buttons=(command_button(words, "points"),))
    items = [
        Item(name := words.pick(offer.reward.name), _line(words, offer), Button(name, _open(offer))) for offer in offers
    ]
    card = list_card(words, words.t("Rewards"), items, "reward.list", page)
    usable = words.t("You can use {count} points.", count=words.number(offers[0].usable))
    return replace(card, text=usable, quick=command_buttons(words, ("points", "coupons")))


def _open(offer: Offer) -> Action:
    return Action("reward.show", offer.reward.id)


def _line(words: Words, offer: Offer) -> str:
    """'1,200 points', or with what is missing: '🔒 4,500 points · from tier Silver'."""
    points = words.n("{count} point", "{count} points", offer.reward.points)
    if offer.blocked is None:
        return f"✅ {points}"
    return f"🔒 {points} · {_missing(words, offer, offer.blocked)}"


def _missing(words: Words, offer: Offer, blocked: DomainError) -> str:
    facts = {**blocked.facts, "missing": offer.reward.points - offer.usable}
    say = MISSING.get(blocked.code)
    return say(words, facts) if say else words.t("not now")


def _card(words: Words, offer: Offer) -> Card:
    """A reward with what it costs, what is left, and how long its coupon would last."""
    reward, after = offer.reward, offer.usable - offer.reward.points
    rows = (
        (words.t("You have"), words.number(offer.usable)),
        (words.t("It costs"), words.number(reward.points)),
        (words.t("Then you have"), words.number(after) if after >= 0 else ""),
        (words.t("Condition"), terms(words, reward)),
        (words.t("Usable until"), words.last_day(offer.valid_until)),
    )
    return Card(title=words.pick(reward.name), rows=filled(*rows))
