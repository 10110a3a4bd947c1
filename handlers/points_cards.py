"""The cards of points: the membership card with its picture, the tier alone, and the days points expire.

Made from the facts of `domain.loyalty.notices.card_facts`, whether somebody asked for them or they are a notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.loyalty.model import Expiring
from domain.unit import Clinic
from handlers.cards import Action, Button, Card, Picture, filled
from handlers.menu import command_button, command_buttons
from handlers.words import Words


def points_card(words: Words, clinic: Clinic, facts: Mapping[str, Any], *, title: str, text: str = "") -> Card:
    """The membership card as a picture and, for those who cannot see it, in rows.

    `facts` are those of `card_facts`, and the customer's `name` where it is known.
    """
    rows = [
        (words.t("Usable points"), words.number(facts["usable"])),
        (words.t("Pending"), _pending(words, facts)),
        (words.t("Set aside"), words.number(facts["held"]) if facts["held"] else ""),
        (words.t("Owed"), _owed(words, facts["debt"])),
        (words.t("Next to expire"), _expiring(words, facts)),
        (words.t("Tier"), words.t("{tier}, points ×{factor}", **_tier(words, facts, facts["tier"]))),
        (words.t("Next tier"), _way(words, facts)),
        (words.t("Paused"), _paused(words, facts)),
    ]
    return Card(
        title=title,
        text=text,
        rows=filled(*rows),
        buttons=(
            *command_buttons(words, ("rewards", "coupons")),
            Button(words.t("Expiry"), Action("points.expiry")),
            Button(words.t("Tier"), Action("points.tier")),
            Button(words.t("History"), Action("points.history")),
            command_button(words, "status"),
        ),
        picture=_picture(words, clinic, facts),
    )


def tier_card(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The tier alone: how long it lasts, what keeps it, what the next one needs, and whether the clock is paused."""
    rows = [
        (words.t("Tier"), words.t("{tier}, points ×{factor}", **_tier(words, facts, facts["tier"]))),
        (words.t("To keep it"), _keep(words, facts)),
        (words.t("Next tier"), _way(words, facts)),
        (words.t("Paused"), _paused(words, facts)),
    ]
    return Card(
        title=words.t("Your tier"),
        rows=filled(*rows),
        footnote=words.t(
            "What you have spent on completed treatments in 12 months counts. Is your health in the way?"
            " Tell our doctor and we pause the clock."
        ),
        buttons=(command_button(words, "points"),),
        picture=_picture(words, clinic, facts),
    )


def expiry_card(words: Words, parts: Sequence[Expiring]) -> Card:
    """Usable points by the last day they can be used; they add up to the balance."""
    back = command_buttons(words, ("rewards", "points"))
    if not parts:
        return Card(text=words.t("You have no usable points yet, so none can expire."), buttons=back)
    rows = [(last_day(words, part.at) if part.at else words.t("No end"), words.number(part.points)) for part in parts]
    total = words.number(sum(part.points for part in parts))
    return Card(
        title=words.t("Usable until"),
        rows=(*rows, (words.t("Together"), total)),
        footnote=words.t("Points that end first are spent first."),
        buttons=back,
    )


def _picture(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Picture:
    clinic_name = words.pick({"th": clinic.name_th, "en": clinic.name_en})
    tier, points = words.pick(facts["tier"]), words.number(facts["usable"])
    until = facts["valid_until"]
    waiting = words.t("+{count} pending", count=words.number(facts["pending"])) if facts["pending"] else ""
    return Picture(
        "tier",
        {
            "tier_code": facts["tier_code"],
            "tier_name": tier,
            "name": facts.get("name") or clinic_name,
            "points": points,
            "points_label": words.t("Usable points"),
            "pending": waiting,
            "progress_text": _way(words, facts),
            "fraction": facts["fraction"],
            "footer": words.t("{tier} until {date}", tier=tier, date=last_day(words, until)) if until else clinic_name,
        },
        alt=words.t("Membership card: {tier}, {points} points", tier=tier, points=points),
    )


def _tier(words: Words, facts: Mapping[str, Any], tier: Mapping[str, str]) -> dict[str, str]:
    return {"tier": words.pick(tier), "factor": facts["multiplier"]}


def _pending(words: Words, facts: Mapping[str, Any]) -> str:
    """How many, and which treatments will make them usable."""
    if not facts["pending"]:
        return ""
    count, waits_for = words.number(facts["pending"]), facts.get("pending_for")
    if not waits_for:
        return words.t("{count}, usable after your treatment", count=count)
    return words.t("{count}, usable after: {treatments}", count=count, treatments=", ".join(map(words.pick, waits_for)))


def _paused(words: Words, facts: Mapping[str, Any]) -> str:
    until = facts.get("paused_until")
    return words.t("Until {date} neither tier nor points run out", date=last_day(words, until)) if until else ""


def _keep(words: Words, facts: Mapping[str, Any]) -> str:
    """What keeps the tier: nothing more, or so many baht; nothing to say of the lowest tier."""
    if not facts["valid_until"]:
        return ""
    fields = {"tier": words.pick(facts["tier"]), "date": last_day(words, facts["valid_until"])}
    if not facts["keep_missing_satang"]:
        return words.t("{tier} until {date}; you have done enough to keep it", **fields)
    return words.t(
        "{tier} until {date}; {amount} more keeps it", amount=words.money(facts["keep_missing_satang"]), **fields
    )


def _owed(words: Words, points: int) -> str:
    return words.t("{count}, repaid from the next points", count=words.number(points)) if points else ""


def _expiring(words: Words, facts: Mapping[str, Any]) -> str:
    if not facts["expiring_at"]:
        return ""
    points, day = words.number(facts["expiring_points"]), last_day(words, facts["expiring_at"])
    return words.t("{count}, usable until {date}", count=points, date=day)


def last_day(words: Words, end: datetime | str) -> str:
    """The last day before `end`, which is the first moment when something is over (a midnight, mostly)."""
    moment = datetime.fromisoformat(end) if isinstance(end, str) else end
    return words.date(moment - timedelta(microseconds=1))


def _way(words: Words, facts: Mapping[str, Any]) -> str:
    if facts["next_tier"] is None:
        return words.t("You have the highest tier")
    missing, tier = words.money(facts["missing_satang"]), words.pick(facts["next_tier"])
    return words.t("{amount} more to {tier}", amount=missing, tier=tier)
