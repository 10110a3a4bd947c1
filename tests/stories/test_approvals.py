"""Large payments and payments that were false: two people, each on their own card, and everything once."""

from __future__ import annotations

import asyncio

import pytest

from tests.stories.person import Person
from tests.stories.scenes import joins_team, new_member, sets_time, takes_payment
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en")]
ASKED = "Your colleagues have been asked. You hear from us as soon as one has decided."
COUNT = "Please count the money yourself. Confirm only what you saw."


async def opens_large(world: World, jay: Person, channel: str = "telegram", language: str = "en") -> Person:
    """A clinic where THB 1,000 is large, so that the facial of THB 1,290 needs two people."""
    await world.truth("update clinics set settings = settings || '{\"two_person_limit_satang\": 100000}'")
    return await new_member(world, jay, "Nat", channel, language)


async def asks(jay: Person, *others: Person) -> None:
    """Jay has seen THB 1,290 in cash; everybody who may be the second person gets a card."""
    await jay.says("/payments")
    await jay.sees("Whose payment came in?")
    await jay.taps("Nat")
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat"))
    await jay.says("1290")
    await jay.sees(jay.t("How was {amount} paid?", amount=jay.words.money(129_000)))
    await jay.taps("Cash")
    await jay.sees("Did you receive this payment?")
    await jay.taps("Confirm payment")
    await jay.sees(("Large payment: second person", ASKED))
    for other in others:
        await other.sees(("Large payment: second person", COUNT))


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_second_person_confirms_on_their_own_card(world: World, channel: str, language: str) -> None:
    """The first press asks, a colleague's makes it true, the first one hears, and one receipt names both."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    fon = await joins_team(world, "sales", "คุณฝน", channel, language)
    ploy = await joins_team(world, "manager", "คุณพลอย")
    nat = await opens_large(world, jay, channel, language)
    await asks(jay, ploy)  # คุณฝน works at another branch than คุณเจ's customer
    await jay.says("/approvals")
    await jay.sees(("You asked for this", "Nat"))
    await jay.taps("Nat")
    await jay.sees(("Large payment: second person", ASKED))
    await ploy.taps("Confirm payment")
    await ploy.sees("Approved by คุณพลอย")
    await ploy.sees_changed("Approved by คุณพลอย")
    await jay.sees(approved(jay, "คุณพลอย"))
    await nat.sees(nat.t("Receipt no. {no}", no=1))
    rows = await world.truth(
        "select u.name, s.name as second from payments p join users u on u.id = p.confirmed_by"
        " join users s on s.id = p.second_by"
    )
    assert [tuple(row) for row in rows] == [("คุณเจ", "คุณพลอย")]
    await ploy.says("/approvals")
    await ploy.sees("Nothing is waiting for a second person.")
    await fon.sees_nothing()


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_the_first_person_presses_again(world: World, channel: str) -> None:
    """The same thumb twice is still one person."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    ploy = await joins_team(world, "manager", "คุณพลอย", channel)
    await opens_large(world, jay)
    await jay.says("/payments")
    await jay.sees("Whose payment came in?")
    await jay.taps("Nat")
    await jay.sees("How much did")
    await jay.says("1290")
    await jay.sees(jay.t("How was {amount} paid?", amount="THB 1,290"))
    await jay.taps("Cash")
    await jay.sees("Did you receive this payment?")
    confirm = await jay.button("Confirm payment")
    await asyncio.gather(*[jay.taps_on(confirm) for _ in range(2)])
    await jay.sees(("Large payment: second person", ASKED), "คุณเจ already asked for a second person")
    await ploy.sees(("Large payment: second person", COUNT))
    assert await world.one_truth("select count(*) from payments") == 0
    assert await world.one_truth("select count(*) from approvals") == 1


@pytest.mark.parametrize("channels", [("line", "telegram"), ("telegram", "line")], ids=str)
async def test_two_second_persons_at_once(world: World, channels: tuple[str, str]) -> None:
    """Two managers press together: one payment, one receipt; the later one reads who was first."""
    jay = await joins_team(world, "sales", "คุณเจ")
    ploy = await joins_team(world, "manager", "คุณพลอย", channels[0])
    nim = await joins_team(world, "manager", "คุณนิ่ม", channels[1])
    nat = await opens_large(world, jay)
    await asks(jay, ploy, nim)
    await asyncio.gather(ploy.taps("Confirm payment"), nim.taps("Confirm payment"))
    first = await world.one_truth("select u.name from payments p join users u on u.id = p.second_by")
    winner, loser = (ploy, nim) if first == "คุณพลอย" else (nim, ploy)
    await winner.sees(f"Approved by {first}")
    await loser.sees((f"{first} already approved this", f"Approved by {first}"))
    for person in (ploy, nim):
        await person.sees_changed(f"Approved by {first}")
    await jay.sees(f"Approved by {first}")
    await nat.sees("Receipt no. 1")
    assert await world.one_truth("select count(*) from payments") == 1


async def test_a_no_is_told_and_changes_nothing(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    ploy = await joins_team(world, "manager", "คุณพลอย")
    await opens_large(world, jay)
    await asks(jay, ploy)
    await ploy.taps("Refuse")
    await ploy.sees("Refused by คุณพลอย")
    await ploy.sees_changed("Refused by คุณพลอย")
    await jay.sees("Refused by คุณพลอย")
    await jay.taps("Show customer")
    await jay.sees(("Nat", "New"))
    assert await world.one_truth("select count(*) from payments") == 0


async def test_a_request_ends_after_a_day(world: World, time: Time) -> None:
    jay = await joins_team(world, "sales", "คุณเจ")
    ploy = await joins_team(world, "manager", "คุณพลอย")
    await opens_large(world, jay)
    await asks(jay, ploy)
    await time.moves_to_tomorrow("11:30")
    over = "Nobody decided in time, so nothing was changed."
    await jay.sees(over)
    await ploy.sees_changed(over)


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_false_payment_is_voided_by_two(world: World, channel: str, language: str) -> None:
    """The manager says why, sales confirms: points and appointment go, the customer hears, the receipt stays."""
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, ploy, "Nat", channel, language)
    await takes_payment(ploy, nat)
    await sets_time(ploy, mint)
    await ploy.taps("History")
    await ploy.sees((ploy.t("History of {name}", name="Nat"), ploy.t("Receipt no. {no}", no=1)))
    await ploy.taps("Void payment")
    await ploy.sees(ploy.t("Why should the payment of {name} be voided?", name="Nat"))
    await ploy.taps("The slip was false")
    await ploy.sees(("Ask for a second person?", "The slip was false"))
    await ploy.taps("Confirm")
    await ploy.sees(("Void a payment: second person", ASKED))
    await jay.sees(("Void a payment: second person", ploy.t("The slip was false")))
    await jay.taps("Void payment")
    await jay.sees("Approved by คุณเจ")
    await jay.sees_changed("Approved by คุณเจ")
    await ploy.sees(approved(ploy, "คุณเจ"))
    await mint.sees_changed("Task called off")
    await nat.sees(("Payment cancelled", "Your appointment is released for now."))
    assert await world.one_truth("select stage from workflow_states") == "proposal_sent"
    assert await world.one_truth("select pending_points from loyalty_profiles") == 0
    kinds = await world.truth("select kind, points from point_transactions where kind = 'cancel_pending'")
    assert [tuple(row) for row in kinds] == [("cancel_pending", -51)]

    await ploy.taps("Show customer")
    await ploy.sees(("Nat", "Plan sent"))


def approved(person: Person, by: str) -> str:
    """How a request ended, up to the moment."""
    return person.t("Approved by {by}, {when}", by=by, when="").strip()
