"""The Telegram channel by itself: settings, secrets, reading, rendering, and what each failure means.

The emulator's side, and the two together over HTTP, are in `test_telegram_emulator.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
import regex
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bots.channel import Account, AccountError, Letter, Outcome, Refused, RetryLater, Sent, Unknown
from bots.telegram import TelegramChannel, limits
from bots.telegram.inbound import SECRET_HEADER, profile, read, understand, verify
from bots.telegram.render import Rendered, render
from bots.telegram.settings import TelegramSettings
from handlers.cards import Action, Button, Card, Picture
from handlers.incoming import Arrived, Incoming, Left, Nothing, Other, Returned, Said, Tapped

TOKEN = "123456789:AAE-a_very_secret_key"
PERSON: dict[str, Any] = {"id": 5_100_000_001, "is_bot": False, "first_name": "นก", "language_code": "th"}
CHAT: dict[str, Any] = {"id": PERSON["id"], "type": "private"}
GROUP: dict[str, Any] = {"id": -100, "type": "supergroup", "title": "Staff"}
BOT: dict[str, Any] = {"id": 1, "is_bot": True, "first_name": "Clinic"}

Reply = Callable[[web.Request], Awaitable[web.Response]]


def message(**content: Any) -> dict[str, Any]:
    base = {"message_id": 7, "date": 1_760_000_000, "chat": CHAT, "from": PERSON}
    return {"update_id": 10, "message": base | content}


def press(**changes: Any) -> dict[str, Any]:
    shown = {"message_id": 6, "date": 1_760_000_000, "chat": CHAT, "from": BOT, "text": "?"}
    query = {"id": "99", "from": PERSON, "chat_instance": "1", "message": shown, "data": "token"}
    return {"update_id": 11, "callback_query": query | changes}


def membership(status: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    after = {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})
    before = {"user": BOT, "status": "member"}
    change = {"chat": chat, "from": PERSON, "date": 1, "old_chat_member": before, "new_chat_member": after}
    return {"update_id": 12, "my_chat_member": change}


def sign(action: Action) -> str:
    return f"{action.name}.{action.choice}"


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label, Action("go", choice=n)) for n, label in enumerate(labels))


def rows(rendered: Rendered) -> list[list[str]]:
    keyboard = rendered.keyboard.inline_keyboard if rendered.keyboard else ()
    return [[key.text for key in row] for row in keyboard]


def account(**secrets: str) -> Account:
    kept = {"bot_token": TOKEN, "webhook_secret": "s3cret"} | secrets
    return Account(uuid4(), uuid4(), "siam", "telegram", "123456789", "siam_bot", kept)


def letter(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "to": str(PERSON["id"]),
        "retry_key": UUID(int=1),
        "sign": sign,
        "picture_url": lambda n: "",
        "picture_bytes": lambda n: b"",
    }
    return Letter(**given | changes)


# Settings and secrets


def test_secrets_survive_being_kept_and_never_show() -> None:
    settings = TelegramSettings.given(f" {TOKEN}\n", "first").rotated("second")
    assert TelegramSettings.kept(settings.to_secrets()) == settings
    assert settings.webhook_secrets == ("second", "first")
    assert settings.rotated("third").webhook_secrets == ("third", "second")
    assert TOKEN not in repr(settings)
    assert "second" not in repr(settings)


def test_a_webhook_secret_is_made_when_none_is_given() -> None:
    made = {TelegramSettings.given(TOKEN).webhook_secrets[0] for _ in range(3)}
    assert len(made) == 3
    assert all(limits.SECRET_TOKEN.fullmatch(secret) for secret in made)


@pytest.mark.parametrize(("token", "secret"), [("nonsense", ""), ("1:x y", ""), (TOKEN, "ความลับ"), (TOKEN, "a b")])
def test_bad_settings_are_refused_without_repeating_them(token: str, secret: str) -> None:
    with pytest.raises(ValueError, match="Telegram") as caught:
        TelegramSettings.given(token, secret)
    assert token not in str(caught.value)
    assert not secret or secret not in str(caught.value)


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


# Reading


@pytest.mark.parametrize("update", [message(text="hi"), press(), membership("kicked")])
def test_a_body_is_one_arrival_in_its_senders_lane(update: dict[str, Any]) -> None:
    (arrival,) = read(json.dumps(update).encode())
    assert (arrival.event_id, arrival.lane) == (str(update["update_id"]), str(PERSON["id"]))
    assert arrival.payload == update


def test_updates_without_a_sender_have_a_lane_too() -> None:
    (post,) = read(json.dumps({"update_id": 1, "channel_post": {"chat": GROUP}}).encode())
    (poll,) = read(json.dumps({"update_id": 2, "poll": {"id": "3"}}).encode())
    assert (post.lane, poll.lane) == ("-100", "2")


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
        (message(text="/starting"), Said("/starting")),
        (message(text="/start two words"), Said("/start two words")),
        (message(text="  สวัสดี <b>&amp;\n"), Said("  สวัสดี <b>&amp;\n")),
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


# Rendering


def test_a_card_is_plain_text_with_a_bold_title() -> None:
    card = Card(title="💎 แต้ม", text="สวัสดี *นก* <b>", rows=(("แต้ม", "1,250"), ("ระดับ", "Gold")), footnote="ถึงสิ้นปี")
    shown = render(card, sign, caption=False)
    assert shown.text == "💎 แต้ม\nสวัสดี *นก* <b>\n\nแต้ม: 1,250\nระดับ: Gold\n\nถึงสิ้นปี"
    (bold,) = shown.entities
    assert (bold.type, bold.offset, bold.length) == ("bold", 0, limits.units("💎 แต้ม"))
    assert shown.keyboard is None


def test_a_repeated_message_says_so_before_its_title_or_text() -> None:
    titled = render(Card(title="Hi", text="there"), sign, "🔁 ", caption=False)
    assert titled.text == "🔁 Hi\nthere"
    assert (titled.entities[0].offset, titled.entities[0].length) == (3, 2)
    assert render(Card(text="there"), sign, "🔁", caption=False).text == "🔁 there"


def test_labels_decide_how_many_buttons_share_a_row() -> None:
    card = Card(
        buttons=buttons("Accept", "Decline", "A label that takes the whole row", "Yes"), quick=buttons(*"12345", "6")
    )
    assert rows(render(card, sign, caption=False)) == [
        ["Accept", "Decline"],
        ["A label that takes the whole row"],
        ["Yes"],
        ["1", "2", "3", "4", "5"],
        ["6"],
    ]
    # 16 consonants with marks above them are as wide as 16 letters
    assert len(rows(render(Card(buttons=buttons("ที่" * 16, "ที่" * 16)), sign, caption=False))) == 1


def test_buttons_carry_their_token_or_address_and_style() -> None:
    keys = (
        Button("Pay", Action("pay"), style="primary"),
        Button("Drop", Action("drop"), style="danger"),
        Button("Map", url="https://maps.example.com/a?b=c"),
        Button("Call", url="tel:+6620000000"),
        Button("LINE", url="line://nv/chat"),
        Button("Here", url="http://localhost:8000/x"),
        Button("Nothing"),
    )
    shown = render(Card(text="x", buttons=keys), sign, caption=False)
    assert shown.keyboard is not None
    flat = [key for row in shown.keyboard.inline_keyboard for key in row]
    assert [(k.text, k.callback_data, k.url, k.style) for k in flat] == [
        ("Pay", "pay.0", None, "primary"),
        ("Drop", "drop.0", None, "danger"),
        ("Map", None, "https://maps.example.com/a?b=c", None),
    ]
    assert shown.text == "x\n\nCall: +6620000000\nLINE: line://nv/chat\nHere: http://localhost:8000/x"


def test_a_card_without_words_still_says_something() -> None:
    assert render(Card(buttons=buttons("Go")), sign, caption=False).text
    assert render(Card(text=" \n"), sign, caption=True).text == ""
    pictured = Card(picture=Picture("tier", {}, "Gold, 1,250 points"))
    assert render(pictured, sign, caption=False).text == "Gold, 1,250 points"


TEXTS = st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("ที่ป๊ำ👩‍👩‍👧🇹🇭\n")), max_size=40)
LONG = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([0, 1, 30, 300]))
CARDS = st.builds(
    Card,
    text=LONG,
    title=LONG,
    rows=st.lists(st.tuples(TEXTS, LONG), max_size=3).map(tuple),
    buttons=st.lists(st.builds(Button, LONG, st.just(Action("a"))), max_size=120).map(tuple),
)


@given(CARDS, st.booleans())
def test_any_card_fits(card: Card, caption: bool) -> None:
    shown = render(card, sign, "ส่งซ้ำ", caption=caption)
    length = limits.units(shown.text)
    assert length <= (limits.CAPTION_UNITS if caption else limits.TEXT_UNITS)
    assert all(e.length > 0 and e.offset + e.length <= length for e in shown.entities)
    keyboard = shown.keyboard.inline_keyboard if shown.keyboard else ()
    assert sum(map(len, keyboard)) == min(len(card.buttons), limits.KEYBOARD_BUTTONS)
    assert all(len(row) <= limits.ROW_BUTTONS for row in keyboard)
    assert all(key.callback_data == "a.0" for row in keyboard for key in row)


@given(LONG, st.integers(min_value=1, max_value=50))
def test_a_cut_falls_between_characters(text: str, limit: int) -> None:
    short = limits.cut(text, limit)
    assert limits.units(short) <= limit
    if short != text:
        kept = regex.findall(r"\X", short.removesuffix("…"))
        assert kept == regex.findall(r"\X", text)[: len(kept)]


# What failures mean


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def answering(session: aiohttp.ClientSession) -> AsyncIterator[Callable[[Reply], Awaitable[TelegramChannel]]]:
    servers: list[TestServer] = []

    async def serve(reply: Reply) -> TelegramChannel:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", reply)
        servers.append(server := TestServer(app))
        await server.start_server()
        return TelegramChannel(session, str(server.make_url("")))

    yield serve
    for server in servers:
        await server.close()


def refusing(status: int, description: str, **parameters: int) -> Reply:
    async def reply(request: web.Request) -> web.Response:
        body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
        return web.json_response(body, status=status)

    return reply


async def silent(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    raise asyncio.CancelledError


async def broken(request: web.Request) -> web.Response:
    return web.Response(status=502, text="<html>nginx</html>")


NOT_MODIFIED = "Bad Request: message is not modified: specified new message content"


@pytest.mark.parametrize(
    ("reply", "sent", "edited"),
    [
        (refusing(429, "Too Many Requests: retry after 7", retry_after=7), RetryLater(7, "429", True), None),
        (refusing(403, "Forbidden: bot was blocked by the user"), Refused("blocked"), None),
        (refusing(403, "Forbidden: user is deactivated"), Refused("blocked"), None),
        (refusing(400, "Bad Request: chat not found"), Refused("blocked"), None),
        (refusing(400, "Bad Request: BUTTON_DATA_INVALID"), Refused("bad_request"), None),
        (refusing(400, NOT_MODIFIED), Sent(), Sent()),
        (refusing(401, "Unauthorized"), Refused("unauthorised"), None),
        (refusing(404, "Not Found"), Refused("unauthorised"), None),
        (refusing(500, "Internal Server Error"), Unknown("Internal Server Error"), RetryLater(2, "x")),
        (broken, Unknown("Bad Gateway"), RetryLater(2, "x")),
        (silent, Unknown("ServerDisconnectedError"), RetryLater(2, "x")),
    ],
)
async def test_outcomes(
    answering: Callable[[Reply], Awaitable[TelegramChannel]], reply: Reply, sent: Outcome, edited: Outcome | None
) -> None:
    channel = await answering(reply)
    outcome = await channel.send(account(), [Card(text="hi")], letter())
    assert alike(outcome, sent)
    assert alike(await channel.edit(account(), "5", Card(text="hi"), letter()), edited or sent)


def alike(outcome: Outcome, expected: Outcome) -> bool:
    """The same kind and, where there is one, the same decision; reasons are for people."""
    match outcome, expected:
        case (Refused(reason=one), Refused(reason=other)):
            return one == other
        case (RetryLater(seconds=one_wait, whole_account=one_all), RetryLater(seconds=wait, whole_account=all_)):
            return one_wait == wait and one_all == all_
        case _:
            return type(outcome) is type(expected)


async def test_a_refused_connection_is_safe_to_repeat(session: aiohttp.ClientSession) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    channel = TelegramChannel(session, f"http://127.0.0.1:{port}")
    assert isinstance(await channel.send(account(), [Card(text="hi")], letter()), RetryLater)
    with pytest.raises(AccountError, match="could not be asked"):
        await channel.prove(account())


async def test_a_closed_session_never_sent_anything() -> None:
    async with aiohttp.ClientSession() as closed:
        channel = TelegramChannel(closed, "http://127.0.0.1:9")
    assert isinstance(await channel.send(account(), [Card(text="hi")], letter()), RetryLater)


async def test_an_account_without_a_token_or_secret_is_unauthorised(session: aiohttp.ClientSession) -> None:
    channel = TelegramChannel(session, "http://127.0.0.1:9")
    outcome = await channel.send(account(bot_token=""), [Card(text="hi")], letter())
    assert alike(outcome, Refused("unauthorised"))
    with pytest.raises(AccountError, match="secret"):
        await channel.register(account(webhook_secret=""), "https://clinic.example/webhooks/telegram/siam")


async def test_acknowledging_never_raises_and_messages_need_none(
    answering: Callable[[Reply], Awaitable[TelegramChannel]],
) -> None:
    asked: list[str] = []

    async def too_old(request: web.Request) -> web.Response:
        asked.append(request.path.rpartition("/")[2])
        return await refusing(400, "Bad Request: query is too old")(request)

    channel = await answering(too_old)
    await channel.acknowledge(account(), press())
    await channel.acknowledge(account(), message(text="hi"))
    await channel.acknowledge(account(bot_token=""), press())
    assert asked == ["answerCallbackQuery"]


async def test_no_token_reaches_a_log_or_an_outcome(
    answering: Callable[[Reply], Awaitable[TelegramChannel]],
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    failing = [await answering(broken), await answering(silent), TelegramChannel(session, "http://[bad")]
    for channel in failing:
        outcome = await channel.send(account(), [Card(text="private words")], letter())
        assert TOKEN not in repr(outcome)
        with pytest.raises(AccountError) as caught:
            await channel.prove(account())
        assert TOKEN not in str(caught.value)
    ours = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    assert not [words for words in ours if TOKEN in words or "private words" in words]


async def test_the_deep_link_carries_the_code(session: aiohttp.ClientSession) -> None:
    channel = TelegramChannel(session, "http://127.0.0.1:9")
    assert channel.link(account(), "AB_c-1") == "https://t.me/siam_bot?start=AB_c-1"
    with pytest.raises(ValueError, match="characters"):
        channel.link(account(), "a b")
