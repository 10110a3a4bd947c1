"""A backup: the whole database as one consistent file, made while the program runs.

The file is a zip with two entries: `database.dump`, an archive of pg_dump in its custom format that `pg_restore` reads
too, and `manifest.json`, which says what must be in it. Both show the same moment, as pg_dump reads with the
snapshot in which the rows were counted. `restore.py` reads it.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from domain.database import clients
from domain.database.engine import async_url

DUMP, MANIFEST = "database.dump", "manifest.json"
CHUNK = 1024 * 1024
# Messages that a system which ran on after the backup has sent; menus and edits may be sent twice without harm.
WAITING = "state in ('pending', 'sending') and row_kind in ('answer', 'notice')"

_TABLES = text(
    "select c.relname, format('%I.%I', n.nspname, c.relname)"
    " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1"
)
_DISPATCH = text(
    "select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))"
    " from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner"
    " where r.rolname = 'aura_dispatch' order by 1"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    `revision` is the schema's, `server` PostgreSQL's `server_version_num`, `rows` the number of rows by table,
    `waiting` how many messages had not been sent yet, `pending` how many events not worked on, `dispatch` the functions
    that belong to role aura_dispatch.
    """

    made_at: str
    release: str
    revision: str
    server: int
    rows: Mapping[str, int]
    waiting: int
    pending: int
    dispatch: tuple[str, ...]


async def back_up(admin_url: str, file: Path, on_bytes: Callable[[int], None]) -> Manifest:
    """Write a backup to `file`, whole or not at all; `on_bytes` hears how many more have been written.

    RuntimeError, one line, when it cannot be made: the login does not see every row, something else has this name,
    no pg_dump fits the server.
    """
    engine = create_async_engine(async_url(admin_url), isolation_level="REPEATABLE READ", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            await refuse_blind(connection)
            await connection.execute(text("set local idle_in_transaction_session_timeout = 0"))
            manifest = await _take_stock(connection)
            snapshot = (await connection.execute(text("select pg_export_snapshot()"))).scalar_one()
            program = clients.fitting(manifest.server) / "pg_dump"
            command = [str(program), "--format=custom", "--no-password", f"--snapshot={snapshot}"]
            await asyncio.to_thread(_write, file, manifest, command, clients.environment(admin_url), on_bytes)
    finally:
        await engine.dispose()
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What a backup says of itself; RuntimeError when the file is none."""
    try:
        with zipfile.ZipFile(file) as archive:
            said = json.loads(archive.read(MANIFEST))
            archive.getinfo(DUMP)
        return Manifest(**{**said, "dispatch": tuple(said["dispatch"])})
    except OSError as error:
        raise RuntimeError(f"{file} cannot be read: {error.strerror}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise RuntimeError(f"{file} is no whole backup of `aura backup`") from error


async def refuse_blind(connection: AsyncConnection) -> None:
    """RuntimeError unless row-level security hides nothing from this login: else rows would be missing."""
    row = (
        await connection.execute(
            text(
                "select rolsuper or rolbypassrls as sees_all, format('%I', rolname) as name"
                " from pg_roles where rolname = current_user"
            )
        )
    ).one()
    if not row.sees_all:
        raise RuntimeError(
            f"the login {row.name} of AURA_DATABASE_ADMIN_URL does not see every row, as row-level security binds it;"
            f" once, as a superuser: alter role {row.name} bypassrls;"
        )


async def _take_stock(connection: AsyncConnection) -> Manifest:
    if (await connection.execute(text("select to_regclass('public.alembic_version')"))).scalar() is None:
        raise RuntimeError("the database is empty: there is nothing to back up")
    revision = (await connection.execute(text("select version_num from public.alembic_version"))).scalar_one()
    tables = (await connection.execute(_TABLES)).all()
    rows = {name: await _count(connection, quoted) for name, quoted in tables}
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        release=importlib.metadata.version("bn-aura-chat"),
        revision=revision,
        server=int((await connection.execute(text("show server_version_num"))).scalar_one()),
        rows=rows,
        waiting=await _count(connection, f"public.outbox where {WAITING}"),
        pending=await _count(connection, "public.inbox where state = 'pending'"),
        dispatch=tuple((await connection.execute(_DISPATCH)).scalars()),
    )


async def _count(connection: AsyncConnection, what: str) -> int:
    counted: int = (await connection.execute(text(f"select count(*) from {what}"))).scalar_one()  # noqa: S608 - our own
    return counted


def _write(
    file: Path, manifest: Manifest, command: list[str], env: Mapping[str, str], on_bytes: Callable[[int], None]
) -> None:
    """Under another name first, readable by nobody else, and safe on the disk before it takes the real one."""
    if file.exists():
        read_manifest(file)  # a backup may be replaced by a newer one, nothing else may
    draft = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        with (
            open(draft, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as raw,
            zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive,
        ):
            with (
                archive.open(DUMP, "w", force_zip64=True) as entry,
                clients.running(command, env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as dump,
            ):
                assert dump.stdout is not None  # noqa: S101 - asked for above
                while chunk := dump.stdout.read(CHUNK):
                    entry.write(chunk)
                    on_bytes(len(chunk))
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        draft.replace(file)
        directory = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise RuntimeError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
