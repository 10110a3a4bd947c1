"""While one account is in trouble, everybody else is served: other clinics, the other channel, other chats."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from domain.notifications import service as notifications
from tests.faults.erring import Case, asks, copies, err, forgive, is_told, mend, over, rows_of, tries
from tests.faults.front_door import front_door
from tests.faults.members import members, second_chat
from tests.faults.program import until
from tests.faults.registry import Trial, fault, times
from tests.faults.rig import Rig
from tests.stories.person import Person
from tests.stories.world import free_port

PROMPT_S = 5.0
"""An answer is there within so many seconds, also on a very busy machine; a call to a silent platform takes longer."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What the program takes for a platform, at an address that may be closed."""

    address: str
    frozen: int = 0


@fault("F9", "LINE says nothing to one clinic")
async def test_a_silent_account_keeps_nobody_else_waiting(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        await world.meets("BUA")
        crowd = await members(world, times(14, 60), channels=["line"])
        others = [*await members(world, 2, slug="BUA"), *await members(world, 1, channels=["telegram"])]
        account = world.accounts["DRG", "line"]
        await err(world, "line", account=account, call="/v2/*", kind="silence", seconds=times(8, 600), times=None)
        world.injected["silent call"] += len(crowd)
        await asyncio.gather(*map(asks, crowd))
        for person in others:
            assert await _waits(world, person) < PROMPT_S, f"{person.slug} on {person.channel} waited"
        await forgive(world, "line")
        await world.settles()
        for person in crowd:
            assert len(await copies(person)) == 1


@fault("F9", "nobody listens at LINE's address")
async def test_what_never_left_is_sent_when_somebody_listens(trial: Trial) -> None:
    async with trial.rig() as world:
        port = free_port()
        world.served.knows(AURA_LINE_API_URL=f"http://127.0.0.1:{port}/line")
        await world.meets("DRG")
        people = await members(world, 2, channels=["line"])
        await asks(people[0])
        await is_told(world, people[1])
        world.injected["connection refused"] += 2

        async def tried() -> bool:
            errors = [row["error"] or "" for person in people for row in await rows_of(world, person)]
            return [error.startswith("not connected") for error in errors] == [True, True]

        await until(tried, "both to be tried")
        async with front_door(port) as door:
            door.replicas = [Platform(world.platforms)]
            await world.settles()
            for person in people:
                [row] = await rows_of(world, person)
                assert (row["state"], row["repeated"]) == ("sent", False), dict(row)
                assert (len(await tries(world, person)), len(await copies(person))) == (1, 1)


@fault("F11", "Telegram asks a bot to wait")
async def test_a_bot_that_must_wait_waits_as_a_whole_and_alone(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        await world.meets("BUA")
        seconds = times(2, 20)
        crowd = await members(world, 5, channels=["telegram"])
        others = [*await members(world, 2, slug="BUA"), *await members(world, 1, channels=["line"])]
        await asyncio.gather(*map(asks, (*crowd, *others)))
        await world.settles()
        bot = world.accounts["DRG", "telegram"]
        await err(world, "telegram", account=bot, call="sendMessage", name="flood", seconds=seconds)
        world.injected["429"] += 1
        await asks(crowd[0])
        await until(lambda: _is_held(world, bot), "the bot to be held")
        await asyncio.gather(*map(asks, crowd[1:]))
        for person in others:
            assert await _waits(world, person) < PROMPT_S, f"{person.slug} on {person.channel} waited"
        await world.settles()
        made = [one for person in crowd for one in await tries(world, person)]
        made.sort(key=lambda one: one.at)
        [refused] = [n for n, one in enumerate(made) if one.failed]
        assert made[refused + 1].at - made[refused].at >= seconds, "the bot wrote before it was allowed to"
        assert [len(await copies(person)) for person in crowd] == [2] * len(crowd)
        rows = [row for person in crowd for row in await rows_of(world, person)]
        assert not any(row["repeated"] for row in rows)


@fault("F9", "the month's quota is used up, or there were too many calls")
async def test_a_used_up_quota_goes_another_way_and_a_rate_limit_waits(trial: Trial) -> None:
    """The same status, handled oppositely: one is over in a second, the other next month."""
    async with trial.rig() as world:
        await world.meets("DRG")
        people = await members(world, 2, channels=["line"])
        second = [await second_chat(world, person, "telegram") for person in people]
        for person in (*second, *people):  # the chat that somebody wrote from last is where news goes
            await asks(person)
            await world.settles()
        for person, name in zip(people, ("monthly_limit", "rate_limit"), strict=True):
            await err(world, "line", call="/v2/bot/message/push", person=person.id, name=name)
            world.injected[name] += 1
            await is_told(world, person)
        await world.settles()
        for person, other, here, there in zip(people, second, (1, 2), (2, 1), strict=True):
            assert (len(await copies(person)), len(await copies(other))) == (here, there)
        pushes = [[one for one in await tries(world, person) if one.call.endswith("push")] for person in people]
        assert [[one.failed for one in made] for made in pushes] == [[True], [True, False]]
        assert pushes[1][0].key == pushes[1][1].key


@fault("F9", "LINE's quota is used up, and Telegram does not know the token")
async def test_a_notice_that_both_chats_refuse_waits_for_the_operator(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        person, other = await _with_two_chats(world)
        await err(world, "line", call="/v2/bot/message/push", name="monthly_limit", times=None)
        await err(world, "telegram", call="sendMessage", name="unauthorised", times=None)
        world.injected["both refuse"] += 1
        await is_told(world, person)
        await over(world)
        made = [await tries(world, chat) for chat in (person, other)]
        assert sum(one.failed for each in made for one in each) == 2, made
        await forgive(world, "line")
        await forgive(world, "telegram")
        await mend(world)
        assert len(await copies(person)) + len(await copies(other)) == 3


@fault("F11", "the person has blocked the bot")
async def test_who_blocked_the_bot_is_reached_on_the_other_channel(trial: Trial) -> None:
    """One refusal is enough to know; whoever writes again is reached there again."""
    async with trial.rig() as world:
        await world.meets("DRG")
        person, other = await _with_two_chats(world)
        await err(world, "telegram", call="sendMessage", name="blocked")
        world.injected["403"] += 1
        for _ in range(2):
            await is_told(world, person)
            await world.settles()
        made = await tries(world, other)
        assert [one.failed for one in made] == [False, True], "the second notice should not have been tried there"
        assert (len(await copies(person)), len(await copies(other))) == (3, 1)
        await asks(other)
        await world.settles()
        await is_told(world, person)
        await world.settles()
        assert (len(await copies(person)), len(await copies(other))) == (3, 3)


EDITS = (
    Case("not modified", {"name": "not_modified"}, tries=1),
    Case("500 at an edit", {"name": "server_error"}, tries=2),
    Case("cut at an edit", {"kind": "cut", "carried_out": True}, tries=2),
    Case("400 at an edit", {"name": "cant_parse"}, tries=1, state="refused"),
)


@fault("F11", "each error of Telegram at one edit")
async def test_an_edit_may_be_done_twice(trial: Trial) -> None:
    async with trial.rig() as world:
        await world.meets("DRG")
        people = await members(world, len(EDITS), channels=["telegram"])
        await asyncio.gather(*map(asks, people))
        await world.settles()
        for person in people:
            await is_told(world, person, subject=f"test:{person.id}")
        await world.settles()
        facts = {"name": "Somebody else", "display_name": "", "invitation_id": str(world.clinic_ids["DRG"])}
        for case, person in zip(EDITS, people, strict=True):
            await err(world, "telegram", call="editMessageText", person=person.id, **case.fault)
            world.injected[case.what] += 1
            async with world.unit() as unit:
                await notifications.replace(unit, f"test:{person.id}", "customer.joined", facts)
        await world.settles()
        journal = await world.look("telegram", "journal")
        for case, person in zip(EDITS, people, strict=True):
            state = await world.one_truth(
                "select state from outbox where row_kind = 'edit' and recipient = $1", person.id
            )
            calls = [entry for entry in journal if entry["kind"] == "call" and entry["method"] == "editMessageText"]
            mine = [entry for entry in calls if str(entry["body"]["chat_id"]) == person.id]
            faults = [entry for entry in journal if entry["kind"] == "fault" and entry["person"] == person.id]
            seen = len(mine) + sum(not entry["done"] for entry in faults)
            assert (state, seen) == (case.state, case.tries), (case, mine, faults)


async def _with_two_chats(world: Rig) -> tuple[Person, Person]:
    """Somebody's chat on LINE, and on Telegram, where they wrote last."""
    [person] = await members(world, 1, channels=["line"])
    other = await second_chat(world, person, "telegram")
    for chat in (person, other):
        await asks(chat)
        await world.settles()
    return person, other


async def _waits(world: Rig, person: Person) -> float:
    """Seconds from somebody's question to its answer."""
    loop, before = asyncio.get_running_loop(), len(await copies(person))
    began = loop.time()
    await asks(person)

    async def answered() -> bool:
        return len(await copies(person)) > before

    await until(answered, f"an answer for {person.name} of {person.slug} on {person.channel}")
    return loop.time() - began


async def _is_held(world: Rig, account: str) -> bool:
    held = "select coalesce(hold_until > clock_timestamp(), false) from channel_accounts where external_id = $1"
    return bool(await world.one_truth(held, account))
