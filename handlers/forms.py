"""Forms: questions asked one by one, with back, cancel and correction at each step, and a summary.

A form's state is the conversation row: its name, the step, the answers so far. Buttons of a form carry a
fingerprint of (form, step, run) and of the answer it stands for, so that a press on an old question is recognised and
one on a list that has changed meanwhile never means another line of it. A form whose step a new release no longer knows
starts again at its first open question with what was filled in.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.conversations import service as conversations
from domain.errors import DomainError
from handlers.cards import Action, Button, Card, Item, Picker
from handlers.refusals import refusal
from handlers.talk import Talk
from handlers.words import N_

Data = dict[str, Any]
REVIEW = "review"
PICKED = 255
"""The choice of the button that opens a calendar: never one of the offered answers."""

BACK_WORDS = frozenset({"back", "แก้", "แก้ไข", "ย้อนกลับ"})
"""Typed alone in any form, these do what [Back] does."""
OFFERED = "offered"
"""Where a form's data keeps the values of the buttons that its question shows."""
TYPED = "typed"
"""Where a form's data keeps which message answered a step, and what was read from it: {step: [message, fact ...]}."""

_PASSED_ON = {
    "bad_choice": N_("Thank you, we have passed your message on to our staff. Please still choose an answer:"),
    "bad_moment": N_(
        "Thank you, we have passed your message on to our staff. If you meant a time: please type a day and a time,"
        " like tomorrow 14:00."
    ),
}
"""What a customer may write in a form's question that is meant for somebody: it reaches the staff."""
PICKERS: Mapping[Picker, str] = {
    "datetime": N_("Pick a day and time"),
    "date": N_("Pick a day"),
    "time": N_("Pick a time"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer: what the button says, and what it means as if typed; `detail` is said beside it (a price)."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a step shows: the question and the answers offered as buttons (typing is always possible too).

    `picker` adds the channel's own calendar or clock, where it has one; what is picked counts as typed, as ISO text.
    """

    text: str
    choices: Sequence[Choice] = ()
    title: str = ""
    picker: Picker = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `ask` words it; `read` turns an answer into facts to keep or raises a DomainError that
    says what is wrong. A step that is not `needed` is passed over. `own_words` are answers here, whatever they are as
    commands elsewhere."""

    name: str
    ask: Callable[[Talk, Data], Awaitable[Question]]
    read: Callable[[Talk, Data, str], Awaitable[Mapping[str, Any]]]
    needed: Callable[[Data], bool] = lambda data: True
    own_words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its steps, its summary, and what happens on confirmation.

    `review` makes the summary; without it the form finishes after its last answer. `confirm` gives the
    summary's button (label and, where the deed has its own action, that action). `subject` is the action that
    shows what the form is about, and the name of its id among what `start` was given or a refusal says; when that
    has moved on meanwhile, the form ends with its current card.
    """

    name: str
    steps: tuple[Step, ...]
    finish: Callable[[Talk, Data], Awaitable[None]]
    review: Callable[[Talk, Data], Awaitable[Card]] | None = None
    confirm: Callable[[Talk, Data], Button] | None = None
    subject: tuple[str, str] | None = None

    def about(self, talk: Talk, error: DomainError) -> Action | None:
        """The action that shows what this form, which the chat is filling in, or its refusal is about."""
        known = {**(talk.conversation["data"] if talk.conversation else {}), **error.facts}
        if self.subject is None or self.subject[1] not in known:
            return None
        return Action(self.subject[0], UUID(known[self.subject[1]]))

    async def start(self, talk: Talk, **known: Any) -> None:
        """Begin, with what is known already; asks the first open question."""
        await self._ask(talk, {"run": secrets.randbits(16), **known}, self._first(known))

    async def say(self, talk: Talk, text: str) -> None:
        """An answer was typed."""
        step, data = self._here(talk)
        if " ".join(text.split()).casefold().removeprefix("/") in BACK_WORDS:
            await self._back(talk, data)
        elif step is None:
            await self.again(talk)
        else:
            await self._take(talk, step, data, text)

    def takes(self, talk: Talk, text: str) -> bool:
        """Whether a word that is a command answers the current question."""
        step, _ = self._here(talk)
        return step is not None and " ".join(text.split()).casefold().removeprefix("/") in step.own_words

    async def press(self, talk: Talk, action: Action, picked: str = "") -> None:
        """One of the form's buttons was pressed; `picked` is what its calendar gave."""
        step, data = self._here(talk)
        value = _value(data, action)
        if action.version != self._mark(talk, data, value or ""):
            talk.say(talk.t("That question is already answered. Here is the current one:"))
            await self.again(talk)
        elif action.name == "form.back":
            await self._back(talk, data)
        elif action.name == "form.confirm" and step is None:
            talk.forget()
            await self.finish(talk, data)
        elif step is not None and action.name == "form.pick" and (answer := picked or value) is not None:
            await self._take(talk, step, data, answer)
        else:
            await self.again(talk)

    async def take_back(self, talk: Talk, message_id: str) -> None:
        """A message was taken back: if it answered a step, that is asked again, and nothing quotes the answer."""
        _, data = self._here(talk)
        typed = dict(data.get(TYPED, {}))
        name = next((name for name, (message, *_) in typed.items() if message == message_id), None)
        if name is None:
            return
        for fact in (name, *typed.pop(name)[1:]):
            data.pop(fact, None)
        await conversations.erase_answers(talk.unit, message_id)
        await self._ask(talk, {**data, TYPED: typed}, self._first(data))

    async def again(self, talk: Talk) -> None:
        """Ask the current question once more."""
        step, data = self._here(talk)
        await self._ask(talk, data, step)

    def _here(self, talk: Talk) -> tuple[Step | None, Data]:
        state = talk.conversation or {"step": "", "data": {}}
        data = dict(state["data"])
        for step in self.steps:
            if step.name == state["step"]:
                return step, data
        return (None if state["step"] == REVIEW and self.review else self._first(data)), data

    def _first(self, data: Mapping[str, Any]) -> Step | None:
        return next((s for s in self.steps if s.name not in data and s.needed(dict(data))), None)

    async def _take(self, talk: Talk, step: Step, data: Data, text: str) -> None:
        try:
            facts = await step.read(talk, data, text)
        except DomainError as error:
            talk.say(await self._not_taken(talk, error, text))
            await self._ask(talk, data, step)
            return
        data.setdefault(step.name, True)
        data.update(facts)
        if talk.message_id:
            data[TYPED] = {**data.get(TYPED, {}), step.name: [talk.message_id, *facts]}
        await self._ask(talk, data, self._first(data))

    async def _not_taken(self, talk: Talk, error: DomainError, text: str) -> str:
        """Why an answer was not taken. What a customer writes that fits nothing may be about something else."""
        if error.code in _PASSED_ON and talk.roles == {"customer"}:
            await conversations.keep_message(talk.unit, text, talk.message_id)
            return talk.t(_PASSED_ON[error.code])
        return refusal(talk.words, error)

    async def _back(self, talk: Talk, data: Data) -> None:
        state = talk.conversation or {"step": ""}
        passed = [s for s in self.steps if s.name in data and s.name != state["step"] and s.needed(data)]
        if passed:
            data.pop(passed[-1].name)
            await self._ask(talk, data, passed[-1])
        else:
            await self._ask(talk, data, self._first(data))

    async def _ask(self, talk: Talk, data: Data, step: Step | None) -> None:
        if step is None and self.review is None:
            talk.forget()
            await self.finish(talk, data)
            return
        data.pop(OFFERED, None)
        if step is None:
            talk.remember(self.name, REVIEW, data)
            talk.say(await self._summary(talk, data, self._mark(talk, data)))
            return
        question = await step.ask(talk, data)
        data[OFFERED] = [choice.value for choice in question.choices]
        talk.remember(self.name, step.name, data)
        mark = self._mark(talk, data)
        picks = [
            (choice, Button(choice.label, Action("form.pick", choice=n, version=self._mark(talk, data, choice.value))))
            for n, choice in enumerate(question.choices)
        ]
        buttons = [button for choice, button in picks if not choice.detail]
        if question.picker:
            pick = Action("form.pick", choice=PICKED, version=mark)
            buttons.append(Button(talk.t(PICKERS[question.picker]), pick, picker=question.picker))
        card = Card(
            title=question.title,
            text=question.text,
            items=tuple(Item(choice.label, choice.detail, button) for choice, button in picks if choice.detail),
            buttons=tuple(buttons),
            quick=self._ways_out(talk, data, mark),
        )
        talk.say(card)

    async def _summary(self, talk: Talk, data: Data, mark: int) -> Card:
        card = await self.review(talk, data) if self.review else Card()
        confirm = self.confirm(talk, data) if self.confirm else Button(talk.t("Confirm"))
        if confirm.action is None:
            confirm = replace(confirm, action=Action("form.confirm", version=mark))
        # A card that already has its likely answer (going on with what there is) keeps it: one button leads.
        leads = any(button.style == "primary" for button in card.buttons)
        if confirm.style == "secondary" and not leads:
            confirm = replace(confirm, style="primary")
        buttons = (*card.buttons, confirm) if leads else (confirm, *card.buttons)
        return replace(
            card,
            buttons=buttons,
            quick=self._ways_out(talk, data, mark),
        )

    def _ways_out(self, talk: Talk, data: Data, mark: int) -> tuple[Button, ...]:
        cancel = Button(talk.t(N_("Cancel")), Action("form.cancel", version=mark))
        if any(s.name in data for s in self.steps):
            return (Button(talk.t(N_("Back")), Action("form.back", version=mark)), cancel)
        return (cancel,)

    def _mark(self, talk: Talk, data: Data, value: str = "") -> int:
        """What a question's buttons carry, `value` being the answer of one that is an answer.

        A summary's cover all that it shows, so that none confirms other answers.
        """
        step = (talk.conversation or {"step": ""})["step"]
        shown = json.dumps(data, sort_keys=True, default=str) if step == REVIEW else f"{data.get('run', 0)}:{value}"
        return zlib.crc32(f"{self.name}:{step}:{shown}".encode())


def _value(data: Data, action: Action) -> str | None:
    """The answer that a button of the current question stands for; None for every other button."""
    offered = data.get(OFFERED, ())
    return str(offered[action.choice]) if action.name == "form.pick" and action.choice < len(offered) else None
