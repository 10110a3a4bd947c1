"""Requests in answers: a program may put a method into its answer to a webhook (the emulated Telegram's reading of it).

https://core.telegram.org/bots/api#making-requests-when-getting-updates
"""

from __future__ import annotations

import json
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import aiohttp

from bots.telegram.emulator_records import Json


async def asked_in(answer: aiohttp.ClientResponse) -> Json:
    """The parameters in an answer, if it holds any, in the ways a request may hold them; files as bytes."""
    body = await answer.read()
    try:
        if answer.content_type == "application/json":
            asked = json.loads(body)
            return asked if isinstance(asked, dict) else {}
        if answer.content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode()))
        if answer.content_type == "multipart/form-data":
            return _parts(answer.headers["Content-Type"], body)
    except ValueError:  # a page for people, or half a body: nothing is asked
        return {}
    return {}


def _parts(content_type: str, body: bytes) -> Json:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    whole = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + body)
    parts: Json = {}
    for part in whole.iter_parts():
        content, name = part.get_payload(decode=True), part.get_param("name", header="content-disposition")
        if isinstance(content, bytes):
            parts[str(name)] = content if part.get_filename() else content.decode()
    return parts
