"""The platform sent the message and its answer is lost: it was silent, the connection was cut, half of it arrived.

A LINE message arrives exactly once, as reply and as push. Telegram cannot be asked again: an answer may arrive a second
time and then says so, a receipt never does and is left as `unknown`, for people to see. Duplicates are counted.
"""

from __future__ import annotations

import asyncio
from typing import Any

from handlers.words import Words
from tests.faults.erring import asks, copies, err, is_told, rows_of
from tests.faults.members import members
from tests.faults.registry import Trial, fault, times

MARK = Words("en").t("(possibly sent before)")
LOST: tuple[dict[str, Any], ...] = (
    {"kind": "silence", "seconds": times(1, 600)},
    {"kind": "cut"},
    {"kind": "half"},
)


@fault("F10", "the platform sent a message and its answer is lost")
async def test_a_lost_answer_costs_at_most_one_marked_repeat(trial: Trial) -> None:
    async with trial.rig() as world:
        world.patience = times(30, 180)  # a silent call lasts 15 s, and an account's next ones wait for it
        await world.meets("DRG")
        people = await members(world, 4 * len(LOST) * times(1, 5))
        await asyncio.gather(*map(asks, people))
        await world.settles()
        answers, receipts = people[: len(people) // 2], people[len(people) // 2 :]
        for n, person in enumerate(people):
            call = {"line": "/v2/bot/message/*", "telegram": "sendMessage"}[person.channel]
            await err(world, person.channel, call=call, person=person.id, carried_out=True, **LOST[n // 2 % len(LOST)])
            world.injected[f"lost answer of {person.channel}"] += 1
        await asyncio.gather(*map(asks, answers))
        for person in receipts:
            await is_told(world, person)
        await world.settles()
        for person in people:
            _, row = await rows_of(world, person)
            _, *arrived = await copies(person)
            twice = person in answers and person.channel == "telegram"
            state = "unknown" if person in receipts and person.channel == "telegram" else "sent"
            assert (row["state"], row["repeated"]) == (state, twice), (person.channel, dict(row))
            assert [MARK in text for text in arrived] == ([False, True] if twice else [False]), arrived
            world.injected["duplicate, marked"] += twice
