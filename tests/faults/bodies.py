"""Webhook bodies made by hand and posted to the program itself: what the emulated LINE would never send."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from bots.line.inbound import SIGNATURE_HEADER, sign
from tests.faults.rig import Rig

Event = dict[str, Any]


def event(kind: str, person: str, **fields: Any) -> Event:
    """One event of LINE's, as its documentation has it. Without a reply token: answers are pushed.

    https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
    """
    return {
        "type": kind,
        "webhookEventId": uuid4().hex,
        "deliveryContext": {"isRedelivery": False},
        "timestamp": int(time.time() * 1000),
        "mode": "active",
        "source": {"type": "user", "userId": person},
        **fields,
    }


def said(person: str, text: str) -> Event:
    """A text message."""
    return event("message", person, message={"type": "text", "id": uuid4().hex, "text": text})


async def post(world: Rig, slug: str, events: Sequence[Any], *, secret: str = "", **more: Any) -> int:
    """Deliver events in one signed body, with the clinic's secret or another; returns the status."""
    account = world.accounts[slug, "line"]
    body = json.dumps({"destination": account, "events": list(events), **more}, ensure_ascii=False).encode()
    url = f"{world.program.settings.address}/webhooks/line/{slug}"
    headers = {SIGNATURE_HEADER: sign(secret or f"secret-{slug}", body).decode(), "Content-Type": "application/json"}
    async with world.http.post(url, data=body, headers=headers) as answer:
        return answer.status
