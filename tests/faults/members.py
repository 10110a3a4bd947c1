"""Many people at once: members made without their joining, second chats, and many fingers on one button."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from domain.loyalty import service as loyalty
from domain.people import service as people
from domain.unit import Actor
from tests.faults.rig import Rig
from tests.stories.forgery import data_of, post, press
from tests.stories.given import in_chat
from tests.stories.person import Person
from tests.stories.world import CHANNELS

Press = tuple[Person, str]  # whose finger, and the data of the button


async def members(
    rig: Rig,
    count: int,
    points: int = 1,
    slug: str = "DRG",
    channels: Sequence[str] = CHANNELS,
    names: Sequence[str] = (),
) -> list[Person]:
    """Customers with so many usable points, beside their welcome points; the channels take turns."""
    names = names or [f"Nat {n}" for n in range(count)]
    made = [await rig.person(names[n], channels[n % len(channels)], "en", slug) for n in range(count)]
    rows = []
    async with rig.unit(slug) as unit:
        [seller, *_] = await people.staff_of_role(unit, ["sales"])
        unit.actor = Actor("sales", seller.person_id, seller.user_id, None, seller.name)
        for n in range(count):
            customer = await people.create_customer(
                unit, name=names[n], phone=f"08155{n:05}", source="walk_in", owner_id=None
            )
            await loyalty.award(unit, customer.id, points, f"gift:{customer.id}", "kindness")
            rows.append(customer)
    for person, row in zip(made, rows, strict=True):
        await in_chat(rig, person, row.person_id)
    return made


async def second_chat(rig: Rig, person: Person, channel: str) -> Person:
    """The same person's chat on another channel, as after a code of theirs was typed there."""
    other = await rig.person(person.name, channel, person.language, person.slug)
    [row] = await rig.truth(
        "select i.person_id from channel_identities i where i.clinic_id = $1 and i.external_id = $2",
        rig.clinic_ids[person.slug],
        person.id,
    )
    await in_chat(rig, other, row["person_id"])
    return other


async def at_once(rig: Rig, presses: Sequence[Press]) -> None:
    """Every press is an event of its own, and all arrive at the same moment; afterwards all is done."""
    rig.injected["press at the same moment"] += len(presses)
    answers = await asyncio.gather(*(post(rig, press(rig, person, data)) for person, data in presses))
    assert {status for status, _ in answers} == {200}, Counter(answers)
    await rig.settles()


async def ready(person: Person, label: str) -> Press:
    """A press of this person's newest button with this label."""
    return person, await data_of(person, label)
