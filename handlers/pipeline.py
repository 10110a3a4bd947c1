"""The board of sales: how many customers wait at each stage and for how long, and who they are.

The picture is `bots/pictures/board.py`. A stage opens a list whose names lead to the next thing. Salespeople see their
own customers first, managers everybody's; what is planned (`handlers/reminders.py`) and the hand-over
(`handlers/handover.py`) hang on the board too. Reads `domain.workflow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.people.model import Role
from domain.people.rules import show_phone
from domain.workflow import service as workflow
from domain.workflow.model import Column, JourneyView
from domain.workflow.pipeline import BOARD, DESK_STAGES, HALF_LATE, LATE
from handlers.ages import age
from handlers.cards import Action, Button, Card, Item, Picture
from handlers.journeys import AT_ONCE, next_steps
from handlers.lists import list_card
from handlers.menu import command_button
from handlers.permissions import Roles
from handlers.router import Routes
from handlers.stages import stage_name
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()

OWN: Final = 0
EVERYBODY: Final = 1
"""Whose customers: the choice of the board's button, and a part of a list's number."""

NOBODY, FRESH, HALF, TOO_LONG, ELSEWHERE = range(5)
"""The tones of a column, as the picture knows them."""


@routes.command("pipeline")
async def show(talk: Talk) -> None:
    """The actor's own customers; a manager sees all."""
    await _board(talk, EVERYBODY if talk.unit.actor.role == Role.MANAGER else OWN)


@routes.action("pipeline.board")
async def switch(talk: Talk, action: Action) -> None:
    """The board of the others, or of one's own again."""
    await _board(talk, EVERYBODY if action.choice else OWN)


async def _board(talk: Talk, whose: int) -> None:
    columns = await workflow.board(talk.unit, _owner(talk, whose))
    talk.say(board_card(talk.words, columns, whose, talk.unit.now))


@routes.action("pipeline.stage")
async def stage(talk: Talk, action: Action) -> None:
    """A page of who is at a stage."""
    whose, place = divmod(action.version, len(BOARD))
    at = BOARD[place]
    waiting = await workflow.journeys_at(talk.unit, at, _owner(talk, EVERYBODY if whose else OWN))
    talk.say(stage_card(talk.words, at, waiting, talk.unit.now, talk.roles, page=action.choice, which=action.version))


def _owner(talk: Talk, whose: int) -> UUID | None:
    return None if whose == EVERYBODY else talk.user_id


# The cards


def board_card(words: Words, columns: Sequence[Column], whose: int, now: datetime) -> Card:
    """The board, as a picture and in words; each stage that somebody stands at is a button."""
    full = [column for column in columns if column.count]
    late = sum(column.late for column in full if column.stage in DESK_STAGES)
    if not full:
        said = words.t("Nobody is on the board yet. Take in a new customer:")
    elif late:
        said = words.n(
            "{count} plan has waited longer than 48 hours.",
            "{count} plans have waited longer than 48 hours.",
            late,
        )
    else:
        said = words.t("Nobody has waited longer than 48 hours.")
    stages = [_stage(words, column, whose, now) for column in full]
    others = words.t("Everybody's customers") if whose == OWN else words.t("My customers")
    return Card(
        title=_title(words, whose),
        text=said,
        items=tuple(stages),
        buttons=(
            *(() if stages else (command_button(words, "lead"),)),
            Button(others, Action("pipeline.board", choice=EVERYBODY if whose == OWN else OWN)),
            Button(words.t("Planned"), Action("pipeline.planned", choice=0, version=whose)),
            Button(words.t("Hand over customers"), Action("pipeline.hand_over")),
        ),
        picture=Picture("board", _facts(words, columns, whose, now), _title(words, whose)),
    )


def stage_card(
    words: Words,
    at: str,
    waiting: Sequence[tuple[JourneyView, datetime | None]],
    now: datetime,
    roles: Roles,
    *,
    page: int = 0,
    which: int = 0,
) -> Card:
    """Who is at a stage, the longest waiting first; a name leads to the next thing, or opens the customer."""
    items = [_entry(words, journey, until, now, roles) for journey, until in waiting]
    card = list_card(words, stage_name(words, at), items, "pipeline.stage", page, which=which)
    if items:
        return replace(card, text=words.t("Press a name to go on with it."))
    return replace(card, text=words.t("Nobody is here any more."), buttons=(command_button(words, "pipeline"),))


def _entry(words: Words, journey: JourneyView, until: datetime | None, now: datetime, roles: Roles) -> Item:
    steps = next_steps(words, journey, roles)
    parts = [
        age(words, journey.stage_changed_at, now),
        words.pick(journey.treatment),
        show_phone(journey.phone) if journey.phone else "",
        words.t("put aside until {when}", when=words.when(until)) if until else "",
        words.t("next: {step}", step=steps[0].label) if steps else "",
    ]
    action = steps[0].action if steps else Action("customer.show", journey.customer_id)
    if action and action.name in AT_ONCE:  # a name does not say that it does something
        action = Action("journey.show", journey.id)
    return Item(journey.customer_name, " · ".join(filter(None, parts)), Button(journey.customer_name, action))


def _stage(words: Words, column: Column, whose: int, now: datetime) -> Item:
    name = stage_name(words, column.stage)
    action = Action("pipeline.stage", version=whose * len(BOARD) + BOARD.index(column.stage))
    return Item(name, _waits(words, column, now), Button(f"{name}: {words.number(column.count)}", action))


def _waits(words: Words, column: Column, now: datetime) -> str:
    parts = [words.number(column.count)]
    if column.oldest:
        parts.append(words.t("oldest {age}", age=age(words, column.oldest, now)))
    if column.late and column.stage in DESK_STAGES:
        parts.append(words.n("{count} older than 48 h", "{count} older than 48 h", column.late))
    if column.snoozed:
        parts.append(words.n("{count} put aside", "{count} put aside", column.snoozed))
    return " · ".join(parts)


def _title(words: Words, whose: int) -> str:
    return words.t("Board: my customers") if whose == OWN else words.t("Board: everybody's customers")


def _facts(words: Words, columns: Sequence[Column], whose: int, now: datetime) -> dict[str, Any]:
    total = sum(column.count for column in columns)
    return {
        "title": words.t("Board"),
        "subtitle": " · ".join(
            (
                words.t("My customers") if whose == OWN else words.t("Everybody's customers"),
                words.n("{count} plan", "{count} plans", total),
            )
        ),
        "columns": [
            [
                stage_name(words, column.stage),
                words.number(column.count),
                age(words, column.oldest, now) if column.oldest else "",
                _tone(column, now),
            ]
            for column in columns
        ],
        "footer": words.t("Green: up to 24 hours · amber: up to 48 hours · red: longer"),
    }


def _tone(column: Column, now: datetime) -> int:
    if not column.count or column.oldest is None:
        return NOBODY
    if column.stage not in DESK_STAGES:
        return ELSEWHERE
    waited = now - column.oldest
    return FRESH if waited < HALF_LATE else HALF if waited < LATE else TOO_LONG
