"""Fixtures of the faults. What they report to is `plugin.py`."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import Database
from tests.faults.program import Nursery
from tests.faults.registry import SEED, Trial


@pytest.fixture(scope="session")
async def nursery() -> AsyncIterator[Nursery]:
    """Where programs are born."""
    made = Nursery()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def trial(request: pytest.FixtureRequest, nursery: Nursery, database: Database) -> Iterator[Trial]:
    """One run of a row, with luck of its own that the seed and the test's name repeat."""
    print(f"AURA_FAULTS_SEED={SEED}")  # noqa: T201 - pytest shows it with a failure
    made = Trial(nursery, database, random.Random(f"{SEED} {request.node.nodeid}"))  # noqa: S311 - repeatable on purpose
    yield made
    row, what = request.node.get_closest_marker("fault").args
    request.node.user_properties.append(("fault", [row, what, dict(made.injected)]))
