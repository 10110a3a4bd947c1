"""What the platforms brought, followed in their journal: what the program has not taken yet, and what it must have.

An event that was answered with 2xx must be in the inbox (once, which the inbox's key and the auditor see to).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bots.journal import Entry, Journal

Event = tuple[str, str]  # (the platform's id of the account, the event's id)


class Undelivered:
    """Events of the platforms that the program has not taken yet, followed in their journal."""

    def __init__(self, journal: Journal) -> None:
        self._news = journal.subscribe()
        self._open: dict[tuple[object, object], None] = {}

    def any(self) -> bool:
        """Whether a platform still has something to bring."""
        return bool(self.events())

    def events(self) -> list[object]:
        """The ids of what a platform still has to bring, as it happened."""
        while not self._news.empty():
            self._read(self._news.get_nowait())
        return [event for _, event in self._open]

    def _read(self, entry: Entry) -> None:
        match entry:
            case {"channel": "line", "kind": "event"}:
                self._open["line", entry["event"]["webhookEventId"]] = None
            case {"channel": "line", "kind": "delivered", "final": True}:
                self._open.pop(("line", entry["event"]), None)
            case {"channel": "telegram", "kind": "update", "queued": True}:
                self._open[entry["account"], entry["update"]["update_id"]] = None
            case {"channel": "telegram", "kind": "delivery", "done": True}:
                self._open.pop((entry["account"], entry["event"]), None)


def taken(entries: Iterable[Entry]) -> set[Event]:
    """Every event that the program answered with 2xx."""
    accounts: dict[str, str] = {}
    found: set[Event] = set()
    for entry in entries:
        match entry:
            case {"channel": "line", "kind": "event", "account": account, "event": event}:
                accounts[event["webhookEventId"]] = str(account)
            case {"channel": "line", "kind": "delivered", "event": event, "status": status} if 200 <= status < 300:
                found.add((accounts[event], event))
            case {"channel": "telegram", "kind": "delivery", "event": event, "status": status} if 200 <= status < 300:
                found.add((str(entry["account"]), str(event)))
    return found


def check_taken(entries: Iterable[Entry], inbox: Mapping[Event, Any], forgotten: set[str]) -> None:
    """Every event that was taken is in the inbox, but for those that were `forgotten` on purpose."""
    lost = {event for event in taken(entries) - set(inbox) if event[1] not in forgotten}
    assert not lost, f"answered with 2xx and not in the inbox: {lost}"
