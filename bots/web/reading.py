"""Reading a request's body from somebody we do not know yet: not too much, not too slowly, not packed.

What is refused here has cost no signature check and no SQL.
"""

from __future__ import annotations

import asyncio
from typing import NoReturn

from aiohttp import web

# LINE and Telegram send far less; more is not theirs.
MOST_BYTES = 1024 * 1024
# LINE gives up after 2 s and Telegram sends at once; who needs longer than this is not one of them.
SECONDS = 10.0


async def body_of(request: web.Request) -> bytes:
    """The raw body.

    Raises aiohttp's 413 for more than MOST_BYTES, announced or sent, 415 for a packed body (a small one can unpack to
    anything, and what platforms sign is not packed), 408 for one that is not whole after SECONDS.
    """
    if (request.content_length or 0) > MOST_BYTES:
        _refuse(web.HTTPRequestEntityTooLarge(MOST_BYTES, request.content_length or 0), "too large")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        _refuse(web.HTTPUnsupportedMediaType(), "packed")
    try:
        async with asyncio.timeout(SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        _refuse(error, "too large")
    except TimeoutError:
        _refuse(web.HTTPRequestTimeout(), "too slow")


def _refuse(error: web.HTTPException, why: str) -> NoReturn:
    """Answer, and end the connection: what is left of the body is nobody's."""
    error.content_type = "application/json"
    error.text = f'{{"error": "{why}"}}'
    error.force_close()
    raise error
