"""From a scan to a course: the plan that a customer accepts in chat, pays in part, and uses session by session."""

from __future__ import annotations

import pytest

from tests.stories.person import Person
from tests.stories.scenes import (
    CHOOSE_LANGUAGE,
    accepts,
    begins,
    chooses_language,
    enters_lead,
    joins_team,
    new_member,
    reaches_payment,
    sees_joined,
    sets_time,
    takes_payment,
)
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]
COURSE = {"th": "ทรีตเมนต์เติมน้ำผิว ×5", "en": "Hydrating facial ×5"}
PICO = {"th": "พิโคเลเซอร์", "en": "Pico laser"}
NO_RUSH = "No rush: take your time to decide, and ask whatever you like."


async def writes_plan(sales: Person, sessions: int, deposit: str = "") -> None:
    """A plan of one line, with a deposit or without, up to its summary. The first question is on the screen."""
    await sales.sees("How many treatments?")
    await sales.taps(sales.words.n("{count} treatment", "{count} treatments", sessions))
    await sales.sees("Anything else in this plan?")
    await sales.taps("Done")
    await sales.sees("How much must be paid before a time is set? You can also type an amount.")
    await sales.says(deposit or "all")
    await sales.sees("How long is this plan valid?")
    await sales.taps(sales.words.n("{count} day", "{count} days", 14))
    await sales.sees(sales.t("Send this plan to {name}?", name="Nat"))


async def joins_after_paper(world: World, sales: Person, channel: str, language: str) -> Person:
    """Who has signed for health data on paper is only asked about news."""
    person = await world.person("Nat", channel, language)
    await person.says(f"/start {await sales.code()}")
    await person.sees(CHOOSE_LANGUAGE)
    await sees_joined(sales, "Nat")
    await chooses_language(person)
    await person.sees("Your consent")
    await person.taps("No")
    await person.sees(person.t("Welcome to {clinic}", clinic=person.clinic))
    return person


async def sends_plan(sales: Person, customer: Person, treatment: str, sessions: int, deposit: str = "") -> None:
    """From the journey's card to the customer's phone."""
    await sales.taps("Make the plan")
    await sales.sees(sales.t("Which treatment is in {name}'s plan?", name="Nat"))
    await sales.says(treatment)
    await writes_plan(sales, sessions, deposit)
    await sales.taps("Send")
    await sales.sees(sales.t("The plan is on its way to {name}.", name="Nat"))
    await customer.sees((customer.t("Your plan, {name}", name="Nat"), NO_RUSH))


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_scan_plan_and_yes(world: World, channel: str, language: str) -> None:
    """A beautician scans once the customer has signed; sales hears, writes the plan; the customer accepts it once."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", channel, language)
    await enters_lead(jay, "Nat", treatment="PICO")
    await mint.says("/tasks")
    await mint.sees(("Waiting for a skin scan", "Nat", PICO[language]))
    await mint.taps("Nat")
    await mint.sees("Consent is needed first")
    await mint.taps("Signed on paper")
    await mint.sees(mint.t("What does {name} want to improve? Choose, or type it.", name="Nat"))
    signed = await world.one_truth("select language from consents")
    assert signed == "th"  # nobody knows yet what Nat reads
    await mint.taps("Acne")
    await mint.sees(mint.t("{concerns}. Anything else?", concerns=mint.t("Acne")))
    await mint.says("left cheek")
    await mint.sees(mint.t("{concerns}. Anything else?", concerns=f"{mint.t('Acne')}, left cheek"))
    await mint.taps("Back")
    await mint.sees(mint.t("{concerns}. Anything else?", concerns=mint.t("Acne")))
    await mint.taps("Dark spots")
    await mint.sees(mint.t("{concerns}. Anything else?", concerns=f"{mint.t('Acne')}, {mint.t('Dark spots')}"))
    await mint.taps("Done")
    await mint.sees(("Save this scan?", "Nat", "Dark spots"))
    await mint.taps("Confirm")
    await mint.sees(mint.t("The scan of {name} is saved. Sales makes the plan.", name="Nat"))
    await jay.sees(jay.t("Skin scan done: {name}", name="Nat"))
    nat = await joins_after_paper(world, jay, channel, language)
    await jay.taps("Show customer")
    await jay.sees(("Skin scan done", "Dark spots"))
    await sends_plan(jay, nat, "PICO", 5)
    await nat.taps("Accept this plan")
    await nat.sees(("Thank you! ✅", "You have accepted this plan. Our staff will take the payment.", "15,000"))
    await nat.sees_changed("You have accepted this plan. Our staff will take the payment.")
    await jay.sees(jay.t("{name} has accepted the plan ✅ You can take the payment.", name="Nat"))
    pay = await jay.button("Confirm payment")
    await jay.taps("Show customer")
    await jay.sees("Plan accepted")
    await jay.taps_on(pay)
    await jay.sees(jay.t("How much did {name} pay? Press the full amount, or type another one.", name="Nat"))
    moves = await world.truth("select action, actor_role from workflow_actions order by version")
    assert [tuple(move) for move in moves] == [
        ("create", "sales"),
        ("record_scan", "beautician"),
        ("send_proposal", "sales"),
        ("accept_proposal", "customer"),
    ]


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_an_older_version_is_not_accepted(world: World, channel: str, language: str) -> None:
    """The customer presses the first version after a second one came: they see that one, and can ask or decline."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await jay.taps("Show customer")
    await jay.sees("linked")
    await sends_plan(jay, nat, "FAC-HYD", 1)
    old = await nat.button("Accept this plan")
    await jay.taps("New version")
    await jay.sees(jay.t("Which treatment is in {name}'s plan?", name="Nat"))
    await jay.says("FAC-HYD")
    await writes_plan(jay, 5, "1000")
    await jay.taps("Send")
    await jay.sees(jay.t("The plan is on its way to {name}.", name="Nat"))
    await nat.sees((NO_RUSH, COURSE[language], "To pay first", nat.words.money(100_000)))
    await nat.sees_changed("There is a newer version of this plan.")
    if channel == "line":  # where an old card keeps its buttons
        await nat.taps_on(old)
        await nat.sees(("There is a newer version of this plan. Here it is:", COURSE[language]))
    await nat.taps("Ask")
    await nat.sees("Please write your question here. We have told our staff, who will answer you.")
    await jay.sees(jay.t("{name} has a question about the plan. Please contact them.", name="Nat"))
    await nat.says("/status")
    await nat.sees("Your plan is ready")
    await nat.taps("Show my plan")
    await nat.sees(COURSE[language])
    await nat.taps("Not now")
    await nat.sees("You said not now, and we will not ask again. If you change your mind, press Accept.")
    await nat.sees_changed("You said not now, and we will not ask again. If you change your mind, press Accept.")
    await jay.sees(jay.t("{name} said not now to the plan. They are not asked again.", name="Nat"))
    accepted = await world.one_truth("select count(*) from proposals where state = 'accepted'")
    assert accepted == 0


async def test_a_course_paid_in_part_and_used(world: World) -> None:
    """The deposit sets the time free, a session leaves a receipt, and the status says what is left."""
    jay = await joins_team(world, "sales", "คุณเจ")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์")
    nat = await new_member(world, jay)
    await jay.taps("Show customer")
    await jay.sees("linked")
    await sends_plan(jay, nat, "FAC-HYD", 5, "1500")
    await takes_payment(jay, nat, 1500)
    await nat.sees_changed("This plan is no longer open.")
    await sets_time(jay, mint)
    await accepts(mint)
    await begins(mint)
    await mint.taps("Complete")
    await mint.sees(mint.t("How did it go with {name}? Choose a note or write your own.", name="Nat"))
    await mint.says("Skin calm, aftercare explained")
    await mint.sees("Complete this treatment?")
    await mint.taps("Complete")
    await mint.sees("Thank you! The points are usable now, and the aftercare has begun.")
    await nat.sees("Your treatment is complete", ("Course: Hydrating facial", "Session 1 of 5", "คุณมิ้นท์", "4 sessions"))
    await nat.says("/status")
    await nat.sees(("Hydrating facial", "Left", "4 sessions until", "THB 1,500 of THB 5,500"))
    await reaches_payment(jay, "Nat", 4000)
    await jay.taps("Confirm payment")
    await jay.sees(("✅", "Treatment done"))
    await nat.sees("Receipt no. 2")


async def test_a_plan_is_answered_on_the_salespersons_phone(world: World) -> None:
    """A customer without a chat reads the plan on Jay's phone; what they say is written down as said in person."""
    jay = await joins_team(world, "sales", "คุณเจ")
    await enters_lead(jay, "Nat")
    await jay.taps("Make the plan")
    await jay.sees("Which treatment is in Nat's plan?")
    await jay.says("FAC-HYD")
    await writes_plan(jay, 5)
    await jay.taps("Send")
    await jay.sees(("Nat has no chat yet: show them this, and write down their answer.", COURSE["en"], "THB 5,500"))
    here = await jay.button("Accepted here")
    await jay.taps_on(here)
    await jay.sees("Written down: accepted in person. You can take the payment.")
    await jay.taps_on(here)
    await jay.sees("This plan was already answered")
    reason = await world.one_truth("select reason from workflow_actions where action = 'accept_proposal'")
    assert reason == "accepted in person"


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_who_joins_sees_the_plan_that_waits(world: World, channel: str, language: str) -> None:
    """Jay's plan was made before Nat had a chat: she reads it after the welcome, and accepts it there."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await enters_lead(jay, "Nat")
    invited = await jay.code()
    await jay.taps("Make the plan")
    await jay.sees(jay.t("Which treatment is in {name}'s plan?", name="Nat"))
    await jay.says("FAC-HYD")
    await writes_plan(jay, 5)
    await jay.taps("Send")
    await jay.sees(jay.t("{name} has no chat yet: show them this, and write down their answer.", name="Nat"))
    nat = await world.person("Nat", channel, language)
    await nat.says(f"/start {invited}")
    await nat.sees(CHOOSE_LANGUAGE)
    await sees_joined(jay, "Nat")
    await chooses_language(nat)
    for answer in ("I agree", "No"):
        await nat.sees("Your consent")
        await nat.taps(answer)
    plan = (nat.t("Your plan, {name}", name="Nat"), NO_RUSH, COURSE[language])
    await nat.sees(nat.t("Welcome to {clinic}", clinic=nat.clinic), plan)
    await nat.taps("Accept this plan")
    await nat.sees("You have accepted this plan. Our staff will take the payment.")
    await jay.sees(jay.t("{name} has accepted the plan ✅ You can take the payment.", name="Nat"))
