"""How the emulated Telegram delivers updates: in order within a queue, one at a time, until taken or expired.

Messages of a chat, presses of a person and changes of membership are separate queues, so they overtake one
another; a failing update holds up its own queue only. The waits between attempts, the time given for an
answer and the obeyed `Retry-After` are those of the Bot API server
(`WebhookActor.cpp` in https://github.com/tdlib/telegram-bot-api).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable

import aiohttp

from bots.telegram.emulator_state import BotAccount, Json, Key, Lane, State
from bots.telegram.inbound import SECRET_HEADER

ANSWER_SECONDS = 60.0
LONGEST_RETRY_AFTER = 3600.0
DEFAULT_CONNECTIONS = 40


def retry_seconds(failures: int) -> float:
    """The wait after so many failures in a row: 0, 2, 4, 8, 16, 32 s, then a minute or two."""
    if failures <= 1:
        return 0.0
    return float(2 ** (failures - 1)) if failures <= 6 else random.uniform(60, 120)  # noqa: S311


class Webhooks:
    """Deliveries of all bots; `wait` says how long to rest after the n-th failure in a row."""

    def __init__(self, state: State, wait: Callable[[int], float] = retry_seconds) -> None:
        self._state = state
        self._wait = wait
        self._session: aiohttp.ClientSession | None = None
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._resting: set[Lane] = set()
        self._watchers: dict[Key, asyncio.Future[int]] = {}
        self._changed = asyncio.Event()
        self._connections: dict[int, asyncio.Semaphore] = {}

    async def start(self) -> None:
        """Take up what an earlier process left undelivered."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=ANSWER_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        self.changed()

    async def close(self) -> None:
        """Stop delivering; what waits stays in the journal. Harmless when called twice."""
        session, self._session = self._session, None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for key in list(self._watchers):
            self._tell(key, 0)
        if session:
            await session.close()

    def changed(self) -> None:
        """A webhook was set: try everything that waits at once."""
        self._changed.set()
        self._changed = asyncio.Event()
        for lane in list(self._state.lanes):
            self._work_on(lane)

    async def deliver(self, lane: Lane, event: int) -> int:
        """The HTTP status of the first attempt; 0 without an answer, when held up behind another, or not asked for."""
        bot, queued = self._state.bots[lane[0]], event in self._state.lanes.get(lane, {})
        if self._session is None or not queued or not bot.webhook or lane in self._resting:
            return 0
        watcher: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._watchers[lane[0], event] = watcher
        self._work_on(lane)
        return await watcher

    async def repeat(self, bot: BotAccount, update: Json) -> int:
        """Deliver an update once more, as after a lost answer; the HTTP status or 0."""
        status, _ = await self._post(bot, update)
        return status

    def _work_on(self, lane: Lane) -> None:
        running = self._tasks.get(lane)
        if self._session is not None and (running is None or running.done()):
            self._tasks[lane] = task = asyncio.create_task(self._work(lane))
            task.add_done_callback(lambda done: self._forget(lane, done))

    def _forget(self, lane: Lane, task: asyncio.Task[None]) -> None:
        if self._tasks.get(lane) is task:
            del self._tasks[lane]

    async def _work(self, lane: Lane) -> None:
        account = lane[0]
        while waiting := next(iter(self._state.lanes.get(lane, {}).values()), None):
            bot, event = self._state.bots[account], waiting.update["update_id"]
            if waiting.expires <= self._state.now():
                self._finish(lane, event, status=0, done=True)
                continue
            if not bot.webhook:
                self._release(lane)
                return
            status, retry_after = await self._post(bot, waiting.update)
            self._finish(lane, event, status=status, done=200 <= status < 300)
            if not 200 <= status < 300:
                self._release(lane)
                await self._rest(lane, self._wait(waiting.attempts) if retry_after is None else retry_after)

    def _finish(self, lane: Lane, event: int, *, status: int, done: bool) -> None:
        account, name = lane
        self._state.record("delivery", account=account, lane=name, event=event, status=status, done=done)
        self._tell((account, event), status)

    def _release(self, lane: Lane) -> None:
        """Nobody waits for updates that stand behind a failing one."""
        for event in self._state.lanes.get(lane, {}):
            self._tell((lane[0], event), 0)

    def _tell(self, key: Key, status: int) -> None:
        watcher = self._watchers.pop(key, None)
        if watcher and not watcher.done():
            watcher.set_result(status)

    async def _rest(self, lane: Lane, seconds: float) -> None:
        self._resting.add(lane)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        finally:
            self._resting.discard(lane)

    async def _post(self, bot: BotAccount, update: Json) -> tuple[int, float | None]:
        """The status (0 for no answer) and the wait that the answer asks for."""
        if self._session is None or not bot.webhook:
            return 0, None
        secret = bot.webhook["secret_token"]
        headers = {SECRET_HEADER: secret} if secret else {}
        limit = bot.webhook.get("max_connections") or DEFAULT_CONNECTIONS
        async with self._connections.setdefault(bot.id, asyncio.Semaphore(limit)):
            try:
                async with self._session.post(
                    bot.webhook["url"], json=update, headers=headers, allow_redirects=False
                ) as answer:
                    await answer.read()
                    return answer.status, _retry_after(answer.headers.get("Retry-After"))
            except (TimeoutError, aiohttp.ClientError):
                return 0, None


def _retry_after(value: str | None) -> float | None:
    return min(float(value), LONGEST_RETRY_AFTER) if value and value.isdecimal() else None
