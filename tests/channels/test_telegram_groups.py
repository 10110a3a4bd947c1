"""The emulated Telegram: groups, and people whom a bot may not write to."""

from __future__ import annotations

import pytest

from tests.channels.telegram_world import Platform, Program


async def group_of(platform: Platform, person: str) -> str:
    return str((await platform.on("groups", {"person": person, "title": "ทีมงาน"}))["id"])


async def test_a_bot_in_a_group_hears_what_is_meant_for_it(platform: Platform, program: Program, person: str) -> None:
    await platform.api("setWebhook", url=await program.start())
    await program.forget(1)
    group = await group_of(platform, person)
    for text in ("between us", "/help", "เรียก @Siam_Bot"):
        await platform.on(f"groups/{group}/say", {"person": person, "text": text})
    joined, *heard = program.updates()
    assert joined["my_chat_member"]["chat"] == {"id": int(group), "type": "group", "title": "ทีมงาน"}
    assert [update["message"]["text"] for update in heard] == ["/help", "เรียก @Siam_Bot"]
    assert heard[0]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]
    assert (await platform.api("sendMessage", chat_id=group, text="hi"))[1]["chat"]["id"] == int(group)
    shown = await platform.control(f"accounts/{platform.account}/groups/{group}")
    assert [message["text"] for message in shown["messages"]] == ["/help", "เรียก @Siam_Bot", "hi"]
    assert (await platform.api("setMyCommands", commands=[], scope={"type": "chat", "chat_id": group}))[0] == 200


async def test_a_group_gets_twenty_messages_a_minute(platform: Platform, person: str) -> None:
    group = await group_of(platform, person)
    answers = [await platform.call("sendMessage", chat_id=group, text="x") for _ in range(21)]
    assert [answer["ok"] for answer in answers] == [True] * 20 + [False]
    assert answers[-1]["parameters"] == {"retry_after": 3}
    platform.clock.now += 3
    assert (await platform.call("sendMessage", chat_id=group, text="x"))["ok"]
    assert (await platform.call("sendMessage", chat_id=person, text="x"))["ok"]


async def test_a_group_that_became_a_supergroup_has_another_id(
    platform: Platform, program: Program, person: str
) -> None:
    group = await group_of(platform, person)
    await platform.api("setWebhook", url=await program.start())
    await program.forget(2)
    grown = (await platform.on(f"groups/{group}/upgrade", {"person": person}))["id"]
    told = [update["message"] for update in program.updates()]
    assert {(message["chat"]["type"], message.get("migrate_to_chat_id")) for message in told} == {
        ("group", int(grown)),
        ("supergroup", None),
    }
    assert await platform.call("sendMessage", chat_id=group, text="x") == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": int(grown)},
    }
    assert (await platform.call("sendMessage", chat_id=grown, text="x"))["ok"]
    await platform.on(f"groups/{group}/upgrade", {"person": person}, expect=409)


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_bot_that_was_put_out_cannot_write(platform: Platform, person: str, kind: str) -> None:
    group = await group_of(platform, person)
    if kind == "supergroup":
        group = (await platform.on(f"groups/{group}/upgrade", {"person": person}))["id"]
    await platform.on(f"groups/{group}/kick", {"person": person})
    refused = await platform.api("sendMessage", chat_id=group, text="x")
    assert refused == (403, f"Forbidden: bot was kicked from the {kind} chat")
    await platform.on(f"groups/{group}/say", {"person": person, "text": "/help"}, expect=409)
    await platform.on(f"groups/{group}/fly", {"person": person}, expect=404)
    await platform.on("groups/-5/say", {"person": person, "text": "x"}, expect=404)


async def test_somebody_who_was_only_met_in_a_group_cannot_be_written_to(platform: Platform, person: str) -> None:
    group, anna = await group_of(platform, person), await platform.add_person("Anna", "en")
    assert (await platform.api("sendMessage", chat_id=anna, text="x"))[1] == "Bad Request: chat not found"
    await platform.on(f"groups/{group}/say", {"person": anna, "text": "/help"})
    refused = await platform.api("sendMessage", chat_id=anna, text="x")
    assert refused == (403, "Forbidden: bot can't initiate conversation with a user")
    await platform.act(anna, "follow")
    assert (await platform.api("sendMessage", chat_id=anna, text="x"))[0] == 200


async def test_a_deleted_account_gets_nothing_and_does_nothing(platform: Platform, person: str) -> None:
    await platform.act(person, "deactivate")
    refused = await platform.api("sendMessage", chat_id=person, text="x")
    assert refused == (403, "Forbidden: user is deactivated")
    await platform.act(person, "say", expect=409, text="x")


async def test_groups_outlive_the_process(platform: Platform, person: str) -> None:
    group = await group_of(platform, person)
    grown = (await platform.on(f"groups/{group}/upgrade", {"person": person}))["id"]
    await platform.on("limits", {"group_burst": 1})
    await platform.stop()
    await platform.start()
    assert (await platform.call("sendMessage", chat_id=group, text="x"))["parameters"]["migrate_to_chat_id"]
    assert [(await platform.call("sendMessage", chat_id=grown, text="x"))["ok"] for _ in range(2)] == [True, False]
    assert await group_of(platform, person) not in (group, grown)
