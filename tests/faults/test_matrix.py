"""docs/faults.md lists exactly the rows that there are."""

from __future__ import annotations

from tests.faults.report import documented, every_row


def test_the_document_lists_every_row_and_no_other() -> None:
    assert documented() == every_row(), "docs/faults.md has other rows: run `make faults`"
