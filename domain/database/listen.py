"""Listening to NOTIFY on a connection of its own, which is opened again whenever it breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import asyncpg
import structlog

from domain.database.engine import plain_url

log = structlog.get_logger()


async def listen(url: str, wakers: Mapping[str, Callable[[str], None]]) -> None:
    """Call `wakers[channel](payload)` for each NOTIFY until cancelled; all are called once after a (re)connect.

    A lost connection raises nothing by itself, so its end is watched; polling stands behind every listener.
    """
    address = plain_url(url)
    while True:
        ended = asyncio.Event()
        try:
            connection = await asyncpg.connect(address, timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            log.warning("listen.away", error=type(error).__name__)
            await asyncio.sleep(1)
            continue
        try:
            connection.add_termination_listener(_setter(ended))
            for channel, wake in wakers.items():
                await connection.add_listener(channel, lambda *args, wake=wake: wake(args[3]))
                wake("")
            await ended.wait()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("listen.lost", error=type(error).__name__)
            await asyncio.sleep(1)  # a standby, say, lets us in and refuses to be listened to
        finally:
            await connection.close(timeout=2)


def _setter(event: asyncio.Event) -> Callable[..., None]:
    return lambda *_: event.set()
