"""One way out: due outbox rows become cards, cards become platform messages, outcomes become row states.

The process that worked on an event sends its answers at once (`answer`). Everything else is sent by the
holder of the account's lease (`run`): NOTIFY wakes it, a one-second poll stands behind.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

import structlog
from aiolimiter import AsyncLimiter

from bots import pictures
from bots.accounts import Accounts
from bots.channel import Account, Channel, Letter, Outcome, RetryLater, Sent
from bots.pictures.address import PictureAddress
from bots.verdict import Verdict, after_sending, before_sending
from domain.database import outbox
from domain.database.outbox import Outgoing
from domain.database.session import UNAVAILABLE, set_clinic
from domain.unit import Clinic, Units
from handlers.actions import ActionSigner
from handlers.cards import Card
from handlers.routes import ROUTES
from handlers.words import N_, Words

log = structlog.get_logger()
LEASE_SECONDS = 20
BATCH = 50
# Telegram asks for one message a second in a chat with short bursts; 25 a second leaves room for answers.
CHAT_BURST = 3


class Delivery:
    """Sends what the outbox holds."""

    def __init__(
        self,
        units: Units,
        accounts: Accounts,
        channels: Mapping[str, Channel],
        signer: ActionSigner,
        addresses: PictureAddress,
    ) -> None:
        self._units = units
        self._accounts = accounts
        self._channels = channels
        self._signer = signer
        self._addresses = addresses
        self._holder = uuid4()
        self._wake = asyncio.Event()
        self._paces: dict[object, AsyncLimiter] = {}
        self._answering = 0

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def answer(self, account: Account, rows: Sequence[Outgoing]) -> None:
        """Send an event's answers now; they were committed as `sending` with this process's lease."""
        self._answering += 1
        try:
            for batch in _batches(rows, self._channels[account.channel].batch):
                await self._send(account, batch, None)
        finally:
            self._answering -= 1

    async def run(self) -> None:
        """Send notices as they fall due, until cancelled."""
        while True:
            self._wake.clear()
            try:
                sent = await _to_its_end(self.drain())
            except UNAVAILABLE as error:
                log.warning("delivery.database_away", error=type(error).__name__)
                sent = 0
            except Exception:
                log.exception("delivery.failed")
                sent = 0
            if not sent:
                await _wait(self._wake, 1.0)

    async def drain(self) -> int:
        """Send everything that is due now, of all accounts this process can get; returns how many rows."""
        leases = await outbox.claim_accounts(self._units.engine, self._holder, LEASE_SECONDS)
        counts = await asyncio.gather(*(self._serve(clinic, account) for clinic, account in leases))
        return sum(counts)

    async def _serve(self, clinic_id: UUID, account_id: UUID) -> int:
        account = await self._accounts.by_id(clinic_id, account_id)
        async with self._units.clinic(clinic_id) as unit:
            rows = await outbox.claim_due(unit.db, clinic_id, account_id, seconds=LEASE_SECONDS, limit=BATCH)
            clinic = unit.clinic
        chats: dict[str, list[Outgoing]] = {}
        for row in rows:
            chats.setdefault(row.recipient, []).append(row)
        await asyncio.gather(*(self._serve_chat(account, clinic, chat) for chat in chats.values()))
        return len(rows)

    async def _serve_chat(self, account: Account, clinic: Clinic, rows: list[Outgoing]) -> None:
        channel = self._channels[account.channel]
        for batch in _batches(rows, channel.batch):
            ready: list[Outgoing] = []
            for row in batch:
                taken = before_sending(row, safe_retry=channel.safe_retry)
                if isinstance(taken, Verdict):
                    await self._record(account, [(row, taken, ())])
                    continue
                if taken.repeated and not row.repeated:
                    await outbox.mark_repeated(self._units.engine, account.clinic_id, row.id)
                ready.append(taken)
            if ready:
                await self._keep_pace(account, batch[0].recipient)
                await self._send_or_set_aside(account, ready, clinic)

    async def _send_or_set_aside(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic) -> None:
        """A row that our own bug breaks is logged and set aside; it must not hold up the chat's next ones."""
        try:
            await self._send(account, rows, clinic)
        except UNAVAILABLE:
            raise
        except Exception as error:
            log.exception("delivery.broke", rows=[str(row.id) for row in rows])
            verdict = Verdict("refused", error=f"bug: {type(error).__name__}")
            await self._record(account, [(row, verdict, ()) for row in rows])

    async def _send(self, account: Account, rows: Sequence[Outgoing], clinic: Clinic | None) -> None:
        channel = self._channels[account.channel]
        cards = [card_of(row, clinic) for row in rows]
        letter = self._letter(account, rows, cards)
        first = rows[0]
        outcome: Outcome
        if first.row_kind != "edit":
            outcome = await channel.send(account, cards, letter)
        elif channel.edits and first.edited_ids:
            outcome = await channel.edit(account, first.edited_ids[0], cards[0], letter)
        else:
            # The channel cannot change a card, or the card never arrived: a press on it gets the current one.
            await self._record(account, [(first, Verdict("dropped"), ())])
            return
        now = datetime.now(UTC)
        if isinstance(outcome, RetryLater) and outcome.whole_account:
            await self._hold(account, now + timedelta(seconds=outcome.seconds))
        if not isinstance(outcome, Sent):
            log.warning(
                "delivery.not_sent",
                account=str(account.id),
                outcome=type(outcome).__name__,
                reason=outcome.reason,
                rows=[str(row.id) for row in rows],
            )
        ids = outcome.message_ids if isinstance(outcome, Sent) else ()
        await self._record(
            account,
            [
                (row, after_sending(row, outcome, safe_retry=channel.safe_retry, now=now), ids[n : n + 1])
                for n, row in enumerate(rows)
            ],
        )

    def _letter(self, account: Account, rows: Sequence[Outgoing], cards: Sequence[Card]) -> Letter:
        first = rows[0]
        words = Words(first.language or "th")
        return Letter(
            to=first.recipient,
            retry_key=first.retry_key,
            reply_token=first.reply_token,
            sign=lambda action: self._signer.sign(action, account.clinic_id, account.id, first.recipient),
            picture_url=lambda n: self._addresses.url(account.clinic_id, rows[n].id),
            picture_bytes=_drawer(cards),
            repeat_mark=words.t(N_("(possibly sent before)")) if any(row.repeated for row in rows) else "",
        )

    async def _record(self, account: Account, results: Sequence[tuple[Outgoing, Verdict, Sequence[str]]]) -> None:
        verdicts = []
        for row, verdict, ids in results:
            data = asdict(verdict)
            blocked = data.pop("blocked")
            verdicts.append({"id": row.id, **data, "message_ids": list(ids) or None})
            if blocked:
                await self._blocked(account, row)
        await outbox.record(self._units.engine, account.clinic_id, json.dumps(verdicts, default=str))
        if any(verdict["state"] == "pending" for verdict in verdicts):
            self.wake()

    async def _blocked(self, account: Account, row: Outgoing) -> None:
        async with self._units.engine.begin() as db:
            await set_clinic(db, account.clinic_id)
            await outbox.mark_blocked(db, account.clinic_id, row)

    async def _hold(self, account: Account, until: datetime) -> None:
        async with self._units.engine.begin() as db:
            await set_clinic(db, account.clinic_id)
            await outbox.hold_account(db, account.clinic_id, account.id, until)

    async def _keep_pace(self, account: Account, recipient: str) -> None:
        per_second = self._channels[account.channel].per_second
        if per_second:
            await self._pace(account.id, per_second, 1.0).acquire()
            await self._pace((account.id, recipient), CHAT_BURST, float(CHAT_BURST)).acquire()

    def _pace(self, key: object, rate: float, seconds: float) -> AsyncLimiter:
        if len(self._paces) > 10_000:
            self._paces.clear()
        return self._paces.setdefault(key, AsyncLimiter(rate, seconds))


def card_of(row: Outgoing, clinic: Clinic | None) -> Card:
    """The card of a row: an answer's own, or what its notice's presenter makes of the facts now."""
    if row.notice_kind is None:
        return Card.from_json(row.content["card"])
    if clinic is None:
        raise ValueError("a notice needs its clinic")
    return ROUTES.presenters[row.notice_kind](Words(row.language or "th", clinic.zone), clinic, row.content)


def _drawer(cards: Sequence[Card]) -> Callable[[int], bytes]:
    def draw(n: int) -> bytes:
        picture = cards[n].picture
        if picture is None:
            raise LookupError("this card has no picture")
        return pictures.draw(picture.noun, picture.facts)

    return draw


def _batches(rows: Sequence[Outgoing], most: int) -> list[list[Outgoing]]:
    """Rows that go out in one call: those that share a reply token, up to the channel's limit; else one by one."""
    batches: list[list[Outgoing]] = []
    for token, group in groupby(rows, key=lambda row: row.reply_token):
        members = list(group)
        size = most if token else 1
        batches += [members[n : n + size] for n in range(0, len(members), size)]
    return batches


async def _to_its_end(work: Coroutine[Any, Any, int]) -> int:
    """Cancelling waits for what is in hand: a send that was cut off could not be told from one that arrived."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
