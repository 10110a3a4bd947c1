"""LINE: webhook bodies are read tolerantly and understood as what people do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.channel import NOBODY
from bots.line import inbound
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Said, Tapped, Unsent
from tests.channels.line_samples import GOLDEN_BODY, GROUP, PERSON, PHOTO, body, event


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (event(), Said("สวัสดี", "1")),
        (event(message={"type": "text", "id": "1", "text": "/start AB12"}), Arrived("AB12")),
        (event(message={"type": "text", "id": "1", "text": "/start"}), Said("/start", "1")),
        (event(message={"type": "text", "text": "no id"}), Said("no id")),
        (event(message={"type": "sticker", "id": "1", "stickerResourceType": "NEW"}), Other("sticker")),
        (event(message={"type": "hologram"}), Other("hologram")),
        (event(message=PHOTO), Other("image")),
        (event(message={**PHOTO, "imageSet": {"id": "A", "index": 1, "total": 3}}), Other("image")),
        (event(message={**PHOTO, "imageSet": {"id": "A", "index": 2, "total": 3}}), Nothing("album")),
        (event(message={**PHOTO, "imageSet": {"id": "A"}}), Other("image")),
        (event(message={**PHOTO, "imageSet": None}), Other("image")),
        (event(type="postback", postback={"data": "token"}, message=None), Tapped("token")),
        (event(type="postback", postback={"data": "t", "params": {"date": "2026-07-17"}}), Tapped("t", "2026-07-17")),
        (event(type="postback", postback={"data": "t", "params": {"newRichMenuAliasId": "a"}}), Tapped("t")),
        (event(type="postback", postback={"data": "t", "params": {"time": 5}}), Tapped("t")),
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


UNSEND = {"type": "unsend", "unsend": {"messageId": "77"}, "message": None, "replyToken": None}
NOBODYS = f"{NOBODY}01HEVENT"


@pytest.mark.parametrize(
    ("changes", "lane"),
    [
        ({}, PERSON),
        ({"mode": None}, PERSON),
        ({"type": "postback"}, PERSON),
        ({"type": "follow"}, PERSON),
        ({"type": "unfollow"}, PERSON),
        ({"type": "from the future"}, NOBODYS),
        ({"type": "messageEdited"}, NOBODYS),
        ({"type": "videoPlayComplete"}, NOBODYS),
        ({"type": None}, NOBODYS),
        ({"mode": "standby"}, NOBODYS),
        ({"source": GROUP}, NOBODYS),
        ({"source": {"type": "group", "groupId": "C1"}}, NOBODYS),
        ({"source": {"type": "room", "roomId": "R1", "userId": PERSON}}, NOBODYS),
        ({"source": {"type": "user"}}, NOBODYS),
        ({"source": None}, NOBODYS),
        (UNSEND, PERSON),
        (UNSEND | {"mode": "standby"}, PERSON),
        (UNSEND | {"source": GROUP}, NOBODYS),
        (UNSEND | {"source": {"type": "group", "groupId": "C1"}}, NOBODYS),
    ],
)
def test_the_lane_is_the_person_in_a_chat_that_is_ours_else_nobodys(changes: dict[str, Any], lane: str) -> None:
    assert inbound.read(body(event(**changes)))[0].lane == lane


@given(st.text(), st.sampled_from(["user", "group", "room", "channel"]), st.sampled_from(["active", "standby"]))
def test_what_asks_something_of_us_is_always_in_its_persons_lane(words: str, source: str, mode: str) -> None:
    arrival = inbound.read(
        body(
            event(
                message={"type": "text", "id": "1", "text": words}, mode=mode, source={"type": source, "userId": PERSON}
            )
        )
    )[0]
    asks = not isinstance(inbound.understand(arrival.payload), Nothing)
    assert asks == (arrival.lane == PERSON) == (not arrival.lane.startswith(NOBODY))


def test_a_redelivery_has_the_same_id_even_when_line_gives_none() -> None:
    first, second = (
        inbound.read(body(event(webhookEventId=None, deliveryContext={"isRedelivery": again})))[0]
        for again in (False, True)
    )
    assert first.event_id == second.event_id
    assert first.event_id != inbound.read(body(event(webhookEventId=None, timestamp=5)))[0].event_id


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        (UNSEND, True),
        ({"deliveryContext": {"isRedelivery": True}}, True),
        ({"deliveryContext": {"isRedelivery": "yes"}}, False),
        ({"deliveryContext": None}, False),
        ({"deliveryContext": []}, False),
    ],
)
def test_what_comes_again_or_takes_something_back_looks_back(changes: dict[str, Any], expected: bool) -> None:
    assert inbound.looks_back(event(**changes)) is expected


def test_the_consoles_verify_button_sends_no_events() -> None:
    assert inbound.read(GOLDEN_BODY) == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"{}", b'{"events": {}}', b"\xff", b"5", b'{"events":' + b"[" * 200_000]
)
def test_what_is_not_of_lines_shape_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract promises no more than the type
        inbound.read(body)


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
