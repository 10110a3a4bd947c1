"""`aura jobs list`: what the scheduler has to do next, and how late it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.jobs import JOBS
from tests.cli.conftest import Aura, query
from tests.conftest import Database


def test_every_job_says_what_is_due_and_when_it_ran(aura: Aura, database: Database) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    aura.json("clinic", "add", "tokyo", "--name", "โตเกียว", "--timezone", "Asia/Tokyo")
    jobs = {job["name"]: job for job in aura.json("jobs", "list")["jobs"]}
    assert [*jobs] == [job.name for job in JOBS]
    assert [(job["kind"], job["at"]) for job in jobs.values()] == [
        ("scan", None),
        ("scan", None),
        ("calendar", "03:30"),
    ]
    night = jobs["housekeeping"]
    assert (night["due"], night["late_seconds"], night["last_ran"]) == (2, 0, None), "two new clinics"
    next_due = datetime.fromisoformat(night["next_due"])
    assert datetime.now(UTC) < next_due <= datetime.now(UTC) + timedelta(days=1)
    assert (next_due.hour, next_due.minute) in ((18, 30), (20, 30)), "half past three in Tokyo or Bangkok"
    assert jobs["timers"].items() >= {"due": 0, "late_seconds": 0, "next_due": None, "last_ran": None}.items()

    for minutes in (-60, -5, 10):
        query(
            database,
            "insert into timers (clinic_id, kind, subject_id, due_at)"
            " select id, 'x', gen_random_uuid(), now() + make_interval(mins => $1) from clinics where slug = 'ours'",
            minutes,
        )
    aura.json("jobs", "run", "housekeeping")
    jobs = {job["name"]: job for job in aura.json("jobs", "list")["jobs"]}
    assert jobs["timers"]["due"] == 2
    assert jobs["timers"]["late_seconds"] == pytest.approx(3600, abs=30)
    soon = datetime.fromisoformat(jobs["timers"]["next_due"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < soon < timedelta(minutes=11)
    ran = datetime.now(UTC) - datetime.fromisoformat(jobs["housekeeping"]["last_ran"])
    assert (jobs["housekeeping"]["due"], ran < timedelta(minutes=1)) == (0, True)
    said = aura("jobs", "list").stdout.splitlines()
    assert said[0].startswith("timers (every second): 2 due, 36")
    assert said[2].startswith("housekeeping (daily at 03:30): nothing due; last ran 20")
