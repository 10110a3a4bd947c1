"""The jobs of the scheduler, one file a noun."""

from __future__ import annotations

from scheduler.job import AnyJob
from scheduler.jobs.followups import FOLLOWUPS
from scheduler.jobs.housekeeping import HOUSEKEEPING
from scheduler.jobs.timers import TIMERS

JOBS: tuple[AnyJob, ...] = (TIMERS, FOLLOWUPS, HOUSEKEEPING)
"""Everything that the program does because of the time, in the order of one round."""
