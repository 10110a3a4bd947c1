"""Fixtures of the stories: a world with the demo clinic open, its clock, and every channel and language."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Database
from tests.stories.world import Time, World
from tests.stories.world import world as make_world


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A world in which the clinic DRG is open, at eleven in the morning. At its end nobody may have unseen messages.

    Whatever hour it is in reality, so no story depends on it.
    """
    async with make_world(database) as made:
        await Time(made).moves_to_tomorrow("11:00")
        await made.opens("DRG")
        yield made
        await made.nobody_sees_more()


@pytest.fixture
def time(world: World) -> Time:
    """The clinic's clock."""
    return Time(world)
