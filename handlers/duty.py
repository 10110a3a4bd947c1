"""Duty: who is on it is asked for tasks, who is off it is left in peace."""

from __future__ import annotations

from domain.people import service as people
from domain.tasks import service as tasks
from handlers.cards import Action, Button, Card
from handlers.menu import command_button
from handlers.permissions import PERFORMERS
from handlers.router import Routes
from handlers.talk import Talk
from handlers.task_cards import task_list
from handlers.words import Words

routes = Routes()


async def duty_button(talk: Talk) -> Button:
    """The way to the other of the two."""
    on_duty = (await people.staff(talk.unit, talk.user_id)).on_duty
    return _button(talk.words, on_duty=on_duty)


@routes.action("duty.off")
async def off(talk: Talk, action: Action) -> None:
    """Ends the duty; what was accepted stays theirs, and they are told."""
    await people.set_duty(talk.unit, on_duty=False)
    talk.say(off_card(talk.words, len(await tasks.my_tasks(talk.unit))))


def off_card(words: Words, kept: int) -> Card:
    """Off duty, with so many tasks still theirs."""
    said = [words.t("You are off duty. No task is offered to you until you are back.")]
    if kept:
        said.append(
            words.n(
                "You still have {count} task. Do it, hand it over or give it back:",
                "You still have {count} tasks. Do them, hand them over or give them back:",
                kept,
            )
        )
    buttons = (*((command_button(words, "mytasks"),) if kept else ()), _button(words, on_duty=False))
    return Card(text="\n".join(said), buttons=buttons)


@routes.action("duty.on")
async def on(talk: Talk, action: Action) -> None:
    """Begins the duty, and shows what waits."""
    await people.set_duty(talk.unit, on_duty=True)
    waiting = await tasks.waiting_tasks(talk.unit)
    talk.say(on_card(talk.words))
    if waiting and talk.roles & PERFORMERS:
        title = talk.t("Tasks waiting")
        talk.say(task_list(talk.words, title, waiting, "task.waiting", now=talk.unit.now))


def on_card(words: Words) -> Card:
    """On duty."""
    return Card(text=words.t("You are on duty."), buttons=(_button(words, on_duty=True),))


def _button(words: Words, *, on_duty: bool) -> Button:
    label = words.t("Go off duty") if on_duty else words.t("Go on duty")
    return Button(label, Action("duty.off" if on_duty else "duty.on"))
