"""Reading a request's body from somebody we do not know yet: not too much, not too slowly, not packed.

What is refused here has cost no signature check and no SQL. Refusals are returned, not raised: an exception that
aiohttp turns into an answer keeps what was read of the body until the next full garbage collection, a megabyte each.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

# LINE and Telegram send far less; more is not theirs.
MOST_BYTES = 1024 * 1024
# LINE gives up after 2 s and Telegram sends at once; who needs longer than this is not one of them.
SECONDS = 10.0


async def body_of(request: web.Request) -> bytes | web.Response:
    """The raw body, or the answer for whoever sent something else.

    413 for more than MOST_BYTES, announced or sent, 415 for a packed body (a small one can unpack to anything, and what
    platforms sign is not packed), 408 for one that is not whole after SECONDS, 400 for one that breaks off.
    """
    if (request.content_length or 0) > MOST_BYTES:
        return _refusal(413, "too large")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return _refusal(415, "packed")
    try:
        async with asyncio.timeout(SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return _refusal(413, "too large")
    except TimeoutError:
        return _refusal(408, "too slow")
    except (OSError, web.RequestPayloadError):  # who sent it has gone, or counts its chunks wrong
        return _refusal(400, "broken off")


def _refusal(status: int, why: str) -> web.Response:
    """An answer that ends the connection: what is left of the body is nobody's."""
    response = web.json_response({"error": why}, status=status)
    response.force_close()
    return response
