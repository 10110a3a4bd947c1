"""What is left of each account's monthly pushes: asked of the platforms by every worker, for metrics and the log."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from uuid import UUID

import structlog

from bots.accounts import Accounts
from bots.channel import Account, AccountError, Channel, Quota
from bots.metrics import Metrics
from bots.rounds import each_account, every
from domain.database.errors import database_may_be_away

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
        await every(LOOK_SECONDS, self.look)

    async def look(self) -> None:
        """Ask for all accounts once, and forget those that are gone."""
        await each_account("quotas", self._accounts, self._ask)
        with database_may_be_away("quotas"):
            self._forget(await self._accounts.ids())

    def _forget(self, there: Collection[UUID]) -> None:
        """Show nothing of accounts that are gone, or have not answered for long."""
        latest = time.monotonic() - KEPT_SECONDS
        for account, answered_at in list(self._shown.values()):
            if account.id not in there or answered_at < latest:
                del self._shown[account.id]
                self._metrics.no_quota(account)

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
