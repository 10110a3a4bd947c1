"""Two processes on one database poll one bot by turns: whichever is killed, each word is worked on, and once."""

from __future__ import annotations

from tests.faults.messages import check_messages
from tests.faults.registry import Trial, fault, times
from tests.stories.polling import switch

WORDS = ["hello", "are you there", "oh"]


@fault("F18", "two processes that poll one bot, each killed while people write")
async def test_killed_pollers_lose_and_repeat_nothing(trial: Trial) -> None:
    async with trial.rig(("web", "web")) as world:
        world.impatient = True
        await world.meets("calm")
        await switch(world, to_polling=True, slug="calm")
        nid = await world.person("Nid", "telegram", "en", "calm")
        turns = [program for _ in range(times(1, 5)) for program in world.programs]
        for killed in turns:
            for word in WORDS:
                await world.control("telegram", f"{nid._chat}/say", text=word)
            killed.die()
            await world.settles()
        said = await world.truth("select payload -> 'message' ->> 'text' as said from inbox order by seq")
        assert [row["said"] for row in said] == WORDS * len(turns)
        await check_messages(world, "calm", "telegram", in_doubt=2)
