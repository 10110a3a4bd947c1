"""Rounds: what a process looks after again and again, for every account, while databases and platforms come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog

from bots.accounts import Accounts
from bots.channel import Account
from domain.database.session import is_away

log = structlog.get_logger()


@contextmanager
def database_may_be_away(part: str) -> Iterator[None]:
    """Log that the database was away in this block, which ends there; all else that breaks goes on."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        log.warning(f"{part}.database_away", error=type(error).__name__)


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
