"""Telegram errs: refusals of all kinds, silence, cut connections and garbage, for answers and for news.

Telegram has no key that makes a send safe to repeat. What may have arrived is repeated at most once and marked when
people must not miss it (answers, care, alarms), and left as `unknown` when it is a receipt.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from handlers.words import Words
from tests.faults.erring import Case, asks, copies, err, is_told, mend, over, rows_of, tries
from tests.faults.members import members
from tests.faults.registry import Trial, fault
from tests.faults.test_line_errs import SLOW

MARK = Words("en").t("(possibly sent before)")
REFUSED = tuple(
    Case(name, {"name": name}, tries=1, state="refused", arrives=0)
    for name in ("blocked", "deactivated", "not_started", "chat_not_found", "cant_parse", "migrated")
)
MENDED = (Case("401", {"name": "unauthorised"}, tries=2, mended="unauthorised"),)
IN_DOUBT = (
    Case("500", {"name": "server_error"}, tries=2),
    Case("502 of a proxy", {"name": "bad_gateway"}, tries=2),
    Case("silence", {"kind": "silence", "seconds": SLOW}, tries=2),
    Case("cut", {"kind": "cut"}, tries=2),
    Case("200 with garbage", {"name": "garbage"}, tries=2, arrives=2),
)
RECEIPTS = tuple(replace(case, tries=1, state="unknown", arrives=case.arrives - 1) for case in IN_DOUBT)


@fault("F11", "each error of Telegram at one answer")
async def test_an_answer_survives_each_error(trial: Trial) -> None:
    await _each(trial, (*REFUSED, *MENDED, *IN_DOUBT), "answer")


@fault("F11", "each error of Telegram at one notice")
async def test_a_receipt_is_never_sent_twice(trial: Trial) -> None:
    await _each(trial, (*REFUSED, *MENDED, *RECEIPTS), "service")


async def _each(trial: Trial, cases: tuple[Case, ...], message_class: str) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        people = await members(world, len(cases), channels=["telegram"])
        await asyncio.gather(*map(asks, people))
        await world.settles()
        before = {person.id: (len(await copies(person)), len(await tries(world, person))) for person in people}
        for case, person in zip(cases, people, strict=True):
            await err(world, "telegram", call="sendMessage", person=person.id, **case.fault)
            world.injected[case.what] += 1
        if message_class == "answer":
            await asyncio.gather(*map(asks, people))
        else:
            for person in people:
                await is_told(world, person, message_class=message_class)
        await over(world)
        for case, person in zip(cases, people, strict=True):
            *_, row = await rows_of(world, person)
            meant = ("pending", True) if case.mended else (case.state, False)
            assert (row["state"], bool(row["waits"])) == meant, (case, dict(row))
        await mend(world)
        for case, person in zip(cases, people, strict=True):
            *_, row = await rows_of(world, person)
            read, called = before[person.id]
            made, arrived = (await tries(world, person))[called:], (await copies(person))[read:]
            about = f"{case.what}: {dict(row)}, {made}, {arrived}"
            assert (row["state"], len(arrived), len(made)) == (case.state, case.arrives, case.tries), about
            doubtful = case in IN_DOUBT
            assert row["repeated"] == doubtful, about
            assert sum(MARK in text for text in arrived) == doubtful, about
