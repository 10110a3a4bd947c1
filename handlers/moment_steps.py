"""The ready-made step of a form (`handlers/forms.py`) that asks when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from domain.errors import DomainError
from handlers.forms import Choice, Data, Question, Step
from handlers.moments import read_moment
from handlers.talk import Talk
from handlers.words import Words

Suggest = Callable[[Talk, Data], Awaitable[Sequence[datetime]]]

_SAME_YEAR: Final = timedelta(days=300)
"""A day no further away than this is told from every other one without its year."""


def moment_step(
    name: str, message: str, suggest: Suggest | None = None, *, needed: Callable[[Data], bool] = lambda data: True
) -> Step:
    """Ask when: `message` (marked with N_) with suggested moments as buttons, the channel's calendar, or typed.

    Keeps ISO text with its zone under `name`. What a typed answer may have meant (17 ก.ค. 69, พรุ่งนี้ 3 โมง) joins the
    suggestions as a button. Whether a moment will do (in the past, outside the clinic's hours) is for the form's use
    case to say.
    """
    meant = f"{name}_meant"

    async def ask(talk: Talk, data: Data) -> Question:
        found = await suggest(talk, data) if suggest else ()
        suggested = [moment.astimezone(talk.words.zone).isoformat() for moment in found]
        return moment_question(talk.words, message, (*suggested, *data.get(meant, ())), talk.unit.now)

    async def read(talk: Talk, data: Data, text: str) -> Mapping[str, Any]:
        try:
            found = read_moment(text, talk.unit.now, talk.words.zone)
        except DomainError as error:
            data[meant] = [*dict.fromkeys((*data.get(meant, ()), *_meant(error)))]
            raise
        return {name: found.at.isoformat()}

    return Step(name, ask, read, needed)


def moment_question(words: Words, message: str, moments: Iterable[str], now: datetime) -> Question:
    """Ask when, with these moments (ISO) as buttons, each once, and the channel's calendar."""
    choices = [Choice(_label(words, moment, now), moment) for moment in dict.fromkeys(moments)]
    return Question(words.t(message), choices, picker="datetime")


def _label(words: Words, moment: str, now: datetime) -> str:
    near = timedelta(0) <= datetime.fromisoformat(moment) - now <= _SAME_YEAR
    return words.slot(moment) if near else words.when(moment)


def _meant(error: DomainError) -> list[str]:
    """The moments that a refusal asks about; one without an hour is none yet."""
    if not error.facts.get("timed", "early" in error.facts):
        return []
    return [error.facts[fact] for fact in ("at", "early", "late") if fact in error.facts]
