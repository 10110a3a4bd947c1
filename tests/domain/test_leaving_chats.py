"""A chat that its person blocks: what waits for it leaves for their other chat, whoever was about to send it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.conversations import service as conversations
from domain.database import outbox
from domain.database.outbox import Outgoing
from domain.notifications import service as notifications
from domain.people import service as people
from tests.domain.clinic_factory import TestClinic


async def claimed(clinic: TestClinic, channel: str) -> list[Outgoing]:
    async with clinic.by() as unit:
        return await outbox.claim_due(unit.db, clinic.id, clinic.accounts[channel], seconds=30, limit=5)


async def begun(clinic: TestClinic, rows: list[Outgoing]) -> int:
    return len(await outbox.begin_sending(clinic.engine, clinic.id, rows, 30))


async def chats(clinic: TestClinic) -> None:
    """Jay has two chats, wrote last on LINE, and a notice waits there."""
    jay = await clinic.staff("sales", "คุณเจ", "U1")
    assert jay.user_id is not None
    assert jay.person_id is not None
    async with clinic.by() as unit:
        code = (await people.reinvite_staff(unit, jay.user_id)).code
    async with clinic.event("T1", "telegram") as unit:
        await people.join(unit, code)
    async with clinic.event("U1") as unit:
        await notifications.notify(unit, [jay.person_id], "any.notice", {})


async def sent_away(clinic: TestClinic, row: Outgoing, wait: datetime | None = None) -> tuple[str, bool]:
    """The chat in which the notice is now, and whether it waits there."""
    await outbox.reroute(clinic.engine, clinic.id, row, blocked=False, wait_until=wait)
    [found] = await clinic.rows(
        "select recipient, not_before is not null as waits from outbox where row_kind = 'notice'"
    )
    return found["recipient"], found["waits"]


async def test_a_sender_that_was_overtaken_sends_nothing_away(clinic: TestClinic) -> None:
    await chats(clinic)
    [row] = await claimed(clinic, "line")
    await begun(clinic, [row])
    late, now = replace(row, attempts=0), replace(row, attempts=1)
    assert await sent_away(clinic, late) == ("U1", False)
    assert await sent_away(clinic, now) == ("T1", False)
    assert await sent_away(clinic, now) == ("T1", False), "it is not being sent there"


async def test_a_notice_that_both_chats_refuse_does_not_go_to_and_fro(clinic: TestClinic) -> None:
    await chats(clinic)
    later = datetime.now(UTC) + timedelta(hours=1)
    [row] = await claimed(clinic, "line")
    await begun(clinic, [row])
    assert await sent_away(clinic, replace(row, attempts=1), later) == ("T1", False)
    [row] = await claimed(clinic, "telegram")
    await begun(clinic, [row])
    assert await sent_away(clinic, replace(row, attempts=2), later) == ("U1", True)


async def test_who_was_about_to_send_to_the_blocked_chat_no_longer_may(clinic: TestClinic) -> None:
    await chats(clinic)
    stale = await claimed(clinic, "line")
    assert [row.recipient for row in stale] == ["U1"]
    async with clinic.event("U1") as unit:
        await conversations.blocked(unit)
    assert await begun(clinic, stale) == 0
    fresh = await claimed(clinic, "telegram")
    assert [(row.id, row.recipient) for row in fresh] == [(stale[0].id, "T1")]
    assert await begun(clinic, fresh) == 1
