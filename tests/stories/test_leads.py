"""Taking a customer in: whatever sales types, nothing is lost or saved by accident, and there is a way back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.person import Person
from tests.stories.scenes import enters_lead, joins_team, sees_saved
from tests.stories.world import World

PAIRS = [("line", "th"), ("telegram", "en")]
BAD_PHONE = "That does not look like a Thai phone number. Please type it like 081-234-5678."
ANSWERED = "That question is already answered. Here is the current one:"
CANCELLED = "Cancelled. Nothing was saved."
CLOSED = "That form is finished. Nothing was changed."
SUMMARY = "Save this customer?"


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_any_usual_phone_is_understood(world: World, channel: str, language: str) -> None:
    """However it is written; what is no phone number gets a sentence and loses nothing that was typed."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await reaches(jay, "phone")
    for typed in ("081-555-01", "call me", "12345678901234", "081 555 0199 / 02 123 4567"):
        await jay.says(typed)
        await jay.sees(BAD_PHONE, asks(jay, "phone"))
    for typed in (
        "0815550199",
        "081-555 0199",
        "๐๘๑-๕๕๕-๐๑๙๙",
        "+66 81 555 0199",
        "66815550199",
        "0066 (0)81.555.0199",
    ):
        await jay.says(typed)
        await jay.sees(asks(jay, "treatment"))
        await jay.taps("Back")
        await jay.sees(asks(jay, "phone"))
    await jay.says("02 123 4567")
    await jay.sees(asks(jay, "treatment"))
    await jay.says("ACN")
    await jay.sees(asks(jay, "source"))
    await jay.says("sister of คุณนก")
    await jay.sees((SUMMARY, "Nat", "02-123-4567", "sister of คุณนก"))
    await jay.taps("Confirm")
    await sees_saved(jay, "Nat")
    saved = await world.truth("select name, phone, source from customers where name = 'Nat'")
    assert [tuple(row) for row in saved] == [("Nat", "+6621234567", "sister of คุณนก")]


@pytest.mark.parametrize(
    ("step", "channel"),
    [("name", "line"), ("phone", "telegram"), ("treatment", "line"), ("source", "telegram"), ("review", "line")],
)
async def test_cancel_at_each_step(world: World, step: str, channel: str) -> None:
    """By button and by word: nothing is saved, and the next thing typed is no answer to it."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    await reaches(jay, step)
    await jay.taps("Cancel")
    await jay.sees(CANCELLED)
    await reaches(jay, step)
    await jay.says("ยกเลิก")
    await jay.sees(CANCELLED)
    await jay.says("Nok Suwan")
    await jay.sees("Sorry, I did not understand that. Did you mean one of these?")
    assert await world.truth("select * from customers where name in ('Nat', 'Nok Suwan')") == []
    assert await world.truth("select * from customer_conversations") == []


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_back_at_each_step(world: World, channel: str) -> None:
    """From the summary back to the name, one question at a time, and forward again with other answers."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    await reaches(jay, "review")
    for step in ("source", "treatment", "phone", "name"):
        await jay.taps("Back")
        await jay.sees(asks(jay, step))
    for said, step in (("Nok", "phone"), ("089 555 0100", "treatment"), ("hydrating", "source")):
        await jay.says(said)
        await jay.sees(asks(jay, step, "Nok"))
    await jay.taps("Facebook")
    await jay.sees((SUMMARY, "Nok", "089-555-0100", "Hydrating facial", "Facebook"))
    await jay.taps("Confirm")
    await sees_saved(jay, "Nok")
    assert await world.truth("select * from customers where name = 'Nat'") == []


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_a_command_in_the_middle(world: World, channel: str, language: str) -> None:
    """Help, the list of payments or a sticker between two answers: answered, and the question is asked again."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await reaches(jay, "phone")
    await jay.says("/help")
    await jay.sees("What you can do here", asks(jay, "phone"))
    await jay.says("ชำระเงิน")
    await jay.sees("Nothing is waiting for a payment or a time.", asks(jay, "phone"))
    await jay.says("/points")
    await jay.sees(asks_points(jay), asks(jay, "phone"))
    await jay.sends_sticker()
    await jay.sees("Thank you! I can only read text here.", asks(jay, "phone"))
    await jay.says("081-555-0199")
    await jay.sees(asks(jay, "treatment"))


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_another_language_in_the_middle(world: World, channel: str) -> None:
    """The form goes on in the language that was chosen between two questions."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, "en")
    await reaches(jay, "phone")
    await jay.says("/language")
    await jay.sees("Please choose a language", asks(jay, "phone"))
    await jay.taps("ไทย")
    jay.language = "th"
    await jay.sees("From now on we speak English with you.", asks(jay, "phone"))
    await jay.says("/language en")
    jay.language = "en"
    await jay.sees("From now on we speak English with you.", asks(jay, "phone"))


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_old_buttons_of_a_form(world: World, channel: str) -> None:
    """A press on a question that was answered shows the current one; one on a form that is over changes nothing."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    await reaches(jay, "treatment")
    hydrating = await jay.button("Hydrating facial")
    await jay.taps_on(hydrating)
    await jay.sees(asks(jay, "source"))
    await jay.taps_on(hydrating)
    await jay.sees(ANSWERED, asks(jay, "source"))
    await jay.taps("Walk-in")
    await jay.sees(SUMMARY)
    confirm = await jay.button("Confirm")
    await jay.taps_on(confirm)
    await sees_saved(jay, "Nat")
    for old in (confirm, hydrating):
        await jay.taps_on(old)
        await jay.sees(CLOSED)
    await reaches(jay, "treatment", "Nok", "089-555-0100")
    await jay.taps_on(hydrating)
    await jay.sees(ANSWERED, asks(jay, "treatment"))
    await jay.taps_on(confirm)
    await jay.sees(ANSWERED, asks(jay, "treatment"))
    assert await world.one_truth("select count(*) from workflow_states") == 1


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_an_open_plan_is_shown_first(world: World, channel: str, language: str) -> None:
    """The phone has a plan already: go on with it, or make a new one, as sales decides."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    await enters_lead(jay, "Nat")
    await jay.says("/lead")
    await jay.sees(asks(jay, "name"))
    await jay.says("Nat")
    await jay.sees(asks(jay, "phone"))
    await jay.says("+66815550199")
    await jay.sees(("This phone already has an open plan", "Nat"))
    new_plan = await jay.button("New plan")
    await jay.taps("Continue it")
    await jay.sees(("Nat", "081-555-0199", "not linked yet"))
    await jay.taps_on(new_plan)
    await jay.sees(CLOSED)

    await jay.says("/lead")
    await jay.sees(asks(jay, "name"))
    await jay.says("Nat")
    await jay.sees(asks(jay, "phone"))
    await jay.says("081 555 0199")
    await jay.sees("This phone already has an open plan")
    await jay.taps("New plan")
    await jay.sees(asks(jay, "treatment"))
    await jay.says("ACN")
    await jay.sees(asks(jay, "source"))
    await jay.taps("Walk-in")
    same = jay.t("{name} is already our customer; this becomes a new plan for them.", name="Nat")
    await jay.sees((SUMMARY, same))
    await jay.taps("Confirm")
    await sees_saved(jay, "Nat")
    assert await world.one_truth("select count(*) from customers where name = 'Nat'") == 1
    assert await world.one_truth("select count(*) from workflow_states") == 2


@pytest.mark.parametrize("channel", ["line", "telegram"])
async def test_the_same_treatment_again_is_the_open_plan(world: World, channel: str) -> None:
    """One open plan for each treatment: the first is shown, no second one made. Two people may share a phone."""
    jay = await joins_team(world, "sales", "คุณเจ", channel)
    await enters_lead(jay, "Nat")
    for name in ("Nat", "Nok"):
        await jay.says("/lead")
        await jay.sees(asks(jay, "name"))
        await jay.says(name)
        await jay.sees(asks(jay, "phone", name))
        await jay.says("081 555 0199")
        await jay.sees("This phone already has an open plan")
        await jay.taps("New plan")
        await jay.sees(asks(jay, "treatment"))
        await jay.says("FAC-HYD")
        await jay.sees(asks(jay, "source", name))
        await jay.taps("Walk-in")
        await jay.sees(SUMMARY)
        await jay.taps("Confirm")
        if name == "Nat":
            await jay.sees(("Nat", "This customer already has an open plan for this treatment."))
        else:
            await sees_saved(jay, "Nok")
    names = await world.truth(
        "select c.name from workflow_states w join customers c on c.id = w.customer_id order by 1"
    )
    assert [row["name"] for row in names] == ["Nat", "Nok"]


@pytest.mark.parametrize("channel", ["line", "telegram"])
@pytest.mark.parametrize(
    "name", ["<b>Nat</b> & *Co* _x_ [a](http://b) {name} %s `code`", 'ณัฐ ป้าน้ำ ที่ปั๊ม 🌸 O\'Neill "Nat" 𝓝']
)
async def test_names_arrive_unchanged(world: World, channel: str, name: str) -> None:
    """Signs that are markup somewhere are only signs here, on every screen and in the books."""
    jay = await joins_team(world, "sales", "คุณเจ", channel, "th")
    await enters_lead(jay, name)
    await jay.says("/payments")
    await jay.sees("Whose payment came in?")
    await jay.taps("Invite to chat")
    await jay.sees(jay.t("Invitation for {name}: code {code}", name=name, code=await jay.code()), *[name] * 2)
    assert await world.one_truth("select count(*) from customers where name = $1", name) == 1


async def test_names_that_are_none(world: World) -> None:
    """Nothing visible, or a whole letter, is no name; what nobody sells is no treatment."""
    jay = await joins_team(world, "sales", "คุณเจ")
    await jay.says("/lead")
    await jay.sees(asks(jay, "name"))
    for typed in ("...", "\u2800\u3164", "ก" * 81):
        await jay.says(typed)
        await jay.sees("Please type a name of 1 to 80 characters.", asks(jay, "name"))
    await jay.says("Nat")
    await jay.sees(asks(jay, "phone"))
    await jay.says("081 555 0199")
    await jay.sees(asks(jay, "treatment"))
    await jay.says("a massage")
    await jay.sees("Please choose one of the answers.", asks(jay, "treatment"))


ANSWERS = {"name": "", "phone": "{name}", "treatment": "{phone}", "source": "FAC-HYD", "review": "walk-in"}


async def reaches(sales: Person, step: str, name: str = "Nat", phone: str = "081-555-0199") -> None:
    """A new lead, up to that question (or the summary)."""
    await sales.says("/lead")
    await sales.sees(asks(sales, "name"))
    for here, answer in list(ANSWERS.items())[1:]:
        if step == "name":
            return
        await sales.says(answer.format(name=name, phone=phone))
        await sales.sees(asks(sales, here, name))
        if here == step:
            return


def asks(sales: Person, step: str, name: str = "Nat") -> str:
    """The question of a step, as this salesperson reads it."""
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        "name": ("What is the customer's name?", {}),
        "phone": ("What is {name}'s phone number?", {"name": name}),
        "treatment": ("Which treatment?", {}),
        "source": ("How did {name} find us? You can also type it.", {"name": name}),
        "review": (SUMMARY, {}),
    }
    message, fields = questions[step]
    return sales.t(message, **fields)


def asks_points(sales: Person) -> str:
    """คุณเจ is a customer too, so there are points to show."""
    return sales.t("Your points, {name}", name="คุณเจ")
