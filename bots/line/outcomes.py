"""What came of a call to LINE: everything the SDK can raise becomes one of the channel's outcomes.

`client.py` asks; `bots/verdict.py` decides what each outcome means. Beside its own ApiException the SDK lets
through timeouts, aiohttp's connection errors, UnicodeDecodeError (an error page of a proxy) and pydantic's
ValidationError (LINE accepted, but its answer misses a field), see the tests. Status codes:
https://developers.line.biz/en/reference/messaging-api/#status-codes
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from linebot.v3.messaging.exceptions import ApiException

from bots.channel import Outcome, Refused, RetryLater, Sent, Unknown

# LINE names no waiting time; its limits refill by the second (2,000 calls a second for reply and push).
RATE_WAIT = 1.0
FAILURE_WAIT = 2.0

# The SDK raises ApiException for everything but 2xx, so these come from reading a 2xx answer: not UTF-8 or of an
# unknown charset, not JSON, or without a field that its model requires (pydantic's ValidationError is a ValueError).
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


def outcome_of(error: Exception, *, has_retry_key: bool) -> Outcome:
    """The outcome of a send that raised. A doubtful send is safe to repeat with a retry key, else it is Unknown."""
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return RetryLater(FAILURE_WAIT, f"not connected: {type(error).__name__}")
    if isinstance(error, (TimeoutError, aiohttp.ClientError, OSError)):
        return _doubtful(f"no answer: {type(error).__name__}", has_retry_key)
    refusal = api_error(error)
    if refusal is not None:
        return _refused(refusal, has_retry_key)
    if isinstance(error, _UNREADABLE):
        return Sent()
    return _doubtful(type(error).__name__, has_retry_key)


def api_error(error: BaseException) -> ApiException | None:
    """LINE's refusal in what the SDK raised: itself, or hidden behind the failure to decode its body."""
    if isinstance(error, ApiException):
        return error
    hidden = error.__context__ if isinstance(error, (UnicodeDecodeError, LookupError)) else None
    return hidden if isinstance(hidden, ApiException) else None


def describe(error: ApiException) -> str:
    """Status, LINE's message and the properties it complains of: no text of ours or of a person."""
    body = _body(error)
    details = body.get("details")
    properties = [
        f"{detail.get('property', '?')}: {detail.get('message', '?')}"
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict)
    ]
    return "; ".join(str(part) for part in (error.status, body.get("message", ""), *properties) if part)[:500]


def _refused(error: ApiException, has_retry_key: bool) -> Outcome:
    status, message = int(error.status), str(_body(error).get("message", "")).lower()
    if status == 409:  # the retry key is known: an earlier try was accepted
        return Sent(_accepted_ids(error))
    if status == 429:
        if "monthly limit" in message:
            return Refused("quota", describe(error))
        return RetryLater(_wait(error), "rate limit", whole_account=True)
    if status in (401, 403):
        return Refused("unauthorised", describe(error))
    if status == 400 and "invalid reply token" in message:
        return Refused("token", describe(error))
    if status == 400 and "failed to send messages" in message:  # nobody of this id at this account's provider
        return Refused("blocked", describe(error))
    if 400 <= status < 500:
        return Refused("bad_request", describe(error))
    return _doubtful(f"status {status}", has_retry_key)


def _doubtful(reason: str, has_retry_key: bool) -> Outcome:
    return RetryLater(FAILURE_WAIT, reason) if has_retry_key else Unknown(reason)


def _wait(error: ApiException) -> float:
    """Seconds LINE or a proxy in front of it asks for, at most an hour."""
    given = str((error.headers or {}).get("Retry-After", ""))
    return min(float(given), 3600.0) if given.isdecimal() else RATE_WAIT


def _accepted_ids(error: ApiException) -> tuple[str, ...]:
    sent = _body(error).get("sentMessages")
    return tuple(str(m["id"]) for m in (sent if isinstance(sent, list) else []) if isinstance(m, dict) and "id" in m)


def _body(error: ApiException) -> dict[str, Any]:
    try:
        body = json.loads(error.body or "{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
