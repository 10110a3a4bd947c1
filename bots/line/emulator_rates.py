"""How often the emulated LINE may be called: a token bucket for each account and endpoint.

`emulator_state.py` counts every call that the journal holds, `emulator_api.py` refuses what is too much, and
`POST /control/rates` sets another rate. https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds."""

    count: int
    seconds: float


PUBLISHED = {
    "POST /v2/bot/channel/webhook/test": Rate(60, HOUR),
    "PUT /v2/bot/channel/webhook/endpoint": Rate(1000, MINUTE),
    "GET /v2/bot/channel/webhook/endpoint": Rate(1000, MINUTE),
    "POST /v2/bot/richmenu": Rate(100, HOUR),
    "DELETE /v2/bot/richmenu/{menu}": Rate(100, HOUR),
    "GET /v2/bot/richmenu/list": Rate(10, SECOND),
    "POST /v2/bot/chat/loading/start": Rate(100, SECOND),
}
OTHERS = Rate(2000, SECOND)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Rates:
    """The buckets of every account. An endpoint is its method and path, parameters named: `POST /v2/bot/richmenu`."""

    def __init__(self) -> None:
        self._set: dict[str, Rate] = {}
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def set(self, pattern: str, rate: Rate) -> None:
        """From now on endpoints that match the pattern (`* /v2/bot/message/*`) have this rate."""
        self._set[pattern] = rate
        self._buckets = {key: held for key, held in self._buckets.items() if not fnmatchcase(key[1], pattern)}

    def allows(self, account: str, endpoint: str, now: float) -> bool:
        """Whether a call now is within the rate."""
        return self._bucket(account, endpoint, now).tokens >= 1

    def count(self, account: str, endpoint: str, now: float) -> None:
        """A call was made."""
        bucket = self._bucket(account, endpoint, now)
        bucket.tokens = max(0.0, bucket.tokens - 1)

    def _bucket(self, account: str, endpoint: str, now: float) -> _Bucket:
        rate = self._rate(endpoint)
        bucket = self._buckets.setdefault((account, endpoint), _Bucket(rate.count, now))
        refilled = (now - bucket.at) * rate.count / rate.seconds
        bucket.tokens, bucket.at = min(float(rate.count), bucket.tokens + refilled), now
        return bucket

    def _rate(self, endpoint: str) -> Rate:
        chosen = [rate for pattern, rate in self._set.items() if fnmatchcase(endpoint, pattern)]
        return chosen[-1] if chosen else PUBLISHED.get(endpoint, OTHERS)
