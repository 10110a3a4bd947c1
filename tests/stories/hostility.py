"""Requests that no platform sends: raw connections, bodies that make no sense, events that are odd."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

MEGABYTE = 1024 * 1024
PATH = "/webhooks/line/DRG"


@asynccontextmanager
async def open_line(address: str, start: bytes) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which somebody has sent `start`, and maybe goes on."""
    at = urlsplit(address)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(start)
        yield reader, writer
    finally:
        writer.transport.abort()


async def drip(writer: asyncio.StreamWriter, seconds: float) -> bool:
    """A head that comes byte by byte, one every so many seconds; returns whether all of it was taken."""
    for n in range(len(head())):
        if writer.is_closing():
            return False
        writer.write(head()[n : n + 1])
        await asyncio.sleep(seconds)
    return True


async def status(reader: asyncio.StreamReader, seconds: float = 10) -> int:
    """The status of the answer; 0 when the connection ended without one, or was reset under what we still sent."""
    try:
        line = await asyncio.wait_for(reader.readline(), seconds)
    except ConnectionResetError:
        return 0
    return int(line.split()[1]) if line else 0


def head(*lines: str) -> bytes:
    return "\r\n".join([f"POST {PATH} HTTP/1.1", "Host: clinic", *lines, "", ""]).encode()


def line_body(event: str) -> bytes:
    return f'{{"destination": "U0", "events": [{event}]}}'.encode()


CROWDED = line_body(",".join(["{}"] * 340_000))
"""As many events as a body of a megabyte holds."""

MALFORMED = [
    b"",
    b"null",
    b"[]",
    b'{"events": {}}',
    b"\xff\xfe not UTF-8",
    b'{"destination": "U0", "events": [',
    b"[" * 10_000 + b"]" * 10_000,
    line_body('{"type": "message", "x": ' + "[" * 10_000 + "]" * 10_000 + "}"),
    line_body('{"timestamp": ' + "9" * 5_000 + "}"),
]
"""Bodies that are signed and refused."""

ODD = [
    '{"type": "message", "message": {"type": "text", "text": "a\\u0000b\\ud800c"}}',
    '{"type": "message", "message": {"type": "text", "text": NaN, "x": Infinity, "y": 1e400}}',
    '{"type": "message", "type": "message", "type": null}',
    "{}",
    '{"type": "message", "message": null, "source": null, "webhookEventId": null, "timestamp": "yesterday"}',
    '{"webhookEventId": {"a": 1}, "source": {"userId": ["U1"]}}',
    '{"x": ' + "[" * 400 + "]" * 400 + "}",
]
"""Events, as JSON, that are taken in and do nothing."""
