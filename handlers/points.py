"""Points: the membership card with its picture, the history of points, and the card that follows a treatment.

The card is made from the facts of `domain.loyalty.notices.card_facts`, whether somebody asked for it or it is
a notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.loyalty import service as loyalty
from domain.loyalty.model import PointRow
from domain.loyalty.notices import card_facts
from domain.people import service as people
from domain.unit import Clinic
from handlers.cards import Action, Button, Card, Picture, filled
from handlers.menu import command_button
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

PAGE = 10
"""Rows of the history in one card."""
LAST_PAGE = 255
"""A button carries a choice of at most one byte."""

# Why points moved, by the row's reason where it says more than its kind.
REASONS = {
    "welcome": N_("Welcome gift"),
    "payment": N_("Payment"),
    "achievement": N_("Achievement"),
    "automation": N_("Gift from the clinic"),
    "void": N_("Payment cancelled"),
}
KINDS = {
    "earn": N_("Points received"),
    "activate": N_("Now usable"),
    "cancel_pending": N_("Pending points cancelled"),
    "hold": N_("Set aside for a reward"),
    "release": N_("No longer set aside"),
    "redeem": N_("Reward"),
    "restore": N_("Reward returned"),
    "expire": N_("Expired"),
    "clawback": N_("Refund"),
    "adjust": N_("Correction by the clinic"),
    "transfer_out": N_("Passed on"),
    "transfer_in": N_("Received from a member"),
}


@routes.command("points")
async def show(talk: Talk) -> None:
    """The customer's membership card."""
    customer = await people.customer(talk.unit, talk.customer_id)
    facts = {"name": customer.name, **card_facts(await loyalty.card(talk.unit, customer.id))}
    title = talk.t("Your points, {name}", name=customer.name)
    talk.say(points_card(talk.words, talk.unit.clinic, facts, title=title))


@routes.command("history")
async def history(talk: Talk) -> None:
    """The latest rows."""
    await _page(talk, 0)


@routes.action("points.history")
async def history_page(talk: Talk, action: Action) -> None:
    """A page of the history; `choice` counts from the newest."""
    await _page(talk, action.choice)


@routes.presenter("points.card")
def present_card(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """After a treatment: what became usable, what was awarded, and the card as it is now."""
    treatment = words.pick(facts["treatment"])
    said = [words.t("Thank you for your visit: {treatment}.", treatment=treatment)]
    if facts["activated"]:
        usable = words.n("{count} point is now usable.", "{count} points are now usable.", facts["activated"])
        said.append(usable)
    for award in facts["awards"]:
        said.append(_award(words, award))
    if facts["tier_up"]:
        up = words.t("You are now {tier}: points ×{factor}.", **_tier(words, facts, facts["tier_up"]))
        said.append("⭐ " + up)
    title = words.t("Your treatment is complete")
    return points_card(words, clinic, facts, title=title, text="\n".join(said))


def points_card(words: Words, clinic: Clinic, facts: Mapping[str, Any], *, title: str, text: str = "") -> Card:
    """The membership card as a picture and, for those who cannot see it, in rows.

    `facts` are those of `card_facts`, and the customer's `name` where it is known.
    """
    rows = [
        (words.t("Usable points"), words.number(facts["usable"])),
        (words.t("Pending"), _pending(words, facts["pending"])),
        (words.t("Set aside"), words.number(facts["held"]) if facts["held"] else ""),
        (words.t("Owed"), _owed(words, facts["debt"])),
        (words.t("Next to expire"), _expiring(words, facts)),
        (words.t("Tier"), words.t("{tier}, points ×{factor}", **_tier(words, facts, facts["tier"]))),
        (words.t("Next tier"), _way(words, facts)),
    ]
    return Card(
        title=title,
        text=text,
        rows=filled(*rows),
        buttons=(
            Button(words.t("History"), Action("points.history")),
            command_button(words, "status"),
        ),
        picture=_picture(words, clinic, facts),
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
            "footer": words.t("{tier} until {date}", tier=tier, date=_last_day(words, until)) if until else clinic_name,
        },
        alt=words.t("Membership card: {tier}, {points} points", tier=tier, points=points),
    )


def _tier(words: Words, facts: Mapping[str, Any], tier: Mapping[str, str]) -> dict[str, str]:
    return {"tier": words.pick(tier), "factor": facts["multiplier"]}


def _pending(words: Words, points: int) -> str:
    return words.t("{count}, usable after your treatment", count=words.number(points)) if points else ""


def _owed(words: Words, points: int) -> str:
    return words.t("{count}, repaid from the next points", count=words.number(points)) if points else ""


def _expiring(words: Words, facts: Mapping[str, Any]) -> str:
    if not facts["expiring_at"]:
        return ""
    points, day = words.number(facts["expiring_points"]), _last_day(words, facts["expiring_at"])
    return words.t("{count}, usable until {date}", count=points, date=day)


def _last_day(words: Words, end: str) -> str:
    """The last day before `end`, which is the first moment when something is over (a midnight, mostly)."""
    return words.date(datetime.fromisoformat(end) - timedelta(microseconds=1))


def _way(words: Words, facts: Mapping[str, Any]) -> str:
    if facts["next_tier"] is None:
        return words.t("You have the highest tier")
    missing, tier = words.money(facts["missing_satang"]), words.pick(facts["next_tier"])
    return words.t("{amount} more to {tier}", amount=missing, tier=tier)


def _award(words: Words, award: Mapping[str, Any]) -> str:
    if not award["points"]:
        return "🏅 " + words.pick(award)
    points = words.n("{count} point", "{count} points", award["points"])
    return "🏅 " + words.t("{badge}: +{points}", badge=words.pick(award), points=points)


async def _page(talk: Talk, page: int) -> None:
    found = await loyalty.history(talk.unit, talk.customer_id, limit=PAGE + 1, offset=page * PAGE)
    talk.say(history_card(talk.words, found, page))


def history_card(words: Words, found: Sequence[PointRow], page: int = 0) -> Card:
    """A page of at most PAGE rows; one row more means that there are older ones."""
    back = command_button(words, "points")
    if not found:
        return Card(text=words.t("There are no points yet. They come with your first payment."), buttons=(back,))
    older = Button(words.t("Older"), Action("points.history", choice=page + 1))
    has_older = len(found) > PAGE and page < LAST_PAGE
    return Card(
        title=words.t("History of your points"),
        rows=tuple((words.date(row.at), _row(words, row)) for row in found[:PAGE]),
        buttons=(older, back) if has_older else (back,),
    )


def _row(words: Words, row: PointRow) -> str:
    """Signed points and why: '+51 · Payment, Hydrating facial (pending)'."""
    message = REASONS.get(row.reason) or KINDS.get(row.kind) or N_("Points")
    about = row.facts.get("name") or row.facts.get("treatment")
    parts = [words.t(message), words.pick(about) if about else ""]
    why = ", ".join(part for part in parts if part)
    if row.facts.get("state") == "pending":
        why = words.t("{reason} (usable after the treatment)", reason=why)
    if repaid := row.facts.get("repaid"):
        why = words.t("{reason} ({count} of them repaid what was owed)", reason=why, count=words.number(repaid))
    return f"{_signed(words, row)} · {why}"


def _signed(words: Words, row: PointRow) -> str:
    """The change with its sign; rows that only release points show how many, without one."""
    if row.points == 0:
        return words.number(row.facts.get("points", 0))
    return ("+" if row.points > 0 else "−") + words.number(abs(row.points))
