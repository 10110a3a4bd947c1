"""The one journey everything stands on: from a lead to the day after, on every channel, in both languages.

Jay (คุณเจ) sells, Mint (คุณมิ้นท์) is the beautician, Nat is the customer. Each step takes exactly the messages
that its people get; at the end the books are read.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import pytest
import zxingcpp
from PIL import Image

from domain.people.model import CONSENT_VERSION
from handlers.consents import HEALTH, NEWS
from tests.stories.person import Person
from tests.stories.scenes import (
    CHOOSE_LANGUAGE,
    NOTE,
    PHONE,
    begins,
    chooses_language,
    code_cards,
    gets_aftercare,
    sees_joined,
)
from tests.stories.world import Time, World

HYDRATING = {"th": "ทรีตเมนต์เติมน้ำผิว", "en": "Hydrating facial"}
LABELS = {"line": "LINE", "telegram": "Telegram"}


@dataclass(frozen=True)
class Cast:
    """Which chat and language each person uses."""

    sales: tuple[str, str]
    beautician: tuple[str, str]
    customer: tuple[str, str]


SAME = [Cast(*[(channel, language)] * 3) for channel in LABELS for language in ("th", "en")]
MIXED = Cast(sales=("telegram", "en"), beautician=("line", "th"), customer=("line", "th"))


@pytest.mark.parametrize("cast", [*SAME, MIXED], ids=["-".join(cast.sales) for cast in SAME] + ["mixed"])
async def test_a_customers_journey(world: World, time: Time, cast: Cast) -> None:
    """Nine steps, as the clinic lives them (the ninth, the stranger, is in test_strangers.py)."""
    jay = await world.person("Jay", *cast.sales)
    mint = await world.person("Mint", *cast.beautician)
    nat = await world.person("Nat", *cast.customer)

    await joins_with_link(world, jay, "sales", "คุณเจ", "Sales")
    await joins_with_link(world, mint, "beautician", "คุณมิ้นท์", "Beautician")
    await takes_nat_in(jay)
    await nat_joins(jay, nat)
    chats = [nat]
    if cast is MIXED:
        chats.append(nat := await nat_binds_telegram_too(world, jay, nat))
    await jay_confirms_the_payment(jay, nat)
    await nat_looks_around(nat, stage="Paid, thank you", usable=100, pending=51)
    await jay_sets_the_time(jay, mint)
    await mint_treats(mint, nat)
    await nat_looks_around(nat, stage="Your treatment is done", usable=251, pending=0)
    await the_day_after(time, jay, mint, nat)
    await the_books_are_right(world, chats)


async def joins_with_link(world: World, person: Person, role: str, name: str, title: str) -> None:
    """Step 1: `aura staff invite` printed a link; opening it makes somebody a member of the team."""
    code = await world.invitation(role, name)
    await person.opens(await world.link(person.channel, code))
    greeting = (name, CHOOSE_LANGUAGE)
    # LINE tells of the new friend before it delivers the text that the link typed.
    await person.sees(*[CHOOSE_LANGUAGE, greeting] if person.channel == "line" else [greeting])
    await chooses_language(person)
    await person.sees(
        (
            person.t("Welcome to the team of {clinic}", clinic=person.clinic),
            person.t("Hello {name}. You work here as: {role}.", name=name, role=person.t(title)),
        )
    )


async def takes_nat_in(jay: Person) -> None:
    """Step 2: name, phone, treatment, source, summary, Confirm."""
    await jay.says("/lead")
    await jay.sees(("New customer", "What is the customer's name?"))
    await jay.says("Nat")
    await jay.sees(jay.t("What is {name}'s phone number?", name="Nat"))
    await jay.says("081-555 0199")
    await jay.sees("Which treatment?")
    await jay.taps(HYDRATING[jay.language])
    await jay.sees(jay.t("How did {name} find us? You can also type it.", name="Nat"))
    await jay.taps("A friend")
    price = jay.words.money(129_000)
    await jay.sees(("Save this customer?", "Nat", PHONE, HYDRATING[jay.language], price, "A friend"))
    await jay.taps("Confirm")
    saved = jay.t("Saved. You look after {name}.", name="Nat")
    await jay.sees((saved, PHONE, "New", "not linked yet", "คุณเจ"), *code_cards(jay, "Nat"))


async def nat_joins(jay: Person, nat: Person) -> None:
    """Step 3: Nat scans what Jay shows, reads her language, and is asked for each consent by itself."""
    link = await scanned(jay, nat.channel)
    assert link == await jay.link(jay.t("Open in {channel}", channel=LABELS[nat.channel]))
    await nat.opens(link)
    greeting = ("Welcome, Nat", CHOOSE_LANGUAGE)
    await nat.sees(*[CHOOSE_LANGUAGE, greeting] if nat.channel == "line" else [greeting])
    name_in_chat = (jay.t("{name} has joined", name="Nat"), "Name in the chat", LABELS[nat.channel])
    await jay.sees(name_in_chat)
    assert jay.t("Not them") in await jay.labels()
    await chooses_language(nat)
    await nat.sees(("Your consent", health_consent(nat)))
    await nat.taps("I agree")
    await nat.sees(("Your consent", news_consent(nat)))
    await nat.taps("No")
    await nat.sees((nat.t("Welcome to {clinic}", clinic=nat.clinic), "Usable points", "100"))


async def nat_binds_telegram_too(world: World, jay: Person, on_line: Person) -> Person:
    """One person, two chats: asked again only for what the other channel sends; from now on notices come there."""
    await jay.taps("Show customer")
    await jay.sees(("Nat", "linked"))
    await jay.taps("Link another chat")
    await jay.sees(*code_cards(jay, "Nat"))
    nat = await world.person("Nat", "telegram", on_line.language)
    await nat.opens(await scanned(jay, "telegram"))
    await sees_joined(jay, "Nat")
    await nat.sees(("Your consent", news_consent(nat)))
    await nat.taps("No")
    await nat.sees(nat.t("Welcome to {clinic}", clinic=nat.clinic))
    return nat


async def jay_confirms_the_payment(jay: Person, nat: Person) -> None:
    """Step 4: amount, method, summary, Confirm payment; Nat gets the receipt with the points that wait."""
    await jay.says("/payments")
    await jay.sees(("To pay", "Whose payment came in?"))
    await jay.taps("Nat")
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat"))
    amount = jay.words.money(129_000)
    await jay.taps(amount)
    await jay.sees(jay.t("How was {amount} paid?", amount=amount))
    await jay.taps("Cash")
    await jay.sees(("Did you receive this payment?", "Nat", HYDRATING[jay.language], amount, "Cash"))
    await jay.taps("Confirm payment")
    confirmed = jay.t("Payment of {amount} confirmed ✅ Receipt no. {no}.", amount=amount, no=1)
    await jay.sees((confirmed, "Paid, waiting for a time", "linked"))
    amount = nat.words.money(129_000)
    waiting = nat.words.n(
        "{count} point is waiting for you. You can use it once your treatment is done.",
        "{count} points are waiting for you. You can use them once your treatment is done.",
        51,
    )
    receipt, thanks = nat.t("Receipt no. {no}", no=1), "Thank you. Your payment of {amount} is confirmed ✅"
    await nat.sees((receipt, nat.t(thanks, amount=amount), HYDRATING[nat.language], "Cash", waiting))
    is_png(await nat.picture(receipt))


async def jay_sets_the_time(jay: Person, mint: Person) -> None:
    """Step 5: the time is now, the trigger puts the task, and who may do it is asked."""
    await jay.taps("Start now: set the time to now")
    said = "The time is set to now. The team has been asked; the first to accept does the treatment."
    await jay.sees((said, "Time is set"))
    await mint.sees(("New task", "Nat", "Bronze", HYDRATING[mint.language]))


async def mint_treats(mint: Person, nat: Person) -> None:
    """Steps 5 to 7: Accept, Start, Complete with a note; then Nat's card with points, tier and picture."""
    await mint.taps("Accept")
    await mint.sees(("Task accepted", "Nat", "คุณมิ้นท์"))
    await mint.sees_changed("Task accepted", "คุณมิ้นท์")
    await begins(mint)
    await mint.taps("Complete")
    await mint.sees(mint.t("How did it go with {name}? Choose a note or write your own.", name="Nat"))
    await mint.says(NOTE)
    await mint.sees(("Complete this treatment?", "Nat", NOTE))
    await mint.taps("Complete")
    await mint.sees(("Treatment completed", "Thank you! The points are usable now, and the aftercare has begun.", NOTE))
    first_step = {"th": "ก้าวแรก", "en": "First step"}[nat.language]
    usable = nat.words.n("{count} point is now usable.", "{count} points are now usable.", 51)
    award = nat.t("{badge}: +{points}", badge=first_step, points=nat.words.n("{count} point", "{count} points", 100))
    way = nat.t("{amount} more to {tier}", amount=nat.words.money(1_871_000), tier=tier(nat, "silver"))
    await nat.sees(("Your treatment is complete", usable, award, "251", tier(nat, "bronze"), way))
    is_png(await nat.picture("Your treatment is complete"))


async def nat_looks_around(nat: Person, *, stage: str, usable: int, pending: int) -> None:
    """Step 7: what a customer can ask for at any time."""
    await nat.says("/points")
    facial = nat.words.pick({"th": "ทรีตเมนต์เติมน้ำผิว", "en": "Hydrating facial"})
    waits = nat.t("{count}, usable after: {treatments}", count=pending, treatments=facial) if pending else ""
    await nat.sees((nat.t("Your points, {name}", name="Nat"), str(usable), tier(nat, "bronze"), *filter(None, [waits])))
    is_png(await nat.picture(nat.t("Your points, {name}", name="Nat")))
    await nat.says("/history")
    await nat.sees(("History of your points", "Welcome gift", "+100", "+51"))
    await nat.says("/status")
    await nat.sees((HYDRATING[nat.language], stage))
    await nat.says("/help")
    await nat.sees(("What you can do here", "/points", "/history", "/status"))
    await nat.says("/language")
    await nat.sees(CHOOSE_LANGUAGE)
    await chooses_language(nat)
    await nat.sees("From now on we speak English with you.")
    await nat.says("/cancel")
    await nat.sees("There is nothing to cancel.")


async def the_day_after(time: Time, jay: Person, mint: Person, nat: Person) -> None:
    """Step 8: at ten Nat is asked how she is; she is worried, and the clinic knows at once."""
    await gets_aftercare(time, nat)
    await time.moves_to_tomorrow("09:59")
    await nat.sees_nothing()
    await time.moves_to(await time.now() + timedelta(minutes=1))
    question = {"th": "ผ่านมา 1 วัน ผิวเป็นอย่างไรบ้างคะ", "en": "One day on: how is your skin?"}
    worried = {"th": "กังวล", "en": "Worried"}
    await nat.sees((HYDRATING[nat.language], question[nat.language]))
    await nat.taps(worried[nat.language])
    await nat.sees((nat.t("Thank you for telling us, {name}", name="Nat"), "02-123-4567"))
    await jay.sees((jay.t("🟠 {name} is worried", name="Nat"), PHONE))
    await mint.sees((mint.t("🟠 {name} is worried", name="Nat"), PHONE, worried[mint.language]))


async def the_books_are_right(world: World, chats: list[Person]) -> None:
    """What is true in the database after all this, and nothing beside it."""
    journey = await world.truth(
        "select w.stage, w.agreed_satang, w.source, u.name from workflow_states w join users u on u.id = w.owner_id"
    )
    assert [tuple(row) for row in journey] == [("follow_up", 129_000, "friend", "คุณเจ")]
    moves = await world.truth("select action, to_stage from workflow_actions order by version")
    assert [row["action"] for row in moves] == ["create", "confirm_payment", "schedule", "start", "complete", "auto"]
    task = await world.truth(
        "select t.state, n.text, u.name from task_queue t join users u on u.id = t.assignee_id"
        " join task_notes n on n.task_id = t.id where t.kind = 'treatment'"
    )
    assert [tuple(row) for row in task] == [("completed", NOTE, "คุณมิ้นท์")]
    payment = await world.truth("select receipt_no, amount_satang, method, state from payments")
    assert [tuple(row) for row in payment] == [(1, 129_000, "cash", "confirmed")]
    await the_points_are_right(world)
    answered = await world.truth("select state, answer, outcome from followup_executions order by due_at")
    later = [("planned", None, None)] * 2  # of the third and the seventh day
    assert [tuple(row) for row in answered] == [("sent", None, None), ("answered", "worried", "amber"), *later]
    assert await world.one_truth("select adverse_open from workflow_states") is True
    consents = await world.truth(
        "select purpose, given, version, language, text_hash, channel from consents order by at"
    )
    asked = [("health_record", True, health_consent(chats[0]), chats[0])]
    asked += [(f"marketing_{chat.channel}", False, news_consent(chat), chat) for chat in chats]
    assert [tuple(row) for row in consents] == [
        (purpose, given, CONSENT_VERSION, chat.language, sha256(text.encode()).hexdigest(), chat.channel)
        for purpose, given, text, chat in asked
    ]
    assert await world.truth("select * from inbox where state <> 'done'") == []
    # LINE cannot change a card that was sent, so an edit for a chat there is dropped, not sent.
    unsent = await world.truth(
        "select o.row_kind, o.state from outbox o join channel_accounts a on a.id = o.account_id"
        " where o.state <> 'sent' and not (o.row_kind = 'edit' and a.channel = 'line' and o.state = 'dropped')"
    )
    assert unsent == []


async def the_points_are_right(world: World) -> None:
    """100 for joining, 51 for THB 1,290 (one for each 25), 100 for the first treatment: 251, all usable."""
    rows = await world.truth(
        "select t.kind, t.points, t.reason, l.state, l.remaining from point_transactions t"
        " join point_lots l on l.id = t.lot_id order by t.at, t.points"
    )
    assert [tuple(row) for row in rows] == [
        ("earn", 100, "welcome", "active", 100),
        ("earn", 51, "payment", "active", 51),
        ("activate", 0, "treatment", "active", 51),
        ("earn", 100, "achievement", "active", 100),
    ]
    profile = await world.truth(
        "select p.tier, p.active_points, p.pending_points, p.held_points, p.debt_points from loyalty_profiles p"
        " join customers c on c.id = p.customer_id where c.name = 'Nat'"
    )
    assert [tuple(row) for row in profile] == [("bronze", 251, 0, 0, 0)]


async def scanned(sales: Person, channel: str) -> str:
    """What a phone's camera reads on the code that sales shows."""
    (found,) = zxingcpp.read_barcodes(is_png(await sales.picture(LABELS[channel])))
    return found.text


def is_png(picture: bytes) -> Image.Image:
    """The picture, which is a PNG of a size that can be read on a phone."""
    image = Image.open(io.BytesIO(picture))
    assert image.format == "PNG"
    assert min(image.size) >= 400
    return image


def health_consent(person: Person) -> str:
    """The words of the first consent."""
    return person.t(HEALTH, clinic=person.clinic, version=CONSENT_VERSION)


def news_consent(person: Person) -> str:
    """The words of the second one, which names the channel."""
    return person.t(NEWS, channel=LABELS[person.channel], version=CONSENT_VERSION)


def tier(person: Person, code: str) -> str:
    """A tier's name in this person's language."""
    names = {"bronze": ("บรอนซ์", "Bronze"), "silver": ("ซิลเวอร์", "Silver")}
    return names[code][person.language == "en"]
