"""The emulated Telegram: what the channel sends and edits is what people see."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from bots.channel import AccountError, Letter, Refused, Sent
from bots.telegram import TelegramChannel, limits
from handlers.cards import Action, Button, Card, Picture
from tests.channels.telegram_world import MARKUP, SECRET, Platform, account, keys, letter, png, sent


async def test_prove_tells_who_the_token_belongs_to(platform: Platform) -> None:
    proof = await platform.channel().prove(account())
    assert (proof.external_id, proof.name, proof.handle) == (platform.account, "Siam Clinic", "siam_bot")
    assert platform.account == "123456789"
    with pytest.raises(AccountError, match="does not know"):
        await platform.channel().prove(account("987:not_this_one"))


async def test_a_second_change_of_the_webhook_waits_as_telegram_asks(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def passes(seconds: float) -> None:
        platform.clock.now += seconds

    monkeypatch.setattr(getattr(TelegramChannel._set_webhook, "retry"), "sleep", passes)  # noqa: B009 - not in its type
    for path in ("one", "two"):
        await platform.channel().register(account(), f"https://clinic.example/{path}")
    _, info = await platform.api("getWebhookInfo")
    assert info["url"] == "https://clinic.example/two"


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
        platform.clock.now += 30  # as fast as a chat may be written to
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
