"""How late jobs are: what is due by now and has not been done, from the figures of the database."""

from __future__ import annotations

from datetime import timedelta

from domain.database.figures import Backlog, Figures
from scheduler.job import AnyJob, CalendarJob, missed_ticks


def lag(job: AnyJob, figures: Figures) -> Backlog:
    """How many rows (or ticks of clinics) of a job are due, and how long the oldest has been.

    A clinic where a job never ran is owed it, but it may be a new one: that is not late. KeyError for a scan that
    the figures know nothing of.
    """
    if not isinstance(job, CalendarJob):
        return figures.due[job.name]
    ticks = figures.ticks.get(job.name, [])
    owed = [(last, missed_ticks(job.at, zone, last, figures.now)) for zone, last in ticks]
    late = [missed[0] for last, missed in owed if last and missed]
    count = sum(len(missed) for _, missed in owed)
    return Backlog(count, figures.now - min(late) if late else timedelta(0))
