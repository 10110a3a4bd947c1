"""A PostgreSQL server of our own, for an installation that names no other (no `AURA_DATABASE_URL`).

`start(data_dir)` makes the cluster when there is none, starts the server or joins the running one, and returns
an `EmbeddedServer` with the addresses to connect to. The server listens on a Unix socket that only its own OS
user (and root) can open; that is the whole of its authentication.

Every process that uses a server holds a shared lock on one file until `release()`; who can then take it
exclusively was the last and stops the server. The kernel drops the lock of a killed process, so nobody is counted
who is not there. A second lock serialises making, starting and stopping. The code blocks: call it before the
event loop or in a thread.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import quote

from domain.database import embedded_files, embedded_process
from domain.database.embedded_files import Place

NO_SETTINGS: Mapping[str, str] = MappingProxyType({})

binaries = embedded_files.binaries


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server and this process's hold on it. Keep it: dropping the object drops the hold."""

    data_dir: Path
    place: Place
    holder: FileIO

    @property
    def socket_dir(self) -> Path:
        """The directory of the server's socket: the `host` of a libpq or asyncpg connection."""
        return self.place.socket_dir

    def dsn(self, user: str, database: str) -> str:
        """An address for asyncpg, libpq's programs and, with its own scheme, SQLAlchemy."""
        names = f"{quote(user, safe='')}@/{quote(database, safe='')}"
        return f"postgresql://{names}?host={quote(str(self.socket_dir))}&port=5432"  # even where PGPORT is set

    def superuser_dsn(self, database: str = "postgres") -> str:
        """The address of the superuser: for bootstrap, backup and tests, never for the program at work."""
        return self.dsn("postgres", database)

    def release(self) -> None:
        """Stop using the server; stops it when no other living process uses it. Harmless when repeated."""
        if not self.holder.closed:
            with _exclusively(self.data_dir):
                _leave(self.place, self.holder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def start(data_dir: Path, *, settings: Mapping[str, str] = NO_SETTINGS) -> EmbeddedServer:
    """Start or join the server of `data_dir`, which is created when missing, and wait until it answers.

    `settings` are PostgreSQL's own (`{"fsync": "off"}`); a server that already runs keeps those it was started
    with. Raises RuntimeError, one line, when the server cannot be had.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        data_dir = data_dir.resolve()
        with _exclusively(data_dir):
            return _join(data_dir, embedded_files.locate(data_dir), settings)
    except OSError as error:
        raise RuntimeError(f"no PostgreSQL in {data_dir}: {error}") from error


def erase(data_dir: Path) -> None:
    """Delete the server of `data_dir` with all its data; RuntimeError while a process uses it."""
    data_dir = data_dir.resolve()
    if not data_dir.exists():
        return
    with _exclusively(data_dir):
        place = embedded_files.locate(data_dir)
        if not _leave(place, _open_lock(data_dir / "postgres.holders")):
            raise RuntimeError(f"the database in {data_dir} is in use: stop the program first")
        for directory in (place.socket_dir, place.home):
            shutil.rmtree(directory)
        (data_dir / embedded_files.NOTE).unlink(missing_ok=True)


def _join(data_dir: Path, place: Place, settings: Mapping[str, str]) -> EmbeddedServer:
    holder = _open_lock(data_dir / "postgres.holders")
    fcntl.flock(holder, fcntl.LOCK_SH)  # never waits: it is taken exclusively only under the start lock
    try:
        if not place.cluster.exists():
            embedded_process.make_cluster(place)
        embedded_files.note_home(data_dir, place)
        if not embedded_process.becomes_ready(place):
            embedded_process.launch(place, settings)
    except Exception:  # whatever broke the start is the caller's to hear; here only the hold must not outlive it
        holder.close()  # a server still in recovery is left to finish; the next start joins it
        raise
    except BaseException:  # interrupted: leave nothing behind
        _leave(place, holder)
        raise
    return EmbeddedServer(data_dir, place, holder)


def _leave(place: Place, holder: FileIO) -> bool:
    """Drop a hold, under the start lock; the last one stops the server. True when nobody else has one."""
    with holder:
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        embedded_process.stop(place)
        return True


def _open_lock(path: Path) -> FileIO:
    return FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")


@contextmanager
def _exclusively(data_dir: Path) -> Iterator[None]:
    with _open_lock(data_dir / "postgres.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
