"""The skin scan: who waits for one, what was found, and the consent without which nothing is kept.

Beauticians and doctors find those who wait under their tasks, sales on the journey's card. The customer's consent is
given in their own chat, or signed on paper and recorded here. Ends in `domain.workflow.record_scan`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.people import service as people
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import Action as Move
from domain.workflow.model import JourneyView
from domain.workflow.scanning import HEALTH, clean_concerns
from handlers.cards import Action, Button, Card, Item, row_id
from handlers.concerns import CONCERNS, concern_words
from handlers.consents import paper
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.journeys import journey_card, show_button
from handlers.lists import list_card
from handlers.permissions import SALES
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import Words

routes = Routes()

MOST: Final = 6
"""Concerns that one can give one after the other."""


# Who waits


async def say_waiting(talk: Talk, page: int = 0) -> bool:
    """The list of customers who wait for a scan; False, and nothing said, when nobody does."""
    waiting = await workflow.journeys_to_scan(talk.unit)
    if not waiting:
        return False
    talk.say(waiting_card(talk.words, waiting, page))
    return True


def waiting_card(words: Words, waiting: Sequence[JourneyView], page: int = 0) -> Card:
    """A page of those who wait, with a button each."""
    items = [
        Item(
            journey.customer_name,
            f"{words.pick(journey.treatment)} · {words.date(journey.stage_changed_at)}",
            Button(journey.customer_name, _start(journey)),
        )
        for journey in waiting
    ]
    return list_card(words, words.t("Waiting for a skin scan"), items, "scan.waiting", page)


@routes.action("scan.waiting")
async def waiting_page(talk: Talk, action: Action) -> None:
    """Another page of those who wait."""
    if not await say_waiting(talk, action.choice):
        talk.say(talk.t("Nobody is waiting for a skin scan."))


def _start(journey: JourneyView) -> Action:
    return Action("journey.scan", journey.id, version=journey.version)


# Consent


@routes.action("journey.scan")
async def scan(talk: Talk, action: Action) -> None:
    """Begin, or say first what consent is missing and how to get it."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    workflow.check_move(talk.unit, journey, Move.RECORD_SCAN)
    if await workflow.may_keep_health_data(talk.unit, journey.customer_id):
        await form.start(talk, journey=str(journey.id), version=journey.version, customer=journey.customer_name)
        return
    _, text = await paper(talk, journey.customer_id)
    talk.say(consent_card(talk, journey, text))


def consent_card(talk: Talk, journey: JourneyView, to_sign: str) -> Card:
    """What is missing before a scan, and the two ways to it; the text `to_sign` is in the customer's language."""
    signed = Button(
        talk.t("Signed on paper"), Action("journey.paper_consent", journey.id, version=journey.version), style="primary"
    )
    invite = Button(talk.t("Invite to chat"), Action("journey.invite", id=journey.id))
    asks = talk.t(
        "{name} has not agreed to keeping health data. Let them agree in their own chat, or let them read and"
        " sign this text on paper:",
        name=journey.customer_name,
    )
    return Card(
        title=talk.t("Consent is needed first"),
        text=f"{asks}\n\n{to_sign}",
        buttons=(signed, invite) if talk.roles & SALES else (signed,),
    )


@routes.action("journey.paper_consent")
async def paper_consent(talk: Talk, action: Action) -> None:
    """[Signed on paper]: kept with the words that were shown and who vouches for it; then the scan goes on."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    language, text = await paper(talk, journey.customer_id)
    await people.record_paper_consent(talk.unit, journey.customer_id, purpose=HEALTH, language=language, text=text)
    await scan(talk, action)


# What was found


def _given(data: Data) -> list[str]:
    return [data[f"concern{n}"] for n in range(1, MOST + 1) if data.get(f"concern{n}")]


def _concern_step(number: int) -> Step:
    key = f"concern{number}"

    async def ask(talk: Talk, data: Data) -> Question:
        given = _given(data)
        choices = [Choice(talk.t(concern.title), code) for code, concern in CONCERNS.items() if code not in given]
        if number == 1:
            text = talk.t("What does {name} want to improve? Choose, or type it.", name=data["customer"])
            return Question(text, choices, title=talk.t("Skin scan"))
        done = Choice(talk.t("Done"), "")
        text = talk.t("{concerns}. Anything else?", concerns=concern_words(talk.words, given))
        return Question(text, [done, *choices])

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        if number > 1 and text.strip().casefold() in ("", talk.t("Done").casefold()):
            return {key: ""}
        by_word = {word.casefold(): code for code, c in CONCERNS.items() for word in (code, c.title, talk.t(c.title))}
        [found] = clean_concerns([by_word.get(text.strip().casefold(), text)])
        return {key: found}

    return Step(key, ask, read, needed=lambda data: number == 1 or bool(data.get(f"concern{number - 1}")))


async def _review(talk: Talk, data: Data) -> Card:
    concerns = concern_words(talk.words, _given(data))
    return Card(
        title=talk.t("Save this scan?"),
        rows=((talk.t("Customer"), data["customer"]), (talk.t("Concerns"), concerns)),
    )


async def _finish(talk: Talk, data: Data) -> None:
    journey = await workflow.record_scan(
        talk.unit, UUID(data["journey"]), version=data["version"], concerns=_given(data)
    )
    if talk.roles & SALES:
        talk.say(journey_card(talk.words, journey, talk.t("The scan is saved. The plan is next."), talk.roles))
    else:
        talk.say(talk.t("The scan of {name} is saved. Sales makes the plan.", name=journey.customer_name))


form = routes.form(
    Form(
        "scan",
        tuple(_concern_step(number) for number in range(1, MOST + 1)),
        _finish,
        review=_review,
        subject=("journey.show", "journey"),
    )
)


@routes.presenter("scan.recorded")
def recorded(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To whoever sells the plan: a colleague has done the scan."""
    journey_id = UUID(facts["journey_id"])
    return Card(
        title=words.t("Skin scan done: {name}", name=facts["name"]),
        text=words.t("{by} has saved the scan. You can make the plan now.", by=facts["by"]),
        buttons=(
            Button(
                words.t("Make the plan"), Action("journey.plan", journey_id, version=facts["version"]), style="primary"
            ),
            show_button(words, journey_id),
        ),
    )
