"""The emulated Telegram on bad days: updates held, reordered, doubled, retried; ids that jump; narrow limits."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bots.telegram import limits
from bots.telegram.emulator_webhooks import retry_seconds
from handlers.cards import Card
from tests.channels.telegram_samples import GROUP, PERSON, press
from tests.channels.telegram_world import Platform, Program, account, keys, sent


async def listening(platform: Platform, program: Program, **params: Any) -> None:
    """The program's webhook is set, and has taken what waited."""
    await platform.api("setWebhook", url=await program.start(), **params)
    await platform.on("hold")
    await platform.on("release")
    program.bodies.clear()


def texts(program: Program) -> list[str]:
    return [update["message"]["text"] for update in program.updates()]


@pytest.mark.parametrize(
    ("order", "expected"), [("as_is", ["one", "two", "three"]), ("reversed", ["three", "two", "one"])]
)
async def test_held_updates_come_in_the_order_that_was_wanted(
    platform: Platform, program: Program, person: str, order: str, expected: list[str]
) -> None:
    await listening(platform, program)
    await platform.on("hold")
    for words in ("one", "two", "three"):
        [held] = (await platform.act(person, "say", text=words))["deliveries"]
        assert held["status"] == 0
    await platform.stop()
    await platform.start()  # a new process holds them too
    assert program.bodies == []
    released = (await platform.on("release", {"order": order}))["deliveries"]
    assert [delivery["status"] for delivery in released] == [200] * 3
    assert texts(program) == expected
    await platform.act(person, "say", text="as ever")
    assert texts(program) == [*expected, "as ever"]


async def test_held_updates_come_several_times_at_once_and_the_rest_later(
    platform: Platform, program: Program, person: str
) -> None:
    await listening(platform, program)
    await platform.on("hold")
    numbers = [
        (await platform.act(person, "say", text=words))["deliveries"][0]["event"] for words in ("one", "two", "three")
    ]
    order = {"order": [int(numbers[2]), int(numbers[0])], "copies": 3}
    released = (await platform.on("release", order))["deliveries"]
    assert [delivery["event"] for delivery in released] == [numbers[2]] * 3 + [numbers[0]] * 3
    await program.has(7)
    assert texts(program) == ["three"] * 3 + ["one"] * 3 + ["two"]


async def test_a_released_update_that_nobody_took_is_tried_again(
    platform: Platform, program: Program, person: str
) -> None:
    await listening(platform, program)
    await platform.on("hold")
    await platform.act(person, "say", text="one")
    program.answers = [500, 200]
    [released] = (await platform.on("release"))["deliveries"]
    assert released["status"] == 500
    await program.has(2)
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 0


async def test_a_press_that_was_held_too_long_is_never_delivered(
    platform: Platform, program: Program, person: str
) -> None:
    await listening(platform, program)
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.on("hold")
    await platform.act(person, "tap", message=message, button=0)
    platform.clock.now += limits.PRESS_SECONDS + 1
    assert await platform.on("release") == {"deliveries": []}
    assert program.bodies == []


async def test_a_poll_gets_nothing_that_is_held(platform: Platform, person: str) -> None:
    await platform.on("hold")
    assert await platform.api("getUpdates") == (200, [])
    poll = asyncio.create_task(platform.api("getUpdates", offset=1, timeout=5))
    await platform.act(person, "say", text="held")
    await platform.on("release", {"order": []})
    _, updates = await poll
    assert [update["message"]["text"] for update in updates] == ["/start", "held"]


@pytest.mark.parametrize("body", [{"order": "sideways"}, {"copies": 0}, {"copies": "many"}])
async def test_what_cannot_be_released(platform: Platform, body: dict[str, Any]) -> None:
    await platform.on("release", body, expect=400)
    await platform.on("release", {"order": [1]}, expect=404)


async def test_update_ids_jump_as_after_a_week_of_silence(platform: Platform, program: Program, person: str) -> None:
    await listening(platform, program)
    first = (await platform.act(person, "say", text="one"))["deliveries"][0]["event"]
    await platform.on("next_update", {"id": 5})
    for expected in ("5", "6"):
        assert (await platform.act(person, "say", text="two"))["deliveries"] == [{"event": expected, "status": 200}]
    jumped = (await platform.on("next_update", {"id": "random"}))["id"]
    assert (await platform.act(person, "say", text="three"))["deliveries"][0]["event"] == str(jumped)
    await platform.on("next_update", {"id": int(first) - 5})
    await platform.on("next_update", {"id": int(first)}, expect=409)
    for wrong in (0, 2**31, "soon"):
        await platform.on("next_update", {"id": wrong}, expect=400)


async def test_any_update_can_be_brought(platform: Platform, program: Program, person: str) -> None:
    await listening(platform, program, allowed_updates=["message"])
    when = int(platform.clock.now)
    channel_post = {"message_id": 1, "date": when, "chat": {"id": -1002, "type": "channel", "title": "News"}}
    inaccessible = press(message={"message_id": 1, "date": 0, "chat": GROUP}) | {"update_id": 77}
    brought: list[dict[str, Any]] = [
        {"brand_new_kind": {"x": 1}},
        {"channel_post": channel_post},
        inaccessible,
        {},
        {"message": "nonsense"},
    ]
    deliveries = (await platform.on("updates", brought))["deliveries"]
    assert [delivery["status"] for delivery in deliveries] == [200] * 5
    numbers = [int(delivery["event"]) for delivery in deliveries]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    whole = sorted(program.updates(), key=lambda update: int(update["update_id"]))
    assert whole == [{**update, "update_id": number} for update, number in zip(brought, numbers, strict=True)]
    assert (await platform.api("answerCallbackQuery", callback_query_id=press()["callback_query"]["id"]))[0] == 200
    assert len(await platform.messages(person)) == 1
    await platform.on("updates", {"message": {}}, expect=400)
    await platform.on("updates", ["x"], expect=400)


async def test_a_message_is_as_old_as_its_date(platform: Platform, program: Program) -> None:
    old = {"message_id": 1, "date": int(platform.clock.now) - limits.UPDATE_SECONDS - 1, "chat": GROUP, "from": PERSON}
    await platform.on("updates", [{"message": old | {"text": "old"}}, {"message": old | {"text": "new", "date": 0}}])
    await platform.api("setWebhook", url=await program.start())
    await program.has(1)
    assert texts(program) == ["new"]


# Retries


async def test_retries_wait_as_long_as_the_platform_does(platform: Platform, program: Program, person: str) -> None:
    await listening(platform, program)
    asked: list[tuple[int, float]] = []

    def at_once(failures: int) -> float:
        asked.append((failures, retry_seconds(failures)))
        return 0.0

    platform.waits = at_once
    program.answers = [500, 502, 404, 302, 503, 500, 500, 200]
    await platform.act(person, "say", text="persistent")
    await program.has(8)
    assert asked[:6] == [(1, 0), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32)]
    assert asked[6][0] == 7
    assert 60 <= asked[6][1] <= 120
    _, info = await platform.api("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert info["last_error_date"] == int(platform.clock.now)


async def test_retry_after_is_obeyed_up_to_an_hour(platform: Platform, program: Program, person: str) -> None:
    """The wait is an hour at most; what would have expired by then is dropped at once."""
    await listening(platform, program)
    url = str(program.server and program.server.make_url("/hook"))
    program.answers = [overloaded(), overloaded(), overloaded()]
    await platform.act(person, "say", text="later")
    platform.clock.now += 1
    assert (await platform.act(person, "say", text="behind"))["deliveries"][0]["status"] == 0
    assert texts(program) == ["later"]  # no retry at once, as without the header
    platform.clock.now += limits.UPDATE_SECONDS - 3701  # an hour is left, and a hundred seconds
    await platform.api("setWebhook", url=url, max_connections=2)
    await tried(platform, "later", 2)
    assert (await platform.api("getWebhookInfo"))[1]["pending_update_count"] == 2
    platform.clock.now += 101
    await platform.api("setWebhook", url=url, max_connections=3)
    await program.has(4)
    assert texts(program) == ["later", "later", "later", "behind"]


def overloaded() -> web.Response:
    """A program that asks for two hours of rest."""
    return web.Response(status=503, headers={"Retry-After": "7200"})


async def tried(platform: Platform, text: str, times: int) -> None:
    """A message's delivery has failed so many times."""
    async with asyncio.timeout(5):
        while True:
            entries = await platform.control("journal")
            [update] = [e["update"] for e in entries if e["kind"] == "update" and text in str(e["update"])]
            failed = [
                e for e in entries if e["kind"] == "delivery" and e["event"] == update["update_id"] and e["error"]
            ]
            if len(failed) >= times:
                return
            await asyncio.sleep(0.01)


async def test_no_answer_in_time_is_a_failure_and_the_update_comes_again(
    platform: Platform, program: Program, person: str
) -> None:
    await platform.stop()
    platform.answer_seconds = 0.25
    await platform.start()
    await listening(platform, program)
    program.slow = finished = asyncio.Event()
    [delivery] = (await platform.act(person, "say", text="once"))["deliveries"]
    assert delivery["status"] == 0
    await program.has(2)
    assert program.bodies[0] == program.bodies[1], "while the program was still at it"
    assert (await platform.api("getWebhookInfo"))[1]["last_error_message"] == "Read timeout expired"
    finished.set()


async def test_a_stuck_queue_keeps_its_place_and_a_few_stop_the_bot(
    platform: Platform, program: Program, person: str
) -> None:
    """Twice as many queues as connections are worked on; the next one waits until there is room."""
    await listening(platform, program, max_connections=1)
    people = [person, *[await platform.add_person() for _ in range(2)]]
    program.answers = [500] * 4  # each is tried again at once, and then rests
    for each in people[:2]:
        await platform.act(each, "follow")
    await program.has(4)
    assert (await platform.act(people[2], "follow"))["deliveries"][0]["status"] == 0
    assert len(program.bodies) == 4
    platform.clock.now += limits.UPDATE_SECONDS + 1
    await platform.act(people[2], "say", text="is anybody there?")
    await platform.api("setWebhook", url=str(program.server and program.server.make_url("/hook")), max_connections=2)
    await program.has(5)
    assert texts(program)[-1] == "is anybody there?"


async def test_queues_that_were_too_many_get_their_turn(platform: Platform, program: Program, person: str) -> None:
    await listening(platform, program, max_connections=1)
    await platform.on("hold")
    people = [await platform.add_person() for _ in range(5)]
    for each in people:
        await platform.act(each, "follow")
    await platform.on("release", {"order": []})
    await program.has(5)
    assert sorted(str(update["message"]["from"]["id"]) for update in program.updates()) == sorted(people)


async def test_a_webhook_may_answer_with_a_method(platform: Platform, program: Program, person: str) -> None:
    await listening(platform, program)
    asked = {"method": "sendMessage", "chat_id": person, "text": "ได้ค่ะ"}
    with aiohttp.MultipartWriter("form-data") as parts:
        for name, value in asked.items():
            parts.append(value).set_content_disposition("form-data", name=name)
    forms: list[web.Response] = [
        web.json_response(asked),
        web.Response(body=parts, headers={"Content-Type": parts.content_type}),
        web.Response(body=aiohttp.FormData(asked)()),
    ]
    for form in forms:
        program.answers = [form]
        await platform.act(person, "say", text="?")
        assert (await platform.messages(person))[-1]["text"] == "ได้ค่ะ"
    refused = [web.json_response({"method": name}) for name in ("deleteWebhook", "setWebhook", "getMe")]
    program.answers = [*refused, web.json_response(["method"]), web.Response(text="OK")]
    for _ in range(5):
        await platform.act(person, "say", text="?")
    calls = [entry["method"] for entry in await platform.control("journal") if entry["kind"] == "call"]
    assert calls[-3:] == ["sendMessage"] * 3
    assert (await platform.api("getWebhookInfo"))[1]["url"]


# Limits


async def test_one_chat_gets_one_message_a_second(platform: Platform, person: str) -> None:
    assert (await platform.on("limits", {"chat_burst": 2}))["chat_burst"] == 2
    other = await platform.add_person()
    await platform.act(other, "follow")
    first = (await platform.call("sendMessage", chat_id=person, text="1"))["result"]["message_id"]
    assert (await platform.call("editMessageText", chat_id=person, message_id=first, text="2"))["ok"]
    for method in ("sendMessage", "editMessageText"):
        refused = await platform.call(method, chat_id=person, message_id=first, text="3")
        assert refused == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
    assert (await platform.call("sendMessage", chat_id=other, text="1"))["ok"]
    platform.clock.now += 1
    assert (await platform.call("sendMessage", chat_id=person, text="3"))["ok"]
    assert not (await platform.call("sendMessage", chat_id=person, text="4"))["ok"]


async def test_a_bot_sends_thirty_messages_a_second(platform: Platform) -> None:
    people = [await platform.add_person() for _ in range(31)]
    for each in people:
        await platform.act(each, "follow")
    answers = [(await platform.call("sendMessage", chat_id=each, text="x"))["ok"] for each in people]
    assert answers == [True] * 30 + [False]
    platform.clock.now += 1 / 30
    assert (await platform.call("sendMessage", chat_id=people[-1], text="x"))["ok"]


async def test_a_usual_burst_is_let_through_and_a_loop_is_not(platform: Platform, person: str) -> None:
    async def taken(count: int) -> list[bool]:
        return [(await platform.call("sendMessage", chat_id=person, text="x"))["ok"] for _ in range(count)]

    assert await taken(40) == [True] * 30 + [False] * 10
    platform.clock.now += 1
    assert await taken(2) == [True, False]


async def test_limits_are_numbers(platform: Platform) -> None:
    for wrong in ({"chat_burst": 0}, {"speed": 5}, {"chat_burst": "1"}):
        await platform.on("limits", wrong, expect=400)


async def test_a_press_is_answered_by_its_own_bot_only(platform: Platform, program: Program, person: str) -> None:
    await platform.channel().register(account(), await program.start())
    message = await sent(platform, person, Card(text="?", buttons=keys("Yes")))
    await platform.act(person, "tap", message=message, button=0)
    number = program.updates()[-1]["callback_query"]["id"]
    await platform.add_bot("55:another_key", slug="other")
    assert (await platform.api("answerCallbackQuery", token="55:another_key", callback_query_id=number))[0] == 400
    assert await platform.api("answerCallbackQuery", callback_query_id=number, text="x" * 201) == (
        400,
        "Bad Request: MESSAGE_TOO_LONG",
    )
    assert await platform.api("answerCallbackQuery", callback_query_id=number, text="x" * 200) == (200, True)
