"""Offers: declined, reminded of, widened, given back; and who is off duty is left in peace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stories.scenes import MINT, NAN, a_task_waits, accepts, joins_team, two_beauticians
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en")]


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_declined_then_reminded_then_the_manager(world: World, time: Time, channel: str, language: str) -> None:
    """Mint cannot; Nan is reminded after half of the five minutes; after them the manager hears, and Nan still may."""
    mint, nan = await two_beauticians(world, channel, language)
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    await a_task_waits(world, mint, nan)
    begun = await time.now()
    await mint.taps("Decline")
    await mint.sees(("Nat", "Why can you not take this task? Choose or write."))
    await mint.taps("With another customer")
    said = "Thank you. The others can still take it, and so can you until somebody has."
    await mint.sees(("You declined this task", said))
    await mint.sees_changed("You declined this task")
    await mint.says("/tasks")
    await mint.sees("No task is waiting. We write to you as soon as there is one.")
    await time.moves_to(begun + timedelta(minutes=3))
    await nan.sees(("Task still waiting", "Nat"))
    await mint.sees_nothing()
    await time.moves_to(begun + timedelta(minutes=6))
    waited = ploy.words.n("Waiting for {count} minute.", "Waiting for {count} minutes.", 5)
    await ploy.sees(("Nobody for this task", waited, "Nat"))
    await nan.taps("Accept")
    await nan.sees(("Task accepted", NAN))
    await nan.sees_changed("Task accepted", NAN, cards=2)
    for person in (mint, ploy):
        await person.sees_changed("Task accepted", NAN)


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_only_one_who_declines_leaves_it_to_the_managers(world: World, channel: str, language: str) -> None:
    """Nan is at home: Mint is told that the managers have it, and can still change her mind."""
    mint, nan = await two_beauticians(world, channel, language)
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    await nan.says("/mytasks")
    await nan.reads()
    await nan.taps("Go off duty")
    await nan.reads()
    await a_task_waits(world, mint)
    await mint.taps("Decline")
    await mint.sees(("Nat", "Why can you not take this task? Choose or write."))
    await mint.taps("On a break")
    said = "Thank you. The managers are looking for somebody now. You can still take it until somebody has."
    await mint.sees(("You declined this task", said))
    await mint.sees_changed("You declined this task")
    await ploy.sees(("Nobody for this task", "Nat"))
    await mint.taps("Accept")
    await mint.sees(("Task accepted", MINT))
    await mint.sees_changed("Task accepted", MINT)
    await ploy.sees_changed("Task accepted", MINT)


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_nobody_off_duty_is_paged(world: World, channel: str, language: str) -> None:
    """Nan goes home and hears of nothing; back again she sees what waits, and takes it."""
    mint, nan = await two_beauticians(world, channel, language)
    await nan.says("/mytasks")
    await nan.sees(nan.t("Today: {total}, done: {done}", total=0, done=0))
    await nan.taps("Go off duty")
    await nan.sees("You are off duty. No task is offered to you until you are back.")
    await a_task_waits(world, mint)
    await nan.sees_nothing()
    await nan.taps("Go on duty")
    await nan.sees("You are on duty.", ("Tasks waiting", "Nat"))
    await nan.taps("Nat")
    await nan.sees("New task")
    await nan.taps("Accept")
    await nan.sees(("Task accepted", NAN))
    await mint.sees_changed("Task accepted", NAN)
    await nan.says("/mytasks")
    await nan.sees((nan.t("Today: {total}, done: {done}", total=1, done=0), "Nat"))
    await nan.taps("Go off duty")
    kept = nan.words.n(
        "You still have {count} task. Do it, hand it over or give it back:",
        "You still have {count} tasks. Do them, hand them over or give them back:",
        1,
    )
    await nan.sees(kept)


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_given_back_and_offered_again(world: World, channel: str, language: str) -> None:
    """Mint feels unwell: the others are asked for a new task, she is not."""
    mint, nan = await two_beauticians(world, channel, language)
    await a_task_waits(world, mint, nan)
    await accepts(mint, nan)
    await mint.taps("Give back")
    await mint.sees("Why do you give this task back? Choose or write.")
    await mint.taps("Not well")
    await mint.sees(("Task given back", "You have given the task back; your colleagues are asked.", "Not well"))
    await nan.sees(("New task", "Nat"))
    for person in (mint, nan):
        await person.sees_changed("Task given back")
    await nan.taps("Accept")
    await nan.sees(("Task accepted", NAN))
    await nan.sees_changed("Task accepted", NAN)
    states = await world.truth(
        "select t.state, u.name from task_queue t join users u on u.id = t.assignee_id where kind = 'treatment'"
    )
    assert sorted(tuple(row) for row in states) == [("accepted", NAN), ("released", MINT)]
