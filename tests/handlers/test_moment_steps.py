"""The step that asks when: suggestions and doubts become buttons, and a button keeps meaning what it showed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from domain.database.session import Connection
from domain.unit import Actor, Clinic, Unit
from handlers.cards import Action, Card
from handlers.forms import Data, Form
from handlers.moment_steps import Suggest, moment_step
from handlers.talk import Talk
from handlers.words import BANGKOK, N_, Words

TUESDAY = datetime(2026, 7, 14, 11, 0, tzinfo=BANGKOK)
TEN = datetime(2026, 7, 15, 10, 0, tzinfo=BANGKOK)


class Asking:
    """A chat in a form with that one step; no step of this form reads the database."""

    def __init__(self, suggest: Suggest | None = None) -> None:
        clinic = Clinic(UUID(int=1), "drg", "คลินิก", "Clinic", BANGKOK, "", {})
        unit = Unit(cast(Connection, None), clinic, Actor("sales"), TUESDAY)
        self.talk = Talk(unit, "line", lambda code: [], Words("en"))
        self.finished: Data = {}
        self.form = Form("when", (moment_step("at", N_("Appointment"), suggest),), self._finish)

    async def _finish(self, talk: Talk, data: Data) -> None:
        self.finished = data

    @property
    def card(self) -> Card:
        return self.talk.cards[-1]

    @property
    def labels(self) -> list[str]:
        return [button.label.replace("\xa0", " ") for button in self.card.buttons if not button.picker]

    def button(self, label: str) -> Action:
        [action] = [button.action for button in self.card.buttons if button.label.replace("\xa0", " ") == label]
        assert action is not None
        return action

    async def says(self, text: str) -> Any:
        await self.form.say(self.talk, text)
        return self.finished.get("at")

    async def taps(self, action: Action, picked: str = "") -> Any:
        await self.form.press(self.talk, action, picked)
        return self.finished.get("at")


async def free(talk: Talk, data: Data) -> Sequence[datetime]:
    return [TEN, TEN + timedelta(hours=4)]


async def test_a_suggestion_is_tapped() -> None:
    chat = Asking(free)
    await chat.form.start(chat.talk)
    assert chat.labels == ["Wed 15 Jul 10:00", "Wed 15 Jul 14:00"]
    assert await chat.taps(chat.button("Wed 15 Jul 14:00")) == "2026-07-15T14:00:00+07:00"


async def test_another_moment_is_typed() -> None:
    chat = Asking(free)
    await chat.form.start(chat.talk)
    assert await chat.says("มะรืนบ่ายสอง") == "2026-07-16T14:00:00+07:00"


async def test_a_button_means_what_it_showed_when_the_suggestions_have_changed() -> None:
    rest = [TEN, TEN + timedelta(hours=4)]

    async def fewer(talk: Talk, data: Data) -> Sequence[datetime]:
        return rest

    chat = Asking(fewer)
    await chat.form.start(chat.talk)
    shown = chat.button("Wed 15 Jul 10:00")
    rest.pop(0)
    assert await chat.taps(shown) == "2026-07-15T10:00:00+07:00"


async def test_a_two_digit_year_is_confirmed_with_a_tap() -> None:
    chat = Asking()
    await chat.form.start(chat.talk)
    assert chat.labels == []
    await chat.says("17 ก.ค. 69 14:00")
    assert chat.talk.cards[-2].text.replace("\xa0", " ").startswith("Do you mean 17 Jul 2026 14:00?")
    assert await chat.taps(chat.button("Fri 17 Jul 14:00")) == "2026-07-17T14:00:00+07:00"


async def test_day_or_night_is_told_apart_with_a_tap() -> None:
    chat = Asking(free)
    await chat.form.start(chat.talk)
    earlier = chat.button("Wed 15 Jul 10:00")
    await chat.says("พรุ่งนี้ 3 โมง")
    assert chat.labels == ["Wed 15 Jul 10:00", "Wed 15 Jul 14:00", "Wed 15 Jul 09:00", "Wed 15 Jul 15:00"]
    assert chat.button("Wed 15 Jul 10:00") == earlier
    assert await chat.taps(chat.button("Wed 15 Jul 15:00")) == "2026-07-15T15:00:00+07:00"


async def test_a_day_without_an_hour_is_no_button() -> None:
    chat = Asking()
    await chat.form.start(chat.talk)
    await chat.says("พรุ่งนี้")
    assert (
        chat.talk.cards[-2].text.replace("\xa0", " ")
        == "At what time on 15 Jul 2026? Please type both, like 15 Jul 2026 14:00."
    )
    assert chat.labels == []
    await chat.says("ไว้ก่อน")
    assert chat.talk.cards[-2].text.startswith("Please type a day and a time")


async def test_a_moment_is_picked_in_the_channels_calendar() -> None:
    chat = Asking(free)
    await chat.form.start(chat.talk)
    calendar = chat.button("Pick a day and time")
    assert await chat.taps(calendar, "2026-07-17T14:00") == "2026-07-17T14:00:00+07:00"


async def test_a_calendar_that_gives_nothing_asks_again() -> None:
    chat = Asking(free)
    await chat.form.start(chat.talk)
    assert await chat.taps(chat.button("Pick a day and time")) is None
    assert chat.card.text == "Appointment"


async def test_the_calendar_of_an_answered_question_changes_nothing() -> None:
    chat = Asking()
    await chat.form.start(chat.talk, run=1)
    calendar = chat.button("Pick a day and time")
    await chat.form.start(chat.talk, run=2)
    assert await chat.taps(calendar, "2026-07-17T14:00") is None
