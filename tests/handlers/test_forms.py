"""Forms when what they offer changes, and the words that go back: no step here reads the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

import pytest

from domain.database.session import Connection
from domain.unit import Actor, Clinic, Unit
from handlers.cards import Action, Card
from handlers.forms import Choice, Data, Form
from handlers.steps import pick_step, text_step
from handlers.talk import Talk
from handlers.words import BANGKOK, Words
from tests.handlers.test_moment_steps import TUESDAY


class Asking:
    """A chat in a form: a name, then one of what is offered at that moment."""

    def __init__(self) -> None:
        clinic = Clinic(UUID(int=1), "drg", "คลินิก", "Clinic", BANGKOK, "", {})
        self.talk = Talk(
            Unit(cast(Connection, None), clinic, Actor("sales"), TUESDAY), "line", lambda code: [], Words("en")
        )
        self.finished: Data = {}
        self.offered = ["5 sessions", "10 sessions", "Single"]
        steps = (
            text_step("name", lambda talk, data: "Name?"),
            pick_step("course", lambda talk, data: "Which?", self._offer),
        )
        self.form = Form("sale", steps, self._finish)

    async def _offer(self, talk: Talk, data: Data) -> Sequence[Choice]:
        return [Choice(label, label.split()[0]) for label in self.offered]

    async def _finish(self, talk: Talk, data: Data) -> None:
        self.finished = data

    @property
    def card(self) -> Card:
        return self.talk.cards[-1]

    def button(self, label: str) -> Action:
        [action] = [button.action for button in (*self.card.buttons, *self.card.quick) if button.label == label]
        assert action is not None
        return action

    async def says(self, text: str) -> None:
        await self.form.say(self.talk, text)

    async def taps(self, action: Action) -> None:
        await self.form.press(self.talk, action)


async def at_the_choice() -> Asking:
    chat = Asking()
    await chat.form.start(chat.talk)
    await chat.says("Nat")
    assert chat.card.text == "Which?"
    return chat


async def test_a_button_means_what_it_showed_when_the_list_has_changed() -> None:
    chat = await at_the_choice()
    ten = chat.button("10 sessions")
    chat.offered = ["3 sessions", "5 sessions", "10 sessions"]
    await chat.taps(ten)
    assert chat.finished["course"] == "10"


async def test_what_is_offered_no_more_is_not_taken_for_something_like_it() -> None:
    chat = await at_the_choice()
    five = chat.button("5 sessions")
    chat.offered = ["15 sessions", "Single"]
    await chat.taps(five)
    assert not chat.finished
    assert chat.talk.cards[-2].text == "This is not offered any more. Please choose again."
    await chat.taps(chat.button("15 sessions"))
    assert chat.finished["course"] == "15"


async def test_an_older_copy_of_the_question_does_not_choose_by_its_place() -> None:
    chat = await at_the_choice()
    first = chat.button("5 sessions")
    chat.offered = ["Single", "5 sessions"]
    await chat.form.again(chat.talk)
    await chat.taps(first)
    assert not chat.finished
    assert chat.talk.cards[-2].text.startswith("That question is already answered.")


@pytest.mark.parametrize("word", ["back", "/back", "Back", "แก้", "ย้อนกลับ"])
async def test_words_go_back(word: str) -> None:
    chat = await at_the_choice()
    await chat.says(word)
    assert chat.card.text == "Name?"
    await chat.says("Anna")
    await chat.taps(chat.button("Single"))
    assert (chat.finished["name"], chat.finished["course"]) == ("Anna", "Single")
