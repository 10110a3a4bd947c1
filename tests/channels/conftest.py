"""The emulated platforms as fixtures: `line` is a whole world, `platform` and `program` are Telegram and its listener."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.journal import Journal
from tests.channels.line_world import *
from tests.channels.telegram_world import *


@pytest.fixture
async def line() -> AsyncIterator[World]:
    async with world(Journal(None), Clock()) as made:
        yield made


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    running = Platform(tmp_path / "journal.jsonl", Clock())
    await running.start()
    running.account = await running.add_bot()
    yield running
    await running.stop()
    await running.session.close()


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    receiving = Program()
    yield receiving
    if receiving.server:
        await receiving.server.close()


@pytest.fixture
async def person(platform: Platform) -> str:
    newcomer = await platform.add_person()
    await platform.act(newcomer, "follow")
    return newcomer
