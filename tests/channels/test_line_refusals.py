"""The emulated LINE: messages and requests it refuses, and those at the very limits it takes."""

from __future__ import annotations

import io
from typing import Any

import pytest

from bots.line import limits
from tests.channels.line_world import World


def text(**changes: Any) -> dict[str, Any]:
    return {"type": "text", "text": "x", **changes}


def quick(action: Any, count: int = 1) -> dict[str, Any]:
    return text(quickReply={"items": [{"type": "action", "action": action}] * count})


def flex(*contents: Any, **changes: Any) -> dict[str, Any]:
    bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(contents)}}
    return {"type": "flex", "altText": "x", "contents": bubble, **changes}


def button(**action: Any) -> dict[str, Any]:
    return {"type": "button", "action": {"type": "postback", "label": "x", "data": "x", **action}}


JSON = {"Content-Type": "application/json"}
POSTBACK = {"type": "postback", "label": "x", "data": "x"}
PICKER = button(type="datetimepicker", mode="time", label="ก" * 40, data="x" * 300)
WORDS = {"type": "text", "text": "x"}
REFUSED_MESSAGES: dict[str, list[Any]] = {
    "none": [],
    "six": [text()] * 6,
    "no type": [{"text": "x"}],
    "unknown type": [{"type": "hologram"}],
    "no object": ["x"],
    "empty text": [text(text="")],
    "blank text": [text(text=" \n")],
    "5,001 characters": [text(text="ก" * 5001)],
    "emoji count twice": [text(text="😀" * 2501)],
    "one bad of two": [text(), text(text="")],
    "14 quick replies": [quick(POSTBACK, 14)],
    "no quick replies": [text(quickReply={"items": []})],
    "quick label 21": [quick({**POSTBACK, "label": "x" * 21})],
    "quick without label": [quick({"type": "postback", "data": "x"})],
    "data 301": [quick({**POSTBACK, "data": "x" * 301})],
    "no data": [quick({"type": "postback", "label": "x"})],
    "displayText 301": [quick({**POSTBACK, "displayText": "x" * 301})],
    "no altText": [flex(WORDS, altText="")],
    "altText 1,501": [flex(WORDS, altText="x" * 1501)],
    "no contents": [{"type": "flex", "altText": "x"}],
    "empty Flex text": [flex({"type": "text", "text": ""})],
    "unknown component": [flex({"type": "spacer"})],
    "unknown property": [flex({"type": "text", "text": "x", "colour": "#fff"})],
    "unknown size of bubble": [
        flex(contents={"type": "bubble", "size": "huge", "body": flex(WORDS)["contents"]["body"]})
    ],
    "bubble with nothing": [flex(contents={"type": "bubble"})],
    "button label 41": [flex(button(label="x" * 41))],
    "button without label": [flex(button(label=None))],
    "button data 301": [flex(button(data="x" * 301))],
    "picker data 301": [flex(button(type="datetimepicker", mode="date", data="x" * 301))],
    "picker without mode": [flex(button(type="datetimepicker"))],
    "uri 1,001": [flex(button(type="uri", uri="https://x.example/" + "a" * 983))],
    "uri scheme": [flex(button(type="uri", uri="javascript:alert(1)"))],
    "uri not encoded": [flex(button(type="uri", uri="https://x.example/ก"))],
    "image over http": [flex({"type": "image", "url": "http://clinic.example/x.png"})],
    "image url 2,001": [flex({"type": "image", "url": "https://x.example/" + "a" * 1983})],
    "bubble over 30 KB": [flex(*[{"type": "text", "text": "x" * 1000}] * 31)],
    "13 bubbles": [flex(contents={"type": "carousel", "contents": [flex(WORDS)["contents"]] * 13})],
}


@pytest.mark.parametrize("name", REFUSED_MESSAGES)
async def test_messages_line_would_refuse(line: World, name: str) -> None:
    await line.act("follow")
    body = {"to": line.person, "messages": REFUSED_MESSAGES[name]}
    status, answer, _ = await line.call("/v2/bot/message/push", json=body)
    assert status == 400
    assert answer["message"]
    assert all(detail["message"] and detail["property"] for detail in answer["details"])
    assert (await line.chat())["messages"] == []


async def test_messages_at_the_limits_arrive(line: World) -> None:
    await line.act("follow")
    messages = [
        text(text="ก" * 5000),
        flex(button(label="ก" * 40, data="x" * 300, displayText="ก" * 300), altText="ก" * 1500),
        flex(PICKER, {"type": "image", "url": "http://127.0.0.1:8080/x.png"}),
        flex(contents={"type": "carousel", "contents": [flex(WORDS)["contents"]] * 12}),
        quick({**POSTBACK, "label": "x" * 20, "data": "x" * 300}, 13),
    ]
    status, answer, _ = await line.call("/v2/bot/message/push", json={"to": line.person, "messages": messages})
    assert (status, len(answer.get("sentMessages", ()))) == (200, 5)
    assert [m["raw"] for m in (await line.chat())["messages"]] == messages


async def test_what_is_no_request_is_refused(line: World) -> None:
    for body, where in (
        (b"nonsense", "line: 1, column: 1"),
        (b"[1]", "line: 1, column: 1"),
        (b'{"to":\n?', "line: 2, column: 1"),
    ):
        status, answer, _ = await line.call("/v2/bot/message/push", data=body, headers=JSON)
        where = f"line: {line_number}, column: 1"
        assert (status, answer) == (400, {"message": f"The request body could not be parsed as JSON ({where})"})
    status, answer, _ = await line.call("/v2/bot/message/push", data=b"{}", headers={"Content-Type": "text/plain"})
    assert (status, answer) == (415, {"message": "The content type, text/plain, is not supported"})
    assert (await line.call("/v2/bot/message/push", json={"messages": [text()]}))[0] == 400
    for size in (limits.REQUEST_BYTES + 1, 5 * limits.REQUEST_BYTES):
        status, answer, _ = await line.call("/v2/bot/message/push", data=io.BytesIO(b" " * size), headers=JSON)
        assert (status, answer) == (413, {"message": "Request Entity Too Large"})
    assert (await line.call("/v2/bot/message/push", token="", json={}))[0] == 401
    assert (await line.call("/v2/bot/message/reply", json={"replyToken": 5, "messages": [text()]}))[0] == 400
    assert (await line.call("/v2/bot/chat/loading/start", json={"chatId": line.person, "loadingSeconds": 7}))[0] == 400
    assert (await line.call("/v2/bot/chat/loading/start", json={"chatId": line.person, "loadingSeconds": 20}))[0] == 202
