"""The emulated LINE and the real channel over the real SDK, talking HTTP on loopback, with a program that listens.

A person acts through the control interface, the emulator calls the program's webhook, the program answers through
`LineChannel`: the whole loop that the demo and the stories rely on.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.channel import Account, AccountError, Arrival, Letter, Profile, Proof, Refused, Sent
from bots.journal import Journal
from bots.line import LineChannel, limits
from bots.line.emulator import LineEmulator
from handlers.cards import Action, Button, Card, Picture
from handlers.incoming import Arrived, Left, Other, Said, Tapped

SECRET, TOKEN = "5" * 32, "access-token-of-aura"


class Clock:
    """Seconds since 1970 that move only when told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Program:
    """What stands behind the webhook: it verifies, reads and keeps, and answers with the next of `statuses`."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.redelivered: list[bool] = []
        self.statuses: list[int] = []
        self.came = asyncio.Event()
        self.channel: LineChannel
        self.account: Account

    async def webhook(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self.channel.verify(self.account, request.headers, body):
            return web.Response(status=401)
        arrivals = self.channel.read(body)
        self.arrivals += arrivals
        self.redelivered += [arrival.payload["deliveryContext"]["isRedelivery"] for arrival in arrivals]
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.came.set()
        return web.Response(status=status)


class World:
    """One emulator with one account, one person and one program."""

    def __init__(self, http: aiohttp.ClientSession, url: str, program: Program, clock: Clock) -> None:
        self.http, self.url, self.program, self.clock = http, url, program, clock
        self.channel = LineChannel(http, url, url)
        self.account: Account
        self.person = ""
        self.webhook_url = ""

    async def control(self, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        async with self.http.post(f"{self.url}/control/{path}", json=body) as response:
            assert response.status == status, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    async def act(self, deed: str, status: int = 200, **body: Any) -> dict[str, Any]:
        return await self.control(f"accounts/{self.account.external_id}/chats/{self.person}/{deed}", status, **body)

    async def chat(self) -> dict[str, Any]:
        path = f"accounts/{self.account.external_id}/chats/{self.person}"
        async with self.http.get(f"{self.url}/control/{path}") as response:
            found: dict[str, Any] = await response.json()
            return found

    async def journal(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.url}/control/journal") as response:
            entries: list[dict[str, Any]] = await response.json()
            return entries

    async def call(self, path: str, token: str = TOKEN, **options: Any) -> tuple[int, dict[str, Any], Any]:
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        method = options.pop("method", "POST")
        async with self.http.request(method, f"{self.url}{path}", headers=headers, **options) as response:
            return response.status, await response.json(), response.headers

    @property
    def token(self) -> str:
        token = self.channel.reply_token(self.program.arrivals[-1].payload)
        assert token is not None
        return token

    def letter(self, **changes: Any) -> Letter:
        fields: dict[str, Any] = {
            "to": self.person,
            "retry_key": uuid4(),
            "sign": lambda action: f"signed-{action.name}-{action.choice}",
            "picture_url": lambda index: f"https://clinic.example/{index}.png",
            "picture_bytes": lambda index: b"",
        }
        return Letter(**{**fields, **changes})


@asynccontextmanager
async def listening(program: Program) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/webhooks/line/aura", program.webhook)
    async with TestServer(app) as server:
        yield str(server.make_url("/webhooks/line/aura"))


@asynccontextmanager
async def world(
    journal: Journal,
    clock: Clock,
    *,
    before: World | None = None,
    waits: Sequence[float] = (0.0, 0.0),
) -> AsyncIterator[World]:
    """A world made from nothing, or the one `before`, whose platform starts again with nothing but its journal."""
    program = before.program if before else Program()
    emulator = LineEmulator(journal, clock=clock, redelivery_waits=waits)
    platforms = web.Application()
    platforms.add_subapp("/line", emulator.app())
    async with aiohttp.ClientSession() as http, TestServer(platforms) as platform, listening(program) as webhook_url:
        this = World(http, str(platform.make_url("/line")), program, clock)
        this.webhook_url = webhook_url
        if before is None:
            secrets = {"channel_secret": SECRET, "access_token": TOKEN}
            made = await this.control(
                "accounts", slug="aura", name="ออร่า คลินิก", channel_secret=SECRET, access_token=TOKEN
            )
            this.account = Account(uuid4(), uuid4(), "aura", "line", made["account"], made["handle"], secrets)
            this.person = (await this.control("people", id="U" + "a" * 32, name="นก", language="th"))["id"]
            await this.channel.register(this.account, webhook_url)
        else:
            this.account, this.person = before.account, before.person
        program.channel, program.account = this.channel, this.account
        yield this
        await this.channel.close()
        journal.close()


@pytest.fixture
async def line() -> AsyncIterator[World]:
    async with world(Journal(None), Clock()) as made:
        yield made


# --- a person and the program ---


async def test_a_person_and_the_program_talk(line: World) -> None:
    assert (await line.act("follow"))["deliveries"][0]["status"] == 200
    arrival = line.program.arrivals[-1]
    assert line.channel.understand(arrival.payload) == Arrived()
    assert arrival.lane == line.person

    card = Card(title="สวัสดีค่ะ", text="เลือกได้เลย", buttons=(Button("แต้มของฉัน", Action("points")),))
    sent = await line.channel.send(line.account, [card], line.letter(reply_token=line.token))
    assert isinstance(sent, Sent)
    chat = await line.chat()
    assert [m["id"] for m in chat["messages"]] == list(sent.message_ids)

    await line.act("tap", message=sent.message_ids[0], button=0)
    assert line.channel.understand(line.program.arrivals[-1].payload) == Tapped("signed-points-0")
    await line.act("say", text="ขอบคุณค่ะ")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Said("ขอบคุณค่ะ")
    await line.act("sticker")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Other("sticker")
    shown = [(m["from"], m["text"]) for m in (await line.chat())["messages"]]
    assert shown == [
        ("bot", "เลือกได้เลย"),
        ("person", "แต้มของฉัน"),
        ("person", "ขอบคุณค่ะ"),
        ("person", "[sticker]"),
    ]
    assert len({arrival.event_id for arrival in line.program.arrivals}) == 4


async def test_a_person_sees_the_whole_card(line: World) -> None:
    await line.act("follow")
    card = Card(
        title="นัดหมาย",
        text="คุณนก",
        rows=(("วัน", "12 ส.ค. 2569"), ("ห้อง", "3")),
        footnote="มาก่อน 10 นาที",
        buttons=(
            Button("ยืนยัน", Action("confirm"), style="primary"),
            Button("แผนที่", url="https://maps.example/"),
        ),
        quick=(Button("ยกเลิก", Action("cancel")),),
        picture=Picture("tier", {}, "ระดับทอง"),
    )
    await line.channel.send(line.account, [card], line.letter())
    shown = (await line.chat())["messages"][-1]
    assert shown["title"] == "นัดหมาย"
    assert shown["text"] == "คุณนก"
    assert shown["rows"] == [["วัน", "12 ส.ค. 2569"], ["ห้อง", "3"]]
    assert shown["footnote"] == "มาก่อน 10 นาที"
    assert shown["picture"] == "https://clinic.example/0.png"
    assert [(b["label"], b["url"], b["style"]) for b in shown["buttons"]] == [
        ("ยืนยัน", None, "primary"),
        ("แผนที่", "https://maps.example/", "secondary"),
    ]
    assert shown["quick"] == [{"label": "ยกเลิก", "index": 0}]
    assert (await line.act("tap", message=shown["id"], button=1))["url"] == "https://maps.example/"
    await line.act("tap", message=shown["id"], quick=0)
    assert line.channel.understand(line.program.arrivals[-1].payload) == Tapped("signed-cancel-0")


async def test_quick_replies_vanish_and_buttons_stay(line: World) -> None:
    await line.act("follow")
    card = Card(text="เลือก", title="t", buttons=(Button("ก", Action("a")),), quick=(Button("ข", Action("b")),))
    sent = await line.channel.send(line.account, [card], line.letter())
    assert isinstance(sent, Sent)
    await line.act("say", text="เดี๋ยวก่อน")
    assert (await line.chat())["messages"][0]["quick"] == []
    await line.act("tap", status=404, message=sent.message_ids[0], quick=0)
    await line.act("tap", message=sent.message_ids[0], button=0)
    await line.act("tap", status=404, message=sent.message_ids[0], button=1)
    await line.act("tap", status=404, message="12345", button=0)


async def test_quick_replies_of_one_call_all_ride_on_its_last_message(line: World) -> None:
    await line.act("follow")
    cards = [Card(text=str(n), quick=(Button(f"คำตอบ {n}", Action("a", choice=n)),)) for n in range(3)]
    await line.channel.send(line.account, cards, line.letter())
    messages = (await line.chat())["messages"]
    assert [len(m["quick"]) for m in messages] == [0, 0, 3]


async def test_a_forged_press_reaches_the_program_as_it_is(line: World) -> None:
    await line.act("follow")
    sent = await line.channel.send(line.account, [Card(text="x")], line.letter())
    assert isinstance(sent, Sent)
    await line.act("press", message=sent.message_ids[0], data="forged\u0000\u202e")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Tapped("forged\ufffd\u202e")
    await line.act("press", status=404, message="1", data="x")


async def test_a_deep_link_adds_the_account_and_carries_its_code(line: World) -> None:
    link = line.channel.link(line.account, "AB-12/ก")
    assert re.fullmatch(r"https://line\.me/R/oaMessage/%40[^/]+/\?[!-~]+", link)
    assert unquote(link).endswith("/start AB-12/ก")
    assert len((await line.act("open", url=link))["deliveries"]) == 2
    events = [line.channel.understand(arrival.payload) for arrival in line.program.arrivals]
    assert events == [Arrived(), Arrived("AB-12/ก")]
    assert len((await line.act("open", url=link))["deliveries"]) == 1
    await line.act("open", status=400, url="https://line.me/R/oaMessage/%40other/?x")


async def test_to_someone_who_blocked_line_says_sent_and_shows_nothing(line: World) -> None:
    await line.act("follow")
    await line.act("block")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Left()
    assert line.channel.reply_token(line.program.arrivals[-1].payload) is None
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], line.letter()), Sent)
    assert (await line.chat()) == {"messages": [], "blocked": True, "menu": None}
    await line.act("say", status=409, text="x")
    assert await line.channel.profile(line.account, line.program.arrivals[-1].payload) == Profile()
    await line.act("unblock")
    assert line.channel.understand(line.program.arrivals[-1].payload) == Arrived()
    await line.channel.send(line.account, [Card(text="กลับมาแล้ว")], line.letter())
    assert [m["text"] for m in (await line.chat())["messages"]] == ["กลับมาแล้ว"]


async def test_a_photo_can_be_fetched_and_seen(line: World) -> None:
    png = b"\x89PNG\r\n\x1a\n and the rest"
    await line.act("follow")
    await line.act("photo", base64=base64.b64encode(png).decode())
    payload = line.program.arrivals[-1].payload
    assert line.channel.understand(payload) == Other("image")
    assert await line.channel.photo(line.account, payload) == png
    assert await line.channel.photo(line.account, line.program.arrivals[0].payload) is None
    shown = (await line.chat())["messages"][-1]
    async with line.http.get(line.url.removesuffix("/line") + shown["picture"]) as response:
        assert response.content_type == "image/png"
        assert await response.read() == png
    form = aiohttp.FormData()
    form.add_field("file", png, filename="slip.png", content_type="image/png")
    url = f"{line.url}/control/accounts/{line.account.external_id}/chats/{line.person}/photo"
    async with line.http.post(url, data=form) as response:
        assert response.status == 200
    assert await line.channel.photo(line.account, line.program.arrivals[-1].payload) == png
    await line.act("photo", status=400, base64="")


# --- the account ---


async def test_the_account_proves_itself(line: World) -> None:
    account = line.account
    expected = Proof(external_id=account.external_id, name="ออร่า คลินิก", handle=account.handle)
    assert await line.channel.prove(account) == expected


async def test_a_wrong_token_is_refused_everywhere_and_never_named(line: World) -> None:
    secrets = {"channel_secret": SECRET, "access_token": "stolen"}
    wrong = Account(uuid4(), uuid4(), "aura", "line", "", "", secrets)
    with pytest.raises(AccountError, match="401") as refused:
        await line.channel.prove(wrong)
    assert "stolen" not in str(refused.value)
    with pytest.raises(AccountError, match="401"):
        await line.channel.register(wrong, line.webhook_url)
    result = await line.channel.send(wrong, [Card(text="x")], line.letter())
    assert isinstance(result, Refused)
    assert result.reason == "unauthorised"


async def test_a_webhook_needs_https_except_on_this_machine(line: World) -> None:
    for url in ("http://clinic.example/hook", "ftp://x", "https://"):
        with pytest.raises(AccountError, match="400"):
            await line.channel.register(line.account, url)
    with pytest.raises(AccountError, match="longer than LINE's 500"):
        await line.channel.register(line.account, "https://x.example/" + "a" * 500)
    await line.channel.register(line.account, "https://clinic.example/hook")


async def test_a_profile_has_name_and_language(line: World) -> None:
    await line.act("follow")
    payload = line.program.arrivals[-1].payload
    assert await line.channel.profile(line.account, payload) == Profile("นก", "th")
    assert await line.channel.profile(line.account, {}) == Profile()


async def test_two_accounts_share_one_channel_and_keep_apart(line: World) -> None:
    made = await line.control("accounts", slug="b", name="B", channel_secret="6" * 32, access_token="second")
    assert made["account"] != line.account.external_id
    secrets = {"channel_secret": "6" * 32, "access_token": "second"}
    second = Account(uuid4(), uuid4(), "b", "line", made["account"], made["handle"], secrets)
    proofs = await asyncio.gather(*[line.channel.prove(a) for a in (line.account, second) * 5])
    assert [proof.external_id for proof in proofs] == [line.account.external_id, second.external_id] * 5
    await line.act("follow")
    result = await line.channel.send(second, [Card(text="x")], line.letter(reply_token=line.token))
    assert isinstance(result, Refused)
    assert result.reason == "token"


async def test_accounts_and_people_are_made_once(line: World) -> None:
    again = await line.control("accounts", slug="aura", name="New", channel_secret=SECRET, access_token=TOKEN)
    assert again["account"] == line.account.external_id
    assert (await line.act("follow"))["deliveries"][0]["status"] == 200  # the webhook is still known
    assert (await line.control("people", id=line.person, name="Nok", language="en"))["id"] == line.person
    assert re.fullmatch("U[0-9a-f]{32}", (await line.control("people", name="x", language="th"))["id"])
    await line.control("people", status=400)


# --- rules of sending ---


async def test_a_reply_token_works_once(line: World) -> None:
    await line.act("follow")
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="1")], letter), Sent)
    again = await line.channel.send(line.account, [Card(text="2")], letter)
    assert again == Refused("token", "400; Invalid reply token")
    assert len((await line.chat())["messages"]) == 1


@pytest.mark.parametrize(("seconds", "kind"), [(59.0, Sent), (60.0, Sent), (60.1, Refused)])
async def test_a_reply_token_lives_a_minute(line: World, seconds: float, kind: type) -> None:
    await line.act("follow")
    line.clock.now += seconds
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), kind)


async def test_a_redelivery_gives_the_token_another_minute_within_twenty(line: World) -> None:
    event = (await line.act("follow"))["deliveries"][0]["event"]
    line.clock.now += 600
    await line.control(f"accounts/{line.account.external_id}/redeliver", event=event)
    assert line.program.redelivered == [False, True]
    assert [arrival.event_id for arrival in line.program.arrivals] == [event, event]
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), Sent)

    event = (await line.act("say", text="x"))["deliveries"][0]["event"]
    line.clock.now += 20 * 60 + 1
    await line.control(f"accounts/{line.account.external_id}/redeliver", event=event)
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), Refused)


async def test_a_refused_reply_leaves_the_token_unspent(line: World) -> None:
    await line.act("follow")
    body = {"replyToken": line.token, "messages": [{"type": "text", "text": ""}]}
    assert (await line.call("/v2/bot/message/reply", json=body))[0] == 400
    letter = line.letter(reply_token=line.token)
    assert isinstance(await line.channel.send(line.account, [Card(text="x")], letter), Sent)


async def test_a_retry_key_sends_once(line: World) -> None:
    await line.act("follow")
    letter = line.letter()
    first = await line.channel.send(line.account, [Card(text="x")], letter)
    assert await line.channel.send(line.account, [Card(text="x")], letter) == first
    assert len((await line.chat())["messages"]) == 1
    body = {"to": line.person, "messages": [{"type": "text", "text": "x"}]}
    key = {"X-Line-Retry-Key": str(letter.retry_key)}
    status, answer, headers = await line.call("/v2/bot/message/push", json=body, headers=key)
    assert status == 409
    assert isinstance(first, Sent)
    assert [message["id"] for message in answer["sentMessages"]] == list(first.message_ids)
    assert headers["x-line-accepted-request-id"] != headers["x-line-request-id"]
    line.clock.now += 24 * 60 * 60 + 1
    assert (await line.call("/v2/bot/message/push", json=body, headers=key))[0] == 200
    assert len((await line.chat())["messages"]) == 2


async def test_retry_keys_are_refused_on_replies_and_when_malformed(line: World) -> None:
    await line.act("follow")
    messages = [{"type": "text", "text": "x"}]
    reply = {"replyToken": line.token, "messages": messages}
    key = {"X-Line-Retry-Key": str(UUID(int=1))}
    assert (await line.call("/v2/bot/message/reply", json=reply, headers=key))[0] == 400
    push = {"to": line.person, "messages": messages}
    assert (await line.call("/v2/bot/message/push", json=push, headers={"X-Line-Retry-Key": "1"}))[0] == 400
    assert (await line.chat())["messages"] == []


async def test_a_refused_push_does_not_use_up_its_key(line: World) -> None:
    await line.act("follow")
    key = {"X-Line-Retry-Key": str(uuid4())}
    bad = {"to": line.person, "messages": []}
    assert (await line.call("/v2/bot/message/push", json=bad, headers=key))[0] == 400
    good = {"to": line.person, "messages": [{"type": "text", "text": "x"}]}
    assert (await line.call("/v2/bot/message/push", json=good, headers=key))[0] == 200


async def test_an_unknown_person_cannot_be_sent_to(line: World) -> None:
    result = await line.channel.send(line.account, [Card(text="x")], line.letter(to="U" + "0" * 32))
    assert result == Refused("blocked", "400; Failed to send messages")


async def test_a_stranger_sees_nothing_until_they_write(line: World) -> None:
    assert isinstance(await line.channel.send(line.account, [Card(text="1")], line.letter()), Sent)
    await line.act("say", text="สวัสดี")
    await line.channel.send(line.account, [Card(text="2")], line.letter())
    line.clock.now += 7 * 24 * 60 * 60 + 1
    await line.channel.send(line.account, [Card(text="3")], line.letter())
    assert [m["text"] for m in (await line.chat())["messages"]] == ["สวัสดี", "2"]


def text(**changes: Any) -> dict[str, Any]:
    return {"type": "text", "text": "x", **changes}


def quick(action: Any, count: int = 1) -> dict[str, Any]:
    return text(quickReply={"items": [{"type": "action", "action": action}] * count})


def flex(*contents: Any, **changes: Any) -> dict[str, Any]:
    bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(contents)}}
    return {"type": "flex", "altText": "x", "contents": bubble, **changes}


def button(**action: Any) -> dict[str, Any]:
    return {"type": "button", "action": {"type": "postback", "label": "x", "data": "x", **action}}


POSTBACK = {"type": "postback", "label": "x", "data": "x"}
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
        flex({"type": "image", "url": "http://127.0.0.1:8080/x.png"}),
        flex(contents={"type": "carousel", "contents": [flex(WORDS)["contents"]] * 12}),
        quick({**POSTBACK, "label": "x" * 20, "data": "x" * 300}, 13),
    ]
    status, answer, _ = await line.call("/v2/bot/message/push", json={"to": line.person, "messages": messages})
    assert (status, len(answer.get("sentMessages", ()))) == (200, 5)
    assert [m["raw"] for m in (await line.chat())["messages"]] == messages


async def test_what_is_no_request_is_refused(line: World) -> None:
    assert (await line.call("/v2/bot/message/push", data=b"nonsense"))[0] == 400
    assert (await line.call("/v2/bot/message/push", data=b"[1]"))[0] == 400
    assert (await line.call("/v2/bot/message/push", json={"messages": [text()]}))[0] == 400
    assert (await line.call("/v2/bot/message/push", data=io.BytesIO(b" " * (limits.REQUEST_BYTES + 1))))[0] == 413
    assert (await line.call("/v2/bot/message/push", token="", json={}))[0] == 401
    assert (await line.call("/v2/bot/message/reply", json={"replyToken": 5, "messages": [text()]}))[0] == 400
    assert (await line.call("/v2/bot/chat/loading/start", json={"chatId": line.person, "loadingSeconds": 7}))[0] == 400
    assert (await line.call("/v2/bot/chat/loading/start", json={"chatId": line.person, "loadingSeconds": 20}))[0] == 202


# --- delivery and memory ---


async def test_a_failed_webhook_is_delivered_again(line: World) -> None:
    line.program.statuses = [500, 503]
    delivered = await line.act("follow")
    assert delivered["deliveries"][0]["status"] == 500
    await asyncio.wait_for(line.program.came.wait(), 5)
    assert line.program.redelivered == [False, True, True]
    assert len({arrival.event_id for arrival in line.program.arrivals}) == 1


async def test_a_wrong_secret_shows_as_a_failed_delivery(line: World) -> None:
    await line.control("accounts", slug="aura", name="x", channel_secret="7" * 32, access_token=TOKEN)
    assert (await line.act("follow"))["deliveries"][0]["status"] == 401
    assert line.program.arrivals == []


async def test_without_a_webhook_nothing_is_delivered() -> None:
    async with world(Journal(None), Clock()) as line:
        other = await line.control("accounts", slug="c", name="C", channel_secret="6" * 32, access_token="c")
        path = f"accounts/{other['account']}/chats/{line.person}/follow"
        assert (await line.control(path))["deliveries"][0]["status"] == 0
        assert line.program.arrivals == []


async def test_a_restart_remembers_everything(tmp_path: Path) -> None:
    path, clock = tmp_path / "platforms.jsonl", Clock()
    key = uuid4()
    async with world(Journal(path), clock) as first:
        await first.act("follow")
        await first.act("say", text="ก่อนดับ")
        await first.act("photo", base64=base64.b64encode(b"\xff\xd8 photo").decode())
        spent, unspent = (first.channel.reply_token(first.program.arrivals[n].payload) for n in (0, 1))
        await first.channel.send(first.account, [Card(text="ตอบ")], first.letter(reply_token=spent))
        pushed = await first.channel.send(first.account, [Card(text="แจ้ง")], first.letter(retry_key=key))
        before, photo_event = await first.chat(), first.program.arrivals[2].payload
    with path.open("ab") as file:  # killed in the middle of a line
        file.write(b'{"kind": "event", "chan')

    async with world(Journal(path), clock, before=first) as line:
        assert await line.chat() == before
        again = await line.channel.send(line.account, [Card(text="แจ้ง")], line.letter(retry_key=key))
        assert again == pushed
        refused = await line.channel.send(line.account, [Card(text="x")], line.letter(reply_token=spent))
        assert refused == Refused("token", "400; Invalid reply token")
        sent = await line.channel.send(line.account, [Card(text="x")], line.letter(reply_token=unspent))
        assert isinstance(sent, Sent)
        assert sent.message_ids[0] not in [m["id"] for m in before["messages"]]
        assert await line.channel.photo(line.account, photo_event) == b"\xff\xd8 photo"
        assert await line.channel.profile(line.account, photo_event) == Profile("นก", "th")
        status, endpoint, _ = await line.call("/v2/bot/channel/webhook/endpoint", method="GET")
        assert (status, endpoint) == (200, {"endpoint": first.webhook_url, "active": True})


async def test_an_undelivered_event_survives_a_restart(tmp_path: Path) -> None:
    path, clock = tmp_path / "platforms.jsonl", Clock()
    async with world(Journal(path), clock, waits=(3600.0,)) as first, listening(first.program) as lasting:
        await first.channel.register(first.account, lasting)
        first.program.statuses = [503]
        event = (await first.act("follow"))["deliveries"][0]
        assert event["status"] == 503
        # The old platform stays up, waiting its hour, while the new one reads the journal and tries again.
        async with world(Journal(path), clock, before=first) as line:
            await asyncio.wait_for(line.program.came.wait(), 5)
    assert [arrival.event_id for arrival in first.program.arrivals] == [event["event"]] * 2
    assert first.program.redelivered == [False, True]


async def test_an_open_live_stream_does_not_hold_up_the_end() -> None:
    async with asyncio.timeout(5), aiohttp.ClientSession() as browser:
        async with world(Journal(None), Clock()) as line:
            stream = await browser.get(f"{line.url}/control/events")
        assert await stream.content.read() == b""


async def test_the_journal_tells_what_was_accepted_and_keeps_secrets(line: World) -> None:
    await line.act("follow")
    letter = line.letter()
    await line.channel.send(line.account, [Card(text="x")], letter)
    await line.channel.send(line.account, [Card(text="x")], letter)
    entries = await line.journal()
    pushes = [e for e in entries if e["kind"] == "request" and e["path"].endswith("/push")]
    assert [e["status"] for e in pushes] == [200, 409]
    assert {e["retry_key"] for e in pushes} == {str(letter.retry_key)}
    assert all(e["body"]["messages"] == [{"type": "text", "text": "x"}] and e["at"] == line.clock.now for e in pushes)
    assert SECRET not in json.dumps(entries)
    assert TOKEN not in json.dumps(entries)


async def test_a_watcher_hears_of_every_change_of_a_chat(line: World) -> None:
    async with line.http.get(f"{line.url}/control/events") as stream:
        assert stream.content_type == "text/event-stream"
        await line.act("follow")
        heard = await asyncio.wait_for(stream.content.readline(), 5)
        where = json.loads(heard.removeprefix(b"data: "))
        assert where == {"account": line.account.external_id, "person": line.person}


def test_a_journal_keeps_complete_lines_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    journal = Journal(path)
    journal.append("a", text="น้ำ\u2028\x85\r\n")
    journal.append("b")
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"kind": "hal')
    again = Journal(path)
    again.append("c")
    again.close()
    expected = [{"kind": "a", "text": "น้ำ\u2028\x85\r\n"}, {"kind": "b"}, {"kind": "c"}]
    third = Journal(path)
    third.close()
    assert again.entries() == third.entries() == expected
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"not json\n")
    with pytest.raises(ValueError, match="line 1"):
        Journal(path)


async def test_a_journal_feeds_its_watchers() -> None:
    journal = Journal(None)
    watcher = journal.subscribe()
    journal.append("a", n=1)
    journal.unsubscribe(watcher)
    journal.append("b")
    assert watcher.get_nowait() == {"kind": "a", "n": 1}
    assert watcher.empty()
