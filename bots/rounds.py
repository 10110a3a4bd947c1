"""Rounds: what a process looks after again and again, for every account, while databases and platforms come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bots.accounts import Accounts
from bots.channel import Account
from domain.database.errors import database_may_be_away, is_away

log = structlog.get_logger()


async def every(seconds: float, look: Callable[[], Awaitable[None]]) -> None:
    """Look, rest, and look again, until cancelled."""
    while True:
        await look()
        await asyncio.sleep(seconds)


async def each_account(part: str, accounts: Accounts, visit: Callable[[Account], Awaitable[None]]) -> None:
    """Visit every account of every clinic once; one that gives trouble leaves the others alone, and is logged."""
    with database_may_be_away(part):
        for account_id in await accounts.ids():
            try:
                await visit(await accounts.by_id(account_id))
            except Exception as error:
                if is_away(error):
                    raise
                log.exception(f"{part}.broke", account=str(account_id))
