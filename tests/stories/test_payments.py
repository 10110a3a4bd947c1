"""Money at the desk: confirmed once, by whoever was first, in parts or at once, and never by its own payer."""

from __future__ import annotations

import asyncio

import pytest

from tests.stories.person import Person
from tests.stories.scenes import (
    accepts,
    enters_lead,
    joins_team,
    new_member,
    reaches_payment,
    sets_time,
    takes_payment,
    treats,
)
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]
ALREADY = "Already confirmed: {amount}, receipt no. {no}, by {by}, {when}."


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_two_presses_confirm_once(world: World, channel: str, language: str) -> None:
    """The second press learns who confirmed and when, and the customer gets one receipt."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await reaches_payment(jay, "Nat")
    confirm = await jay.button("Confirm payment")
    await jay.taps_on(confirm)
    await jay.sees(confirmed(jay, 129_000, 1))
    await nat.sees(nat.t("Receipt no. {no}", no=1))
    await jay.taps_on(confirm)
    await jay.sees(await already(world, jay, "คุณเจ"))
    await the_books_hold(world, [(1, 129_000, "cash", "คุณเจ")])


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_two_presses_at_once_confirm_once(world: World, channel: str) -> None:
    """A nervous thumb: both presses are under way together."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    nat = await new_member(world, jay, "Nat", channel)
    await reaches_payment(jay, "Nat")
    confirm = await jay.button("Confirm payment")
    await asyncio.gather(*[jay.taps_on(confirm) for _ in range(2)])
    await jay.sees(confirmed(jay, 129_000, 1), await already(world, jay, "คุณเจ"))
    await nat.sees(nat.t("Receipt no. {no}", no=1))
    await the_books_hold(world, [(1, 129_000, "cash", "คุณเจ")])


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_two_salespeople_in_turn(world: World, channel: str, language: str) -> None:
    """Both have the summary before them; the later one is told, and shown the customer's card."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    fon = await joins_team(world, "sales", "คุณฝน", "telegram", "en")
    nat = await new_member(world, jay)
    await reaches_payment(jay, "Nat")
    await reaches_payment(fon, "Nat", method="Card")
    await fon.taps("Confirm payment")
    await fon.sees(confirmed(fon, 129_000, 1))
    await nat.sees(nat.t("Receipt no. {no}", no=1))
    await jay.taps("Confirm payment")
    await jay.sees((await already(world, jay, "คุณฝน"), "Paid, waiting for a time"))
    await the_books_hold(world, [(1, 129_000, "card", "คุณฝน")])


@pytest.mark.parametrize("channels", [("line", "telegram"), ("telegram", "telegram"), ("line", "line")], ids=str)
async def test_two_salespeople_at_once(world: World, channels: tuple[str, str]) -> None:
    """Whoever the database lets through first; the other one learns it. One receipt, one row, one lot of points."""
    jay = await joins_team(world, "sales", "คุณเจ", channels[0])
    fon = await joins_team(world, "sales", "คุณฝน", channels[1])
    nat = await new_member(world, jay)
    for sales in (jay, fon):
        await reaches_payment(sales, "Nat")
    await asyncio.gather(jay.taps("Confirm payment"), fon.taps("Confirm payment"))
    first = await world.one_truth("select u.name from payments p join users u on u.id = p.confirmed_by")
    winner, loser = (jay, fon) if first == "คุณเจ" else (fon, jay)
    await winner.sees(confirmed(winner, 129_000, 1))
    await loser.sees(await already(world, loser, first))
    await nat.sees(nat.t("Receipt no. {no}", no=1))
    await the_books_hold(world, [(1, 129_000, "cash", first)])


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_part_payments_never_drift(world: World, channel: str, language: str) -> None:
    """33, 333 and 924 baht bring 1 + 13 + 37 points, the 51 of THB 1,290; each by itself would bring 50 together."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    for number, (baht, left, points) in enumerate([(33, 1257, 1), (333, 924, 13), (924, 0, 37)], start=1):
        await reaches_payment(jay, "Nat", baht)
        await jay.taps("Confirm payment")
        await jay.sees(confirmed(jay, baht * 100, number))
        waiting = nat.words.n(
            "{count} point is waiting for you. You can use it once your treatment is done.",
            "{count} points are waiting for you. You can use them once your treatment is done.",
            points,
        )
        to_pay = [nat.t("Left to pay"), nat.words.money(left * 100)] if left else []
        await nat.sees((nat.t("Receipt no. {no}", no=number), waiting, *to_pay))
        stage = await world.one_truth("select stage from workflow_states")
        assert stage == ("lead" if left else "payment_confirmed")
    earned = await world.truth("select points from point_transactions where reason = 'payment' order by at")
    assert [row["points"] for row in earned] == [1, 13, 37]
    await sets_time(jay, mint)
    await accepts(mint)
    await treats(mint, nat)
    assert await world.one_truth("select active_points from loyalty_profiles where active_points > 0") == 251


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_part_payment_under_two_salespeople(world: World, channel: str) -> None:
    """Jay's summary was made before Fon took a part: it would be a second payment of the same money, so it is none."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    fon = await joins_team(world, "sales", "คุณฝน", channel)
    nat = await new_member(world, jay)
    await reaches_payment(jay, "Nat", 500)
    await takes_payment(fon, nat, 500)
    await jay.taps("Confirm payment")
    await jay.sees(
        (await already(world, jay, "คุณฝน", 50_000), jay.t("{paid} of {agreed}", paid="THB 500", agreed="THB 1,290"))
    )
    await takes_payment(jay, nat, 790)
    await the_books_hold(world, [(1, 50_000, "cash", "คุณฝน"), (2, 79_000, "cash", "คุณเจ")])


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_amounts_that_are_none(world: World, channel: str, language: str) -> None:
    """More than is due, nothing, words: a sentence, and the question again; Thai digits and satang are understood."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await enters_lead(jay, "Nat")
    await jay.says("/payments")
    await jay.sees("Whose payment came in?")
    await jay.taps("Nat")
    ask = jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat")
    await jay.sees(ask)
    due = jay.words.money(129_000)
    await jay.says("1290.01")
    await jay.sees(jay.t("That is more than what is due ({due}). Please check the amount.", due=due), ask)
    for typed in ("0", "-5", "a lot", "1,29", "1290.001"):
        await jay.says(typed)
        await jay.sees("Please type an amount in baht, like 1,290 or 1290.50.", ask)
    await jay.says("๑,๒๘๙.๕๐ บาท")
    await jay.sees(jay.t("How was {amount} paid?", amount=jay.words.money(128_950)))
    await jay.says("by camel")
    await jay.sees(
        "Please choose one of the answers.", jay.t("How was {amount} paid?", amount=jay.words.money(128_950))
    )
    await jay.taps("Back")
    await jay.sees(ask)
    await jay.taps("Cancel")
    await jay.sees("Cancelled. Nothing was saved.")
    await the_books_hold(world, [])


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_an_older_summary_confirms_nothing(world: World, channel: str) -> None:
    """Jay went back and changed the amount: the button under the first summary does not take the second sum."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    await enters_lead(jay, "Nat")
    await reaches_payment(jay, "Nat", 500)
    older = await jay.button("Confirm payment")
    await jay.taps("Back")
    await jay.sees(jay.t("How was {amount} paid?", amount="THB 500"))
    await jay.taps("Back")
    await jay.sees("How much did")
    await jay.says("900")
    await jay.sees(jay.t("How was {amount} paid?", amount="THB 900"))
    await jay.taps("Card")
    await jay.sees(("Did you receive this payment?", "THB 900", "THB 390"))
    await jay.taps_on(older)
    earlier = "That was an earlier summary, so nothing was done. This is the current one:"
    await jay.sees(earlier, ("Did you receive this payment?", "THB 900"))
    await the_books_hold(world, [])
    await jay.taps("Confirm payment")
    await jay.sees(confirmed(jay, 90_000, 1))
    await jay.taps_on(older)
    await jay.sees(await already(world, jay, "คุณเจ", 90_000))


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_nobody_confirms_their_own_payment(world: World, channel: str, language: str) -> None:
    """คุณเจ is a customer too: a colleague has to press the button."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    fon = await joins_team(world, "sales", "คุณฝน", "telegram", "en")
    await fon.says("/lead")
    await fon.sees("What is the customer's name?")
    await fon.says("คุณเจ")
    await fon.sees(fon.t("What is {name}'s phone number?", name="คุณเจ"))
    await fon.says("081-555-0106")
    await fon.sees("Which treatment?")
    await fon.says("FAC-HYD")
    await fon.sees(fon.t("How did {name} find us? You can also type it.", name="คุณเจ"))
    await fon.taps("Other")
    await fon.sees(
        ("Save this customer?", fon.t("{name} is already our customer; this becomes a new plan for them.", name="คุณเจ"))
    )
    await fon.taps("Confirm")
    await fon.sees((fon.t("Saved. You look after {name}.", name="คุณเจ"), "linked"))

    await reaches_payment(jay, "คุณเจ")
    await jay.taps("Confirm payment")
    refused = "You cannot confirm your own payment. Please ask a colleague."
    await jay.sees(refused, "Did you receive this payment?")
    await the_books_hold(world, [])
    await reaches_payment(fon, "คุณเจ")
    await fon.taps("Confirm payment")
    await fon.sees(confirmed(fon, 129_000, 1))
    await jay.sees(jay.t("Receipt no. {no}", no=1))


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_payments_lists_what_waits(world: World, channel: str, language: str) -> None:
    """Who has to pay, own customers first; who has paid and waits for a time; nobody twice, and nobody for nothing."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    fon = await joins_team(world, "sales", "คุณฝน", "telegram", "en")
    await jay.says("/payments")
    await jay.sees("Nothing is waiting for a payment or a time.")
    await enters_lead(fon, "Nok", "089-555-0100", "ACN")
    await enters_lead(jay, "Nat")
    await jay.says("ชำระเงิน")
    hydrating, acne = {
        "th": ("ทรีตเมนต์เติมน้ำผิว", "ทรีตเมนต์สิว กดสิว"),
        "en": ("Hydrating facial", "Acne facial + extraction"),
    }[language]
    owed = (
        jay.item("Nat", f"{hydrating} · {jay.words.money(129_000)}"),
        jay.item("Nok", f"{acne} · {jay.words.money(99_000)}"),
    )
    await jay.sees(("To pay", "Whose payment came in?", *owed))
    assert await newest_labels(jay) == ["Nat", "Nok"]
    await reaches_payment(fon, "Nok", 990)
    await fon.taps("Confirm payment")
    await fon.sees(confirmed(fon, 99_000, 1))
    await jay.says("/payments")
    await jay.sees(("To pay", "Whose payment came in?"), ("Paid, waiting for a time", "Who is next?"))
    assert await newest_labels(jay) == ["Nok"]
    await jay.taps("Nok")
    await jay.sees(("Nok", "Paid, waiting for a time", "คุณฝน"))
    await jay.taps("Start now: set the time to now")
    await jay.sees("Time is set")
    await jay.says("/payments")
    await jay.sees("To pay")
    assert len(await newest_labels(jay)) == 1


def confirmed(sales: Person, satang: int, number: int) -> str:
    """What the one who confirmed reads."""
    amount = sales.words.money(satang)
    return sales.t("Payment of {amount} confirmed ✅ Receipt no. {no}.", amount=amount, no=number)


async def already(world: World, sales: Person, by: str, satang: int = 129_000) -> str:
    """What everybody else reads: who and when."""
    at = await world.one_truth("select max(confirmed_at) from payments")
    number = await world.one_truth("select max(receipt_no) from payments")
    return sales.t(ALREADY, amount=sales.words.money(satang), no=number, by=by, when=sales.words.when(at))


async def the_books_hold(world: World, payments: list[tuple[int, int, str, str]]) -> None:
    """Exactly these payments, numbered without gaps, and one lot of points for each of a member."""
    rows = await world.truth(
        "select p.receipt_no, p.amount_satang, p.method, u.name from payments p join users u on u.id = p.confirmed_by"
        " order by p.receipt_no"
    )
    assert [tuple(row) for row in rows] == payments
    lots = await world.one_truth("select count(*) from point_lots where source = 'payment'")
    assert lots <= len(payments)


async def newest_labels(person: Person) -> list[str]:
    """The buttons of the newest message."""
    return [button["label"] for button in (await person.newest())["buttons"]]
