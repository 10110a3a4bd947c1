"""One way out: whatever is due in the outbox, sent by whoever holds the lease of its account.

NOTIFY wakes the sending, a one-second poll stands behind it. An event's answers need not wait for it: the process that
worked on the event sends them at once (`bots/answering.py`), and leaves here only what could not be sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

import structlog

from bots.accounts import SEALED_WAIT, Accounts, SealedError
from bots.channel import Account
from bots.sending import LEASE_SECONDS, Sender
from bots.waiting import Waker
from domain.database import outbox
from domain.database.errors import database_may_be_away, is_away
from domain.database.outbox import Outgoing
from domain.unit import Clinic, Units

log = structlog.get_logger()
BATCH = 20


class Delivery:
    """Sends what the outbox holds, as soon as `due` is rung."""

    def __init__(self, units: Units, accounts: Accounts, sender: Sender, due: Waker) -> None:
        self._units = units
        self._accounts = accounts
        self._sender = sender
        self._due = due
        self._holder = uuid4()
        self._serving: dict[UUID, asyncio.Task[int]] = {}
        self._sealed: dict[UUID, float] = {}

    def wake(self) -> None:
        """There may be something to send."""
        self._due.wake()

    async def run(self) -> None:
        """Send what falls due, until cancelled; what is in hand is sent to its end. May be run again."""
        self._sender.stopping = False
        try:
            while True:
                self._due.clear()
                await self._start_due()
                await self._due.wait(1.0)
        finally:
            self._sender.stopping = True
            await asyncio.gather(*self._serving.values(), return_exceptions=True)
            await self.release()

    async def drain(self) -> int:
        """Send everything that is due now, of all accounts this process can get; returns how many rows."""
        await self._start_due()
        counts = await asyncio.gather(*self._serving.values())
        return sum(counts)

    async def release(self) -> None:
        """Leave all accounts to other processes."""
        await outbox.release_accounts(self._units.engine, self._holder)

    async def _start_due(self) -> None:
        """One task for each account: a slow platform or a busy clinic keeps nobody else waiting.

        One whose secrets could not be opened is left to others for a while: they may have the key.
        """
        engine = self._units.engine
        with database_may_be_away("delivery"):
            for clinic_id, account_id in await outbox.claim_accounts(engine, self._holder, LEASE_SECONDS):
                if self._sealed.get(account_id, 0.0) > time.monotonic():
                    await outbox.release_account(engine, clinic_id, account_id, self._holder)
                elif account_id not in self._serving:
                    task = asyncio.create_task(self._serve(clinic_id, account_id))
                    self._serving[account_id] = task
                    task.add_done_callback(partial(self._served, account_id))

    def _served(self, account_id: UUID, task: asyncio.Task[int]) -> None:
        self._serving.pop(account_id, None)

    async def _serve(self, clinic_id: UUID, account_id: UUID) -> int:
        """Send an account's due rows until there are none; whatever breaks is logged here."""
        sent = 0
        try:
            account = await self._accounts.by_id(account_id)
            while not self._sender.stopping:
                async with self._units.clinic(clinic_id) as unit:
                    rows = await outbox.claim_due(unit.db, clinic_id, account_id, seconds=LEASE_SECONDS, limit=BATCH)
                    clinic = unit.clinic
                if not rows:
                    break
                await self._send(account, rows, clinic)
                sent += len(rows)
                if self._sender.is_held(account_id):
                    break
        except SealedError:  # a key is missing: an operator's to mend
            log.error("delivery.sealed", account=str(account_id))
            self._sealed[account_id] = time.monotonic() + SEALED_WAIT
        except Exception as error:
            if is_away(error):
                log.warning("delivery.database_away", error=type(error).__name__)
            else:
                log.exception("delivery.broke", account=str(account_id))
        return sent

    async def _send(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic) -> None:
        """Send claimed rows, all chats at once; raises what one of them met when all have ended."""
        chats: dict[str, list[Outgoing]] = {}
        for row in rows:
            chats.setdefault(row.recipient, []).append(row)
        chatting = (self._send_chat(account, chat, clinic) for chat in chats.values())
        for result in await asyncio.gather(*chatting, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _send_chat(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic) -> None:
        left = await self._sender.send(account, rows, clinic)
        if left:
            await outbox.give_back(self._units.engine, account.clinic_id, left)
