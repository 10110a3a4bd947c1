"""Two processes on one database poll one bot by turns: whichever is killed, each word is worked on, and once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from bots.app import build
from bots.journal import Journal
from bots.line.emulator import LineEmulator
from bots.telegram.emulator import TelegramEmulator
from tests.conftest import Database
from tests.faults.program import Nursery, Served, until
from tests.stories.polling import switch, waiting
from tests.stories.world import SECRET_KEY, World, platforms, settings_for

LEASES_RUN_OUT = (
    "update inbox set lease_until = clock_timestamp() - interval '1 s' where state = 'pending'",
    "update outbox set lease_until = clock_timestamp() - interval '1 s' where state in ('pending', 'sending')",
    "update channel_accounts set lease_until = null, poll_until = clock_timestamp() - interval '1 s'",
)


DONE = """
select not exists (select 1 from inbox where state <> 'done')
   and not exists (select 1 from outbox where state <> 'sent') and (select count(*) from outbox) = $1
"""


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A clinic whose bot is polled, by processes that are still to be started."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        journal = Journal(None)
        line, telegram = LineEmulator(journal), TelegramEmulator(journal)
        address = await stack.enter_async_context(platforms(line, telegram))
        desk = await stack.enter_async_context(build(settings_for(address), database.url))
        made = World(desk, database, http, address, line, telegram)
        await made.opens("DRG")
        for _ in ("installed", "swept"):
            await made.keeps_menus()
        await switch(made, to_polling=True)
        yield made
        if made.owner is not None:
            await made.owner.close()


async def test_killed_pollers_lose_and_repeat_nothing(world: World, nursery: Nursery, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        programs = [_program(world, nursery, tmp_path / name) for name in ("one", "other")]
        for program in programs:
            stack.callback(program.kill)
            await program.start()
        nid = await world.person("Nid", "telegram", "en")
        for turn, killed in enumerate(programs, start=1):
            for word in ("hello", "are you there", "oh"):
                await world.control("telegram", f"{nid._chat}/say", text=word)
            killed.kill()
            await killed.gone()
            for statement in LEASES_RUN_OUT:
                await world.truth(statement)
            await until(partial(_is_answered, world, 3 * turn), f"every word to be answered; see {programs[-turn].log}")
            if killed is not programs[-1]:
                await killed.start()
        texts = await world.truth("select payload -> 'message' ->> 'text' as said from inbox order by seq")
        assert [row["said"] for row in texts] == ["hello", "are you there", "oh"] * 2
        repeated = await world.one_truth("select count(*) from outbox where repeated")
        assert 6 <= len(await nid.reads()) <= 6 + repeated


async def _is_answered(world: World, words: int) -> bool:
    return not waiting(world) and bool(await world.one_truth(DONE, words))


def _program(world: World, nursery: Nursery, directory: Path) -> Served:
    """`aura serve` in a process of its own, on a port of its own."""
    directory.mkdir()
    settings = settings_for(world.platforms)
    environment = {
        "AURA_DATABASE_URL": world.database.url,
        "AURA_DATA_DIR": str(directory),
        "AURA_SECRET_KEY": SECRET_KEY,
        "AURA_PORT": str(settings.port),
        "AURA_PUBLIC_URL": settings.public_url,
        "AURA_LINE_API_URL": settings.line_api_url,
        "AURA_LINE_DATA_API_URL": settings.line_data_api_url,
        "AURA_TELEGRAM_API_URL": settings.telegram_api_url,
        "AURA_LOG_LEVEL": "WARNING",
    }
    return Served(nursery, directory, environment, settings.address, world.http)
