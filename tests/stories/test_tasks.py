"""The treatment's task: one beautician gets it, and only they start and finish it, in order and with a note."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from handlers.cards import Action
from tests.stories.forgery import token
from tests.stories.person import Person
from tests.stories.scenes import (
    MINT,
    NAN,
    NOTE,
    a_task_waits,
    accepts,
    begins,
    books,
    joins_team,
    new_member,
    takes_payment,
    ticks,
    treats,
    two_beauticians,
)
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]
TAKEN = "{by} already accepted this task, {when}. Type /tasks to see what is open."


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_first_accept_wins(world: World, channel: str, language: str) -> None:
    """Nan's card changes on Telegram; on LINE, where none can, her press is answered with the card as it is now."""
    mint, nan = await two_beauticians(world, channel, language)
    await a_task_waits(world, mint, nan)
    offer = await nan.button("Accept")
    await mint.taps("Accept")
    await mint.sees(("Task accepted", MINT))
    for person in (mint, nan):
        await person.sees_changed("Task accepted", MINT)
    if channel == "line":
        await nan.taps_on(offer)
        await nan.sees((await taken(world, nan), "Task accepted"))
    await nan.says("/tasks")
    await nan.sees("No task is waiting. We write to you as soon as there is one.")
    await nan.says("/mytasks")
    await nan.sees("You have no open task. See which ones are waiting:")
    await mint.says("งานของฉัน")
    await mint.sees(("Task accepted", "Nat"))
    await the_task_is(world, "accepted", MINT)


@pytest.mark.parametrize("channels", [("line", "line"), ("telegram", "telegram"), ("line", "telegram")], ids=str)
async def test_two_accepts_at_once(world: World, channels: tuple[str, str]) -> None:
    """Both press in the same moment: one has the task, the other reads who."""
    mint = await joins_team(world, "beautician", MINT, channels[0])
    nan = await joins_team(world, "beautician", NAN, channels[1])
    await a_task_waits(world, mint, nan)
    await asyncio.gather(mint.taps("Accept"), nan.taps("Accept"))
    winner_name = await world.one_truth(
        "select u.name from task_queue t join users u on u.id = t.assignee_id where t.kind = 'treatment'"
    )
    winner, loser = (mint, nan) if winner_name == MINT else (nan, mint)
    await winner.sees(("Task accepted", winner_name))
    await loser.sees((await taken(world, loser), "Task accepted"))
    for person in (mint, nan):
        await person.sees_changed("Task accepted", winner_name)
    assert await world.one_truth("select count(*) from workflow_events where kind = 'task_accepted'") == 1


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_accepting_twice_is_accepting_once(world: World, channel: str) -> None:
    """The same person again: the card, no complaint."""
    mint, nan = await two_beauticians(world, channel, "en")
    await a_task_waits(world, mint, nan)
    offer = await mint.button("Accept")
    await asyncio.gather(mint.taps_on(offer), mint.taps_on(offer))
    await mint.sees("Task accepted", "Task accepted")
    for person in (mint, nan):
        await person.sees_changed("Task accepted", MINT)
    assert await world.one_truth("select version from task_queue where kind = 'treatment'") == 2


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_only_the_assignee_and_only_in_order(world: World, channel: str, language: str) -> None:
    """Whatever button somebody still has, or makes up: each refusal says what is missing, and shows the card."""
    mint, nan = await two_beauticians(world, channel, language)
    jay, nat = await a_task_waits(world, mint, nan)
    task_id = await world.one_truth("select id from task_queue where kind = 'treatment'")

    for name in ("task.start", "task.complete"):
        await presses(mint, Action(name, task_id))
        await mint.sees(("Please accept the task first.", "New task"))
    await accepts(mint, nan)
    await presses(mint, Action("task.complete", task_id))
    await mint.sees(("Please start the treatment first.", "Task accepted"))
    await nobody_else(nan, task_id)

    await mint.taps("Start")
    await mint.sees("Treatment under way")
    started = await world.one_truth("select started_at from task_queue where kind = 'treatment'")
    await presses(mint, Action("task.start", task_id))
    when = mint.words.when(started)
    await mint.sees((mint.t("Started {when} by {by}.", when=when, by=MINT), "Treatment under way"))
    await nobody_else(nan, task_id)
    await the_task_is(world, "in_progress", MINT)

    await ticks(mint)
    await mint.taps("Complete")
    await mint.sees(mint.t("How did it go with {name}? Choose a note or write your own.", name="Nat"))
    await mint.taps("Skin fine, aftercare explained")
    await mint.sees("Complete this treatment?")
    await mint.taps("Complete")
    await mint.sees("Treatment completed")
    await nat.sees("Your treatment is complete")
    completed = await world.one_truth("select completed_at from task_queue where kind = 'treatment'")
    done = mint.t("Completed {when} by {by}.", when=mint.words.when(completed), by=MINT)
    for name in ("task.start", "task.complete", "task.accept"):
        await presses(mint, Action(name, task_id))
        await mint.sees(("Treatment completed",) if name == "task.accept" else (done, "Treatment completed"))
    await nobody_else(nan, task_id)
    moves = await world.truth("select action from workflow_actions order by version")
    assert [row["action"] for row in moves] == ["create", "confirm_payment", "schedule", "start", "complete"]
    await jay.sees_nothing()


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_second_complete(world: World, channel: str) -> None:
    """The summary's button twice at once, and an old one later: one completion, one lot of points, one card."""
    mint, nan = await two_beauticians(world, channel, "en")
    _, nat = await a_task_waits(world, mint, nan)
    await accepts(mint, nan)
    await begins(mint)
    begin = await mint.button("Complete")
    await mint.taps_on(begin)
    await mint.sees("How did it go")
    await mint.says(NOTE)
    await mint.sees("Complete this treatment?")
    complete = await mint.button("Complete")
    await asyncio.gather(mint.taps_on(complete), mint.taps_on(complete))
    await mint.sees("Thank you! The points are usable now, and the aftercare has begun.", "That form is finished.")
    await nat.sees("Your treatment is complete")
    await mint.taps_on(begin)
    await mint.sees(("Completed", "Treatment completed"))
    assert await world.one_truth("select count(*) from point_transactions where kind = 'activate'") == 1
    assert await world.one_truth("select count(distinct anchor_version) from followup_executions") == 1


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_short_note_is_refused(world: World, channel: str, language: str) -> None:
    """Ten characters, or one of the notes offered; nothing is completed before."""
    mint, nan = await two_beauticians(world, channel, language)
    _, nat = await a_task_waits(world, mint, nan)
    await accepts(mint, nan)
    await begins(mint)
    await mint.taps("Complete")
    question = mint.t("How did it go with {name}? Choose a note or write your own.", name="Nat")
    await mint.sees(question)
    for note in ("ok", "         ก         ", "123456789"):
        await mint.says(note)
        short = mint.t("Please write a note of at least {needed} characters, or choose one.", needed=10)
        await mint.sees(short, question)
    await the_task_is(world, "in_progress", MINT)
    await mint.says("ผิวแดงเล็กน้อย <3")
    await mint.sees(("Complete this treatment?", "ผิวแดงเล็กน้อย <3"))
    await mint.taps("Back")
    await mint.sees(question)
    await mint.says("ผิวปกติดีค่ะ")
    await mint.sees(("Complete this treatment?", "ผิวปกติดีค่ะ"))
    await mint.taps("Complete")
    await mint.sees("Treatment completed")
    await nat.sees("Your treatment is complete")
    assert await world.one_truth("select text from task_notes") == "ผิวปกติดีค่ะ"


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_two_tasks_one_after_the_other(world: World, channel: str) -> None:
    """What waits is a list; what was accepted is one card and the rest below it. Titles fit the person's queue."""
    mint, nan = await two_beauticians(world, channel, "en")
    jay, nat = await a_task_waits(world, mint, nan)
    nok = await new_member(world, jay, "Nok", "line", "th", phone="089-555-0100")
    await takes_payment(jay, nok)
    await books(jay, "13:00", name="Nok")
    for person in (mint, nan):
        await person.sees("New task")
    await nok.sees("This is your time with us.")
    await mint.says("/tasks")
    await mint.sees(("Tasks waiting", "Nat", "Nok"))
    for name in ("Nat", "Nok"):
        await mint.taps(name)
        await mint.sees(("New task", name))
        await accepts(mint, nan)
    await mint.says("/mytasks")
    await mint.sees(("Task accepted", "Nat"), ("After that", "Nok"))
    await mint.taps("Nok")
    await mint.sees(("Task accepted", "Nok"))
    await mint.taps("Start")
    await mint.sees(("Not ready to start yet", "🔴 Nobody has written down that they are here"))
    await mint.taps("They are here")
    await mint.sees("Everything is ready. Press Start.")
    await jay.sees("Nok has arrived")
    await treats(mint, nok)
    await mint.says("/mytasks")
    await mint.sees(("Task accepted", "Nat"))
    await treats(mint, nat)


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_the_time_is_set_once(world: World, channel: str) -> None:
    """Two salespeople, or one twice: the second learns who set it; one task, one offer to each."""
    mint, nan = await two_beauticians(world, channel, "en")
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    fon = await joins_team(world, "sales", "คุณฝน", channel)
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    now = await jay.button("Start now: set the time to now")
    await fon.says("/payments")
    await fon.sees("Paid, waiting for a time")
    await fon.taps("Nat")
    await fon.sees("Paid, waiting for a time")
    await asyncio.gather(jay.taps_on(now), fon.taps("Start now: set the time to now"))
    rows = await world.truth(
        "select u.name from workflow_actions a join users u on u.id = a.actor_user_id where action = 'schedule'"
    )
    (first,) = [row["name"] for row in rows]
    winner, loser = (jay, fon) if first == "คุณเจ" else (fon, jay)
    await winner.sees("The time is set to now. The team has been asked; the first to accept does the treatment.")
    at = loser.words.when(await world.one_truth("select at from workflow_actions where action = 'schedule'"))
    await loser.sees((loser.t("The time is already set, by {by}, {when}.", by=first, when=at), "Time is set"))
    for person in (mint, nan):
        await person.sees("New task")


async def test_nobody_is_there_to_ask(world: World) -> None:
    """No beautician has a chat yet: the manager hears of it, and a doctor is not asked for what is not theirs."""
    jay = await joins_team(world, "sales", "คุณเจ")
    ploy = await joins_team(world, "manager", "คุณพลอย", "line", "th")
    doctor = await joins_team(world, "doctor", "พญ.สาธิต ใจดี")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await jay.taps("Start now: set the time to now")
    await jay.sees("Time is set")
    await ploy.sees(("Nobody for this task", "Nat"))
    await doctor.says("/tasks")
    await doctor.sees("No task is waiting. We write to you as soon as there is one.")
    await presses(
        doctor, Action("task.accept", await world.one_truth("select id from task_queue where kind = 'treatment'"))
    )
    await doctor.sees("This is for other members of the team. Type /help to see what you can do.")
    mint = await joins_team(world, "beautician", MINT)
    await mint.says("/tasks")
    await mint.sees("New task")
    await mint.taps("Accept")
    await mint.sees("Task accepted")
    await ploy.taps("Show task")
    await ploy.sees(("Task accepted", MINT))


async def presses(person: Person, action: Action) -> None:
    """A button of this chat that is not, or no longer, on the newest card."""
    await person.presses((await person.newest())["id"], await token(person, action))


async def nobody_else(other: Person, task_id: Any) -> None:
    """Another beautician can neither start nor complete it."""
    for name in ("task.start", "task.complete"):
        await presses(other, Action(name, task_id))
        await other.sees(other.t("Only {by} can do this: the task is theirs.", by=MINT))


async def taken(world: World, person: Person) -> str:
    """Who accepted and when."""
    row = await world.truth(
        "select u.name, t.accepted_at from task_queue t join users u on u.id = t.assignee_id where t.kind = 'treatment'"
    )
    return person.t(TAKEN, by=row[0]["name"], when=person.words.when(row[0]["accepted_at"]))


async def the_task_is(world: World, state: str, assignee: str) -> None:
    """The one task's state and whose it is."""
    rows = await world.truth(
        "select t.state, u.name from task_queue t join users u on u.id = t.assignee_id where t.kind = 'treatment'"
    )
    assert [tuple(row) for row in rows] == [(state, assignee)]
