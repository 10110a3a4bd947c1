"""Our own PostgreSQL: started, shared by processes, killed, left stale, and closed to other OS users."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from domain.database import embedded, embedded_files, embedded_process
from domain.database.embedded import EmbeddedServer

FAST = {"fsync": "off"}
REPOSITORY = Path(__file__).parents[2]


# Another process of the program: says when it is in, and leaves when its standard input closes.
HOLDER = """
import sys
from pathlib import Path
from domain.database import embedded
server = embedded.start(Path(sys.argv[1]), settings={"fsync": "off"})
print("in", flush=True)
sys.stdin.read()
server.release()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another OS user")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory below a private one; the server, wherever it was placed, is gone after the test."""
    directory = tmp_path / "aura data"
    directory.mkdir()
    tmp_path.chmod(0o700)
    yield directory
    embedded.erase(directory)


@pytest.fixture
def open_data_dir() -> Iterator[Path]:
    """A data directory that every OS user can reach (pytest's own are private), by a path too long for a socket."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        directory = Path(parent) / ("long, " * 20 + "'\"$path")
        directory.mkdir()
        yield directory
        embedded.erase(directory)


def holder(data_dir: Path) -> subprocess.Popen[str]:
    """A second process that uses the server of `data_dir`; it has it when this returns."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


def ask(server: EmbeddedServer, *statements: str) -> object:
    """The value of the last statement."""

    async def answer() -> object:
        connection = await asyncpg.connect(server.superuser_dsn())
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:  # leaves pytest-asyncio's loop alone
        return runner.run(answer())


def pid_files(server: EmbeddedServer) -> tuple[Path, Path]:
    return server.place.cluster / "postmaster.pid", server.socket_dir / ".s.PGSQL.5432.lock"


def test_a_fresh_server_reads_thai_keeps_its_settings_and_is_private(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")  # of some other database
    monkeypatch.setenv("LANG", "th_TH.UTF-8")  # not installed on most machines
    with embedded.start(data_dir, settings=FAST | {"application_name": "it's a name"}) as server:
        assert ask(server, "create extension pg_trgm", "select 'น้ำแข็ง' % 'น้ำแข็งใส'") is True
        assert ask(server, "select cardinality(show_trgm('น้ำแข็ง')) > 5") is True
        assert ask(server, "select lower('É')") == "é"
        assert ask(server, "show fsync") == "off"
        assert ask(server, "show application_name") == "it's a name"
        assert ask(server, "show listen_addresses") == ""
        assert ask(server, "show timezone") == "UTC"
        assert ask(server, "show log_error_verbosity") == "terse", "or its log quotes what rows hold"
        for private in (server.place.cluster, server.socket_dir, server.socket_dir / ".s.PGSQL.5432"):
            assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert embedded_process.processes(server.place) == []
    server.release()  # repeating it is harmless


def test_the_last_living_process_stops_the_server(data_dir: Path) -> None:
    first = holder(data_dir)
    second = embedded.start(data_dir)
    third = holder(data_dir)
    first.kill()
    first.communicate()
    with pytest.raises(RuntimeError, match="in use"):
        embedded.erase(data_dir)
    assert ask(second, "show fsync") == "off"  # the first one's server, not a second
    second.release()
    assert embedded_process.processes(second.place)
    third.communicate()
    assert third.returncode == 0
    assert embedded_process.processes(second.place) == []


def test_a_killed_server_comes_back_with_its_data(data_dir: Path) -> None:
    with embedded.start(data_dir, settings=FAST) as server:
        ask(server, "create table kept as select 7 as n", "select 1")
        os.kill(int(pid_files(server)[0].read_text().split()[0]), signal.SIGKILL)
        with embedded.start(data_dir, settings=FAST) as again:
            assert ask(again, "select n from kept") == 7
        assert embedded_process.processes(server.place)  # the first hold still counts
    assert embedded_process.processes(server.place) == []


def test_a_stale_pid_file_does_not_keep_the_server_down(data_dir: Path) -> None:
    """Whether its pid went to a process of the server's user, to one of another user, or is not even whole."""
    with embedded.start(data_dir, settings=FAST) as server:
        left_behind = pid_files(server)[0].read_text().split("\n", 1)[1]
    account = server.place.account
    users = (account.uid if account else None, None)
    strangers = [subprocess.Popen(["/bin/sleep", "60"], cwd="/", user=user) for user in users]
    try:
        for content in (*(f"{stranger.pid}\n{left_behind}" for stranger in strangers), "", "12x"):
            for path in pid_files(server):
                path.write_text(content)
                if account:
                    os.chown(path, account.uid, account.gid)
            with embedded.start(data_dir, settings=FAST) as again:
                assert ask(again, "select 1") == 1
        assert [stranger.poll() for stranger in strangers] == [None, None]  # nobody signalled them
    finally:
        for stranger in strangers:
            stranger.kill()
            stranger.wait()


def test_a_long_odd_path_is_served_in_place_by_a_short_private_socket(open_data_dir: Path) -> None:
    with embedded.start(open_data_dir, settings=FAST) as server:
        assert server.place.home == open_data_dir / "postgres"
        assert len(os.fsencode(server.socket_dir)) <= embedded_files.SOCKET_DIR_BYTES
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        assert ask(server, "select 1") == 1
    embedded.erase(open_data_dir)
    assert not server.socket_dir.exists()
    assert not server.place.home.exists()


@as_root
def test_another_os_user_cannot_connect(open_data_dir: Path) -> None:
    with embedded.start(open_data_dir, settings=FAST) as server:
        assert server.socket_dir.owner() == embedded_files.SYSTEM_USER
        server.socket_dir.chmod(0o755)  # so that only the socket's own mode protects it
        command = [str(embedded.binaries() / "psql"), "-X", "-c", "select 1", server.superuser_dsn()]
        denied = subprocess.run(
            command, user=65534, group=65534, extra_groups=[], cwd="/", check=False, capture_output=True
        )
        assert b"Permission denied" in denied.stderr
        subprocess.run(command, check=True, capture_output=True)


@as_root
def test_root_keeps_the_place_it_chose_for_an_unreachable_directory(data_dir: Path) -> None:
    with embedded.start(data_dir, settings=FAST) as server:
        ask(server, "create table kept as select 7 as n", "select 1")
    assert not server.place.home.is_relative_to(data_dir)
    moved = data_dir.rename(data_dir.with_name("moved"))
    with embedded.start(moved, settings=FAST) as again:
        assert again.place.home == server.place.home
        assert ask(again, "select n from kept") == 7
    embedded.erase(moved)
    assert not server.place.home.exists()


def test_a_server_that_cannot_start_says_why_in_one_line(data_dir: Path) -> None:
    with pytest.raises(RuntimeError, match="shared_buffers") as caught:
        embedded.start(data_dir, settings={"shared_buffers": "nonsense"})
    assert "\n" not in str(caught.value)


def test_the_programs_for_backup_are_there() -> None:
    version = subprocess.check_output([embedded.binaries() / "pg_dump", "--version"], text=True)
    assert "(PostgreSQL) 18." in version
