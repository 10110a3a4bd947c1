"""The SDK's message models as JSON, in one walk.

The SDK's own `to_dict` dumps everything below a model, then again everything below each of its parts, and so on:
a card's texts come out six times, and that was most of the time it took to send one. `render.py` measures with
this, `client.py` sends with it (`Push`, `Reply`), the emulator checks with it.
"""

from __future__ import annotations

from typing import Any

from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest
from pydantic.v1 import BaseModel


def as_json(value: Any) -> Any:
    """What `to_dict` of an SDK model gives; lists item by item, anything else as it is."""
    if isinstance(value, BaseModel):
        fields = ((field.alias, getattr(value, name)) for name, field in value.__fields__.items())
        return {alias: as_json(part) for alias, part in fields if part is not None}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value


class Push(PushMessageRequest):  # type: ignore[misc]  # the SDK ships no types
    """A push that the SDK's client serialises in one walk."""

    def to_dict(self) -> dict[str, Any]:
        """The request's body."""
        body: dict[str, Any] = as_json(self)
        return body


class Reply(ReplyMessageRequest):  # type: ignore[misc]  # as above
    """A reply that the SDK's client serialises in one walk."""

    def to_dict(self) -> dict[str, Any]:
        """The request's body."""
        body: dict[str, Any] = as_json(self)
        return body
