"""LINE webhooks in: raw bytes are verified, read as tolerant JSON and understood as neutral events.

`bots/web` hands over the raw request, `bots/intake.py` keeps each event's JSON in the inbox, and `bots/work.py` asks
`understand` when it is worked on. The SDK's parser is not used: it drops the sender and the reply token of
every event it does not know, and LINE adds event types, properties and enum values without notice
(https://developers.line.biz/en/docs/messaging-api/development-guidelines/).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bots.channel import NOBODY, Arrival, CrowdedError
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Said, Tapped, Unsent

SIGNATURE_HEADER = "x-line-signature"
PICKED = ("datetime", "date", "time")
UNDERSTOOD = frozenset({"message", "postback", "follow", "unfollow"})
"""What asks something of us or tells that somebody came or went; no other event makes anybody known to us."""

# LINE names no limit and sends a few. A thousand take a tenth of a second, for which nobody else is served.
MOST_EVENTS = 1_000

_DEEP_LINK = re.compile(r"/start (\S+)")


def verify(channel_secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """True if `x-line-signature` is the base64 HMAC-SHA256 of the raw body under one of the secrets.

    The header's name may change case without notice. Every secret is tried and every comparison takes
    constant time. https://developers.line.biz/en/reference/messaging-api/#signature-validation
    """
    given = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER), "")
    signature = given.encode("utf-8", "replace")
    matches = [hmac.compare_digest(signature, sign(secret, body)) for secret in channel_secrets]
    return any(matches)


def sign(channel_secret: str, body: bytes) -> bytes:
    """The signature LINE would send with this body."""
    return base64.b64encode(hmac.digest(channel_secret.encode(), body, hashlib.sha256))


def read(body: bytes) -> list[Arrival]:
    """The events of a webhook body (none for the console's "Verify" button); ValueError if it is not LINE's shape.

    CrowdedError for more than MOST_EVENTS: a body of a megabyte has room for so many that everybody else would wait.
    One event that is not an object is passed over so that the good ones beside it are kept.
    """
    try:
        webhook = json.loads(body)
    except RecursionError as error:
        raise ValueError("webhook body is nested too deeply") from error
    if not isinstance(webhook, dict) or not isinstance(webhook.get("events"), list):
        raise ValueError("webhook body has no list of events")
    if len(webhook["events"]) > MOST_EVENTS:
        raise CrowdedError
    return [_arrival(event) for event in webhook["events"] if isinstance(event, dict)]


def understand(payload: Mapping[str, Any]) -> Incoming:
    """The neutral event. Only one-to-one chats that are ours to answer (mode `active`) ask anything of us.

    In `standby` another service holds the chat and the bot must not send; an unsend is honoured everywhere.
    https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
    """
    kind = _text(payload, "type")
    if kind == "unsend" and (message_id := _text(_object(payload, "unsend"), "messageId")):
        return Unsent(message_id)
    if not _is_ours(payload):
        return Nothing(kind)
    match kind:
        case "message":
            return _message(_object(payload, "message"))
        case "postback" if data := _text(_object(payload, "postback"), "data"):
            return Tapped(data, _picked(_object(payload, "postback")))
        case "follow":
            return Arrived()
        case "unfollow":
            return Left()
        case _:
            return Nothing(kind)


def looks_back(payload: Mapping[str, Any]) -> bool:
    """Whether an event is brought again, later than what came after it, or takes back what came before it.

    https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery
    """
    return _object(payload, "deliveryContext").get("isRedelivery") is True or _text(payload, "type") == "unsend"


def reply_token(payload: Mapping[str, Any]) -> str | None:
    """The reply token, if the event has one that we may use."""
    return (_text(payload, "replyToken") or None) if _is_ours(payload) else None


def user_id(payload: Mapping[str, Any]) -> str:
    """The sender's user id, '' when LINE leaves it out (people who never agreed to it, channel events)."""
    return _text(_object(payload, "source"), "userId")


def content_id(payload: Mapping[str, Any]) -> str:
    """The id of the picture that LINE keeps for download, '' unless the event is one sent through LINE."""
    message = _object(payload, "message")
    provider = _text(_object(message, "contentProvider"), "type")
    return _text(message, "id") if _text(message, "type") == "image" and provider == "line" else ""


def _arrival(event: Mapping[str, Any]) -> Arrival:
    event_id = _text(event, "webhookEventId") or _digest(event)
    kind = _text(event, "type")
    ours = (_is_ours(event) and kind in UNDERSTOOD) or (_is_one_to_one(event) and kind == "unsend")
    return Arrival(event_id, user_id(event) if ours else f"{NOBODY}{event_id}", event)


def _message(message: Mapping[str, Any]) -> Incoming:
    if _text(message, "type") != "text":
        return Nothing("album") if _is_of_an_album(message) else Other(_text(message, "type"))
    text = _text(message, "text")
    # Our deep links prefill "/start CODE", so that a link carries its code here as it does on Telegram.
    deep_link = _DEEP_LINK.fullmatch(text)
    return Arrived(deep_link[1]) if deep_link else Said(text, _text(message, "id"))


def _is_of_an_album(message: Mapping[str, Any]) -> bool:
    """Pictures sent together are one event each (#wh-image): the first speaks for them all."""
    index = _object(message, "imageSet").get("index")
    return isinstance(index, int) and index > 1


def _picked(postback: Mapping[str, Any]) -> str:
    """What a datetime picker gave: the wall clock's, without a zone (#datetime-picker-action)."""
    params = _object(postback, "params")
    return next((picked for mode in PICKED if (picked := _text(params, mode))), "")


def _is_ours(payload: Mapping[str, Any]) -> bool:
    return _is_one_to_one(payload) and payload.get("mode", "active") == "active"


def _is_one_to_one(payload: Mapping[str, Any]) -> bool:
    return _text(_object(payload, "source"), "type") == "user" and bool(user_id(payload))


def _digest(event: Mapping[str, Any]) -> str:
    """A stand-in for a missing event id; a redelivery, which differs in `deliveryContext` alone, has the same."""
    same = {key: value for key, value in event.items() if key != "deliveryContext"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
