"""The story that is interrupted: two colleagues join, a customer is found, joins, pays, is treated and asked.

Each step is one act of one person (or of time), and waits until everything that follows from it has been done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from handlers.words import Words
from tests.faults.rig import Rig
from tests.stories.person import Person

NOTE = "Skin calm, aftercare explained"


@dataclass(slots=True)
class Cast:
    """The clinic and its people."""

    rig: Rig
    slug: str
    sales: Person
    mint: Person
    nat: Person

    async def invited(self, person: Person, role: str, name: str) -> None:
        """A colleague types the code they were given."""
        await person.says(f"/start {await self.rig.invitation(role, name, self.slug)}")

    async def tomorrow(self) -> None:
        """It becomes ten o'clock of the next day."""
        local = (await self.rig.now()).astimezone(Words().zone) + timedelta(days=1)
        await self.rig.moves_to(local.replace(hour=10, minute=0, second=0, microsecond=0))


Step = Callable[[Cast], Awaitable[None]]

STEPS: dict[str, Step] = {
    "sales joins": lambda c: c.invited(c.sales, "sales", "คุณเจ"),
    "sales picks a language": lambda c: c.sales.taps("English"),
    "the beautician joins": lambda c: c.invited(c.mint, "beautician", "คุณมิ้นท์"),
    "the beautician picks a language": lambda c: c.mint.taps("English"),
    "sales begins a lead": lambda c: c.sales.says("/lead"),
    "its name": lambda c: c.sales.says("Nat"),
    "its phone": lambda c: c.sales.says("081-555 0199"),
    "its treatment": lambda c: c.sales.says("FAC-HYD"),
    "its source": lambda c: c.sales.says("walk-in"),
    "the lead is saved": lambda c: c.sales.taps("Confirm"),
    "the customer joins": lambda c: _opens_the_link(c),
    "the customer picks a language": lambda c: c.nat.taps("English"),
    "the customer agrees": lambda c: c.nat.taps("I agree"),
    "the customer declines": lambda c: c.nat.taps("No"),
    "sales looks who has to pay": lambda c: c.sales.says("/payments"),
    "sales picks the customer": lambda c: c.sales.taps("Nat"),
    "the amount": lambda c: c.sales.says("1290"),
    "the method": lambda c: c.sales.taps("Cash"),
    "the payment is confirmed": lambda c: c.sales.taps("Confirm payment"),
    "the time is set": lambda c: c.sales.taps("Start now"),
    "the beautician looks": lambda c: c.mint.says("/tasks"),
    "the task is accepted": lambda c: c.mint.taps("Accept"),
    "the treatment starts": lambda c: c.mint.taps("Start"),
    "what comes before is done": lambda c: c.mint.taps("All done"),
    "that is confirmed": lambda c: c.mint.taps("Yes, all done"),
    "what belongs to it is done": lambda c: c.mint.taps("All done"),
    "that is confirmed too": lambda c: c.mint.taps("Yes, all done"),
    "what comes after is done": lambda c: c.mint.taps("All done"),
    "all is confirmed": lambda c: c.mint.taps("Yes, all done"),
    "the treatment ends": lambda c: c.mint.taps("Complete"),
    "the note": lambda c: c.mint.says(NOTE),
    "the treatment is completed": lambda c: c.mint.taps("Complete"),
    "the day after": lambda c: c.tomorrow(),
    "the customer is worried": lambda c: c.nat.taps("Worried"),
}


async def _opens_the_link(cast: Cast) -> None:
    label = {"line": "Open in LINE", "telegram": "Open in Telegram"}[cast.nat.channel]
    await cast.nat.opens(await cast.sales.link(label))


async def cast(rig: Rig, slug: str, channel: str) -> Cast:
    """A new clinic and its people, all on one channel; what earlier clinics of the rig still planned is called off."""
    await rig.truth("update followup_executions set state = 'cancelled' where state = 'planned'")
    await rig.meets(slug)
    sales, mint, nat = [await rig.person(name, channel, "en", slug) for name in ("Jay", "Mint", "Nat")]
    return Cast(rig, slug, sales, mint, nat)
