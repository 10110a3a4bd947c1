"""Consents, asked one by one, nothing chosen beforehand; each answer is kept with the words that were shown.

Thai law (PDPA sections 19 and 26) wants consent explicit, separate from other text, freely given and
withdrawable: saying no changes nothing in the care a customer gets. `/settings` withdraws one and asks for it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import CONSENT_VERSION
from domain.unit import Clinic
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.members import welcome_member
from handlers.permissions import COMMANDS
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import LANGUAGES, N_, Words

routes = Routes()
HEALTH = N_(
    "For your safety we ask to keep health data (allergies, conditions, skin scan), used only for your care at"
    " {clinic}. You may say no, and change your mind at any time. Version {version}."
)
NEWS = N_(
    "May we send news and member benefits on {channel}, at most 6 a month? Saying no changes nothing in your care,"
    " and typing “stop” ends it at any time. Version {version}."
)
YES = {"yes", "agree", "ยินยอม", "ตกลง", "ใช่"}
NO = {"no", "ไม่", "ไม่ยินยอม", "ไม่ใช่"}
STOP = frozenset({"stop", COMMANDS["stop"].thai, *COMMANDS["stop"].also})
"""Typed where news are asked about these say no, and end what was agreed on other channels too."""
_NEWS_ON = "marketing_"


def purposes(channel: str) -> tuple[str, ...]:
    """What a customer is asked on a channel."""
    return ("health_record", f"{_NEWS_ON}{channel}")


def channel_of(purpose: str) -> str:
    """The channel that a purpose allows news on; the purpose itself where it is about none."""
    return purpose.removeprefix(_NEWS_ON)


def channel_name(talk: Talk, channel: str) -> str:
    """What people call a channel."""
    return next((link.label for link in talk.links("") if link.channel == channel), channel)


async def answer(talk: Talk, purpose: str, *, given: bool) -> None:
    """Keep a yes or a no to the words of a purpose."""
    await people.give_consent(
        talk.unit,
        talk.customer_id,
        purpose=purpose,
        version=CONSENT_VERSION,
        language=talk.words.language,
        text=_text(talk, purpose),
        given=given,
        channel=talk.channel,
    )


async def paper(talk: Talk, customer_id: UUID) -> tuple[str, str]:
    """The language of a customer (Thai until they have chosen), and the text about health data that they sign in it."""
    language = await people.language_of_customer(talk.unit, customer_id) or LANGUAGES[0]
    return language, health_text(replace(talk.words, language=language), talk.unit.clinic)


def health_text(words: Words, clinic: Clinic) -> str:
    """The current text about health data."""
    name = words.pick({"th": clinic.name_th, "en": clinic.name_en})
    return words.t(HEALTH, clinic=name, version=CONSENT_VERSION)


def _text(talk: Talk, purpose: str) -> str:
    if purpose == "health_record":
        return health_text(talk.words, talk.unit.clinic)
    return talk.t(NEWS, channel=channel_name(talk, channel_of(purpose)), version=CONSENT_VERSION)


def consent_step(
    name: str,
    purpose_of: Callable[[Talk, Data], str],
    needed: Callable[[Data], bool],
    own_words: frozenset[str],
) -> Step:
    """Ask for one consent in full; `own_words` say no to it, and end all news."""

    async def ask(talk: Talk, data: Data) -> Question:
        return Question(
            _text(talk, purpose_of(talk, data)),
            (Choice(talk.t("I agree"), "yes"), Choice(talk.t("No"), "no")),
            title=talk.t("Your consent"),
        )

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        word = " ".join(text.split()).casefold()
        stopped = word.removeprefix("/") in own_words
        if not stopped and word not in YES | NO:
            raise DomainError("bad_choice")
        if stopped:
            await people.withdraw_marketing(talk.unit, language=talk.words.language, channel=talk.channel)
        await answer(talk, purpose_of(talk, data), given=word in YES)
        return {}

    return Step(name, ask, read, needed, own_words)


async def _finish(talk: Talk, data: Data) -> None:
    await welcome_member(talk)


form = routes.form(
    Form(
        "consents",
        (
            consent_step(
                "health_record",
                lambda talk, data: "health_record",
                lambda data: "health_record" in data.get("missing", ()),
                frozenset(),
            ),
            consent_step(
                "marketing",
                lambda talk, data: f"{_NEWS_ON}{talk.channel}",
                lambda data: "marketing" in data.get("missing", ()),
                STOP,
            ),
        ),
        _finish,
    )
)


async def ask_missing(talk: Talk) -> None:
    """Ask for every consent that has not been answered yet, then welcome the customer."""
    missing = await people.consents_missing(talk.unit, talk.customer_id, purposes(talk.channel), CONSENT_VERSION)
    if not missing:
        await welcome_member(talk)
        return
    # The same words on an older card, of somebody who opened the chat twice, ask the same: its buttons still answer.
    run = f"{CONSENT_VERSION} {talk.words.language}"
    await form.start(talk, run=run, missing=["marketing" if p.startswith(_NEWS_ON) else p for p in missing])
