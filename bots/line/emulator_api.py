"""The emulated Messaging API: the calls a bot makes, answered and refused as LINE does.

Requests come from `client.LineChannel` (any LINE bot would do); each changes the state by one journal entry
that holds the request, the answer and its effects. https://developers.line.biz/en/reference/messaging-api/
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bots.line import limits
from bots.line.emulator_call import Answer, Call
from bots.line.emulator_checks import errors, is_public_address, refusal
from bots.line.emulator_menus import RichMenuApi
from bots.line.emulator_state import BotAccount, Json, State

_UNAUTHORISED = (
    "Authentication failed due to the following reason: invalid token. "
    "Confirm that the access token in the authorization header is valid."
)


class MessagingApi:
    """The HTTP handlers of https://api.line.me and https://api-data.line.me that a bot of this program uses."""

    def __init__(self, state: State, record: Callable[..., None], clock: Callable[[], float]) -> None:
        """`record(kind, **data)` journals and applies an entry; `clock` gives seconds since 1970."""
        self._state = state
        self._record = record
        self._clock = clock
        self._menus = RichMenuApi(state, clock)

    def routes(self) -> list[web.RouteDef]:
        """The platform's own paths."""
        return [
            web.post("/v2/bot/message/reply", self._handler(self._reply)),
            web.post("/v2/bot/message/push", self._handler(self._push)),
            web.post("/v2/bot/chat/loading/start", self._handler(self._loading)),
            web.get("/v2/bot/profile/{person}", self._handler(self._profile)),
            web.get("/v2/bot/info", self._handler(self._info)),
            web.put("/v2/bot/channel/webhook/endpoint", self._handler(self._set_endpoint)),
            web.get("/v2/bot/channel/webhook/endpoint", self._handler(self._get_endpoint)),
            web.get("/v2/bot/message/{message}/content", self._content),
            *(web.route(method, path, self._handler(answer)) for method, path, answer in self._menus.routes()),
        ]

    def _handler(self, method: Callable[[Call], Answer]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            # aiohttp's own limit is the parent application's and may be lower than LINE's.
            raw = await request.clone(client_max_size=4 * limits.REQUEST_BYTES).read()
            account = self._authorised(request)
            is_json = bool(raw) and not request.content_type.startswith("image/")
            body, answer = _json_object(raw) if is_json else ({}, None)
            retry_key = request.headers.get("X-Line-Retry-Key", "")
            if account is None:
                answer = Answer(401, {"message": _UNAUTHORISED})
            elif len(raw) > limits.REQUEST_BYTES:
                answer = Answer(413, {"message": "Request Entity Too Large"})
            elif answer is None:
                answer = method(Call(account, body, retry_key, request.match_info, raw, request.content_type))
            request_id = str(uuid.uuid4())
            self._record(
                "request",
                at=self._clock(),
                method=request.method,
                path=request.match_info.route.resource.canonical if request.match_info.route.resource else "",
                account=account.id if account else None,
                person=answer.person,
                body=body,
                retry_key=retry_key,
                status=answer.status,
                response=answer.body,
                request_id=request_id,
                effects=answer.effects,
                **({"content": answer.content} if answer.content else {}),
            )
            headers = {"x-line-request-id": request_id, **answer.headers}
            return web.json_response(answer.body, status=answer.status, headers=headers)

        return handle

    def _authorised(self, request: web.Request) -> BotAccount | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._state.account_of_token(token) if scheme == "Bearer" and token else None

    def _reply(self, call: Call) -> Answer:
        if call.retry_key:  # only push, multicast, narrowcast and broadcast take it (#retry-api-request)
            return Answer(400, {"message": "The X-Line-Retry-Key header isn't supported by this endpoint"})
        if refused := refusal(call.body.get("messages")):
            return Answer(400, refused)
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
        if refused := refusal(call.body.get("messages")):
            return Answer(400, refused)
        if person not in self._state.people:
            return Answer(400, {"message": "Failed to send messages"})
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

    def _loading(self, call: Call) -> Answer:
        seconds = call.body.get("loadingSeconds", 20)
        if seconds not in range(5, 61, 5):
            return Answer(400, {"message": "loadingSeconds must be a multiple of 5 between 5 and 60"})
        if call.body.get("chatId") not in self._state.people:
            return Answer(400, {"message": "The value for the 'chatId' parameter is invalid"})
        return Answer(202, {})

    def _profile(self, call: Call) -> Answer:
        """A profile is given of friends and of people who wrote, not of those who blocked the account."""
        person = call.path["person"]
        chat = self._state.chats.get((call.account.id, person))
        if chat is None or not chat.is_reachable(self._clock()):
            return Answer(404, {"message": "Not found"})
        about = self._state.people[person]
        body = {"displayName": about["name"], "userId": person, "language": about["language"]}
        return Answer(200, {name: value for name, value in body.items() if value})

    def _info(self, call: Call) -> Answer:
        account = call.account
        names = {"userId": account.id, "basicId": account.basic_id, "displayName": account.name}
        return Answer(200, {**names, "chatMode": "bot", "markAsReadMode": "auto"})

    def _set_endpoint(self, call: Call) -> Answer:
        endpoint = call.body.get("endpoint")
        if not isinstance(endpoint, str) or len(endpoint) > limits.WEBHOOK_URL or not is_public_address(endpoint):
            return Answer(400, {"message": "Invalid webhook endpoint URL"})
        return Answer(200, {}, effects={"webhook": endpoint})

    def _get_endpoint(self, call: Call) -> Answer:
        if not call.account.webhook:
            return Answer(404, {"message": "Webhook endpoint not found"})
        return Answer(200, {"endpoint": call.account.webhook, "active": True})

    async def _content(self, request: web.Request) -> web.Response:
        """A picture's bytes, for the account it was sent to."""
        account, message = self._authorised(request), request.match_info["message"]
        if account is None:
            return web.json_response({"message": _UNAUTHORISED}, status=401)
        chats = (chat for (owner, _), chat in self._state.chats.items() if owner == account.id)
        content = self._state.contents.get(message)
        if content is None or not any(message == known.id for chat in chats for known in chat.messages):
            return web.json_response({"message": "Not found"}, status=404)
        return picture(content)


def picture(content: str) -> web.Response:
    """A response with a stored picture (base64)."""
    data = base64.b64decode(content)
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return web.Response(body=data, content_type=kind)


def _json_object(raw: bytes) -> tuple[Json, Answer | None]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body, None
    return {}, Answer(400, {"message": "The request body could not be parsed as JSON"})


def _is_uuid(text: str) -> bool:
    try:
        return len(text) == 36 and bool(uuid.UUID(text))
    except ValueError:
        return False
