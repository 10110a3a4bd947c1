"""Common beginnings: a team that has joined, a lead, a member, a journey that is paid, timed or treated.

Each scene plays one piece of the story through the phones and sees every message of it, so that a test can begin
in the middle. The person who acts comes first.
"""

from __future__ import annotations

from datetime import timedelta

from tests.stories.given import on_the_team
from tests.stories.person import Person
from tests.stories.world import Time, World

LANGUAGES = {"th": "ไทย", "en": "English"}
CHOOSE_LANGUAGE = "กรุณาเลือกภาษา\nPlease choose a language"
NOTE = "Skin calm, aftercare explained"
PHONE = "081-555-0199"
WHEN = "Which day and time? Choose one or type it, like tomorrow 14:00."
TIME_IS_SET = "The time is set. The team and the customer have been told."
MINT, NAN = "คุณมิ้นท์", "คุณแนน"
AFTERCARE = {"th": "ดูแลผิวตามที่เจ้าหน้าที่แนะนำไว้นะคะ", "en": "Please care for your skin as our staff explained"}


async def joins_team(
    world: World, role: str, name: str, channel: str = "telegram", language: str = "en", slug: str = "DRG"
) -> Person:
    """A member of the clinic's staff who has been in this chat for long."""
    person = await world.person(name, channel, language, slug)
    await on_the_team(world, role, person)
    await person.says("/help")
    await person.sees("What you can do here")
    return person


async def enters_team(
    world: World, role: str, name: str, channel: str = "telegram", language: str = "en", slug: str = "DRG"
) -> Person:
    """A member of the clinic's staff types their code and chooses a language."""
    person = await world.person(name, channel, language, slug)
    await person.says(f"/start {await world.invitation(role, name, slug)}")
    await person.sees(CHOOSE_LANGUAGE)
    await chooses_language(person)
    await person.sees(person.t("Welcome to the team of {clinic}", clinic=person.clinic))
    return person


async def chooses_language(person: Person) -> None:
    """Presses the button of the language they read."""
    await person.taps(LANGUAGES[person.language])


async def enters_lead(
    sales: Person, name: str, phone: str = PHONE, treatment: str = "FAC-HYD", *, saved: bool = True
) -> None:
    """A new customer is taken in, and the invitation shown; all but the last press unless it is `saved`."""
    await sales.says("/lead")
    await sales.sees("What is the customer's name?")
    await sales.says(name)
    await sales.sees(sales.t("What is {name}'s phone number?", name=name))
    await sales.says(phone)
    await sales.sees("Which treatment?")
    await sales.says(treatment)
    await sales.sees(sales.t("How did {name} find us? You can also type it.", name=name))
    await sales.taps("Walk-in")
    await sales.sees("Save this customer?")
    if saved:
        await sales.taps("Confirm")
        await sees_saved(sales, name)


async def sees_saved(sales: Person, name: str) -> None:
    """The customer's card, the code in words, and a code to scan for each channel."""
    await sales.sees(sales.t("Saved. You look after {name}.", name=name), *code_cards(sales, name))


def code_cards(sales: Person, name: str) -> tuple[tuple[str, ...], ...]:
    """What shows an invitation: the words to pass on, then a picture to scan for each channel."""
    scan = sales.t("Let {name} scan this with their phone.", name=name)
    words = sales.t("Open the chat with a link below, or type the code in the chat with {clinic}.", clinic=sales.clinic)
    return (words,), ("LINE", scan), ("Telegram", scan)


async def joins(world: World, sales: Person, name: str, channel: str = "telegram", language: str = "en") -> Person:
    """A customer types the newest code that sales shows, says yes to health data and no to news."""
    person = await world.person(name, channel, language)
    await person.says(f"/start {await sales.code()}")
    await person.sees(CHOOSE_LANGUAGE)
    await sees_joined(sales, name)
    await chooses_language(person)
    await answers_consents(person)
    return person


async def sees_joined(sales: Person, name: str) -> None:
    """Sales hears whose chat was bound."""
    await sales.sees(sales.t("{name} has joined", name=name))


async def answers_consents(person: Person) -> None:
    """Yes to health data, no to news; then the welcome."""
    await person.sees("Your consent")
    await person.taps("I agree")
    await person.sees("Your consent")
    await person.taps("No")
    await person.sees(person.t("Welcome to {clinic}", clinic=person.clinic))


async def new_member(
    world: World, sales: Person, name: str = "Nat", channel: str = "telegram", language: str = "en", phone: str = PHONE
) -> Person:
    """A customer whom sales has taken in and who has joined."""
    await enters_lead(sales, name, phone)
    return await joins(world, sales, name, channel, language)


async def reaches_payment(sales: Person, name: str, baht: int = 1290, method: str = "Cash") -> None:
    """The summary with [Confirm payment], for the newest journey of that customer that waits for money."""
    await sales.says("/payments")
    await sales.sees("Whose payment came in?")
    await sales.taps(name)
    await sales.sees(sales.t("How much did {name} pay? Press the full amount, or type another one.", name=name))
    await sales.says(str(baht))
    await sales.sees(sales.t("How was {amount} paid?", amount=sales.words.money(baht * 100)))
    await sales.taps(method)
    await sales.sees("Did you receive this payment?")


async def takes_payment(sales: Person, customer: Person, baht: int = 1290, method: str = "Cash") -> None:
    """Money is confirmed, and the customer has the receipt."""
    await reaches_payment(sales, customer.name, baht, method)
    await sales.taps("Confirm payment")
    await sales.sees("✅")
    amount = customer.words.money(baht * 100)
    await customer.sees(customer.t("Thank you. Your payment of {amount} is confirmed ✅", amount=amount))


async def sets_time(sales: Person, *performers: Person) -> None:
    """The time is now; everybody who may do the treatment is asked."""
    await sales.taps("Start now: set the time to now")
    await sales.sees("The time is set to now. The team has been asked; the first to accept does the treatment.")
    for performer in performers:
        await performer.sees("New task")


async def asks_when(sales: Person, button: str = "Set the time", *, who: str = "Anyone", name: str = "Nat") -> None:
    """From the journey's card to the question when; two people may do the treatment."""
    await sales.taps(button)
    await sales.sees(sales.t("Who should treat {name}?", name=name))
    await sales.taps(who)
    await sales.sees(WHEN)


async def books(sales: Person, when: str, *, who: str = "Anyone", name: str = "Nat") -> None:
    """A time that is typed, for the journey on the newest card."""
    await asks_when(sales, who=who, name=name)
    await sales.says(when)
    await sales.sees("Set this time?")
    await sales.taps("Confirm")
    await sales.sees(TIME_IS_SET)


async def two_beauticians(world: World, channel: str, language: str) -> tuple[Person, Person]:
    """Mint and Nan."""
    mint = await joins_team(world, "beautician", MINT, channel, language)
    return mint, await joins_team(world, "beautician", NAN, channel, language)


async def a_task_waits(world: World, *performers: Person) -> tuple[Person, Person]:
    """Jay has sold a facial to Nat and set the time to now."""
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    nat = await new_member(world, jay)
    await takes_payment(jay, nat)
    await sets_time(jay, *performers)
    return jay, nat


async def accepts(performer: Person, *others: Person) -> None:
    """The first accept; the cards of all change where they can."""
    await performer.taps("Accept")
    await performer.sees("Task accepted")
    for person in (performer, *others):
        await person.sees_changed("Task accepted")


async def ticks(performer: Person, *phases: str) -> None:
    """All lines of these parts of the protocol are done."""
    for phase in phases or ("Before", "During", "After"):
        await performer.taps("All done")
        await performer.sees(performer.t("Is all of this done? ({part})", part=performer.t(phase)))
        await performer.taps("Yes, all done")
        await performer.sees("Treatment under way")


async def begins(performer: Person) -> None:
    """Start, and all of the protocol ticked."""
    await performer.taps("Start")
    await performer.sees(("Treatment under way", "Press Complete when you are done."))
    await ticks(performer)


async def treats(performer: Person, customer: Person, note: str = NOTE) -> None:
    """From Start to Complete; the customer's points become usable."""
    await begins(performer)
    await performer.taps("Complete")
    await performer.sees(performer.t("How did it go with {name}? Choose a note or write your own.", name=customer.name))
    await performer.says(note)
    await performer.sees("Complete this treatment?")
    await performer.taps("Complete")
    await performer.sees("Thank you! The points are usable now, and the aftercare has begun.")
    await customer.sees("Your treatment is complete")


async def gets_aftercare(time: Time, customer: Person) -> None:
    """Ten minutes after the treatment its aftercare is there in writing."""
    await time.moves_to(await time.now() + timedelta(minutes=10, seconds=5))
    await customer.sees(AFTERCARE[customer.language])
