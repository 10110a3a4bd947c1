"""The LINE platform on this machine: a bot that talks to it cannot tell the difference.

`bots/simulator/platforms.py` mounts `LineEmulator(journal).app()` at `/line` for the demo, tests run it on
loopback. Parts: `emulator_api` (the Messaging API), `emulator_checks` (what LINE refuses), `emulator_webhook`
(signed deliveries), `emulator_menus` (rich menus), `emulator_state` (all it remembers, rebuilt from the journal),
`emulator_control`, `emulator_person` (act as a person) and `emulator_view` (what a person sees). Not emulated: rich
menu aliases, groups, multicast, broadcast and narrowcast, the monthly quota, rate limits but those of rich menus.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from bots.journal import Journal
from bots.line import limits
from bots.line.emulator_api import MessagingApi
from bots.line.emulator_control import Control
from bots.line.emulator_person import PersonControl
from bots.line.emulator_state import State
from bots.line.emulator_webhook import Deliveries

# LINE keeps its own waits secret and may change them; these cover a program that is restarted or redeployed.
REDELIVERY_WAITS = (1.0, 5.0, 15.0, 60.0, 300.0)


class LineEmulator:
    """One emulated LINE platform with any number of official accounts and people.

    `clock` gives seconds since 1970 (reply tokens and retry keys age by it), `redelivery_waits` the seconds
    before each redelivery of a webhook that was not answered with 2xx.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        clock: Callable[[], float] = time.time,
        redelivery_waits: Sequence[float] = REDELIVERY_WAITS,
    ) -> None:
        """Rebuild everything from the journal's entries."""
        self._journal = journal
        self._state = State()
        for entry in journal.entries():
            self._state.apply(entry)
        self._deliveries = Deliveries(self._state, self._record, clock, redelivery_waits)
        self._api = MessagingApi(self._state, self._record, clock)
        self._control = Control(self._state, journal, self._record, self._deliveries)
        self._person = PersonControl(self._state, self._record, self._deliveries, clock)

    def app(self) -> web.Application:
        """The platform as an aiohttp application, to serve or to mount under a path. Call it once."""
        app = web.Application(client_max_size=2 * limits.CONTENT_BYTES)
        app.add_routes([*self._api.routes(), *self._person.routes(), *self._control.routes()])
        app.on_startup.append(self._start)
        app.on_shutdown.append(self._stop)
        return app

    async def close(self) -> None:
        """End live streams and webhook deliveries; what was not delivered is taken up by the next start."""
        self._control.close()
        await self._deliveries.close()

    async def _start(self, _: web.Application) -> None:
        await self._deliveries.start()

    async def _stop(self, _: web.Application) -> None:
        await self.close()

    def _record(self, kind: str, **data: Any) -> None:
        """Write one change into the journal, then let it happen."""
        entry = {"channel": "line", **data}
        self._journal.append(kind, **entry)
        self._state.apply({"kind": kind, **entry})
