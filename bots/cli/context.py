"""What every command shares: the settings, the database it works on, how it speaks and how it fails."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console

from bots.accounts import SecretBox
from bots.channel import Channel
from bots.settings import Settings
from domain.database import embedded
from domain.database.engine import UnsafeRole, create_engine, refuse_unsafe_role
from domain.database.errors import UNAVAILABLE
from domain.database.upgrade import ensure_database, schema, upgrade, versions
from domain.errors import DomainError
from domain.unit import Units
from handlers.refusals import refusal
from handlers.words import Words

T = TypeVar("T")
# Refusals that only an operator can meet.
SENTENCES = {
    "bad_slug": "{slug!r} is no slug: use letters, digits and dashes, at most 32",
    "slug_taken": "there is a clinic {slug} already",
    "bad_timezone": "there is no time zone {timezone!r}; try Asia/Bangkok",
    "bad_role": "the role must be one of: {roles}",
    "no_such_branch": "there is no branch {branch}",
    "which_staff": "name one person with --name or --user; there are: {names}",
    "no_such_job": "there is no such job; there are: {known}",
}
console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Composition:
    """How to build and run the program: filled in by `bots/app.py`."""

    build: Callable[[Settings, str], AbstractAsyncContextManager[Any]]
    channels: Callable[[Settings], AbstractAsyncContextManager[dict[str, Channel]]]
    running: Callable[..., AbstractAsyncContextManager[int]]


@dataclass(frozen=True, slots=True)
class Database:
    """The addresses of the database a command works on. `admin_url` is '' when the operator gave none."""

    url: str
    admin_url: str
    is_embedded: bool


def composition(context: typer.Context) -> Composition:
    """The composition that `bots/app.py` handed to the command line."""
    found = context.find_root().obj
    if not isinstance(found, Composition):
        raise RuntimeError("the command line was started without its composition")
    return found


def settings() -> Settings:
    """The settings, or one clear line about what is wrong with them."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        where = f"AURA_{str(first['loc'][0]).upper()}: " if first["loc"] else ""
        fail(where + first["msg"].removeprefix("Value error, "))


@contextmanager
def database(config: Settings, *, migrated: bool = True) -> Iterator[Database]:
    """The configured database, or the embedded one, started and (when `migrated`) brought up to date.

    A database of the operator's own is never changed here: `aura db upgrade` does that.
    """
    if config.database_url is not None:
        admin = config.database_admin_url.get_secret_value() if config.database_admin_url else ""
        found = Database(config.database_url.get_secret_value(), admin, is_embedded=False)
        if migrated:
            run(_require_current(found.url))
        yield found
        return
    try:
        server = embedded.start(config.data_dir)
    except RuntimeError as error:
        fail(str(error))
    with server:
        found = Database(server.dsn("aura_program", "aura"), server.superuser_dsn("aura"), is_embedded=True)
        run(ensure_database(server.superuser_dsn(), "aura"))
        if migrated:
            run(upgrade(found.admin_url, create_login=True))
        yield found


async def _require_current(url: str) -> None:
    current, head = await versions(url)
    if schema().lacks(current):
        fail(f"the database is at revision {current or 'none'}, this release needs {head}: run `aura db upgrade`")


def with_units(config: Settings, work: Callable[[Units, SecretBox], Awaitable[T]], react: Any = None) -> T:
    """Run `work` with units on the database, and turn refusals into one line."""

    async def inner(url: str) -> T:
        engine = create_engine(url, pool_size=2)
        try:
            await refuse_unsafe_role(engine)
            return await work(Units(engine, react or _nothing_follows), SecretBox(config.secret_keys()))
        finally:
            await engine.dispose()

    with database(config) as found:
        return run(inner(found.url))


async def _nothing_follows(unit: object) -> None:
    return None


def run(work: Awaitable[T]) -> T:
    """Run a coroutine to its end; a refusal or a database that is away ends the command with one line."""

    async def inner() -> T:
        return await work

    try:
        return asyncio.run(inner())
    except DomainError as error:
        fail(_sentence(error))
    except UnsafeRole as error:
        fail(str(error))
    except UNAVAILABLE as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            fail("the port is taken; set AURA_PORT to another one")
        first = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        fail(f"the database does not answer: {first or type(error).__name__}")


def _sentence(error: DomainError) -> str:
    facts = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in error.facts.items()
    }
    if error.code in SENTENCES:
        return SENTENCES[error.code].format(**facts)
    return refusal(Words("en"), error)


def show(data: dict[str, Any], as_json: bool, *lines: str) -> None:
    """Print data as JSON, or as lines for people."""
    typer.echo(json.dumps(data, default=str, ensure_ascii=False) if as_json else "\n".join(lines))


def fail(message: str) -> NoReturn:
    """End the command with one clear line on standard error."""
    console.print(f"aura: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1)
