"""The `aura` command, one file a group.

The groups know nothing of how the program is built: `bots/app.py` hands that in as a `Composition`, so that
the composition root stays the only place that wires.
"""

from __future__ import annotations

import typer

from bots.cli import backup, channels, clinics, database, demo, doctor, events, jobs, preview, serve, staff

cli = typer.Typer(
    help="BN-Aura Chat: a beauty clinic's work in LINE and Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("serve")(serve.serve)
cli.command("demo")(demo.demo)
cli.command("doctor")(doctor.doctor)
cli.command("backup")(backup.backup)
cli.command("restore")(backup.restore)
cli.command("preview")(preview.preview)
cli.add_typer(database.group, name="db")
cli.add_typer(clinics.group, name="clinic")
cli.add_typer(clinics.demo_group, name="demo-data")
cli.add_typer(channels.group, name="channel")
cli.add_typer(staff.group, name="staff")
cli.add_typer(events.group, name="events")
cli.add_typer(jobs.group, name="jobs")

__all__ = ["cli"]
