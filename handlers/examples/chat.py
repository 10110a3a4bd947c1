"""Cards that come from a conversation: handlers that only speak, and the questions and summaries of forms.

There is no database here. A handler that asks one gets its card from a function of what was found, and the
example calls that; here only what speaks from the person, the clinic and the words themselves can run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from domain.database.session import Claim, Connection
from domain.unit import Actor, Scene, Unit
from handlers.cards import Button, Card
from handlers.examples.demo import AS_CUSTOMER, CLINIC, ID, NOW
from handlers.forms import REVIEW, Data, Form, Question, Step
from handlers.talk import Link, Talk
from handlers.words import Words

Handler = Callable[[Talk], Awaitable[None]]


def links(code: str) -> list[Link]:
    """The clinic's two links, as the channels make them."""
    return [
        Link("line", "LINE", f"https://line.me/R/oaMessage/%40123abcde/?%2Fstart%20{code}"),
        Link("telegram", "Telegram", f"https://t.me/daoruang_demo_bot?start={code}"),
    ]


def talk(words: Words, actor: Actor = AS_CUSTOMER, *, channel: str = "line", name: str = "") -> Talk:
    """An event of `actor`, called `name` on their channel, before anything is answered."""
    scene = Scene(
        claim=Claim(ID, ID, ID, 1),
        account_id=ID,
        lane="",
        payload={},
        received_at=NOW,
        attempts=1,
        identity_id=ID,
        person_name=name,
        language=words.language,
        is_new=False,
        handler=None,
        step=None,
        form_data={},
    )
    return Talk(Unit(cast(Connection, None), CLINIC, actor, NOW, scene), channel, links, words)


def heard(handler: Handler, event: Talk) -> list[Card]:
    """What a handler answers to an event. It must not wait for anything."""
    try:
        next(handler(event).__await__())
    except StopIteration:
        return event.cards
    raise RuntimeError("this handler waits for something: give it a function that makes the card")


def at_step(form: Form, step: str, event: Talk, **data: Any) -> Card:
    """What a form shows at a step, or at its summary (`REVIEW`), when `data` was answered before."""
    event.remember(form.name, step, data)
    (card,) = heard(form.again, event)
    return card


def question(words: Words, asked: Question, *, first: bool = False) -> Card:
    """A question as forms ask it; only the first one has nothing to go back to."""

    async def ask(talk: Talk, data: Data) -> Question:
        return asked

    steps = (Step("before", ask, _read), Step("asked", ask, _read))
    return at_step(Form("example", steps, _finish), "asked", talk(words), **({} if first else {"before": True}))


def summary(words: Words, shown: Card, confirm: Button | None = None) -> Card:
    """A summary as forms show it, with its confirming button (`confirm`, else the usual one) and the ways out."""

    async def review(talk: Talk, data: Data) -> Card:
        return shown

    async def ask(talk: Talk, data: Data) -> Question:
        return Question("")

    button = (lambda talk, data: confirm) if confirm else None
    form = Form("example", (Step("before", ask, _read),), _finish, review=review, confirm=button)
    return at_step(form, REVIEW, talk(words), before=True)


async def _read(talk: Talk, data: Data, text: str) -> Mapping[str, Any]:
    return {}


async def _finish(talk: Talk, data: Data) -> None:
    return None
