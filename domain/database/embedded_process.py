"""Making, starting, watching and stopping the server process of our own PostgreSQL.

Works in the `Place` of `embedded_files.py`; `embedded.py` decides when and calls it under its start lock.
"""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from domain.database.embedded_files import Place, tail

# The builtin provider needs no library; without --lc-ctype pg_trgm sees no letters in Thai text.
LOCALE = (
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
    "--encoding=UTF8",
)
PATIENCE_S = 60  # recovery after a crash may replay up to max_wal_size (1 GB)
_WAIT = ("-w", "-t", str(PATIENCE_S))


def make_cluster(place: Place) -> None:
    """initdb under another name first, so that an interrupted one is never taken for a cluster."""
    for leftover in place.home.glob("initdb-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix="initdb-", dir=place.home))
    if place.account:
        os.chown(draft, place.account.uid, place.account.gid)
    place.run("initdb", "-D", draft, "-U", "postgres", "--auth=trust", *LOCALE)
    draft.rename(place.cluster)


def becomes_ready(place: Place) -> bool:
    """True when a server answers, waiting for one that is on its way up; False when there is none."""
    deadline = time.monotonic() + PATIENCE_S
    while place.run("pg_isready", "-q", "-h", place.socket_dir, "-p", "5432", accept=(0, 1, 2)) != 0:
        if not processes(place):
            return False
        if time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL in {place.home} does not answer: {_log_tail(place) or 'it wrote no log'}")
        time.sleep(0.1)
    return True


def launch(place: Place, settings: Mapping[str, str]) -> None:
    """Start the server and wait until it answers; the caller has seen that no process of it lives.

    Whatever a killed one left is therefore stale, also where its pid has since gone to another process, which
    PostgreSQL itself would take for a running server.
    """
    for leftover in (place.cluster / "postmaster.pid", place.socket_dir / ".s.PGSQL.5432.lock"):
        leftover.unlink(missing_ok=True)
    if place.log.exists():
        place.log.replace(place.log.with_suffix(".previous.log"))
    socket_dirs = '"{}"'.format(str(place.socket_dir).replace('"', '""'))  # a list: quoted, it has one member
    wanted = {
        "log_error_verbosity": "terse",  # its details quote rows
        **settings,
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": socket_dirs,
        "unix_socket_permissions": "0700",
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in wanted.items())
    try:
        # pg_ctl hands these names to a shell in double quotes: as relative ones they contain nothing to expand
        files = ("-D", place.cluster.name, "-l", place.log.name)
        place.run("pg_ctl", *files, *_WAIT, "-o", options, "start")
    except RuntimeError as error:
        raise RuntimeError(f"PostgreSQL in {place.home} did not start: {_log_tail(place) or error}") from error


def stop(place: Place) -> None:
    """Stop the server if it runs, disconnecting its clients; RuntimeError when it takes over a minute."""
    if _recorded_pid(place) in processes(place):  # else the pid file is stale, and pg_ctl might signal a stranger
        place.run("pg_ctl", "-D", place.cluster, "-m", "fast", *_WAIT, "stop")


def processes(place: Place) -> list[int]:
    """The pids of this cluster's living PostgreSQL processes, which all have it as their working directory.

    Unlike the pid file this cannot be out of date, and a zombie has no working directory.
    """
    if not Path("/proc/self/cwd").exists():  # not Linux: the pid file is all there is
        pid = _recorded_pid(place)
        return [pid] if pid is not None and _exists(pid) else []
    cluster = str(place.cluster.resolve())
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text() == "postgres\n" and os.readlink(process / "cwd") == cluster:
                found.append(int(process.name))
        except OSError:  # gone meanwhile, or another user's
            continue
    return found


def _recorded_pid(place: Place) -> int | None:
    try:
        return int((place.cluster / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):  # absent or half written
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _log_tail(place: Place) -> str:
    return tail(place.log.read_bytes()) if place.log.exists() else ""
