"""Sending the rows of one chat in their order: written down as `sending`, called for, settled by what came of it.

`bots/delivery.py` brings what is due, `bots/answering.py` an event's answers; `bots/calling.py` makes the calls. The
number of the attempt that is written down before each call fences off whoever comes too late.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from bots import report
from bots.calling import Caller
from bots.channel import Account, Channel, RetryLater, Sent
from bots.letters import batches
from bots.metrics import Metrics
from bots.pace import Pace
from bots.verdict import Verdict, after_sending, before_sending
from bots.waiting import Waker
from domain.database import outbox
from domain.database.errors import is_away
from domain.database.outbox import Outgoing
from domain.database.session import Engine
from domain.unit import Clinic

log = structlog.get_logger()
# Outlives every call (`CALL_SECONDS`), or two processes would send the same row.
LEASE_SECONDS = 20
# So long after an answer had to wait, those that follow in its chat ask the outbox for their turn.
LATE_SECONDS = 60.0
# Chats that are remembered to be late; then those that are not any more are forgotten.
MOST_LATE = 10_000
# A row, what it is now, and the ids of the messages that it became.
Result = tuple[Outgoing, Verdict, Sequence[str]]


class Sender:
    """Sends rows; once `stopping`, only answers are begun. `due` is rung when something is left for later."""

    def __init__(
        self, engine: Engine, channels: Mapping[str, Channel], caller: Caller, metrics: Metrics, due: Waker
    ) -> None:
        self.stopping = False
        self._engine = engine
        self._channels = channels
        self._caller = caller
        self._metrics = metrics
        self._due = due
        self._pace = Pace()
        self._late: dict[tuple[UUID, str], datetime] = {}
        self._held: dict[UUID, datetime] = {}

    def is_held(self, account_id: UUID) -> bool:
        """Whether the platform has asked the account to wait."""
        return self._held.get(account_id, datetime.now(UTC)) > datetime.now(UTC)

    def waits_until(self, account: Account, recipient: str) -> datetime | None:
        """From when on a new answer of this chat is due, if its account or an earlier answer has to wait."""
        now = datetime.now(UTC)
        held_until = self._held.get(account.id, now)
        if held_until > now or self._late.get((account.id, recipient), now) > now:
            return max(held_until, now)
        return None

    async def send(
        self, account: Account, rows: Sequence[Outgoing], clinic: Clinic | None = None, *, fresh: bool = False
    ) -> list[Outgoing]:
        """Send the rows of one chat in order; returns those left, which follow one of their class that has to wait.

        A stop leaves what has not been begun, but of an answer (`fresh`: just committed as `sending`) nothing.
        """
        channel, begun = self._channels[account.channel], fresh
        waiting: set[str] = set()
        left: list[Outgoing] = []
        for batch in batches(rows, channel.batch):
            if (self.stopping and not fresh) or batch[0].message_class in waiting:
                left += batch
                continue
            ready = batch if begun else await self._begin(account, channel, batch)
            begun = False
            if ready:
                with report.about(account, ready):
                    if await self._record(account, await self._send_or_set_aside(account, channel, ready, clinic)):
                        waiting.add(ready[0].message_class)
        return left

    async def put_off(self, account: Account, rows: Sequence[Outgoing], until: datetime) -> None:
        """Leave answers that have not been sent to whoever sends what is due, from `until` on."""
        await self._record(account, [(row, Verdict("pending", not_before=until), ()) for row in rows])

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
        mine = await outbox.begin_sending(self._engine, account.clinic_id, ready, LEASE_SECONDS)
        return [replace(row, attempts=row.attempts + 1) for row in ready if row.id in mine]

    async def _send_or_set_aside(
        self, account: Account, channel: Channel, rows: Sequence[Outgoing], clinic: Clinic | None
    ) -> list[Result]:
        """What came of the rows. One that our own bug breaks is logged and set aside: it holds up nothing else."""
        try:
            return await self._send(account, channel, rows, clinic)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("delivery.row_broke")
            verdict = Verdict("refused", error=f"bug: {type(error).__name__}")
            return [(row, verdict, ()) for row in rows]

    async def _send(
        self, account: Account, channel: Channel, rows: Sequence[Outgoing], clinic: Clinic | None
    ) -> list[Result]:
        begun = time.perf_counter()
        outcome = await self._caller.call(account, rows, clinic)
        if outcome is None:
            log.debug("delivery.dropped")
            return [(rows[0], Verdict("dropped"), ())]
        now = datetime.now(UTC)
        if isinstance(outcome, RetryLater) and outcome.whole_account:
            await self._hold(account, now + timedelta(seconds=outcome.seconds))
        ids = outcome.message_ids if isinstance(outcome, Sent) else ()
        verdicts = after_sending(rows, outcome, safe_retry=channel.safe_retry, now=now)
        report.called(self._metrics, account, rows, outcome, verdicts, begun)
        results = zip(rows, verdicts, strict=True)
        return [(row, verdict, ids[n : n + 1]) for n, (row, verdict) in enumerate(results)]

    async def _record(self, account: Account, results: Sequence[Result]) -> bool:
        """Write down what became of rows; whether any has to wait.

        A row that another process has taken over meanwhile is left to it.
        """
        verdicts = []
        for row, verdict, ids in results:
            data = asdict(verdict)
            reroute = data.pop("reroute")
            verdicts.append({"id": row.id, "attempts": row.attempts, **data, "message_ids": list(ids) or None})
            if row.row_kind == "answer" and verdict.state in ("pending", "sending"):
                self._is_late(account, row.recipient)
            if reroute:  # first: a row that went to another chat is no longer `sending`, and is left as it is
                await outbox.reroute(
                    self._engine, account.clinic_id, row, blocked=reroute == "blocked", wait_until=verdict.not_before
                )
        await outbox.record(self._engine, account.clinic_id, json.dumps(verdicts, default=str))
        if any(verdict["state"] == "pending" for verdict in verdicts):
            self._due.wake()
        return any(verdict["state"] in ("pending", "sending") for verdict in verdicts)

    def _is_late(self, account: Account, recipient: str) -> None:
        now = datetime.now(UTC)
        if len(self._late) >= MOST_LATE:
            self._late = {chat: until for chat, until in self._late.items() if until > now}
        self._late[account.id, recipient] = now + timedelta(seconds=LATE_SECONDS)

    async def _hold(self, account: Account, until: datetime) -> None:
        self._held[account.id] = until
        await outbox.hold_account(self._engine, account.clinic_id, account.id, until)
