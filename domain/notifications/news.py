"""News: what can wait half a minute is told together with whatever else comes up for the same person until then.

A row for each piece of news and one timer for each person: the timer tells all there is. Every new piece moves the
timer, so that one which is being rung cannot end with the news unread: whoever rings it finds it moved, undoes
everything and comes again. What is urgent (arrived, late, worried) goes through `notify` at once and never here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from domain.notifications import store
from domain.notifications.service import notify
from domain.unit import Unit

DUE: Final = "news.due"
"""The kind of the timers; their subject is a person."""
PAUSE: Final = timedelta(seconds=30)
"""How long a piece of news waits for others, on the clinic's clock."""
LONGEST_WAIT: Final = timedelta(minutes=2)
"""Not even a stream of news holds the first one back for longer."""
_TICK: Final = timedelta(microseconds=1)
"""What happens in one unit happens at one time; this tells what came first."""


async def tell_soon(unit: Unit, person_ids: Sequence[UUID], kind: str, facts: Mapping[str, Any]) -> None:
    """Tell each person within half a minute, with all other news that they have by then.

    `facts` are JSON-able; `kind` and facts reach the presenter `news` as one of its `items`.
    """
    for person_id in dict.fromkeys(person_ids):
        first, last = await store.waiting_news(unit.db, unit.clinic.id, person_id) or (unit.now, unit.now - _TICK)
        at = max(unit.now, last + _TICK)
        await store.add_news(unit.db, unit.clinic.id, person_id=person_id, kind=kind, facts=dict(facts), at=at)
        waited = unit.now - first >= LONGEST_WAIT
        unit.set_timer(DUE, person_id, unit.now if waited else unit.now + PAUSE)


async def tell(unit: Unit, person_id: UUID) -> None:
    """The person's timer is due: one notice with all their news, oldest first."""
    items = await store.take_news(unit.db, unit.clinic.id, person_id)
    if items:
        await notify(unit, [person_id], "news", {"items": [{**facts, "kind": kind} for kind, facts in items]})
