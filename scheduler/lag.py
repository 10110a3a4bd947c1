"""How late jobs are: what is due by now and has not been done, from the figures of the database."""

from __future__ import annotations

from datetime import timedelta

from domain.database.figures import Backlog, Figures
from scheduler.job import AnyJob, CalendarJob, missed_ticks


def lag(job: AnyJob, figures: Figures) -> Backlog:
    """How many rows (or ticks of clinics) of a job are due, and how long the oldest has been.

    KeyError for a scan that the figures know nothing of.
    """
    if not isinstance(job, CalendarJob):
        return figures.due[job.name]
    owed = [
        tick for zone, last in figures.ticks.get(job.name, []) for tick in missed_ticks(job.at, zone, last, figures.now)
    ]
    return Backlog(len(owed), figures.now - min(owed) if owed else timedelta(0))
