"""Fixtures of the faults: one nursery for all tests of a worker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.faults.program import Nursery


@pytest.fixture(scope="session")
async def nursery() -> AsyncIterator[Nursery]:
    """Where programs are born."""
    made = Nursery()
    await made.open()
    yield made
    await made.close()
