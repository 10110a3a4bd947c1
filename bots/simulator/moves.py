"""When the clinic's clock was moved: kept in a file, so that old messages keep their times over a restart.

Platforms stamp messages in real time; the page adds what the clinic's clock ran ahead at that moment. The
database knows only how far it runs ahead now. `truth` notes each move, the strip carries them to the browser.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from bots.simulator.control import Move


class Moves:
    """Every move of the clock, oldest first; a file without any means a clock that was never moved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._known = [Move(datetime.fromisoformat(kept["at"]), kept["ahead"]) for kept in map(json.loads, lines)]

    def note(self, move: Move) -> None:
        """Remember one move; OSError when the file cannot be written."""
        with self._path.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps({"at": move.at.isoformat(), "ahead": move.ahead}) + "\n")
        self._known.append(move)

    def all(self) -> tuple[Move, ...]:
        """Every move, oldest first."""
        return tuple(self._known)
