"""The door: opening a chat with a code or without one, choosing a language, leaving a name and a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.appointments.arrival import PREFIX
from domain.errors import DomainError
from domain.people import service as people
from domain.people.rules import clean_name, parse_phone, show_phone
from domain.workflow import service as workflow
from handlers.appointments import check_in
from handlers.cards import Action, Card
from handlers.codes import as_coupon
from handlers.consents import ask_missing
from handlers.conversation import language_card, speak, usual_buttons
from handlers.counter import look
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.members import welcome_staff
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import LANGUAGES

routes = Routes()
LANGUAGE_WORDS = {"th": "th", "thai": "th", "ไทย": "th", "en": "en", "english": "en", "อังกฤษ": "en"}


@routes.command("start")
async def start(talk: Talk) -> None:
    """`/start`, alone or with a code."""
    await arrive(talk, talk.argument)


async def arrive(talk: Talk, code: str) -> None:
    """Somebody opened the chat: with a code they are bound, without one they are greeted."""
    if coupon := as_coupon(code):
        await look(talk, coupon)
    elif code.startswith(PREFIX):
        await (check_in(talk, code) if "customer" in talk.roles else _not_a_member(talk))
    elif code:
        await _join(talk, code)
    else:
        await _return(talk)


async def _join(talk: Talk, code: str) -> None:
    """Whoever was invited is bound, and asked for what is missing."""
    joined = await people.join(talk.unit, code)
    talk.forget()  # whatever this chat was asked as somebody else
    language = talk.scene.language
    if language is None:
        talk.say(language_card(joined.name))
        return
    talk.words = replace(talk.words, language=language)
    await (ask_missing(talk) if joined.kind == "customer" else welcome_staff(talk))


async def _return(talk: Talk) -> None:
    await people.switch_own_menu(talk.unit)  # the platform may have forgotten it while the chat was blocked
    if "stranger" in talk.roles:
        await open_door(talk)
    else:
        talk.say(welcome_back(talk))


def welcome_back(talk: Talk) -> Card:
    """Somebody we know opened the chat again."""
    text = talk.t("Welcome back to {clinic}, {name}.", clinic=talk.clinic_name, name=talk.unit.actor.name)
    return Card(text=text, quick=usual_buttons(talk))


async def _not_a_member(talk: Talk) -> None:
    """The counter's code was scanned with a chat that is no customer's."""
    if "stranger" in talk.roles:
        await open_door(talk)
        return
    talk.say(talk.t("This code is for customers. When a customer is here, press Arrived on their card."))


async def open_door(talk: Talk) -> None:
    """Greet a stranger: the language first, then who they are."""
    if talk.scene.language is None:
        talk.say(language_card())
    else:
        await _greet(talk)


@routes.command("language")
async def choose_language(talk: Talk) -> None:
    """Ask for the language, in both; `/language en` names it at once."""
    language = LANGUAGE_WORDS.get(talk.argument.casefold())
    if language is None:
        talk.say(language_card())
        return
    await _speak_from_now(talk, language)


@routes.action("language.pick")
async def pick_language(talk: Talk, action: Action) -> None:
    """A language button, now or years later."""
    if action.choice >= len(LANGUAGES):
        raise DomainError("bad_button")
    await _speak_from_now(talk, LANGUAGES[action.choice])


async def _speak_from_now(talk: Talk, language: str) -> None:
    """Who had none yet stands at the door, however they told us: they are welcomed and asked for what is missing."""
    first_time = talk.scene.language is None
    await speak(talk, language)
    if first_time:
        await _welcome(talk)
        return
    talk.say(Card(text=talk.t("From now on we speak English with you."), quick=usual_buttons(talk)))


async def _welcome(talk: Talk) -> None:
    if talk.unit.actor.user_id is not None:
        await welcome_staff(talk)
    elif talk.unit.actor.customer_id is not None:
        await ask_missing(talk)
    else:
        await _greet(talk)


async def _greet(talk: Talk) -> None:
    talk.say(
        Card(
            title=talk.t("Welcome to {clinic}", clinic=talk.clinic_name),
            text=talk.t(
                "May we know your name and phone number? Our staff will then contact you."
                " If the clinic gave you a code, just type it here."
            ),
        )
    )
    await contact.start(talk)


async def _ask_name(talk: Talk, data: Data) -> Question:
    known = talk.scene.person_name
    return Question(talk.t("What is your name?"), (Choice(known, known),) if known else ())


async def _read_name(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    return {"name": clean_name(text)}


async def _ask_phone(talk: Talk, data: Data) -> Question:
    return Question(talk.t("And your phone number, {name}?", name=data["name"]))


async def _read_phone(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    return {"phone": parse_phone(text)}


async def _review(talk: Talk, data: Data) -> Card:
    return Card(
        title=talk.t("Is this right?"),
        rows=((talk.t("Name"), data["name"]), (talk.t("Phone"), show_phone(data["phone"]))),
        footnote=talk.t("We use this only to contact you about your visit."),
    )


async def _finish(talk: Talk, data: Data) -> None:
    await workflow.create_self_lead(talk.unit, name=data["name"], phone=data["phone"])
    talk.say(
        talk.t(
            "Thank you, {name}. Our staff at {clinic} will contact you soon.",
            name=data["name"],
            clinic=talk.clinic_name,
        )
    )


contact = routes.form(
    Form(
        "contact",
        (Step("name", _ask_name, _read_name), Step("phone", _ask_phone, _read_phone)),
        _finish,
        review=_review,
    )
)
