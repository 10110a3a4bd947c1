"""How the emulated Telegram delivers updates: in order within a queue, one at a time, until taken or expired.

Messages of a chat, presses of a person and changes of membership are separate queues, so they overtake one
another; a failing update holds up its own queue only. The waits between attempts, the time given for an
answer, the obeyed `Retry-After` and the number of queues that are worked on at a time are those of the Bot API server
(`WebhookActor.cpp` in https://github.com/tdlib/telegram-bot-api).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bots.telegram.emulator_records import BotAccount, Json, Key, Lane
from bots.telegram.emulator_replies import asked_in
from bots.telegram.emulator_state import State
from bots.telegram.inbound import SECRET_HEADER

ANSWER_SECONDS = 60.0
LONGEST_RETRY_AFTER = 3600.0
DEFAULT_CONNECTIONS = 40


_NOT_OBEYED = ("setwebhook", "deletewebhook", "close", "logout")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a webhook answered: its status, 0 for none, and what is wrong with it."""

    status: int
    error: str = ""
    retry_after: float | None = None


def retry_seconds(failures: int) -> float:
    """The wait after so many failures in a row: 0, 2, 4, 8, 16, 32 s, then a minute or two."""
    if failures <= 1:
        return 0.0
    return float(2 ** (failures - 1)) if failures <= 6 else random.uniform(60, 120)  # noqa: S311


class Webhooks:
    """Deliveries of all bots; `wait` says how long to rest after the n-th failure in a row.

    `answer_seconds` is how long an answer may take. `obey` carries out what an answer asks for.
    """

    def __init__(
        self, state: State, wait: Callable[[int], float] = retry_seconds, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._state = state
        self._wait = wait
        self._answer_seconds = answer_seconds
        self.obey: Callable[[BotAccount, Json], Awaitable[None]] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._resting: set[Lane] = set()
        self._watchers: dict[Key, asyncio.Future[int]] = {}
        self._changed = asyncio.Event()
        self._connections: dict[int, tuple[int, asyncio.Semaphore]] = {}

    async def start(self) -> None:
        """Take up what an earlier process left undelivered."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=self._answer_seconds)
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
        if self._session is None or not queued or not bot.webhook or bot.held or lane in self._resting:
            return 0
        watcher: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._watchers[lane[0], event] = watcher
        self._work_on(lane)
        return await watcher

    async def repeat(self, bot: BotAccount, update: Json) -> int:
        """Deliver an update once more, as after a lost answer; the HTTP status or 0."""
        return (await self._post(bot, update)).status

    def _work_on(self, lane: Lane) -> None:
        """Work on a queue; later, when as many are worked on as the platform takes up for a bot at a time."""
        running = self._tasks.get(lane)
        if self._session is None or (running and not running.done()):
            return
        if sum(busy[0] == lane[0] for busy in self._tasks) >= 2 * _connections(self._state.bots[lane[0]]):
            self._release(lane)
            return
        self._tasks[lane] = task = asyncio.create_task(self._work(lane))
        task.add_done_callback(lambda done: self._forget(lane, done))

    def _forget(self, lane: Lane, task: asyncio.Task[None]) -> None:
        if self._tasks.get(lane) is task:
            del self._tasks[lane]
        bot = self._state.bots[lane[0]]
        if task.cancelled() or bot.held or not bot.webhook:
            return
        task.result()  # an error of ours is told, and is not worked on again and again
        later = next((key for key in self._state.lanes if key[0] == bot.id and key not in self._tasks), None)
        if later:
            self._work_on(later)

    async def _work(self, lane: Lane) -> None:
        account = lane[0]
        while waiting := next(iter(self._state.lanes.get(lane, {}).values()), None):
            bot, event = self._state.bots[account], waiting.update["update_id"]
            if waiting.expires <= self._state.now():
                self.finish(lane, event, status=0, done=True)
                continue
            if not bot.webhook or bot.held:
                self._release(lane)
                return
            answer = await self._post(bot, waiting.update)
            self.finish(lane, event, status=answer.status, done=not answer.error, error=answer.error)
            if answer.error:
                self._release(lane)
                wait = self._wait(waiting.attempts) if answer.retry_after is None else answer.retry_after
                if self._state.now() + wait > waiting.expires:
                    self.finish(lane, event, status=answer.status, done=True)
                else:
                    await self._rest(lane, wait)

    def finish(self, lane: Lane, event: int, *, status: int, done: bool, error: str = "") -> None:
        """Write down what became of a delivery; `done`: the update waits no more."""
        account, name = lane
        about = {"account": account, "lane": name, "event": event}
        self._state.record("delivery", **about, status=status, done=done, error=error)
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

    async def _post(self, bot: BotAccount, update: Json) -> _Answer:
        if self._session is None or not bot.webhook:
            return _Answer(0, "no webhook")
        secret = bot.webhook["secret_token"]
        headers = {SECRET_HEADER: secret} if secret else {}
        async with self._limit(bot):
            try:
                async with self._session.post(
                    bot.webhook["url"], json=update, headers=headers, allow_redirects=False
                ) as answer:
                    asked = await asked_in(answer)
                    if 200 <= answer.status < 300:
                        await self._obey(bot, asked)
                        return _Answer(answer.status)
                    wrong = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                    return _Answer(answer.status, wrong, _retry_after(answer.headers.get("Retry-After")))
            except TimeoutError:
                return _Answer(0, "Read timeout expired")
            except aiohttp.ClientConnectorError:
                return _Answer(0, "Connection refused")
            except aiohttp.ClientError:
                return _Answer(0, "Webhook connection closed")

    def _limit(self, bot: BotAccount) -> asyncio.Semaphore:
        """As many deliveries at a time as the bot asked for, now that it may have asked for more or less."""
        wanted = _connections(bot)
        known, limit = self._connections.get(bot.id, (0, None))
        if limit is None or known != wanted:
            limit = asyncio.Semaphore(wanted)
            self._connections[bot.id] = wanted, limit
        return limit

    async def _obey(self, bot: BotAccount, asked: Json) -> None:
        """A method in an answer is carried out, and what becomes of it told nobody."""
        method = str(asked.get("method") or "").lower()
        if self.obey and method and method not in _NOT_OBEYED and not method.startswith("get"):
            await self.obey(bot, asked)


def _connections(bot: BotAccount) -> int:
    return int(bot.webhook.get("max_connections") or DEFAULT_CONNECTIONS)


def _retry_after(value: str | None) -> float | None:
    """The wait that an answer asks for, if it is a number of seconds and not none."""
    return min(float(value), LONGEST_RETRY_AFTER) if value and value.isdecimal() and int(value) else None
