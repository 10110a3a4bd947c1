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

routes = Routes()


async def duty_button(talk: Talk) -> Button:
    """The way to the other of the two."""
    on_duty = (await people.staff(talk.unit, talk.user_id)).on_duty
    return _button(talk, on_duty=on_duty)


@routes.action("duty.off")
async def off(talk: Talk, action: Action) -> None:
    """Ends the duty; what was accepted stays theirs, and they are told."""
    await people.set_duty(talk.unit, on_duty=False)
    kept = await tasks.my_tasks(talk.unit)
    said = [talk.t("You are off duty. No task is offered to you until you are back.")]
    if kept:
        count = len(kept)
        said.append(
            talk.words.n(
                "You still have {count} task. Do it, hand it over or give it back:",
                "You still have {count} tasks. Do them, hand them over or give them back:",
                count,
            )
        )
    buttons = (*((command_button(talk.words, "mytasks"),) if kept else ()), _button(talk, on_duty=False))
    talk.say(Card(text="\n".join(said), buttons=buttons))


@routes.action("duty.on")
async def on(talk: Talk, action: Action) -> None:
    """Begins the duty, and shows what waits."""
    await people.set_duty(talk.unit, on_duty=True)
    waiting = await tasks.waiting_tasks(talk.unit)
    talk.say(Card(text=talk.t("You are on duty."), buttons=(_button(talk, on_duty=True),)))
    if waiting and talk.roles & PERFORMERS:
        title = talk.t("Tasks waiting")
        talk.say(task_list(talk.words, title, waiting, "task.waiting", now=talk.unit.now))


def _button(talk: Talk, *, on_duty: bool) -> Button:
    label = talk.t("Go off duty") if on_duty else talk.t("Go on duty")
    return Button(label, Action("duty.off" if on_duty else "duty.on"))
