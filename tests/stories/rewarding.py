"""Points and rewards: members with points, and the way to a coupon through the phone."""

from __future__ import annotations

import re

from domain.loyalty import service as loyalty
from tests.stories.person import Person
from tests.stories.scenes import new_member
from tests.stories.world import World

MASK = {"th": "มาส์กหน้า 1 ครั้ง", "en": "One mask treatment"}
SUNSCREEN = {"th": "ครีมกันแดด 30 ก.", "en": "Sunscreen 30 g"}
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}\b")


async def member(world: World, sales: Person, channel: str, language: str, points: int) -> Person:
    """A member with the welcome points and so many more."""
    nat = await new_member(world, sales, "Nat", channel, language)
    await gets(world, points)
    return nat


async def gets(world: World, points: int) -> None:
    """Points that the clinic gives to everybody who has an account."""
    async with world.unit() as unit:
        for row in await world.truth("select customer_id from loyalty_profiles"):
            key = f"gift:{row['customer_id']}:{unit.now.isoformat()}"
            await loyalty.award(unit, row["customer_id"], points, key, "kindness")


async def opens_reward(person: Person, name: dict[str, str]) -> None:
    """From the list to one reward."""
    await person.says("/rewards")
    await person.sees("Rewards")
    await person.taps(name[person.language])
    await person.sees(name[person.language])


async def redeems(person: Person, name: dict[str, str]) -> str:
    """All the way; returns the code that the coupon shows."""
    await opens_reward(person, name)
    await person.taps("Redeem")
    await person.sees(person.t("Redeem {reward}?", reward=name[person.language]))
    await person.taps("Confirm")
    (text,) = await person.reads()
    found = CODE.search(text)
    assert found, text
    return found[0]


async def balance(world: World) -> tuple[int, int]:
    """(active, held) of the only account."""
    [row] = await world.truth(
        "select active_points, held_points from loyalty_profiles order by active_points desc limit 1"
    )
    return row["active_points"], row["held_points"]
