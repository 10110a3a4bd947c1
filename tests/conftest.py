"""One PostgreSQL for the whole run and a database of its own for each test that asks for one.

The server is the embedded one (or `AURA_TEST_ADMIN_URL`, a superuser's address of a real one). The
migrated template is made once by the controller process; each test's database is a copy of its 600 files, in memory
where there is room for them: 15 ms, and ten times that on a busy disk.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bots.logs import configure
from domain.database import embedded
from domain.database.engine import async_url, create_engine
from domain.database.session import Engine
from domain.database.upgrade import upgrade

pytest_plugins = ("tests.faults.plugin",)
TEMPLATE = "aura_template"
MEMORY = Path("/dev/shm")  # noqa: S108 - the directory in it is made by mkdtemp
ROOM = 2 * 1024**3
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of one test: the program's address and the owner's."""

    url: str
    admin_url: str


def pytest_configure(config: pytest.Config) -> None:
    """Start the server and make the template, once, before any worker starts."""
    hypothesis.settings.register_profile("untimed", deadline=None)  # how long one example takes is the machine's affair
    hypothesis.settings.load_profile("untimed")
    gc.set_threshold(100_000, 20, 50)
    configure("ERROR")
    # Nothing here speaks TLS to the outside; the machine's certificates, read by each program's SDK, take their time,
    # also (and above all) where the machine names a bundle of its own.
    os.environ["SSL_CERT_FILE"] = os.devnull
    if hasattr(config, "workerinput"):
        return
    admin = os.environ.get("AURA_TEST_ADMIN_URL")
    if admin is None:
        config.stash[DIRECTORY] = directory = Path(tempfile.mkdtemp(prefix="aura-test-", dir=memory()))
        directory.chmod(0o711)  # the server's own user may pass through, where that is not ours
        config.stash[SERVER] = server = embedded.start(directory, settings=FAST)
        admin = server.superuser_dsn()
    os.environ["AURA_TEST_SERVER"] = admin
    asyncio.run(_make_template(admin))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported and collected by now stays to the end: the garbage collector need not go through it again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run started."""
    if server := config.stash.get(SERVER, None):
        server.release()
        embedded.erase(config.stash[DIRECTORY])
        shutil.rmtree(config.stash[DIRECTORY], ignore_errors=True)


def memory() -> Path | None:
    """The directory whose files Linux keeps in memory, if it has room; a container's own may have next to none."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK)
    return MEMORY if usable and shutil.disk_usage(MEMORY).free >= ROOM else None


SERVER = pytest.StashKey[embedded.EmbeddedServer]()
DIRECTORY = pytest.StashKey[Path]()


async def _make_template(admin: str) -> None:
    connection = await asyncpg.connect(admin)
    try:
        for known in await connection.fetch("select datname from pg_database where starts_with(datname, $1)", TEMPLATE):
            await connection.execute(f"alter database {known['datname']} is_template false")
            await connection.execute(f"drop database {known['datname']} with (force)")
        await connection.execute(f"create database {TEMPLATE}")
        await upgrade(async_url(_with_database(admin, TEMPLATE)), create_login=True)
        await connection.execute(f"alter database {TEMPLATE} is_template true allow_connections false")
    finally:
        await connection.close()


def _with_database(url: str, name: str, user: str | None = None) -> str:
    parsed = make_url(url).set(database=name)
    if user:
        parsed = parsed.set(username=user)
    return parsed.render_as_string(hide_password=False)


@pytest.fixture(scope="session", autouse=True)
async def compiled_once() -> AsyncIterator[None]:
    """All engines of this process share one dialect and its compiled statements.

    Each test's program has an engine of its own and would compile the same few hundred statements again.
    """
    first = create_engine(os.environ["AURA_TEST_SERVER"], pool_size=1)
    async with first.connect():  # the dialect gets to know the server
        pass
    await first.dispose()
    compiled: dict[Any, Any] = {}

    def sharing(*arguments: Any, **options: Any) -> AsyncEngine:
        made = create_async_engine(*arguments, execution_options={"compiled_cache": compiled}, **options)
        made.sync_engine.dialect = first.sync_engine.dialect
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("domain.database.engine.create_async_engine", sharing)
        yield


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """A fresh, migrated, empty database."""
    async with copy_of(TEMPLATE) as made:
        yield made


@asynccontextmanager
async def copy_of(template: str) -> AsyncIterator[Database]:
    """A database of its own, as `template` is; dropped in the end."""
    async with _administration() as connection:
        name = f"test_{uuid4().hex[:12]}"
        await connection.execute(f"create database {name} template {template} strategy file_copy")
        yield _addresses(name)
        await connection.execute(f"drop database {name} with (force)")


@asynccontextmanager
async def making_template(name: str) -> AsyncIterator[Database | None]:
    """Lets one process of the run fill a copy of the migrated template, which then is the template `name`.

    None to those that come later: it is there.
    """
    async with _administration() as connection:
        await connection.execute("select pg_advisory_lock(1)")
        if await connection.fetchval("select 1 from pg_database where datname = $1 and datistemplate", name):
            yield None
            return
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name} template {TEMPLATE} strategy file_copy")
        yield _addresses(name)
        await connection.execute(f"alter database {name} is_template true allow_connections false")


@asynccontextmanager
async def _administration() -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(os.environ["AURA_TEST_SERVER"])
    try:
        yield connection
    finally:
        await connection.close()


def _addresses(name: str) -> Database:
    admin = os.environ["AURA_TEST_SERVER"]
    return Database(url=_with_database(admin, name, "aura_program"), admin_url=_with_database(admin, name))


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[Engine]:
    """The program's engine on the test's database."""
    engine = create_engine(database.url, pool_size=20)
    yield engine
    await engine.dispose()
