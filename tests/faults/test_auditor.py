"""The auditor finds what it is there to find, one planted violation for each invariant, and can change nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest

from tests.conftest import Database
from tests.faults.auditor import auditing, broken
from tests.faults.invariants import CALM, SAFE
from tests.faults.planting import plant

A, B, C, D = (f"'{letter * 8}-0000-4000-8000-000000000000'" for letter in "abcd")
Row = tuple[str, Mapping[str, Any]]

_LOT = ("point_lots", {"id": A, "account_id": B, "points": 10, "remaining": 10, "state": "'active'"})
_EARNED = ("point_transactions", {"kind": "'earn'", "lot_id": A, "key": "'k'"})
_CREATED = ("workflow_actions", {"journey_id": A, "version": 1, "to_stage": "'lead'", "actor_role": "'sales'"})
_REDEEMED = ("loyalty_redemptions", {"reward_id": A, "customer_id": B, "state": "'issued'", "points": 10})
_VISIT = {"state": "'booked'", "performer_id": A, "starts_at": "now()", "ends_at": "now() + interval '1 h'"}
_SENT = {"state": "'sent'", "attempts": 1, "sent_at": "now()", "account_id": A, "recipient": "'U'"}
_PAST = {"due_at": "now() - interval '1 s'"}

PLANTED: Mapping[str, list[Row]] = {
    "an account's balances are what its lots hold": [("loyalty_profiles", {"active_points": 5})],
    "no balance is below zero": [("loyalty_profiles", {"debt_points": -1})],
    "a lot holds what the books leave in it": [
        (_LOT[0], {**_LOT[1], "remaining": 9}),
        _EARNED,
    ],
    "a lot begins with one row of the books": [_LOT],
    "a row of the books is written once": [_EARNED, _EARNED],
    "a line of a payment earns once": [("point_lots", {"payment_id": A}), ("point_lots", {"payment_id": A})],
    "what is set aside is what open redemptions cost": [("loyalty_profiles", {"customer_id": B}), _REDEEMED],
    "a redemption has set its points aside": [_REDEEMED],
    "a reward gives no more than its stock": [
        ("loyalty_rewards", {"id": A, "stock": 1}),
        _REDEEMED,
        _REDEEMED,
    ],
    "a coupon is taken once": [("coupon_uses", {"coupon_id": A}), ("coupon_uses", {"coupon_id": A})],
    "a redemption has one coupon": [
        ("customer_coupons", {"redemption_id": A}),
        ("customer_coupons", {"redemption_id": A}),
    ],
    "a journey's history is a path, a version a step": [
        _CREATED,
        (_CREATED[0], {**_CREATED[1], "version": 2, "from_stage": "'scanned'"}),
    ],
    "a journey stands where its history ends": [
        _CREATED,
        ("workflow_states", {"id": A, "stage": "'closed'", "version": 1}),
    ],
    "every step is one that the rules allow": [
        (_CREATED[0], {**_CREATED[1], "from_stage": "'closed'", "action": "'schedule'"}),
    ],
    "a journey has one open task of a kind": [("task_queue", {"journey_id": A})] * 2,
    "nobody and no room is booked twice at once": [("appointments", _VISIT)] * 2,
    "a confirmation takes one payment": [("payments", {"intent": "'i'"})] * 2,
    "receipts are numbered without gaps": [("payments", {"receipt_no": 2})],
    "a follow-up is planned once": [("followup_executions", {"rule_id": A, "journey_id": B})] * 2,
    "every change names who made it, and a person's the event": [("workflow_events", {"actor_role": "'customer'"})],
    "an event is in the inbox once": [("inbox", {"account_id": A, "event_id": "'e'"})] * 2,
    "work that is done holds no lease": [("inbox", {"state": "'done'", "lease_until": "now()"})],
    "an event is answered by one unit": [
        ("outbox", {"row_kind": "'answer'", "inbox_id": A}),
        ("outbox", {"row_kind": "'answer'", "inbox_id": A}),
    ],
    "a message that arrived belongs to one row": [("outbox", {**_SENT, "message_ids": "'[\"1\"]'"})] * 2,
    "a row has a retry key of its own": [("outbox", {"retry_key": A})] * 2,
    "a message counts as sent only after a try": [("outbox", {**_SENT, "attempts": 0})],
    "every event is done or set aside": [("inbox", {})],
    "nothing waits to be sent": [("outbox", {})],
    "no look is overdue, or put off since it broke": [("timers", _PAST)],
    "no follow-up is overdue": [("followup_executions", _PAST)],
}


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The database's owner, who may write what nobody should."""
    connection = await asyncpg.connect(database.admin_url)
    yield connection
    await connection.close()


async def test_each_planted_violation_is_found(owner: asyncpg.Connection) -> None:
    everything = {**SAFE, **CALM}
    assert set(PLANTED) == set(everything), "an invariant without a planted violation may be one that cannot fail"
    assert not await broken(owner, everything)
    for name, rows in PLANTED.items():
        transaction = owner.transaction(isolation="repeatable_read")
        await transaction.start()
        for table, values in rows:
            await plant(owner, table, {"clinic_id": D, **values})
        found = await broken(owner, {name: everything[name]})
        await transaction.rollback()
        assert name in found, f"nobody notices that it is not so: {name}"


async def test_what_was_found_once_is_not_forgotten(database: Database, owner: asyncpg.Connection) -> None:
    async with auditing(database) as auditor:
        await auditor.sample()
        auditor.check()
        await plant(owner, "timers", {"clinic_id": D, **_PAST})
        await plant(owner, "workflow_events", {"clinic_id": D, "actor_role": "''"})
        await auditor.sample()
        await owner.execute("truncate workflow_events")
        await auditor.sample()
        with pytest.raises(AssertionError, match="names who made it"):
            auditor.check()
        assert not await auditor.calm()


async def test_the_auditor_can_write_nothing(database: Database, owner: asyncpg.Connection) -> None:
    async with auditing(database) as auditor:
        await auditor.sample()
        login = await asyncpg.connect(auditor.url)
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await login.execute("delete from timers")
        finally:
            await login.close()
