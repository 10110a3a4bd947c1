"""A conversation that goes as people's do: interrupted, corrected, dropped, taken up days later, on two phones."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.stories.person import Person
from tests.stories.scenes import PHONE, joins_team, new_member, reaches_payment
from tests.stories.world import Time, World

CASES = [("line", "th"), ("telegram", "en")]
NO_PHONE = "That does not look like a Thai phone number. Please type it like 081-234-5678."
NAME = "What is the customer's name?"


async def begins(sales: Person, name: str = "Nat") -> None:
    """A new customer's form, at the question for the telephone number."""
    await sales.says("/lead")
    await sales.sees(NAME)
    await sales.says(name)
    await sales.sees(phone_question(sales, name))


def phone_question(sales: Person, name: str = "Nat") -> str:
    return sales.t("What is {name}'s phone number?", name=name)


async def ends(sales: Person, name: str = "Nat", phone: str = PHONE) -> None:
    """From the telephone number to the saved customer."""
    await sales.says(phone)
    await sales.sees("Which treatment?")
    await sales.says("FAC-HYD")
    await sales.sees(sales.t("How did {name} find us? You can also type it.", name=name))
    await sales.taps("Walk-in")
    await sales.sees(("Save this customer?", name, "081-555-0199"))
    await sales.taps("Confirm")
    assert sales.t("Saved. You look after {name}.", name=name) in (await sales.reads())[0]


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_interrupted_corrected_and_taken_up_after_days(
    world: World, time: Time, channel: str, language: str
) -> None:
    """A command, a sticker and ten days come between; nothing of the form is lost."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await begins(jay, "Nut")
    await jay.says("/help")
    await jay.sees("What you can do here", phone_question(jay, "Nut"))
    await jay.sends_sticker()
    await jay.sees("Thank you! I can only read text here.", phone_question(jay, "Nut"))
    await jay.says("ย้อนกลับ")
    await jay.sees(NAME)
    await jay.says("Nat")
    await jay.sees(phone_question(jay))
    await time.moves_to(await time.now() + timedelta(days=10))
    await jay.says("not a number")
    await jay.sees(NO_PHONE, phone_question(jay))
    await ends(jay, phone="๐๘๑-๕๕๕-๐๑๙๙")


async def test_what_was_given_up_is_not_kept(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    await begins(jay)
    await jay.taps("Cancel")
    await jay.sees("Cancelled. Nothing was saved.")
    await jay.says("/cancel")
    await jay.sees("There is nothing to cancel.")
    assert await world.truth("select 1 from workflow_states") == []


async def test_a_step_that_a_release_has_dropped(world: World) -> None:
    """The form goes on at its first open question, with what was filled in."""
    jay = await joins_team(world, "sales", "คุณเจ")
    await begins(jay)
    await world.truth("update customer_conversations set step = 'nickname'")
    await ends(jay)


async def test_back_from_the_summary_and_an_older_summary(world: World) -> None:
    """A sum in Thai digits, corrected; the first summary's button confirms nothing, the second's once."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay)
    await reaches_payment(jay, "Nat", 500)
    first = await jay.button("Confirm payment")
    await jay.says("แก้")
    await jay.sees(jay.t("How was {amount} paid?", amount=jay.words.money(50_000)))
    await jay.says("back")
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat"))
    await jay.says("๑,๒๙๐")
    await jay.sees(jay.t("How was {amount} paid?", amount=jay.words.money(129_000)))
    await jay.taps("Cash")
    await jay.sees(("Did you receive this payment?", jay.words.money(129_000)))
    await jay.taps_on(first)
    assert "earlier summary" in (await jay.reads())[0]
    second = await jay.button("Confirm payment")
    await asyncio.gather(jay.taps_on(second), jay.taps_on(second))
    await jay.reads()
    await nat.sees("is confirmed ✅")
    assert await world.one_truth("select sum(amount_satang)::int from payments") == 129_000


async def test_two_phones_of_one_person(world: World) -> None:
    """Each chat has its own form; the person is one, so that only one of two events is worked on at a time."""
    jay = await joins_team(world, "sales", "คุณเจ", "telegram")
    other = await world.person("คุณเจ", "line", "en")
    await other.says(f"/start {await world.invitation('sales', 'คุณเจ')}")
    await other.reads()
    await asyncio.gather(begins(jay, "Nat"), begins(other, "Anna"))
    await ends(jay)
    await other.says("/cancel")
    await other.sees("Cancelled. Nothing was saved.")
    assert await world.one_truth("select name from customers where phone = '+66815550199'") == "Nat"
