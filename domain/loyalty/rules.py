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
from domain.loyalty.model import Allocation, Balance, Lot, LotState

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


def usable(lots: Iterable[Lot], held: int, debt: int, now: datetime) -> int:
    """Points a customer can use: in date, less what redemptions hold and what is owed; never below zero."""
    return max(0, sum(lot.remaining for lot in spendable(lots, now)) - held - debt)


def balance(lots: Sequence[Lot], held: int, debt: int, now: datetime) -> Balance:
    """What to show: usable, pending, held and owed points, and how many usable ones expire next."""
    can_use = usable(lots, held, debt, now)
    dated = [lot for lot in spendable(lots, now) if lot.expires_at]
    next_at = dated[0].expires_at if dated and can_use else None
    return Balance(
        usable=can_use,
        pending=sum(lot.remaining for lot in lots if lot.state is LotState.PENDING),
        held=held,
        debt=debt,
        expiring_points=min(can_use, sum(lot.remaining for lot in dated if lot.expires_at == next_at)),
        expiring_at=next_at,
    )


def spend(
    lots: Sequence[Lot], points: int, now: datetime, *, held: int = 0, debt: int = 0
) -> tuple[list[Allocation], list[Lot]]:
    """Take `points` in spend order; what came from which lot, and all lots afterwards in the order given.

    Raises DomainError `not_enough_points` (fact `usable`) when held and owed points leave too few.
    """
    if points <= 0:
        raise ValueError("spending takes at least one point")
    if points > (can_use := usable(lots, held, debt, now)):
        raise DomainError("not_enough_points", usable=can_use)
    allocations = _take(spendable(lots, now), points)
    return allocations, _without(lots, allocations)


def repay_debt(debt: int, points: int) -> tuple[int, int]:
    """Newly usable points pay what is owed first: (points that repay, points left to the customer)."""
    repaid = min(debt, points)
    return repaid, points - repaid


def clawback(
    lots: Sequence[Lot], own_lot_ids: Collection[UUID], points: int, now: datetime
) -> tuple[list[Allocation], list[Lot], int]:
    """Take back what a refunded purchase had earned: allocations, all lots afterwards, and debt added.

    First from the purchase's own pending lots, then from its usable ones, then from others in spend order;
    what is still missing becomes debt. Lots past their date give nothing, swept or not. A pending lot
    that is emptied is cancelled.
    """
    if points < 0:
        raise ValueError("a claw-back is not negative")
    pending = [lot for lot in lots if lot.id in own_lot_ids and lot.state is LotState.PENDING]
    # A stable sort: own lots come first, each part stays in spend order.
    active = sorted(spendable(lots, now), key=lambda lot: lot.id not in own_lot_ids)
    allocations = _take([*sorted(pending, key=_spend_order), *active], points)
    taken = sum(allocation.points for allocation in allocations)
    return allocations, _without(lots, allocations), points - taken


def _is_spendable(lot: Lot, now: datetime) -> bool:
    return lot.state is LotState.ACTIVE and lot.remaining > 0 and now < (lot.expires_at or _NEVER)


def _spend_order(lot: Lot) -> tuple[datetime, datetime, UUID]:
    return lot.expires_at or _NEVER, lot.earned_at, lot.id


def _take(ordered: Iterable[Lot], points: int) -> list[Allocation]:
    """At most `points` from lots in the order given."""
    allocations = []
    for lot in ordered:
        if part := min(lot.remaining, points):
            allocations.append(Allocation(lot.id, part))
            points -= part
    return allocations


def _without(lots: Iterable[Lot], allocations: Iterable[Allocation]) -> list[Lot]:
    """The lots after the allocations left them."""
    taken = {allocation.lot_id: allocation.points for allocation in allocations}
    return [_lessen(lot, taken[lot.id]) if lot.id in taken else lot for lot in lots]


def _lessen(lot: Lot, points: int) -> Lot:
    left = lot.remaining - points
    emptied = left == 0 and lot.state is LotState.PENDING
    return replace(lot, remaining=left, state=LotState.CANCELLED if emptied else lot.state)
