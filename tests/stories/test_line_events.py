"""What LINE may bring beside messages and presses, in any order: nothing is lost, nobody is bothered.

LINE adds types, properties and values without notice
(https://developers.line.biz/en/docs/messaging-api/development-guidelines/), brings events again and out of order.
"""

from __future__ import annotations

import time
from secrets import token_hex
from typing import Any

from tests.channels.line_samples import GROUP
from tests.stories.given import in_chat
from tests.stories.person import Person
from tests.stories.scenes import joins_team, new_member
from tests.stories.world import World

ONLY_TEXT = "Thank you! I can only read text here."
MINUTE = 60_000
STRANGER = {"type": "user", "userId": "U" + "5" * 32}
TEXT = {"type": "text", "id": "77", "text": "what is botox?", "quoteToken": "q"}
UNANSWERED: dict[str, dict[str, Any]] = {
    "a type from the future": {"type": "teleport", "source": STRANGER, "replyToken": "r" * 32},
    "no type": {"source": STRANGER},
    "nothing": {},
    "nulls": {"type": "message", "source": None, "message": None, "replyToken": None, "mode": None},
    "another form": {"type": ["message"], "source": "me", "message": 5, "mode": {}, "deliveryContext": None},
    "standby": {"type": "message", "mode": "standby", "source": STRANGER, "message": TEXT},
    "a new mode": {"type": "message", "mode": "asleep", "source": STRANGER, "message": TEXT, "replyToken": "r" * 32},
    "a group": {"type": "message", "source": GROUP, "message": TEXT, "replyToken": "r" * 32},
    "a room": {"type": "message", "source": {"type": "room", "roomId": "R1"}, "message": TEXT, "replyToken": "r" * 32},
    "a new kind of chat": {"type": "message", "source": {"type": "planet", "userId": "U1"}, "message": TEXT},
    "edited in a group": {"type": "messageEdited", "source": GROUP, "message": TEXT, "replyToken": "r" * 32},
    "edited": {"type": "messageEdited", "source": STRANGER, "message": TEXT, "replyToken": "r" * 32},
    "joined a group": {"type": "join", "source": GROUP, "replyToken": "r" * 32},
    "member joined": {"type": "memberJoined", "source": GROUP, "joined": {"members": [STRANGER]}},
    "left a group": {"type": "leave", "source": GROUP},
    "account link failed": {"type": "accountLink", "link": {"result": "failed", "nonce": "n"}},
    "a film was seen": {"type": "videoPlayComplete", "source": STRANGER, "videoPlayComplete": {"trackingId": "t"}},
    "a membership": {"type": "membership", "source": STRANGER, "membership": {"type": "renewed", "membershipId": 1}},
    "an unsent message nobody has": {"type": "unsend", "source": GROUP, "unsend": {"messageId": "1"}},
    "a postback without data": {"type": "postback", "source": GROUP, "postback": {}},
    "suspended": {"type": "botSuspended"},
}


async def brings(world: World, *events: dict[str, Any]) -> None:
    """LINE delivers these in one body, and the program takes them."""
    account = world.accounts["DRG", "line"]
    whole = [{"mode": "active", **event} for event in events]
    done = await world.control("line", f"accounts/{account}/events", events=whole)
    world.delivered(done["deliveries"])
    await world.settles()


async def holds(world: World) -> None:
    await world.control("line", f"accounts/{world.accounts['DRG', 'line']}/hold")


async def releases(world: World, **how: Any) -> None:
    done = await world.control("line", f"accounts/{world.accounts['DRG', 'line']}/release", **how)
    world.delivered(done["deliveries"])
    await world.settles()


def said(person: Person, text: str, number: str = "77", **changes: Any) -> dict[str, Any]:
    """The event of a message that this person wrote."""
    message = {"type": "text", "id": number, "text": text, "quoteToken": "q"}
    return {"type": "message", "source": source(person), "message": message, "replyToken": token_hex(16), **changes}


def source(person: Person) -> dict[str, str]:
    return {"type": "user", "userId": person.id}


def ago(milliseconds: int) -> int:
    return int(time.time() * 1000) - milliseconds


async def reachable(world: World, person: Person) -> bool:
    return bool(await world.one_truth("select reachable from channel_identities where external_id = $1", person.id))


async def counts(world: World) -> list[int]:
    """How many people, chats and messages there are."""
    tables = ("persons", "channel_identities", "outbox")
    return [await world.one_truth(f"select count(*) from {table}") for table in tables]  # noqa: S608


async def test_what_asks_nothing_of_us_is_kept_and_not_answered(world: World) -> None:
    """Each of it alone, then all of it in one body around a good message, which is answered."""
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    before = await counts(world)
    strange = list(UNANSWERED.values())
    for name, event in UNANSWERED.items():
        await brings(world, event)
        assert await counts(world) == before, name
    await brings(world, *strange[:9], said(jay, "/help"), *strange[9:])
    await jay.sees("What you can do here")
    people, chats, _ = await counts(world)
    assert [people, chats] == before[:2]
    kept = await world.truth("select state, error, payload from inbox where payload is not null")
    assert {(row["state"], row["error"]) for row in kept} == {("done", None)}
    assert len(kept) == 2 * len(strange) + 2  # and the two times that jay asked for help


async def test_an_empty_list_is_taken_and_costs_nothing(world: World) -> None:
    await brings(world)
    assert await world.one_truth("select count(*) from inbox") == 0


async def test_a_message_that_is_not_text_gets_kind_words_once(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    for message in (
        {"type": "sticker", "id": "1", "packageId": "1", "stickerId": "2", "stickerResourceType": "HOLOGRAM"},
        {"type": "hologram", "id": "2"},
        {"type": "location", "id": "3", "latitude": 1, "longitude": 2, "title": None},
        {"type": "audio", "id": "4", "duration": None, "contentProvider": {"type": "cloud"}},
        {"id": "5"},
    ):
        await brings(world, said(jay, "") | {"message": message, "replyToken": None})
        await jay.sees(ONLY_TEXT)
    album = [
        {"type": "image", "id": f"6{n}", "imageSet": {"id": "A", "index": n, "total": 3}, "contentProvider": None}
        for n in (2, 1, 3)
    ]
    await brings(world, *(said(jay, "") | {"message": picture, "replyToken": None} for picture in album))
    await jay.sees(ONLY_TEXT)


# Taken back


async def test_a_message_taken_back_before_we_could_read_it_is_not_answered(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    await holds(world)
    await jay.says("/help")
    await jay.says("a secret of mine")
    await jay.unsends()
    await releases(world, together=True)
    await jay.sees("What you can do here")
    assert await secrets_left(world) == 0
    assert await world.one_truth("select count(*) from inbox where state <> 'done'") == 0


async def test_a_message_brought_again_after_it_was_taken_back_is_not_answered(world: World) -> None:
    """The program was away when it came: LINE brings it again, behind the event that takes it back."""
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    unsend = {"type": "unsend", "source": source(jay), "unsend": {"messageId": "77"}}
    again: dict[str, Any] = {"deliveryContext": {"isRedelivery": True}}
    await brings(world, unsend)
    await brings(world, said(jay, "a secret of mine", **again))
    await jay.sees_nothing()
    assert await secrets_left(world) == 0
    await brings(world, said(jay, "/help", number="78", **again))
    await jay.sees("What you can do here")


async def test_a_groups_message_taken_back_is_erased(world: World) -> None:
    group = {"source": GROUP}
    await brings(world, {"type": "message", **group, "message": TEXT | {"text": "a secret of mine"}})
    assert await secrets_left(world) == 1
    await brings(world, {"type": "unsend", **group, "unsend": {"messageId": "77"}})
    assert await secrets_left(world) == 0


async def secrets_left(world: World) -> int:
    return int(await world.one_truth("select count(*) from inbox where payload::text like '%a secret of mine%'"))


# Gone and come back


async def test_a_block_that_comes_after_the_return_changes_nothing(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    await holds(world)
    await jay.blocks()
    await jay.unblocks()
    await releases(world, order="reversed")
    assert len(await jay.reads()) == 1
    assert await reachable(world, jay)


async def test_what_happened_before_a_block_does_not_undo_it(world: World) -> None:
    """A message of before that LINE brings again, a message taken back, an event that we do not know."""
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    nat = await new_member(world, jay, "Nat", "line")
    await nat.blocks()
    again: dict[str, Any] = {"deliveryContext": {"isRedelivery": True}}
    for event in (
        said(nat, "/status", timestamp=ago(MINUTE), **again),
        {"type": "unsend", "source": source(nat), "unsend": {"messageId": "1"}},
        {"type": "teleport", "source": source(nat)},
    ):
        await brings(world, event)
        assert not await reachable(world, nat), event["type"]
    await nat.unblocks()
    await nat.sees(nat.t("Welcome back to {clinic}, {name}.", clinic=nat.clinic, name="Nat"))
    assert await reachable(world, nat)


async def test_a_message_is_a_return_too(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    await brings(world, {"type": "unfollow", "source": source(jay)})
    assert not await reachable(world, jay)
    await brings(world, said(jay, "/help"))
    assert await reachable(world, jay)
    assert await world.one_truth("select count(*) from outbox where state = 'sent' and row_kind = 'answer'") == 2


async def test_what_waits_for_a_chat_that_is_blocked_goes_to_the_other(world: World) -> None:
    """LINE would take it and show it to nobody. An answer that waited is given up."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay, "Nat", "line")
    on_telegram = await world.person("Nat", "telegram", "en")
    whose = "select person_id from channel_identities where external_id = $1"
    await in_chat(world, on_telegram, await world.one_truth(whose, nat.id))
    for chat in (on_telegram, nat):  # LINE is where Nat wrote last
        await chat.says("/status")
        await chat.sees("We have your request")

    await world.control("line", "faults", name="server_error", call="/v2/bot/message/*", times=None)
    await pays(world, jay, nat)
    waiting = "select count(*) from outbox where state = 'pending' and notice_kind = 'payment.receipt'"
    assert await world.one_truth(waiting) == 1
    await nat.blocks()
    await on_telegram.sees(on_telegram.t("Thank you. Your payment of {amount} is confirmed ✅", amount="THB 1,290"))
    assert await world.one_truth("select count(*) from outbox where state in ('pending', 'sending')") == 0


async def test_what_waits_for_the_only_chat_is_given_up(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay, "Nat", "line")
    await world.control("line", "faults", name="server_error", call="/v2/bot/message/*", times=None)
    await pays(world, jay, nat)
    await nat.blocks()
    [row] = await world.truth("select state, error from outbox where notice_kind = 'payment.receipt'")
    assert (row["state"], row["error"]) == ("refused", "blocked: the person left")
    async with world.http.delete(f"{world.platforms}/line/control/faults"):
        pass
    await nat.unblocks()
    await nat.sees(nat.t("Welcome back to {clinic}, {name}.", clinic=nat.clinic, name="Nat"))


async def pays(world: World, jay: Person, nat: Person) -> None:
    """Sales confirms a payment whose receipt cannot be sent now."""
    await jay.says("/payments")
    await jay.sees("Whose payment came in?")
    await jay.taps(nat.name)
    await jay.reads()
    await jay.taps("THB 1,290")
    await jay.reads()
    await jay.taps("Card")
    await jay.reads()
    await jay.taps("Confirm payment")
    await jay.sees("✅")
