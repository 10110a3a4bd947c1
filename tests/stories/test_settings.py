"""Settings: the language, the channel for notices, and each consent, changed with one tap; the words that end news."""

from __future__ import annotations

import pytest

from tests.stories.person import Person
from tests.stories.scenes import joins_team, new_member, sees_joined, takes_payment
from tests.stories.world import World

CASES = [("line", "th"), ("telegram", "en")]
STOPPED = "We will not send you news any more. Messages about your own care still come."


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_consents_are_withdrawn_with_a_tap_and_given_after_the_words(
    world: World, channel: str, language: str
) -> None:
    """Nat agreed to health data and not to news."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay, "Nat", channel, language)
    await nat.says(nat.t("Settings") if language == "en" else "ตั้งค่า")
    await nat.sees(("Settings", "Health data", "allowed", "not allowed"))
    health = nat.t("{name}: stop", name=nat.t("Health data"))
    old = await nat.button(health)
    await nat.taps_on(old)
    await nat.sees("Stopped. Nothing changes in your care.")
    assert await consent(world, "health_record") is False
    await nat.taps_on(old)  # the same wish again
    await nat.sees("Settings")
    await nat.taps(nat.t("{name}: allow", name=nat.t("Health data")))
    await nat.sees(("Your consent", nat.t("Version {version}.", version="1") if language == "en" else "1"))
    assert await consent(world, "health_record") is False
    await nat.taps("I agree")
    await nat.sees("Saved.")
    assert await consent(world, "health_record") is True


async def test_notices_come_to_the_chosen_channel(world: World) -> None:
    """Nat has both chats; she last wrote on Telegram, and wants LINE."""
    jay, nat, other = await on_both(world)
    await other.says("/settings")
    await other.sees(("Settings", "Where I wrote last"))
    await other.taps("LINE")
    await other.sees(("Saved.", "LINE"))
    await takes_payment(jay, nat)
    await other.sees_nothing()


async def test_the_language_is_changed_on_the_card(world: World) -> None:
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "telegram", "en")
    await mint.says("/settings")
    await mint.sees(("Settings", "English"))
    await mint.taps("ไทย")
    mint.language = "th"
    await mint.sees(("Settings", "From now on we speak English with you."))


@pytest.mark.parametrize(("channel", "language"), CASES)
async def test_duty_is_changed_on_the_card(world: World, channel: str, language: str) -> None:
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", channel, language)
    for now, button, said in (
        ("on duty", "Go off duty", "You are off duty. No task is offered to you until you are back."),
        ("off duty", "Go on duty", "You are on duty."),
    ):
        await mint.says("/settings")
        await mint.sees(("Settings", now))
        await mint.taps(button)
        await mint.sees(said)


async def test_news_end_in_the_middle_of_a_form_and_the_question_follows(world: World) -> None:
    """Also for somebody who works here and is a customer."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay)
    await nat.says("/settings")
    await nat.sees("Settings")
    await nat.taps("Health data: stop")
    await nat.sees("Stopped.")
    await nat.taps("Health data: allow")
    await nat.sees("Your consent")
    await nat.says("ยกเลิกข่าวสาร")
    await nat.sees(STOPPED, "Your consent")


@pytest.mark.parametrize("word", ["ไม่รับ", "stop"])
async def test_no_news_said_where_they_are_asked_about(world: World, word: str) -> None:
    """The word that ends news is the answer to the question about news."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay)
    await nat.says("/settings")
    await nat.sees("Settings")
    await nat.taps("News on Telegram: allow")
    await nat.sees("Your consent")
    await nat.says(word)
    await nat.sees(("Saved.", "not allowed"))
    assert await consent(world, "marketing_telegram") is False
    assert await consent(world, "marketing_line") is False


async def consent(world: World, purpose: str) -> bool:
    """The newest answer."""
    rows = await world.truth("select given from consents where purpose = $1 order by at desc limit 1", purpose)
    return bool(rows[0]["given"])


async def on_both(world: World) -> tuple[Person, Person, Person]:
    """Jay's customer Nat on LINE, and the same Nat on Telegram, where she wrote last."""
    jay = await joins_team(world, "sales", "คุณเจ")
    nat = await new_member(world, jay, "Nat", "line", "en")
    await jay.taps("Invite to chat")
    await jay.reads()
    other = await world.person("Nat", "telegram", "en")
    await other.says(f"/start {await jay.code()}")
    await sees_joined(jay, "Nat")
    await other.reads()
    await other.taps("No")
    await other.reads()
    return jay, nat, other
