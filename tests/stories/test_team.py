"""The team in its manager's hands: added, moved to another role, removed; and what the very next press says."""

from __future__ import annotations

import pytest

from domain.people import service as people
from tests.stories.scenes import (
    CHOOSE_LANGUAGE,
    accepts,
    begins,
    chooses_language,
    enters_lead,
    joins_team,
    new_member,
    sets_time,
    takes_payment,
)
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]
NOT_FOR_YOU = "This is for other members of the team. Type /help to see what you can do."


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_removed_colleague_is_a_stranger_at_the_next_press(world: World, channel: str, language: str) -> None:
    """In the middle of a form, with old buttons before them; their customers are listed to be handed over."""
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await enters_lead(jay, "Nat")
    await jay.says("/lead")
    await jay.sees("What is the customer's name?")
    old = await jay.button("Invite to chat") if "Invite to chat" in await jay.labels() else None
    await ploy.says("/team")
    await ploy.sees(("Team", "คุณพลอย", "คุณเจ"))
    await ploy.taps("คุณเจ")
    await ploy.sees(("คุณเจ", ploy.t("Sales")))
    await ploy.taps("Remove from the team")
    await ploy.sees(("Remove from the team?", "คุณเจ"))
    await ploy.taps("Remove from the team")
    await ploy.sees(
        ploy.t("{name} is not on the team any more", name="คุณเจ"),
        (ploy.words.n("{count} customer to hand over", "{count} customers to hand over", 1), "Nat"),
    )
    assert await world.one_truth("select count(*) from customer_conversations") == 0
    if old is not None:
        await jay.taps_on(old)
        await jay.sees(NOT_FOR_YOU)
    await jay.says("/payments")
    await jay.sees(NOT_FOR_YOU)
    await ploy.taps("Nat")
    await ploy.sees(("Nat", "คุณเจ"))


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_a_form_about_who_has_left_ends_and_what_came_between_is_done(world: World, channel: str) -> None:
    ploy = await joins_team(world, "manager", "คุณพลอย", channel)
    await joins_team(world, "sales", "คุณเจ", channel)
    await ploy.says("/pipeline")
    await ploy.reads()
    await ploy.taps("Hand over customers")
    await ploy.sees("Whose customers are to be handed over?")
    await ploy.taps("คุณเจ")
    await ploy.sees("Who is to look after them?")
    await ploy.taps("คุณฝน")
    await ploy.sees("Hand over all open customers?")
    jay = await world.one_truth("select id from users where name = 'คุณเจ'")
    async with world.unit() as unit:
        await people.remove_staff(unit, jay)
    await world.settles()
    await ploy.reads()
    await ploy.says("/team")
    await ploy.sees("Team", "This person is not on the team any more.")
    await ploy.says("/team")
    await ploy.sees("Team")


async def test_an_accepted_task_goes_back_to_the_others(world: World) -> None:
    ploy = await joins_team(world, "manager", "คุณพลอย")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "line")
    nan = await joins_team(world, "beautician", "คุณแนน")
    nat = await new_member(world, ploy)
    await takes_payment(ploy, nat)
    await sets_time(ploy, mint, nan)
    await mint.taps("Accept")
    await mint.sees("Task accepted")
    await nan.sees_changed("Task accepted")
    await ploy.says("/team")
    await ploy.sees("Team")
    await ploy.taps("คุณมิ้นท์")
    await ploy.sees("คุณมิ้นท์")
    await ploy.taps("Remove from the team")
    await ploy.sees("Remove from the team?")
    await ploy.taps("Remove from the team")
    await ploy.sees("คุณมิ้นท์ is not on the team any more")
    await nan.sees("New task")
    await nan.sees_changed("Task given back")
    await mint.taps("Start")
    await mint.sees(NOT_FOR_YOU)
    await nan.taps("Accept")
    await nan.sees("Task accepted")
    await nan.sees_changed("Task accepted")


async def test_a_treatment_under_way_is_ended_by_a_colleague(world: World) -> None:
    """The manager asks one, who cannot, and sees a way to ask again."""
    ploy = await joins_team(world, "manager", "คุณพลอย")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "line")
    nan = await joins_team(world, "beautician", "คุณแนน")
    nat = await new_member(world, ploy)
    await takes_payment(ploy, nat)
    await sets_time(ploy, mint, nan)
    await accepts(mint, nan)
    await begins(mint)
    await ploy.says("/team")
    await ploy.sees("Team")
    await ploy.taps("คุณมิ้นท์")
    await ploy.sees("คุณมิ้นท์")
    await ploy.taps("Remove from the team")
    await ploy.sees("Remove from the team?")
    await ploy.taps("Remove from the team")
    await ploy.sees("คุณมิ้นท์ is not on the team any more", ("Treatment without a colleague", "Nat"))
    for answer in ("I cannot", "Take over"):
        await ploy.taps("Hand over")
        await ploy.sees("Who takes over Nat?")
        await ploy.taps("คุณแนน")
        await ploy.sees(("Treatment under way", "คุณแนน has been asked."))
        await nan.sees(("Can you take over?", "คุณพลอย asks you to take this over."))
        await nan.taps(answer)
        if answer == "I cannot":
            await nan.sees("The managers look for somebody else.")
            await ploy.sees("คุณแนน cannot take over. Please ask somebody else.")
    await nan.sees(("Treatment under way", "The task is yours now."))
    await ploy.sees_changed("Started by คุณแนน")
    await nan.sees_changed("Started by คุณแนน", cards=3)


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_the_last_manager_stays(world: World, channel: str, language: str) -> None:
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    last = "The clinic needs at least one manager. Please make somebody else a manager first."
    await ploy.says("ทีม")
    await ploy.sees("Team")
    await ploy.taps("คุณพลอย")
    await ploy.sees("คุณพลอย")
    await ploy.taps("Remove from the team")
    await ploy.sees("Remove from the team?")
    await ploy.taps("Remove from the team")
    await ploy.sees((last, "คุณพลอย"))
    await ploy.taps("Change role")
    await ploy.sees(ploy.t("Which role does {name} get?", name="คุณพลอย"))
    await ploy.taps("Sales")
    await ploy.sees("Change the role?")
    await ploy.taps("Confirm")
    await ploy.sees((last, "คุณพลอย"))
    await ploy.says("/help")
    await ploy.sees("What you can do here")


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_somebody_new_joins_and_gets_another_role(world: World, channel: str, language: str) -> None:
    """A doctor without a licence number is asked for it; the new role counts at once; the change can be read."""
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    await ploy.says("/team")
    await ploy.sees("Team")
    await ploy.taps("Add somebody")
    await ploy.sees("What is the name of your new colleague? Customers see it too.")
    await ploy.says("คุณใหม่")
    await ploy.sees(ploy.t("In which role does {name} work?", name="คุณใหม่"))
    await ploy.taps("Beautician")
    await ploy.sees(ploy.t("At which branch does {name} work?", name="คุณใหม่"))
    await ploy.taps("all branches")
    await ploy.sees("Add to the team?")
    await ploy.taps("Confirm")
    scan = ploy.t("Let {name} scan this with their phone.", name="คุณใหม่")
    await ploy.sees(ploy.t("Invitation for {name}: code {code}", name="คุณใหม่", code="")[:10], scan, scan)
    mai = await world.person("คุณใหม่", "telegram", "en")
    await mai.says(f"/start {await ploy.code()}")
    await mai.sees(CHOOSE_LANGUAGE)
    await chooses_language(mai)
    await mai.sees("Welcome to the team of")
    await ploy.says("/team")
    await ploy.sees(("Team", "คุณใหม่"))
    await ploy.taps("คุณใหม่")
    await ploy.sees("คุณใหม่")
    await ploy.taps("Change role")
    await ploy.sees(ploy.t("Which role does {name} get?", name="คุณใหม่"))
    await ploy.taps("Doctor")
    await ploy.sees(ploy.t("What is {name}'s licence number?", name="คุณใหม่"))
    await ploy.says("ว.12345")
    await ploy.sees(("Change the role?", "ว.12345"))
    await ploy.taps("Confirm")
    await ploy.sees(("The role is changed.", "Doctor"))
    await mai.sees(mai.t("You are now: {role}", role=mai.t("Doctor")))
    await mai.taps("My tasks")
    await mai.sees("You have no open task.")
    await ploy.says("/team")
    await ploy.sees("Team")
    await ploy.taps("What was changed")
    await ploy.sees(("What was changed", "Role changed"))
