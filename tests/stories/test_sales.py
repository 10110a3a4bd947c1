"""A salesperson's day: the board, finding somebody, notes, reminders, messages for later, and customers given away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.cards import Action
from tests.stories.forgery import token
from tests.stories.person import Person
from tests.stories.scenes import enters_lead, joins, joins_team, new_member, takes_payment
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en")]
JAY, FON, BOSS = "คุณเจ", "ฝน", "คุณพลอย"
EVERYTHING = "All about the customer"


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_customer_is_found_and_followed(world: World, channel: str, language: str) -> None:
    """One hit opens the customer; a note, a correction and the history are a tap away; nobody found leads on."""
    jay = await joins_team(world, "sales", JAY, channel, language)
    await enters_lead(jay, "ธีรเดช", "062-987-6543")
    await jay.says(f"/find {'ทีระเดช' if language == 'th' else '6543'}")
    await jay.sees(("ธีรเดช", "DRG-", "Looked after by", JAY))
    await jay.taps("Write a note")
    await jay.sees(jay.t("What should be remembered about {name}? Choose a note or write your own.", name="ธีรเดช"))
    await jay.taps("Called, no answer")
    await jay.sees(("Noted.", "Called, no answer"))
    await jay.taps("Change details")
    await jay.sees(jay.t("What is to be changed for {name}?", name="ธีรเดช"))
    await jay.taps("Nickname")
    await jay.sees(jay.t("{detail}: what is right?", detail=jay.t("Nickname")))
    await jay.says("ต้น")
    await jay.sees(("Changed.", "ต้น"))
    await jay.taps("History")
    changed = jay.t("{detail} changed: {before} → {after}", detail=jay.t("Nickname"), before="–", after="ต้น")
    await jay.sees((changed, "Called, no answer", jay.t("Taken in ({source})", source=jay.t("Walk-in"))))
    await enters_lead(jay, "ธีรพล", "089-111-2222")
    await jay.says("ค้นหา")
    await jay.sees("Whom do you look for? Type a name, a nickname, a phone number or its last 4 digits, or a code.")
    await jay.says("คุณธีร")
    await jay.sees(("Who do you mean?", jay.t("phone …{digits}", digits="6543"), "ต้น"))
    await jay.taps("ธีรพล")
    await jay.sees(("ธีรพล", "089-111-2222"))
    await jay.says("/find Zebedee")
    await jay.sees(
        jay.t("Nobody found for “{text}”. Try a part of the name, or take in a new customer:", text="Zebedee")
    )


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_board_shows_who_waits_and_does_the_next_thing(
    world: World, time: Time, channel: str, language: str
) -> None:
    """Own customers first, everybody's behind a button; a name in a stage goes straight to the payment."""
    jay = await joins_team(world, "sales", JAY, channel, language)
    fon = await joins_team(world, "sales", FON, channel, language)
    await jay.says("/pipeline")
    await jay.sees(("Board: my customers", "Nobody is on the board yet. Take in a new customer:"))
    await enters_lead(jay, "ธีรเดช")
    await time.moves_to(await time.now() + timedelta(days=3))
    await fon.says("กระดาน")
    await fon.sees("Nobody is on the board yet. Take in a new customer:")
    await fon.taps("Everybody's customers")
    three_days = fon.words.n("{count} day", "{count} days", 3)
    late = fon.words.n(
        "{count} plan has waited longer than 48 hours.", "{count} plans have waited longer than 48 hours.", 1
    )
    await fon.sees(("Board: everybody's customers", late, fon.t("oldest {age}", age=three_days)))
    assert len(await fon.picture("Board: everybody's customers")) > 1000
    await fon.taps(f"{fon.t('New')}: 1")
    await fon.sees(("Press a name to go on with it.", three_days, fon.t("next: {step}", step=fon.t("Confirm payment"))))
    await fon.taps("ธีรเดช")
    await fon.sees(fon.t("How much did {name} pay? Press the full amount, or type another one.", name="ธีรเดช"))


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_reminders_and_messages_for_later(world: World, time: Time, channel: str, language: str) -> None:
    """A reminder comes with the customer's buttons; a message waits for the service hours and can be taken back."""
    jay = await joins_team(world, "sales", JAY, channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await jay.says("/find Nat")
    await jay.sees("Nat")
    await jay.taps("Remind me")
    await jay.sees("When should I remind you?")
    tomorrow = await time.today_at("10:00") + timedelta(days=1)
    await jay.taps(jay.words.slot(tomorrow))
    await jay.sees("What should I remind you of? Choose or write it.")
    await jay.taps("Ask about the plan")
    await jay.sees((jay.t("I will remind you: {when}.", when=jay.words.when(tomorrow)), "Put aside until"))
    await jay.taps("Send a message later")
    await jay.sees(jay.t("What should I write to {name}? They will read exactly these words.", name="Nat"))
    await jay.says("See you soon!")
    await jay.sees("When should it be sent?")
    await jay.says("พรุ่งนี้ 22:30")
    opening = await time.today_at("08:00") + timedelta(days=2)
    moved = "Customers are written to between 08:00 and 21:00, so the time was moved."
    await jay.sees(("Send this later?", "See you soon!", jay.words.when(opening), moved))
    await jay.taps("Confirm")
    await jay.sees(("Planned. You can change it until then.", jay.words.when(opening)))
    await jay.taps("Change")
    await jay.sees(jay.t("What is to be changed for {name}?", name="Nat"))
    await jay.taps("The words")
    await jay.sees("What should it say?")
    await jay.says("สวัสดีค่ะ")
    await jay.sees(("Changed.", "สวัสดีค่ะ"))
    await time.moves_to(tomorrow)
    await jay.sees((jay.t("Reminder: {name}", name="Nat"), "Ask about the plan"))
    await jay.says("/pipeline")
    await jay.sees("Board: my customers")
    await jay.taps("Planned")
    await jay.sees(("Planned", "สวัสดีค่ะ"))
    old = await jay.button("Do not send")
    await time.moves_to(opening)
    await nat.sees("สวัสดีค่ะ")
    await jay.taps_on(old)
    (answer,) = await jay.reads()
    assert jay.t("This has gone out already, {when}. Plan a new one if you need it.", when="")[:12] in answer
    assert jay.t("Gone out") in answer


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_customers_go_to_colleagues(world: World, time: Time, channel: str, language: str) -> None:
    """Two are given away one by one: one card tells both. The rest of the list goes in one act; both hear once."""
    jay = await joins_team(world, "sales", JAY, channel, language)
    fon = await joins_team(world, "sales", FON, channel, language)
    boss = await joins_team(world, "manager", BOSS, channel, language)
    for name, phone in (("ธีรเดช", "062-987-6543"), ("กฤติกา", "062-987-6544"), ("วรวุฒิ", "062-987-6545")):
        await enters_lead(jay, name, phone)
    for name in ("ธีรเดช", "กฤติกา"):
        await gives(boss, name, FON)
    await fon.sees_nothing()
    await time.moves_to(await time.now() + timedelta(minutes=1))
    merged = fon.words.n("{count} update about your customers", "{count} updates about your customers", 2)
    await fon.sees((merged, "ธีรเดช", "กฤติกา", fon.t("{by} has given you this customer.", by=BOSS)))
    await jay.sees((merged, jay.t("{by} has given this customer to a colleague.", by=BOSS)))
    await jay.says("/find ธีรเดช")
    await jay.sees((FON,))
    await jay.taps("Give to a colleague")
    await jay.sees(jay.t("Who is to look after {name}?", name="ธีรเดช"))
    await jay.taps(BOSS)
    not_mine = jay.t("{by} looks after this customer. Please ask them or a manager.", by=FON)
    await jay.sees((not_mine, "ธีรเดช"))
    await boss.says("/pipeline")
    await boss.sees("Board: everybody's customers")
    await boss.taps("Hand over customers")
    await boss.sees("Whose customers are to be handed over?")
    await boss.taps(FON)
    await boss.sees("Who is to look after them?")
    await boss.taps(JAY)
    await boss.sees(("Hand over all open customers?", FON, JAY, "2"))
    await boss.taps("Confirm")
    await boss.sees(boss.words.n("{count} customer handed over.", "{count} customers handed over.", 2))
    for person in (jay, fon):
        await person.sees(("Customers handed over", FON, JAY))


async def gives(person: Person, customer: str, to: str) -> None:
    """Finds a customer and gives them to a colleague."""
    await person.says(f"/find {customer}")
    await person.sees(customer)
    await person.taps("Give to a colleague")
    await person.sees(person.t("Who is to look after {name}?", name=customer))
    await person.taps(to)
    await person.sees(("Passed on. Your colleague hears of it.", to))


async def test_a_payment_ends_what_sales_may_correct(world: World) -> None:
    """After money came in, sales reads whom to ask, on the customer's card."""
    jay = await joins_team(world, "sales", JAY, "line", "th")
    nat = await new_member(world, jay, "Nat", "line", "th")
    await takes_payment(jay, nat)
    await jay.says("/find Nat")
    await jay.sees("Nat")
    await jay.taps("Change details")
    await jay.sees(jay.t("What is to be changed for {name}?", name="Nat"))
    await jay.taps("Name")
    await jay.sees(jay.t("{detail}: what is right?", detail=jay.t("Name")))
    await jay.says("Nattaya")
    await jay.sees(("This customer has paid already, so a manager has to correct it. Please ask one.", "Nat"))


async def test_who_treats_sees_alerts_and_no_money(world: World) -> None:
    """The same button, another card: what must be known before touching a customer, and neither phone nor sums."""
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "telegram", "en")
    jay = await joins_team(world, "sales", JAY, "telegram", "en")
    rows = "select c.id, c.name, h.text from health_alerts h join customers c on c.id = h.customer_id limit 1"
    customer_id, name, alert = (await world.truth(rows))[0]
    for person in (mint, jay):
        shown = await token(person, Action("customer.show", customer_id))
        await person.presses((await person.newest())["id"], shown)
    (care,), (desk,) = await mint.reads(), await jay.reads()
    assert name in care
    assert alert in care
    assert alert not in desk
    for word in ("Phone", "THB", "Paid"):
        assert mint.t(word) not in care, word
    assert jay.t("Phone") in desk


@pytest.mark.parametrize(("channel", "language"), [("line", "th"), ("telegram", "en")])
async def test_a_customer_whose_plan_is_over_gets_another(world: World, channel: str, language: str) -> None:
    """Found again: name, phone and how they found the clinic are known, only the treatment is asked.

    They can be invited to the chat from their card, with a plan or without.
    """
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await enters_lead(jay, "Nat")
    await world.truth("update workflow_states set stage = 'closed'")
    await jay.says("/find Nat")
    await jay.sees(("Nat", "not linked yet"))
    await jay.taps("Invite to chat")
    assert jay.t("It works once, until {when}.", when="").rstrip(". ") in (await jay.reads())[0]
    await joins(world, jay, "Nat", channel, language)
    await jay.says("/find Nat")
    await jay.sees(("Nat", f"{jay.t('Chat')}: {jay.t('linked')}"))
    await jay.taps("New plan")
    await jay.sees("Which treatment?")
    await jay.says("FAC-HYD")
    await jay.sees(("Save this customer?", "Nat", "081-555-0199"))
    await jay.taps("Confirm")
    assert jay.t("Saved. You look after {name}.", name="Nat") in (await jay.reads())[0]
    assert await world.one_truth("select count(*) from customers where name = 'Nat'") == 1
    assert (
        await world.one_truth(
            "select count(*) from workflow_states s join customers c on c.id = s.customer_id where c.name = 'Nat'"
        )
        == 2
    )
