"""What happened at an installation before an operator looks: clinics, events of people who write, and bugs of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from bots import work
from bots.app import Program, build
from bots.rotation import Kept
from bots.settings import Settings
from domain.catalogue import add_clinic
from domain.clinics.store import save_account
from domain.database import session
from tests.cli.conftest import Aura

SECRET_WORDS = "what-a-customer-wrote"


@asynccontextmanager
async def program_of(aura: Aura) -> AsyncIterator[Program]:
    """The program as a process of `aura serve` would have it; what it works on is done when it is left."""
    values = {name.removeprefix("AURA_").lower(): value for name, value in aura.env.items()}
    async with build(Settings.model_validate(values), aura.env["AURA_DATABASE_URL"]) as program:
        yield program


async def opens(program: Program, slug: str) -> tuple[UUID, UUID]:
    clinic_id = await add_clinic(program.units, slug=slug, name_th="คลินิก", name_en="Clinic")
    async with program.units.clinic(clinic_id) as unit:
        await save_account(
            unit.db,
            clinic_id,
            channel="telegram",
            external_id="1",
            handle="bot",
            name="Bot",
            secrets=program.box.seal(Kept({"bot_token": "1:a", "webhook_secret": "b"})),
            settings={},
        )
    accounts = await session.list_accounts(program.engine)
    return clinic_id, accounts["telegram", slug].account_id


async def comes_in(program: Program, clinic: tuple[UUID, UUID], count: int) -> list[str]:
    """Events of people who write, each of a lane of its own."""
    arrivals = [
        (str(n), str(n), {"update_id": n, "message": {"text": SECRET_WORDS, "chat": {"id": n}, "from": {"id": n}}})
        for n in range(count)
    ]
    return [str(inbox_id) for inbox_id in (await session.accept_events(program.engine, *clinic, arrivals)).values()]


async def parks(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own bug breaks whatever is pending."""

    async def broken(*_: object) -> None:
        raise KeyError(SECRET_WORDS)

    with monkeypatch.context() as patched:
        patched.setattr(work, "MOST_ATTEMPTS", 1)
        patched.setattr(work, "dispatch", broken)
        await works(program)


async def works(program: Program) -> None:
    """What a running program does with what is pending; the platform is not there to be answered."""
    await program.intake.start_due()
    await program.intake.finish()


async def _nothing(*_: object) -> None:
    return None
