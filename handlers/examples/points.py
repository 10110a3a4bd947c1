"""Examples of the membership card, the card after a treatment, and the history of points."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.loyalty.model import Expiring, PointRow
from handlers import points
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import ANNA, CLINIC, FACIAL, LONG, LONGEST, NOK, NOW, TREATMENTS
from handlers.history import history_card
from handlers.points_cards import expiry_card, points_card, tier_card
from handlers.words import Words

BRONZE, SILVER = {"th": "บรอนซ์", "en": "Bronze"}, {"th": "ซิลเวอร์", "en": "Silver"}
PLATINUM, DIAMOND = {"th": "แพลทินัม", "en": "Platinum"}, {"th": "ไดมอนด์", "en": "Diamond"}
FIRST = {"th": "ก้าวแรก", "en": "First step", "points": 100}


def _facts(**changes: Any) -> dict[str, Any]:
    """A new member on the way to silver."""
    facts = {
        "name": NOK,
        "usable": 151,
        "pending": 0,
        "held": 0,
        "debt": 0,
        "expiring_points": 0,
        "expiring_at": None,
        "tier_code": "bronze",
        "tier": BRONZE,
        "valid_until": None,
        "multiplier": "1",
        "next_tier": SILVER,
        "missing_satang": 1_871_000,
        "fraction": 0.0645,
        "keep_missing_satang": 0,
        "paused_until": None,
        "pending_for": [],
    }
    return {**facts, **changes}


def _fullest(**changes: Any) -> dict[str, Any]:
    soon = (NOW + timedelta(days=12)).isoformat()
    until = (NOW + timedelta(days=300)).isoformat()
    account: dict[str, Any] = {"usable": 12_345, "pending": 1_794, "held": 1_200, "debt": 100}
    expiring = {"expiring_points": 2_500, "expiring_at": soon}
    tier = {"tier_code": "platinum", "tier": PLATINUM, "valid_until": until, "multiplier": "1.5"}
    account["pending_for"] = [LONGEST, FACIAL]
    way = {"next_tier": DIAMOND, "missing_satang": 17_999_950, "fraction": 0.4}
    return _facts(name=LONG, **account, **expiring, **tier, **way, **changes)


def _card(words: Words, facts: dict[str, Any]) -> Card:
    title = words.t("Your points, {name}", name=facts["name"])
    return points_card(words, CLINIC, facts, title=title)


@example("points.mine", "a new member")
def new_member(words: Words) -> Card:
    return _card(words, _facts(pending=51))


@example("points.mine", "everything that can be on it, a long name")
def fullest(words: Words) -> Card:
    return _card(words, _fullest(paused_until=(NOW + timedelta(days=184)).isoformat()))


@example("points.mine", "the highest tier, an English name")
def highest(words: Words) -> Card:
    top = {"tier_code": "diamond", "tier": DIAMOND, "next_tier": None, "missing_satang": 0, "fraction": 1.0}
    return _card(words, {**_fullest(), **top, "name": ANNA, "multiplier": "2"})


@example("points.card", "after the first treatment")
def first(words: Words) -> Card:
    facts = _facts(activated=51, awards=[FIRST], tier_up=None, treatment=FACIAL)
    return points.present_card(words, CLINIC, facts)


@example("points.card", "a new tier, a long treatment")
def tier_up(words: Words) -> Card:
    facts = _fullest(activated=1_794, awards=[FIRST, {**FIRST, "points": 0}], tier_up=PLATINUM, treatment=LONGEST)
    return points.present_card(words, CLINIC, facts)


@example("points.adjusted", "given and taken")
def adjusted(words: Words) -> list[Card]:
    return [points.present_adjusted(words, CLINIC, {"points": given, "usable": 1_051}) for given in (800, -50)]


@example("points.tier", "the lowest tier")
def lowest(words: Words) -> Card:
    return tier_card(words, CLINIC, _facts())


@example("points.tier", "to be kept, and paused")
def paused(words: Words) -> Card:
    paused_until = (NOW + timedelta(days=184)).isoformat()
    return tier_card(words, CLINIC, _fullest(keep_missing_satang=4_200_050, paused_until=paused_until))


@example("points.expiry", "several days and points without an end")
def expiry(words: Words) -> Card:
    parts = [Expiring(1_200 + n, NOW + timedelta(days=30 * n)) for n in range(9)]
    return expiry_card(words, [*parts, Expiring(100, None)])


@example("points.expiry", "nothing yet")
def nothing_expires(words: Words) -> Card:
    return expiry_card(words, [])


@example("points.history", "a full page with every kind of row")
def history(words: Words) -> Card:
    moves: list[tuple[str, int, str, dict[str, Any]]] = [
        ("earn", 1_794, "payment", {"treatment": LONGEST, "state": "pending"}),
        ("activate", 0, "treatment", {"treatment": FACIAL, "points": 51}),
        ("earn", 51, "payment", {"treatment": FACIAL, "repaid": 51}),
        ("earn", 100, "achievement", {"name": {"th": FIRST["th"], "en": FIRST["en"]}}),
        ("earn", 100, "welcome", {}),
        ("redeem", -4_500, "", {}),
        ("hold", 0, "", {"points": 1_200}),
        ("expire", -2_500, "", {}),
        ("clawback", -356, "", {"treatment": TREATMENTS["HIFU"].names}),
        ("adjust", 12, "", {}),
        ("earn", 7, "", {}),
    ]
    rows = [PointRow(*move, NOW - timedelta(days=30 * n)) for n, move in enumerate(moves)]
    return history_card(words, rows)


@example("points.history", "nothing yet")
def no_history(words: Words) -> Card:
    return history_card(words, [])
