"""What intake and delivery say of an event's way: a log line a step, and the counters. Nothing that was written."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from uuid import UUID

import structlog

from bots.channel import Account, Outcome, Sent
from bots.metrics import Metrics
from bots.verdict import Verdict
from domain.database.outbox import Outgoing
from domain.errors import DomainError
from domain.stopwatch import elapsed_ms
from domain.unit import Unit

log = structlog.get_logger()


def accepted(account: Account, new: Mapping[str, UUID], count: int, begun: float) -> None:
    """Of `count` events that an account brought these are in the inbox now; the others were there already."""
    told = {**account.told, "ms": elapsed_ms(begun)}
    for event_id, inbox_id in new.items():
        log.info("intake.accepted", **told, event_id=event_id, inbox_id=str(inbox_id))
    if len(new) < count:
        log.debug("intake.known", **told, events=count - len(new))


def worked(metrics: Metrics, account: Account, unit: Unit, refused: DomainError | None, begun: float) -> None:
    """An event's unit has committed; `waited_ms` is how long the event lay in the inbox before."""
    metrics.event(account.channel, "refused" if refused else "done", time.perf_counter() - begun)
    took = elapsed_ms(begun)
    since = (datetime.now(UTC) - unit.scene.received_at).total_seconds() * 1000 if unit.scene else took
    log.info(
        "intake.done",
        role=unit.actor.role,
        refused=refused.code if refused else None,
        facts=[fact.kind for fact in unit.facts],
        messages=len(unit.outbox),
        waited_ms=round(since - took, 1),
        ms=took,
    )


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
