"""The emulated LINE and what this program sends it, judged by LINE's own API description."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import ValidationError

from bots.line import limits
from bots.line.client import messages
from bots.line.dumping import as_json
from bots.line.rich_menu import rich_menu
from handlers.cards import Action, Button, Card
from handlers.examples import examples
from handlers.menus import menus_of
from handlers.routes import ROUTES
from handlers.words import Words
from tests.channels.line_description import check_request, check_response, check_traffic, check_webhook
from tests.channels.line_samples import body, event, letter
from tests.channels.line_world import World

PUSH = ("POST", "/v2/bot/message/push")
BUBBLE = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "x"}]}}
FLEX = {"type": "flex", "altText": "x", "contents": BUBBLE}


def test_every_card_of_the_program_is_as_line_describes_its_messages() -> None:
    for example in examples():
        sent = as_json(messages(example.cards(Words("th")), letter()))
        for start in range(0, len(sent), limits.MESSAGES_PER_CALL):
            check_request(*PUSH, {"to": "U1", "messages": sent[start : start + limits.MESSAGES_PER_CALL]})


def test_every_menu_of_the_program_is_as_line_describes_its_rich_menus() -> None:
    for menu in menus_of(ROUTES):
        check_request("POST", "/v2/bot/richmenu", as_json(rich_menu(menu, "v1")))


async def test_all_that_is_said_in_a_conversation_is_as_line_describes_it(line: World) -> None:
    await line.act("follow")
    quick = Card(text="q", buttons=(Button("b", Action("a")), Button("w", Action("w"), picker="datetime")))
    await line.channel.send(line.account, [quick], line.letter(reply_token=line.token))
    same = line.letter()
    for _ in range(2):  # the second is known already
        await line.channel.send(line.account, [Card(text="x", quick=(Button("c", Action("c")),))], same)
    shown = (await line.chat())["messages"]
    await line.act("tap", message=shown[0]["id"], button=0)
    await line.act("tap", message=shown[0]["id"], button=1, picked="2026-07-17T14:00")
    for deed in ("sticker", "block", "unblock"):
        await line.act(deed)
    for deed in ("photo", "video"):
        await line.act(deed, base64=base64.b64encode(b"\xff\xd8").decode())
    await line.act("say", text="x")
    await line.act("unsend", message=(await line.chat())["messages"][-1]["id"])
    video = line.program.arrivals[-3].payload["message"]["id"]
    await line.channel.profile(line.account, line.program.arrivals[-1].payload)
    await line.channel.prove(line.account)
    for path in (
        "message/quota",
        "message/quota/consumption",
        "channel/webhook/endpoint",
        f"message/{video}/content/transcoding",
    ):
        assert (await line.call(f"/v2/bot/{path}", method="GET"))[0] == 200
    await line.call("/v2/bot/channel/webhook/test", json={})
    await line.call("/v2/bot/chat/loading/start", json={"chatId": line.person})
    await line.call("/v2/bot/message/validate/push", json={"messages": [FLEX]})
    for wrong in ({"to": line.person, "messages": []}, {"to": "U" + "0" * 32, "messages": [FLEX]}):
        await line.call("/v2/bot/message/push", json=wrong)
    wrong_ones = sum(entry["kind"] == "request" and entry["status"] == 400 for entry in await line.journal())
    assert wrong_ones == 2
    seen = check_traffic(await line.journal(), requests=False)
    assert len(seen) >= 12
    check_traffic([entry for entry in await line.journal() if entry.get("status") != 400])
    for delivered in line.program.bodies:
        check_webhook(delivered)
    assert {e["type"] for b in line.program.bodies for e in b["events"]} == {
        *("follow", "unfollow", "message", "postback", "unsend")
    }


def changed(value: Any, *path: Any, to: Any) -> Any:
    value = deepcopy(value)
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return value


GOOD = {"to": "U1", "messages": [FLEX]}
WRONG_REQUESTS = {
    "unknown property": changed(GOOD, "retryKey", to="x"),
    "unknown message": changed(GOOD, "messages", 0, "type", to="hologram"),
    "no type": changed(GOOD, "messages", 0, to={"text": "x"}),
    "six messages": changed(GOOD, "messages", to=[FLEX] * 6),
    "inherited and missing": changed(GOOD, "messages", 0, to={"type": "flex", "altText": "x"}),
    "wrong deep inside": changed(GOOD, "messages", 0, "contents", "body", "contents", 0, "wrap", to="yes"),
    "unknown deep inside": changed(GOOD, "messages", 0, "contents", "body", "contents", 0, "colour", to="#fff"),
    "an enumeration": changed(GOOD, "messages", 0, "contents", "body", "layout", to="diagonal"),
    "no object": "x",
}


@pytest.mark.parametrize("name", WRONG_REQUESTS)
def test_a_wrong_request_is_told(name: str) -> None:
    check_request(*PUSH, GOOD)
    with pytest.raises(ValidationError):
        check_request(*PUSH, WRONG_REQUESTS[name])


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {}),
        (200, {"sentMessages": [{"id": 5}]}),
        (200, {"sentMessages": [{"id": "5"}], "more": 1}),
        (400, {"error": "x"}),
        (418, {}),
        (202, {}),
    ],
)
def test_a_wrong_answer_is_told(status: int, answer: Any) -> None:
    check_response(*PUSH, 200, {"sentMessages": [{"id": "5", "quoteToken": "q"}]})
    with pytest.raises(ValidationError):
        check_response(*PUSH, status, answer)


def test_a_body_where_none_is_taken_and_an_unknown_endpoint_are_told() -> None:
    with pytest.raises(ValidationError):
        check_request("POST", "/v2/bot/user/{person}/richmenu/{menu}", {"x": 1})
    with pytest.raises(KeyError):
        check_request("POST", "/v2/bot/message/pull", {})


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "asleep"},
        {"timestamp": "now"},
        {"type": "hologram"},
        {"webhookEventId": None},
        {"message": {"type": "text", "id": "1", "text": "no quote token"}},
        {"source": {"type": "user", "name": "Nok"}},
    ],
)
def test_a_wrong_webhook_is_told(changes: dict[str, Any]) -> None:
    good = {"message": {"type": "text", "id": "1", "text": "x", "quoteToken": "q"}}
    check_webhook(json.loads(body(event(**good))))
    with pytest.raises(ValidationError):
        check_webhook(json.loads(body(event(**(good | changes)))))
