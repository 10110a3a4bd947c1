"""The emulators' memory: one append-only file of JSON lines, so that a demo outlives a killed process.

`bots/line/emulator.py` and `bots/telegram/emulator.py` append one entry for every change of their state
and rebuild that state by replaying the entries at the next start. Both share one file; every entry
carries `channel` so that each finds its own. Nothing here is used when real platforms are connected.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any, BinaryIO

Entry = dict[str, Any]


class Journal:
    """Entries kept in memory and, when a path is given, in a file that is flushed after each line.

    A line goes out in one write followed by a flush, so a killed process can leave at most a half-written
    last line; that line is cut off when the file is opened again. The file is readable by its owner only,
    because it holds the access tokens that the emulators accept.
    """

    def __init__(self, path: Path | None) -> None:
        """Read what is there (raises ValueError naming the line if a complete line is not JSON)."""
        self._entries: list[Entry] = []
        self._watchers: set[asyncio.Queue[Entry]] = set()
        self._file: BinaryIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
            self._entries = self._read(self._file, path)

    def append(self, kind: str, /, **data: Any) -> None:
        """Add one entry `{"kind": kind, **data}` (JSON-able) and hand it to everyone watching."""
        entry: Entry = {"kind": kind, **data}
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
        self._entries.append(entry)
        for watcher in self._watchers:
            watcher.put_nowait(entry)

    def entries(self) -> list[Entry]:
        """Every entry in order, those read at the start first. A copy of the list; the entries are shared."""
        return list(self._entries)

    def subscribe(self) -> asyncio.Queue[Entry]:
        """A queue that receives every entry appended from now on, until `unsubscribe`."""
        watcher: asyncio.Queue[Entry] = asyncio.Queue()
        self._watchers.add(watcher)
        return watcher

    def unsubscribe(self, watcher: asyncio.Queue[Entry]) -> None:
        """Stop feeding a queue. Harmless when it is not subscribed."""
        self._watchers.discard(watcher)

    def close(self) -> None:
        """Close the file; a later `append` would raise ValueError when there is one."""
        if self._file is not None:
            self._file.close()

    @staticmethod
    def _read(file: BinaryIO, path: Path) -> list[Entry]:
        complete, _, _ = (content := file.read()).rpartition(b"\n")
        entries: list[Entry] = []
        for number, line in enumerate(complete.splitlines(), start=1):
            try:
                entries.append(json.loads(line))
            except ValueError as error:
                file.close()
                raise ValueError(f"{path}: line {number} is not JSON") from error
        if content and not content.endswith(b"\n"):
            file.truncate(len(complete) + 1 if complete else 0)
        file.seek(0, os.SEEK_END)
        return entries
