"""Points: earned on money paid, usable after treatment, spent oldest first, taken back on a refund.

Works on an account's lots as the store read them and returns new ones; the use case writes the ledger rows.
`now` is the clinic's clock. A lot past its date is unusable whether or not the nightly sweep has marked it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import DomainError
from domain.loyalty.model import Allocation, Balance, Expiring, Lot, LotState

BASIS: Final = 10_000
"""Basis points of a factor of one."""
SATANG_PER_POINT: Final = 2_500
"""One point for each 25 baht paid."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def points_for(net_satang: int, tier_multiplier_bp: int, campaign_bp: int = BASIS) -> int:
    """Points for a net sum: floor(baht x tier x campaign / 25), in integers all the way."""
    if net_satang < 0:
        raise ValueError("points are earned on sums that are not negative")
    return net_satang * tier_multiplier_bp * campaign_bp // (SATANG_PER_POINT * BASIS * BASIS)


def earn_delta(*, paid_before: int, paid_after: int, tier_multiplier_bp: int, campaign_bp: int = BASIS) -> int:
    """Points that moving a line's net total paid from `paid_before` to `paid_after` (satang) is worth.

    Both are totals, so that deposits and parts never drift; negative after a refund: what to claw back.
    """
    before, after = (points_for(paid, tier_multiplier_bp, campaign_bp) for paid in (paid_before, paid_after))
    return after - before


def activation_share(points: int, sessions: int, nth: int) -> int:
    """Points that the `nth` (from 1) of a course's sessions releases; the last one gets the remainder."""
    if not 1 <= nth <= sessions:
        raise ValueError(f"session {nth} of {sessions}")
    share, rest = divmod(points, sessions)
    return share + rest if nth == sessions else share


def month_end(now: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) after the month that lies `months` after the clinic's current one."""
    local = now.astimezone(zone)
    years, month = divmod(local.month + months, 12)
    return datetime(local.year + years, month + 1, 1, tzinfo=zone).astimezone(UTC)


def activate(lot: Lot, now: datetime, months: int, zone: ZoneInfo) -> Lot:
    """A pending lot made usable to the end of the month `months` later, or a shorter date it came with."""
    if lot.state is not LotState.PENDING:
        raise ValueError(f"only a pending lot activates, not one {lot.state}")
    expires_at = min(lot.expires_at or _NEVER, month_end(now, months, zone))
    return replace(lot, state=LotState.ACTIVE, active_from=now, expires_at=expires_at)


def spendable(lots: Iterable[Lot], now: datetime) -> list[Lot]:
    """Lots with usable points in spend order: first to expire (no date last), then oldest, then by id."""
    return sorted((lot for lot in lots if _is_spendable(lot, now)), key=_spend_order)


def usable(lots: Iterable[Lot], debt: int, now: datetime) -> int:
    """Points a customer can use: in date, less what redemptions hold and what is owed; never below zero."""
    return max(0, sum(lot.free for lot in spendable(lots, now)) - debt)


def balance(lots: Sequence[Lot], debt: int, now: datetime) -> Balance:
    """What to show: usable, pending, held and owed points, and how many usable ones expire next."""
    going = [part for part in schedule(lots, debt, now) if part.at]
    return Balance(
        usable=usable(lots, debt, now),
        pending=sum(lot.remaining for lot in lots if lot.state is LotState.PENDING),
        held=sum(lot.held for lot in lots),
        debt=debt,
        expiring_points=going[0].points if going else 0,
        expiring_at=going[0].at if going else None,
    )


def schedule(lots: Iterable[Lot], debt: int, now: datetime) -> list[Expiring]:
    """Usable points by the moment they expire, first to go first, lasting ones at the end; their sum is the balance.

    What is owed is counted off those that go last: it is paid from points to come.
    """
    lots = list(lots)
    left, parts = usable(lots, debt, now), dict[datetime | None, int]()
    for lot in spendable(lots, now):
        if part := min(lot.free, left):
            parts[lot.expires_at] = parts.get(lot.expires_at, 0) + part
            left -= part
    return [Expiring(points, at) for at, points in parts.items()]


def hold(lots: Sequence[Lot], points: int, now: datetime, debt: int = 0) -> tuple[list[Allocation], list[Lot]]:
    """Set `points` aside in spend order; which lots they lie in, and all lots afterwards in the order given.

    Raises DomainError `not_enough_points` (fact `usable`) when held and owed points leave too few.
    """
    if points <= 0:
        raise ValueError("spending takes at least one point")
    if points > (can_use := usable(lots, debt, now)):
        raise DomainError("not_enough_points", usable=can_use)
    allocations = _take(spendable(lots, now), points)
    return allocations, change(lots, allocations, held=1)


def capture(lots: Sequence[Lot], held: Iterable[Allocation]) -> list[Lot]:
    """The lots after held points were spent: from the lots they were held in, which may be past their date by now."""
    return change(lots, held, remaining=-1, held=-1)


def release(lots: Sequence[Lot], held: Iterable[Allocation]) -> list[Lot]:
    """The lots after held points were given back: in date they are usable again, past it they are gone."""
    return change(lots, held, held=-1)


def restore(
    lots: Sequence[Lot], spent: Sequence[Allocation], now: datetime, grace_until: datetime | None = None
) -> tuple[list[Allocation], list[Lot], int]:
    """Give spent points back to their lots: what went back, all lots afterwards, and points that need a new lot.

    They keep their dates, so that those past them stay expired. With `grace_until` (the clinic took the reward
    back) no point may be unusable before it: such points go into a new lot that lasts until then. A lot whose
    expiry is in the books already takes nothing back.
    """
    found = {lot.id: lot for lot in lots}
    late = [a for a in spent if grace_until and (found[a.lot_id].expires_at or _NEVER) < grace_until]
    back = [a for a in spent if a not in late and found[a.lot_id].state is LotState.ACTIVE]
    return back, change(lots, back, remaining=1), sum(a.points for a in late)


def spend(lots: Sequence[Lot], points: int, now: datetime, debt: int = 0) -> tuple[list[Allocation], list[Lot]]:
    """Hold and capture at once: what came from which lot, and all lots afterwards. Refused as `hold` is."""
    allocations, held = hold(lots, points, now, debt)
    return allocations, capture(held, allocations)


def change(lots: Iterable[Lot], parts: Iterable[Allocation], *, remaining: int = 0, held: int = 0) -> list[Lot]:
    """The lots after each allocation changed its lot: `remaining` and `held` say with which sign (-1, 0, 1)."""
    points: dict[UUID, int] = {}
    for part in parts:
        points[part.lot_id] = points.get(part.lot_id, 0) + part.points
    return [
        replace(lot, remaining=lot.remaining + remaining * moved, held=lot.held + held * moved)
        if (moved := points.get(lot.id, 0))
        else lot
        for lot in lots
    ]


def repay_debt(debt: int, points: int) -> tuple[int, int]:
    """Newly usable points pay what is owed first: (points that repay, points left to the customer)."""
    repaid = min(debt, points)
    return repaid, points - repaid


def clawback(
    lots: Sequence[Lot], own_lot_ids: Collection[UUID], points: int, now: datetime
) -> tuple[list[Allocation], list[Lot], int]:
    """Take back what a refunded purchase had earned: allocations, all lots afterwards, and debt added.

    First from the purchase's own pending lots, then from its usable ones, then from others in spend order;
    what is still missing becomes debt. Lots past their date give nothing, swept or not, and what is set aside for
    a redemption stays there. A pending lot that is emptied is cancelled.
    """
    if points < 0:
        raise ValueError("a claw-back is not negative")
    pending = [lot for lot in lots if lot.id in own_lot_ids and lot.state is LotState.PENDING]
    # A stable sort: own lots come first, each part stays in spend order.
    active = sorted(spendable(lots, now), key=lambda lot: lot.id not in own_lot_ids)
    allocations = _take([*sorted(pending, key=_spend_order), *active], points)
    taken = sum(allocation.points for allocation in allocations)
    touched = {allocation.lot_id for allocation in allocations}
    after = change(lots, allocations, remaining=-1)
    return allocations, [_cancelled(lot) if lot.id in touched else lot for lot in after], points - taken


def _is_spendable(lot: Lot, now: datetime) -> bool:
    return lot.state is LotState.ACTIVE and lot.free > 0 and now < (lot.expires_at or _NEVER)


def _spend_order(lot: Lot) -> tuple[datetime, datetime, UUID]:
    return lot.expires_at or _NEVER, lot.earned_at, lot.id


def _take(ordered: Iterable[Lot], points: int) -> list[Allocation]:
    """At most `points` from lots in the order given."""
    allocations = []
    for lot in ordered:
        if part := min(lot.free, points):
            allocations.append(Allocation(lot.id, part))
            points -= part
    return allocations


def _cancelled(lot: Lot) -> Lot:
    """A pending lot with nothing left is over."""
    emptied = lot.remaining == 0 and lot.state is LotState.PENDING
    return replace(lot, state=LotState.CANCELLED) if emptied else lot
