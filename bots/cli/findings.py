"""What `aura doctor` finds in the work itself: what lies aside, waits too long, or is running out, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bots.channel import Quota
from bots.quotas import is_low
from domain.database.figures import Backlog, Figures
from scheduler.job import AnyJob
from scheduler.lag import lag

Finding = tuple[str, bool, str]
MOST_WAIT = timedelta(minutes=5)
# Leases and reply tokens are compared across machines; a second more or less does no harm.
MOST_DRIFT = timedelta(seconds=2)


def of_work(figures: Figures, jobs: Sequence[AnyJob]) -> Iterator[Finding]:
    """What the database's figures say."""
    yield _waiting("inbox", figures.events["pending"], "is `aura serve --role web` running?")
    parked = figures.events["parked"]
    yield (
        "parked events",
        parked.count == 0,
        f"{parked.count}, the oldest {_age(parked.age)} old: see `aura events list`, mend the cause,"
        " then `aura events replay --all-parked`"
        if parked.count
        else "none",
    )
    due = _together(figures, "pending", "sending")
    yield _waiting("outbox", due, "is `aura serve --role worker` running? A used-up quota or a bad token also holds")
    doubt = _together(figures, "unknown")
    yield (
        "messages in doubt",
        doubt.count == 0,
        f"{doubt.count} of the last day may not have arrived: `aura events list --messages --state unknown`"
        " says which; let the clinic call"
        if doubt.count
        else "none of the last day",
    )
    for job in jobs:
        yield _waiting(f"job {job.name}", lag(job, figures), "is `aura serve --role worker` running?")
    drift = figures.drift.total_seconds()
    close = abs(figures.drift) <= MOST_DRIFT
    yield "clock drift", close, f"the database is {drift:+.1f} s ahead" + ("" if close else ": set both clocks by NTP")


def of_quota(name: str, quota: Quota) -> Finding:
    """What is left of an account's month."""
    if quota.limit is None:
        return name, True, f"{quota.used} sent this month, no limit"
    said = f"{quota.left} of {quota.limit} pushes left this month"
    return name, not is_low(quota), said + (": raise the plan in LINE Official Account Manager" * is_low(quota))


def _together(figures: Figures, *states: str) -> Backlog:
    found = [backlog for (state, _), backlog in figures.messages.items() if state in states]
    return Backlog(sum(backlog.count for backlog in found), max(backlog.age for backlog in found))


def _waiting(name: str, backlog: Backlog, advice: str) -> Finding:
    if not backlog.count:
        return name, True, "nothing waits"
    late = backlog.age > MOST_WAIT
    return name, not late, f"{backlog.count} waiting, for {_age(backlog.age)} at most" + (f": {advice}" * late)


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
