"""The emulated platforms as fixtures: `line` is a whole world; `platform`, `program` and `person` are Telegram's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.journal import Journal
from tests.channels import line_world, telegram_world


@pytest.fixture
async def line() -> AsyncIterator[line_world.World]:
    """One account, one person and the program that listens to them."""
    async with line_world.world(Journal(None), line_world.Clock()) as made:
        yield made


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[telegram_world.Platform]:
    """An emulator with one bot, which no webhook listens to yet."""
    running = telegram_world.Platform(tmp_path / "journal.jsonl", telegram_world.Clock())
    await running.start()
    running.account = await running.add_bot()
    yield running
    await running.stop()
    await running.session.close()


@pytest.fixture
async def program() -> AsyncIterator[telegram_world.Program]:
    """The receiving end of the bot's webhook."""
    receiving = telegram_world.Program()
    yield receiving
    if receiving.server:
        await receiving.server.close()


@pytest.fixture
async def person(platform: telegram_world.Platform) -> str:
    """Somebody who has started the bot."""
    newcomer = await platform.add_person()
    await platform.act(newcomer, "follow")
    return newcomer
