"""Spending, holding and taking back points: what must hold after any sequence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.loyalty.model import Allocation, Balance, Lot, LotState
from domain.loyalty.rules import (
    activate,
    balance,
    capture,
    clawback,
    hold,
    release,
    repay_debt,
    restore,
    schedule,
    spend,
    spendable,
    usable,
)
from tests.domain.wallets import BANGKOK, A, B, C, D, left, local, lot

moments = st.timedeltas(timedelta(0), timedelta(days=2_500)).map(datetime(2024, 1, 1, tzinfo=UTC).__add__)


@st.composite
def wallets(draw: st.DrawFn) -> list[Lot]:
    """Lots in every state, some out of date, some partly spent, some with points set aside."""
    lots = []
    for number in range(draw(st.integers(0, 6))):
        points = draw(st.integers(0, 1_000))
        gone = draw(st.integers(0, points))
        state = draw(st.sampled_from([*LotState]))
        expires_at = draw(st.none() | moments)
        held = draw(st.integers(0, points - gone)) if state == "active" else 0
        lots.append(Lot(UUID(int=number), points, points - gone, state, draw(moments), None, expires_at, held))
    return lots


def test_spend_order_is_date_then_age_then_id() -> None:
    soon, late = local(2026, 8, 1), local(2027, 8, 1)
    older = replace(lot(D, 1, late), earned_at=local(2025, 1, 1))
    lots = [lot(C, 1), lot(B, 1, late), lot(A, 1, late), older, lot(UUID(int=9), 1, soon)]
    assert [lot.id for lot in spendable(lots, local(2026, 7, 1))] == [UUID(int=9), D, A, B, C]


@given(
    lots=wallets(),
    now=moments,
    debt=st.integers(0, 500),
    points=st.integers(1, 4_000),
)
def test_spending(lots: list[Lot], now: datetime, debt: int, points: int) -> None:
    can_use = usable(lots, debt, now)
    in_date = sum(
        lot.remaining - lot.held
        for lot in lots
        if lot.state == "active" and (not lot.expires_at or lot.expires_at > now)
    )
    assert can_use == max(0, in_date - debt)
    if points > can_use:
        with pytest.raises(DomainError) as refusal:
            spend(lots, points, now, debt)
        assert (refusal.value.code, refusal.value.facts) == ("not_enough_points", {"usable": can_use})
        return
    taken, after = spend(lots, points, now, debt)
    assert sum(part.points for part in taken) == points
    assert usable(after, debt, now) == can_use - points
    order = [lot.id for lot in spendable(lots, now)]
    assert [part.lot_id for part in taken] == order[: len(taken)]
    check_taken(lots, taken, after)


@given(lots=wallets(), now=moments, own=st.sets(st.integers(0, 6)), points=st.integers(0, 4_000))
def test_clawing_back(lots: list[Lot], now: datetime, own: set[int], points: int) -> None:
    own_ids = {UUID(int=number) for number in own}
    taken, after, debt = clawback(lots, own_ids, points, now)
    assert sum(part.points for part in taken) + debt == points
    check_taken(lots, taken, after)
    states = {lot.id: lot.state for lot in lots}
    ranks = [(part.lot_id not in own_ids, states[part.lot_id] != "pending") for part in taken]
    assert ranks == sorted(ranks)
    assert all(part.lot_id in own_ids for part in taken if states[part.lot_id] == "pending")
    if debt:
        assert not spendable(after, now)
        assert not any(lot.remaining for lot in after if lot.id in own_ids and lot.state == "pending")


def check_taken(before: list[Lot], taken: list[Allocation], after: list[Lot]) -> None:
    """Each lot lost just what was allocated, none below zero, and nothing else about it changed."""
    parts = {part.lot_id: part.points for part in taken}
    assert len(parts) == len(taken)
    assert all(points > 0 for points in parts.values())
    assert [lot.id for lot in after] == [lot.id for lot in before]
    for old, new in zip(before, after, strict=True):
        assert new.remaining == old.remaining - parts.get(old.id, 0) >= new.held == old.held
        emptied = old.state == "pending" and old.id in parts and new.remaining == 0
        assert new.state == ("cancelled" if emptied else old.state)
        assert replace(new, remaining=old.remaining, state=old.state) == old


@given(lots=wallets(), now=moments, debt=st.integers(0, 500), points=st.integers(1, 4_000), later=moments)
def test_holding_and_what_follows(lots: list[Lot], now: datetime, debt: int, points: int, later: datetime) -> None:
    if points > (can_use := usable(lots, debt, now)):
        with pytest.raises(DomainError):
            hold(lots, points, now, debt)
        return
    parts, held = hold(lots, points, now, debt)
    assert usable(held, debt, now) == can_use - points
    assert left(held) == left(lots)
    assert all(0 <= lot.held <= lot.remaining for lot in held)
    assert release(held, parts) == lots
    spent = capture(held, parts)  # at whatever moment: what was set aside in time can be spent
    assert spend(lots, points, now, debt) == (parts, spent)
    assert [lot.held for lot in spent] == [lot.held for lot in lots]
    assert restore(spent, parts, later) == (parts, lots, 0)
    assert sum(part.points for part in schedule(held, debt, now)) == usable(held, debt, now)
    back, restored, late = restore(spent, parts, later, later + timedelta(days=30))
    assert sum(part.points for part in back) + late == points
    dates = {lot.id: lot.expires_at for lot in lots}
    assert all((dates[part.lot_id] or later + timedelta(days=30)) >= later + timedelta(days=30) for part in back)
    assert sum(lot.remaining for lot in restored) + late == sum(lot.remaining for lot in lots)


def test_an_expired_lot_that_the_books_have_closed_takes_nothing_back() -> None:
    parts, spent = spend([lot(A, 500, local(2026, 8, 1))], 200, local(2026, 7, 1))
    swept = [replace(spent[0], state=LotState.EXPIRED, remaining=0)]
    assert restore(swept, parts, local(2026, 9, 1)) == ([], swept, 0)


def test_golden_restore_keeps_dates_and_the_clinics_own_gives_thirty_days() -> None:
    start = [lot(A, 500, local(2027, 2, 1)), lot(B, 300, local(2026, 7, 1)), lot(C, 200)]
    parts, spent = spend(start, 600, local(2026, 5, 1))
    now = local(2026, 7, 2)
    _, by_customer, late = restore(spent, parts, now)
    assert (left(by_customer), late) == ({A: 500, B: 300, C: 200}, 0)
    assert usable(by_customer, 0, now) == 700  # B is past its date and stays expired
    back, by_clinic, late = restore(spent, parts, now, now + timedelta(days=30))
    assert (back, late) == ([Allocation(A, 300)], 300)
    assert left(by_clinic) == {A: 500, B: 0, C: 200}


def test_taking_nothing_is_a_bug_not_a_refusal() -> None:
    with pytest.raises(ValueError, match="at least one"):
        spend([lot(A, 5)], 0, local(2026, 7, 17))
    with pytest.raises(ValueError, match="negative"):
        clawback([lot(A, 5)], {A}, -1, local(2026, 7, 17))


def test_an_emptied_pending_lot_is_cancelled_and_a_lessened_one_still_activates() -> None:
    now, lots = local(2026, 7, 17), [lot(A, 150, state=LotState.PENDING), lot(B, 495, state=LotState.PENDING)]
    _, lots, debt = clawback(lots, {A, B}, 200, now)
    assert [(lot.state, lot.remaining) for lot in lots] == [("cancelled", 0), ("pending", 445)]
    assert debt == 0
    assert activate(lots[1], now, 12, BANGKOK).remaining == 445


@given(debt=st.integers(0, 10_000), points=st.integers(0, 10_000))
def test_debt_is_repaid_before_anything_is_usable(debt: int, points: int) -> None:
    repaid, kept = repay_debt(debt, points)
    assert repaid + kept == points
    assert 0 <= repaid <= debt
    assert kept == 0 or repaid == debt


def test_balance_tells_what_expires_next() -> None:
    now, soon = local(2026, 7, 17), local(2026, 8, 1)
    lots = [lot(A, 120, soon), lot(B, 30, soon), lot(C, 500), lot(D, 70, state=LotState.PENDING)]
    _, set_aside = hold(lots, 100, now)
    assert balance(set_aside, 0, now) == Balance(550, 70, 100, 0, expiring_points=50, expiring_at=soon)
    assert balance(lots, 600, now) == Balance(50, 70, 0, 600, expiring_points=50, expiring_at=soon)
    assert balance(lots, 900, now) == Balance(0, 70, 0, 900, expiring_points=0, expiring_at=None)
    assert balance(lots[2:], 0, now) == Balance(500, 70, 0, 0, expiring_points=0, expiring_at=None)
    assert balance(lots, 0, soon) == Balance(500, 70, 0, 0, expiring_points=0, expiring_at=None)


operations = st.tuples(
    st.sampled_from(["earn", "activate", "spend", "refund", "wait", "hold", "redeem", "release", "restore"]),
    st.integers(0, 9),
    st.integers(1, 900),
)


@given(st.lists(operations, max_size=60))
def test_the_books_balance_after_any_sequence(steps: list[tuple[str, int, int]]) -> None:
    """Signed rows = remaining(active + pending) - debt, lots being swept of what is not set aside when they expire."""
    now, lots, debt, rows = local(2026, 7, 17), list[Lot](), 0, 0
    holds, spent = list[list[Allocation]](), list[list[Allocation]]()
    for step, which, points in steps:
        chosen = lots[which % len(lots)] if lots else None
        if step == "earn":
            lots.append(Lot(UUID(int=len(lots)), points, points, LotState.PENDING, now))
            rows += points
        elif step == "activate" and chosen and chosen.state is LotState.PENDING:
            active = activate(chosen, now, 12, BANGKOK)
            repaid, kept = repay_debt(debt, active.remaining)
            debt -= repaid
            lots = [replace(active, remaining=kept) if lot.id == chosen.id else lot for lot in lots]
        elif step in ("spend", "hold") and points <= usable(lots, debt, now):
            parts, lots = hold(lots, points, now, debt)
            holds.append(parts)
        elif step == "release" and holds:
            lots = release(lots, holds.pop(which % len(holds)))
        elif step == "refund" and chosen:
            _, lots, added = clawback(lots, {chosen.id}, points, now)
            debt, rows = debt + added, rows - points
        elif step == "wait":
            now += timedelta(days=which * 40)
            over = [lot for lot in lots if lot.state == "active" and lot.expires_at and lot.expires_at <= now]
            for old in [lot for lot in over if not lot.held]:
                rows -= old.remaining
                lots[lots.index(old)] = replace(old, remaining=0, state=LotState.EXPIRED)
        elif step == "restore" and spent:
            grace = now + timedelta(days=30) if which % 2 else None
            back, lots, late = restore(lots, spent.pop(which % len(spent)), now, grace)
            rows += sum(part.points for part in back) + late
            if late:
                lots.append(Lot(UUID(int=len(lots)), late, late, LotState.ACTIVE, now, now, grace))
        if (step == "spend" or step == "redeem") and holds:
            spent.append(holds.pop(which % len(holds)))
            lots = capture(lots, spent[-1])
            rows -= sum(part.points for part in spent[-1])
        assert rows == sum(lot.remaining for lot in lots if lot.state in {"active", "pending"}) - debt
        assert all(0 <= lot.held <= lot.remaining <= lot.points for lot in lots)
        assert sum(lot.held for lot in lots) == sum(part.points for parts in holds for part in parts)
        assert sum(part.points for part in schedule(lots, debt, now)) == balance(lots, debt, now).usable
        assert debt >= 0
