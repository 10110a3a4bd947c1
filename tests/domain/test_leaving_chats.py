"""A chat that its person blocks: what waits for it leaves for their other chat, whoever was about to send it."""

from __future__ import annotations

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


async def test_who_was_about_to_send_to_the_blocked_chat_no_longer_may(clinic: TestClinic) -> None:
    jay = await clinic.staff("sales", "คุณเจ", "U1")
    assert jay.user_id is not None
    assert jay.person_id is not None
    async with clinic.by() as unit:
        code = (await people.reinvite_staff(unit, jay.user_id)).code
    async with clinic.event("T1", "telegram") as unit:
        await people.join(unit, code)
    async with clinic.event("U1") as unit:  # LINE is where they wrote last
        await notifications.notify(unit, [jay.person_id], "any.notice", {})
    stale = await claimed(clinic, "line")
    assert [row.recipient for row in stale] == ["U1"]
    async with clinic.event("U1") as unit:
        await conversations.blocked(unit)
    assert await begun(clinic, stale) == 0
    fresh = await claimed(clinic, "telegram")
    assert [(row.id, row.recipient) for row in fresh] == [(stale[0].id, "T1")]
    assert await begun(clinic, fresh) == 1
