"""Fixtures of the faults, and the table of what was injected and held (`report.py`)."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import Database
from tests.faults.program import Nursery
from tests.faults.registry import LONG, SEED, Trial
from tests.faults.report import Table

TABLE = Table()


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


def pytest_configure() -> None:
    """One seed for all processes of the run."""
    os.environ["AURA_FAULTS_SEED"] = str(SEED)


def pytest_report_header() -> str:
    """The seed, at the start of a run of the faults."""
    return f"faults: {'long' if LONG else 'short'} form, AURA_FAULTS_SEED={SEED}"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect what each row came to, whichever process ran it."""
    TABLE.add(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table; the long form also writes it into the documentation."""
    if not TABLE.rows or hasattr(terminalreporter.config, "workerinput"):
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(TABLE.text())
    if LONG and TABLE.is_whole():
        TABLE.write(SEED)
