"""`aura backup` and `aura restore`: the whole database as one file, and back into an empty one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from bots.accounts import SecretBox
from bots.cli.context import Database, console, database, fail, run, settings, show
from bots.resealing import Resealed, look_at_accounts
from bots.settings import Settings
from domain.database.backup import back_up, read_manifest
from domain.database.engine import create_engine, refuse_unsafe_role
from domain.database.restore import restore as restore_into
from domain.database.upgrade import ensure_login
from domain.unit import Units

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CreateLogin = Annotated[
    bool, typer.Option("--create-login", help="Make the login of AURA_DATABASE_URL, if the server has none.")
]
KEY = (
    "AURA_SECRET_KEY is not in it ({where}): keep it too, and elsewhere. Without it the channels' secrets in the backup"
    " cannot be opened, and buttons sent so far stop working."
)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; an older backup of that name is replaced.")],
    as_json: AsJson = False,
) -> None:
    """Write the whole database to one file. The program may run meanwhile."""
    config = settings()
    with database(config, migrated=False) as found:
        _need_owner(found)
        with _progress("Backing up") as advance:
            manifest = _refusing(back_up(found.admin_url, file, advance))
    show(
        {"file": str(file), "bytes": file.stat().st_size, **asdict(manifest)},
        as_json,
        f"Wrote {file}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables,"
        f" {file.stat().st_size / 1e6:.1f} MB, revision {manifest.revision}.",
        KEY.format(where=_where_the_key_is(config)),
    )


def restore(
    file: Annotated[Path, typer.Argument(help="What `aura backup` wrote.")],
    hold_messages: Annotated[
        bool | None,
        typer.Option(
            "--hold-messages/--send-messages",
            help="Messages that waited at the backup: hold them if the old system ran on after it, else send them.",
        ),
    ] = None,
    create_login: CreateLogin = False,
    as_json: AsJson = False,
) -> None:
    """Fill an empty database from a backup, all of it or nothing, and bring it up to this release."""
    config = settings()
    manifest = _read(file)
    if (manifest.waiting or manifest.pending) and hold_messages is None:
        fail(
            f"{manifest.waiting} messages were waiting to be sent at the backup, {manifest.pending} events to be worked"
            " on: say --send-messages if the old system stopped then, or --hold-messages if it ran on and did that"
        )
    with database(config, migrated=False) as found:
        _need_owner(found)
        with _progress("Restoring", total=file.stat().st_size) as advance:
            done = _refusing(
                restore_into(
                    found.admin_url,
                    file,
                    create_login=found.is_embedded,
                    hold_messages=bool(hold_messages),
                    on_bytes=advance,
                )
            )
        if done.unprotected:
            fail(f"row-level security does not protect {', '.join(done.unprotected)}: do not serve from this database")
        if create_login and not found.is_embedded:
            run(ensure_login(found.admin_url, found.url))
        accounts = run(_as_the_program(config, found.url))
    manifest = done.manifest
    show(
        {"rows": dict(manifest.rows), "made_at": manifest.made_at, "held": done.held, "unopened": accounts.unopened},
        as_json,
        f"Restored {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables as of {manifest.made_at}.",
        *([f"Held back: {done.held} messages (state unknown in the outbox)."] if hold_messages else []),
        *(_lost_key(accounts, config) if accounts.unopened else []),
        "Next: `aura doctor`, then start the program. What fell due since the backup is done then.",
    )


def _lost_key(accounts: Resealed, config: Settings) -> list[str]:
    return [
        f"CANNOT BE OPENED with this AURA_SECRET_KEY ({_where_the_key_is(config)}): {', '.join(accounts.unopened)}.",
        "Set the key that the backup was made with, or give their secrets anew with `aura channel set`.",
    ]


async def _as_the_program(config: Settings, url: str) -> Resealed:
    """The program's login works and is bound by row-level security; whose secrets its key opens."""
    engine = create_engine(url, pool_size=1)
    try:
        await refuse_unsafe_role(engine)
        return await look_at_accounts(Units(engine, _nothing_follows), SecretBox(config.secret_keys()))
    finally:
        await engine.dispose()


async def _nothing_follows(unit: object) -> None:
    return None


def _where_the_key_is(config: Settings) -> str:
    return "as you have set it" if config.secret_key else str(config.data_dir / "secret_key")


def _read(file: Path) -> Any:
    try:
        return read_manifest(file)
    except RuntimeError as error:
        fail(str(error))


def _need_owner(found: Database) -> None:
    if not found.admin_url:
        fail("set AURA_DATABASE_ADMIN_URL to the owner's address first")


def _refusing(work: Coroutine[Any, Any, T]) -> T:
    try:
        return run(work)
    except RuntimeError as error:
        fail(str(error))


@contextmanager
def _progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; yields what hears of more bytes."""
    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda more: progress.advance(task, more)
