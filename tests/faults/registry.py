"""The rows of the fault matrix: which test is which row, with which seed, in which form, and what it injected.

A test is put on the list by `@fault("F7", "one poisonous event among a hundred")` and asks for the fixture `trial`.
The short form runs with every test run; AURA_FAULTS=all (`make faults`) is the long one. Everything random comes from
`Trial.luck`: the printed seed, as AURA_FAULTS_SEED, repeats a run.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from tests.conftest import Database
from tests.faults import plugin
from tests.faults.program import Nursery
from tests.faults.report import FAULTS
from tests.faults.rig import Rig, rig

Test = TypeVar("Test", bound=Callable[..., object])

LONG = plugin.LONG
"""Whether this is `make faults`."""
SEED = plugin.SEED
"""The same in all processes of a run."""


def fault(row: str, what: str) -> Callable[[Test], Test]:
    """Put a test on the list. Several tests may share a row, and also what it is: they are one line of the table."""
    FAULTS.add((row, what))

    def marked(test: Test) -> Test:
        marked_test: Test = pytest.mark.fault(row, what)(test)
        return marked_test

    return marked


def times(short: int, long: int) -> int:
    """How often a row repeats what it does, in this run's form."""
    return long if LONG else short


@dataclass(slots=True)
class Trial:
    """One run of one row. `injected` counts what was done to the program, for the table."""

    nursery: Nursery
    database: Database
    luck: random.Random
    injected: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def rig(self, roles: Sequence[str] = ("all",), *, database: Database | None = None) -> AsyncIterator[Rig]:
        """A world with these programs, under audit; on leaving it must settle by itself, and pass the final checks."""
        async with rig(self.nursery, database or self.database, self.luck, self.injected, roles) as world:
            yield world
            await world.verdict()
            # Of a thousand one may be late; of few, on a machine that runs all other tests too, a few.
            late = world.door.late()
            assert len(late) <= max(1, len(world.door.waits) // times(20, 1000)), f"taken after {late} s"
