"""How python-telegram-bot reaches the network: its `BaseRequest` over the program's one aiohttp session.

The library's own HTTP client logs addresses, which hold the bot's token, and cannot say whether a failed
request had left. Here every failure is either `NotSent` or `MaybeSent`, and no message carries an address.
"""

from __future__ import annotations

import json
import logging
import os

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

# The library logs parameters at DEBUG and whole answers when they are not JSON: people's words and names.
logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
# Its documented way to get `RetryAfter.retry_after` as a timedelta, as its next major version will give it.
os.environ.setdefault("PTB_TIMEDELTA", "true")

_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class NotSent(NetworkError):
    """The request never left: sending it again is safe."""


class MaybeSent(TimedOut):
    """The request left and no answer came: it may have been carried out."""


class SessionRequest(BaseRequest):
    """Requests on a shared session, which belongs to whoever made it. Timeouts are in seconds."""

    def __init__(self, session: aiohttp.ClientSession, read: float = 20.0, connect: float = 5.0) -> None:
        """`connect` also covers the wait for a free connection of the session's pool."""
        self._session = session
        self._read = read
        self._connect = connect

    @property
    def read_timeout(self) -> float:
        """The default wait for an answer."""
        return self._read

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close: other bots use the same session."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One request; returns status and body, raises `NotSent` or `MaybeSent`.

        So is what no Telegram answers: a proxy's 403 says nothing about a person, nor its 400 about a message.
        """
        if self._session.closed:
            raise NotSent("session closed")
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=_seconds(connect_timeout, self._connect),
            sock_read=_seconds(read_timeout, self._read),
        )
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout, allow_redirects=False
            ) as response:
                status, body = response.status, await response.read()
        except _NEVER_LEFT as error:
            raise NotSent(type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise MaybeSent(type(error).__name__) from None
        if method == "POST" and not _is_telegrams(status, body):
            raise MaybeSent(f"HTTP {status} without an answer of Telegram's")
        return status, body


def _is_telegrams(status: int, body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and ("result" if status < 300 else "description") in answer


def _seconds(given: object, default: float) -> float | None:
    return given if given is None or isinstance(given, int | float) else default


def _body(request_data: RequestData | None) -> dict[str, str] | aiohttp.FormData | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    # Without this, names of files that are not ASCII would go out percent-encoded.
    form = aiohttp.FormData(request_data.json_parameters, quote_fields=False)
    for name, (filename, content, mime_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form
