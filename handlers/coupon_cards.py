"""The cards of coupons: as their customer has them in the wallet, and as staff see them at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from domain.rewards.codes import show as spaced
from domain.rewards.model import CouponView, Reward, State
from handlers.cards import Action, Button, Card, filled
from handlers.menu import command_button
from handlers.points_cards import last_day
from handlers.words import N_, Words

STATES: Final[Mapping[State, str]] = {
    State.HELD: N_("Being made"),
    State.ISSUED: N_("Not used yet"),
    State.USED: N_("Used"),
    State.EXPIRED: N_("Ended unused"),
    State.CANCELLED: N_("Cancelled, points given back"),
}


def wallet_card(words: Words, view: CouponView, now: datetime, text: str = "") -> Card:
    """A coupon for its customer: the code to read out, how long it lasts, and what can be done with it."""
    open_now = is_open(view, now)
    counter = Button(words.t("Show at the counter"), Action("coupon.counter", view.id), style="primary")
    cancel = Button(words.t("Cancel coupon"), Action("coupon.cancel", view.id), style="danger")
    rows = (
        (words.t("Coupon code"), spaced(view.code) if open_now else ""),
        (words.t("Usable"), countdown(words, view, now) if open_now else ""),
        (words.t("Condition"), terms(words, view.reward) if open_now else ""),
        (words.t("Status"), "" if open_now else state(words, view, now)),
    )
    return Card(
        title=words.pick(view.reward.name),
        text=text,
        rows=filled(*rows),
        buttons=(
            *((counter,) if open_now else ()),
            command_button(words, "coupons"),
            *((cancel,) if open_now and view.reward.refundable else ()),
        ),
    )


def counter_card(
    words: Words, view: CouponView, now: datetime, *buttons: Button, title: str = "", text: str = ""
) -> Card:
    """A coupon for staff: what to give, to whom, on which condition, and what has become of it."""
    rows = (
        (words.t("Item"), words.pick(view.reward.name)),
        (words.t("Customer"), view.customer_name),
        (words.t("Condition"), terms(words, view.reward)),
        (words.t("Points"), words.number(view.points)),
        (words.t("Usable until"), last_day(words, view.expires_at)),
        (words.t("Status"), state(words, view, now)),
        (words.t("Coupon code"), spaced(view.code)),
    )
    return Card(title=title or words.t("Coupon"), text=text, rows=filled(*rows), buttons=buttons)


def is_open(view: CouponView, now: datetime) -> bool:
    """Whether it can still be used, by its row and by the clock."""
    return view.state is State.ISSUED and now < view.expires_at


def countdown(words: Words, view: CouponView, now: datetime) -> str:
    """'until 17 Sep 2026, 5 days left'; today is said as such."""
    zone = words.zone
    last = (view.expires_at - timedelta(microseconds=1)).astimezone(zone).date()
    left = (last - now.astimezone(zone).date()).days
    date = last_day(words, view.expires_at)
    if left <= 0:
        return words.t("only today, {date}", date=date)
    days = words.n("{count} day left", "{count} days left", left)
    return words.t("until {date}, {days}", date=date, days=days)


def state(words: Words, view: CouponView, now: datetime) -> str:
    """What has become of a coupon, with who, when and where."""
    if view.state is State.USED and view.used_at:
        said = words.t("Used, taken by {by}, {when}", by=view.used_by or "", when=words.when(view.used_at))
        return " · ".join(filter(None, (said, words.pick(view.branch or {}))))
    ended = view.state is State.ISSUED and not is_open(view, now)
    return words.t(STATES[State.EXPIRED if ended else view.state])


def terms(words: Words, reward: Reward) -> str:
    """What a discount asks for; other coupons ask for nothing."""
    if reward.discount_satang is None:
        return ""
    amount = words.money(reward.discount_satang)
    if not reward.minimum_satang:
        return words.t("{amount} off", amount=amount)
    return words.t(
        "{amount} off a bill of {minimum} or more", amount=amount, minimum=words.money(reward.minimum_satang)
    )
