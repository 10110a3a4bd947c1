"""The emulated Telegram, driven over HTTP as the program, other clients and the simulator's page drive it."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from bots.channel import Account, AccountError, Letter, Refused, Sent
from bots.journal import Journal
from bots.telegram import TelegramChannel, limits
from bots.telegram.emulator import TelegramEmulator
from bots.telegram.emulator_webhooks import retry_seconds
from handlers.cards import Action, Button, Card, Picture
from handlers.incoming import Arrived, Left, Other, Returned, Said, Tapped

TOKEN = "123456789:AAE-a_very_secret_key"
SECRET = "s3cret"
MARKUP = "a *b* _c_ <b>d</b> &amp; [e](f) `g` \\ ที่ 💎 || @h #i"


def png(width: int = 20, height: int = 10, colour: str = "gold") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Clock:
    """The platform's time, moved by hand."""

    now: float = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Program:
    """The receiving end of a webhook: keeps what arrives, answers as told (200 when nothing is)."""

    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)
    server: TestServer | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self.server = TestServer(app)
        await self.server.start_server()
        return str(self.server.make_url("/hook"))

    async def _take(self, request: web.Request) -> web.Response:
        async with self.came:
            self.bodies.append(await request.read())
            self.headers.append(dict(request.headers))
            self.came.notify_all()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    async def has(self, count: int) -> None:
        async with asyncio.timeout(5), self.came:
            await self.came.wait_for(lambda: len(self.bodies) >= count)

    async def forget(self, count: int) -> None:
        await self.has(count)
        self.bodies.clear()

    def updates(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


class Platform:
    """A running emulator, mounted as the simulator mounts it, and the hands on its control surface."""

    def __init__(self, journal: Path | None, clock: Clock) -> None:
        self._path = journal
        self.clock = clock
        self.account = ""
        self.session = aiohttp.ClientSession()
        self._server: TestServer | None = None

    async def start(self) -> None:
        self.journal = Journal(self._path)
        emulator = TelegramEmulator(self.journal, clock=self.clock, wait=lambda failures: min(failures - 1, 1) * 60.0)
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.add_subapp("/telegram", emulator.app())
        self._server = TestServer(app)
        await self._server.start_server()
        self.url = str(self._server.make_url("/telegram"))

    async def stop(self) -> None:
        assert self._server
        await self._server.close()
        self.journal.close()

    async def control(self, path: str, body: dict[str, Any] | None = None, expect: int = 200) -> Any:
        method = "GET" if body is None else "POST"
        async with self.session.request(method, f"{self.url}/control/{path}", json=body) as answer:
            assert answer.status == expect, await answer.text()
            return await answer.json()

    async def api(self, method: str, /, token: str = TOKEN, **params: Any) -> tuple[int, Any]:
        async with self.session.post(f"{self.url}/bot{token}/{method}", json=params) as answer:
            body = await answer.json()
            return answer.status, body["result"] if answer.status == 200 else body["description"]

    async def add_bot(self, token: str = TOKEN, slug: str = "siam") -> str:
        asked = {"slug": slug, "name": "Siam Clinic", "bot_token": token}
        return str((await self.control("accounts", asked))["account"])

    async def add_person(self, name: str = "นก", language: str = "th") -> str:
        return str((await self.control("people", {"name": name, "language": language}))["id"])

    async def act(self, person: str, act: str, expect: int = 200, **body: Any) -> Any:
        return await self.control(f"accounts/{self.account}/chats/{person}/{act}", body, expect)

    async def messages(self, person: str) -> list[dict[str, Any]]:
        chat = await self.control(f"accounts/{self.account}/chats/{person}")
        return list(chat["messages"])

    def channel(self) -> TelegramChannel:
        return TelegramChannel(self.session, self.url)


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    running = Platform(tmp_path / "journal.jsonl", Clock())
    await running.start()
    running.account = await running.add_bot()
    yield running
    await running.stop()
    await running.session.close()


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    receiving = Program()
    yield receiving
    if receiving.server:
        await receiving.server.close()


@pytest.fixture
async def person(platform: Platform) -> str:
    newcomer = await platform.add_person()
    await platform.act(newcomer, "follow")
    return newcomer


def account(token: str = TOKEN) -> Account:
    secrets = {"bot_token": token, "webhook_secret": f"{SECRET} old"}
    return Account(uuid4(), uuid4(), "siam", "telegram", "123456789", "siam_bot", secrets)


def letter(to: str, picture: bytes = b"", mark: str = "") -> Letter:
    def sign(action: Action) -> str:
        return action.name

    return Letter(to, UUID(int=1), sign, lambda n: "", lambda n: picture, repeat_mark=mark)


def keys(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label, Action(f"do-{label}"[:20])) for label in labels)


async def sent(platform: Platform, to: str, card: Card, picture: bytes = b"") -> str:
    outcome = await platform.channel().send(account(), [card], letter(to, picture))
    assert isinstance(outcome, Sent), outcome
    return outcome.message_ids[0]


# The channel against the platform


async def test_prove_tells_who_the_token_belongs_to(platform: Platform) -> None:
    proof = await platform.channel().prove(account())
    assert (proof.external_id, proof.name, proof.handle) == (platform.account, "Siam Clinic", "siam_bot")
    assert platform.account == "123456789"
    with pytest.raises(AccountError, match="does not know"):
        await platform.channel().prove(account("987:not_this_one"))


async def test_register_asks_for_our_updates_with_the_newest_secret(platform: Platform) -> None:
    await platform.channel().register(account(), "https://clinic.example/webhooks/telegram/siam")
    (call,) = [e for e in await platform.control("journal") if e["kind"] == "call"]
    assert call["method"] == "setWebhook"
    assert json.loads(call["body"]["allowed_updates"]) == ["message", "callback_query", "my_chat_member"]
    assert call["body"]["secret_token"] == SECRET
    assert "drop_pending_updates" not in call["body"]
    with pytest.raises(AccountError, match="https url must be provided"):
        await platform.channel().register(account(), "http://clinic.example/hook")


async def test_text_with_markup_characters_arrives_unchanged(platform: Platform, person: str) -> None:
    card = Card(title=MARKUP, text=MARKUP, rows=((MARKUP, MARKUP),), buttons=keys(MARKUP))
    await sent(platform, person, card)
    shown = (await platform.messages(person))[-1]
    assert shown["text"] == f"{MARKUP}\n{MARKUP}\n\n{MARKUP}: {MARKUP}"
    assert shown["buttons"][0]["label"] == MARKUP
    assert shown["raw"]["entities"] == [{"type": "bold", "offset": 0, "length": limits.units(MARKUP)}]


async def test_messages_have_rising_ids_and_come_from_the_bot(platform: Platform, person: str) -> None:
    ids = [int(await sent(platform, person, Card(text=str(n)))) for n in range(3)]
    assert ids == sorted(set(ids))
    assert [(m["from"], m["text"]) for m in await platform.messages(person)][1:] == [("bot", str(n)) for n in range(3)]


async def test_a_picture_is_a_photo_with_a_caption(platform: Platform, person: str) -> None:
    picture = png()
    card = Card(title="แต้ม", text="1,250", buttons=keys("ตกลง"), picture=Picture("tier", {}, "Gold"))
    await sent(platform, person, card, picture)
    shown = (await platform.messages(person))[-1]
    assert shown["text"] == "แต้ม\n1,250"
    assert shown["raw"]["caption_entities"][0]["length"] == 4
    async with platform.session.get(shown["picture"]) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", picture)


async def test_a_picture_that_cannot_be_drawn_goes_as_words(platform: Platform, person: str) -> None:
    def fail(n: int) -> bytes:
        raise OSError("no font")

    broken = Letter(person, UUID(int=1), lambda a: "x", lambda n: "", fail)
    card = Card(text="Points", picture=Picture("tier", {}, "Gold, 1,250"))
    assert isinstance(await platform.channel().send(account(), [card], broken), Sent)
    assert (await platform.messages(person))[-1]["text"] == "Points\n\nGold, 1,250"


def huge(units: int) -> list[Card]:
    emoji = "👩‍👩‍👧"
    return [
        Card(text="x" * units),
        Card(title="ที่" * units, text="y"),
        Card(text=emoji * units),
        Card(text="x" + "💎" * units, footnote="z" * units),
        Card(text="x", rows=tuple((str(n), "v" * 60) for n in range(units // 20))),
        Card(text="x", buttons=keys(*(f"{n:03}" for n in range(units))), quick=keys("last")),
        Card(text="x", buttons=(Button("L" * units, Action("d" * limits.CALLBACK_DATA_BYTES)),)),
    ]


@pytest.mark.parametrize("over", [-1, 0, 1, 5])
async def test_cards_at_and_beyond_every_limit_are_accepted(platform: Platform, person: str, over: int) -> None:
    for size in (limits.TEXT_UNITS, limits.CAPTION_UNITS, limits.KEYBOARD_BUTTONS, limits.LABEL_UNITS):
        for card in huge(size + over):
            await sent(platform, person, card)
            pictured = Card(
                **{f: getattr(card, f) for f in ("text", "title", "rows", "footnote", "buttons")},
                picture=Picture("x", {}, "x"),
            )
            await sent(platform, person, pictured, png())


async def test_button_data_is_never_cut(platform: Platform, person: str) -> None:
    card = Card(text="x", buttons=(Button("x", Action("d" * 65)),))
    outcome = await platform.channel().send(account(), [card], letter(person))
    assert outcome == Refused("bad_request", "Button_data_invalid")
    thai = Card(text="x", buttons=(Button("x", Action("ก" * 22)),))
    assert isinstance(await platform.channel().send(account(), [thai], letter(person)), Refused)


async def test_edits_replace_words_buttons_and_pictures(platform: Platform, person: str) -> None:
    channel, picture = platform.channel(), Picture("tier", {}, "Gold")

    async def edit(message: str, card: Card, drawn: bytes = b"") -> dict[str, Any]:
        assert isinstance(await channel.edit(account(), message, card, letter(person, drawn)), Sent)
        (shown,) = [m for m in await platform.messages(person) if m["id"] == message]
        return shown

    text = await sent(platform, person, Card(text="one", buttons=keys("A")))
    assert not (await platform.messages(person))[-1]["edited"]
    shown = await edit(text, Card(title="T", text="two", buttons=keys("B", "C")))
    assert (shown["text"], [b["label"] for b in shown["buttons"]], shown["edited"]) == ("T\ntwo", ["B", "C"], True)
    assert (await edit(text, Card(text="three")))["buttons"] == []
    again = await edit(text, Card(text="three"))
    assert again["text"] == "three"

    shown = await edit(text, Card(text="with a picture", picture=picture), png())
    first = shown["picture"]
    assert (shown["text"], "text" in shown["raw"]) == ("with a picture", False)
    assert (await edit(text, Card(text="another", picture=picture), png(colour="red")))["picture"] != first
    shown = await edit(text, Card(title="T", text="words only", buttons=keys("D")))
    assert (shown["text"], shown["picture"] is None, shown["buttons"][0]["label"]) == ("T\nwords only", False, "D")
    assert len(await platform.messages(person)) == 2


async def test_editing_what_is_not_there_is_refused(platform: Platform, person: str) -> None:
    channel = platform.channel()
    assert await channel.edit(account(), "999", Card(text="x"), letter(person)) == Refused(
        "bad_request", "Message to edit not found"
    )
    theirs = (await platform.messages(person))[0]["id"]
    assert isinstance(await channel.edit(account(), theirs, Card(text="x"), letter(person)), Refused)


async def test_nobody_hears_from_a_bot_they_never_started(platform: Platform) -> None:
    stranger = await platform.add_person("Anna", "en")
    for to in (stranger, "1", "@someone"):
        outcome = await platform.channel().send(account(), [Card(text="hi")], letter(to))
        assert outcome == Refused("blocked", "Chat not found")


# People and the webhook


async def test_what_people_do_reaches_the_program(platform: Platform, program: Program) -> None:
    channel, us = platform.channel(), account()
    await channel.register(us, await program.start())
    nok = await platform.add_person()

    deliveries = (await platform.act(nok, "open", url="https://t.me/siam_bot?start=ABC_1"))["deliveries"]
    assert [d["status"] for d in deliveries] == [200]
    message = await sent(
        platform, nok, Card(text="?", buttons=(*keys("Yes"), Button("Map", url="https://maps.example.com")))
    )
    await platform.act(nok, "say", text=MARKUP)
    await platform.act(nok, "tap", message=message, button=0)
    await platform.act(nok, "press", message=message, data="forged" * 30)
    await platform.act(nok, "photo", base64=base64.b64encode(png()).decode())
    await platform.act(nok, "sticker")
    await platform.act(nok, "block")
    await platform.act(nok, "unblock")

    arrivals = [arrival for body in program.bodies for arrival in channel.read(body)]
    assert [channel.understand(a.payload) for a in arrivals] == [
        Arrived("ABC_1"),
        Said(MARKUP),
        Tapped("do-Yes"),
        Tapped("forged" * 30),
        Other("photo"),
        Other("sticker"),
        Left(),
        Returned(),
    ]
    assert {a.lane for a in arrivals} == {nok}
    numbers = [int(a.event_id) for a in arrivals]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert arrivals[0].event_id == deliveries[0]["event"]
    assert all(channel.verify(us, h, b) for h, b in zip(program.headers, program.bodies, strict=True))
    named = await channel.profile(us, arrivals[0].payload)
    assert (named.name, named.language) == ("นก", "th")

    assert await platform.act(nok, "tap", message=message, button=1) == {
        "url": "https://maps.example.com",
        "deliveries": [],
    }
    assert len(program.bodies) == 8


async def test_a_block_stops_sends_until_the_person_returns(platform: Platform, program: Program, person: str) -> None:
    channel = platform.channel()
    await channel.register(account(), await program.start())
    old = await sent(platform, person, Card(text="x", buttons=keys("A")))
    await platform.act(person, "block")
    assert channel.understand(program.updates()[-1]) == Left()
    assert await platform.act(person, "block") == {"deliveries": []}
    for outcome in (
        await channel.send(account(), [Card(text="hi")], letter(person)),
        await channel.edit(account(), old, Card(text="hi"), letter(person)),
    ):
        assert outcome == Refused("blocked", "Forbidden: bot was blocked by the user")
    await platform.act(person, "say", expect=409, text="hello?")
    assert (await platform.control(f"accounts/{platform.account}/chats/{person}"))["blocked"] is True

    program.bodies.clear()
    assert len((await platform.act(person, "follow"))["deliveries"]) == 2
    assert {type(channel.understand(u)) for u in program.updates()} == {Returned, Arrived}
    await sent(platform, person, Card(text="welcome back"))


async def test_a_failed_delivery_is_repeated_and_holds_up_its_own_queue_only(
    platform: Platform, program: Program, person: str
) -> None:
    await platform.channel().register(account(), await program.start())
    await program.forget(1)
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    program.answers = [503]
    assert (await platform.act(person, "say", text="first"))["deliveries"][0]["status"] == 503
    await program.has(2)  # the first repetition comes at once
    assert program.updates()[0] == program.updates()[1]

    program.answers = [500, 500]
    await platform.act(person, "say", text="second")
    await program.has(4)
    assert (await platform.act(person, "say", text="behind"))["deliveries"][0]["status"] == 0
    assert (await platform.act(person, "tap", message=message, button=0))["deliveries"][0]["status"] == 200
    assert "callback_query" in program.updates()[-1]

    program.answers = []
    platform.clock.now += 1
    await platform.api("setWebhook", url=str(program.server and program.server.make_url("/hook")))
    await program.has(7)
    assert [u["message"]["text"] for u in program.updates()[-2:]] == ["second", "behind"]


async def test_updates_expire_as_on_the_platform(platform: Platform, program: Program, person: str) -> None:
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.act(person, "tap", message=message, button=0)
    await platform.act(person, "say", text="still there")
    platform.clock.now += limits.PRESS_SECONDS + 1
    await platform.channel().register(account(), await program.start())
    await program.has(2)
    assert [u["message"]["text"] for u in program.updates()] == ["/start", "still there"]
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 0


async def test_an_event_can_be_delivered_again(platform: Platform, program: Program, person: str) -> None:
    await platform.channel().register(account(), await program.start())
    (delivery,) = (await platform.act(person, "say", text="once"))["deliveries"]
    again = await platform.control(f"accounts/{platform.account}/redeliver", {"event": delivery["event"]})
    assert again == {"deliveries": [delivery]}
    assert program.bodies[-1] == program.bodies[-2]
    await platform.control(f"accounts/{platform.account}/redeliver", {"event": "1"}, expect=404)


async def test_updates_that_were_not_asked_for_are_never_queued(
    platform: Platform, program: Program, person: str
) -> None:
    url = await program.start()
    await platform.api("setWebhook", url=url, allowed_updates=["callback_query"])
    await program.forget(1)  # what was queued before stays queued
    assert (await platform.act(person, "say", text="unheard"))["deliveries"][0]["status"] == 0
    assert (await platform.messages(person))[-1]["text"] == "unheard"
    assert program.bodies == []


async def test_acknowledging_a_press_and_its_age(platform: Platform, program: Program, person: str) -> None:
    channel = platform.channel()
    await channel.register(account(), await program.start())
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.act(person, "tap", message=message, button=0)
    press = program.updates()[-1]
    await channel.acknowledge(account(), press)
    platform.clock.now += limits.PRESS_SECONDS + 1
    await channel.acknowledge(account(), press)
    calls = [e for e in await platform.control("journal") if e.get("method") == "answerCallbackQuery"]
    assert [call["status"] for call in calls] == [200, 400]
    assert "query is too old" in calls[1]["description"]


# A client of its own


async def test_only_buttons_that_are_there_can_be_tapped(platform: Platform, person: str) -> None:
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.act(person, "tap", expect=404, message=message, button=1)
    await platform.act(person, "tap", expect=404, message="999", button=0)
    await platform.act(person, "tap", expect=400, message=message, quick=0)
    await platform.channel().edit(account(), message, Card(text="done"), letter(person))
    await platform.act(person, "tap", expect=404, message=message, button=0)
    await platform.act(person, "fly", expect=404)
    await platform.act("1", "say", expect=404, text="x")
    await platform.act(person, "say", expect=400, text="x" * (limits.TEXT_UNITS + 1))
    await platform.act(person, "open", expect=400, url="https://t.me/other_bot?start=x")
    await platform.act(person, "photo", expect=400, base64=base64.b64encode(b"no picture").decode())


async def test_accounts_and_people_are_made_once(platform: Platform) -> None:
    assert await platform.add_bot() == platform.account
    other = await platform.add_bot("55:another_key", slug="other-clinic")
    assert other == "55"
    nok = await platform.add_person()
    assert (await platform.control("people", {"name": "x", "language": "en", "id": nok}))["id"] == nok
    named = {"slug": "x", "name": "x", "bot_token": "66:third_key_x", "username": "siam_bot"}
    await platform.control("accounts", named, expect=409)


async def test_what_is_live_is_told(platform: Platform, person: str) -> None:
    async with platform.session.get(f"{platform.url}/control/events") as stream, asyncio.timeout(5):
        await sent(platform, person, Card(text="hi"))
        line = await stream.content.readuntil(b"}")
        assert json.loads(line.removeprefix(b"data: ")) == {"account": platform.account, "person": person}


# The rules of the platform


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
    ],
)
async def test_bad_texts(platform: Platform, person: str, params: dict[str, Any], description: str) -> None:
    status, answer = await platform.api("sendMessage", **{"chat_id": person} | params)
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
    ],
)
async def test_bad_keyboards(platform: Platform, person: str, rows: list[Any], description: str) -> None:
    markup = {"inline_keyboard": rows}
    status, answer = await platform.api("sendMessage", chat_id=person, text="x", reply_markup=markup)
    assert (status, answer.startswith(f"Bad Request: {description}")) == (400, True), answer


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({"url": "https://a.example/x", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://a.example/x", "secret_token": "a" * 257}, "secret token contains unallowed characters"),
        ({"url": "http://a.example/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://a.example:3000/x"}, "bad webhook: Webhook can be set up only on ports"),
        ({"url": "nonsense"}, "invalid webhook URL specified"),
    ],
)
async def test_bad_webhooks(platform: Platform, params: dict[str, Any], answer: str) -> None:
    status, description = await platform.api("setWebhook", **params)
    assert (status, description.startswith(f"Bad Request: {answer}")) == (400, True)


async def test_set_webhook_keeps_types_and_is_limited_to_one_change_a_second(platform: Platform) -> None:
    url = "https://a.example:8443/hook"
    assert await platform.api("setWebhook", url=url, allowed_updates=["message"], secret_token="a-_9") == (200, True)
    assert (await platform.api("setWebhook", url=url, secret_token="a-_9"))[0] == 200
    assert (await platform.api("setWebhook", url=url + "2"))[0] == 429
    platform.clock.now += 1
    assert (await platform.api("setWebhook", url=url + "2"))[0] == 200
    _, info = await platform.api("getWebhookInfo")
    assert (info["url"], info["allowed_updates"]) == (url + "2", ["message"])
    await platform.api("deleteWebhook")
    assert (await platform.api("getWebhookInfo"))[1]["url"] == ""


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


async def test_a_file_is_fetched_by_its_bot_only(platform: Platform, program: Program, person: str) -> None:
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


# Restarts


async def test_a_restart_keeps_people_chats_ids_files_and_webhooks(
    platform: Platform, program: Program, person: str
) -> None:
    await platform.channel().register(account(), await program.start())
    await platform.api("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes"), picture=Picture("x", {}, "x")), png())
    await platform.channel().edit(account(), message, Card(text="!", buttons=keys("No")), letter(person))
    blocker = await platform.add_person("Anna", "en")
    await platform.act(blocker, "follow")
    await platform.act(blocker, "block")
    chats = f"accounts/{platform.account}/chats/"
    before = [await platform.control(chats + who) for who in (person, blocker)]
    highest = program.updates()[-1]["update_id"]

    await platform.stop()
    await platform.start()

    after = [await platform.control(chats + who) for who in (person, blocker)]
    shown = after[0]["messages"][-1]
    async with platform.session.get(shown.pop("picture")) as answer:
        assert await answer.read() == png()
    before[0]["messages"][-1].pop("picture")
    assert after == before
    assert await platform.add_bot() == platform.account
    assert await platform.add_person("New", "en") not in (person, blocker)
    assert int(await sent(platform, person, Card(text="next"))) > int(message)
    assert (await platform.act(person, "tap", message=message, button=0))["deliveries"] == [
        {"event": str(highest + 1), "status": 200}
    ]


async def test_undelivered_updates_survive_a_killed_process(platform: Platform, program: Program, person: str) -> None:
    await platform.channel().register(account(), await program.start())
    await program.has(1)
    assert program.server
    await program.server.close()
    assert (await platform.act(person, "say", text="while you were out"))["deliveries"][0]["status"] == 0
    await platform.stop()

    reborn = Program()
    platform.clock.now += 60
    url = await reborn.start()
    await platform.start()
    await platform.api("setWebhook", url=url, secret_token=SECRET)
    await reborn.has(1)
    assert reborn.updates()[0]["message"]["text"] == "while you were out"
    assert reborn.server
    await reborn.server.close()
