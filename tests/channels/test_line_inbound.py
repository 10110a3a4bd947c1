"""LINE: webhook bodies are read tolerantly and understood as what people do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
import regex
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.channel import Account, AccountError, Letter, Outcome, Refused, RetryLater, Sent, Unknown
from bots.line import LineChannel, inbound, limits
from bots.line import settings as line_settings
from bots.line.emulator_checks import refusal
from bots.line.outcomes import outcome_of
from bots.line.render import render
from handlers.cards import Action, Button, Card, Picture
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Said, Tapped, Unsent
from tests.channels import line_samples
from tests.channels.line_samples import *


        (event(), Said("สวัสดี")),
        (event(message={"type": "text", "id": "1", "text": "/start AB12"}), Arrived("AB12")),
        (event(message={"type": "text", "id": "1", "text": "/start"}), Said("/start")),
        (event(message={"type": "sticker", "id": "1", "stickerResourceType": "NEW"}), Other("sticker")),
        (event(message={"type": "hologram"}), Other("hologram")),
        (event(type="postback", postback={"data": "token"}, message=None), Tapped("token")),
        (event(type="postback", postback={}, message=None), Nothing("postback")),
        (event(type="postback", postback={"data": 5}, message=None), Nothing("postback")),
        (event(type="follow", follow={"isUnblocked": True}), Arrived()),
        (event(type="unfollow", replyToken=None), Left()),
        (event(type="unsend", unsend={"messageId": "77"}), Unsent("77")),
        (event(type="unsend", unsend={"messageId": "77"}, source=GROUP), Unsent("77")),
        (event(type="unsend", unsend={"messageId": "77"}, mode="standby"), Unsent("77")),
        (event(mode="standby"), Nothing("message")),
        (event(mode="something new"), Nothing("message")),
        (event(source=GROUP), Nothing("message")),
        (event(source={"type": "room", "roomId": "R1"}), Nothing("message")),
        (event(source={"type": "user"}), Nothing("message")),
        (event(source=None), Nothing("message")),
        (event(type="accountLink"), Nothing("accountLink")),
        (event(type="from the future"), Nothing("from the future")),
        ({}, Nothing("")),
    ],
)
def test_an_event_is_understood(given: dict[str, Any], expected: Incoming) -> None:
    assert inbound.understand(given) == expected


def test_a_strange_event_does_not_lose_the_good_ones_beside_it() -> None:
    arrivals = inbound.read(body(event(type="new", webhookEventId="1"), "nonsense", event(webhookEventId="2")))
    assert [arrival.event_id for arrival in arrivals] == ["1", "2"]
    assert arrivals[1].payload["message"]["text"] == "สวัสดี"


@pytest.mark.parametrize(
    ("source", "lane"),
    [
        ({"type": "user", "userId": PERSON}, PERSON),
        (GROUP, PERSON),
        ({"type": "group", "groupId": "C1"}, "C1"),
        ({"type": "room", "roomId": "R1"}, "R1"),
        (None, "01HEVENT"),
    ],
)
def test_the_lane_is_the_sender_or_what_comes_nearest(source: dict[str, str] | None, lane: str) -> None:
    assert inbound.read(body(event(source=source)))[0].lane == lane


def test_a_redelivery_has_the_same_id_even_when_line_gives_none() -> None:
    first, second = (
        inbound.read(body(event(webhookEventId=None, deliveryContext={"isRedelivery": again})))[0]
        for again in (False, True)
    )
    assert first.event_id == second.event_id
    assert first.event_id != inbound.read(body(event(webhookEventId=None, timestamp=5)))[0].event_id


def test_the_consoles_verify_button_sends_no_events() -> None:
    assert inbound.read(GOLDEN_BODY) == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"{}", b'{"events": {}}', b"\xff", b"5", b'{"events":' + b"[" * 200_000]
)
def test_what_is_not_of_lines_shape_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract promises no more than the type
        inbound.read(body)


def test_what_postgresql_cannot_keep_is_replaced() -> None:
    arrival = inbound.read(body(event(message={"type": "text", "id": "1", "text": "a\x00b\ud83e"})))[0]
    json.dumps(arrival.payload, ensure_ascii=False).encode()
    assert inbound.understand(arrival.payload) == Said("a\ufffdb\ufffd")


@pytest.mark.parametrize(
    ("given", "token"),
    [
        (event(), "r" * 32),
        (event(replyToken=None), None),
        (event(mode="standby"), None),
        (event(source=GROUP), None),
    ],
)
def test_only_a_token_that_we_may_use_is_returned(given: dict[str, Any], token: str | None) -> None:
    assert inbound.reply_token(given) == token
