"""Webhooks and buttons made by hand: what a platform would send, and what an attacker would.

`request` is exact and signed; tests bend it from there. Nothing here goes through the emulated platforms.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from bots.line import inbound as line
from bots.telegram import inbound as telegram
from handlers.cards import Action
from tests.stories.person import Person
from tests.stories.world import World


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook request: where it goes, and the raw bytes with the headers that vouch for them."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    def at(self, url: str) -> Request:
        """The same request at another address."""
        return replace(self, url=url)


def address(world: World, channel: str, slug: str = "DRG") -> str:
    """Where the program takes a clinic's webhooks."""
    return f"{world.program.settings.address}/webhooks/{channel}/{slug}"


def press(world: World, person: Person, data: str) -> Request:
    """A press on a button with this data that the platform has not sent before; without a reply token."""
    if person.channel == "telegram":
        return _telegram(world, person, data)
    event = {
        "type": "postback",
        "postback": {"data": data},
        "mode": "active",
        "timestamp": 1_760_000_000_000,
        "source": {"type": "user", "userId": person.id},
        "webhookEventId": secrets.token_hex(13).upper(),
        "deliveryContext": {"isRedelivery": False},
    }
    body = json.dumps({"destination": world.accounts[person.slug, "line"], "events": [event]}).encode()
    return signed(world, person.slug, body)


def signed(world: World, slug: str, body: bytes, *, secret_of: str = "") -> Request:
    """A LINE body with the signature of the clinic's channel secret (or another clinic's)."""
    signature = line.sign(f"secret-{secret_of or slug}", body).decode()
    return Request(address(world, "line", slug), {line.SIGNATURE_HEADER: signature}, body)


def _telegram(world: World, person: Person, data: str) -> Request:
    number = int(person.id)
    query = {
        "id": str(secrets.randbits(60)),
        "from": {"id": number, "is_bot": False, "first_name": person.name},
        "chat_instance": "1",
        "data": data,
        "message": {
            "message_id": 1,
            "date": 1_760_000_000,
            "chat": {"id": number, "type": "private"},
            "from": {"id": int(world.accounts[person.slug, "telegram"]), "is_bot": True, "first_name": "Clinic"},
            "text": "?",
        },
    }
    body = json.dumps({"update_id": secrets.randbits(30), "callback_query": query}).encode()
    headers = {telegram.SECRET_HEADER: f"hook-{person.slug}"}
    return Request(address(world, "telegram", person.slug), headers, body)


async def post(world: World, request: Request) -> tuple[int, str]:
    """Status and body of the program's answer."""
    headers = {"Content-Type": "application/json", **request.headers}
    async with world.http.post(request.url, data=BytesIO(request.body), headers=headers) as answer:
        return answer.status, await answer.text()


async def data_of(person: Person, label: str) -> str:
    """The data behind the newest button of this person with this label, as the platform keeps it."""
    wanted = person.t(label)
    for message in reversed(await person.messages()):
        for found, data in _buttons(message["raw"]):
            if found.startswith(wanted):
                return data
    raise AssertionError(f"{person.name} has no button {wanted!r}")


def _buttons(part: Any) -> Iterator[tuple[str, str]]:
    """(label, data) of every button in a platform's message."""
    if isinstance(part, list):
        for inner in part:
            yield from _buttons(inner)
    elif isinstance(part, dict):
        if "callback_data" in part:
            yield part["text"], part["callback_data"]
        elif part.get("type") == "postback":
            yield part.get("label", ""), part["data"]
        for inner in part.values():
            yield from _buttons(inner)


async def token(person: Person, action: Action) -> str:
    """A button as the program itself would sign it for this person."""
    program = person.world.program
    account = next(a for a in await program.accounts.of_clinic(person.slug) if a.channel == person.channel)
    return program.signer.sign(action, account.clinic_id, account.id, person.id)


def forgeries(world: World, channel: str, true: Request) -> dict[str, Request]:
    """Requests that the platform never made, and true ones at addresses they were not made for."""
    vouch = line.SIGNATURE_HEADER if channel == "line" else telegram.SECRET_HEADER
    good = true.headers[vouch]
    of_bua = signed(world, "DRG", true.body, secret_of="BUA").headers[vouch] if channel == "line" else "hook-BUA"
    claims = {
        "nothing": None,
        "empty": "",
        "a guess": "x" * len(good),
        "cut short": good[:-1],
        "longer": good + "=",
        "in capitals": good.upper(),
        "with a space": f"{good[:4]} {good[4:]}",
        "another clinic's": of_bua,
        "the secret itself": f"secret-DRG,{good}",
    }
    forged = {
        name: Request(true.url, {vouch: claim} if claim is not None else {}, true.body)
        for name, claim in claims.items()
    }
    forged["another clinic's address"] = true.at(address(world, channel, "BUA"))
    forged["no such clinic"] = true.at(address(world, channel, "NOPE"))
    forged["no such channel"] = true.at(address(world, "pigeon"))
    forged["a path trick"] = true.at(address(world, channel, "DRG%2F..%2FBUA"))
    if channel == "line":  # Telegram does not sign the body
        forged["one byte changed"] = Request(true.url, true.headers, true.body.replace(b"whatever", b"whatevex"))
        forged["written anew"] = Request(true.url, true.headers, true.body.replace(b", ", b","))
        forged["no body"] = Request(true.url, true.headers, b"")
        forged["as Telegram"] = Request(true.url, {telegram.SECRET_HEADER: "hook-DRG"}, true.body)
    else:
        forged["as LINE"] = Request(true.url, {line.SIGNATURE_HEADER: line.sign("secret-DRG", true.body).decode()}, b"")
    return forged
