"""Faults on demand: what an emulated platform gets wrong when somebody asks it to.

`POST /control/faults` plans one (a `Fault` as JSON, or a platform's own by `name`), `GET` lists those still planned,
`DELETE` forgets them. Each emulator passes every call of its API through `Faults.around`, so that both err alike: a
wrong answer, silence, a connection that is cut, before or after the call was carried out. Each fault that happens is
written into the journal (`fault`). A platform that is not told to err never does.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

CarryOut = Callable[[], Awaitable[web.StreamResponse]]
Preset = Mapping[str, Any]
LONGEST_SILENCE_S = 600.0
USUAL_SECONDS = 1.0


class Fault(BaseModel):
    """One planned fault.

    It happens at calls that match `call` (a pattern: `*`, `sendMessage`, `/v2/bot/message/*`), and `account` and
    `person` where given: not at the first `after` of them, then `times` times (None: until it is forgotten).
    `answer` says `status`, `headers` and `body`; `silence` says nothing for `seconds`; `cut` ends the connection at
    once, `half` in the middle of the answer's body. `carried_out`: the platform does what it was asked first. `slow`
    is no error: the call is carried out and answered, after `seconds`.
    """

    model_config = ConfigDict(extra="forbid")

    call: str = "*"
    account: str = ""
    person: str = ""
    kind: Literal["answer", "silence", "cut", "half", "slow"] = "answer"
    carried_out: bool = False
    status: int = Field(default=500, ge=200, le=599)
    body: str | dict[str, Any] = ""
    headers: dict[str, str] = {}
    seconds: float = Field(default=LONGEST_SILENCE_S, ge=0, le=LONGEST_SILENCE_S)
    after: int = Field(default=0, ge=0)
    times: int | None = Field(default=1, ge=1)

    def concerns(self, call: str, account: str, person: str) -> bool:
        """Whether a call is one that this fault may happen at."""
        return fnmatchcase(call, self.call) and self.account in ("", account) and self.person in ("", person)


class Faults:
    """The faults planned for one platform. `named` are its own: what they stand for, by name, or what makes it of the
    `seconds` that are asked for (a 429 says for how long).

    `record(kind, **data)` writes into the platform's journal.
    """

    def __init__(self, named: Mapping[str, Preset | Callable[[float], Preset]], record: Callable[..., None]) -> None:
        self._named = named
        self._record = record
        self._planned: list[Fault] = []

    def routes(self) -> list[web.RouteDef]:
        """Where faults are planned."""
        return [
            web.post("/control/faults", self._plan),
            web.get("/control/faults", self._list),
            web.delete("/control/faults", self._forget),
        ]

    async def around(
        self, request: web.Request, *, call: str, account: str, person: str, carry_out: CarryOut
    ) -> web.StreamResponse:
        """Answer a call of the API: as it should be, or as the next fault that concerns it says."""
        fault = self._next(call, account, person)
        if fault is None:
            return await carry_out()
        self._record(
            "fault",
            at=time.time(),
            call=call,
            account=account,
            person=person,
            fault=fault.kind,
            done=fault.carried_out,
            retry_key=request.headers.get("X-Line-Retry-Key", ""),
        )
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await carry_out()
        meant = await carry_out() if fault.carried_out else None
        return await _err(request, fault, meant)

    def _next(self, call: str, account: str, person: str) -> Fault | None:
        """The first planned fault that concerns this call and is due; what it used up is forgotten."""
        for fault in [fault for fault in self._planned if fault.concerns(call, account, person)]:
            if fault.after:
                fault.after -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._planned.remove(fault)
            return fault
        return None

    async def _plan(self, request: web.Request) -> web.Response:
        asked = await request.json()
        try:
            named = self._named[asked.pop("name")] if "name" in asked else {}
            preset = named(float(asked.get("seconds", USUAL_SECONDS))) if callable(named) else named
            self._planned.append(Fault.model_validate({**preset, **asked}))
        except KeyError as error:
            return web.json_response({"error": f"no fault {error}; there are: {', '.join(self._named)}"}, status=400)
        except ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([fault.model_dump() for fault in self._planned])

    async def _forget(self, request: web.Request) -> web.Response:
        self._planned.clear()
        return web.json_response({})


async def _err(request: web.Request, fault: Fault, meant: web.StreamResponse | None) -> web.StreamResponse:
    body = json.dumps(fault.body) if isinstance(fault.body, dict) else fault.body
    kind = "application/json" if isinstance(fault.body, dict) else "text/html"
    answer = web.Response(status=fault.status, text=body, content_type=kind, headers=fault.headers)
    if fault.kind == "answer":
        return answer
    if fault.kind == "half":
        whole = meant if isinstance(meant, web.Response) and isinstance(meant.body, bytes) else answer
        content = whole.body if isinstance(whole.body, bytes) else b""
        half = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
        half.content_length = len(content) + 1
        await half.prepare(request)
        await half.write(content[: max(1, len(content) // 2)])
    if fault.kind == "silence":
        await asyncio.sleep(fault.seconds)
    if request.transport is not None:
        request.transport.abort()
    return answer
