"""Replies and pushes to the emulated LINE: who may be written to, what is refused, and what it costs.

A reply is free and its token works once; a push counts for each person it reaches and may carry a retry key.
https://developers.line.biz/en/reference/messaging-api/#send-push-message
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from bots.line import limits
from bots.line.emulator_actions import Problem
from bots.line.emulator_call import Answer, Call, Route
from bots.line.emulator_checks import errors, refusal
from bots.line.emulator_faults import MONTHLY_LIMIT
from bots.line.emulator_records import Json
from bots.line.emulator_state import State

_RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}")
_UNIT = re.compile(r"[A-Za-z0-9_]{1,30}")


class SendingApi:
    """The answers to replies, pushes, their validation and the month's quota; `clock` gives seconds since 1970."""

    def __init__(self, state: State, clock: Callable[[], float]) -> None:
        self._state = state
        self._clock = clock

    def routes(self) -> list[Route]:
        """Method, path and answer of every call."""
        message = "/v2/bot/message"
        return [
            ("POST", f"{message}/reply", self._reply),
            ("POST", f"{message}/push", self._push),
            *(("POST", f"{message}/validate/{kind}", self._validate) for kind in ("reply", "push")),
            ("GET", f"{message}/quota", self._quota),
            ("GET", f"{message}/quota/consumption", self._consumption),
        ]

    def _reply(self, call: Call) -> Answer:
        if call.retry_key:  # only push, multicast, narrowcast and broadcast take it (#retry-api-request)
            return Answer(400, {"message": "The X-Line-Retry-Key header isn't supported by this endpoint"})
        if refused := self._refused(call):
            return refused
        token = call.body.get("replyToken")
        known = self._state.tokens.get(token) if isinstance(token, str) else None
        if known is None or known.account != call.account.id or not known.is_valid(self._clock()):
            return Answer(400, {"message": "Invalid reply token"})
        return self._sent(call, known.person, {"token": token})

    def _push(self, call: Call) -> Answer:
        key = call.retry_key
        if key and not _is_uuid(key):
            return Answer(400, {"message": "The X-Line-Retry-Key header isn't a UUID in hexadecimal format"})
        accepted = self._state.accepted.get((call.account.id, key))
        if accepted and self._clock() - accepted.at <= limits.RETRY_KEY_SECONDS:
            body = {"message": "The retry key is already accepted", "sentMessages": accepted.sent}
            return Answer(409, body, headers={"x-line-accepted-request-id": accepted.request_id})
        person = call.body.get("to")
        if not isinstance(person, str) or not person:
            return Answer(400, errors([("May not be empty", "to")]))
        if refused := self._refused(call):
            return refused
        if person not in self._state.people:
            known_shape = _RECIPIENT.fullmatch(person)
            wrong = "The property, 'to', in the request body is invalid (line: -, column: -)"
            return Answer(400, {"message": "Failed to send messages" if known_shape else wrong})
        if self._state.quota_left(call.account.id, self._clock()) == 0:
            return Answer(429, MONTHLY_LIMIT)
        return self._sent(call, person, {"key": key} if key else {})

    def _sent(self, call: Call, person: str, effects: Json) -> Answer:
        """Accepted. To someone who blocked the account LINE says so too, and nothing arrives."""
        messages = call.body["messages"]
        ids = self._state.message_ids(len(messages))
        sent = [{"id": message_id, "quoteToken": f"q{message_id}"} for message_id in ids]
        effects |= {
            "messages": [{"id": i, "raw": raw} for i, raw in zip(ids, messages, strict=True)],
            "arrives": self._state.chat(call.account.id, person).is_reachable(self._clock()),
        }
        return Answer(200, {"sentMessages": sent}, person, effects)

    def _validate(self, call: Call) -> Answer:
        refused = refusal(call.body.get("messages"))
        return Answer(400, refused) if refused else Answer(200, {})

    def _refused(self, call: Call) -> Answer | None:
        if problems := list(_options(call.body)):
            return Answer(400, errors(problems))
        refused = refusal(call.body.get("messages"))
        return Answer(400, refused) if refused else None

    def _quota(self, call: Call) -> Answer:
        quota = self._state.quotas.get(call.account.id)
        return Answer(200, {"type": "none"} if quota is None else {"type": "limited", "value": quota})

    def _consumption(self, call: Call) -> Answer:
        return Answer(200, {"totalUsage": self._state.used(call.account.id, self._clock())})


def _options(body: Json) -> Iterator[Problem]:
    """What LINE refuses beside the messages: #send-push-message-request-body."""
    if not isinstance(body.get("notificationDisabled", False), bool):
        yield "must be a boolean", "notificationDisabled"
    units = body.get("customAggregationUnits")
    if units is not None and not (isinstance(units, list) and len(units) <= 1 and all(map(_is_unit, units))):
        yield "must be at most 1 of 1 to 30 characters A-Z, a-z, 0-9 and _", "customAggregationUnits"


def _is_unit(unit: Any) -> bool:
    return isinstance(unit, str) and bool(_UNIT.fullmatch(unit))


def _is_uuid(text: str) -> bool:
    try:
        return len(text) == 36 and bool(uuid.UUID(text))
    except ValueError:
        return False
