"""The table of the faults: what was injected how often, and what came of it; printed, and kept in docs/faults.md.

Rows come as pytest's reports, from whichever process ran the test. Only a run of every row is written down.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import tests.faults

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
_HEAD = ("row", "fault", "injected", "verdict", "seconds")
_ROW = re.compile(r"\| ([FR]\d+) \| (.*?) \|")

Key = tuple[str, str]
FAULTS: set[Key] = set()
"""(row, what it is) of every test on the list whose module has been imported (`registry.py`)."""


@dataclass(slots=True)
class Line:
    """What one line of the table came to so far."""

    injected: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


@dataclass(slots=True)
class Table:
    """The lines by row and fault."""

    rows: dict[Key, Line] = field(default_factory=dict)
    _outcomes: dict[str, str] = field(default_factory=dict)
    _seconds: dict[str, float] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> None:
        """One phase of one test; the teardown's report has the properties and ends it."""
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed or report.when == "call":
            worse = report.failed or report.nodeid not in self._outcomes
            self._outcomes[report.nodeid] = report.outcome if worse else self._outcomes[report.nodeid]
        if report.when != "teardown":
            return
        for name, value in report.user_properties:
            if name == "fault" and isinstance(value, (list, tuple)):
                row, what, injected = value
                line = self.rows.setdefault((row, what), Line())
                line.injected += Counter(injected)
                line.outcomes[self._outcomes.get(report.nodeid, "failed")] += 1
                line.seconds += self._seconds[report.nodeid]

    def is_whole(self) -> bool:
        """Whether every row that there is has run, also those of files that were left out."""
        return set(self.rows) == every_row()

    def text(self) -> str:
        """The table as Markdown."""
        lines = [_cells(*_HEAD), _cells(*("---" for _ in _HEAD))]
        for (row, what), line in sorted(self.rows.items(), key=lambda item: _order(item[0])):
            injected = ", ".join(f"{count} × {name}" for name, count in sorted(line.injected.items()))
            verdict = "held" if set(line.outcomes) == {"passed"} else ", ".join(sorted(line.outcomes))
            lines.append(_cells(row, what, injected, verdict, f"{line.seconds:.0f}"))
        return "\n".join(lines)

    def write(self, seed: int) -> None:
        """Put the table between the document's marks."""
        before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
        table = f"{BEGIN}\n\nSeed {seed}.\n\n{self.text()}\n\n{END}"
        DOCUMENT.write_text(before + table + rest.split(END)[1], encoding="utf-8")


def every_row() -> set[Key]:
    """(row, fault) of every test on the list."""
    for module in pkgutil.iter_modules(tests.faults.__path__):
        if module.name.startswith("test_"):
            importlib.import_module(f"tests.faults.{module.name}")
    return FAULTS


def documented() -> set[Key]:
    """(row, fault) of the lines in the document."""
    table = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    return {(found[1], found[2]) for found in _ROW.finditer(table)}


def _order(key: Key) -> tuple[str, int, str]:
    row, what = key
    return row[0], int(row[1:]), what


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
