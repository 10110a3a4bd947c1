"""What is left of each account's monthly pushes: asked of the platforms by every worker, for metrics and the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from uuid import UUID

import structlog

from bots.accounts import Accounts
from bots.channel import Account, AccountError, Channel, Quota
from bots.metrics import Metrics
from domain.database.session import is_away

log = structlog.get_logger()
LOOK_SECONDS = 300.0
# A figure that no platform has confirmed for so long (a revoked token) is shown no more; one missed answer is nothing.
KEPT_SECONDS = 3600.0
# Below this part of the limit somebody should buy more before a care message waits for the next month.
LOW = 0.1


def is_low(quota: Quota) -> bool:
    """Whether less than a tenth is left."""
    return quota.limit is not None and quota.left < LOW * quota.limit


class Quotas:
    """Asks for every account's quota, again and again."""

    def __init__(self, accounts: Accounts, channels: Mapping[str, Channel], metrics: Metrics) -> None:
        self._accounts = accounts
        self._channels = channels
        self._metrics = metrics
        self._low: set[UUID] = set()
        self._shown: dict[UUID, tuple[Account, float]] = {}

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Ask for all accounts once; one that gives trouble leaves the others alone."""
        try:
            account_ids = await self._accounts.ids()
            self._forget(account_ids)
            for account_id in account_ids:
                await self._look_at(account_id)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("quotas.database_away", error=type(error).__name__)

    def _forget(self, there: Collection[UUID]) -> None:
        """Show nothing of accounts that are gone, or have not answered for long."""
        latest = time.monotonic() - KEPT_SECONDS
        for account, answered_at in list(self._shown.values()):
            if account.id not in there or answered_at < latest:
                del self._shown[account.id]
                self._metrics.no_quota(account)

    async def _look_at(self, account_id: UUID) -> None:
        try:
            await self._ask(await self._accounts.by_id(account_id))
        except Exception as error:
            if is_away(error):
                raise
            log.exception("quotas.broke", account=str(account_id))

    async def _ask(self, account: Account) -> None:
        try:
            quota = await self._channels[account.channel].quota(account)
        except AccountError as error:
            log.warning("quotas.unknown", **account.told, reason=str(error))
            return
        if quota is None:
            return
        self._shown[account.id] = (account, time.monotonic())
        self._metrics.quota(account, quota)
        low = is_low(quota)
        if low and account.id not in self._low:
            log.warning("quotas.low", **account.told, left=quota.left, limit=quota.limit)
        self._low = self._low | {account.id} if low else self._low - {account.id}
