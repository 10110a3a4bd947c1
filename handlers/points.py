"""Points: the membership card, its tier and its expiry dates, and the card that follows a treatment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.loyalty import service as loyalty
from domain.loyalty.notices import card_facts
from domain.people import service as people
from domain.unit import Clinic
from handlers.cards import Action, Card
from handlers.menu import command_buttons
from handlers.points_cards import expiry_card, points_card, tier_card
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()


@routes.command("points")
async def show(talk: Talk) -> None:
    """The customer's membership card."""
    facts = await _facts(talk)
    title = talk.t("Your points, {name}", name=facts["name"])
    talk.say(points_card(talk.words, talk.unit.clinic, facts, title=title))


@routes.action("points.tier")
async def tier(talk: Talk, action: Action) -> None:
    """How long the customer's tier lasts and what keeps it."""
    talk.say(tier_card(talk.words, talk.unit.clinic, await _facts(talk)))


@routes.action("points.expiry")
async def expiry(talk: Talk, action: Action) -> None:
    """Which points end when."""
    talk.say(expiry_card(talk.words, await loyalty.expiry_schedule(talk.unit, talk.customer_id)))


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
        up = words.t(
            "You are now {tier}: points ×{factor}.", tier=words.pick(facts["tier_up"]), factor=facts["multiplier"]
        )
        said.append("⭐ " + up)
    title = words.t("Your treatment is complete")
    return points_card(words, clinic, facts, title=title, text="\n".join(said))


def _award(words: Words, award: Mapping[str, Any]) -> str:
    if not award["points"]:
        return "🏅 " + words.pick(award)
    points = words.n("{count} point", "{count} points", award["points"])
    return "🏅 " + words.t("{badge}: +{points}", badge=words.pick(award), points=points)


@routes.presenter("points.adjusted")
def present_adjusted(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The clinic has put the points right by hand."""
    points = facts["points"]
    if points > 0:
        text = words.n("We have given you {count} point.", "We have given you {count} points.", points)
    else:
        text = words.n("We have taken {count} point back.", "We have taken {count} points back.", -points)
    return Card(
        title=words.t("Your points"),
        text=text,
        rows=((words.t("Usable points"), words.number(facts["usable"])),),
        footnote=words.t("Questions? Just write to us here."),
        buttons=command_buttons(words, ("points", "history")),
    )


async def _facts(talk: Talk) -> dict[str, Any]:
    """Every figure of the customer's card, and their name."""
    customer = await people.customer(talk.unit, talk.customer_id)
    return {"name": customer.name, **card_facts(await loyalty.card(talk.unit, customer.id))}
