"""The books of points: what makes a row the same as an earlier one, and lots rebuilt from rows alone.

Rows are only ever added, so an account can always be recomputed from them; the cached balances and the lots'
`remaining` must agree with that. Pure functions: rows come from the store, lots go to `rules.balance`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
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
HOLD: Final = "hold"
RELEASE: Final = "release"
REDEEM: Final = "redeem"
RESTORE: Final = "restore"
ADJUST: Final = "adjust"

_MOVES: Final[Mapping[str, tuple[int, int]]] = {HOLD: (0, 1), RELEASE: (0, -1), REDEEM: (-1, -1), RESTORE: (1, 0)}
"""What a row does to the lots it names: the signs of their remaining and of their held points. Any other takes."""


def body_hash(body: Mapping[str, Any]) -> str:
    """The fingerprint of what a key stands for: same key and same fingerprint means the same request again."""
    canonical = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def release(
    lot: Lot, debt: int, now: datetime, months: int, zone: ZoneInfo, frozen: timedelta = timedelta()
) -> tuple[Lot, int]:
    """A pending lot made usable, less what is owed: (the lot afterwards, points that repaid debt).

    `frozen` is what a medical pause that is on will still add to its date.
    """
    active = rules.activate(lot, now, months, zone)
    if active.expires_at:
        active = replace(active, expires_at=active.expires_at + frozen)
    repaid, left = rules.repay_debt(debt, active.remaining)
    return replace(active, remaining=left), repaid


def rebuild(entries: Sequence[Entry]) -> tuple[list[Lot], int]:
    """Lots and debt recomputed from the rows of one account, in whatever order they come.

    Earning makes a lot, and so does what a manager gave or a restoring that came too late for the old one; activation
    dates it, or splits a share off and dates that; a pause moves the dates of the lots it names. What these took went
    to the debt; what a claw-back could not take became debt.
    """
    lots: dict[UUID, Lot] = {}
    debt = 0
    for entry in entries:
        if entry.kind in (EARN, RESTORE, ADJUST) and entry.lot_id:
            lots[entry.lot_id] = _earned(entry.lot_id, entry)
    for entry in entries:
        if entry.kind == ACTIVATE and entry.lot_id:
            if "from" in entry.facts:
                lots[entry.lot_id] = _split(lots, UUID(entry.facts["from"]), entry.lot_id, entry)
            lots[entry.lot_id] = _dated(lots[entry.lot_id], entry)
    for entry in entries:
        for moved in entry.facts.get("lots", ()) if entry.kind == ADJUST else ():
            lots[UUID(moved)] = shifted(lots[UUID(moved)], timedelta(days=entry.facts["days"]))
        remaining, held = _MOVES.get(entry.kind, (-1, 0))
        for changed in rules.change(
            [lots[part.lot_id] for part in entry.taken], entry.taken, remaining=remaining, held=held
        ):
            lots[changed.id] = changed
        debt += _debt(entry)
    return list(lots.values()), debt


def shifted(lot: Lot, by: timedelta) -> Lot:
    """The lot with its date moved by a medical pause; one without a date has nothing to move."""
    return replace(lot, expires_at=lot.expires_at + by) if lot.expires_at else lot


def _debt(entry: Entry) -> int:
    """Points by which a row changed what is owed."""
    taken = sum(part.points for part in entry.taken)
    if entry.kind in (EARN, ACTIVATE) or (entry.kind == ADJUST and entry.lot_id):
        return -taken
    return -entry.points - taken if entry.kind == CLAWBACK else 0


def _earned(lot_id: UUID, entry: Entry) -> Lot:
    lot = Lot(lot_id, entry.points, entry.points, LotState.PENDING, entry.at)
    return _dated(lot, entry) if entry.facts["state"] == LotState.ACTIVE else lot


def _split(lots: dict[UUID, Lot], parent_id: UUID, share_id: UUID, entry: Entry) -> Lot:
    """The share that one treatment of a course released, which leaves the lot it comes from."""
    parent, points = lots[parent_id], entry.facts["points"]
    lots[parent_id] = replace(parent, remaining=parent.remaining - points)
    return Lot(share_id, points, points, LotState.PENDING, parent.earned_at)


def _dated(lot: Lot, entry: Entry) -> Lot:
    expires_at = datetime.fromisoformat(entry.facts["expires_at"])
    return replace(lot, state=LotState.ACTIVE, active_from=entry.at, expires_at=expires_at)
