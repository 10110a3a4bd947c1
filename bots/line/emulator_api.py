"""The emulated Messaging API: the calls a bot makes, answered and refused as LINE does.

Requests come from `client.LineChannel` (any LINE bot would do); each changes the state by one journal entry
that holds the request, the answer and its effects. What is said to each call is in `emulator_sending`,
`emulator_account`, `emulator_content` and `emulator_menus`; what is the same for all of them, here.
https://developers.line.biz/en/reference/messaging-api/
"""

from __future__ import annotations

import inspect
import json
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

from bots.faults import Faults
from bots.line import limits
from bots.line.emulator_account import AccountApi
from bots.line.emulator_call import NOT_FOUND, Answer, Call, Method
from bots.line.emulator_content import ContentApi, download
from bots.line.emulator_faults import RATE_LIMIT, UNAUTHORISED
from bots.line.emulator_menus import RichMenuApi
from bots.line.emulator_records import BotAccount, Json
from bots.line.emulator_sending import SendingApi
from bots.line.emulator_state import State
from bots.line.emulator_webhooks import Webhooks

_TOO_LARGE = Answer(413, {"message": "Request Entity Too Large"})
_PREFIX = "/v2/"


class MessagingApi:
    """The HTTP handlers of https://api.line.me and https://api-data.line.me that a bot of this program uses."""

    def __init__(
        self,
        state: State,
        record: Callable[..., None],
        clock: Callable[[], float],
        webhooks: Webhooks,
        faults: Faults,
    ) -> None:
        """`record(kind, **data)` journals and applies an entry; `clock` gives seconds since 1970."""
        self._state = state
        self._record = record
        self._clock = clock
        self._faults = faults
        self._parts = (
            SendingApi(state, clock),
            AccountApi(state, clock, webhooks),
            ContentApi(state),
            RichMenuApi(state, clock),
        )

    def routes(self) -> list[web.RouteDef]:
        """The platform's own paths."""
        routes = [route for part in self._parts for route in part.routes()]
        known = [web.route(method, path, self._handler(f"{method} {path}", answer)) for method, path, answer in routes]
        return [*known, web.route("*", _PREFIX + "{unknown:.*}", _unknown)]

    def _handler(
        self, endpoint: str, method: Method
    ) -> Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            account = self._authorised(request)
            call = await _read(request, account)

            async def carry_out() -> web.StreamResponse:
                answer = call if isinstance(call, Answer) else await self._answer(endpoint, method, call)
                return self._answered(request, endpoint, account, call, answer)

            path = request.path[request.path.index(_PREFIX) :]  # the platform may be mounted anywhere
            return await self._faults.around(
                request,
                call=path,
                account=account.id if account else "",
                person=self._person(call),
                carry_out=carry_out,
            )

        return handle

    def _answered(
        self, request: web.Request, endpoint: str, account: BotAccount | None, call: Call | Answer, answer: Answer
    ) -> web.Response:
        """Write the call and its answer into the journal, and give the answer."""
        request_id = str(uuid.uuid4())
        asked = call if isinstance(call, Call) else None
        self._record(
            "request",
            at=self._clock(),
            method=request.method,
            path=endpoint.partition(" ")[2],
            account=account.id if account else None,
            person=answer.person,
            body=asked.body if asked else {},
            retry_key=request.headers.get("X-Line-Retry-Key", ""),
            status=answer.status,
            response=answer.body,
            request_id=request_id,
            effects=answer.effects,
            **({"content": answer.content} if answer.content else {}),
        )
        if answer.file:
            response = download(answer.file)
        elif answer.body is None:
            response = web.Response(status=answer.status)
        else:
            response = web.json_response(answer.body, status=answer.status)
        response.headers.update({"x-line-request-id": request_id, **answer.headers})
        return response

    def _authorised(self, request: web.Request) -> BotAccount | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._state.account_of_token(token) if scheme == "Bearer" and token else None

    async def _answer(self, endpoint: str, method: Method, call: Call) -> Answer:
        if not self._state.rates.allows(call.account.id, endpoint, self._clock()):
            return Answer(429, RATE_LIMIT)
        answer = method(call)
        return await answer if inspect.isawaitable(answer) else answer

    def _person(self, call: Call | Answer) -> str:
        """Whom a call is about, '' when it is about nobody."""
        if isinstance(call, Answer):
            return ""
        token = self._state.tokens.get(str(call.body.get("replyToken")))
        person = call.body.get("to") or call.body.get("chatId") or call.path.get("person")
        return token.person if token else str(person or "")


async def _unknown(_: web.Request) -> web.Response:
    """No such call, or one that is not emulated."""
    return web.json_response(NOT_FOUND.body, status=NOT_FOUND.status)


async def _read(request: web.Request, account: BotAccount | None) -> Call | Answer:
    """The call in a request, or what refuses every call: no access, too much, not JSON."""
    try:
        # aiohttp's own limit is the parent application's and may be lower than LINE's.
        raw = await request.clone(client_max_size=4 * limits.REQUEST_BYTES).read()
    except web.HTTPRequestEntityTooLarge:
        return _TOO_LARGE
    if account is None:
        return Answer(401, UNAUTHORISED)
    if len(raw) > limits.REQUEST_BYTES:
        return _TOO_LARGE
    body: Json | Answer = {}
    if raw and not request.path.endswith("/content"):
        body = _json_object(raw, request.content_type)
    if isinstance(body, Answer):
        return body
    key = request.headers.get("X-Line-Retry-Key", "")
    return Call(account, body, key, request.match_info, raw, request.content_type)


def _json_object(raw: bytes, content_type: str) -> Json | Answer:
    if content_type != "application/json":
        return Answer(415, {"message": f"The content type, {content_type}, is not supported"})
    where = "line: 1, column: 1"
    try:
        body = json.loads(raw)
    except json.JSONDecodeError as error:
        body, where = None, f"line: {error.lineno}, column: {error.colno}"
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    return Answer(400, {"message": f"The request body could not be parsed as JSON ({where})"})
