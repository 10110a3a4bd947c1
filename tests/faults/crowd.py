"""Many people at once: customers who are expected, and come to the clinic's chat all together.

A visitor does not wait for the world to settle, only for the button they are about to press, and starts anew when
it does not come: as people do while the program is being killed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.people import service as people
from domain.unit import Actor
from domain.workflow import service as workflow
from tests.faults.effects import effects
from tests.faults.rig import Rig
from tests.stories.given import on_the_team
from tests.stories.person import Person

ANSWERS = (("English", ""), ("I agree", "health data"), ("No", "news and member benefits"))
"""What a visitor presses one after the other, and what its card says: their language, and the two consents."""
HOST = "คุณฝน"
WELCOME = 100
PATIENCE_S = 12.0
MOST_TRIES = 5


async def expected(rig: Rig, slug: str, count: int) -> list[tuple[UUID, str]]:
    """So many new customers with a lead each, and the code they were given: (journey, code)."""
    made = []
    async with rig.unit(slug) as unit:
        # A colleague without a chat, unless somebody gave her one: who joined need not be told to anybody.
        [fon] = [member for member in await people.staff_of_role(unit, ["sales"]) if member.name == HOST]
        unit.actor = Actor("sales", fon.person_id, fon.user_id, None, fon.name)
        facial = await rig.one_truth(
            "select id from treatments where clinic_id = $1 and code = 'FAC-HYD'", unit.clinic.id
        )
        for n in range(count):
            lead = await workflow.create_lead(
                unit, name=f"Nat {n}", phone=f"08155510{n:02}", treatment_id=facial, source="walk_in"
            )
            made.append((lead.id, (await people.invite_customer(unit, lead.customer_id, lead.id)).code))
    return made


class Visitor(Person):
    """Somebody with a phone who is not waited for, and looks at what came since they did something last."""

    async def messages(self, *, after: int = 0) -> list[dict[str, Any]]:
        """The new messages."""
        return await super().messages(after=max(after, self.seen))

    async def _do(self, what: str, **body: Any) -> None:
        self.seen += len(await self.messages())
        await self.world.control(self.channel, f"{self._chat}/{what}", **body)

    async def finds(self, label: str, seconds: float = PATIENCE_S, *, on: str = "") -> dict[str, Any] | None:
        """The newest button with this label on a card that says `on`, as soon as there is one; None without one."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while loop.time() < deadline:
            try:
                return await self.button(label, on)
            except AssertionError:
                await asyncio.sleep(0.05)
        return None


@dataclass(slots=True)
class Crowd:
    """Visitors of one clinic on one channel. `again` counts those who had to start anew."""

    rig: Rig
    slug: str
    channel: str
    visitors: list[tuple[Visitor, str]] = field(default_factory=list)
    again: int = 0
    told: bool = False

    async def gathers(self, count: int, *, told: bool = False) -> None:
        """They get their codes. `told`: whoever gives them out has a chat, and hears of each who joins."""
        self.told = told
        if told:
            await on_the_team(self.rig, "sales", await self.rig.person(HOST, self.channel, "en", self.slug))
        for n, (_, code) in enumerate(await expected(self.rig, self.slug, count)):
            met = await self.rig.person(f"Nat {n}", self.channel, "en", self.slug)
            self.visitors.append((Visitor(self.rig, self.slug, met.name, self.channel, "en", met.id), code))

    async def comes(self, *, at_once: int = 4) -> None:
        """Everybody joins, so many of them at a time."""
        doors = asyncio.Semaphore(at_once)

        async def one(visitor: Visitor, code: str) -> None:
            async with doors:
                await self._joins(visitor, code)

        await asyncio.gather(*(one(*visitor) for visitor in self.visitors))

    async def _joins(self, visitor: Visitor, code: str) -> None:
        await visitor.says(f"/start {code}")
        for label, words in ANSWERS:
            for _ in range(MOST_TRIES):
                if found := await visitor.finds(label, on=words):
                    break
                self.again += 1
                await visitor.says(f"/start {code}")
            assert found, f"{visitor.name} never got the button {label!r}"
            await visitor.taps_on(found)

    async def has_joined(self) -> None:
        """Each of them exactly once: one welcome, each code used, each consent given or refused."""
        here, count = await effects(self.rig, self.slug), len(self.visitors)
        assert here["ledger"] == Counter({("earn", WELCOME, "welcome"): count})
        assert here["accounts"].total() == count
        assert here["invitations"][True, False] == count
        assert here["messages meant"]["notice", "customer.joined", "service"] == (count if self.told else 0)
        assert _by_answer(here["consents"]) == {True: count, False: count}, here["consents"]
        assert not self.again or here["events"].total() > len(ANSWERS) * count
        assert {state for state, _ in here["events"]} == {"done"}, here["events"]


def _by_answer(consents: Counter[tuple[Any, ...]]) -> dict[bool, int]:
    given: Counter[bool] = Counter()
    for (_, yes), count in consents.items():
        given[yes] += count
    return dict(given)
