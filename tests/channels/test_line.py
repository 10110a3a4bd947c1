"""LINE without a network: signatures, events, cards within the limits, and what failures of a call mean."""

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


def message(card: Card, **changes: Any) -> dict[str, Any]:
    rendered: dict[str, Any] = render(card, letter(**changes)).to_dict()
    return rendered


# --- signatures ---


@pytest.mark.parametrize("header", ["x-line-signature", "X-Line-Signature", "X-LINE-SIGNATURE"])
def test_the_published_example_is_accepted_under_any_spelling_of_the_header(header: str) -> None:
    assert inbound.verify([GOLDEN_SECRET], {header: GOLDEN_SIGNATURE}, GOLDEN_BODY)


def test_during_a_rotation_every_listed_secret_is_accepted() -> None:
    parsed = line_settings.parse({"channel_secret": f"{'0' * 32}, {GOLDEN_SECRET}", "access_token": "t"})
    assert parsed.channel_secrets == ("0" * 32, GOLDEN_SECRET)
    assert inbound.verify(parsed.channel_secrets, {"x-line-signature": GOLDEN_SIGNATURE}, GOLDEN_BODY)


async def test_an_account_without_usable_secrets_accepts_and_sends_nothing() -> None:
    async with aiohttp.ClientSession() as session:
        channel = LineChannel(session, "http://127.0.0.1:1", "http://127.0.0.1:1")
        broken = account(channel_secret="", access_token="")
        assert not channel.verify(broken, {"x-line-signature": _hmac("", GOLDEN_BODY)}, GOLDEN_BODY)
        result = await channel.send(broken, [Card(text="x")], letter())
        assert isinstance(result, Refused)
        assert result.reason == "unauthorised"
        assert await channel.photo(broken, event(message=PHOTO)) is None
        await channel.close()


PHOTO = {"type": "image", "id": "1", "contentProvider": {"type": "line"}}


def _hmac(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, algorithm).digest()).decode()


FORGED: dict[str, tuple[Mapping[str, str], bytes]] = {
    "no header": ({}, GOLDEN_BODY),
    "empty header": ({"x-line-signature": ""}, GOLDEN_BODY),
    "not base64": ({"x-line-signature": "ลายเซ็น\udcff"}, GOLDEN_BODY),
    "another secret": ({"x-line-signature": _hmac("f" * 32, GOLDEN_BODY)}, GOLDEN_BODY),
    "empty secret": ({"x-line-signature": _hmac("", GOLDEN_BODY)}, GOLDEN_BODY),
    "another algorithm": ({"x-line-signature": _hmac(GOLDEN_SECRET, GOLDEN_BODY, "sha512")}, GOLDEN_BODY),
    "hexadecimal": (
        {"x-line-signature": hmac.new(GOLDEN_SECRET.encode(), GOLDEN_BODY, hashlib.sha256).hexdigest()},
        GOLDEN_BODY,
    ),
    "cut short": ({"x-line-signature": GOLDEN_SIGNATURE[:-1]}, GOLDEN_BODY),
    "longer": ({"x-line-signature": GOLDEN_SIGNATURE + "="}, GOLDEN_BODY),
    "the body re-serialised": (
        {"x-line-signature": GOLDEN_SIGNATURE},
        json.dumps(json.loads(GOLDEN_BODY)).encode(),
    ),
    "the body with a newline": ({"x-line-signature": GOLDEN_SIGNATURE}, GOLDEN_BODY + b"\n"),
    "no body": ({"x-line-signature": GOLDEN_SIGNATURE}, b""),
    "bytes that are no text": ({"x-line-signature": GOLDEN_SIGNATURE}, b"\xff\xfe\x00"),
    "another header": ({"x-telegram-bot-api-secret-token": GOLDEN_SIGNATURE}, GOLDEN_BODY),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_request_is_refused(name: str) -> None:
    headers, body = FORGED[name]
    assert not inbound.verify([GOLDEN_SECRET], headers, body)


@given(body=st.binary(max_size=200), position=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_any_changed_byte_breaks_the_signature(body: bytes, position: int, flip: int) -> None:
    body = body or b"{}"
    headers = {"x-line-signature": inbound.sign(GOLDEN_SECRET, body).decode()}
    assert inbound.verify([GOLDEN_SECRET], headers, body)
    changed = bytearray(body)
    changed[position % len(body)] ^= flip
    assert not inbound.verify([GOLDEN_SECRET], headers, bytes(changed))


# --- settings ---


@pytest.mark.parametrize(
    "secrets",
    [
        {},
        {"channel_secret": GOLDEN_SECRET},
        {"access_token": "token-of-the-clinic"},
        {"channel_secret": "has\x00nul", "access_token": "token-of-the-clinic"},
        {"channel_secret": GOLDEN_SECRET, "access_token": "two\nlines"},
        {"channel_secret": "long/access+token=", "access_token": GOLDEN_SECRET},
    ],
)
def test_unusable_secrets_are_refused_without_repeating_them(secrets: dict[str, str]) -> None:
    with pytest.raises(AccountError) as refused:
        line_settings.parse(secrets)
    assert not any(value in str(refused.value) for value in secrets.values())


def test_secrets_do_not_show_in_a_traceback() -> None:
    assert GOLDEN_SECRET not in repr(line_settings.parse(account().secrets))


# --- reading and understanding ---


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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
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


# --- rendering ---

TREATMENT = Card(
    title="งานใหม่ 14:00 น.",
    text="คุณนก · โบท็อกซ์",
    rows=(("ห้อง", "3"), ("แพทย์", "พญ. ปานฝัน")),
    footnote="รับงานภายใน 5 นาที",
    buttons=(
        Button("รับงาน", Action("task.accept"), style="primary"),
        Button("ปฏิเสธ", Action("task.decline"), style="danger"),
        Button("แผนที่", url="https://maps.example/คลินิก?q=1"),
    ),
    quick=(Button("งานของฉัน", Action("task.mine")),),
    picture=Picture("tier", {}, alt="ระดับทอง"),
)


def test_words_alone_are_a_text_message() -> None:
    assert message(Card(text="รับทราบค่ะ")) == {"type": "text", "text": "รับทราบค่ะ"}


def test_a_full_card_is_one_bubble_with_everything_in_it() -> None:
    sent = message(TREATMENT)
    assert refusal([sent]) is None
    assert sent["altText"] == "งานใหม่ 14:00 น.\nคุณนก · โบท็อกซ์\nห้อง: 3\nแพทย์: พญ. ปานฝัน\nรับงานภายใน 5 นาที"
    bubble = sent["contents"]
    assert bubble["size"] == "mega"
    assert bubble["hero"]["url"] == "https://clinic.example/pictures/0"
    accept, decline, map_ = (button["action"] for button in bubble["footer"]["contents"])
    assert accept == {
        "type": "postback",
        "label": "รับงาน",
        "data": "token-task.accept-0",
        "displayText": "รับงาน",
    }
    assert decline["data"] == "token-task.decline-0"
    assert map_["uri"] == "https://maps.example/%E0%B8%84%E0%B8%A5%E0%B8%B4%E0%B8%99%E0%B8%B4%E0%B8%81?q=1"
    assert [item["action"]["label"] for item in sent["quickReply"]["items"]] == ["งานของฉัน"]
    texts = [part for part in _components(bubble) if part["type"] == "text"]
    assert texts
    assert all(part["wrap"] for part in texts)


def _components(part: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = [part[name] for name in ("hero", "body", "footer") if name in part]
    return [part, *(found for child in (*blocks, *part.get("contents", ())) for found in _components(child))]


def test_the_repeat_mark_stands_before_the_title_or_the_text() -> None:
    assert message(Card(text="ยืนยันแล้ว"), repeat_mark="(ส่งซ้ำ)")["text"] == "(ส่งซ้ำ) ยืนยันแล้ว"
    sent = message(TREATMENT, repeat_mark="(ส่งซ้ำ)")
    assert sent["contents"]["body"]["contents"][0]["text"] == "(ส่งซ้ำ) งานใหม่ 14:00 น."
    assert sent["altText"].startswith("(ส่งซ้ำ) งานใหม่")


@pytest.mark.parametrize("size", [limits.TEXT - 1, limits.TEXT, limits.TEXT + 1, 3 * limits.TEXT])
@pytest.mark.parametrize("letter_", ["ก", "a", "😀", "👨‍👩‍👧‍👦", "กำ้", "🇹🇭"])
def test_text_is_cut_at_the_limit_between_graphemes(size: int, letter_: str) -> None:
    text = letter_ * (size // limits.utf16(letter_))
    sent = message(Card(text=text))
    assert refusal([sent]) is None
    kept = sent["text"].removesuffix("…")
    assert (kept == text) == (limits.utf16(text) <= limits.TEXT)
    assert kept == letter_ * (len(kept) // len(letter_))


@given(text=st.text(st.characters() | st.sampled_from("👩🏽‍⚕️กำ้ป๊\u200d")), limit=st.integers(1, 30))
def test_a_cut_text_is_within_its_limit_and_made_of_whole_graphemes(text: str, limit: int) -> None:
    result = limits.cut(text, limit)
    assert limits.utf16(result) <= limit
    whole = limits.cut(text, 10**6)
    graphemes = regex.findall(r"\X", whole)
    starts = ["".join(graphemes[:n]).rstrip() for n in range(len(graphemes) + 1)]
    assert result == whole or result.removesuffix("…") in starts


def test_what_a_button_carries_is_never_cut() -> None:
    card = Card(text="x", buttons=(Button("กด", Action("a")),))
    exact = message(card, sign=lambda _: "d" * limits.POSTBACK_DATA)
    assert exact["contents"]["footer"]["contents"][0]["action"]["data"] == "d" * limits.POSTBACK_DATA
    with pytest.raises(ValueError, match="300"):
        message(card, sign=lambda _: "d" * (limits.POSTBACK_DATA + 1))


@pytest.mark.parametrize("url", ["https://x.example/" + "a" * 983, "mailto:a@b.example", "javascript:alert(1)", ""])
def test_an_address_that_no_button_holds_is_written_into_the_text(url: str) -> None:
    sent = message(Card(title="ที่อยู่", text="ดูที่นี่", buttons=(Button("เปิด", url=url),)))
    assert refusal([sent]) is None
    assert "footer" not in sent["contents"]
    if url:
        assert f"เปิด: {url}" in json.dumps(sent, ensure_ascii=False)


def test_an_address_of_exactly_the_limit_is_a_button() -> None:
    url = "https://x.example/" + "a" * (limits.URI - 18)
    sent = message(Card(text="x", buttons=(Button("เปิด", url=url),)))
    assert sent["contents"]["footer"]["contents"][0]["action"]["uri"] == url


def test_quick_replies_beyond_the_limit_become_buttons() -> None:
    answers = tuple(Button(f"คำตอบที่ยาวมาก ๆ หมายเลข {n}", Action("a", choice=n)) for n in range(15))
    sent = message(Card(text="เลือกค่ะ", quick=answers))
    assert refusal([sent]) is None
    actions = [item["action"] for item in sent["quickReply"]["items"]]
    assert [action["data"] for action in actions] == [f"token-a-{n}" for n in range(13)]
    assert actions[0]["displayText"] == answers[0].label
    assert [b["action"]["data"] for b in sent["contents"]["footer"]["contents"]] == ["token-a-13", "token-a-14"]


def test_a_bubble_over_30_kb_loses_words_but_no_button() -> None:
    buttons = tuple(Button(f"ปุ่ม {n}", Action("a", choice=n)) for n in range(20))
    rows = tuple((f"แถว {n}", "ค่า" * 40) for n in range(60))
    sent = message(Card(title="ยาว", text="ข้อความ" * 700, rows=rows, buttons=buttons, footnote="ท้าย"))
    assert refusal([sent]) is None
    assert len(sent["contents"]["footer"]["contents"]) == 20
    assert "แถว 5" in json.dumps(sent, ensure_ascii=False)


words = st.text(st.characters(), max_size=60) | st.sampled_from(["", " ", "น้ำ", "👩🏽‍⚕️" * 30, "x" * 6000, "ก" * 900])
addresses = st.sampled_from(["https://a.example/ก ข", "tel:021234567", "line://x", "ftp://x", "", "//[", "http://[x"])
buttons = st.builds(
    Button,
    label=words,
    action=st.none() | st.builds(Action, st.just("a")),
    url=st.none() | addresses,
    style=st.sampled_from(["primary", "secondary", "danger"]),
)
cards = st.builds(
    Card,
    text=words,
    title=words,
    rows=st.lists(st.tuples(words, words), max_size=40).map(tuple),
    footnote=words,
    buttons=st.lists(buttons, max_size=25).map(tuple),
    quick=st.lists(buttons, max_size=20).map(tuple),
    picture=st.none() | st.builds(Picture, st.just("tier"), st.just({}), words),
)


@settings(deadline=None, max_examples=150)
@given(card=cards, mark=st.sampled_from(["", "(ส่งซ้ำ)"]))
def test_no_card_is_refused(card: Card, mark: str) -> None:
    assert refusal([message(card, repeat_mark=mark)]) is None


# --- outcomes of a call ---


async def outcome(
    answer: Callable[[web.Request], web.StreamResponse], *, reply: bool = False, cards: int = 1
) -> Outcome:
    """What the real channel over the real SDK makes of a server's answer to a send."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        channel = LineChannel(session, str(server.make_url("")), str(server.make_url("")))
        sent = letter(reply_token="r" * 32 if reply else None)
        result = await channel.send(account(), [Card(text="x")] * cards, sent)
        await channel.close()
    await server.close()
    return result


def says(status: int, text: str = "", **headers: str) -> Callable[[web.Request], web.StreamResponse]:
    return lambda _: web.json_response({"message": text}, status=status, headers=headers)


def raw(status: int, content: bytes) -> Callable[[web.Request], web.StreamResponse]:
    return lambda _: web.Response(status=status, body=content, content_type="text/html")


def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


MONTH, RATE = "You have reached your monthly limit.", "The API rate limit has been exceeded. Try again later."


@pytest.mark.parametrize(
    ("answer", "pushed", "replied"),
    [
        (says(400, "Invalid reply token"), Refused, Refused),
        (says(401, "Authentication failed"), Refused, Refused),
        (says(429, MONTH), Refused, Refused),
        (says(429, RATE), RetryLater, RetryLater),
        (says(500, "The server"), RetryLater, Unknown),
        (raw(502, b"<h1>\xff\xfe bad gateway</h1>"), RetryLater, Unknown),
        (raw(503, b""), RetryLater, Unknown),
        (raw(400, b"<h1>\xff</h1>"), Refused, Refused),
        (raw(200, b"{}"), Sent, Sent),
        (raw(200, b"\xff\xfe"), Sent, Sent),
        (raw(200, b"not json"), Sent, Sent),
        (hang_up, RetryLater, Unknown),
    ],
)
async def test_every_answer_is_an_outcome(
    answer: Callable[[web.Request], web.StreamResponse], pushed: type, replied: type
) -> None:
    assert isinstance(await outcome(answer), pushed)
    assert isinstance(await outcome(answer, reply=True), replied)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says(400, "Invalid reply token"), "token"),
        (says(400, "The request body has 1 error(s)"), "bad_request"),
        (says(400, "Failed to send messages"), "blocked"),
        (says(401, "Authentication failed"), "unauthorised"),
        (says(403, "Not available"), "unauthorised"),
        (says(404, "Not found"), "bad_request"),
        (says(413, "Too large"), "bad_request"),
        (says(429, MONTH), "quota"),
    ],
)
async def test_a_refusal_says_why(answer: Callable[[web.Request], web.StreamResponse], reason: str) -> None:
    result = await outcome(answer)
    assert isinstance(result, Refused)
    assert result.reason == reason


async def test_a_rate_limit_holds_back_the_whole_account_for_as_long_as_is_asked() -> None:
    assert await outcome(says(429, RATE, **{"Retry-After": "7"})) == RetryLater(7, "rate limit", whole_account=True)


async def test_a_known_retry_key_means_sent() -> None:
    said = {"message": "The retry key is already accepted", "sentMessages": [{"id": "9"}]}
    assert await outcome(lambda _: web.json_response(said, status=409)) == Sent(("9",))


async def test_the_detail_of_a_refusal_names_the_property() -> None:
    said = {"message": "Bad", "details": [{"message": "May not be empty", "property": "messages[0].text"}]}
    result = await outcome(lambda _: web.json_response(said, status=400))
    assert result == Refused("bad_request", "400; Bad; messages[0].text: May not be empty")


async def test_more_cards_than_a_call_holds_are_refused_unsent() -> None:
    assert await outcome(says(200), cards=6) == Refused("bad_request", "not a LINE message: messages")


async def test_no_connection_means_surely_not_sent(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        channel = LineChannel(session, f"http://127.0.0.1:{unused_tcp_port}", "http://127.0.0.1:1")
        for token in (None, "r" * 32):
            result = await channel.send(account(), [Card(text="x")], letter(reply_token=token))
            assert isinstance(result, RetryLater)
        with pytest.raises(AccountError, match="ClientConnectorError"):
            await channel.prove(account())
        await channel.close()


def test_a_timeout_is_doubtful_without_a_retry_key() -> None:
    assert isinstance(outcome_of(TimeoutError(), has_retry_key=True), RetryLater)
    assert isinstance(outcome_of(TimeoutError(), has_retry_key=False), Unknown)
    assert isinstance(outcome_of(aiohttp.ConnectionTimeoutError(), has_retry_key=False), RetryLater)
