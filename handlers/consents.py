"""Consents, asked one by one, nothing chosen beforehand; each answer is kept with the words that were shown.

Thai law (PDPA sections 19 and 26) wants consent explicit, separate from other text, freely given and
withdrawable: saying no changes nothing in the care a customer gets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.errors import DomainError
from domain.people import service as people
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.members import welcome_member
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import N_

routes = Routes()
# A new version is asked again; the number is shown and kept with the answer.
VERSION = "1"
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


def purposes(channel: str) -> tuple[str, ...]:
    """What a customer is asked on a channel."""
    return ("health_record", f"marketing_{channel}")


def _text(talk: Talk, purpose: str) -> str:
    if purpose == "health_record":
        return health_text(talk)
    channel = next((link.label for link in talk.links("") if link.channel == talk.channel), talk.channel)
    return talk.t(NEWS, channel=channel, version=VERSION)


def health_text(talk: Talk) -> str:
    """The words about health data, as a chat shows them and as they are signed on paper."""
    return talk.t(HEALTH, clinic=talk.clinic_name, version=VERSION)


def _step(name: str, purpose_of: Callable[[Talk], str]) -> Step:
    async def ask(talk: Talk, data: Data) -> Question:
        return Question(
            _text(talk, purpose_of(talk)),
            (Choice(talk.t("I agree"), "yes"), Choice(talk.t("No"), "no")),
            title=talk.t("Your consent"),
        )

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        word = text.strip().casefold()
        if word not in YES | NO:
            raise DomainError("bad_choice")
        purpose = purpose_of(talk)
        await people.give_consent(
            talk.unit,
            talk.customer_id,
            purpose=purpose,
            version=VERSION,
            language=talk.words.language,
            text=_text(talk, purpose),
            given=word in YES,
            channel=talk.channel,
        )
        return {}

    return Step(name, ask, read, needed=lambda data: name in data.get("missing", ()))


async def _finish(talk: Talk, data: Data) -> None:
    await welcome_member(talk)


form = routes.form(
    Form(
        "consents",
        (
            _step("health_record", lambda talk: "health_record"),
            _step("marketing", lambda talk: f"marketing_{talk.channel}"),
        ),
        _finish,
    )
)


async def ask_missing(talk: Talk) -> None:
    """Ask for every consent that has not been answered yet, then welcome the customer."""
    missing = await people.consents_missing(talk.unit, talk.customer_id, purposes(talk.channel), VERSION)
    if not missing:
        await welcome_member(talk)
        return
    await form.start(talk, missing=["marketing" if p.startswith("marketing_") else p for p in missing])
