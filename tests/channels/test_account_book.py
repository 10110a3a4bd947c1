"""The book of accounts while its database says nothing: one reading is under way, and nobody queues for the next."""

from __future__ import annotations

import asyncio
from unittest.mock import AsyncMock

import pytest

from bots.accounts import Accounts, SecretBox
from domain.database import session


async def test_all_who_wait_share_the_end_of_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    readings, fails = 0, asyncio.Event()

    async def says_nothing(engine: object) -> None:
        nonlocal readings
        readings += 1
        await fails.wait()
        raise TimeoutError

    monkeypatch.setattr(session, "list_accounts", says_nothing)
    accounts = Accounts(AsyncMock(), SecretBox(("k" * 32,)))
    asked = [asyncio.create_task(accounts.at("line", "DRG")) for _ in range(20)]
    await asyncio.wait(asked, timeout=0.01)
    asked[0].cancel()  # whoever began it may give up: it goes on for the others
    fails.set()
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert readings == 1
    assert [type(end) for end in ends] == [asyncio.CancelledError] + [TimeoutError] * 19
