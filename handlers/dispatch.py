"""Dispatch: what came in, and who may do it, decide which handler answers.

Called by intake inside the event's unit. DomainErrors pass through: intake rolls back and opens a fresh
unit for `refuse`, so that a refusal never leaves half a deed behind.
"""

from __future__ import annotations

from domain.errors import DomainError
from handlers import conversation, guide
from handlers.cards import Action
from handlers.codes import as_code
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Returned, Said, Tapped, Unsent
from handlers.refusals import refusal
from handlers.router import Command
from handlers.routes import ROUTES
from handlers.start import arrive, open_door
from handlers.talk import Talk

FORM_ACTIONS = ("form.pick", "form.confirm", "form.back", "form.cancel")


async def dispatch(talk: Talk, incoming: Incoming, action: Action | None) -> None:
    """Answer one event. `action` is the verified content of a `Tapped` token."""
    match incoming:
        case Tapped(_, picked) if action is not None:
            await _press(talk, action, picked)
        case Said(text, message_id):
            talk.message_id = message_id
            await _hear(talk, text)
        case Arrived(code):
            await arrive(talk, code)
        case Left():
            await conversation.mark_unreachable(talk)
        case Unsent(message_id):
            await conversation.erase(talk, message_id)
        case Other(kind):
            await conversation.not_words(talk, kind)
            await _back_to_form(talk)
        case Returned() | Nothing() | Tapped():
            return


async def refuse(talk: Talk, error: DomainError) -> None:
    """Answer a refusal, and show again where the person was."""
    talk.say(refusal(talk.words, error))
    state = talk.conversation
    if state is not None and state["handler"] in ROUTES.forms:
        await ROUTES.forms[state["handler"]].again(talk)


async def _press(talk: Talk, action: Action, picked: str) -> None:
    if action.name in FORM_ACTIONS:
        await _press_form(talk, action, picked)
        return
    if action.name == "command.run":
        command = guide.command_at(ROUTES, action.choice)
        _check(talk, command.roles)
        await command.run(talk)
        await _back_to_form(talk)
        return
    roles, run = ROUTES.actions[action.name]
    _check(talk, roles)
    await run(talk, action)
    await _back_to_form(talk)


async def _press_form(talk: Talk, action: Action, picked: str) -> None:
    state = talk.conversation
    if state is None or state["handler"] not in ROUTES.forms:
        raise DomainError("form_closed")
    if action.name == "form.cancel":
        await conversation.cancel(talk)
    else:
        await ROUTES.forms[state["handler"]].press(talk, action, picked)


async def _hear(talk: Talk, text: str) -> None:
    found = ROUTES.command_for(text)
    state = talk.conversation
    if found is not None:
        await _obey(talk, *found)
    elif "stranger" in talk.roles and (code := as_code(text)):
        await arrive(talk, code)
    elif state is not None and state["handler"] in ROUTES.forms:
        await ROUTES.forms[state["handler"]].say(talk, text)
    elif "stranger" in talk.roles:
        await open_door(talk)
    else:
        await guide.not_understood(talk, ROUTES, text)


async def _obey(talk: Talk, command: Command, argument: str) -> None:
    if command.name == "start":
        await arrive(talk, argument)
    elif command.name == "language" and argument:
        await conversation.language_by_word(talk, argument)
        await _back_to_form(talk)
    elif "stranger" in talk.roles and talk.scene.language is None and command.name != "language":
        await open_door(talk)
    else:
        _check(talk, command.roles)
        await command.run(talk)
        await _back_to_form(talk)


async def _back_to_form(talk: Talk) -> None:
    """Something else came between two answers of a form: its question is asked again, unless a form began or ended."""
    state = talk.conversation
    if state is not None and talk.unit.conversation is None and state["handler"] in ROUTES.forms:
        await ROUTES.forms[state["handler"]].again(talk)


def _check(talk: Talk, roles: frozenset[str]) -> None:
    if not talk.roles & roles:
        raise DomainError("not_your_role")
