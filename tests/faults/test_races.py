"""Many fingers at the same moment: one button pressed often, one person on two channels, the last of something.

Every press is a webhook of its own, as impatient people and two phones make them. One has its effect, and whoever
comes too late is told so, all in the same words.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

import pytest

from handlers.cards import Action
from tests.faults.effects import effects
from tests.faults.members import at_once, members, ready, second_chat
from tests.faults.messages import check_messages
from tests.faults.registry import LONG, Trial, fault, times
from tests.faults.rig import Rig
from tests.faults.story import STEPS, cast
from tests.stories.forgery import data_of, token
from tests.stories.person import Person
from tests.stories.rewarding import SUNSCREEN, gets, opens_reward
from tests.stories.scenes import joins_team, new_member, reaches_payment
from tests.stories.world import CHANNELS

OF_THE_PRESSES = {"events", "messages meant", "conversations"}
"""What many presses leave more of than one: themselves, and their answers."""


@dataclass(slots=True)
class Impatient(Person):
    """Somebody who presses each button so many times at once."""

    fingers: int = 2

    async def taps(self, label: str, **facts: Any) -> None:
        """All fingers on the newest button with this label."""
        assert isinstance(self.world, Rig)
        await at_once(self.world, [(self, await data_of(self, label))] * self.fingers)


def impatient(person: Person, fingers: int) -> Impatient:
    """The same person in a hurry."""
    return Impatient(**{field.name: getattr(person, field.name) for field in fields(Person)}, fingers=fingers)


@fault("F22", "every button of a story pressed many times at once")
@pytest.mark.parametrize("channel", CHANNELS if LONG else CHANNELS[:1])
async def test_a_story_of_impatient_people_is_the_same_story(trial: Trial, channel: str) -> None:
    """Everybody presses every button with all fingers; what is true in the end is what one press each makes true."""
    async with trial.rig() as world:
        told = {}
        for slug, fingers in (("calm", 1), ("storm", times(4, 50))):
            story = await cast(world, slug, channel)
            # Fifty presses on a language are fifty answers and fifty menus, of which a chat gets one a second.
            world.patience = max(30.0, 4.0 * fingers)
            story.sales, story.mint, story.nat = (impatient(p, fingers) for p in (story.sales, story.mint, story.nat))
            for name, step in STEPS.items():
                try:
                    await step(story)
                except AssertionError as error:
                    error.add_note(f"in the step {name!r} of {slug}")
                    raise
            told[slug] = await effects(world, slug)
            await check_messages(world, slug, channel, in_doubt=0)
        for rows in told.values():
            assert {state for state, _ in rows["events"]} == {"done"}
            for name in OF_THE_PRESSES:
                del rows[name]
        assert told["storm"] == told["calm"]


@fault("F22", "one person at one button on LINE and Telegram at the same moment")
async def test_one_person_on_two_channels_at_once(trial: Trial) -> None:
    """A payment, a task, a reward: done once, and every other press is told so in the same words."""
    async with trial.rig() as world:
        await world.meets("DRG")
        fingers = times(5, 25)
        jay = await joins_team(world, "sales", "คุณเจ", "line")
        mint = await joins_team(world, "beautician", "คุณมิ้นท์", "line")
        nat = await new_member(world, jay, channel="line")
        jays, mints, nats = [[p, await second_chat(world, p, "telegram")] for p in (jay, mint, nat)]
        for chat in jays:
            await reaches_payment(chat, "Nat")
        said = await _together(world, jays, "Confirm payment", fingers)
        _one_and_the_rest(said, "confirmed ✅", "Already confirmed", 2 * fingers)
        assert await world.one_truth("select count(*) from payments") == 1
        receipts = [text for chat in nats for text in await chat.reads()]
        assert ["is confirmed ✅" in text for text in receipts] == [True], receipts

        paid, _ = jays if "Start now" in await jay.labels() else reversed(jays)
        await paid.taps("Start now")
        for chat in mints:
            await chat.says("/tasks")
        said = await _together(world, mints, "Accept", fingers)
        assert sorted(count for text, count in said.items() if "Task accepted" in text) == [2 * fingers], said
        assert await world.one_truth("select count(*) from workflow_events where kind = 'task_accepted'") == 1

        await gets(world, 4_000)
        for chat in nats:
            await opens_reward(chat, SUNSCREEN)
            await chat.taps("Redeem")
        said = await _together(world, nats, "Confirm", fingers)
        _one_and_the_rest(said, "Redeemed ✅", "You have redeemed this already", 2 * fingers)
        assert await world.one_truth("select count(*) from customer_coupons") == 1
        for channel in CHANNELS:
            await check_messages(world, "DRG", channel, in_doubt=0)


@fault("F23", "the last coupons of a reward, many customers at once")
async def test_as_many_win_as_there_are_coupons(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        stock, everybody = 3, await members(world, times(12, 100), points=1_600)
        await world.truth("update loyalty_rewards set stock = $1 where code = 'RSPF'", stock)
        for person in everybody:
            await opens_reward(person, SUNSCREEN)
            await person.taps("Redeem")
            await person.reads()
        await at_once(world, [await ready(person, "Confirm") for person in everybody])
        read = [await person.reads() for person in everybody]
        assert [len(texts) for texts in read] == [1] * len(everybody), read
        said = Counter("Redeemed ✅" in text for [text] in read)
        assert said == {True: stock, False: len(everybody) - stock}
        lost = {text for [text] in read if "Redeemed ✅" not in text}
        assert all("This reward is all gone. Type /rewards to see the others." in text for text in lost), lost
        assert await _accounts(world) == Counter({(1_700, 1_600): stock, (1_700, 0): len(everybody) - stock})


@fault("F23", "the last points of a customer, many rewards at once")
async def test_points_are_spent_once(trial: Trial) -> None:
    """Both phones confirm several rewards at the same moment; the points are enough for one of them."""
    async with trial.rig() as world:
        await world.meets("DRG")
        [nat] = await members(world, 1, points=1_700)
        await world.truth("update loyalty_rewards set min_tier = 'bronze', points = 1500, person_limit = null")
        chats = [nat, await second_chat(world, nat, "telegram")]
        offered = await world.truth("select id from loyalty_rewards order by code limit $1", times(4, 6))
        # A confirmation says which of the customer's redemptions it would be: also the ones that come next are there.
        numbers = range(1, 4)
        confirms = [Action("reward.confirm", row["id"], version=number) for row in offered for number in numbers]
        presses = [(chat, await token(chat, confirm)) for confirm in confirms for chat in chats]
        world.luck.shuffle(presses)
        await at_once(world, presses)
        said = await _said(chats)
        assert said.total() == len(presses)
        assert sum(count for text, count in said.items() if "Redeemed ✅" in text) == 1, said
        refusals = ("You have redeemed this already", "Something changed in the meantime", "which is not enough")
        assert all(any(words in text for words in ("Redeemed ✅", *refusals)) for text in said), said
        assert await _accounts(world) == Counter({(1_800, 1_500): 1})


async def _accounts(world: Rig) -> Counter[tuple[int, int]]:
    """(active, held) of every loyalty account."""
    rows = await world.truth("select active_points, held_points from loyalty_profiles")
    return Counter((row["active_points"], row["held_points"]) for row in rows)


async def _together(world: Rig, chats: list[Person], label: str, fingers: int) -> Counter[str]:
    """All fingers in all chats on this button; how often each answer is read, whatever its figures."""
    for chat in chats:
        await chat.reads()
    await at_once(world, [await ready(chat, label) for chat in chats] * fingers)
    return await _said(chats)


async def _said(chats: list[Person]) -> Counter[str]:
    read = [text for chat in chats for text in await chat.reads()]
    return Counter(" ".join(re.sub(r"\d", "0", text).split()) for text in read)


def _one_and_the_rest(said: Counter[str], done: str, already: str, presses: int) -> None:
    """One press is answered that it is done, all others in the same words that it was."""
    late = [count for text, count in said.items() if already in text]
    assert sum(count for text, count in said.items() if done in text) == 1, said
    assert late == [presses - 1], said
