"""Codes that bind a chat to a person: they work once and for a while, and never give two people one membership."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stories.person import Person
from tests.stories.scenes import (
    CHOOSE_LANGUAGE,
    answers_consents,
    chooses_language,
    code_cards,
    enters_lead,
    enters_team,
    joins,
    new_member,
    sees_joined,
    takes_payment,
)
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en")]
UNKNOWN = "We do not know this code. Please check it, or ask the clinic for a new one."
USED = "This code has already been used. Please ask the clinic for a new one."
OVER = "This code is no longer valid. Please ask the clinic for a new one."
EXPIRED = "This code has expired. Please ask the clinic for a new one."
TAKEN = "This chat already belongs to another member. Please ask the clinic's staff for help."
HAS_CHAT = "This membership is already linked to another chat here. Please ask the clinic's staff for help."
NOT_FOR_YOU = "This is for other members of the team. Type /help to see what you can do."


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_staff_code_works_once(world: World, channel: str, language: str) -> None:
    """Who comes second with a code is told so, and is nobody to the clinic; who came first may come again."""
    code = await world.invitation("sales", "คุณเจ")
    jay = await world.person("Jay", channel, language)
    await jay.says(f"/start {code}")
    await jay.sees(("คุณเจ", CHOOSE_LANGUAGE))
    await chooses_language(jay)
    await jay.sees(jay.t("Welcome to the team of {clinic}", clinic=jay.clinic))

    eve = await world.person("Eve", channel, language)
    await eve.says(f"/start {code}")
    await eve.sees(USED)
    await eve.says("/payments")
    await eve.sees(CHOOSE_LANGUAGE)

    await jay.says(f"/start {code}")
    await jay.sees(jay.t("Welcome to the team of {clinic}", clinic=jay.clinic))
    assert await world.one_truth("select count(*) from invitations where used_at is not null") == 1


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_codes_expire(world: World, time: Time, channel: str, language: str) -> None:
    """A customer's code lives a day, a staff code a week; after that they say so."""
    jay = await enters_team(world, "sales", "คุณเจ", channel, language)
    await enters_lead(jay, "Nat")
    for_nat, for_mint = await jay.code(), await world.invitation("beautician", "คุณมิ้นท์")

    await time.moves_to(await time.now() + timedelta(hours=23, minutes=59))
    early = await world.person("Nat", channel, language)
    await early.says(f"/start {for_nat}")
    await early.sees(CHOOSE_LANGUAGE)
    await sees_joined(jay, "Nat")

    await enters_lead(jay, "Nok", phone="089-555-0100")
    for_nok = await jay.code()
    await time.moves_to(await time.now() + timedelta(hours=24))
    late = await world.person("Nok", channel, language)
    await late.says(f"/start {for_nok}")
    await late.sees(EXPIRED)

    await time.moves_to(await time.now() + timedelta(days=6))
    mint = await world.person("Mint", channel, language)
    await mint.says(f"/start {for_mint}")
    await mint.sees(EXPIRED)
    await mint.says(f"/start {await world.invitation('beautician', 'คุณมิ้นท์')}")
    await mint.sees(CHOOSE_LANGUAGE)


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_who_opens_the_chat_twice_may_answer_on_the_first_card(world: World, channel: str) -> None:
    """The link pressed again while the answer was slow: two cards ask the same, and either takes the answer."""
    jay = await enters_team(world, "sales", "คุณเจ")
    await enters_lead(jay, "Nat")
    code = await jay.code()
    nat = await world.person("Nat", channel, "en")
    await nat.says(f"/start {code}")
    await nat.sees(CHOOSE_LANGUAGE)
    await sees_joined(jay, "Nat")
    await chooses_language(nat)
    await nat.sees("Your consent")
    first = await nat.button("I agree")
    await nat.says(f"/start {code}")
    await nat.sees("Your consent")
    await nat.taps_on(first)
    await nat.sees(("Your consent", "news and member benefits"))
    await nat.taps("No")
    await nat.sees(nat.t("Welcome to {clinic}", clinic=nat.clinic))
    given = await world.truth("select purpose, given from consents order by purpose")
    assert [tuple(row) for row in given] == [("health_record", True), (f"marketing_{channel}", False)]


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_code_nobody_made(world: World, channel: str) -> None:
    """Said in the language of the telephone, also when it is not the first thing that somebody writes."""
    eve = await world.person("Eve", channel, "en")
    await eve.says("/start 000000000X")
    await eve.sees(UNKNOWN)
    await eve.says("0000-00000x")
    await eve.sees(UNKNOWN)


async def test_a_code_typed_as_people_type(world: World) -> None:
    """Small letters, O for zero; and without /start, in the middle of being asked for a name."""
    jay = await enters_team(world, "sales", "คุณเจ")
    await enters_lead(jay, "Nat")
    code = (await jay.code()).lower().replace("0", "o")
    nat = await world.person("Nat", "line", "en")
    await nat.adds_the_account()
    await nat.sees(CHOOSE_LANGUAGE)
    await chooses_language(nat)
    await nat.sees(nat.t("Welcome to {clinic}", clinic=nat.clinic), "What is your name?")
    if code.isalpha():  # ten letters could be a name, so they need their /start
        code = f"/start {code}"
    await nat.says(code)
    await sees_joined(jay, "Nat")
    await answers_consents(nat)


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_language_said_instead_of_pressed(world: World, channel: str) -> None:
    """Who types the language at the door is still welcomed and asked for the consents; so is a stranger for a name."""
    jay = await enters_team(world, "sales", "คุณเจ")
    await enters_lead(jay, "Nat")
    nat = await world.person("Nat", channel, "th")
    await nat.says(f"/start {await jay.code()}")
    await nat.sees(CHOOSE_LANGUAGE)
    await sees_joined(jay, "Nat")
    await nat.says("/language th")
    await answers_consents(nat)

    eve = await world.person("Eve", channel, "en")
    await eve.adds_the_account()
    await eve.sees(CHOOSE_LANGUAGE)
    await eve.says("/language en")
    await eve.sees(eve.t("Welcome to {clinic}", clinic=eve.clinic), "What is your name?")


async def test_a_new_code_ends_the_older_ones(world: World) -> None:
    """[Invite to chat] again: only the newest code counts."""
    jay = await enters_team(world, "sales", "คุณเจ")
    await enters_lead(jay, "Nat")
    older = await jay.code()
    await jay.taps("Invite to chat")
    await jay.sees(*code_cards(jay, "Nat"))
    eve = await world.person("Eve", "telegram", "en")
    await eve.says(f"/start {older}")
    await eve.sees(OVER)
    await joins(world, jay, "Nat")


async def test_a_person_binds_both_channels(world: World) -> None:
    """The same person on LINE and Telegram: one membership, one welcome gift, one more consent to answer."""
    jay = await enters_team(world, "sales", "คุณเจ", "line", "th")
    on_line = await new_member(world, jay, "Nat", "line", "th")
    await jay.taps("Show customer")
    await jay.sees("linked")
    await jay.taps("Link another chat")
    await jay.sees(*code_cards(jay, "Nat"))
    on_telegram = await world.person("Nat", "telegram", "en")
    await on_telegram.says(f"/start {await jay.code()}")
    await sees_joined(jay, "Nat")
    on_telegram.language = "th"  # what Nat chose on LINE holds here too
    await on_telegram.sees("Your consent")
    await on_telegram.taps("No")
    await on_telegram.sees(on_telegram.t("Welcome to {clinic}", clinic=on_telegram.clinic))
    for chat in (on_line, on_telegram):
        await chat.says("แต้ม")
        await chat.sees((chat.t("Your points, {name}", name="Nat"), "100"))

    # The staff side of the same: a second code of the same member for their other chat.
    jay_too = await world.person("Jay", "telegram", "th")
    await jay_too.says(f"/start {await world.invitation('sales', 'คุณเจ')}")
    await jay_too.sees(jay_too.t("Welcome to the team of {clinic}", clinic=jay_too.clinic))
    assert await world.one_truth("select count(*) from channel_identities") == 4
    owners = await world.truth("select person_id from channel_identities group by person_id having count(*) = 2")
    assert len(owners) == 2


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_two_people_cannot_share_a_membership(world: World, channel: str) -> None:
    """A second chat on the same channel is refused, and so is a second membership for one chat."""
    jay = await enters_team(world, "sales", "คุณเจ", channel, "th")
    nat = await new_member(world, jay, "Nat", channel, "th")
    await jay.taps("Show customer")
    await jay.sees("linked")
    await jay.taps("Link another chat")
    await jay.sees(*code_cards(jay, "Nat"))
    second = await jay.code()
    eve = await world.person("Eve", channel, "th")
    await eve.says(f"/start {second}")
    await eve.sees(HAS_CHAT)
    await eve.says("/points")
    await eve.sees(CHOOSE_LANGUAGE)

    await enters_lead(jay, "Nok", phone="089-555-0100")
    await nat.says(f"/start {await jay.code()}")
    await nat.sees(TAKEN)
    await nat.says("/points")
    await nat.sees(nat.t("Your points, {name}", name="Nat"))
    mint = await enters_team(world, "beautician", "คุณมิ้นท์", channel, "th")
    await mint.says(f"/start {await world.invitation('sales', 'คุณฝน')}")
    await mint.sees(TAKEN)


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_not_them(world: World, channel: str, language: str) -> None:
    """Eve used Nat's code. Jay takes her off; she sees nothing of Nat, who is asked for her own consent."""
    jay = await enters_team(world, "sales", "คุณเจ", channel, language)
    eve = await new_member(world, jay, "Nat", channel, language)
    await eve.says("/history")
    await eve.sees("Welcome gift")
    points = await eve.button("Points")

    await jay.taps("Not them")
    said = jay.t("That chat is no longer linked to {name}. Here is a new code.", name="Nat")
    await jay.sees(said, *code_cards(jay, "Nat"))
    assert await lost_access(eve, points)

    nat = await joins(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    await eve.sees_nothing()
    given = await world.truth("select version, given from consents where purpose = 'health_record' order by at")
    assert [tuple(row) for row in given] == [("1", True), ("unlinked", False), ("1", True)]
    assert await world.one_truth("select count(*) from point_transactions where reason = 'welcome'") == 1


async def lost_access(eve: Person, old_button: dict[str, object]) -> bool:
    """Neither words nor old buttons show her anything."""
    for said in ("/points", "/history", "/status"):
        await eve.says(said)
        await eve.sees(NOT_FOR_YOU)
    await eve.taps_on(old_button)
    await eve.sees(NOT_FOR_YOU)
    return True


async def test_not_them_twice(world: World) -> None:
    """The second press finds nobody linked any more, and the code that the first one made still works."""
    jay = await enters_team(world, "sales", "คุณเจ")
    await new_member(world, jay)
    not_them = await jay.button("Not them")
    await jay.taps_on(not_them)
    await jay.sees(
        jay.t("That chat is no longer linked to {name}. Here is a new code.", name="Nat"), *code_cards(jay, "Nat")
    )
    await jay.taps_on(not_them)
    await jay.sees("No chat is linked to this customer any more.")
    await joins(world, jay, "Nat")


async def test_two_hats(world: World) -> None:
    """คุณเจ sells here and is a customer too: one chat, the words of both; a customer's code adds the second hat."""
    jay = await enters_team(world, "sales", "คุณเจ", "line", "th")
    await jay.says("/payments")
    await jay.sees("Nothing is waiting for a payment or a time.")
    await jay.says("/status")
    await jay.sees(
        jay.t("Nothing is planned right now, {name}. Write to us here when you would like a treatment.", name="คุณเจ")
    )

    mint = await enters_team(world, "beautician", "คุณมิ้นท์", "telegram", "en")
    await mint.says("/points")
    await mint.sees(NOT_FOR_YOU)
    await enters_lead(jay, "มิ้นท์", phone="089-555-0100")
    await mint.says(f"/start {await jay.code()}")
    await sees_joined(jay, "มิ้นท์")
    await answers_consents(mint)
    await mint.says("/points")
    await mint.sees((mint.t("Your points, {name}", name="มิ้นท์"), "100"))
    await mint.says("/tasks")
    await mint.sees("No task is waiting. We write to you as soon as there is one.")
