"""An event's answers: rows committed with its unit as `sending`, and sent by this same process as soon as they are.

`bots/work.py` hands over the cards in the unit and the rows once they are committed; `bots/sending.py` sends. In a chat
answers go out by turns, those of earlier events first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

import structlog

from bots.channel import Account, Channel
from bots.sending import LEASE_SECONDS, Sender
from domain.database.errors import is_away
from domain.database.outbox import Outgoing
from domain.unit import Unit
from handlers.cards import Card

log = structlog.get_logger()
# An answer waits so long for its turn at most: its lease has to outlive the call that comes then, too.
TURN_SECONDS = 3.0


class Answers:
    """Writes answers into the outbox and sends them."""

    def __init__(self, channels: Mapping[str, Channel], sender: Sender) -> None:
        self._channels = channels
        self._sender = sender
        # Chats in which an answer is being sent: the next one waits its turn.
        self._turns: WeakValueDictionary[tuple[UUID, str], asyncio.Lock] = WeakValueDictionary()

    def enqueue(self, unit: Unit, account: Account, cards: Sequence[Card]) -> list[Outgoing]:
        """Have the unit commit its answer's rows as `sending`, with this process's lease, before all else it sends."""
        scene = unit.scene
        if scene is None or scene.identity_id is None or unit.actor.person_id is None:
            return []
        channel = self._channels[account.channel]
        token = channel.reply_token(scene.payload)
        until = scene.received_at + timedelta(seconds=channel.reply_seconds)
        answers = [
            Outgoing(
                id=uuid4(),
                row_kind="answer",
                message_class="answer",
                identity_id=scene.identity_id,
                person_id=unit.actor.person_id,
                recipient=scene.lane,
                inbox_id=scene.claim.inbox_id,
                notice_kind=None,
                content={"card": card.to_json()},
                reply_token=token,
                reply_until=until if token else None,
                retry_key=uuid4(),
                repeated=False,
                attempts=1,
                language=scene.language,
            )
            for card in cards
        ]
        unit.outbox[:0] = [_row(row, account) for row in answers]
        return answers

    async def send(self, account: Account, rows: Sequence[Outgoing]) -> None:
        """Send what was committed. What broke here is sent by whoever finds it when its lease has run out."""
        try:
            await self._send_in_turn(account, rows)
        except Exception as error:
            if is_away(error):
                log.warning("intake.database_away", error=type(error).__name__)
            else:
                log.exception("intake.answer_broke")

    async def _send_in_turn(self, account: Account, rows: Sequence[Outgoing]) -> None:
        """Send answers after those of the chat's earlier events.

        Behind a slow call they are left to whoever sends what is due, before their lease runs out: else they would be
        taken for sent, and sent twice.
        """
        recipient = rows[0].recipient
        turn = self._turns.setdefault((account.id, recipient), asyncio.Lock())
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await turn.acquire()
        except TimeoutError:
            await self._sender.put_off(account, rows, datetime.now(UTC))
            return
        try:
            until = self._sender.waits_until(account, recipient)
            left = rows if until else await self._sender.send(account, rows, fresh=True)
            if left:
                await self._sender.put_off(account, left, until or datetime.now(UTC))
        finally:
            turn.release()


def _row(answer: Outgoing, account: Account) -> dict[str, Any]:
    return {
        "id": answer.id,
        "row_kind": answer.row_kind,
        "message_class": answer.message_class,
        "account_id": account.id,
        "identity_id": answer.identity_id,
        "person_id": answer.person_id,
        "recipient": answer.recipient,
        "content": answer.content,
        "inbox_id": answer.inbox_id,
        "reply_token": answer.reply_token,
        "reply_until": answer.reply_until,
        "retry_key": answer.retry_key,
        "state": "sending",
        "attempts": 1,
        "lease_seconds": LEASE_SECONDS,
    }
