"""Bringing a backup back into an empty database, all of it or nothing, and then up to this release.

`pg_restore` turns the archive of `backup.py` into SQL, which `psql` runs in one transaction together with what makes
it ours on this server: functions go to role aura_dispatch, the clock to this owner, and every table must have as many
rows as the manifest says. Roles belong to the server, not to the database; they are made as `aura db upgrade` does.
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from domain.database import clients
from domain.database.backup import CHUNK, DUMP, WAITING, Manifest, read_manifest, refuse_blind
from domain.database.engine import async_url
from domain.database.upgrade import ROLES, UPGRADE_LOCK, knows, upgrade

_EMPTY = text(
    "select not exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')"
    " and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e'))"
)
_UNPROTECTED = text(
    "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)"
    " and c.relname <> 'alembic_version' order by 1"
)
# These name the old owner, or need the owner of an extension; the first is made again below.
_LEFT_OUT = (" POLICY public clock owner_moves ", " COMMENT - EXTENSION ")
# A setting that PostgreSQL 17 brought and pg_restore sets in any case.
_SINCE_17 = b"SET transaction_timeout = 0;\n"
_OURS = """
do $$
begin
  execute format('grant aura_dispatch to %I', current_user);
  grant create on schema public to aura_dispatch;
  {owners}
  revoke create on schema public from aura_dispatch;
  execute format('create policy owner_moves on public.clock to %I using (true) with check (true)', current_user);
end $$;
"""
_HOLD = f"""
update public.outbox set state = 'unknown', lease_until = null, error = 'restored from a backup: perhaps sent after it'
 where {WAITING} and (not_before is null or not_before <= clock_timestamp());
update public.inbox set state = 'parked', lease_until = null,
       error = 'restored from a backup: perhaps worked on after it'
 where state = 'pending';
"""  # noqa: S608 - our own
_COUNT = """
do $$
declare wrong text;
begin
  select string_agg(format('%s has %s rows of %s', name, has, wanted), ', ') into wrong
    from (values {counts}) as counted (name, wanted, has) where wanted <> has;
  if wrong is not null then
    raise exception 'rows are missing: %', wrong;
  end if;
end $$;
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many messages are held back, and which tables row-level security does not protect."""

    manifest: Manifest
    held: int
    unprotected: tuple[str, ...]


async def restore(
    admin_url: str, file: Path, *, create_login: bool, hold_messages: bool, on_bytes: Callable[[int], None]
) -> Restored:
    """Fill the empty database at `admin_url` from `file`; `on_bytes` hears how many more have been read.

    `hold_messages` marks messages that waited at the backup as `unknown` instead of leaving them to be sent;
    `create_login` as in `upgrade`. RuntimeError, one line, after which the database is as empty as before.
    """
    manifest = read_manifest(file)
    if not knows(manifest.revision):
        raise RuntimeError(f"{file} was made by a newer release ({manifest.release}): restore it with that one")
    await asyncio.to_thread(_check_whole, file)
    engine = create_async_engine(async_url(admin_url), isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            await refuse_blind(connection)
            # Whoever starts the program meanwhile waits here, instead of making tables in our way.
            await connection.execute(text("select pg_advisory_lock(:key)"), {"key": UPGRADE_LOCK})
            if not (await connection.execute(_EMPTY)).scalar_one():
                raise RuntimeError(
                    "the database is not empty, and nothing is ever overwritten: restore into a new database"
                    " (or another AURA_DATA_DIR), or drop this one first"
                )
            await connection.execute(text(ROLES))
            server = int((await connection.execute(text("show server_version_num"))).scalar_one())
            programs = clients.fitting(max(server, manifest.server))
            epilogue = _epilogue(manifest, hold_messages=hold_messages)
            env = clients.environment(admin_url)
            await asyncio.to_thread(_pour, file, programs, env, server, epilogue, on_bytes)
            await connection.execute(text("select pg_advisory_unlock(:key)"), {"key": UPGRADE_LOCK})
            await upgrade(admin_url, create_login=create_login)
            return await _look(connection, manifest)
    finally:
        await engine.dispose()


async def _look(connection: AsyncConnection, manifest: Manifest) -> Restored:
    waiting = text(f"select count(*) from public.outbox where {WAITING}")  # noqa: S608 - our own
    left: int = (await connection.execute(waiting)).scalar_one()
    unprotected = tuple((await connection.execute(_UNPROTECTED)).scalars())
    return Restored(manifest, manifest.waiting - left, unprotected)


def _check_whole(file: Path) -> None:
    """Every byte is as it was written, before the first of them reaches a database."""
    try:
        with zipfile.ZipFile(file) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise RuntimeError(f"{file} is damaged: {error}") from error
    if damaged:
        raise RuntimeError(f"{file} is damaged: {damaged}")


def _epilogue(manifest: Manifest, *, hold_messages: bool) -> bytes:
    owners = "\n  ".join(f"alter function {name} owner to aura_dispatch;" for name in manifest.dispatch)
    counted = "('{0}', {1}, (select count(*) from public.\"{0}\"))"
    counts = ", ".join(counted.format(name, rows) for name, rows in manifest.rows.items())
    parts = (_OURS.format(owners=owners), _HOLD if hold_messages else "", _COUNT.format(counts=counts))
    return "".join(parts).encode()


def _pour(
    file: Path, programs: Path, env: Mapping[str, str], server: int, epilogue: bytes, on_bytes: Callable[[int], None]
) -> None:
    """Archive -> pg_restore -> psql, in one transaction that our epilogue ends.

    psql's own --single-transaction would also commit where its input breaks off, because this process was killed.
    """
    to_sql = [str(programs / "pg_restore"), "--file=-", "--no-owner"]
    run_sql = [str(programs / "psql"), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"]
    with (
        _contents(file, programs, env) as contents,
        clients.running(run_sql, env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as psql,
    ):
        assert psql.stdin is not None  # noqa: S101 - asked for above
        psql.stdin.write(b"begin;\n")
        with (
            clients.running(
                [*to_sql, f"--use-list={contents}"], env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            ) as sql,
            _fed(file, sql, on_bytes),
        ):
            assert sql.stdout is not None  # noqa: S101 - asked for above
            pass_on(sql.stdout, psql.stdin, without=_SINCE_17 if server < 170_000 else b"")
        psql.stdin.write(epilogue + b"\ncommit;\n")


@contextmanager
def _contents(file: Path, programs: Path, env: Mapping[str, str]) -> Iterator[Path]:
    """A file with the archive's table of contents, but for what is left out."""
    list_all = [str(programs / "pg_restore"), "--list"]
    with clients.running(list_all, env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as listing:
        assert listing.stdout is not None  # noqa: S101 - asked for above
        with _fed(file, listing, lambda read: None):
            lines = listing.stdout.read().decode().splitlines(keepends=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".list") as contents:
        contents.writelines(line for line in lines if not any(part in line for part in _LEFT_OUT))
        contents.flush()
        yield Path(contents.name)


@contextmanager
def _fed(file: Path, process: subprocess.Popen[bytes], on_bytes: Callable[[int], None]) -> Iterator[None]:
    """Write the archive into a process from a thread of its own, until it has had enough."""

    def feed() -> None:
        assert process.stdin is not None  # noqa: S101 - asked for above
        with suppress(BrokenPipeError), process.stdin, zipfile.ZipFile(file) as archive, archive.open(DUMP) as dump:
            while chunk := dump.read(CHUNK):
                process.stdin.write(chunk)
                on_bytes(len(chunk))

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        feeder.join()


def pass_on(source: IO[bytes], target: IO[bytes], *, without: bytes) -> None:
    """Pass everything on, but for one line of settings at the beginning."""
    for line in source:
        if line == without:
            continue
        target.write(line)
        if line.startswith(b"SET row_security"):  # the last of them
            break
    while chunk := source.read(CHUNK):
        target.write(chunk)
