"""docs/faults.md lists exactly the rows that there are."""

from __future__ import annotations

import importlib
import pkgutil

import tests.faults
from tests.faults.registry import FAULTS
from tests.faults.report import documented


def test_the_document_lists_every_row_and_no_other() -> None:
    for module in pkgutil.iter_modules(tests.faults.__path__):
        if module.name.startswith("test_"):
            importlib.import_module(f"tests.faults.{module.name}")
    assert documented() == FAULTS, "docs/faults.md has other rows: run `make faults`"
