"""The emulated Telegram as another client sees it: aiogram's strict models take every answer and every update."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendDice
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MenuButtonCommands,
    Message,
    MessageEntity,
    Update,
)

from tests.channels.telegram_world import TOKEN, Platform, Program, png

YES = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Yes", callback_data="yes")]])


@pytest.fixture
async def bot(platform: Platform) -> AsyncIterator[Bot]:
    async with client(platform) as made:
        yield made


@asynccontextmanager
async def client(platform: Platform, token: str = TOKEN) -> AsyncIterator[Bot]:
    """A bot of aiogram's. Its own way of closing waits a quarter of a second."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(platform.url))
    try:
        yield Bot(token, session=session)
    finally:
        await (await session.create_session()).close()


def same(one: Any, other: Any) -> bool:
    """Whether two of aiogram's objects say the same, whichever bot they came to."""
    return bool(one.model_dump() == other.model_dump())


def edited(answer: Message | bool) -> Message:
    assert isinstance(answer, Message)
    return answer


async def test_every_method_answers_as_its_model_says(platform: Platform, bot: Bot, person: str) -> None:
    me = await bot.get_me()
    assert (str(me.id), me.username, me.can_join_groups) == (platform.account, "siam_bot", True)
    bold = MessageEntity(type="bold", offset=0, length=2)
    sent = await bot.send_message(person, "Hi there", entities=[bold], reply_markup=YES, protect_content=True)
    assert (sent.text, sent.chat.type, sent.has_protected_content) == ("Hi there", "private", True)
    assert sent.entities
    assert same(sent.entities[0], bold)
    assert same(sent.reply_markup, YES)
    marked = await bot.send_message(person, "<b>Hi</b> &lt;<a href='https://x.example'>you</a>", parse_mode="HTML")
    assert marked.html_text == '<b>Hi</b> &lt;<a href="https://x.example">you</a>'
    once = edited(await bot.edit_message_text("Hello", chat_id=person, message_id=sent.message_id))
    assert (once.text, once.reply_markup, once.edit_date is not None) == ("Hello", None, True)
    again = edited(await bot.edit_message_reply_markup(chat_id=person, message_id=sent.message_id, reply_markup=YES))
    assert same(again.reply_markup, YES)

    photo = await bot.send_photo(person, BufferedInputFile(png(), "รูป.png"), caption="one")
    assert photo.photo
    caption = edited(await bot.edit_message_caption(chat_id=person, message_id=photo.message_id, caption="two"))
    assert caption.caption == "two"
    media = InputMediaPhoto(media=BufferedInputFile(png(colour="red"), "b.png"), caption="three")
    other = edited(await bot.edit_message_media(media, chat_id=person, message_id=photo.message_id))
    assert other.photo
    assert other.photo[0].file_id != photo.photo[0].file_id
    file = await bot.get_file(photo.photo[-1].file_id)
    content = await bot.download_file(str(file.file_path))
    assert content
    assert content.read() == png()

    commands, scope = [BotCommand(command="help", description="Help")], BotCommandScopeChat(chat_id=int(person))
    assert await bot.set_my_commands(commands, scope=scope, language_code="th")
    assert same((await bot.get_my_commands(scope=scope, language_code="th"))[0], commands[0])
    assert await bot.delete_my_commands(scope=scope, language_code="th")
    assert await bot.get_my_commands(scope=scope, language_code="th") == []
    assert await bot.set_chat_menu_button(chat_id=int(person), menu_button=MenuButtonCommands())
    assert same(await bot.get_chat_menu_button(chat_id=int(person)), MenuButtonCommands())
    assert await bot.send_chat_action(person, "typing")


async def test_the_webhook_is_set_looked_at_and_removed(platform: Platform, bot: Bot) -> None:
    url = "https://clinic.example/hook"
    assert await bot.set_webhook(url, secret_token="s", max_connections=7, allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.allowed_updates) == (url, 7, ["message"])
    with pytest.raises(TelegramRetryAfter) as asked:
        await bot.set_webhook(f"{url}/2")
    assert asked.value.retry_after == 1
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).url == ""


async def test_every_update_is_one_of_its_models(platform: Platform, bot: Bot, program: Program, person: str) -> None:
    await platform.api("setWebhook", url=await program.start())
    shown = await bot.send_message(person, "?", reply_markup=YES)
    await platform.act(person, "tap", message=str(shown.message_id), button=0)
    await platform.act(person, "say", text="/help me")
    await platform.act(person, "photo", base64=base64.b64encode(png()).decode())
    await platform.act(person, "sticker")
    await platform.act(person, "block")
    await platform.act(person, "unblock")
    group = (await platform.on("groups", {"person": person, "title": "Staff"}))["id"]
    await platform.on(f"groups/{group}/say", {"person": person, "text": "/help@siam_bot"})
    await platform.on(f"groups/{group}/upgrade", {"person": person})
    await program.has(11)
    updates = [Update.model_validate(update, context={"bot": bot}) for update in program.updates()]
    kinds = [update.event_type for update in updates]
    assert sorted(kinds) == ["callback_query", *["message"] * 7, *["my_chat_member"] * 3]
    [press] = [update.callback_query for update in updates if update.callback_query]
    assert press.data == "yes"
    assert await press.answer("Thanks")
    for update in program.updates():  # nothing in them that the models do not know
        known = Update.model_validate(update).model_dump(mode="json", exclude_unset=True, by_alias=True)
        assert leaves(known) >= leaves(update)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
    """Where there is something in nested JSON."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return {leaf for key, each in inner for leaf in leaves(each, (*path, key))}
    return {path}


async def refused(error: type[Exception], call: Awaitable[Any]) -> str:
    with pytest.raises(error) as caught:
        await call
    return str(caught.value)


async def test_refusals_are_the_errors_they_are_on_the_platform(platform: Platform, bot: Bot, person: str) -> None:
    sent = await bot.send_message(person, "x")
    unchanged = bot.edit_message_text("x", chat_id=person, message_id=sent.message_id)
    assert "message is not modified: specified new message content" in await refused(TelegramBadRequest, unchanged)
    gone = bot.edit_message_text("x", chat_id=person, message_id=999)
    assert "message to edit not found" in await refused(TelegramBadRequest, gone)
    assert "chat not found" in await refused(TelegramBadRequest, bot.send_message(5, "x"))
    broken = bot.send_message(person, "<b>x", parse_mode="HTML")
    assert "can't parse entities: Can't find end tag" in await refused(TelegramBadRequest, broken)
    assert "query is too old" in await refused(TelegramBadRequest, bot.answer_callback_query("1"))
    await refused(TelegramNotFound, bot(SendDice(chat_id=person)))
    await platform.act(person, "block")
    assert "bot was blocked by the user" in await refused(TelegramForbiddenError, bot.send_message(person, "x"))
    async with client(platform, "987:not_this_one") as stranger:
        await refused(TelegramUnauthorizedError, stranger.get_me())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"name": "flood", "seconds": 7}, TelegramRetryAfter),
        ({"name": "server_error"}, TelegramServerError),
        ({"name": "bad_gateway"}, ClientDecodeError),
        ({"name": "garbage"}, ClientDecodeError),
        ({"name": "blocked"}, TelegramForbiddenError),
        ({"name": "deactivated"}, TelegramForbiddenError),
        ({"name": "not_started"}, TelegramForbiddenError),
        ({"name": "chat_not_found"}, TelegramBadRequest),
        ({"name": "not_modified"}, TelegramBadRequest),
        ({"name": "cant_parse"}, TelegramBadRequest),
        ({"name": "too_old"}, TelegramBadRequest),
        ({"name": "unauthorised"}, TelegramUnauthorizedError),
        ({"name": "conflict"}, TelegramConflictError),
        ({"name": "migrated"}, TelegramMigrateToChat),
        ({"kind": "cut"}, TelegramNetworkError),
        ({"kind": "half", "carried_out": True}, TelegramNetworkError),
        ({"kind": "silence", "seconds": 0, "carried_out": True}, TelegramNetworkError),
    ],
)
async def test_faults_on_demand(
    platform: Platform, bot: Bot, person: str, fault: dict[str, Any], error: type[Exception]
) -> None:
    await platform.control("faults", {"call": "sendMessage", "person": person, **fault})
    assert await bot.get_me()
    await refused(error, bot.send_message(person, "x"))
    carried_out = fault.get("carried_out") or fault.get("name") == "garbage"
    assert len(await platform.messages(person)) == (2 if carried_out else 1)
    assert (await bot.send_message(person, "again")).text == "again"
    happened = [entry for entry in await platform.control("journal") if entry["kind"] == "fault"]
    assert [(entry["call"], entry["account"], entry["person"]) for entry in happened] == [
        ("sendMessage", platform.account, person)
    ]


async def test_a_flood_is_as_long_as_was_planned(platform: Platform, bot: Bot, person: str) -> None:
    await platform.control("faults", {"name": "flood", "seconds": 7})
    with pytest.raises(TelegramRetryAfter) as asked:
        await bot.send_message(person, "x")
    assert asked.value.retry_after == 7


async def test_requests_in_json(platform: Platform, person: str) -> None:
    markup = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    sent = await platform.call("sendMessage", chat_id=int(person), text="?", reply_markup=markup, protect_content=True)
    assert sent["result"]["reply_markup"] == markup
    as_text = json.dumps(markup)
    again = await platform.call("sendMessage", chat_id=int(person), text="?", reply_markup=as_text)
    assert again["result"]["reply_markup"] == markup
    url = f"{platform.url}/bot{TOKEN}/sendMessage"
    async with platform.session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert (answer.status, (await answer.json())["error_code"]) == (400, 400)
