"""What delivery says of its calls to the platforms: one log line and the counters. Ids and kinds, nothing of a card."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager

import structlog

from bots.channel import Account, Outcome, Sent
from bots.metrics import Metrics
from bots.verdict import Verdict
from domain.database.outbox import Outgoing
from domain.stopwatch import elapsed_ms

log = structlog.get_logger()


def about(account: Account, rows: Sequence[Outgoing]) -> AbstractContextManager[None]:
    """Let every line in this block name the account, the rows of one call, and the event they follow from."""
    event = {"inbox_id": str(rows[0].inbox_id)} if rows[0].inbox_id else {}
    return structlog.contextvars.bound_contextvars(**account.told, **event, rows=[str(row.id) for row in rows])


def called(
    metrics: Metrics,
    account: Account,
    rows: Sequence[Outgoing],
    outcome: Outcome,
    verdicts: Sequence[Verdict],
    begun: float,
) -> None:
    """A call ended so, and its rows are left in these states; `begun` is what `time.perf_counter()` said before it."""
    first = rows[0]
    metrics.send(account.channel, outcome, len(rows), time.perf_counter() - begun)
    told = {"kind": first.notice_kind or first.row_kind, "message_class": first.message_class}
    if isinstance(outcome, Sent):
        log.info("delivery.sent", **told, attempts=first.attempts, ms=elapsed_ms(begun))
        return
    log.warning(
        "delivery.not_sent",
        **told,
        attempts=first.attempts,
        ms=elapsed_ms(begun),
        outcome=type(outcome).__name__,
        reason=outcome.reason,
        states=[verdict.state for verdict in verdicts],
    )
