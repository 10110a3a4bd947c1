"""The ready-made step of a form (`handlers/forms.py`) that asks when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.errors import DomainError
from handlers.forms import Choice, Data, Question, Step
from handlers.moments import read_moment
from handlers.talk import Talk
from handlers.words import Words

Suggest = Callable[[Talk, Data], Awaitable[Sequence[datetime]]]


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
        values = dict.fromkeys((*suggested, *data.get(meant, ())))
        return moment_question(talk.words, message, [*values])

    async def read(talk: Talk, data: Data, text: str) -> Mapping[str, Any]:
        try:
            found = read_moment(text, talk.unit.now, talk.words.zone)
        except DomainError as error:
            data[meant] = [*dict.fromkeys((*data.get(meant, ()), *_meant(error)))]
            raise
        return {name: found.at.isoformat()}

    return Step(name, ask, read, needed)


def moment_question(words: Words, message: str, moments: Sequence[str]) -> Question:
    """The question with moments (ISO text) to choose from and the channel's calendar."""
    return Question(words.t(message), [Choice(words.when(at), at) for at in moments], picker="datetime")


def _meant(error: DomainError) -> list[str]:
    """The moments that a refusal asks about; one without an hour is none yet."""
    if not error.facts.get("timed", "early" in error.facts):
        return []
    return [error.facts[fact] for fact in ("at", "early", "late") if fact in error.facts]
