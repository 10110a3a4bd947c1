"""Rewards, coupons, and the points they take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, by_whom, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "no_such_reward": plain(N_("This reward is not offered any more. Type /rewards to see the others.")),
    "reward_not_yet": lambda w, f: w.t(
        N_("This reward can be redeemed from {date}. Type /rewards to see the others."), date=w.date(f["at"])
    ),
    "reward_over": plain(N_("This reward has ended. Type /rewards to see the others.")),
    "reward_tier": lambda w, f: w.t(
        N_("This reward is for members from tier {tier} on. Type /points to see what is missing."),
        tier=w.pick(f["tier"]),
    ),
    "reward_gone": lambda w, f: (
        w.t(
            N_("This reward is all gone; there is more of it from {date}. Type /rewards to see the others."),
            date=w.date(f["again"]),
        )
        if f["again"]
        else w.t(N_("This reward is all gone. Type /rewards to see the others."))
    ),
    "reward_limit": lambda w, f: (
        w.t(
            N_("You have redeemed this as often as one can for now. It is open to you again from {date}."),
            date=w.date(f["again"]),
        )
        if f["again"]
        else w.t(N_("You have redeemed this as often as one can. Type /rewards to see the others."))
    ),
    "points_owed": lambda w, f: w.t(
        N_("{count} points are still owed after a refund. Rewards are open again once new points have repaid them."),
        count=w.number(f["debt"]),
    ),
    "already_redeemed": lambda w, f: w.t(
        N_("You have redeemed this already, {when}. Type /coupons to see your coupon."), when=w.when(f["at"])
    ),
    "no_such_coupon": plain(N_("We cannot find this coupon. Please check the code, or scan it again.")),
    "coupon_other_clinic": plain(N_("This coupon is from another clinic. It can only be used there.")),
    "coupon_expired": lambda w, f: w.t(
        N_("This coupon could be used until {date}. Type /rewards to see what else there is."), date=w.date(f["at"])
    ),
    "coupon_used": by_whom(N_("This coupon was used already: taken by {by}, {when}.")),
    "coupon_cancelled": lambda w, f: w.t(
        N_("This coupon was cancelled, {when}, and its points given back."), when=w.when(f["at"])
    ),
    "coupon_final": plain(N_("This coupon cannot be given back. You can use it until it ends: /coupons")),
    "coupon_token_old": plain(
        N_("This picture is more than a minute old. Let the customer press New code, and scan again.")
    ),
    "coupon_wrong_branch": lambda w, f: w.t(
        N_("This coupon can only be used at: {branches}."), branches=", ".join(w.pick(b) for b in f["branches"])
    ),
    "own_coupon": plain(N_("This coupon is your own. Please let a colleague take it.")),
}
