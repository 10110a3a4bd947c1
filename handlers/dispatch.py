"""Dispatch: what came in, and who may do it, decide which handler answers.

Called by intake inside the event's unit. DomainErrors pass through: intake rolls back and opens a fresh
unit for `refuse`, so that a refusal never leaves half a deed behind.
"""

from __future__ import annotations

from dataclasses import replace

from domain.errors import DomainError
from domain.rewards.service import is_ours
from handlers import conversation, guide
from handlers.cards import Action
from handlers.codes import as_code, as_coupon
from handlers.counter import look
from handlers.forms import Form
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Returned, Said, Tapped, Unsent
from handlers.menu import USUAL, command_buttons
from handlers.permissions import STAFF
from handlers.refusals import OVERTAKEN, refusal
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
            if form := _form(talk):
                await form.take_back(talk, message_id)
            await conversation.erase(talk, message_id)
        case Other(kind):
            await conversation.not_words(talk, kind)
            await _back_to_form(talk)
        case Returned() | Nothing() | Tapped():
            return


async def refuse(talk: Talk, error: DomainError, action: Action | None = None) -> None:
    """Answer a refusal: on the current card of what the press was about, if it has one, else in words alone.

    Who pressed a button that cannot be read (its key was removed) gets what they usually do as buttons that can be.

    A form goes on where it stood, unless what it is about has moved on meanwhile: then it ends.
    """
    form = _form(talk)
    about = form.about(talk, error) if form and error.code in OVERTAKEN else None
    if about is not None and (action is None or action.name in FORM_ACTIONS or action.id == about.id):
        talk.forget()
        action = about
    if action is None or not await _show_current(talk, action, error):
        usual = USUAL.get(talk.unit.actor.role, ()) if error.code == "bad_button" else ()
        talk.say(_refusal(talk, error), *command_buttons(talk.words, usual))
    await _back_to_form(talk)


async def _show_current(talk: Talk, action: Action, error: DomainError) -> bool:
    """Show the row that an action names as it stands now, with the refusal on it; False when there is no such card."""
    roles, show = ROUTES.actions.get(f"{action.name.partition('.')[0]}.show", (frozenset(), None))
    if show is None or action.id is None or not talk.roles & roles:
        return False
    said, before = _refusal(talk, error), len(talk.cards)
    try:
        await show(talk, action)
    except DomainError:  # it is gone, or not theirs to see
        del talk.cards[before:]
        return False
    card = talk.cards[before]
    talk.cards[before] = replace(card, text="\n".join(filter(None, (said, card.text))))
    return True


def _refusal(talk: Talk, error: DomainError) -> str:
    return refusal(talk.words, error, to_customer=not talk.roles & STAFF)


async def _press(talk: Talk, action: Action, picked: str) -> None:
    if action.name in FORM_ACTIONS:
        await _press_form(talk, action, picked)
        return
    if action.name == "command.run":
        await _run(talk, guide.command_at(ROUTES, action))
        return
    roles, run = ROUTES.actions[action.name]
    _check(talk, roles)
    await run(talk, action)
    await _back_to_form(talk)


async def _press_form(talk: Talk, action: Action, picked: str) -> None:
    form = _form(talk)
    if form is None:
        raise DomainError("form_closed")
    if action.name == "form.cancel":
        await conversation.cancel(talk)
    else:
        await form.press(talk, action, picked)


async def _hear(talk: Talk, text: str) -> None:
    found = ROUTES.command_for(text)
    if found is not None and found[1] and not (text.lstrip().startswith("/") or talk.roles & found[0].roles):
        found = None  # a sentence that begins like a colleague's command
    form = _form(talk)
    if form is not None and form.takes(talk, text):
        await form.say(talk, text)
    elif found is not None:
        await _obey(talk, *found)
    elif "stranger" in talk.roles and (code := as_code(text)):
        await arrive(talk, code)
    elif talk.roles & STAFF and (coupon := as_coupon(text)) and (form is None or is_ours(talk.unit, coupon)):
        await look(talk, coupon)
        await _back_to_form(talk)
    elif form is not None:
        await form.say(talk, text)
    elif "stranger" in talk.roles:
        await open_door(talk)
    else:
        await guide.not_understood(talk, ROUTES, text)


async def _obey(talk: Talk, command: Command, argument: str) -> None:
    if "stranger" in talk.roles and talk.scene.language is None and command.name not in ("start", "language"):
        await open_door(talk)
        return
    talk.argument = argument
    await _run(talk, command)


async def _run(talk: Talk, command: Command) -> None:
    _check(talk, command.roles)
    await command.run(talk)
    await _back_to_form(talk)


def _form(talk: Talk) -> Form | None:
    """The form that this chat is filling in."""
    return ROUTES.forms.get(talk.conversation["handler"]) if talk.conversation else None


async def _back_to_form(talk: Talk) -> None:
    """Something else came between two answers of a form: its question is asked again, unless a form began or ended."""
    form = _form(talk)
    if form is None or talk.unit.conversation is not None:
        return
    try:
        await form.again(talk)
    except DomainError as error:  # it can no longer be asked (somebody has left, say); what came between is done
        about = form.about(talk, error) if error.code in OVERTAKEN else None
        talk.forget()
        if about is None or not await _show_current(talk, about, error):
            talk.say(_refusal(talk, error))


def _check(talk: Talk, roles: frozenset[str]) -> None:
    if not talk.roles & roles:
        raise DomainError("not_your_role")
