"""The books of points: what makes a row the same as an earlier one, and lots rebuilt from rows alone.

Rows are only ever added, so an account can always be recomputed from them; the cached balances and the lots'
`remaining` must agree with that. Pure functions: rows come from the store, lots go to `rules.balance`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.loyalty import rules
from domain.loyalty.model import Entry, Lot, LotState

EARN: Final = "earn"
ACTIVATE: Final = "activate"
CANCEL_PENDING: Final = "cancel_pending"
CLAWBACK: Final = "clawback"
ADJUST: Final = "adjust"


def body_hash(body: Mapping[str, Any]) -> str:
    """The fingerprint of what a key stands for: same key and same fingerprint means the same request again."""
    canonical = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def release(lot: Lot, debt: int, now: datetime, months: int, zone: ZoneInfo) -> tuple[Lot, int]:
    """A pending lot made usable, less what is owed: (the lot afterwards, points that repaid debt)."""
    active = rules.activate(lot, now, months, zone)
    repaid, left = rules.repay_debt(debt, active.remaining)
    return replace(active, remaining=left), repaid


def rebuild(entries: Sequence[Entry]) -> tuple[list[Lot], int]:
    """Lots and debt recomputed from the rows of one account, in whatever order they come.

    Earning makes a lot, and so does what a manager gave; activation dates it; every allocation lessens its lot. What
    these took went to the debt; what a claw-back could not take became debt.
    """
    lots: dict[UUID, Lot] = {}
    debt = 0
    for entry in entries:
        if entry.kind in (EARN, ADJUST) and entry.lot_id:
            lots[entry.lot_id] = _earned(entry.lot_id, entry)
    for entry in entries:
        if entry.kind == ACTIVATE and entry.lot_id:
            lots[entry.lot_id] = _dated(lots[entry.lot_id], entry)
    for entry in entries:
        for part in entry.taken:
            lots[part.lot_id] = replace(lots[part.lot_id], remaining=lots[part.lot_id].remaining - part.points)
        debt += _debt(entry)
    return list(lots.values()), debt


def _debt(entry: Entry) -> int:
    """Points by which a row changed what is owed."""
    taken = sum(part.points for part in entry.taken)
    if entry.kind in (EARN, ACTIVATE) or (entry.kind == ADJUST and entry.lot_id):
        return -taken
    return -entry.points - taken if entry.kind == CLAWBACK else 0


def _earned(lot_id: UUID, entry: Entry) -> Lot:
    lot = Lot(lot_id, entry.points, entry.points, LotState.PENDING, entry.at)
    return _dated(lot, entry) if entry.facts["state"] == LotState.ACTIVE else lot


def _dated(lot: Lot, entry: Entry) -> Lot:
    expires_at = datetime.fromisoformat(entry.facts["expires_at"])
    return replace(lot, state=LotState.ACTIVE, active_from=entry.at, expires_at=expires_at)
