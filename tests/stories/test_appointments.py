"""Appointments: set with a choice of times, answered by the customer, moved, missed, kept, and begun at the counter."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.stories.person import Person
from tests.stories.scenes import (
    TIME_IS_SET,
    WHEN,
    accepts,
    asks_when,
    books,
    enters_lead,
    joins,
    joins_team,
    new_member,
    reaches_payment,
    sets_time,
    takes_payment,
)
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en")]
MINT = "คุณมิ้นท์"
OVER = "This appointment is over or was given up. You can ask for another time."
PASSED_ON = (
    "Thank you, we have passed your message on to our staff. If you meant a time: please type a day and a time,"
    " like tomorrow 14:00."
)
OUTDATED = "Something changed in the meantime. Please look at the current card and try again."
YOURS = "This is your time with us."


async def team(world: World, channel: str, language: str) -> tuple[Person, Person]:
    """The salesperson of the branch at Ari, and a beautician."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    return jay, await joins_team(world, "beautician", MINT, channel, language)


async def starts_at(world: World) -> datetime:
    """When the one appointment begins."""
    found: datetime = await world.one_truth("select starts_at from appointments where state <> 'cancelled'")
    return found


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_set_confirmed_moved_and_cancelled(world: World, channel: str, language: str) -> None:
    """Closed hours are refused with what is free; an old card's press is answered with the appointment as it is."""
    jay, mint = await team(world, channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    await asks_when(jay, who=MINT)
    await jay.says("พรุ่งนี้ 21:00" if language == "th" else "tomorrow 21:00")
    closed = jay.t("The branch is closed then. Free next: {times}.", times="").split(":")[0]
    await jay.sees(closed, WHEN)
    await jay.taps("Cancel")
    await jay.sees("Cancelled. Nothing was saved.")
    await jay.says("/payments")
    await jay.sees("Paid, waiting for a time")
    await jay.taps("Nat")
    await jay.sees("Nat")
    await books(jay, "พรุ่งนี้ 14:00" if language == "th" else "tomorrow 14:00", who=MINT)
    await mint.sees("New task")
    when = await starts_at(world)
    await nat.sees((YOURS, nat.words.when(when), "99", MINT))
    assert "maps" in await nat.link("Map")
    sure, change = await nat.button("Confirm"), await nat.button("Move")
    await nat.taps_on(sure)
    await nat.sees("Thank you, we look forward to seeing you.")

    await nat.taps("Move")
    await nat.sees(nat.t("{when}: what would you like to change?", when=nat.words.when(when)))
    await nat.taps("Another time")
    await nat.sees(WHEN)
    await nat.says("มะรืน 15:00" if language == "th" else "in 50 hours")
    await nat.sees("Move the appointment?")
    await nat.taps("Confirm")
    moved = await starts_at(world)
    assert moved > when
    await nat.sees(("Your appointment is moved. See you then!", nat.words.when(moved)))
    await nat.sees_changed(nat.words.when(moved))
    await mint.sees(("New task", mint.words.when(moved)))
    await mint.sees_changed("New task", mint.words.when(moved))
    await jay.sees((jay.t("{name} has a new time", name="Nat"), jay.words.when(moved)))
    if channel == "line":  # on Telegram the old card has no buttons any more
        await nat.taps_on(sure)
        await nat.sees((OUTDATED, nat.words.when(moved)))

    await nat.taps_on(change if channel == "line" else await nat.button("Move"))
    await nat.sees(nat.t("{when}: what would you like to change?", when=nat.words.when(moved)))
    await nat.taps("Cancel the appointment")
    await nat.sees(nat.t("Cancel the appointment on {when}?", when=nat.words.when(moved)))
    await nat.taps("Yes, cancel it")
    await nat.sees("The appointment is cancelled.")
    await nat.sees_changed("Cancelled")
    await mint.sees_changed("Task called off", cards=2)
    await jay.sees(jay.t("{name}'s appointment is cancelled", name="Nat"))
    if channel == "line":
        await nat.taps_on(sure)
        await nat.sees((OVER, "Cancelled"))
    await nat.says("/appointments")
    await nat.sees("Choose a time", "Earlier appointments")


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_what_is_no_time_may_be_a_worry_and_reaches_the_staff(world: World, channel: str, language: str) -> None:
    jay, _ = await team(world, channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await reaches_payment(jay, "Nat")
    await jay.taps("Confirm payment")
    await jay.reads()
    await nat.reads()
    await nat.says("/appointments")
    await nat.reads()
    await nat.taps("Another time")
    await nat.sees(WHEN)
    await nat.says("my lips are swollen, should I worry?")
    await nat.sees(nat.t(PASSED_ON), WHEN)
    await jay.sees((jay.t("{name} wrote", name="Nat"), "my lips are swollen, should I worry?"))
    await nat.says("พรุ่งนี้ 14:00" if language == "th" else "tomorrow 14:00")
    await nat.reads()
    await jay.reads()


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_the_same_time_at_once(world: World, channel: str) -> None:
    """Two salespeople confirm the same time with the same person: one has it, the other is offered what is free."""
    jay, mint = await team(world, channel, "en")
    fon = await joins_team(world, "sales", "คุณฝน", channel)
    for sales, name, phone in ((fon, "Nok", "089-555-0100"), (jay, "Nat", "081-555-0199")):
        await enters_lead(sales, name, phone)
        await sales.says("/payments")
        await sales.reads()  # Nok may be there already, as paid
        await sales.taps(name)
        await sales.sees(f"How much did {name} pay? Press the full amount, or type another one.")
        await sales.says("1290")
        await sales.sees("How was THB 1,290 paid?")
        await sales.taps("Cash")
        await sales.sees("Did you receive this payment?")
        await sales.taps("Confirm payment")
        await sales.sees("✅")
        await asks_when(sales, who=MINT, name=name)
        await sales.says("tomorrow 14:00")
        await sales.sees("Set this time?")
    await asyncio.gather(jay.taps("Confirm"), fon.taps("Confirm"))
    for said in (await jay.reads(), await fon.reads()):
        assert any(word in said[0] for word in ("has no chat yet: please tell them.", "That time is taken. Free next:"))
    await mint.sees("New task")
    assert await world.one_truth("select count(*) from appointments") == 1
    assert await world.one_truth("select count(*) from workflow_actions where action = 'schedule'") == 1


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_missed_appointment_and_a_new_time(world: World, time: Time, channel: str, language: str) -> None:
    """The customer says that they are late, and still does not come; of the times offered they ask for one."""
    jay, mint = await team(world, channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    await books(jay, "15:00")
    await mint.sees("New task")
    await nat.sees(YOURS)
    await accepts(mint)
    await nat.taps("I will be late")
    await nat.sees("How late will you be?")
    await nat.taps("{minutes} minutes", minutes=20)
    await nat.sees("Thank you for telling us. We wait for you.")
    for person in (jay, mint):
        await person.sees(person.t("{name} will be {minutes} minutes late", name="Nat", minutes=20))
    when = await starts_at(world)
    await time.moves_to(when + timedelta(minutes=34))
    await nat.sees({"th": "อีก 2 ชั่วโมงพบกันนะคะ", "en": "See you in 2 hours"}[language])
    await jay.sees_nothing()
    await jay.taps("Show appointment")
    await jay.sees("Nat")
    await time.moves_to(when + timedelta(minutes=35))
    await nat.sees(nat.t("We missed you today, {name}. Hope all is well. Pick a new time:", name="Nat"))
    await nat.sees_changed("Missed")
    for person in (jay, mint):
        await person.sees(person.t("{name} did not come", name="Nat"))
    await mint.sees_changed("Task called off")
    await jay.taps("Arrived")  # on the card of before
    await jay.sees((OVER, "Missed"))

    offered = next(label for label in await nat.labels() if ":" in label)
    await nat.taps(offered)
    await nat.sees(nat.t("Thank you! We have asked for {when} and will confirm it here.", when=offered))
    await jay.sees((jay.t("{name} would like an appointment", name="Nat"), offered))
    asked = await jay.button("Set this time")
    await jay.taps_on(asked)
    set_to = nat.words.when(await world.one_truth("select max(starts_at) from appointments"))
    await jay.sees((TIME_IS_SET, set_to, jay.t("Missed appointments")))
    await mint.sees("New task")
    await nat.sees((YOURS, set_to))
    await nat.taps(offered)  # on the card of before
    await nat.sees(nat.t("Your appointment is set: {when}. Type /appointments to change it.", when=set_to))

    await jay.taps("Change the time")
    await jay.sees(jay.t("{when}: what would you like to change?", when=set_to))
    await jay.taps("Cancel the appointment")
    await jay.sees(jay.t("Cancel the appointment on {when}?", when=set_to))
    await jay.taps("Yes, cancel it")
    await jay.sees("The appointment is cancelled.")
    await nat.sees_changed("Cancelled")
    await nat.sees(nat.t("Your appointment on {when} is cancelled. You can choose another time.", when=set_to))
    await mint.sees_changed("Task called off")
    await jay.taps_on(asked)  # on the card of before, when the journey waited for this time
    await jay.sees((OUTDATED, "Nat"))
    assert await world.one_truth("select count(*) from appointments") == 2


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_arriving_by_the_code_at_the_counter(world: World, time: Time, channel: str, language: str) -> None:
    """Scanned twice it counts once; a photo of it does not work an hour later."""
    jay, mint = await team(world, channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    await books(jay, "13:00")
    await mint.sees("New task")
    await nat.sees(YOURS)
    await jay.says("/counter")
    await jay.sees("LINE", "Telegram", "Expected today")
    code = await counter_link(jay, channel)
    await nat.opens(code)
    assert nat.t("Welcome, {name}! We know that you are here.", name="Nat") in (await nat.reads())[-1]
    await jay.sees(jay.t("{name} has arrived", name="Nat"))
    await nat.opens(code)
    await nat.sees(nat.t("Welcome, {name}! We know that you are here.", name="Nat"))
    await time.moves_to(await time.now() + timedelta(hours=1))
    await nat.opens(code)
    await nat.sees("This code is no longer valid. Please scan the one at the counter again.")
    await mint.opens(code)
    assert (
        mint.t("This code is for customers. When a customer is here, press Arrived on their card.")
        in (await mint.reads())[-1]
    )
    await time.moves_to(await time.now() + timedelta(hours=2))
    assert await world.one_truth("select state from appointments") == "arrived"
    assert await world.one_truth("select count(*) from workflow_events where kind = 'customer_arrived'") == 1


async def counter_link(staff: Person, channel: str) -> str:
    """The address in the picture of the counter's code for a channel, as a phone's camera reads it."""
    [found] = await staff.world.truth(
        "select c->'card'->'picture'->'facts'->>'url' from (select content c from outbox) o"
        " where c->'card'->>'title' = $1 and c->'card'->'picture' is not null"
        " and c->'card'->'picture'->'facts'->>'url' like '%arrive-%'",
        {"line": "LINE", "telegram": "Telegram"}[channel],
    )
    return str(found[0])


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_staff_see_who_is_expected_and_who_has_arrived(world: World, channel: str) -> None:
    """One tap on the appointment's card, by the beautician as well."""
    jay, mint = await team(world, channel, "en")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await books(jay, "13:00")
    await mint.sees("New task")
    await nat.sees(YOURS)
    await mint.says("/counter")
    await mint.sees("LINE", "Telegram", ("Expected today", "Nat"))
    await mint.taps("Nat")
    await mint.sees(("Nat", "Booked"))
    arrived = await mint.button("Arrived")
    await mint.taps_on(arrived)
    await mint.sees(("The team knows that the customer is here.", "Arrived"))
    await jay.sees("Nat has arrived")
    await mint.taps_on(arrived)
    await mint.sees(("The team knows that the customer is here.", "Arrived"))


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_time_kept_until_the_payment(world: World, time: Time, channel: str, language: str) -> None:
    """Kept, lapsed after a day, kept again, and booked with the payment."""
    jay, mint = await team(world, channel, language)
    await enters_lead(jay, "Nat")
    nat = await joins(world, jay, "Nat", channel, language)
    for day in (2, 3):
        await jay.taps("Show customer")
        await jay.sees("Nat")
        await asks_when(jay, "Keep a time")
        await jay.says((await time.now() + timedelta(days=day)).replace(hour=7).isoformat())
        await jay.sees("Keep this time?")
        await jay.taps("Confirm")
        await jay.sees(("The time is kept. The customer has been told.", "Time kept"))
        await nat.sees("This time becomes yours with the payment.")
        if day == 2:
            await time.moves_to(await time.now() + timedelta(days=1))
            await jay.sees(jay.t("The time kept for {name} is free again: no payment came", name="Nat"))
    await reaches_payment(jay, "Nat")
    await jay.taps("Confirm payment")
    await jay.sees(("✅", "Time is set"))
    await mint.sees("New task")
    await nat.sees("✅", YOURS)
    assert await world.one_truth("select stage from workflow_states") == "treatment_scheduled"


async def test_a_second_visit_at_once_is_not_started(world: World) -> None:
    """All who may do it are busy: sales reads when somebody is free."""
    jay, mint = await team(world, "telegram", "en")
    people = [await new_member(world, jay, name, phone=f"081-555-020{n}") for n, name in enumerate(("A", "B", "C"))]
    for person in people[:2]:
        await takes_payment(jay, person)
        await sets_time(jay, mint)
    await takes_payment(jay, people[2])
    await jay.taps("Start now: set the time to now")
    await jay.sees("That time is taken. Free next:")
