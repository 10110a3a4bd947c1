"""Fixtures of the stories: a world with the demo clinic open, its clock, and every channel and language."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import TEMPLATE, copy_of, making_template
from tests.stories.world import Time, World
from tests.stories.world import world as make_world

OPENED = f"{TEMPLATE}_opened"


@pytest.fixture(scope="session")
async def opened() -> str:
    """The template in which the clinic DRG is open, since a minute before eleven; made by whoever needs it first."""
    async with making_template(OPENED) as database:
        if database is not None:
            async with make_world(database) as made:
                await Time(made).moves_to_tomorrow("10:59")
                await made.opens("DRG")
    return OPENED


@pytest.fixture
async def world(opened: str) -> AsyncIterator[World]:
    """A world in which the clinic DRG is open, at eleven in the morning. At its end nobody may have unseen messages.

    Whatever hour it is in reality, so no story depends on it.
    """
    async with copy_of(opened) as database, make_world(database) as made:
        clock = Time(made)
        await clock.is_set_to(await clock.today_at("11:00"))
        await made.finds_open("DRG")
        yield made
        await made.nobody_sees_more()


@pytest.fixture
def time(world: World) -> Time:
    """The clinic's clock."""
    return Time(world)
