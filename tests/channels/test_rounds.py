"""Rounds of all accounts: one that breaks costs the others nothing, and a database that is away is no bug."""

from __future__ import annotations

from typing import cast
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from bots.accounts import Accounts
from bots.channel import Account
from bots.rounds import each_account
from tests.channels.telegram_samples import account

IDS = [UUID(int=n) for n in range(3)]
AWAY = ConnectionRefusedError("nobody listens")


class Three:
    """Three accounts; the second one is not visited without trouble."""

    def __init__(self, trouble: Exception) -> None:
        self.visited: list[UUID] = []
        self._trouble = trouble

    async def ids(self) -> list[UUID]:
        return IDS

    async def by_id(self, account_id: UUID) -> Account:
        self.visited.append(account_id)
        if account_id == IDS[1]:
            raise self._trouble
        return account()


@pytest.mark.parametrize(
    ("trouble", "visited", "errors"), [(KeyError("ours"), IDS, [("menus.broke", str(IDS[1]))]), (AWAY, IDS[:2], [])]
)
async def test_a_round_goes_on_behind_an_account_that_breaks_and_ends_without_a_database(
    trouble: Exception, visited: list[UUID], errors: list[tuple[str, str]]
) -> None:
    accounts, looked_at = Three(trouble), []

    async def visit(found: Account) -> None:
        looked_at.append(found)

    with capture_logs() as lines:
        await each_account("menus", cast(Accounts, accounts), visit)
    assert accounts.visited == visited
    assert len(looked_at) == len(visited) - 1
    assert [(line["event"], line["account"]) for line in lines] == errors


async def test_a_bug_in_the_round_itself_is_not_taken_for_a_database_that_is_away() -> None:
    class Broken(Three):
        async def ids(self) -> list[UUID]:
            raise KeyError("ours")

    with pytest.raises(KeyError):
        await each_account("menus", cast(Accounts, Broken(AWAY)), _nothing)


async def _nothing(found: Account) -> None:
    """Never called."""
