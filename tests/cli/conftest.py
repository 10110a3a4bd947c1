"""The command line against a test's own database, and the emulated platforms as a process of their own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from bots.app import build, open_channels, running
from bots.cli import cli
from bots.cli.context import Composition
from tests.conftest import Database


@dataclass(frozen=True, slots=True)
class Aura:
    """`aura` with its environment."""

    env: dict[str, str]

    def __call__(self, *words: str, stdin: str = "") -> Result:
        """Run a command; stdout and stderr are kept apart."""
        wiring = Composition(build=build, channels=open_channels, running=running)
        return CliRunner().invoke(cli, list(words), obj=wiring, env=self.env, input=stdin)

    def json(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """Run a command with `--json`; it must succeed."""
        result = self(*words, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        data: dict[str, Any] = json.loads(result.stdout)
        return data

    def refused(self, *words: str, stdin: str = "") -> str:
        """Run a command that must fail; returns its one line."""
        result = self(*words, stdin=stdin)
        assert result.exit_code == 1, (result.exit_code, result.output)
        assert result.stdout == ""
        lines = result.stderr.strip().splitlines()
        assert len(lines) == 1, lines
        return lines[0]


@pytest.fixture(scope="module")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the emulated platforms."""
    journal = tmp_path_factory.mktemp("platforms") / "journal.jsonl"
    command = [sys.executable, "-m", "bots.simulator.platforms", "--journal", str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


@pytest.fixture
def aura(database: Database, platforms: str, tmp_path: Path) -> Aura:
    """`aura` on a migrated, empty database."""
    return Aura(
        {
            "AURA_DATABASE_URL": database.url,
            "AURA_DATABASE_ADMIN_URL": database.admin_url,
            "AURA_DATA_DIR": str(tmp_path),
            "AURA_SECRET_KEY": "a key for tests only; never use it anywhere else",
            "AURA_PUBLIC_URL": "http://127.0.0.1:9",
            "AURA_LINE_API_URL": f"{platforms}/line",
            "AURA_LINE_DATA_API_URL": f"{platforms}/line",
            "AURA_TELEGRAM_API_URL": f"{platforms}/telegram",
        }
    )


def on_the_platform(platforms: str, channel: str, **account: str) -> dict[str, str]:
    """An operator has made an account on the platform's own console; returns its `account` and `handle`."""
    body = json.dumps(account).encode()
    address = f"{platforms}/{channel}/control/accounts"
    request = Request(address, body, {"Content-Type": "application/json"})  # noqa: S310 - our own emulator
    with urlopen(request) as answer:  # noqa: S310 - our own emulator
        assert answer.status == 200
        made: dict[str, str] = json.loads(answer.read())
        return made


def query(database: Database, sql: str, *values: object) -> list[Any]:
    """Rows as the owner sees them."""

    async def read() -> list[Any]:
        connection = await asyncpg.connect(database.admin_url)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    return asyncio.run(read())
