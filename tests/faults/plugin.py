"""One seed for all processes of a run, and the table of what was injected and held (`report.py`).

`tests/conftest.py` names this plugin: a conftest of this folder would come too late for the seed, the header and the
table when the faults run among all other tests.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.report import Table

TABLE = Table()
# Drawn when the first process of the run imports this, unless somebody set it; worker processes inherit it.
SEED = int(os.environ.get("AURA_FAULTS_SEED") or random.SystemRandom().randrange(10**6))
os.environ["AURA_FAULTS_SEED"] = str(SEED)
LONG = os.environ.get("AURA_FAULTS") == "all"
"""Whether this is `make faults`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The faults are spread over the run: they wait more than they work, and others can work meanwhile."""
    faults = [item for item in items if item.get_closest_marker("fault")]
    others = [item for item in items if not item.get_closest_marker("fault")]
    apart = len(items) / max(len(faults), 1)
    for number, item in enumerate(faults):
        others.insert(int(number * apart), item)
    items[:] = others


def pytest_report_header() -> str:
    """The seed, at the start."""
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
