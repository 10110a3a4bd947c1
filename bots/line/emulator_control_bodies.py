"""The emulator's control requests: a JSON object with required texts; what came of it, and refusals, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object in a request, {} for an empty body; 400 for anything else."""
    raw = await request.read()
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise refused(400, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise refused(400, "the body is not a JSON object")
    return body


def required(body: Mapping[str, Any], name: str) -> str:
    """A non-empty text of the body; 400 when it is missing."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise refused(400, f"{name} is required")
    return value


def delivered(deliveries: Sequence[dict[str, Any]]) -> web.Response:
    """How events were delivered, and the ids of those that are held back."""
    held = [one["event"] for one in deliveries if one.get("held")]
    body = {"deliveries": [one for one in deliveries if not one.get("held")]}
    return web.json_response(body | ({"held": held} if held else {}))


def refused(status: int, message: str) -> web.HTTPException:
    """An exception to raise: aiohttp answers with this status and `{"message": ...}`."""
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        404: web.HTTPNotFound,
        409: web.HTTPConflict,
        501: web.HTTPNotImplemented,
    }
    return kinds[status](text=json.dumps({"message": message}), content_type="application/json")
