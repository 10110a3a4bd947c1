"""The history of a customer's points: every row of their books, newest first, with why."""

from __future__ import annotations

from collections.abc import Sequence

from domain.loyalty import service as loyalty
from domain.loyalty.model import PointRow
from handlers.cards import Action, Button, Card
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


@routes.command("history")
async def history(talk: Talk) -> None:
    """The latest rows."""
    await _page(talk, 0)


@routes.action("points.history")
async def history_page(talk: Talk, action: Action) -> None:
    """A page of the history; `choice` counts from the newest."""
    await _page(talk, action.choice)


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
    if row.reason == "pause":
        return words.t("Pause of the clinic's clock: dates moved by {days} days", days=words.number(row.facts["days"]))
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
