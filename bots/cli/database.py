"""`aura db`: bring the database up to date, say how it stands, print its address."""

from __future__ import annotations

from typing import Annotated

import typer

from bots.cli.context import database, fail, run, settings, show
from domain.database.upgrade import ensure_login, schema, upgrade, versions

group = typer.Typer(help="The database.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@group.command("upgrade")
def upgrade_command(
    create_login: Annotated[
        bool, typer.Option("--create-login", help="Make the login of AURA_DATABASE_URL, if the server has none.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create roles and tables or bring them up to date. Safe to run while the program serves."""
    config = settings()
    with database(config, migrated=False) as found:
        if not found.admin_url:
            fail("set AURA_DATABASE_ADMIN_URL to the owner's address first")
        run(upgrade(found.admin_url, create_login=found.is_embedded))
        if create_login and not found.is_embedded:
            run(ensure_login(found.admin_url, found.url))
        current, head = run(versions(found.admin_url))
    show({"revision": current, "newest": head}, as_json, f"The database is at revision {current}.")


@group.command()
def status(as_json: AsJson = False) -> None:
    """Say which revision the database has and which this release needs."""
    with database(settings(), migrated=False) as found:
        current, head = run(versions(found.admin_url or found.url))
    too_old = schema().lacks(current)
    state = "run `aura db upgrade`" if too_old else "up to date" if current == head else "newer than this release"
    show({"revision": current, "newest": head}, as_json, f"revision {current or 'none'} of {head}: {state}")
    if too_old:
        raise typer.Exit(1)


@group.command()
def url(
    admin: Annotated[bool, typer.Option("--admin", help="The owner's address instead of the program's.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the database's address, for psql. The embedded server answers while a program runs."""
    with database(settings()) as found:
        address = found.admin_url if admin else found.url
    if not address:
        fail("AURA_DATABASE_ADMIN_URL is not set")
    show({"url": address}, as_json, address)
