"""Telegram: secrets of webhooks, and updates understood as what people do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bots.channel import NOBODY, AccountError
from bots.telegram.inbound import SECRET_HEADER, profile, read, understand, verify
from bots.telegram.settings import bot_id, webhook_secrets
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Returned, Said, Tapped
from tests.channels.telegram_samples import BOT, CHAT, GROUP, PERSON, TOKEN, membership, message, press


def test_what_is_kept_is_read() -> None:
    secrets = {"bot_token": TOKEN, "webhook_secret": "second first"}
    assert (bot_id(secrets), webhook_secrets(secrets)) == (TOKEN.split(":")[0], ["second", "first"])


@pytest.mark.parametrize(
    ("token", "secret"),
    [
        ("nonsense", "s"),
        ("1:x y", "s"),
        ("", "s"),
        (f"bot{TOKEN}", "s"),
        (TOKEN, "ความลับ"),
        (TOKEN, "a,b"),
        (TOKEN, "new ol=d"),
        (TOKEN, "x" * 257),
    ],
)
def test_what_telegram_would_refuse_is_refused_without_repeating_it(token: str, secret: str) -> None:
    with pytest.raises(AccountError, match=r"A Telegram (bot token looks|webhook secret has)") as caught:
        bot_id({"bot_token": token, "webhook_secret": secret})
    assert not token or token not in str(caught.value)
    assert len(secret) == 1 or secret not in str(caught.value)


def test_what_telegram_would_take_is_taken() -> None:
    assert bot_id({"bot_token": "1:a", "webhook_secret": "-" * 256}) == "1"


@pytest.mark.parametrize(
    ("kept", "headers", "accepted"),
    [
        ("right", {SECRET_HEADER: "right"}, True),
        ("right", {SECRET_HEADER.lower(): "right"}, True),
        ("new right", {SECRET_HEADER: "right"}, True),
        ("new right", {SECRET_HEADER: "new"}, True),
        ("new right", {SECRET_HEADER: "new right"}, False),
        ("right", {SECRET_HEADER: "wrong"}, False),
        ("right", {SECRET_HEADER: "righ"}, False),
        ("right", {SECRET_HEADER: "ผิด\udcff"}, False),
        ("right", {SECRET_HEADER: ""}, False),
        ("right", {}, False),
        ("", {SECRET_HEADER: ""}, False),
        ("", {}, False),
        ("", {SECRET_HEADER: "anything"}, False),
    ],
)
def test_only_a_kept_secret_opens_the_webhook(kept: str, headers: dict[str, str], accepted: bool) -> None:
    assert verify({"webhook_secret": kept}, headers) is accepted
    assert verify({}, headers) is False


@pytest.mark.parametrize("update", [message(text="hi"), press(), membership("kicked")])
def test_a_body_is_one_arrival_in_its_senders_lane(update: dict[str, Any]) -> None:
    (arrival,) = read(json.dumps(update).encode())
    assert (arrival.event_id, arrival.lane) == (str(update["update_id"]), str(PERSON["id"]))
    assert arrival.payload == update


@pytest.mark.parametrize(
    "update",
    [
        message(text="hi", chat=GROUP),
        press(message={"message_id": 1, "date": 0, "chat": GROUP}),
        press(message=None, inline_message_id="1"),
        membership("kicked", GROUP),
        {"update_id": 10, "channel_post": {"chat": GROUP}},
        {"update_id": 10, "channel_post": {"chat": GROUP | {"type": "channel"}, "from": PERSON}},
        {"update_id": 10, "business_message": message(text="x")["message"]},
        {"update_id": 10, "edited_message": message(text="x")["message"]},
        {"update_id": 10, "brand_new_kind": message(text="x")["message"]},
        {"update_id": 10, "message": {"chat": CHAT}},
        {"update_id": 10, "message": {"chat": 5, "from": PERSON}},
        {"update_id": 10, "poll": {"id": "3"}},
        {"update_id": 10, "brand_new_kind": 3},
        {"update_id": 10},
    ],
)
def test_what_no_person_did_in_a_private_chat_is_in_nobodys_lane(update: dict[str, Any]) -> None:
    (arrival,) = read(json.dumps(update).encode())
    assert arrival.lane == f"{NOBODY}{update['update_id']}"
    assert isinstance(understand(arrival.payload), Nothing)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b"{}", b'{"update_id": "1"}', b'{"update_id": true}', b"[" * 99_999]
)
def test_what_is_no_update_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"Telegram|Expecting|nested"):
        read(body)


STICKER = {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1}


@pytest.mark.parametrize(
    ("update", "event"),
    [
        (message(text="/start CODE_1-x"), Arrived("CODE_1-x")),
        (message(text="/start"), Arrived("")),
        (message(text="/start@siam_bot abc"), Arrived("abc")),
        (message(text="/starting"), Said("/starting", "7")),
        (message(text="/start two words"), Said("/start two words", "7")),
        (message(text="  สวัสดี <b>&amp;\n"), Said("  สวัสดี <b>&amp;\n", "7")),
        (press(data="v1.x"), Tapped("v1.x")),
        (press(message={"message_id": 1, "date": 0, "chat": CHAT}), Tapped("token")),
        (membership("kicked"), Left()),
        (membership("member"), Returned()),
        (message(sticker=STICKER | {"is_animated": False, "is_video": False}), Other("sticker")),
        (
            message(photo=[{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}], caption="x"),
            Other("photo"),
        ),
        (message(contact={"phone_number": "1", "first_name": "x"}), Other("contact")),
        (message(hologram={"of": "the future"}), Other("unknown")),
        (message(pinned_message={"message_id": 1, "date": 0, "chat": CHAT}), Nothing("pinned_message")),
        (message(text="hi", chat=GROUP), Nothing("supergroup")),
        (message(text="hi", **{"from": BOT}), Nothing("bot")),
        (press(message={"message_id": 1, "date": 0, "chat": GROUP}), Nothing("callback_query")),
        (press(data=None, game_short_name="chess"), Nothing("callback_query")),
        (membership("kicked", GROUP), Nothing("my_chat_member")),
        ({"update_id": 1, "edited_message": message(text="x")["message"]}, Nothing("edited_message")),
        ({"update_id": 1, "channel_post": message(text="x")["message"]}, Nothing("channel_post")),
        ({"update_id": 1, "brand_new_kind": {}}, Nothing("brand_new_kind")),
        ({"update_id": 1}, Nothing("")),
    ],
)
def test_what_people_do(update: dict[str, Any], event: Incoming) -> None:
    assert understand(update) == event


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": "x"},
        message(chat=5),
        message(entities=[{}], text="x"),
    ],
)
def test_malformed_updates_ask_nothing_of_us(update: dict[str, Any]) -> None:
    event = understand(update)
    assert isinstance(event, Nothing)
    assert event.kind.startswith("malformed")


def test_the_profile_comes_with_the_update() -> None:
    named = profile(message(**{"from": PERSON | {"last_name": "ใจดี"}}))
    assert (named.name, named.language) == ("นก ใจดี", "th")
    assert profile({"update_id": 1}).name == ""
