"""The emulated Telegram: the rules by which it refuses, and the forms it understands."""

from __future__ import annotations

import base64
import io
from typing import Any

import aiohttp
import pytest

from bots.telegram import emulator_api, emulator_updates, limits
from bots.telegram.emulator_webhooks import retry_seconds
from tests.channels.telegram_world import TOKEN, Platform, Program, account, png


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "💎" * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "Nonsense"}, "unsupported parse_mode"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": 5}, "chat not found"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 5, "length": 1}]}, "entity begins after"),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 9}]},
            "entity beginning at UTF-16 offset 0",
        ),
        ({"text": "x", "entities": [{"type": "loud", "offset": 0, "length": 1}]}, "can't parse MessageEntity"),
        ({"text": "x", "entities": "{"}, "can't parse entities"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag corresponding to start"),
        ({"text": "ก<b", "parse_mode": "html"}, "can't parse entities: Unclosed start tag at byte offset 3"),
        ({"text": "x</b", "parse_mode": "html"}, "can't parse entities: Unclosed end tag at byte offset 1"),
        ({"text": "x</b>", "parse_mode": "html"}, "can't parse entities: Unexpected end tag at byte offset 1"),
        ({"text": "x<br>", "parse_mode": "html"}, 'can\'t parse entities: Unsupported start tag "br" at byte offset 1'),
        (
            {"text": "<b>x</i>", "parse_mode": "html"},
            'can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ({"text": "<b> </b>", "parse_mode": "html"}, "message text is empty"),
    ],
)
async def test_bad_texts(platform: Platform, person: str, params: dict[str, Any], description: str) -> None:
    status, answer = await platform.api("sendMessage", **{"chat_id": person} | params)
    assert (status, answer.startswith(f"Bad Request: {description}")) == (400, True), answer


async def test_entities_beyond_a_hundred_are_ignored(platform: Platform, person: str) -> None:
    entities = [{"type": "bold", "offset": n, "length": 1} for n in range(101)]
    _, message = await platform.api("sendMessage", chat_id=person, text="x" * 101, entities=entities)
    assert message["entities"] == entities[:100]


async def test_html_becomes_entities(platform: Platform, person: str) -> None:
    html = ' <b>💎 <i>ที่</i></b>&lt;&nbsp;&#33; <a href="https://a.example/?a=1&amp;b">x</a><code></code><tg-spoiler>!</tg-spoiler>'
    _, message = await platform.api("sendMessage", chat_id=person, text=html, parse_mode="HTML")
    assert message["text"] == "💎 ที่<&nbsp;! x!"
    assert message["entities"] == [
        {"offset": 0, "length": 6, "type": "bold"},
        {"offset": 3, "length": 3, "type": "italic"},
        {"offset": 15, "length": 1, "type": "text_link", "url": "https://a.example/?a=1&b"},
        {"offset": 16, "length": 1, "type": "spoiler"},
    ]


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendPhoto", {"photo": "nonsense"}, "wrong file identifier specified"),
        ("sendPhoto", {"photo": "https://a.example/x.png"}, "failed to get HTTP URL content"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"text": "x", "message_id": 999}, "message to edit not found"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
        ("getFile", {"file_id": "nonsense"}, "invalid file_id"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old and response timeout expired or query"),
    ],
)
async def test_bad_calls(
    platform: Platform, person: str, method: str, params: dict[str, Any], description: str
) -> None:
    status, answer = await platform.api(method, **{"chat_id": person} | params)
    assert (status, answer.startswith(f"Bad Request: {description}")) == (400, True), answer


@pytest.mark.parametrize(
    ("rows", "description"),
    [
        ([[{"text": "x", "callback_data": "d" * 65}]], "BUTTON_DATA_INVALID"),
        ([[{"text": "x", "callback_data": ""}]], "can't parse inline keyboard button: Text buttons"),
        ([[{"callback_data": "x"}]], "can't parse inline keyboard button: Can't find field"),
        (
            [[{"text": "x", "url": "tel:+6620000000"}]],
            "inline keyboard button URL 'tel:+6620000000' is invalid: Unsupp",
        ),
        (
            [[{"text": "x", "url": "http://localhost/x"}]],
            "inline keyboard button URL 'http://localhost/x' is invalid: Wrong",
        ),
        ([[{"text": "x", "callback_data": "y", "style": "loud"}]], "can't parse inline keyboard button: invalid"),
        ([[{"text": "x", "callback_data": "y"}] * 9], "reply markup is too long"),
        ([[{"text": "x", "callback_data": "y"}]] * 101, "reply markup is too long"),
        ([[{"text": "ก" * 64, "callback_data": "y"}]] * 50, "reply markup is too long"),  # 11 KB
        ("junk", 'field "inline_keyboard" must be an Array of Arrays'),
        (["junk"], 'field "inline_keyboard" must be an Array of Arrays'),
    ],
)
async def test_bad_keyboards(platform: Platform, person: str, rows: list[Any], description: str) -> None:
    markup = {"inline_keyboard": rows}
    status, answer = await platform.api("sendMessage", chat_id=person, text="x", reply_markup=markup)
    assert (status, answer.startswith(f"Bad Request: {description}")) == (400, True), answer


async def test_keyboards_of_other_kinds_are_lists_of_lists_too(platform: Platform, person: str) -> None:
    for keyboard, status in (("junk", 400), (["junk"], 400), ([["yes"], [{"text": "no"}]], 200)):
        markup = {"keyboard": keyboard}
        assert (await platform.api("sendMessage", chat_id=person, text="x", reply_markup=markup))[0] == status


async def test_a_keyboard_of_ten_kilobytes_and_entities_of_nine_are_taken(platform: Platform, person: str) -> None:
    def links(length: int) -> dict[str, Any]:
        url = "https://a.example/" + "x" * length
        return {"entities": [{"type": "text_link", "offset": 0, "length": 1, "url": url}]}

    async def answer(**params: Any) -> Any:
        return await platform.api("sendMessage", chat_id=person, text="x", **params)

    keys = [[{"text": "ก" * 64, "callback_data": "y"}]] * 45
    assert (await answer(reply_markup={"inline_keyboard": keys}))[0] == 200
    assert (await answer(**links(9_000)))[0] == 200
    assert await answer(**links(9_500)) == (400, "Bad Request: ENTITIES_TOO_LONG")


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({"url": "https://a.example/x", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://a.example/x", "secret_token": "a" * 257}, "secret token contains unallowed characters"),
        ({"url": "http://a.example/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://a.example:3000/x"}, "bad webhook: Webhook can be set up only on ports"),
        ({"url": "https://10.0.0.1/x"}, "bad webhook: IP address 10.0.0.1 is reserved"),
        ({"url": "https://192.168.1.5:8443/x"}, "bad webhook: IP address 192.168.1.5 is reserved"),
        ({"url": "https://[fd00::1]/x"}, "bad webhook: IP address fd00::1 is reserved"),
        ({"url": "nonsense"}, "invalid webhook URL specified"),
    ],
)
async def test_bad_webhooks(platform: Platform, params: dict[str, Any], answer: str) -> None:
    status, description = await platform.api("setWebhook", **params)
    assert (status, description.startswith(f"Bad Request: {answer}")) == (400, True)


async def test_set_webhook_keeps_types_and_is_limited_to_one_change_a_second(platform: Platform) -> None:
    url = "https://a.example:8443/hook"
    first: dict[str, Any] = {"url": url, "allowed_updates": ["message"], "secret_token": "a-_9", "max_connections": 500}
    assert await platform.call("setWebhook", **first) == {
        "ok": True,
        "result": True,
        "description": "Webhook was set",
    }
    same = await platform.call("setWebhook", url=url, secret_token="a-_9", max_connections=100)
    assert same["description"] == "Webhook is already set"
    refused = await platform.call("setWebhook", url=url + "2")
    assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 1})
    platform.clock.now += 1
    assert (await platform.api("setWebhook", url=url + "2", max_connections=0))[0] == 200
    _, info = await platform.api("getWebhookInfo")
    assert (info["url"], info["allowed_updates"], info["max_connections"]) == (url + "2", ["message"], 1)
    assert (await platform.call("deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await platform.call("deleteWebhook"))["description"] == "Webhook is already deleted"
    assert (await platform.api("getWebhookInfo"))[1]["url"] == ""


async def test_updates_that_wait_are_dropped_only_when_that_is_asked_for(
    platform: Platform, program: Program, person: str
) -> None:
    url = await program.start()
    await platform.api("deleteWebhook")
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 1
    await platform.api("setWebhook", url=url, drop_pending_updates=True)
    await platform.act(person, "say", text="new")
    assert [update["message"]["text"] for update in program.updates()] == ["new"]


async def test_a_full_backlog_takes_no_more(platform: Platform, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_updates, "BACKLOG", 2)
    for _ in range(3):
        await platform.act(person, "say", text="x")
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 2


async def test_unknown_tokens_and_methods(platform: Platform) -> None:
    assert await platform.api("getMe", token="1:x") == (401, "Unauthorized")
    assert await platform.api("sendRocket") == (404, "Not Found")
    assert (await platform.api("GETME"))[1]["username"] == "siam_bot"


@pytest.mark.parametrize(
    ("picture", "description"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (png(9_990, 11), "PHOTO_INVALID_DIMENSIONS"),
        (png(210, 10), "PHOTO_INVALID_DIMENSIONS"),
        (b"x" * (limits.PHOTO_BYTES + 1), "file of size"),
    ],
)
async def test_bad_photos(platform: Platform, person: str, picture: bytes, description: str) -> None:
    form = aiohttp.FormData({"chat_id": person})
    form.add_field("photo", io.BytesIO(picture), filename="รูป.png")
    async with platform.session.post(f"{platform.url}/bot{TOKEN}/sendPhoto", data=form) as answer:
        assert answer.status == 400
        assert (await answer.json())["description"].startswith(f"Bad Request: {description}")


async def test_forms_multipart_json_and_queries_are_all_understood(platform: Platform, person: str) -> None:
    url = f"{platform.url}/bot{TOKEN}/sendMessage"
    params = {"chat_id": person, "text": "ที่"}
    multipart = aiohttp.FormData(params, default_to_multipart=True)
    for ways in ({"data": params}, {"data": multipart}, {"json": params}, {"params": params}):
        async with platform.session.post(url, **ways) as answer:
            assert (await answer.json())["result"]["text"] == "ที่"


async def test_a_file_is_fetched_by_its_bot_only_and_if_it_is_not_too_big(
    platform: Platform, program: Program, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await platform.channel().register(account(), await program.start())
    picture = png()
    await platform.act(person, "photo", base64=base64.b64encode(picture).decode())
    file_id = program.updates()[-1]["message"]["photo"][-1]["file_id"]
    _, file = await platform.api("getFile", file_id=file_id)
    await platform.add_bot("55:another_key", slug="other")
    for token, status in ((TOKEN, 200), ("55:another_key", 404)):
        async with platform.session.get(f"{platform.url}/file/bot{token}/{file['file_path']}") as answer:
            assert answer.status == status
            assert (await answer.read() == picture) is (status == 200)
    assert (await platform.api("getFile", token="55:another_key", file_id=file_id))[0] == 400
    monkeypatch.setattr(emulator_api, "DOWNLOAD_BYTES", len(picture) - 1)
    assert await platform.api("getFile", file_id=file_id) == (400, "Bad Request: file is too big")


async def test_commands_show_in_the_persons_language(platform: Platform, person: str) -> None:
    thai, english = [{"command": "points", "description": "แต้ม"}], [{"command": "points", "description": "Points"}]
    assert (await platform.api("setMyCommands", commands=english))[0] == 200
    assert (await platform.api("setMyCommands", commands=thai, language_code="th"))[0] == 200
    anna = await platform.add_person("Anna", "en-GB")
    for who, commands in ((person, thai), (anna, english)):
        chat = await platform.control(f"accounts/{platform.account}/chats/{who}")
        assert chat["menu"] == {"commands": commands}
    assert (await platform.api("setMyCommands", commands=[{"command": "Bad!", "description": "x"}]))[0] == 400
    assert (await platform.api("sendChatAction", chat_id=person, action="typing")) == (200, True)


def test_waits_between_attempts_are_the_platforms() -> None:
    assert [retry_seconds(n) for n in range(1, 7)] == [0, 2, 4, 8, 16, 32]
    assert all(60 <= retry_seconds(n) <= 120 for n in range(7, 50))
