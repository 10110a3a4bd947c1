"""Lots and notes of a treatment: written down while it runs, amended after its end; nothing written is ever changed.

Kept by `domain.tasks.recording`.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.tasks import service as tasks
from domain.tasks.rules import check_note
from handlers.cards import Action, Card, row_id
from handlers.forms import Data, Form
from handlers.router import Routes
from handlers.steps import text_step
from handlers.talk import Talk
from handlers.task_cards import show_task
from handlers.task_words import NOTES, note_code
from handlers.words import N_

routes = Routes()

_SITES: Final = (N_("Forehead"), N_("Cheeks"), N_("Lips"), N_("Chin"), N_("Whole face"))


# Lots


@routes.action("task.lot")
async def lot(talk: Talk, action: Action) -> None:
    """One use of a product: lot number, dose, site."""
    view = await tasks.task_view(talk.unit, row_id(action))
    await lots.start(talk, task=str(view.id))


async def _lot_review(talk: Talk, data: Data) -> Card:
    rows = ((talk.t("Lot"), data["lot"]), (talk.t("Dose"), data["dose"]), (talk.t("Site"), data["site"]))
    return Card(title=talk.t("Write down this lot?"), rows=rows)


async def _lot_finish(talk: Talk, data: Data) -> None:
    written = {name: data[name] for name in ("lot", "dose", "site")}
    view = await tasks.add_lot(talk.unit, UUID(data["task"]), **written)
    show_task(talk, view, talk.t("Written down."))


lots = routes.form(
    Form(
        "task_lot",
        (
            text_step("lot", lambda talk, data: talk.t("Which lot number is on the label?")),
            text_step("dose", lambda talk, data: talk.t("How much was used, with its unit? Like 1 ml or 20 units.")),
            text_step(
                "site",
                lambda talk, data: talk.t("Where? Choose or write."),
                chips=lambda talk, data: [talk.t(site) for site in _SITES],
            ),
        ),
        _lot_finish,
        review=_lot_review,
        subject=("task.show", "task"),
    )
)


# Notes


def note_chips(talk: Talk, data: Data) -> list[str]:
    """The ready-made notes in words."""
    return [talk.t(note) for note in NOTES.values()]


def as_note(talk: Talk, text: str) -> tuple[str, tuple[str, ...]]:
    """Own words and codes: what was tapped is kept as its code, so that everybody reads it in their language."""
    code = note_code(talk.words, text)
    return ("", (code,)) if code else (text, ())


@routes.action("task.note")
async def note(talk: Talk, action: Action) -> None:
    """One more note; after the end an amendment beside what was written."""
    view = await tasks.task_view(talk.unit, row_id(action))
    await notes.start(talk, task=str(view.id))


async def _note_finish(talk: Talk, data: Data) -> None:
    text, chips = as_note(talk, data["note"])
    view = await tasks.add_note(talk.unit, UUID(data["task"]), text=text, chips=chips)
    show_task(talk, view, talk.t("Written down. What was written before stays."))


notes = routes.form(
    Form(
        "task_note",
        (
            text_step(
                "note",
                lambda talk, data: talk.t("What should be noted? Choose or write."),
                chips=note_chips,
                check=check_note,
            ),
        ),
        _note_finish,
        subject=("task.show", "task"),
    )
)
