"""Telegram as it is on some days: updates nobody asked for, floods, refusals, answers that make no sense."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.stories.forgery import data_of
from tests.stories.person import Person
from tests.stories.scenes import CHOOSE_LANGUAGE, enters_lead, joins_team
from tests.stories.world import World

HELP = "What you can do here"
ONLY_TEXT = "Thank you! I can only read text here."
WHEN = int(time.time())  # what is older than a day, Telegram does not bring any more
GROUP = {"id": -1_001_000_000_001, "type": "supergroup", "title": "ทีมงาน"}
NEWS = {"id": -1_001_000_000_002, "type": "channel", "title": "News"}


async def brings(world: World, *updates: dict[str, Any]) -> None:
    """Telegram brings these updates, whatever they are; the program takes each, and does what there is to do."""
    account = world.accounts["DRG", "telegram"]
    url = f"{world.platforms}/telegram/control/accounts/{account}/updates"
    async with world.http.post(url, json=list(updates)) as answer:
        assert answer.status == 200, await answer.text()
        world.delivered((await answer.json())["deliveries"])
    await world.settles()
    assert await world.truth("select state, error from inbox where state <> 'done'") == []


def user(person: Person) -> dict[str, Any]:
    return {"id": int(person.id), "is_bot": False, "first_name": person.name, "language_code": "en"}


def chat(person: Person) -> dict[str, Any]:
    return {"id": int(person.id), "type": "private", "first_name": person.name}


def said(person: Person, where: dict[str, Any], **content: Any) -> dict[str, Any]:
    """A message of this person's."""
    return {"message_id": 7_000, "date": WHEN, "from": user(person), "chat": where, **content}


def pressed(person: Person, shown: dict[str, Any] | None, data: str) -> dict[str, Any]:
    """A press by this person on a button of a message."""
    query = {"id": "4711", "from": user(person), "chat_instance": "1", "data": data}
    return {"callback_query": query | ({"message": shown} if shown else {"inline_message_id": "AAA"})}


async def test_what_asks_nothing_of_us_is_taken_and_not_answered(world: World) -> None:
    """Kinds nobody knows yet, edits, channels, groups, half an update: nobody hears from us, nobody becomes known."""
    jay = await joins_team(world, "sales", "คุณเจ")
    eve = await world.person("Eve", "telegram", "en")
    await enters_lead(jay, "Nat")
    confirm = await data_of(jay, "Confirm payment")
    text = said(jay, chat(jay), text="/help")
    stranger = said(eve, chat(eve), text="hello")
    member = {"user": {"id": 1, "is_bot": True, "first_name": "Clinic"}, "status": "member"}
    added = {"chat": GROUP, "from": user(jay), "date": WHEN, "old_chat_member": member, "new_chat_member": member}
    kicked = added | {"new_chat_member": member | {"status": "kicked", "until_date": 0}}
    before = await known(world)
    await brings(
        world,
        {"brand_new_kind": {"from": user(eve), "chat": chat(eve), "text": "/help"}},
        {"brand_new_kind": 3},
        {},
        {"edited_message": text | {"edit_date": WHEN + 1}},
        {"edited_message": stranger | {"edit_date": WHEN + 1}},
        {"business_message": stranger | {"business_connection_id": "b"}},
        {"channel_post": {"message_id": 1, "date": WHEN, "chat": NEWS, "text": "/help"}},
        {"edited_channel_post": {"message_id": 1, "date": WHEN, "edit_date": WHEN, "chat": NEWS, "text": "/help"}},
        {"message_reaction": {"chat": chat(jay), "message_id": 1, "user": user(jay), "date": WHEN}},
        {"poll": {"id": "1", "question": "?"}},
        {"inline_query": {"id": "1", "from": user(jay), "query": "Nat", "offset": ""}},
        {"my_chat_member": added},
        {"my_chat_member": kicked},
        {"message": said(jay, GROUP, text="/payments", entities=[{"type": "bot_command", "offset": 0, "length": 9}])},
        {"message": said(jay, GROUP, new_chat_members=[member["user"]])},
        {"message": said(jay, chat(jay), pinned_message={"message_id": 1, "date": 0, "chat": chat(jay)})},
        pressed(jay, {"message_id": 1, "date": WHEN, "chat": GROUP, "text": "?"}, confirm),
        pressed(jay, {"message_id": 1, "date": 0, "chat": GROUP}, confirm),
        pressed(jay, None, confirm),
        {"message": {"message_id": 1}},
        {"message": {"message_id": 1, "date": WHEN, "chat": chat(eve)}},
        {"message": "nonsense"},
        {"callback_query": {"id": "1", "from": user(eve)}},
        {"my_chat_member": {"chat": chat(jay), "from": user(jay)}},
    )
    await jay.sees_nothing()
    await eve.sees_nothing()
    assert await known(world) == before
    assert await world.one_truth("select count(*) from payments") == 0
    chats = {entry["body"]["chat_id"] for entry in await calls(world) if "chat_id" in entry["body"]}
    assert chats == {jay.id}


async def test_what_is_no_text_gets_kind_words(world: World) -> None:
    """Contacts, also of others, and whatever Telegram invents next: a person waits for an answer."""
    jay = await joins_team(world, "sales", "คุณเจ")
    for content in (
        {"contact": {"phone_number": "66815550199", "first_name": "Eve", "user_id": 1}},
        {"contact": {"phone_number": "+66 81", "first_name": "Eve"}},
        {"location": {"latitude": 13.7, "longitude": 100.5}},
        {"hologram": {"of": "the future"}},
    ):
        await brings(world, {"message": said(jay, chat(jay), **content)})
        await jay.sees(ONLY_TEXT)
    assert await world.truth("select * from customers where phone = '+66815550199'") == []


async def test_a_press_on_a_message_that_telegram_has_forgotten_counts(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    await enters_lead(jay, "Nat")
    data = await data_of(jay, "Confirm payment")
    await brings(world, pressed(jay, {"message_id": 1, "date": 0, "chat": chat(jay)}, data))
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat"))


async def test_held_doubled_and_reversed_updates_after_a_week_of_silence(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    account = f"accounts/{world.accounts['DRG', 'telegram']}"
    await world.control("telegram", f"{account}/next_update", id=7)
    await jay.says("/help")
    await jay.sees(HELP)
    await world.control("telegram", f"{account}/hold")
    for words in ("/lead", "/cancel"):
        held = await world.control("telegram", f"{account}/chats/{jay.id}/say", text=words)
        assert [delivery["status"] for delivery in held["deliveries"]] == [0]
    released = await world.control("telegram", f"{account}/release", order="reversed", copies=5)
    world.delivered(released["deliveries"])
    assert len(released["deliveries"]) == 10
    await world.settles()
    await jay.sees("There is nothing to cancel.", "What is the customer's name?")


async def test_who_cannot_be_written_to_is_left_alone_until_they_return(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    for fault in ("blocked", "deactivated", "not_started", "chat_not_found"):
        await plans(world, jay, name=fault)
        await jay.says("/help")
        await jay.sees_nothing()
        assert not await reachable(world, jay), fault
        assert await world.one_truth("select state from outbox order by seq desc limit 1") == "refused"
        await jay.says("/help")
        await jay.sees(HELP)
        assert await reachable(world, jay), fault


async def test_an_answer_that_makes_no_sense_is_no_refusal(world: World) -> None:
    """The message may have arrived: it comes once more, marked, and nobody counts as gone."""
    jay = await joins_team(world, "sales", "คุณเจ")
    faults: list[tuple[dict[str, Any], int]] = [
        ({"name": "server_error"}, 1),
        ({"name": "bad_gateway"}, 1),
        ({"name": "garbage"}, 2),
        ({"name": "garbage", "body": {}}, 2),
        ({"kind": "half", "carried_out": True}, 2),
        ({"kind": "cut"}, 1),
        ({"kind": "cut", "carried_out": True}, 2),
        ({"status": 403, "body": "<html>a proxy's page"}, 1),
    ]
    for fault, copies in faults:
        await plans(world, jay, **fault)
        await jay.says("/help")
        said = await jay.reads()
        assert len(said) == copies, fault
        assert all(HELP in each for each in said)
        assert "(possibly sent before)" in said[-1]
        assert await reachable(world, jay), fault


async def test_a_message_that_telegram_cannot_parse_is_set_aside_for_people_to_see(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    for fault in ("cant_parse", "migrated"):
        await plans(world, jay, name=fault)
        await jay.says("/help")
        await jay.sees_nothing()
        row = (await world.truth("select state, error from outbox order by seq desc limit 1"))[0]
        assert (row["state"], row["error"].partition(":")[0]) == ("refused", "bad_request")
    assert await reachable(world, jay)


async def test_a_flood_delays_and_loses_nothing(world: World) -> None:
    """One message a second: the second one waits as Telegram asks, and all arrive once and in their order."""
    account = f"accounts/{world.accounts['DRG', 'telegram']}"
    pim = await world.person("Pim", "telegram", "en")
    await pim.adds_the_account()
    await pim.sees(CHOOSE_LANGUAGE)
    await world.control("telegram", f"{account}/limits", chat_burst=1)
    await pim.taps("English")  # answered with two messages
    refused = [entry for entry in await calls(world) if entry["status"] == 429]
    assert refused
    async with asyncio.timeout(10):
        while len(await pim.unseen()) < 2:
            await world.settles()
            await asyncio.sleep(0.05)
    await pim.sees(pim.t("Welcome to {clinic}", clinic=pim.clinic), "What is your name?")


async def plans(world: World, person: Person, **fault: Any) -> None:
    """The next message to this person meets a fault."""
    await world.control("telegram", "faults", call="send*", person=person.id, **fault)


async def reachable(world: World, person: Person) -> bool:
    return bool(await world.one_truth("select reachable from channel_identities where external_id = $1", person.id))


async def known(world: World) -> list[str]:
    """Who is known on Telegram, and may be written to."""
    rows = await world.truth("select external_id from channel_identities where reachable order by external_id")
    return [row["external_id"] for row in rows]


async def calls(world: World) -> list[dict[str, Any]]:
    """What the program asked of Telegram."""
    return [entry for entry in await world.look("telegram", "journal") if entry["kind"] == "call"]
