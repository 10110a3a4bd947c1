"""Words and buttons for everybody: who may use which, in every spelling, and that a refusal changes nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from handlers.cards import Action
from handlers.guide import PERSONAL
from handlers.menu import command_button
from handlers.permissions import ACTIONS, COMMANDS, EVERYBODY, SALES, SCANNERS, STAFF
from handlers.routes import ROUTES
from handlers.words import Words
from tests.stories.forgery import token
from tests.stories.person import Person
from tests.stories.scenes import CHOOSE_LANGUAGE, chooses_language, joins_team, new_member
from tests.stories.world import World

NOT_FOR_YOU = "This is for other members of the team. Type /help to see what you can do."
OUR_FAULT = "Sorry, something went wrong on our side. We have been told; please try again later."
# What the machinery writes down of every event, also of a refused one.
MACHINERY = {"inbox", "outbox", "channel_identities", "channel_accounts", "ticks"}
CASES = [("line", "th"), ("telegram", "en")]
EACH_ROLE = [(role, *CASES[n % 2]) for n, role in enumerate(sorted(EVERYBODY))]


FORM_BUTTONS = {"form.pick", "form.confirm", "form.back", "form.cancel", "command.run"}


OF_ONESELF = {"language.pick", "settings.language", "settings.consent", "duty.on", "duty.off"}
"""Buttons that do something without a row: it is about who presses."""


def runs(name: str) -> Action:
    """What the button of a command does."""
    action = command_button(Words(), name).action
    assert action is not None
    return action


def test_the_table_is_whole() -> None:
    """Every word and button of the table does something, and nothing else does."""
    assert COMMANDS.keys() == ROUTES.commands.keys()
    assert ACTIONS.keys() == ROUTES.actions.keys() | FORM_BUTTONS
    thai = [word for command in COMMANDS.values() for word in (command.thai, *command.also)]
    assert len(thai) == len({*thai})


BEGIN_A_FORM = {"pipeline.hand_over"}
"""Buttons that ask something without being about a row."""


def test_what_is_whose() -> None:
    """By noun, so that a slip in one line of the table shows."""
    assert {name for name, press in ACTIONS.items() if "stranger" in press.roles} == {"language.pick"} | FORM_BUTTONS
    for name, press in ACTIONS.items():
        if name.startswith(("journey.", "customer.")) and press.roles not in (SCANNERS, STAFF):
            assert press.roles <= SALES, name
        if name.startswith("task."):
            assert press.roles <= STAFF, name
    assert ACTIONS["customer.show"].roles == STAFF
    assert {name for name, press in ACTIONS.items() if press.roles == SCANNERS} == {
        "journey.scan",
        "journey.paper_consent",
        "scan.waiting",
    }
    everybodys = {"start", "help", "language", "cancel"}
    assert COMMANDS["settings"].roles == EVERYBODY - {"stranger"}
    assert {name for name, word in COMMANDS.items() if word.roles >= EVERYBODY} == everybodys
    for word in COMMANDS.values():
        assert word.roles <= STAFF or not word.roles & STAFF or word.name in everybodys | {"settings"}, word.name


@pytest.mark.parametrize(("role", "channel", "language"), EACH_ROLE)
async def test_every_word(world: World, role: str, channel: str, language: str) -> None:
    """With the slash and without, in English and Thai, in big letters: an answer, or a refusal and nothing changed."""
    person = await somebody(world, role, channel, language)
    before = await state_of(world)
    for name, word in COMMANDS.items():
        for typed in (f"/{name}", word.thai) if role not in word.roles else ():
            await person.says(typed)
            assert await person.reads() == [person.t(NOT_FOR_YOU)], typed
    assert await state_of(world) == before
    for name, word in COMMANDS.items():
        for typed in (f"/{name}", name.upper(), word.thai, f"/{word.thai}") if role in word.roles else ():
            await person.says(typed)
            heard = await person.reads()
            assert heard
            assert heard[0] not in (person.t(NOT_FOR_YOU), person.t(OUR_FAULT)), typed
        await person.says("/cancel")
        await person.reads()


@pytest.mark.parametrize(("role", "channel", "language"), EACH_ROLE)
async def test_every_button(world: World, role: str, channel: str, language: str) -> None:
    """A button that was once made for this chat, whoever its person is today, about something that is not there."""
    person = await somebody(world, role, channel, language)
    before = await state_of(world)
    for name in ROUTES.actions:
        for action in (Action(name, uuid4(), 200, 1), Action(name)):
            if role in ACTIONS[name].roles and (name == "member.add" or name in OF_ONESELF):
                continue
            heard = await hears_after(person, action)
            assert heard != person.t(OUR_FAULT), name
            assert role in ACTIONS[name].roles or heard == person.t(NOT_FOR_YOU), name
            if name in BEGIN_A_FORM and role in ACTIONS[name].roles:
                await person.says("/cancel")
                await person.sees("Cancelled. Nothing was saved.")
    for name, word in COMMANDS.items():
        if role not in word.roles:
            assert await hears_after(person, runs(name)) == person.t(NOT_FOR_YOU), name
    assert await hears_after(person, Action("command.run", choice=0)) == await hears_after(
        person, runs("help")
    )  # of long ago
    assert await state_of(world) == before


@pytest.mark.parametrize(("role", "channel", "language"), EACH_ROLE)
async def test_help_tells_exactly_what_one_may(world: World, role: str, channel: str, language: str) -> None:
    """Everything that this person can type, and nothing else; its buttons all work."""
    person = await somebody(world, role, channel, language)
    await person.says("/help")
    (text,) = await person.reads()
    listed = {name for name in COMMANDS if f"/{name}" in text.replace("\n", " \n").split()}
    listed |= {name for name in COMMANDS if f"/{name}:" in text}
    assert listed == {name for name, word in COMMANDS.items() if role in word.roles}
    work = [text.index(f"/{name}") for name in listed - PERSONAL]
    assert max(work, default=0) < min(text.index(f"/{name}") for name in PERSONAL & listed)
    assert ("02-123-4567" in text) is True
    helped = await person.newest()
    for button in helped["buttons"]:
        await person.taps_on({"message": helped["id"], "button": button["index"]})
        heard = await person.reads()
        assert heard
        assert person.t(NOT_FOR_YOU) not in heard[0]


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_only_whole_messages_are_commands(world: World, channel: str) -> None:
    """A word inside a sentence is what somebody says; a slash with nothing we know is not understood either."""
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    nat = await new_member(world, jay, "Nat", channel)
    for said in ("how many points do I have", "I want to cancel", "/pionts", "/", "หยุดเลือดกี่วันคะ"):
        await nat.says(said)
        await nat.sees("Thank you, we have passed your message on to our staff. Or did you mean one of these?")
        await jay.sees(said)
    assert await world.truth("select * from consents where version = 'withdrawn'") == []


@pytest.mark.parametrize(
    ("channel", "word"),
    [("line", "หยุด"), ("telegram", "ยกเลิกข่าวสาร"), ("line", "ไม่รับ"), ("telegram", "Unsubscribe")],
)
async def test_stop_ends_news(world: World, channel: str, word: str) -> None:
    """One word, in any state; health data and care are not touched."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay, "Nat", channel, "th")
    await nat.says(word)
    await nat.sees("We will not send you news any more. Messages about your own care still come.")
    newest = await world.truth(
        "select distinct on (purpose) purpose, given, version from consents order by purpose, at desc, id"
    )
    assert [tuple(row) for row in newest] == [
        ("health_record", True, "1"),
        ("marketing_line", False, "withdrawn"),
        ("marketing_telegram", False, "withdrawn"),
    ]


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_language_by_word_and_by_button(world: World, channel: str) -> None:
    """Named with the word, or chosen on the card, for what is asked from then on and for what comes later."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay, "Nat", channel, "en")
    await nat.says("/language th")
    nat.language = "th"
    await nat.sees("From now on we speak English with you.")
    await nat.says("ภาษา อังกฤษ")
    nat.language = "en"
    await nat.sees("From now on we speak English with you.")
    await nat.says("/language français")
    await nat.sees(CHOOSE_LANGUAGE)
    await nat.taps("ไทย")
    nat.language = "th"
    await nat.sees("From now on we speak English with you.")
    await nat.says("/status")
    await nat.sees(("ทรีตเมนต์เติมน้ำผิว", "We have your request"))


async def hears_after(person: Person, action: Action) -> str:
    """The one answer to a button that is not on any card."""
    await person.presses((await person.newest())["id"], await token(person, action))
    (heard,) = await person.reads()
    return heard


async def somebody(world: World, role: str, channel: str, language: str) -> Person:
    """A person of a role who has said hello and is not in the middle of anything."""
    names = {"sales": "คุณฝน", "manager": "คุณพลอย", "beautician": "คุณมิ้นท์", "doctor": "พญ.สาธิต ใจดี"}
    if role in names:
        return await joins_team(world, role, names[role], channel, language)
    if role == "customer":
        fon = await joins_team(world, "sales", "คุณฝน")
        return await new_member(world, fon, "Nat", channel, language)
    stranger = await world.person("Pim", channel, language)
    await stranger.adds_the_account()
    await stranger.sees(CHOOSE_LANGUAGE)
    await chooses_language(stranger)
    await stranger.reads()
    await stranger.says("/cancel")
    await stranger.sees("Cancelled. Nothing was saved.")
    return stranger


async def state_of(world: World) -> dict[str, str]:
    """A fingerprint of every table but the machinery's."""
    tables = [name for (name,) in await world.truth("select tablename from pg_tables where schemaname = 'public'")]
    rows = "md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
    sums = [f"select '{name}', {rows} from \"{name}\" t" for name in tables if name not in MACHINERY]  # noqa: S608
    rows_of_sums = await world.truth(" union all ".join(sums))
    return {row[0]: row[1] for row in rows_of_sums}
