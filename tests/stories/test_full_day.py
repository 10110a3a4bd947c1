"""A clinic's whole day, role by role: scanned, planned, paid, booked, reminded, received, treated, looked after, told.

One customer comes for the first session of a laser course, another does not come at all; the manager looks at the
board and the numbers in the evening.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stories.person import Person
from tests.stories.scenes import (
    NOTE,
    TIME_IS_SET,
    WHEN,
    accepts,
    asks_when,
    begins,
    enters_lead,
    joins,
    joins_team,
    new_member,
    takes_payment,
)
from tests.stories.test_plans import sends_plan
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en"), ("line", "en"), ("telegram", "th")]
SATIT, MINT = "พญ.สาธิต ใจดี", "คุณมิ้นท์"
TODAY = {"th": "วันนี้บ่ายสอง", "en": "today 2pm"}
LATER = {"th": "วันนี้ 4 โมงเย็น", "en": "today 16:00"}
SESSION_USED = {"th": "คงเหลือ: 4 ครั้ง", "en": "Left: 4"}
AFTERCARE = {"th": "งดสครับและกรดผลไม้", "en": "no scrubs or acids"}
SOON = {"th": "อีก 2 ชั่วโมงพบกันนะคะ", "en": "See you in 2 hours"}


async def is_scanned(mint: Person, jay: Person) -> None:
    """The beautician scans who waits, and the salesperson hears of it."""
    await mint.says("/tasks")
    await mint.sees("Waiting for a skin scan")
    await mint.taps("Nat")
    await mint.sees(mint.t("What does {name} want to improve? Choose, or type it.", name="Nat"))
    await mint.taps("Dark spots")
    await mint.sees(mint.t("{concerns}. Anything else?", concerns=mint.t("Dark spots")))
    await mint.taps("Done")
    await mint.sees("Save this scan?")
    await mint.taps("Confirm")
    await mint.sees(mint.t("The scan of {name} is saved. Sales makes the plan.", name="Nat"))
    await jay.sees(jay.t("Skin scan done: {name}", name="Nat"))


async def says_time(jay: Person, when: str) -> None:
    """A time in words."""
    await jay.says(when)
    await jay.sees("Set this time?")
    await jay.taps("Confirm")
    await jay.sees(TIME_IS_SET)


async def completes(satit: Person, nat: Person, language: str) -> None:
    """A session of the course is done: its points, what is left of the course, and the aftercare soon after."""
    await begins(satit)
    await satit.taps("Complete")
    await satit.sees(satit.t("How did it go with {name}? Choose a note or write your own.", name="Nat"))
    await satit.says(NOTE)
    await satit.sees("Complete this treatment?")
    await satit.taps("Complete")
    await satit.sees("Thank you! The points are usable now, and the aftercare has begun.")
    await nat.sees("Your treatment is complete", SESSION_USED[language])


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_whole_day(world: World, time: Time, channel: str, language: str) -> None:
    """Everybody does their part in their chat, in one language, and reads of what the others did."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    mint = await joins_team(world, "beautician", MINT, channel, language)
    satit = await joins_team(world, "doctor", SATIT, channel, language)
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)

    # The morning: a new customer is scanned, gets a plan, pays half of it and has a time.
    await enters_lead(jay, "Nat", treatment="PICO")
    nat = await joins(world, jay, "Nat", channel, language)
    await is_scanned(mint, jay)
    await jay.says("/find Nat")
    await jay.sees("Nat")
    await sends_plan(jay, nat, "PICO", 5, "7500")
    await nat.taps("Accept this plan")
    await nat.sees("Thank you! ✅")
    await nat.sees_changed("You have accepted this plan. Our staff will take the payment.")
    await jay.sees(jay.t("{name} has accepted the plan ✅ You can take the payment.", name="Nat"))
    await takes_payment(jay, nat, 7500)
    await jay.taps("Set the time")  # one doctor may do it: nobody to choose
    await jay.sees(WHEN)
    await says_time(jay, TODAY[language])
    await satit.sees(("New task", "Nat"))
    await nat.sees("This is your time with us.")
    await accepts(satit)

    # A second customer has a facial at four.
    nok = await new_member(world, jay, "Nok", channel, language, "089-555-0100")
    await takes_payment(jay, nok)
    await asks_when(jay, name="Nok")
    await says_time(jay, LATER[language])
    await mint.sees(("New task", "Nok"))
    await nok.sees("This is your time with us.")
    await accepts(mint)

    # Noon: the reminder, an answer, and news of it.
    await time.moves_to(await time.today_at("12:00"))
    await nat.sees(SOON[language])
    await nat.taps("On my way" if language == "en" else "กำลังไป")
    await nat.sees("Thank you, we look forward to seeing you.")
    await time.moves_to(await time.today_at("13:55"))
    await jay.sees("Nat")

    # She is here, is treated, and has the receipt of her session, her points and her aftercare.
    await jay.says("/counter")
    await jay.sees("LINE", "Telegram", ("Expected today", "14:00", "Nat", "16:00", "Nok"))
    await jay.taps("Nat")
    await jay.sees(("Nat", "Confirmed"))
    await jay.taps("Arrived")
    await jay.sees(("Nat", "The team knows that the customer is here."))
    await satit.sees(satit.t("{name} has arrived", name="Nat"))
    await time.moves_to(await time.today_at("14:00"))
    await nok.sees(SOON[language])
    await completes(satit, nat, language)
    await time.moves_to(await time.now() + timedelta(minutes=10, seconds=5))
    await nat.sees(AFTERCARE[language])

    # The other one does not come: fifteen minutes later everybody knows, and she may choose another time.
    await time.moves_to(await time.today_at("16:16"))
    await nok.sees(nok.t("We missed you today, {name}. Hope all is well. Pick a new time:", name="Nok"))
    await nok.sees_changed("Missed")
    await jay.sees(jay.t("{name} did not come", name="Nok"))
    await mint.sees(mint.t("{name} did not come", name="Nok"))
    await mint.sees_changed("Task called off")

    # The evening: the board and the numbers.
    await ploy.says("/pipeline")
    await ploy.sees(("Nobody has waited longer than 48 hours.", "Paid, waiting for a time", "Aftercare"))
    await ploy.says("/stats")
    await ploy.sees(("The last 7 days", f"{ploy.t('Payments')}: 2", f"{ploy.t('Treatments done')}: 1"))
    assert (await ploy.picture())[:4] == b"\x89PNG"
    stages = await world.truth("select stage from workflow_states order by created_at")
    assert [row["stage"] for row in stages] == ["follow_up", "payment_confirmed"]
    assert await world.one_truth("select count(*) from course_uses") == 1
