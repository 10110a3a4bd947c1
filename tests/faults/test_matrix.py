"""docs/faults.md lists exactly the rows that there are, and a run of any tests reports what they came to."""

from __future__ import annotations

import pytest

import tests.conftest
from tests.faults import plugin
from tests.faults.report import documented, every_row


@pytest.mark.skipif(plugin.LONG, reason="this run writes the document")
def test_the_document_lists_every_row_and_no_other() -> None:
    assert documented() == every_row(), "docs/faults.md has other rows: run `make faults`"


def test_seed_and_table_are_there_wherever_pytest_is_started() -> None:
    assert plugin.__name__ in tests.conftest.pytest_plugins, "the folder's own conftest is read after the workers start"
