"""LINE errs: refusals of all kinds, silence, cut connections and garbage, for replies and for pushes.

Each case happens to a person of its own, all at the same time. A message may be late, never lost without a word and
never twice: every row ends, and what LINE refuses for good is not tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from tests.faults.erring import Case, asks, copies, err, is_told, mend, over, rows_of, tries
from tests.faults.members import members
from tests.faults.registry import Trial, fault, times

SLOW = times(1, 600)
"""Seconds of silence; the long form waits until the program itself gives up."""
INVALID = {"message": "The request body has 1 error(s)", "details": [{"message": "May not be empty"}]}
NOBODY = {"message": "Failed to send messages"}
BOTH = (
    Case("500 twice", {"name": "server_error", "times": 2}, tries=3),
    Case("502 of a proxy", {"name": "bad_gateway"}, tries=2),
    Case("503", {"status": 503, "body": ""}, tries=2),
    Case("429, too many calls", {"name": "rate_limit"}, tries=2),
    Case("silence", {"kind": "silence", "seconds": SLOW}, tries=2),
    Case("cut", {"name": "cut"}, tries=2),
    Case("half an answer", {"kind": "half", "status": 200, "body": {"sentMessages": []}}, tries=2),
    Case("200 with garbage", {"name": "garbage"}, tries=1),
    Case("400, wrong request", {"status": 400, "body": INVALID}, tries=1, state="refused", arrives=0),
    Case("400, nobody", {"status": 400, "body": NOBODY}, tries=1, state="refused", arrives=0),
    Case("401", {"name": "unauthorised"}, tries=2, mended="unauthorised"),
    Case("403", {"name": "forbidden"}, tries=2, mended="unauthorised"),
)
REPLIES = (*BOTH, Case("400, the token", {"name": "invalid_token"}, tries=2))
PUSHES = (*BOTH, Case("429, the month's quota", {"name": "monthly_limit"}, tries=2, mended="quota"))


@fault("F9", "each error of LINE at one reply")
async def test_a_reply_survives_each_error(trial: Trial) -> None:
    await _each(trial, REPLIES, "/v2/bot/message/reply")


@fault("F9", "each error of LINE at one push")
async def test_a_push_survives_each_error(trial: Trial) -> None:
    await _each(trial, PUSHES, "/v2/bot/message/push")


async def _each(trial: Trial, cases: Sequence[Case], call: str) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        people = await members(world, len(cases), channels=["line"])
        for case, person in zip(cases, people, strict=True):
            await err(world, "line", call=call, person=person.id, **case.fault)
            world.injected[case.what] += 1
        if call.endswith("reply"):
            await asyncio.gather(*map(asks, people))
        else:
            for person in people:
                await is_told(world, person)
        await over(world)
        for case, person in zip(cases, people, strict=True):
            [row] = await rows_of(world, person)
            assert (row["state"], bool(row["waits"])) == (("pending", True) if case.mended else (case.state, False)), (
                case
            )
            assert (row["error"] or "").startswith(case.mended), case
        await mend(world)
        for case, person in zip(cases, people, strict=True):
            [row] = await rows_of(world, person)
            made, arrived = await tries(world, person), await copies(person)
            about = f"{case.what}: {dict(row)}, {made}, {arrived}"
            assert (row["state"], len(arrived), len(made)) == (case.state, case.arrives, case.tries), about
            assert not row["repeated"], about
            pushes = [one for one in made if one.call.endswith("push")]
            assert {one.key for one in pushes} <= {str(row["retry_key"])}, about
            assert all(not one.key for one in made if one not in pushes), about
            waits = [later.at - earlier.at for earlier, later in pairwise(made) if later.call == earlier.call]
            assert all(wait > 0.9 * 2**n for n, wait in enumerate(waits)), about
