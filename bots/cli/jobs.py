"""`aura jobs`: what the scheduler has to do and how late it is; run a job by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from bots.cli.context import Composition, composition, database, fail, run, settings, show
from bots.settings import Settings
from domain.database.clock import read_clock
from domain.database.figures import Figures, read_figures
from scheduler.job import AnyJob, CalendarJob
from scheduler.lag import lag

group = typer.Typer(help="What happens because time passes.", no_args_is_help=True)


@group.callback()
def jobs_group() -> None:
    """What happens because time passes."""


@group.command("run")
def run_job(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The job's name.")],
    at: Annotated[str, typer.Option(help="As if it were this time (ISO 8601 with offset); default: now.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run one job for all clinics and send what it leads to. Running it twice does nothing twice."""
    try:
        moment = datetime.fromisoformat(at) if at else None
    except ValueError:
        fail(f"{at!r} is not a time like 2026-11-23T10:00:00+07:00")
    if moment is not None and moment.tzinfo is None:
        fail("the time needs its offset, like 2026-11-23T10:00:00+07:00")
    config = settings()
    with database(config) as found:
        done = run(_run(composition(context), config, found.url, name, moment))
    show({"job": name, "done": done}, as_json, f"{name}: {done} done.")


@group.command("list")
def list_jobs(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List every job: when it has something to do next, when it last ran, and what is due by now."""
    config = settings()
    with database(config) as found:
        jobs = run(_list(composition(context), config, found.url))
    show({"jobs": jobs}, as_json, *map(_line, jobs))


async def _list(wiring: Composition, config: Settings, url: str) -> list[dict[str, Any]]:
    async with wiring.build(config, url) as program:
        jobs: tuple[AnyJob, ...] = program.scheduler.jobs
        figures = await read_figures(program.engine, [job.name for job in jobs if isinstance(job, CalendarJob)])
        return [_described(job, figures, await program.scheduler.next_due_of(job, figures.now)) for job in jobs]


def _described(job: AnyJob, figures: Figures, next_due: datetime | None) -> dict[str, Any]:
    """A scan keeps no record of when it ran: it looks once a second, and its rows say what it has not done."""
    backlog = lag(job, figures)
    calendar = isinstance(job, CalendarJob)
    return {
        "name": job.name,
        "kind": "calendar" if calendar else "scan",
        "at": f"{job.at:%H:%M}" if isinstance(job, CalendarJob) else None,
        "next_due": next_due,
        "last_ran": figures.ran.get(job.name),
        "due": backlog.count,
        "late_seconds": round(backlog.age.total_seconds(), 1),
    }


def _line(job: dict[str, Any]) -> str:
    when = f"daily at {job['at']}" if job["at"] else "every second"
    due = f"{job['due']} due, {job['late_seconds']:.0f} s late" if job["due"] else "nothing due"
    ran = f"; last ran {job['last_ran']:%Y-%m-%d %H:%M} UTC" if job["last_ran"] else ""
    next_due = f"; next {job['next_due']:%Y-%m-%d %H:%M} UTC" if job["next_due"] else ""
    return f"{job['name']} ({when}): {due}{ran}{next_due}"


async def _run(wiring: Composition, config: Settings, url: str, name: str, at: datetime | None) -> int:
    async with wiring.build(config, url) as program:
        done: int = await program.scheduler.run_job(name, at or await read_clock(program.engine))
        await program.delivery.drain()
        await program.delivery.release()
        return done
