"""An account, letters and events of LINE, as the tests of its channel use them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from bots.channel import Account, Letter

# The example that LINE publishes with its description of signatures.
GOLDEN_SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
GOLDEN_BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
GOLDEN_SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="

PERSON = "U" + "1" * 32


def account(**secrets: str) -> Account:
    given = {"channel_secret": GOLDEN_SECRET, "access_token": "token-of-the-clinic", **secrets}
    return Account(uuid4(), uuid4(), "aura", "line", "U" + "b" * 32, "@123abcde", given)


def letter(**changes: Any) -> Letter:
    fields: dict[str, Any] = {
        "to": PERSON,
        "retry_key": UUID("123e4567-e89b-12d3-a456-426614174000"),
        "sign": lambda action: f"token-{action.name}-{action.choice}",
        "picture_url": lambda index: f"https://clinic.example/pictures/{index}",
        "picture_bytes": lambda index: b"",
    }
    return Letter(**{**fields, **changes})


PHOTO = {"type": "image", "id": "1", "contentProvider": {"type": "line"}}


def event(**changes: Any) -> dict[str, Any]:
    fields = {
        "type": "message",
        "mode": "active",
        "timestamp": 1_700_000_000_000,
        "source": {"type": "user", "userId": PERSON},
        "webhookEventId": "01HEVENT",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": "r" * 32,
        "message": {"type": "text", "id": "1", "text": "สวัสดี"},
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def body(*events: Any) -> bytes:
    return json.dumps({"destination": "U" + "b" * 32, "events": events}).encode()


GROUP = {"type": "group", "groupId": "C1", "userId": PERSON}
