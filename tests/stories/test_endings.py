"""Giving up and coming back: not going ahead, taken up again by a new lead, cancelled by a manager after payment."""

from __future__ import annotations

import pytest

from tests.stories.scenes import PHONE, enters_lead, joins_team, new_member, sets_time, takes_payment
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_lost_and_back_again(world: World, channel: str, language: str) -> None:
    """Sales gives a reason; when the same person comes back, it is the same journey."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await enters_lead(jay, "Nat")
    await jay.taps("Other steps")
    await jay.sees("Nat")
    await jay.taps("Not going ahead")
    await jay.sees("What is the reason? Choose, or type it.")
    await jay.taps("Too expensive")
    await jay.sees(("Put this down as not going ahead?", "Too expensive"))
    await jay.taps("Confirm")
    await jay.sees(("Saved: not going ahead.", "Not going ahead"))
    await jay.taps("Take up again")
    await jay.sees(("Taken up again.", "New"))
    await jay.taps("Other steps")
    await jay.sees("Nat")
    await jay.taps("Not going ahead")
    await jay.sees("What is the reason? Choose, or type it.")
    await jay.says("bought a car")
    await jay.sees(("Put this down as not going ahead?", "bought a car"))
    await jay.taps("Confirm")
    await jay.sees("Saved: not going ahead.")
    await enters_lead(jay, "Nat", PHONE)
    moves = await world.truth("select action, reason from workflow_actions order by version")
    assert [tuple(move) for move in moves] == [
        ("create", ""),
        ("mark_lost", "price"),
        ("reopen", ""),
        ("mark_lost", "bought a car"),
        ("reopen", ""),
    ]


async def test_what_is_off_is_off_for_everybody(world: World) -> None:
    """Paid and timed: sales cannot end it; once a manager has, the team's offer says so."""
    jay = await joins_team(world, "sales", "คุณเจ", "line", "th")
    ploy = await joins_team(world, "manager", "คุณพลอย")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await ploy.says("/payments")
    await ploy.sees("Paid, waiting for a time")
    await ploy.taps("Nat")
    await ploy.sees("Paid, waiting for a time")
    await sets_time(jay, mint)
    await jay.taps("Other steps")
    await jay.sees("This plan is paid, so only a manager can cancel it.")
    await ploy.taps("Other steps")
    await ploy.sees("Nat")
    await ploy.taps("Cancel this plan")
    await ploy.sees("What is the reason? Choose, or type it.")
    await ploy.taps("Medical reason")
    await ploy.sees("THB 1,290 was paid. What becomes of it?")
    await ploy.taps("Refund")
    await ploy.sees("Cancel this plan for good?")
    await ploy.taps("End this plan")
    await ploy.sees("The plan is cancelled.")
    await mint.sees_changed("Task called off", "Nat")


async def test_a_manager_cancels_what_was_paid(world: World) -> None:
    """From the list of who waits for a time to the end, with the reason and the decision written down."""
    jay = await joins_team(world, "sales", "คุณเจ")
    ploy = await joins_team(world, "manager", "คุณพลอย")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await ploy.says("/payments")
    await ploy.sees("Paid, waiting for a time")
    await ploy.taps("Nat")
    await ploy.sees("Paid, waiting for a time")
    await ploy.taps("Other steps")
    await ploy.sees("Nat")
    await ploy.taps("Cancel this plan")
    await ploy.sees("What is the reason? Choose, or type it.")
    await ploy.taps("Moved away")
    await ploy.sees("THB 1,290 was paid. What becomes of it?")
    await ploy.taps("Credit for later")
    await ploy.sees(("Cancel this plan for good?", "Moved away", "THB 1,290", "Credit for later"))
    await ploy.taps("End this plan")
    await ploy.sees(("The plan is cancelled.", "Cancelled"))
    await nat.says("/points")
    await nat.sees("Your points, Nat")
    pending = await world.one_truth("select sum(pending_points) from loyalty_profiles")
    assert pending == 0
