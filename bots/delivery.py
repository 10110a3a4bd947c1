"""One way out: due outbox rows become cards, cards become platform messages, outcomes become row states.

The process that worked on an event sends its answers at once (`answer`). Everything else is sent by the holder
of the account's lease (`run`): NOTIFY wakes it, a one-second poll stands behind. A row is written down as
`sending` just before its call, with a number of the attempt that fences off whoever comes too late.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

import structlog

from bots import report
from bots.accounts import Accounts
from bots.channel import Account, Channel, Outcome, RetryLater, Sent, Unknown
from bots.letters import Letters, batches, card_of
from bots.metrics import Metrics
from bots.pace import Pace
from bots.pictures.address import PictureAddress
from bots.verdict import Verdict, after_sending, before_sending
from bots.waiting import Waker
from domain.database import outbox
from domain.database.outbox import Outgoing
from domain.database.session import is_away
from domain.unit import Clinic, Units
from handlers.actions import ActionSigner
from handlers.cards import Card
from handlers.menus import menus_of
from handlers.routes import ROUTES

log = structlog.get_logger()
# A call may take so long; a lease always outlives it, or two processes would send the same row.
CALL_SECONDS = 15.0
LEASE_SECONDS = 20
BATCH = 20
LATE_SECONDS = 60.0
# A menu that could not be shown in time waits a little; it holds back no message.
MENU_WAIT = 5.0
MENUS = {menu.key: menu for menu in menus_of(ROUTES)}


class Delivery:
    """Sends what the outbox holds."""

    def __init__(
        self,
        units: Units,
        accounts: Accounts,
        channels: Mapping[str, Channel],
        signer: ActionSigner,
        addresses: PictureAddress,
        metrics: Metrics,
    ) -> None:
        self._units = units
        self._accounts = accounts
        self._channels = channels
        self._letters = Letters(signer, addresses)
        self._metrics = metrics
        self._holder = uuid4()
        self._waker = Waker()
        self._stopping = False
        self._serving: dict[UUID, asyncio.Task[int]] = {}
        self._pace = Pace()
        # Chats in which an answer is being sent, or one had to be left for later: the next one waits its turn.
        self._turns: WeakValueDictionary[tuple[UUID, str], asyncio.Lock] = WeakValueDictionary()
        self._late: dict[tuple[UUID, str], datetime] = {}
        self._held: dict[UUID, datetime] = {}

    def wake(self) -> None:
        """There may be something to send."""
        self._waker.wake()

    async def answer(self, account: Account, rows: Sequence[Outgoing]) -> None:
        """Send an event's answers now, after those of the chat's earlier events.

        They were committed as `sending` with this process's lease.
        """
        chat = (account.id, rows[0].recipient)
        turn = self._turns.setdefault(chat, asyncio.Lock())
        async with turn:
            now = datetime.now(UTC)
            wait_until = self._held.get(account.id, now)
            if wait_until > now or self._late.get(chat, now) > now:
                left = Verdict("pending", not_before=max(wait_until, now))
                await self._record(account, [(row, left, ()) for row in rows])
            else:
                await self._send_all(account, rows, None, fresh=True)

    async def run(self) -> None:
        """Send notices as they fall due, until cancelled; what is in hand is sent to its end."""
        try:
            while True:
                self._waker.clear()
                await self._start_due()
                await self._waker.wait(1.0)
        finally:
            self._stopping = True
            await asyncio.gather(*self._serving.values(), return_exceptions=True)
            await outbox.release_accounts(self._units.engine, self._holder)

    async def drain(self) -> int:
        """Send everything that is due now, of all accounts this process can get; returns how many rows."""
        await self._start_due()
        counts = await asyncio.gather(*self._serving.values())
        return sum(counts)

    async def _start_due(self) -> None:
        """One task for each account: a slow platform or a busy clinic keeps nobody else waiting."""
        try:
            leases = await outbox.claim_accounts(self._units.engine, self._holder, LEASE_SECONDS)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("delivery.database_away", error=type(error).__name__)
            return
        for clinic_id, account_id in leases:
            if account_id not in self._serving:
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
            while not self._stopping:
                async with self._units.clinic(clinic_id) as unit:
                    rows = await outbox.claim_due(unit.db, clinic_id, account_id, seconds=LEASE_SECONDS, limit=BATCH)
                    clinic = unit.clinic
                if not rows:
                    break
                chats: dict[str, list[Outgoing]] = {}
                for row in rows:
                    chats.setdefault(row.recipient, []).append(row)
                sends = (self._send_all(account, chat, clinic) for chat in chats.values())
                for result in await asyncio.gather(*sends, return_exceptions=True):
                    if isinstance(result, BaseException):
                        raise result
                sent += len(rows)
        except Exception as error:
            if is_away(error):
                log.warning("delivery.database_away", error=type(error).__name__)
            else:
                log.exception("delivery.broke", account=str(account_id))
        return sent

    async def _send_all(
        self, account: Account, rows: Sequence[Outgoing], clinic: Clinic | None, *, fresh: bool = False
    ) -> None:
        """Send the rows of one chat in order. `fresh`: all were just committed as `sending`, for us to see through."""
        channel = self._channels[account.channel]
        for number, batch in enumerate(batches(rows, channel.batch)):
            if self._stopping and not fresh:
                return
            # Later calls begin anew: what came before them may have taken as long as the lease.
            ready = batch if fresh and not number else await self._begin(account, channel, batch)
            if ready:
                with report.about(account, ready):
                    await self._send_or_set_aside(account, ready, clinic)

    async def _begin(self, account: Account, channel: Channel, batch: Sequence[Outgoing]) -> list[Outgoing]:
        """Write down that these rows are about to be sent; without the ones that must not be, or are another's."""
        ready: list[Outgoing] = []
        for row in batch:
            taken = before_sending(row, safe_retry=channel.safe_retry)
            if isinstance(taken, Verdict):
                with report.about(account, [row]):
                    log.warning("delivery.left_in_doubt", state=taken.state)
                await self._record(account, [(row, taken, ())])
            else:
                ready.append(taken)
        if not ready:
            return []
        await self._pace.keep(account, ready[0].recipient, channel.per_second)
        mine = await outbox.begin_sending(self._units.engine, account.clinic_id, ready, LEASE_SECONDS)
        return [replace(row, attempts=row.attempts + 1) for row in ready if row.id in mine]

    async def _send_or_set_aside(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic | None) -> None:
        """A row that our own bug breaks is logged and set aside; it must not hold up the chat's next ones."""
        try:
            await self._send(account, rows, clinic)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("delivery.row_broke")
            verdict = Verdict("refused", error=f"bug: {type(error).__name__}")
            await self._record(account, [(row, verdict, ()) for row in rows])

    async def _send(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic | None) -> None:
        channel, begun = self._channels[account.channel], time.perf_counter()
        if rows[0].row_kind == "menu":
            outcome: Outcome | None = await self._show_menu(account, channel, rows[0])
        else:
            outcome = await self._call(account, channel, rows, [card_of(row, clinic) for row in rows])
        if outcome is None:
            # The channel cannot change a card, or the card never arrived: a press on it gets the current one. Or
            # newer menus are there.
            log.debug("delivery.dropped")
            await self._record(account, [(rows[0], Verdict("dropped"), ())])
            return
        now = datetime.now(UTC)
        if isinstance(outcome, RetryLater) and outcome.whole_account:
            await self._hold(account, now + timedelta(seconds=outcome.seconds))
        ids = outcome.message_ids if isinstance(outcome, Sent) else ()
        verdicts = [after_sending(row, outcome, safe_retry=channel.safe_retry, now=now) for row in rows]
        report.called(self._metrics, account, rows, outcome, verdicts, begun)
        results = zip(rows, verdicts, strict=True)
        await self._record(account, [(row, verdict, ids[n : n + 1]) for n, (row, verdict) in enumerate(results)])

    async def _show_menu(self, account: Account, channel: Channel, row: Outgoing) -> Outcome | None:
        """Switch a chat's menu; None when the menus have changed since, as then every chat has a newer row."""
        if account.menus_version != row.content["version"]:
            await self._accounts.refresh()
            account = await self._accounts.by_id(account.id)
        if account.menus_version != row.content["version"]:
            return None
        menu = MENUS.get(row.content["menu"])
        try:
            async with asyncio.timeout(CALL_SECONDS):
                outcome = await channel.show_menu(account, row.recipient, menu)
        except TimeoutError:
            return RetryLater(MENU_WAIT, "no answer in time")
        # Platforms count these calls apart: a menu that must wait holds back no answer.
        return replace(outcome, whole_account=False) if isinstance(outcome, RetryLater) else outcome

    async def _call(
        self, account: Account, channel: Channel, rows: Sequence[Outgoing], cards: Sequence[Card]
    ) -> Outcome | None:
        letter, first = self._letters.write(account, rows, cards), rows[0]
        try:
            async with asyncio.timeout(CALL_SECONDS):
                if first.row_kind != "edit":
                    return await channel.send(account, cards, letter)
                if channel.edits and first.edited_ids:
                    return await channel.edit(account, first.edited_ids[0], cards[0], letter)
                return None
        except TimeoutError:
            return Unknown("no answer in time")

    async def _record(self, account: Account, results: Sequence[tuple[Outgoing, Verdict, Sequence[str]]]) -> None:
        """Write down what became of rows. A row that another process has taken over meanwhile is left to it."""
        verdicts = []
        for row, verdict, ids in results:
            data = asdict(verdict)
            reroute = data.pop("reroute")
            verdicts.append({"id": row.id, "attempts": row.attempts, **data, "message_ids": list(ids) or None})
            if row.row_kind == "answer" and verdict.state in ("pending", "sending"):
                late = datetime.now(UTC) + timedelta(seconds=LATE_SECONDS)
                self._late[account.id, row.recipient] = late
            if reroute:  # first: a row that went to another chat is no longer `sending`, and is left as it is
                await outbox.reroute(self._units.engine, account.clinic_id, row, blocked=reroute == "blocked")
        await outbox.record(self._units.engine, account.clinic_id, json.dumps(verdicts, default=str))
        if any(verdict["state"] == "pending" for verdict in verdicts):
            self.wake()

    async def _hold(self, account: Account, until: datetime) -> None:
        self._held[account.id] = until
        await outbox.hold_account(self._units.engine, account.clinic_id, account.id, until)
