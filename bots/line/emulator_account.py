"""The emulated LINE on an account itself: who it is, where its webhook is and whether that answers; profiles.

https://developers.line.biz/en/reference/messaging-api/#webhook-settings and #users
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from bots.line import limits
from bots.line.emulator_actions import is_public_address
from bots.line.emulator_call import INVALID_USER, NOT_FOUND, Answer, Call, Route
from bots.line.emulator_state import State
from bots.line.emulator_webhooks import Webhooks

_USER_ID = re.compile(r"U[0-9a-f]{32}")
_BAD_URL = Answer(400, {"message": "Invalid webhook endpoint URL"})
_NO_WEBHOOK = Answer(404, {"message": "Webhook endpoint not found"})


class AccountApi:
    """The answers to calls about an account and its people; `clock` gives seconds since 1970."""

    def __init__(self, state: State, clock: Callable[[], float], webhooks: Webhooks) -> None:
        self._state = state
        self._clock = clock
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        """Method, path and answer of every call."""
        webhook = "/v2/bot/channel/webhook"
        return [
            ("GET", "/v2/bot/info", self._info),
            ("GET", "/v2/bot/profile/{person}", self._profile),
            ("POST", "/v2/bot/chat/loading/start", self._loading),
            ("PUT", f"{webhook}/endpoint", self._set_endpoint),
            ("GET", f"{webhook}/endpoint", self._get_endpoint),
            ("POST", f"{webhook}/test", self._test_endpoint),
        ]

    def _info(self, call: Call) -> Answer:
        account = call.account
        names = {"userId": account.id, "basicId": account.basic_id, "displayName": account.name}
        return Answer(200, {**names, "chatMode": "bot", "markAsReadMode": "auto"})

    def _profile(self, call: Call) -> Answer:
        """A profile is given of friends and of people who wrote, not of those who blocked the account."""
        person = call.path["person"]
        if person not in self._state.people and not _USER_ID.fullmatch(person):
            return INVALID_USER
        chat = self._state.chats.get((call.account.id, person))
        if chat is None or not chat.is_known():
            return NOT_FOUND
        about = self._state.people[person]
        body = {"displayName": about["name"], "userId": person, "language": about["language"]}
        return Answer(200, {name: value for name, value in body.items() if value})

    def _loading(self, call: Call) -> Answer:
        seconds = call.body.get("loadingSeconds", 20)
        if seconds not in range(5, 61, 5):
            return Answer(400, {"message": "loadingSeconds must be a multiple of 5 between 5 and 60"})
        if call.body.get("chatId") not in self._state.people:
            return Answer(400, {"message": "The value for the 'chatId' parameter is invalid"})
        return Answer(202, {})

    def _set_endpoint(self, call: Call) -> Answer:
        endpoint = call.body.get("endpoint")
        return Answer(200, {}, effects={"webhook": endpoint}) if _is_endpoint(endpoint) else _BAD_URL

    def _get_endpoint(self, call: Call) -> Answer:
        if not call.account.webhook:
            return _NO_WEBHOOK
        return Answer(200, {"endpoint": call.account.webhook, "active": True})

    async def _test_endpoint(self, call: Call) -> Answer:
        """A signed webhook without events to this address or the account's own, and how it was answered."""
        endpoint = call.body.get("endpoint", call.account.webhook)
        if not endpoint:
            return _NO_WEBHOOK
        if not _is_endpoint(endpoint):
            return _BAD_URL
        status, reason = await self._webhooks.probe(call.account, endpoint)
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        detail = {"COULD_NOT_CONNECT": "Failure to connect", "REQUEST_TIMEOUT": "Request timeout"}
        return Answer(
            200,
            {
                "success": reason == "OK",
                "timestamp": at,
                "statusCode": status,
                "reason": reason,
                "detail": detail.get(reason, str(status)),
            },
        )


def _is_endpoint(url: object) -> bool:
    return isinstance(url, str) and len(url) <= limits.WEBHOOK_URL and is_public_address(url)
