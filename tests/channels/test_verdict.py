"""Verdicts, one by one: every kind of row on every kind of channel, and every outcome a platform can give it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, product
from uuid import uuid4

import pytest

from bots.channel import Outcome, Refused, RetryLater, Sent, Unknown
from bots.verdict import MOST_ATTEMPTS, REPEATED, Verdict, after_sending, before_sending
from domain.database.outbox import Outgoing
from tests.channels.outbox_rows import NOW, TOKEN, row


@pytest.fixture(autouse=True)
def without_chance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance adds nothing to a wait, but where the test is about that."""
    if "chance" not in request.fixturenames:
        monkeypatch.setattr("random.uniform", lambda least, most: least)


@pytest.fixture
def chance() -> None:
    """Waits are as long as chance has it."""


LINE, TELEGRAM = True, False  # whether repeating a push is harmless there
WAIT = 5.0
OVER = NOW - timedelta(microseconds=1)

SENT = Verdict("sent")
PUSH_NOW = Verdict("pending", drop_token=True)  # the token is spent, nothing has arrived
REPLY_LATER = Verdict("pending", not_before=NOW + timedelta(seconds=WAIT))
PUSH_LATER = Verdict("pending", not_before=NOW + timedelta(seconds=WAIT), drop_token=True)
PUSH_SOON = Verdict("pending", not_before=NOW + timedelta(seconds=1), drop_token=True)
ASK_AGAIN = Verdict("sending", lease_until=NOW + timedelta(seconds=2))  # the token itself tells whether it arrived
REPEAT = Verdict("pending", repeated=True, drop_token=True)
UNKNOWN = Verdict("unknown")


def after(tried: Outgoing, outcome: Outcome, *, safe_retry: bool, now: datetime) -> Verdict:
    """What the outcome makes of one row that went out alone."""
    [verdict] = after_sending([tried], outcome, safe_retry=safe_retry, now=now)
    return verdict


def marked(verdict: Verdict) -> Verdict:
    return replace(verdict, repeated=True)


REPLY = row(reply_token=TOKEN)
LATE_REPLY = row(reply_token=TOKEN, reply_until=OVER)
PUSH = row()
NOTICE = row(row_kind="notice", message_class="service", notice_kind="points.earned")
ALARM = row(row_kind="notice", message_class="safety", notice_kind="followup.alarm")
EDIT = row(row_kind="edit", message_class="service", edited_ids=("9",))

# What becomes of a row when it is sent, when its reply token is refused (None: it has no token), when it surely
# was not accepted, and when nobody knows.
TABLE: dict[str, tuple[Outgoing, bool, Verdict, Verdict | None, Verdict, Verdict]] = {
    "LINE reply": (REPLY, LINE, SENT, PUSH_NOW, REPLY_LATER, ASK_AGAIN),
    "LINE reply at the end of its minute": (
        (replace(REPLY, reply_until=NOW), LINE, SENT, PUSH_NOW, REPLY_LATER, ASK_AGAIN)
    ),
    "LINE reply after its minute": (LATE_REPLY, LINE, SENT, PUSH_NOW, PUSH_LATER, REPEAT),
    "LINE reply after its minute, of a class that is not repeated": (
        (replace(LATE_REPLY, message_class="service"), LINE, SENT, PUSH_NOW, PUSH_LATER, UNKNOWN)
    ),
    "LINE reply after its minute, marked": (
        replace(LATE_REPLY, repeated=True),
        LINE,
        marked(SENT),
        marked(PUSH_NOW),
        marked(PUSH_LATER),
        marked(UNKNOWN),
    ),
    "LINE push": (PUSH, LINE, SENT, None, PUSH_LATER, PUSH_SOON),
    "LINE push, marked": (
        replace(PUSH, repeated=True),
        LINE,
        marked(SENT),
        None,
        marked(PUSH_LATER),
        marked(PUSH_SOON),
    ),
    "LINE push taken over": (replace(PUSH, taken_over=True), LINE, SENT, None, PUSH_LATER, PUSH_SOON),
    "LINE notice": (NOTICE, LINE, SENT, None, PUSH_LATER, PUSH_SOON),
    "LINE alarm": (ALARM, LINE, SENT, None, PUSH_LATER, PUSH_SOON),
    "Telegram answer": (PUSH, TELEGRAM, SENT, None, PUSH_LATER, REPEAT),
    "Telegram answer, marked": (
        replace(PUSH, repeated=True),
        TELEGRAM,
        marked(SENT),
        None,
        marked(PUSH_LATER),
        marked(UNKNOWN),
    ),
    "Telegram notice": (NOTICE, TELEGRAM, SENT, None, PUSH_LATER, UNKNOWN),
    "Telegram alarm": (ALARM, TELEGRAM, SENT, None, PUSH_LATER, REPEAT),
    "Telegram alarm, marked": (
        replace(ALARM, repeated=True),
        TELEGRAM,
        marked(SENT),
        None,
        marked(PUSH_LATER),
        marked(UNKNOWN),
    ),
    "Telegram edit": (EDIT, TELEGRAM, SENT, None, PUSH_LATER, UNKNOWN),
}
CELLS = [
    pytest.param(tried, safe_retry, outcome, verdict, id=f"{name}: {type(outcome).__name__}")
    for name, (tried, safe_retry, sent, token, later, unknown) in TABLE.items()
    for outcome, verdict in (
        (Sent(("1",)), sent),
        (Refused("token", "400; Invalid reply token"), token),
        (RetryLater(WAIT, "busy"), later),
        (Unknown("no answer"), unknown),
    )
    if verdict is not None
]


def judged(tried: Outgoing, outcome: Outcome, *, safe_retry: bool, now: datetime = NOW) -> Verdict:
    """The verdict without its error, which is for people; only what was sent has none."""
    verdict = after(tried, outcome, safe_retry=safe_retry, now=now)
    assert (verdict.error is None) == (verdict.state == "sent")
    return replace(verdict, error=None)


@pytest.mark.parametrize(("tried", "safe_retry", "outcome", "verdict"), CELLS)
def test_every_outcome_of_every_row(tried: Outgoing, safe_retry: bool, outcome: Outcome, verdict: Verdict) -> None:
    assert judged(tried, outcome, safe_retry=safe_retry) == verdict


FINAL = [Refused("blocked", "x"), Refused("bad_request", "x")]
MENDABLE = [(Refused("unauthorised", "x"), 300), (Refused("quota", "x"), 3600)]


@pytest.mark.parametrize(("name", "refusal"), list(product(TABLE, FINAL)))
def test_what_will_never_be_accepted_ends_there(name: str, refusal: Refused) -> None:
    tried, safe_retry, *_ = TABLE[name]
    verdict = after(tried, refusal, safe_retry=safe_retry, now=NOW)
    assert (verdict.state, verdict.not_before, verdict.lease_until) == ("refused", None, None)
    assert verdict.reroute == ("blocked" if refusal.reason == "blocked" else None)
    assert verdict.error == f"{refusal.reason}: x"


@pytest.mark.parametrize(("refusal", "seconds"), MENDABLE)
def test_what_an_operator_can_mend_goes_to_the_other_chat_or_waits(refusal: Refused, seconds: int) -> None:
    verdict = after(row(), refusal, safe_retry=LINE, now=NOW)
    assert (verdict.state, verdict.reroute) == ("pending", refusal.reason)
    assert verdict.not_before == NOW + timedelta(seconds=seconds)
    last = after(row(attempts=MOST_ATTEMPTS), refusal, safe_retry=LINE, now=NOW)
    assert (last.state, last.reroute) == ("refused", None), "or it would go to and fro for ever"


def test_a_long_reason_is_cut() -> None:
    for outcome in (Refused("bad_request", "x" * 999), RetryLater(1, "x" * 999)):
        verdict = after(row(attempts=MOST_ATTEMPTS), outcome, safe_retry=LINE, now=NOW)
        assert len(verdict.error or "") == 300


# A process that took over a row which another may have sent


@pytest.mark.parametrize(
    ("reply_until", "outcome", "verdict"),
    [
        (NOW, Sent(("1",)), SENT),
        (NOW, Refused("token"), SENT),  # inside its minute only the first try can have spent the token
        (NOW, Unknown("no answer"), ASK_AGAIN),
        (OVER, Sent(("1",)), SENT),
        (OVER, Refused("token"), REPEAT),  # spent or grown old: nobody can tell
        (OVER, Unknown("no answer"), REPEAT),
    ],
)
def test_a_reply_token_tells_a_takeover_whether_the_first_try_arrived(
    reply_until: datetime, outcome: Outcome, verdict: Verdict
) -> None:
    taken = row(reply_token=TOKEN, reply_until=reply_until, taken_over=True)
    assert before_sending(taken, safe_retry=LINE) == taken
    assert judged(taken, outcome, safe_retry=LINE) == verdict


@pytest.mark.parametrize(("safe_retry", "message_class"), list(product((LINE, TELEGRAM), ("answer", "service"))))
def test_a_first_try_is_sent_as_it_is(safe_retry: bool, message_class: str) -> None:
    fresh = row(message_class=message_class)
    assert before_sending(fresh, safe_retry=safe_retry) is fresh


@pytest.mark.parametrize("message_class", ["answer", "safety", "care", "service", "marketing"])
def test_line_takes_over_as_it_is_for_its_retry_key_makes_that_harmless(message_class: str) -> None:
    taken = row(message_class=message_class, taken_over=True)
    assert before_sending(taken, safe_retry=LINE) is taken


@pytest.mark.parametrize("message_class", ["answer", "safety", "care"])
def test_telegram_repeats_once_and_marked_what_people_must_not_miss(message_class: str) -> None:
    taken = row(message_class=message_class, taken_over=True)
    repeat = before_sending(taken, safe_retry=TELEGRAM)
    assert repeat == replace(taken, repeated=True)
    assert isinstance(repeat, Outgoing)
    assert judged(repeat, Sent(("1",)), safe_retry=TELEGRAM) == marked(SENT)
    assert judged(repeat, Unknown("no answer"), safe_retry=TELEGRAM) == marked(UNKNOWN)
    again = before_sending(repeat, safe_retry=TELEGRAM)
    assert again == Verdict("unknown", repeated=True, error="the process that sent it ended")


@pytest.mark.parametrize("message_class", ["service", "marketing"])
def test_telegram_leaves_the_rest_for_people_to_see(message_class: str) -> None:
    taken = before_sending(row(message_class=message_class, taken_over=True), safe_retry=TELEGRAM)
    assert taken == Verdict("unknown", error="the process that sent it ended")
    assert {"answer", "safety", "care"} == REPEATED


def test_an_edit_is_taken_over_as_it_is_for_editing_twice_is_editing_once() -> None:
    taken = replace(EDIT, taken_over=True)
    assert before_sending(taken, safe_retry=TELEGRAM) is taken


# Waiting and giving up


@pytest.mark.parametrize(
    ("attempts", "asked", "waits"),
    [(1, 0, 1), (2, 0, 2), (3, 0, 4), (8, 0, 128), (9, 0, 200), (100, 0, 200), (1, 7.5, 7.5), (11, 3600, 3600)],
)
def test_waits_double_up_to_a_limit_unless_the_platform_asks_for_more(
    attempts: int, asked: float, waits: float
) -> None:
    for safe_retry in (LINE, TELEGRAM):
        verdict = after(row(attempts=attempts), RetryLater(asked, "busy"), safe_retry=safe_retry, now=NOW)
        assert verdict.not_before == NOW + timedelta(seconds=waits)
        assert (verdict.state, verdict.error) == ("pending", "busy")


@pytest.mark.parametrize("safe_retry", [LINE, TELEGRAM])
def test_what_failed_together_is_tried_apart_and_ever_later(chance: None, safe_retry: bool) -> None:
    waits = [
        [
            (verdict.not_before - NOW).total_seconds()
            for _ in range(50)
            if (verdict := after(row(attempts=n), RetryLater(0, "busy"), safe_retry=safe_retry, now=NOW)).not_before
        ]
        for n in range(1, 12)
    ]
    assert all(len(set(each)) > 40 for each in waits)
    assert all(max(sooner) <= min(later) for sooner, later in pairwise(waits[:8]))
    assert all(1 <= least <= most <= 300 for least, most in ((min(each), max(each)) for each in waits))


@pytest.mark.parametrize("outcome", [Unknown("status 500"), RetryLater(0, "busy")])
def test_the_cards_of_one_answer_are_tried_again_together(chance: None, outcome: Outcome) -> None:
    """They share a reply token: the first to be tried alone would use it up, and the others would seem to be sent."""
    cards = [replace(REPLY, id=uuid4()) for _ in range(5)]
    again = {(v.lease_until, v.not_before) for v in after_sending(cards, outcome, safe_retry=LINE, now=NOW)}
    assert len(again) == 1


@pytest.mark.parametrize("tried", [PUSH, REPLY, NOTICE, ALARM, replace(PUSH, repeated=True)])
@pytest.mark.parametrize("safe_retry", [LINE, TELEGRAM])
def test_it_gives_up_after_the_last_try(tried: Outgoing, safe_retry: bool) -> None:
    for attempts in (MOST_ATTEMPTS, MOST_ATTEMPTS + 1):
        last = replace(tried, attempts=attempts)
        verdict = after(last, RetryLater(WAIT, "busy"), safe_retry=safe_retry, now=NOW)
        error = f"gave up after {attempts} tries: busy"
        assert verdict == Verdict("refused", repeated=tried.repeated, error=error)
    before = replace(tried, attempts=MOST_ATTEMPTS - 1)
    assert after(before, RetryLater(WAIT, "busy"), safe_retry=safe_retry, now=NOW).state == "pending"
