"""Verdicts together: whatever goes wrong on the way, nobody sees a message twice unless it says so, and none is lost.

A model of a platform (LINE's reply tokens and retry keys, Telegram's lack of both) is sent one row until the row
is settled, through every mixture of lost requests, lost answers, refused connections and killed processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bots.channel import Outcome, Refused, RetryLater, Sent, Unknown
from bots.verdict import Verdict, after_sending, before_sending
from domain.database.outbox import Outgoing
from tests.channels.outbox_rows import NOW, TOKEN, row

Fault = Literal["none", "answer lost", "request lost", "not connected", "killed before", "killed after"]
FAULTS: list[Fault] = ["none", "answer lost", "request lost", "not connected", "killed before", "killed after"]
LEASE = timedelta(seconds=20)
CLASSES = st.sampled_from(["answer", "safety", "care", "service", "marketing"])


@dataclass
class Phone:
    """A platform and the person's phone: `seen` has one entry for each message shown, True if it was marked."""

    has_keys: bool
    seen: list[bool] = field(default_factory=list)
    spent: set[object] = field(default_factory=set)

    def accept(self, sent: Outgoing, now: datetime) -> Outcome:
        if sent.reply_token is not None:
            assert sent.reply_until is not None
            if sent.reply_token in self.spent or now > sent.reply_until:
                return Refused("token")
            self.spent.add(sent.reply_token)
        elif self.has_keys:
            if sent.retry_key in self.spent:
                return Sent()
            self.spent.add(sent.retry_key)
        self.seen.append(sent.repeated)
        return Sent(("1",))

    def no_answer(self, sent: Outgoing) -> Outcome:
        return RetryLater(2, "no answer") if self.has_keys and sent.reply_token is None else Unknown("no answer")


@dataclass
class Outbox:
    """One row as the database keeps it, and the clock of whoever sends it."""

    row: Outgoing
    phone: Phone
    now: datetime = NOW
    state: str = "sending"

    def step(self, fault: Fault) -> None:
        """One try, with what the database makes of it: a row found `sending` has been taken over."""
        taken = before_sending(self.row, safe_retry=self.phone.has_keys)
        if isinstance(taken, Verdict):
            self._record(taken)
        elif fault in ("killed before", "killed after"):
            if fault == "killed after":
                self.phone.accept(taken, self.now)
            self._claim(taken_over=True, at=self.now + LEASE)
        else:
            outcome = self._try(taken, fault)
            self._record(*after_sending([taken], outcome, safe_retry=self.phone.has_keys, now=self.now))

    def _try(self, taken: Outgoing, fault: Fault) -> Outcome:
        if fault == "not connected":
            return RetryLater(2, "not connected")
        if fault == "request lost":
            return self.phone.no_answer(taken)
        outcome = self.phone.accept(taken, self.now)
        return outcome if fault == "none" else self.phone.no_answer(taken)

    def _record(self, verdict: Verdict) -> None:
        self.state = verdict.state
        token = None if verdict.drop_token else self.row.reply_token
        self.row = replace(self.row, repeated=verdict.repeated, reply_token=token)
        if self.state in ("pending", "sending"):
            self._claim(taken_over=self.state == "sending", at=verdict.lease_until or verdict.not_before or self.now)

    def _claim(self, *, taken_over: bool, at: datetime) -> None:
        self.state, self.now = "sending", at
        self.row = replace(self.row, taken_over=taken_over, attempts=self.row.attempts + 1)


def settled(first: Outgoing, phone: Phone, faults: Sequence[Fault]) -> Outbox:
    """The outbox once the row is settled: after the given faults everything works."""
    outbox = Outbox(first, phone)
    remaining = list(faults)
    for _ in range(len(faults) + 10):
        if (state := outbox.state) not in ("pending", "sending"):
            break
        outbox.step(remaining.pop(0) if remaining else "none")
    assert outbox.state in ("sent", "unknown", "refused"), state
    return outbox


def nobody_is_misled(outbox: Outbox, faults: Sequence[Fault]) -> None:
    seen = outbox.phone.seen
    assert all(seen[1:]), "seen twice, and not told so"
    assert len(seen) <= 2 + sum(fault.startswith("killed") for fault in faults)
    if outbox.state == "sent":
        assert seen, "said to be sent, and never seen"


@settings(max_examples=400)
@given(st.lists(st.sampled_from(FAULTS), max_size=9), CLASSES)
def test_telegram(faults: list[Fault], message_class: str) -> None:
    outbox = settled(row(message_class=message_class), Phone(has_keys=False), faults)
    nobody_is_misled(outbox, faults)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(FAULTS), max_size=9), CLASSES)
def test_line_push(faults: list[Fault], message_class: str) -> None:
    outbox = settled(row(message_class=message_class), Phone(has_keys=True), faults)
    nobody_is_misled(outbox, faults)
    assert outbox.phone.seen == [False]
    assert outbox.state == "sent"


@settings(max_examples=400)
@given(st.lists(st.sampled_from(FAULTS), max_size=9))
@example(["answer lost", "not connected", "none"])
@example(["killed after", "not connected", "none"])
def test_line_reply(faults: list[Fault]) -> None:
    outbox = settled(row(reply_token=TOKEN), Phone(has_keys=True), faults)
    nobody_is_misled(outbox, faults)
    assert outbox.phone.seen
    assert outbox.state == "sent"


@pytest.mark.parametrize("minutes", [2, 10])
def test_an_answer_outlives_an_outage_of_line(minutes: int) -> None:
    outbox = Outbox(row(reply_token=TOKEN), Phone(has_keys=True))
    while outbox.state == "sending":
        outage = outbox.now < NOW + timedelta(minutes=minutes)
        outbox.step("request lost" if outage else "none")
    assert (outbox.state, outbox.phone.seen) == ("sent", [True])
