"""`aura jobs`: run what the scheduler would run, by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from bots.cli.context import Composition, composition, database, fail, run, settings, show
from bots.settings import Settings
from domain.database.clock import read_clock

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


async def _run(wiring: Composition, config: Settings, url: str, name: str, at: datetime | None) -> int:
    async with wiring.build(config, url) as program:
        done: int = await program.scheduler.run_job(name, at or await read_clock(program.engine))
        await program.delivery.drain()
        return done
