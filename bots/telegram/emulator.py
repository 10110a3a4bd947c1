"""A Telegram of our own, on loopback, for demos and tests: Bot API, webhooks, and people to play.

`/bot<token>/<method>` and `/file/bot<token>/<path>` are the platform's; `/control` is the side of the
people in front of their phones, used by the simulator's page and by tests, and of whoever wants the platform to have
a bad day. Every change is an entry of the journal, so a new process goes on where the last one stopped, undelivered
updates included.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from aiohttp import web

from bots.faults import Faults
from bots.journal import Journal
from bots.telegram.emulator_api import BotApi
from bots.telegram.emulator_control import Control
from bots.telegram.emulator_control_bodies import explain
from bots.telegram.emulator_deliveries import DeliveryControl
from bots.telegram.emulator_faults import FAULTS
from bots.telegram.emulator_groups import Groups
from bots.telegram.emulator_messages import Messages
from bots.telegram.emulator_people import People
from bots.telegram.emulator_polling import Polling
from bots.telegram.emulator_records import LIMITS, BotAccount, Json
from bots.telegram.emulator_state import State
from bots.telegram.emulator_updates import Updates
from bots.telegram.emulator_webhooks import ANSWER_SECONDS, Webhooks, retry_seconds
from bots.telegram.limits import PHOTO_BYTES

_LARGEST_BODY = 2 * PHOTO_BYTES


class TelegramEmulator:
    """The platform on one journal. `clock` gives Unix seconds, `wait` the rest after the n-th failed delivery,
    `answer_seconds` the time that a webhook has for its answer, `limits` how many messages a bot may send at once."""

    def __init__(
        self,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.time,
        wait: Callable[[int], float] = retry_seconds,
        answer_seconds: float = ANSWER_SECONDS,
        limits: Mapping[str, int] = LIMITS,
    ) -> None:
        self._state = state = State(journal, clock, limits)
        messages, updates = Messages(state), Updates(state)
        self._webhooks = Webhooks(state, wait, answer_seconds)
        self._faults = Faults(FAULTS, state.record)
        self._polling = Polling(state, journal)
        self._api = BotApi(state, self._webhooks, self._polling, messages, self._faults)
        self._webhooks.obey = self._obey
        people, groups = People(state, updates), Groups(state, updates)
        self._control = Control(journal, state, self._webhooks, messages, people, groups)
        self._delivery_control = DeliveryControl(state, self._webhooks, updates)

    def app(self) -> web.Application:
        """The aiohttp application, to be served by itself or mounted under any path."""
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[explain])
        app.add_routes(
            [
                web.route("*", "/bot{token}/{method}", self._api.call),
                web.get("/file/bot{token}/{path:.+}", self._api.download),
                *self._control.routes(),
                *self._delivery_control.routes(),
                *self._faults.routes(),
            ]
        )
        app.on_startup.append(lambda _: self._webhooks.start())
        app.on_shutdown.append(self._end_polls)
        app.on_cleanup.append(lambda _: self.close())
        return app

    async def _end_polls(self, app: web.Application) -> None:
        """A server that stops waits for its answers."""
        self._polling.close()

    async def close(self) -> None:
        """Stop delivering; what is undelivered stays in the journal."""
        await self._webhooks.close()

    async def _obey(self, bot: BotAccount, asked: Json) -> None:
        await self._api.execute(bot, asked["method"], asked)
