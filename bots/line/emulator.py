"""The LINE platform on this machine: a bot that talks to it cannot tell the difference.

`bots/simulator/platforms.py` mounts `LineEmulator(journal).app()` at `/line` for the demo, tests run it on loopback.
It errs when told to (`emulator_faults`, `POST /control/faults`). Parts:

- what a bot asks: `emulator_api` (all calls), `emulator_sending`, `emulator_account`, `emulator_content`,
  `emulator_menus`; what LINE refuses: `emulator_checks` (`_messages`, `_flex`, `_flex_values`, `_actions`) and
  `emulator_rates`
- what people do: `emulator_person` and `emulator_view` (a chat), `emulator_events` (what it tells the bot),
  `emulator_webhooks` (signed deliveries), `emulator_deliveries` (held back, reordered, repeated, by hand)
- all it remembers, rebuilt from the journal: `emulator_state`; and `emulator_control`

Not emulated, and answered as LINE answers what it does not know: rich menu aliases, groups (events of theirs can be
brought), multicast, broadcast, narrowcast and marking as read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from bots.faults import Faults
from bots.journal import Journal
from bots.line import limits
from bots.line.emulator_api import MessagingApi
from bots.line.emulator_control import Control
from bots.line.emulator_deliveries import DeliveryControl
from bots.line.emulator_events import Events
from bots.line.emulator_faults import FAULTS
from bots.line.emulator_person import PersonControl
from bots.line.emulator_state import State
from bots.line.emulator_webhooks import ANSWER_SECONDS, Webhooks

# LINE keeps its own waits secret and may change them; these cover a program that is restarted or redeployed.
REDELIVERY_WAITS = (1.0, 5.0, 15.0, 60.0, 300.0)


class LineEmulator:
    """One emulated LINE platform with any number of official accounts and people.

    `clock` gives seconds since 1970 (reply tokens and retry keys age by it), `redelivery_waits` the seconds
    before each redelivery of a webhook that was not answered with 2xx within `answer_seconds`.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.time,
        redelivery_waits: Sequence[float] = REDELIVERY_WAITS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Rebuild everything from the journal's entries."""
        self._journal = journal
        self._state = State()
        for entry in journal.entries():
            self._state.apply(entry)
        self._webhooks = Webhooks(self._state, self._record, clock, redelivery_waits, answer_seconds)
        self._faults = Faults(FAULTS, self._record)
        self._api = MessagingApi(self._state, self._record, clock, self._webhooks, self._faults)
        self._control = Control(self._state, journal, self._record)
        events = Events(self._state, self._record, self._webhooks, clock)
        self._person = PersonControl(self._state, events, clock)
        self._delivery_control = DeliveryControl(self._state, self._record, self._webhooks, events)

    def app(self) -> web.Application:
        """The platform as an aiohttp application, to serve or to mount under a path. Call it once."""
        app = web.Application(client_max_size=2 * limits.CONTENT_BYTES)
        parts = (self._api, self._person, self._delivery_control, self._control, self._faults)
        app.add_routes([route for part in parts for route in part.routes()])
        app.on_startup.append(self._start)
        app.on_shutdown.append(self._stop)
        return app

    async def close(self) -> None:
        """End live streams and webhook deliveries; what was not delivered is taken up by the next start."""
        self._control.close()
        await self._webhooks.close()

    async def _start(self, _: web.Application) -> None:
        await self._webhooks.start()

    async def _stop(self, _: web.Application) -> None:
        await self.close()

    def _record(self, kind: str, **data: Any) -> None:
        """Write one change into the journal, then let it happen."""
        entry = {"channel": "line", **data}
        self._journal.append(kind, **entry)
        self._state.apply({"kind": kind, **entry})
