"""Each account's share of the connections to its platform: one whose calls hang leaves the others theirs.

Sits in the HTTP session that all accounts' calls go through (`bots/app.py`), whichever SDK makes them.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ConnectionTimeoutError

# Connections of one account at a time. Calls take a fifth of a second: that is two hundred a second.
SHARE = 40
# As long as a call waits for a connection at all.
WAIT_SECONDS = 5.0


class Shares:
    """A middleware of aiohttp's client; ConnectionTimeoutError, as nothing has left, when the share stays used up."""

    def __init__(self) -> None:
        self._shares: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Make the call when there is a connection for its account; it is back as soon as the answer was read."""
        share = self._shares.setdefault(_account(request), asyncio.Semaphore(SHARE))
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await share.acquire()
        except TimeoutError:
            raise ConnectionTimeoutError("the account's other calls hang") from None
        try:
            response = await handler(request)
        except BaseException:
            share.release()
            raise
        if response.connection is None:
            share.release()
        else:
            response.connection.add_callback(share.release)
        return response


def _account(request: ClientRequest) -> str:
    """Whose call it is: LINE's says it in a header, Telegram's in the address, before the method's name."""
    return request.headers.get("Authorization") or str(request.url.parent)
