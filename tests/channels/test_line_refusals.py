"""The emulated LINE: messages and requests it refuses, and those at the very limits it takes."""

from __future__ import annotations

import io
from typing import Any

import pytest

from bots.line import limits
from tests.channels.line_description import check_request
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


PUSH = "/v2/bot/message/push"
JSON = {"Content-Type": "application/json"}
POSTBACK = {"type": "postback", "label": "x", "data": "x"}


def template(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "template", "altText": "x", "template": {"type": kind, **fields}}


def buttons(count: int = 1, **fields: Any) -> dict[str, Any]:
    return template("buttons", **({"text": "x", "actions": [POSTBACK] * count} | fields))


def carousel(*columns: dict[str, Any]) -> dict[str, Any]:
    return template("carousel", columns=list(columns))


def column(count: int = 1, **fields: Any) -> dict[str, Any]:
    return {"text": "x", "actions": [POSTBACK] * count, **fields}


def place(**changes: Any) -> dict[str, Any]:
    return {"type": "location", "title": "x", "address": "x", "latitude": 13.7, "longitude": 100.5} | changes


def imagemap(**changes: Any) -> dict[str, Any]:
    size = {"width": 1040, "height": 1040}
    tap = {"type": "message", "text": "x", "area": {"x": 0, "y": 0, "width": 1, "height": 1}}
    return {"type": "imagemap", "baseUrl": URL, "altText": "x", "baseSize": size, "actions": [tap]} | changes


URL = "https://clinic.example/x"
VIDEO = {"type": "video", "originalContentUrl": URL, "previewImageUrl": URL}
AUDIO = {"type": "audio", "originalContentUrl": URL, "duration": 1000}
ICON = {"productId": "1", "emojiId": "1"}
EMOJI = {"index": 0, **ICON}
OPENS = {"type": "uri", "label": "x", "uri": URL, "altUri": {"desktop": URL}}
UNITS = "customAggregationUnits"
PICKER = button(type="datetimepicker", mode="time", label="ก" * 40, data="x" * 300)
WORDS = {"type": "text", "text": "x"}
BOX = {"type": "box", "layout": "vertical", "contents": []}
PICTURE = {"type": "image", "url": URL}
FILM = {"type": "video", "url": URL, "previewUrl": URL, "altContent": PICTURE}
GRADIENT = {"type": "linearGradient", "angle": "23.5deg", "startColor": "#FFFF00", "endColor": "#0080ff80"}


def styled(**style: Any) -> dict[str, Any]:
    return flex(contents={**flex(WORDS)["contents"], "styles": {"body": style}})


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
    "12 bubbles over 50 KB": [
        flex(contents={"type": "carousel", "contents": [flex({"type": "text", "text": "x" * 4500})["contents"]] * 12})
    ],
    "bubbles of two sizes": [
        flex(
            contents={
                "type": "carousel",
                "contents": [{**flex(WORDS)["contents"], "size": s} for s in ("kilo", "giga")],
            }
        )
    ],
    "hero of text": [flex(contents={"type": "bubble", "hero": WORDS})],
    "text as a body": [flex(contents={"type": "bubble", "body": WORDS})],
    "span in a box": [flex({"type": "span", "text": "x"})],
    "box in a baseline box": [flex({"type": "box", "layout": "baseline", "contents": [flex()["contents"]["body"]]})],
    "11 animated images": [flex(*[{"type": "image", "url": URL, "animated": True}] * 11)],
    "camera in Flex": [flex(button(type="camera"))],
    "menu switch in Flex": [flex(button(type="richmenuswitch", richMenuAliasId="x"))],
    "clipboard 1,001": [flex(button(type="clipboard", clipboardText="x" * 1001))],
    "desktop address": [flex(button(type="uri", uri=URL, altUri={"desktop": "ftp://x"}))],
    "picker of no day": [flex(button(type="datetimepicker", mode="date", initial="17/7/2026"))],
    "quick picture over http": [
        text(quickReply={"items": [{"type": "action", "action": POSTBACK, "imageUrl": "http://x.example/"}]})
    ],
    "sender 21": [text(sender={"name": "x" * 21})],
    "sender's picture over http": [text(sender={"iconUrl": "http://x.example/"})],
    "21 emojis": [text(text="$" * 21, emojis=[EMOJI] * 21)],
    "emoji at no $": [text(text="x$", emojis=[EMOJI])],
    "emoji beyond the end": [text(text="$", emojis=[{**EMOJI, "index": 1}])],
    "unescaped brace": [{"type": "textV2", "text": "{"}],
    "substitution missing": [{"type": "textV2", "text": "{name}", "substitution": {}}],
    "substitution key": [{"type": "textV2", "text": "x", "substitution": {"a-b": {"type": "emoji"}}}],
    "mention of one": [
        {
            "type": "textV2",
            "text": "{a}",
            "substitution": {"a": {"type": "mention", "mentionee": {"type": "user", "userId": "U" + "1" * 32}}},
        }
    ],
    "sticker without id": [{"type": "sticker", "packageId": "446"}],
    "video over http": [{**VIDEO, "originalContentUrl": "http://x.example/"}],
    "video tracking 101": [{**VIDEO, "trackingId": "x" * 101}],
    "audio without duration": [{**AUDIO, "duration": None}],
    "place title 101": [place(title="x" * 101)],
    "place without address": [place(address="")],
    "place off the earth": [place(latitude=91)],
    "coupon tag": [{"type": "coupon", "couponId": "x", "deliveryTag": "a b"}],
    "image map of another width": [imagemap(baseSize={"width": 1041, "height": 1040})],
    "image map of 51 actions": [imagemap(actions=imagemap()["actions"] * 51)],
    "image map text 401": [imagemap(actions=[imagemap()["actions"][0] | {"text": "x" * 401}])],
    "unknown template": [template("wheel")],
    "template altText 1,501": [{**buttons(), "altText": "x" * 1501}],
    "5 buttons": [buttons(5)],
    "no buttons": [buttons(0)],
    "buttons text 161": [buttons(text="x" * 161)],
    "buttons text 61 with title": [buttons(text="x" * 61, title="x")],
    "buttons title 41": [buttons(title="x" * 41)],
    "template label 21": [buttons(actions=[{**POSTBACK, "label": "x" * 21}])],
    "template without label": [buttons(actions=[{"type": "postback", "data": "x"}])],
    "confirm with 3": [template("confirm", text="x", actions=[POSTBACK] * 3)],
    "confirm text 241": [template("confirm", text="x" * 241, actions=[POSTBACK] * 2)],
    "11 columns": [carousel(*[column()] * 11)],
    "column of 4 actions": [carousel(column(4))],
    "columns of unlike actions": [carousel(column(1), column(2))],
    "column text 61 with image": [carousel(column(text="x" * 61, thumbnailImageUrl=URL))],
    "image column label 13": [
        template("image_carousel", columns=[{"imageUrl": URL, "action": {**POSTBACK, "label": "x" * 13}}])
    ],
    "hero that is no object": [flex(contents={"type": "bubble", "hero": "x"})],
    "background that is no object": [flex({**BOX, "background": "x"})],
    "action that is no object": [flex({**WORDS, "action": "x"})],
    "style that is no object": [flex(contents={**flex(WORDS)["contents"], "styles": {"body": "x"}})],
    "bubble that is no object": [flex(contents={"type": "carousel", "contents": ["x"]})],
    "unknown margin": [flex({**WORDS, "margin": "huge"})],
    "unknown spacing": [flex({**BOX, "spacing": "10%"})],
    "unknown padding": [flex({**BOX, "paddingTop": "10"})],
    "unknown corner": [flex({**BOX, "cornerRadius": "50%"})],
    "unknown border": [flex({**BOX, "borderWidth": "thick"})],
    "unknown offset": [flex({**WORDS, "offsetEnd": "left"})],
    "unknown width": [flex({**BOX, "width": "full"})],
    "size of text": [flex({**WORDS, "size": "gigantic"})],
    "size of text in percent": [flex({**WORDS, "size": "50%"})],
    "size of a span": [flex({"type": "text", "contents": [{"type": "span", "text": "x", "size": "full"}]})],
    "size of an image": [flex({**PICTURE, "size": "6xl"})],
    "size of an icon": [flex({**BOX, "layout": "baseline", "contents": [{**PICTURE, "type": "icon", "size": "full"}]})],
    "colour by name": [flex({**WORDS, "color": "red"})],
    "short colour": [flex({**BOX, "backgroundColor": "#fff"})],
    "colour of a style": [styled(separatorColor="grey")],
    "colour of a gradient": [flex({**BOX, "background": {**GRADIENT, "endColor": "red"}})],
    "angle of a gradient": [flex({**BOX, "background": {**GRADIENT, "angle": "90"}})],
    "line spacing": [flex({**WORDS, "lineSpacing": "md"})],
    "ratio without height": [flex({**PICTURE, "aspectRatio": "20"})],
    "ratio of nothing": [flex({**PICTURE, "aspectRatio": "1:0"})],
    "ratio too large": [flex({**PICTURE, "aspectRatio": "100001:1"})],
    "higher than three times the width": [flex({**PICTURE, "aspectRatio": "1:3.1"})],
    "weight": [flex({**WORDS, "weight": "heavy"})],
    "alignment": [flex({**WORDS, "align": "left"})],
    "gravity": [flex({**WORDS, "gravity": "middle"})],
    "icon outside a baseline box": [flex({**PICTURE, "type": "icon"})],
    "video in a body": [flex(FILM)],
    "video in a carousel": [
        flex(contents={"type": "carousel", "contents": [{"type": "bubble", "hero": FILM}, flex(WORDS)["contents"]]})
    ],
    "video in a small bubble": [flex(contents={"type": "bubble", "size": "micro", "hero": FILM})],
    "video instead of a video": [flex(contents={"type": "bubble", "hero": {**FILM, "altContent": FILM}})],
    "video with a postback": [flex(contents={"type": "bubble", "hero": {**FILM, "action": POSTBACK}})],
    "sender LINE": [text(sender={"name": "LINE Clinic"})],
    "emoji without a product": [text(text="$", emojis=[{"index": 0, "emojiId": "1"}])],
    "emoji without an id": [text(text="$", emojis=[{"index": 0, "productId": "1"}])],
    "half a character": [text(text="x\ud83d")],
    "half a character in Flex": [flex({**WORDS, "text": "x\udc4d"})],
    "desktop address in a template": [buttons(actions=[OPENS])],
    "13 bubbles": [flex(contents={"type": "carousel", "contents": [flex(WORDS)["contents"]] * 13})],
}


@pytest.mark.parametrize("name", REFUSED_MESSAGES)
async def test_messages_line_would_refuse(line: World, name: str) -> None:
    await line.act("follow")
    body = {"to": line.person, "messages": REFUSED_MESSAGES[name]}
    status, answer, _ = await line.call(PUSH, json=body)
    assert status == 400
    assert (await line.call("/v2/bot/message/validate/reply", json=body))[:2] == (400, answer)
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
    status, answer, _ = await line.call(PUSH, json={"to": line.person, "messages": messages})
    assert (status, len(answer.get("sentMessages", ()))) == (200, 5)
    assert [m["raw"] for m in (await line.chat())["messages"]] == messages


async def test_messages_of_every_type_arrive(line: World) -> None:
    await line.act("follow")
    messages = [
        text(text="$$", emojis=[EMOJI, {**EMOJI, "index": 1}], sender={"name": "x" * 20, "iconUrl": URL}),
        {
            "type": "textV2",
            "text": "{{x}} {a}",
            "substitution": {"a": {"type": "emoji", "productId": "1", "emojiId": "1"}},
        },
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "image", "originalContentUrl": URL, "previewImageUrl": URL},
        {**VIDEO, "trackingId": "x" * 100},
        AUDIO,
        place(title="x" * 100, address="x" * 100),
        {"type": "coupon", "couponId": "x", "deliveryTag": "x" * 30},
        imagemap(actions=imagemap()["actions"] * 50),
        buttons(4, text="x" * 160),
        buttons(text="x" * 60, title="x" * 40, thumbnailImageUrl=URL),
        template("confirm", text="x" * 240, actions=[{**POSTBACK, "label": "x" * 20}] * 2),
        carousel(*[column(3, text="x" * 120)] * 10),
        template("image_carousel", columns=[{"imageUrl": URL, "action": {**POSTBACK, "label": "x" * 12}}] * 10),
        quick({"type": "camera", "label": "x"}),
        flex(
            {
                **BOX,
                "spacing": "7.5px",
                "paddingAll": "10%",
                "background": GRADIENT,
                "width": "50%",
                "offsetTop": "-5px",
            }
        ),
        flex({**PICTURE, "size": "full", "aspectRatio": "1.91:1"}, {**WORDS, "size": "12px", "color": "#00000080"}),
        flex(
            {**PICTURE, "size": "50%", "aspectRatio": "100000:100000"}, {**WORDS, "size": "5xl", "lineSpacing": "2px"}
        ),
        flex(contents={"type": "bubble", "size": "giga", "hero": {**FILM, "aspectRatio": "20:13", "action": OPENS}}),
        styled(separator=True, separatorColor="#aabbcc"),
        text(sender={"name": "Caroline"}),
        quick({"type": "clipboard", "label": "x", "clipboardText": "x" * 1000}),
    ]
    for message in messages:
        status, answer, _ = await line.call(PUSH, json={"to": line.person, "messages": [message]})
        assert status == 200, (message, answer)
        assert (await line.call("/v2/bot/message/validate/push", json={"messages": [message]}))[0] == 200
        check_request("POST", PUSH, {"to": line.person, "messages": [message]})


async def test_what_is_no_request_is_refused(line: World) -> None:
    for body, line_number in ((b"nonsense", 1), (b"[1]", 1), (b'{"to":\n?', 2)):
        status, answer, _ = await line.call(PUSH, data=body, headers=JSON)
        where = f"line: {line_number}, column: 1"
        assert (status, answer) == (400, {"message": f"The request body could not be parsed as JSON ({where})"})
    status, answer, _ = await line.call(PUSH, data=b"{}", headers={"Content-Type": "text/plain"})
    assert (status, answer) == (415, {"message": "The content type, text/plain, is not supported"})
    assert (await line.call(PUSH, json={"messages": [text()]}))[0] == 400
    for size in (limits.REQUEST_BYTES + 1, 5 * limits.REQUEST_BYTES):
        status, answer, _ = await line.call(PUSH, data=io.BytesIO(b" " * size), headers=JSON)
        assert (status, answer) == (413, {"message": "Request Entity Too Large"})
    for token in ("", "stolen"):
        assert (await line.call(PUSH, token=token, json={}))[0] == 401
    messages = {"to": line.person, "messages": [text()]}
    for wrong in (
        {"notificationDisabled": "yes"},
        {"customAggregationUnits": ["a", "b"]},
        {"customAggregationUnits": ["ก"]},
    ):
        assert (await line.call(PUSH, json=messages | wrong))[0] == 400
    assert (await line.call(PUSH, json=messages | {UNITS: ["a_1"]}))[0] == 200
    assert (await line.call("/v2/bot/message/reply", json={"replyToken": 5, "messages": [text()]}))[0] == 400
    assert (await line.call("/v2/bot/chat/loading/start", json={"chatId": line.person, "loadingSeconds": 7}))[0] == 400
    assert (await line.call("/v2/bot/chat/loading/start", json={"chatId": line.person, "loadingSeconds": 20}))[0] == 202
