"""What was so before a story begins: people whose chat the clinic has known for long, without the messages of joining.

Stories about joining play it through the phones (`scenes.enters_team`); in all others it would only cost time.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, update

from bots.telegram.emulator_records import Chat
from domain.people import service as people
from domain.people.tables import channel_identities, persons
from tests.stories.person import Person
from tests.stories.world import World


async def on_the_team(world: World, role: str, person: Person) -> None:
    """The person works at the clinic in this role, and this is their chat."""
    async with world.unit(person.slug) as unit:
        known = [member for member in await people.staff_of_role(unit, [role]) if member.name == person.name]
        if not known:
            await people.invite_staff(unit, role=role, name=person.name)
            known = [member for member in await people.staff_of_role(unit, [role]) if member.name == person.name]
    await in_chat(world, person, known[0].person_id)


async def in_chat(world: World, person: Person, person_id: UUID) -> None:
    """The chat is bound to this person of the clinic, who chose their language; the platform knows that they met."""
    account = world.accounts[person.slug, person.channel]
    if person.channel == "line":
        world.line._state.chat(account, person.id).friend = True
    else:
        world.telegram._state.chats.setdefault((int(account), int(person.id)), Chat()).started = True
    async with world.unit(person.slug) as unit:
        clinic = unit.clinic.id
        found = await world.program.accounts.of_clinic(person.slug)
        identity = {"account_id": next(a.id for a in found if a.channel == person.channel), "external_id": person.id}
        row = insert(channel_identities).values(
            clinic_id=clinic, person_id=person_id, display_name=person.name, last_seen_at=unit.now, **identity
        )
        await unit.db.execute(row)
        speaks = update(persons).where(persons.c.clinic_id == clinic, persons.c.id == person_id)
        await unit.db.execute(speaks.values(language=person.language))
