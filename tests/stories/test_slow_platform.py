"""A platform that answers slowly: what follows in a chat is sent after, once, and without a word of doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from bots import answering, delivery
from bots.calling import CALL_SECONDS
from bots.channel import Account, Letter, Outcome
from domain.database import outbox
from domain.notifications.service import notify
from handlers.cards import Card
from tests.faults.program import until
from tests.stories.person import Person
from tests.stories.scenes import enters_lead, joins_team, sees_saved
from tests.stories.world import CHANNELS, World

HELP = "What you can do here"
NAME = "What is the customer's name?"
_SECOND = "(select id from outbox where recipient = $1 order by seq desc limit 1)"
_AGED = "update outbox set lease_until = lease_until - interval '{seconds} s' where id = " + _SECOND  # noqa: S608


class Held:
    """A channel whose next two calls do not end before they are let go; `begun` is how many are on their way."""

    def __init__(self, world: World, channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = 0
        self._free = (asyncio.Event(), asyncio.Event())
        self._send = world.program.channels[channel].send
        monkeypatch.setattr(world.program.channels[channel], "send", self)

    async def __call__(self, account: Account, cards: Sequence[Card], letter: Letter) -> Outcome:
        self.begun += 1
        if self.begun <= len(self._free):
            await self._free[self.begun - 1].wait()
        return await self._send(account, cards, letter)

    async def begins(self, count: int) -> None:
        """So many calls have begun."""

        async def condition() -> bool:
            return self.begun >= count

        await until(condition, f"call {count}")

    def ends(self, n: int) -> None:
        """The n-th call may end."""
        self._free[n - 1].set()


async def says(person: Person, text: str) -> None:
    """The person types something, and does not wait for what comes of it."""
    account = person.world.accounts[person.slug, person.channel]
    await person.world.control(person.channel, f"accounts/{account}/chats/{person.id}/say", text=text)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_an_answer_behind_a_slow_call_is_sent_once(
    world: World, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    """Both calls are slow: the second answer, with the lease it began with, would be sent by somebody else as well."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    monkeypatch.setattr(answering, "TURN_SECONDS", 0.1)
    held = Held(world, channel, monkeypatch)
    await says(jay, "/help")
    await held.begins(1)
    await says(jay, "/lead")
    await until(lambda: _answers(world, jay, 2), "the second answer")
    await until(lambda: _is_left(world, jay), "the second answer to be left", seconds=CALL_SECONDS / 2)
    held.ends(1)
    await held.begins(2)
    await world.truth(_AGED.format(seconds=CALL_SECONDS), jay.id)  # it takes as long as a call may
    async with world.unit() as unit:
        account = await world.one_truth("select account_id from outbox where id = " + _SECOND, jay.id)  # noqa: S608
        claimed = await outbox.claim_due(unit.db, unit.clinic.id, account, seconds=20, limit=20)
    assert claimed == [], "somebody else would send it as well"
    held.ends(2)
    await world.settles()
    await jay.sees(HELP, NAME)
    rows = await world.truth(
        "select state, repeated from outbox where recipient = $1 order by seq desc limit 2", jay.id
    )
    assert [tuple(row) for row in rows] == [("sent", False)] * 2


async def _is_left(world: World, person: Person) -> bool:
    left = "select state = 'pending' and lease_until is null from outbox where id = " + _SECOND  # noqa: S608
    return bool(await world.one_truth(left, person.id))


async def test_what_breaks_the_sending_once_stops_it_for_a_moment(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug, or an error of the database's that nobody thought of: this part of the program begins again."""
    jay = await joins_team(world, "sales", "คุณเจ")
    claim, broken = outbox.claim_accounts, asyncio.Event()

    async def breaks(*arguments: Any) -> Any:
        if not broken.is_set():
            broken.set()
            raise RuntimeError("nobody thought of it")
        return await claim(*arguments)

    monkeypatch.setattr(outbox, "claim_accounts", breaks)
    await broken.wait()
    row = await world.truth("select person_id from channel_identities where external_id = $1", jay.id)
    async with world.unit() as unit:
        facts = {"name": "Ann", "display_name": "Ann", "channel": "line", "invitation_id": str(uuid4())}
        await notify(unit, [row[0]["person_id"]], "customer.joined", facts, message_class="service")
    await until(lambda: _all_sent(world), "the notice to be sent")
    await jay.sees(jay.t("{name} has joined", name="Ann"))
    [error] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "part_broke" in error.getMessage()


async def test_a_stop_leaves_no_answer_half_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest would wait for the next process, which can but mark it as perhaps sent before."""
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    await enters_lead(jay, "Nat", saved=False)
    held = Held(world, "telegram", monkeypatch)
    account = world.accounts["DRG", "telegram"]
    tap = world.control("telegram", f"accounts/{account}/chats/{jay.id}/tap", **await jay.button("Confirm"))
    tapping = asyncio.create_task(tap)
    await held.begins(1)
    [sender] = [task for task in asyncio.all_tasks() if task.get_name() == "delivery"]
    sender.cancel()
    await asyncio.wait([sender])
    held.ends(1)
    held.ends(2)
    await tapping
    await world.program.intake.finish()
    await sees_saved(jay, "Nat")
    assert await world.truth("select 1 from outbox where state <> 'sent' and row_kind = 'answer'") == []


async def _answers(world: World, person: Person, count: int) -> bool:
    found: Any = await world.one_truth(
        "select count(*) from outbox where recipient = $1 and state <> 'sent' and row_kind = 'answer'", person.id
    )
    return bool(found == count)


async def test_cards_of_one_answer_keep_their_order_when_the_first_must_wait(world: World) -> None:
    """Telegram asks the bot to wait: what follows in the chat waits as well."""
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    await enters_lead(jay, "Nat", saved=False)
    await world.control("telegram", "faults", call="send*", person=jay.id, name="flood", seconds=1)
    await jay.taps("Confirm")
    await sees_saved(jay, "Nat")
    assert await world.truth("select 1 from outbox where repeated") == []


async def test_news_keep_their_order_when_the_first_must_wait(world: World) -> None:
    """What the clinic has to say to one chat arrives as it was said; the bot writes to nobody before it may."""
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    [row] = await world.truth("select person_id from channel_identities where external_id = $1", jay.id)
    await world.control("telegram", "faults", call="send*", person=jay.id, name="flood", seconds=1)
    async with world.unit() as unit:
        for name in ("Ann", "Bee", "Cat"):
            facts = {"name": name, "display_name": name, "channel": "line", "invitation_id": str(uuid4())}
            await notify(unit, [row["person_id"]], "customer.joined", facts, message_class="service")
    await world.settles()
    await jay.sees(*(jay.t("{name} has joined", name=name) for name in ("Ann", "Bee", "Cat")))
    rows = await world.truth(
        "select attempts from outbox where recipient = $1 and row_kind = 'notice' order by seq", jay.id
    )
    assert [row["attempts"] for row in rows] == [2, 1, 1]


async def test_nobody_hears_from_a_bot_that_was_asked_to_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those whose news was due already when Telegram asked."""
    monkeypatch.setattr(delivery, "BATCH", 1)
    team = [await joins_team(world, "sales", name, "telegram") for name in ("คุณเจ", "คุณบี")]
    rows = await world.truth("select external_id, person_id from channel_identities")
    persons = {row["external_id"]: row["person_id"] for row in rows}
    await world.control("telegram", "faults", call="send*", person=team[0].id, name="flood", seconds=1)
    async with world.unit() as unit:
        facts = {"name": "Ann", "display_name": "Ann", "channel": "line", "invitation_id": str(uuid4())}
        people = [persons[person.id] for person in team]
        for person_id in people:
            await notify(unit, [person_id], "customer.joined", facts, message_class="service")
    await until(lambda: _all_sent(world), "both notices to be sent")
    for person in team:
        await person.sees(person.t("{name} has joined", name="Ann"))
    assert await world.one_truth(
        "select min(o.sent_at) > a.hold_until from outbox o join channel_accounts a on a.id = o.account_id"
        " where o.row_kind = 'notice' and a.hold_until is not null group by a.hold_until"
    )


async def _all_sent(world: World) -> bool:
    return bool(await world.one_truth("select every(state = 'sent') from outbox where row_kind = 'notice'"))
