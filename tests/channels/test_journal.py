"""The journal of the emulated platforms: complete lines only, for its owner only, live to its watchers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.journal import Journal


def test_a_journal_keeps_complete_lines_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    journal = Journal(path)
    journal.append("a", text="น้ำ\u2028\x85\r\n")
    journal.append("b")
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"kind": "hal')
    again = Journal(path)
    again.append("c")
    again.close()
    expected = [{"kind": "a", "text": "น้ำ\u2028\x85\r\n"}, {"kind": "b"}, {"kind": "c"}]
    third = Journal(path)
    third.close()
    assert again.entries() == third.entries() == expected
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"not json\n")
    with pytest.raises(ValueError, match="line 1"):
        Journal(path)


async def test_a_journal_feeds_its_watchers() -> None:
    journal = Journal(None)
    watcher = journal.subscribe()
    journal.append("a", n=1)
    journal.unsubscribe(watcher)
    journal.append("b")
    assert watcher.get_nowait() == {"kind": "a", "n": 1}
    assert watcher.empty()
