"""The day after: one question, in the customer's channel and language, and help at once for who is worried."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.stories.person import Person
from tests.stories.scenes import (
    WHEN,
    accepts,
    books,
    gets_aftercare,
    joins_team,
    new_member,
    sets_time,
    takes_payment,
    treats,
)
from tests.stories.test_plans import sends_plan
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en")]
QUESTION = {"th": "ผ่านมา 1 วัน ผิวเป็นอย่างไรบ้างคะ", "en": "One day on: how is your skin?"}
GREAT = {"th": "ดีมาก", "en": "Great"}
RED = {"th": "แดงเล็กน้อย", "en": "A little red"}
WORRIED = {"th": "กังวล", "en": "Worried"}
MINT = "คุณมิ้นท์"
TOMORROW = {"th": "พรุ่งนี้", "en": "Your appointment is tomorrow"}
HOURS = {"th": "อีก 2 ชั่วโมงพบกันนะคะ", "en": "See you in 2 hours"}
COMING = {"th": "กำลังไป", "en": "On my way"}
LATE = {"th": "ถึงช้า", "en": "Late"}
NUDGE = {"th": "มีคำถามเรื่องแผน", "en": "Any questions about your plan"}
NOT_NOW = {"th": "ไว้ก่อน", "en": "Not now"}
SEE = {"th": "ดูแผน", "en": "See the plan"}
CONFIRM = {"th": "ยืนยัน", "en": "Confirm"}
MOVE = {"th": "เลื่อนนัด", "en": "Move"}
OUTDATED = "Something changed in the meantime. Please look at the current card and try again."
THANKS = "Thank you, {name}. If anything changes, write to us here at any time."
TOLD = "Thank you for telling us, {name}"
D1 = "from followup_executions where rule_id = (select id from followup_rules where key = 'd1')"
ANSWERED = "You answered “{answer}”, {when}. Type a message if something has changed."


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_day_after_a_treatment(world: World, time: Time, channel: str, language: str) -> None:
    """At ten in the morning, not before and not twice; the answer is kept, and nobody is alarmed by a good one."""
    jay, mint, nat = await treated(world, channel, language)
    await time.moves_to_tomorrow("09:59")
    await nat.sees_nothing()
    await time.moves_to(await time.now() + timedelta(minutes=1))
    await nat.sees(QUESTION[language])
    assert await offered(nat) == [GREAT[language], RED[language], WORRIED[language]]
    await time.moves_to(await time.now() + timedelta(hours=1))
    await nat.taps(GREAT[language])
    await nat.sees(nat.t(THANKS, name="Nat"))
    await the_answer_is(world, "great", "fine")
    for member in (jay, mint):
        await member.sees_nothing()


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_worried_reaches_staff_at_once(world: World, time: Time, channel: str, language: str) -> None:
    """Who owns the journey, who treated, and the manager, each in their own chat; Nat learns whom to call."""
    jay, mint, nat = await treated(world, channel, language)
    ploy = await joins_team(world, "manager", "คุณพลอย", "line", "th")
    nan = await joins_team(world, "beautician", "คุณแนน")
    await time.moves_to_tomorrow("10:00")
    await nat.sees(QUESTION[language])
    await nat.taps(WORRIED[language])
    await nat.sees((nat.t(TOLD, name="Nat"), "1669", "02-123-4567"))
    for member in (jay, mint, ploy):
        answer = () if member is jay else (f"{member.t('Answer')}: {WORRIED[member.language]}",)
        [alarm] = await member.unseen()
        assert (member.t("Answer") in alarm) is (member is not jay)  # what somebody feels is not for sales
        await member.sees((member.t("🟠 {name} is worried", name="Nat"), "081-555-0199", *answer))
        await member.taps("Show customer")
        await member.sees("Nat")
    await nan.sees_nothing()
    await the_answer_is(world, "worried", "amber")
    await nat.says("แสบหน้านิดหน่อยค่ะ")
    await nat.sees(("Our care team has your message.", "1669", "02-123-4567"))
    for member in (mint, ploy):
        await member.sees((member.t("{name} wrote", name="Nat"), "🟠", "แสบหน้านิดหน่อยค่ะ", WORRIED[member.language]))
    for member in (jay, nan):
        await member.sees_nothing()
    assert not [label for member in (jay, mint) for label in await member.labels() if label == member.t("Handled")]
    await ploy.taps("Handled")
    await ploy.sees(ploy.t("How is {name} now, and what was done?", name="Nat"))
    await ploy.taps("Called: all is well")
    await ploy.sees((ploy.t("✅ {name} is looked after", name="Nat"), "คุณพลอย", "Called: all is well"))
    for member in (jay, mint, ploy):
        await member.sees_changed(member.t("✅ {name} is looked after", name="Nat"))
    assert await world.one_truth("select adverse_open from workflow_states") is False
    await ploy.taps("Handled")
    await ploy.sees((ploy.t("✅ {name} is looked after", name="Nat"), "คุณพลอย"))
    await nat.says("ขอบคุณมากค่ะ")
    await nat.sees("Thank you, we have passed your message on to our staff. Or did you mean one of these?")
    await jay.sees((jay.t("{name} wrote", name="Nat"), "ขอบคุณมากค่ะ"))


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_second_press_is_told(world: World, time: Time, channel: str, language: str) -> None:
    """The first answer stays and is repeated; only feeling worse counts later, and alarms once."""
    jay, mint, nat = await treated(world, channel, language)
    await time.moves_to_tomorrow("10:00")
    await nat.sees(QUESTION[language])
    great, red, worried = [await nat.button(text[language]) for text in (GREAT, RED, WORRIED)]
    await nat.taps_on(red)
    await nat.sees(nat.t(THANKS, name="Nat"))
    first = nat.words.when(await world.one_truth(f"select answered_at {D1}"))
    for again in (red, great):
        await nat.taps_on(again)
        await nat.sees(nat.t(ANSWERED, answer=RED[language], when=first))
    await the_answer_is(world, "a_little_red", "fine")
    await time.moves_to(await time.now() + timedelta(hours=2))
    await nat.taps_on(worried)
    await nat.sees(nat.t(TOLD, name="Nat"))
    for member in (jay, mint):
        await member.sees(member.t("🟠 {name} is worried", name="Nat"))
    second = nat.words.when(await world.one_truth(f"select answered_at {D1}"))
    for again in (worried, great):
        await nat.taps_on(again)
        await nat.sees(nat.t(ANSWERED, answer=WORRIED[language], when=second))
    await the_answer_is(world, "worried", "amber")


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_two_presses_at_once_alarm_once(world: World, time: Time, channel: str) -> None:
    """Fear presses twice; the clinic is told once."""
    jay, mint, nat = await treated(world, channel, "en")
    await time.moves_to_tomorrow("10:00")
    await nat.sees(QUESTION["en"])
    worried = await nat.button("Worried")
    await asyncio.gather(nat.taps_on(worried), nat.taps_on(worried))
    await nat.sees(nat.t(TOLD, name="Nat"), "You answered “Worried”")
    for member in (jay, mint):
        await member.sees(member.t("🟠 {name} is worried", name="Nat"))


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_another_language_before_the_question(world: World, time: Time, channel: str) -> None:
    """Planned while Nat read English, asked in Thai, because that is what she reads when it is sent."""
    _, _, nat = await treated(world, channel, "en")
    await nat.says("/language th")
    nat.language = "th"
    await nat.sees("From now on we speak English with you.")
    await time.moves_to_tomorrow("10:00")
    await nat.sees(QUESTION["th"])
    assert await offered(nat) == [GREAT["th"], RED["th"], WORRIED["th"]]


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_another_language_between_question_and_answer(world: World, time: Time, channel: str) -> None:
    """The button says Worried, the person reads Thai by now: the answer counts, the thanks are Thai."""
    jay, mint, nat = await treated(world, channel, "en")
    await time.moves_to_tomorrow("10:00")
    await nat.sees(QUESTION["en"])
    worried = await nat.button("Worried")
    await nat.says("/language th")
    nat.language = "th"
    await nat.sees("From now on we speak English with you.")
    await nat.taps_on(worried)
    await nat.sees(nat.t(TOLD, name="Nat"))
    for member in (jay, mint):
        await member.sees(member.t("🟠 {name} is worried", name="Nat"))
    await nat.taps_on(worried)
    at = nat.words.when(await world.one_truth(f"select answered_at {D1}"))
    await nat.sees(nat.t(ANSWERED, answer=WORRIED["th"], when=at))


async def test_missed_while_the_program_was_down(world: World, time: Time) -> None:
    """Days later in one step: the question goes out at its hour, once, however late the clock is looked at."""
    jay, _, nat = await treated(world, "line", "en")
    await time.moves_to(await time.now() + timedelta(days=5))
    await nat.sees(QUESTION["en"], "Three days on")
    await jay.sees(jay.t("Please call {name}", name="Nat"))  # once, however many questions stay open
    await time.moves_to_tomorrow("10:00")
    await nat.sees_nothing()


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_reminders_of_an_appointment_act_on_it(world: World, time: Time, channel: str, language: str) -> None:
    """The day before: confirm it or move it. Two hours before the new time: on my way, or late. Old ones are void."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    mint = await joins_team(world, "beautician", MINT, "telegram" if channel == "line" else "line")
    nat = await new_member(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    await books(jay, "มะรืน 15:00" if language == "th" else "in 50 hours", who=MINT)
    await mint.sees("New task")
    await nat.sees("This is your time with us.")
    await accepts(mint)  # changes the appointment, but not its time
    when = await starts_at(world)
    await time.moves_to(when - timedelta(days=1))
    await nat.sees((TOMORROW[language], nat.words.date(when), nat.words.time(when)))
    assert await offered(nat) == [CONFIRM[language], MOVE[language], nat.t("Map")]
    sure, move = await nat.button(CONFIRM[language]), await nat.button(MOVE[language])
    await nat.taps_on(sure)
    await nat.sees(("Thank you, we look forward to seeing you.", "Confirmed"))
    await nat.taps_on(move)
    await nat.sees(WHEN)
    await nat.says("มะรืน 16:00" if language == "th" else "in 30 hours")
    await nat.sees("Move the appointment?")
    await nat.taps("Confirm")
    await nat.sees("Your appointment is moved. See you then!")
    moved = await starts_at(world)
    assert moved > when
    await nat.sees_changed(nat.words.when(moved))
    await mint.sees_changed(mint.words.when(moved))
    for member in (jay, mint):
        await member.sees(member.t("{name} has a new time", name="Nat"))
    await nat.taps_on(sure)
    await nat.sees((OUTDATED, nat.words.when(moved)))
    await time.moves_to(moved - timedelta(hours=2))
    await nat.sees((TOMORROW[language], nat.words.date(moved)), HOURS[language])
    await jay.sees("Coming: the appointment is confirmed.")
    assert await offered(nat) == [COMING[language], LATE[language], nat.t("Map")]
    await nat.taps(COMING[language])
    await nat.sees(("Thank you, we look forward to seeing you.", "Confirmed"))
    await nat.taps(LATE[language])
    await nat.sees("How late will you be?")


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_plan_is_asked_about_once(world: World, time: Time, channel: str, language: str) -> None:
    """Two days later, at eleven: see it again, or not now; then nobody asks again."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await jay.taps("Show customer")
    await jay.sees("linked")
    await sends_plan(jay, nat, "FAC-HYD", 1)
    await time.moves_to_tomorrow("12:00")
    await nat.sees_nothing()
    await time.moves_to_tomorrow("11:00")
    await nat.sees(NUDGE[language])
    assert await offered(nat) == [SEE[language], nat.t("Ask"), NOT_NOW[language]]
    not_now = await nat.button(NOT_NOW[language])
    await nat.taps(SEE[language])
    await nat.sees(nat.t("Your plan, {name}", name="Nat"))
    await nat.taps_on(not_now)
    await nat.sees(nat.t("Your plan, {name}", name="Nat"))
    assert await world.one_truth("select state from proposals") == "declined"
    await nat.sees_changed("You said not now, and we will not ask again. If you change your mind, press Accept.")
    await jay.sees(jay.t("{name} said not now to the plan. They are not asked again.", name="Nat"))


async def starts_at(world: World) -> datetime:
    """When the one appointment begins."""
    found: datetime = await world.one_truth("select starts_at from appointments")
    return found


async def treated(world: World, channel: str, language: str) -> tuple[Person, Person, Person]:
    """Jay sold a facial to Nat, and Mint has done it."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "telegram" if channel == "line" else "line")
    nat = await new_member(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    await sets_time(jay, mint)
    await accepts(mint)
    await treats(mint, nat)
    await gets_aftercare(Time(world), nat)
    return jay, mint, nat


async def the_answer_is(world: World, answer: str, outcome: str) -> None:
    """What is kept of the one question."""
    rows = await world.truth(f"select state, answer, outcome {D1}")
    assert [tuple(row) for row in rows] == [("answered", answer, outcome)]


async def offered(person: Person) -> list[str]:
    """The buttons of the newest message."""
    return [button["label"] for button in (await person.newest())["buttons"]]
