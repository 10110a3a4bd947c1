"""People who come alone, texts that nobody understands, messages taken back, and chats that are blocked."""

from __future__ import annotations

import pytest

from tests.stories.person import Person
from tests.stories.scenes import (
    CHOOSE_LANGUAGE,
    chooses_language,
    code_cards,
    joins_team,
    new_member,
    sees_joined,
    takes_payment,
)
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]
PASSED_ON = "Thank you, we have passed your message on to our staff. Or did you mean one of these?"
NOT_UNDERSTOOD = "Sorry, I did not understand that. Did you mean one of these?"
ONLY_TEXT = "Thank you! I can only read text here."


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_stranger_becomes_a_lead(world: World, channel: str, language: str) -> None:
    """Step 9: greeted, a language, a name, a phone; everybody at the desk hears of it, the beautician does not."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    ploy = await joins_team(world, "manager", "คุณพลอย", "telegram", "en")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", channel, language)
    pim = await world.person("Pim", channel, language)
    await pim.adds_the_account()
    await pim.sees(CHOOSE_LANGUAGE)
    await chooses_language(pim)
    await pim.sees(pim.t("Welcome to {clinic}", clinic=pim.clinic), "What is your name?")
    await pim.taps("Pim")
    await pim.sees(pim.t("And your phone number, {name}?", name="Pim"))
    await pim.says("later")
    bad_phone = "That does not look like a Thai phone number. Please type it like 081-234-5678."
    await pim.sees(bad_phone, pim.t("And your phone number, {name}?", name="Pim"))
    await pim.says("089 555 0100")
    await pim.sees(("Is this right?", "Pim", "089-555-0100"))
    await pim.taps("Confirm")
    thanks = "Thank you, {name}. Our staff at {clinic} will contact you soon."
    await pim.sees(pim.t(thanks, name="Pim", clinic=pim.clinic))
    for member in (jay, ploy):
        await member.sees(("New customer from the chat", "Pim", "089-555-0100"))
    await mint.sees_nothing()
    await jay.taps("Show customer")
    await jay.sees(("Pim", "089-555-0100", {"th": "วิเคราะห์ผิว", "en": "Skin scan"}[language], "linked", "nobody yet"))

    await pim.says("ทำเล็บด้วยไหม do you do nails")
    await pim.sees(PASSED_ON)
    for member in (jay, ploy):
        await member.sees((member.t("{name} wrote", name="Pim"), "ทำเล็บด้วยไหม do you do nails"))
    await pim.says("/status")
    await pim.sees("We have your request")
    lead = await world.truth("select stage, owner_id, source from workflow_states")
    assert [tuple(row) for row in lead] == [("lead", None, "chat")]


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_lead_who_came_alone_is_bound_later(world: World, channel: str) -> None:
    """Who left name and phone can ask for points already, and is not made a member twice by anything they press."""
    pim = await comes_alone(world, channel)
    await pim.says("/points")
    await pim.sees((pim.t("Your points, {name}", name="Pim"), "0"))
    await pim.says("/history")
    await pim.sees("There are no points yet. They come with your first payment.")
    await pim.says("/start")
    await pim.sees(pim.t("Welcome back to {clinic}, {name}.", clinic=pim.clinic, name="Pim"))


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_stranger_who_writes_at_once(world: World, channel: str) -> None:
    """Whatever comes first, the language is asked first; words that are commands for others open nothing."""
    pim = await world.person("Pim", channel, "en")
    for said in ("how much is botox?", "/lead", "/help", "แต้ม"):
        await pim.says(said)
        await pim.sees(CHOOSE_LANGUAGE)
    await pim.sends_sticker()
    await pim.sees(ONLY_TEXT)
    await chooses_language(pim)
    await pim.sees(pim.t("Welcome to {clinic}", clinic=pim.clinic), "What is your name?")
    await pim.says("/help")
    await pim.sees("What you can do here", "What is your name?")
    await pim.says("/payments")
    await pim.sees("This is for other members of the team. Type /help to see what you can do.", "What is your name?")
    await pim.says("/cancel")
    await pim.sees("Cancelled. Nothing was saved.")
    await pim.says("hello again")
    await pim.sees(pim.t("Welcome to {clinic}", clinic=pim.clinic), "What is your name?")
    assert await world.truth("select * from workflow_states") == []


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_text_nobody_understands(world: World, channel: str, language: str) -> None:
    """Kept, answered with the three likeliest things, and passed on to the one who looks after the customer."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    fon = await joins_team(world, "sales", "คุณฝน", "telegram", "en")
    nat = await new_member(world, jay, "Nat", channel, language)
    await nat.says("my cheek is <b>red</b> 😟")
    await nat.sees(PASSED_ON)
    assert await suggested(nat) == [nat.t(label) for label in ("Points", "Status", "Help")]
    await jay.sees((jay.t("{name} wrote", name="Nat"), "my cheek is <b>red</b> 😟"))
    await fon.sees_nothing()
    await nat.says("histroy")
    await nat.sees(PASSED_ON)
    assert (await suggested(nat))[0] == nat.t("History")
    await nat.taps("History")
    await nat.sees("History of your points")
    await jay.sees("histroy")
    await jay.says("qwerty")
    await jay.sees(NOT_UNDERSTOOD)
    assert len(await suggested(jay)) == 3
    kept = await world.truth("select data ->> 'text' as text, kind from customer_journey_events order by at")
    texts = ["my cheek is <b>red</b> 😟", "histroy", "qwerty"]
    assert [tuple(row) for row in kept] == [(text, "message_not_understood") for text in texts]


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_sticker(world: World, channel: str, language: str) -> None:
    """Kind words and what can be done instead; staff are not called for it."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await nat.sends_sticker()
    await nat.sees(ONLY_TEXT)
    await nat.taps("Status")
    await nat.sees("We have your request")
    await jay.sees_nothing()


@pytest.mark.parametrize("staff_channel", ["line", "telegram"])
async def test_a_message_taken_back_is_erased(world: World, staff_channel: str) -> None:
    """LINE asks us to forget what was unsent: no table holds it, and a card that can change shows it no more."""
    jay = await joins_team(world, "sales", "คุณเจ", staff_channel)
    nat = await new_member(world, jay, "Nat", "line")
    await nat.says("this stays with you")
    await nat.sees(PASSED_ON)
    await jay.sees("this stays with you")
    await nat.says("a secret of mine")
    await nat.sees(PASSED_ON)
    await jay.sees("a secret of mine")
    assert await tables_with(world, "a secret of mine") != []
    await nat.unsends()
    assert await tables_with(world, "a secret of mine") == []
    assert await tables_with(world, "this stays with you") != []
    await jay.sees_changed(jay.t("{name} wrote", name="Nat"), "This message was taken back.")
    await nat.sees_nothing()


async def test_an_answer_taken_back_is_asked_for_again_and_erased(world: World) -> None:
    """The newest or an earlier one, and what was said since quotes neither; the rest of the form stays."""
    nat = await world.person("Nat", "line", "en")
    await nat.adds_the_account()
    await nat.sees(CHOOSE_LANGUAGE)
    await chooses_language(nat)
    await nat.sees(nat.t("Welcome to {clinic}", clinic=nat.clinic), "What is your name?")
    await nat.says("Nattaya")
    await nat.sees(nat.t("And your phone number, {name}?", name="Nattaya"))
    await nat.says("081-555 0777")
    await nat.sees(("Is this right?", "Nattaya", "081-555-0777"))
    await nat.unsends()
    await nat.sees(nat.t("And your phone number, {name}?", name="Nattaya"))
    assert await tables_with(world, "555%0777") == []
    await nat.says("081-555 0888")
    await nat.sees(("Is this right?", "Nattaya", "081-555-0888"))
    await nat.unsends(nth=2)
    await nat.sees("What is your name?")
    assert await tables_with(world, "Nattaya") == []
    await nat.says("Natty")
    await nat.sees(("Is this right?", "Natty", "081-555-0888"))


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_blocked_chat(world: World, channel: str) -> None:
    """Nothing is sent where we are blocked; who comes back is reached again."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay, "Nat", channel)
    await nat.blocks()
    assert not await is_reachable(world, nat)
    await pays_unheard(jay, "Nat")
    await nat.sees_nothing()
    assert await world.truth("select * from outbox where notice_kind = 'payment.receipt'") == []
    await nat.unblocks()
    assert await is_reachable(world, nat)
    # LINE tells of the return as of a new friend, so the clinic says hello; Telegram's return is silent.
    if channel == "line":
        await nat.sees(nat.t("Welcome back to {clinic}, {name}.", clinic=nat.clinic, name="Nat"))
    await jay.taps("Start now: set the time to now")
    await jay.sees("The time is set to now. The team has been asked; the first to accept does the treatment.")
    await nat.says("/status")
    await nat.sees("Your appointment is set")


async def test_notices_of_a_blocked_chat_go_to_the_other(world: World) -> None:
    """Nat wrote last on LINE and blocks it: the receipt comes on Telegram, and after the return on LINE again."""
    jay = await joins_team(world, "sales", "คุณเจ")
    on_telegram = await new_member(world, jay, "Nat")
    await jay.taps("Show customer")
    await jay.sees("linked")
    await jay.taps("Link another chat")
    await jay.sees(*code_cards(jay, "Nat"))
    on_line = await world.person("Nat", "line", "en")
    await on_line.says(f"/start {await jay.code()}")
    await sees_joined(jay, "Nat")
    await on_line.sees("Your consent")
    await on_line.taps("No")
    await on_line.sees(on_line.t("Welcome to {clinic}", clinic=on_line.clinic))

    await on_line.blocks()
    await takes_payment(jay, on_telegram, 290)
    await on_line.unblocks()
    await on_line.sees(on_line.t("Welcome back to {clinic}, {name}.", clinic=on_line.clinic, name="Nat"))
    await takes_payment(jay, on_line, 1000)


async def test_a_block_nobody_told_us_of(world: World) -> None:
    """Telegram refuses what we send to someone who blocked us: the notice goes to their LINE, and we remember."""
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    on_line = await new_member(world, jay, "Nat", "line")
    await jay.taps("Show customer")
    await jay.sees("linked")
    await jay.taps("Link another chat")
    await jay.sees(*code_cards(jay, "Nat"))
    on_telegram = await world.person("Nat", "telegram", "en")
    await on_telegram.says(f"/start {await jay.code()}")
    await sees_joined(jay, "Nat")
    await on_telegram.sees("Your consent")
    await on_telegram.taps("No")
    await on_telegram.sees(on_telegram.t("Welcome to {clinic}", clinic=on_telegram.clinic))

    await on_telegram.blocks()
    await world.truth("update channel_identities set reachable = true")  # as if the update had never come
    await takes_payment(jay, on_line)
    assert not await is_reachable(world, on_telegram)


async def comes_alone(world: World, channel: str) -> Person:
    """A stranger who left name and phone."""
    pim = await world.person("Pim", channel, "en")
    await pim.adds_the_account()
    await pim.sees(CHOOSE_LANGUAGE)
    await chooses_language(pim)
    await pim.sees(pim.t("Welcome to {clinic}", clinic=pim.clinic), "What is your name?")
    await pim.says("Pim")
    await pim.sees(pim.t("And your phone number, {name}?", name="Pim"))
    await pim.says("089 555 0100")
    await pim.sees("Is this right?")
    await pim.taps("Confirm")
    await pim.sees(
        pim.t("Thank you, {name}. Our staff at {clinic} will contact you soon.", name="Pim", clinic=pim.clinic)
    )
    return pim


async def pays_unheard(jay: Person, name: str) -> None:
    """A payment is confirmed while its customer cannot be reached."""
    await jay.says("/payments")
    await jay.sees("Whose payment came in?")
    await jay.taps(name)
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name=name))
    await jay.taps("THB 1,290")
    await jay.sees(jay.t("How was {amount} paid?", amount="THB 1,290"))
    await jay.taps("Card")
    await jay.sees("Did you receive this payment?")
    await jay.taps("Confirm payment")
    await jay.sees("✅")


async def suggested(person: Person) -> list[str]:
    """The buttons of the newest message."""
    newest = await person.newest()
    return [button["label"] for button in newest["buttons"]]


async def is_reachable(world: World, person: Person) -> bool:
    """Whether the clinic believes that messages arrive in this chat."""
    return bool(await world.one_truth("select reachable from channel_identities where external_id = $1", person.id))


async def tables_with(world: World, text: str) -> list[str]:
    """Every table of which any row holds the text, in whatever column."""
    tables = await world.truth("select tablename from pg_tables where schemaname = 'public'")
    return [
        name
        for (name,) in tables
        if await world.one_truth(f'select count(*) from "{name}" t where t::text like $1', f"%{text}%")  # noqa: S608
    ]
