"""What an outcome means for an outbox row: pure decisions, the heart of "nothing lost, nothing twice".

LINE's push has a retry key, so repeating it is harmless (https://developers.line.biz/en/docs/messaging-api/retrying-api-request/).
A LINE reply can be tried again: its token works once, so "invalid token" inside its minute means the first
try arrived. Telegram has neither: what may have arrived is `unknown`, and only classes that people must not
miss are repeated, once and marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tenacity import AsyncRetrying, RetryCallState, wait_exponential, wait_random_exponential

from bots.channel import Outcome, Refused, RetryLater, Sent, Unknown
from domain.database.outbox import Outgoing

# An answer, a medical question or an alarm is worth a marked repeat; a receipt is not.
REPEATED = frozenset({"answer", "safety", "care"})
TWICE_IS_ONCE = frozenset({"edit", "menu"})
# With waits of at most five minutes this is a day, as long as LINE remembers a retry key.
MOST_ATTEMPTS = 290
# Seconds until it is worth another try: a wrong token may be put right, a month's quota raised.
MENDABLE = {"unauthorised": 300, "quota": 3600}
# Seconds: doubling, and up to half as much again by chance, so that what failed together is not tried together; at
# most five minutes.
BACKOFF = wait_exponential(multiplier=1, max=200) + wait_random_exponential(multiplier=0.5, max=100)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The row's next state, and when it may be touched again.

    `reroute` says why this chat will not do, if the person's other chat should be tried.
    """

    state: str
    not_before: datetime | None = None
    lease_until: datetime | None = None
    repeated: bool = False
    drop_token: bool = False
    error: str | None = None
    reroute: str | None = None


def before_sending(row: Outgoing, *, safe_retry: bool) -> Outgoing | Verdict:
    """The row to send (marked as a repeat if an earlier try may have sent it), or the verdict to leave it at."""
    if not row.taken_over or safe_retry or row.row_kind in TWICE_IS_ONCE:
        return row
    verdict = ambiguous(row, "the process that sent it ended")
    return replace(row, repeated=True) if verdict.state == "pending" else verdict


def after_sending(rows: Sequence[Outgoing], outcome: Outcome, *, safe_retry: bool, now: datetime) -> list[Verdict]:
    """What the platform's answer makes of the rows of one call.

    They wait equally long: of an answer's cards, which share a token, one alone must not use it up.
    """
    pause = _backoff(max(row.attempts for row in rows))
    return [_after_sending(row, outcome, pause, safe_retry=safe_retry, now=now) for row in rows]


def _after_sending(row: Outgoing, outcome: Outcome, pause: float, *, safe_retry: bool, now: datetime) -> Verdict:
    fresh_token = row.reply_token is not None and row.reply_until is not None and now <= row.reply_until
    match outcome:
        case Sent():
            return Verdict("sent", repeated=row.repeated)
        case Refused(reason="token") if not row.taken_over:
            return Verdict("pending", repeated=row.repeated, drop_token=True, error="reply token refused")
        case Refused(reason="token"):
            return Verdict("sent", repeated=row.repeated) if fresh_token else ambiguous(row, "late reply")
        case Refused(reason, detail):
            return _refused(row, reason, f"{reason}: {detail}"[:300], now)
        case RetryLater(seconds, reason) if row.taken_over and row.reply_token is not None:
            # This try surely failed, but an earlier one may have arrived: only the token can tell, in its minute.
            if fresh_token:
                return Verdict("sending", lease_until=now + timedelta(seconds=max(seconds, pause)), error=reason)
            return ambiguous(row, reason)
        case RetryLater(seconds, reason):
            return _later(row, max(seconds, pause), reason, keep_token=fresh_token, now=now)
        case Unknown(reason) if row.reply_token is not None:
            if fresh_token:
                return Verdict("sending", lease_until=now + timedelta(seconds=2 * pause), error=reason)
            return ambiguous(row, reason)
        case Unknown(reason) if safe_retry:
            return _later(row, pause, reason, keep_token=False, now=now)
        case Unknown(reason):
            return ambiguous(row, reason)


def _refused(row: Outgoing, reason: str, error: str, now: datetime) -> Verdict:
    """This chat will not do: a notice goes to the person's other one. What an operator can mend is tried again."""
    if reason in MENDABLE and row.attempts < MOST_ATTEMPTS:
        later = now + timedelta(seconds=MENDABLE[reason])
        return Verdict("pending", not_before=later, repeated=row.repeated, error=error, reroute=reason)
    return Verdict("refused", repeated=row.repeated, error=error, reroute=reason if reason == "blocked" else None)


def ambiguous(row: Outgoing, reason: str) -> Verdict:
    """It may have arrived: repeat it once, marked, if its class says so; else leave it `unknown` for people to see."""
    if row.message_class in REPEATED and not row.repeated:
        return Verdict("pending", repeated=True, drop_token=True, error=reason)
    return Verdict("unknown", repeated=row.repeated, error=reason)


def _later(row: Outgoing, seconds: float, reason: str, *, keep_token: bool, now: datetime) -> Verdict:
    if row.attempts >= MOST_ATTEMPTS:
        return Verdict("refused", repeated=row.repeated, error=f"gave up after {row.attempts} tries: {reason}"[:300])
    return Verdict(
        "pending",
        not_before=now + timedelta(seconds=seconds),
        repeated=row.repeated,
        drop_token=not keep_token,
        error=reason,
    )


def _backoff(attempts: int) -> float:
    """Seconds to wait after so many tries."""
    tried = RetryCallState(AsyncRetrying(), None, (), {})
    tried.attempt_number = attempts
    return BACKOFF(tried)
