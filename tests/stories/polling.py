"""A world whose Telegram bots are polled: how a story switches an account, and waits until everything was fetched."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from bots import polling
from bots.accounts import SecretBox
from bots.app import Program, Role, build, running
from bots.connect import connect
from bots.logs import configure
from tests.faults.program import until
from tests.stories.world import World, settings_for


async def switch(
    world: World,
    *,
    to_polling: bool,
    webhook: str = "",
    secrets: Mapping[str, str] | None = None,
    slug: str = "DRG",
) -> None:
    """`aura channel set … --mode …`: what the command does, with the secrets the account has, or others."""
    program = world.program
    await program.accounts.refresh()
    [account] = [a for a in await program.accounts.of_clinic(slug) if a.channel == "telegram"]
    await connect(
        program.units,
        SecretBox(program.settings.secret_keys()),
        program.channels["telegram"],
        (world.clinic_ids[slug], slug),
        secrets or account.secrets,
        webhook or f"{program.settings.address}/webhooks/telegram/{slug}",
        polling=to_polling,
    )
    await program.accounts.refresh()


def waiting(world: World) -> int:
    """How many updates neither a webhook nor a poll has taken from the platform."""
    return sum(len(lane) for lane in world.telegram._state.lanes.values())


async def polled(world: World) -> None:
    """A poll is under way, and a second has passed since a webhook was changed, as Telegram wants it."""

    async def condition() -> bool:
        return bool(world.telegram._polling._polls)

    await until(condition, "the bot to be polled")
    world.telegram._state._clock = lambda: time.time() + 2


async def fetched(world: World) -> None:
    """The platform has nothing left, and everything that came has been worked on."""

    async def condition() -> bool:
        return not waiting(world)

    await until(condition, "the platform's updates to be fetched")
    await world.program.settle()


async def calls(world: World, method: str = "getUpdates") -> list[dict[str, Any]]:
    """The calls of a method that the platform has answered, oldest first."""
    return [entry for entry in await world.look("telegram", "journal") if entry.get("method") == method]


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pollers look after their leases all the time, and people's acts wait until they have been fetched."""

    def taken(_: World, deliveries: Iterable[dict[str, Any]]) -> None:
        """What was not brought is fetched."""
        assert {delivery["status"] for delivery in deliveries} <= {0, 200}

    monkeypatch.setattr(polling, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(World, "delivered", taken)
    monkeypatch.setattr(World, "settles", fetched)


@contextmanager
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What the program says of polling meanwhile, as an operator would read it."""
    configure("INFO")
    try:
        with capture_logs() as logs:
            yield logs
    finally:
        configure("ERROR")
    assert ":token-" not in str(logs), "a token was logged"
    logs[:] = [entry for entry in logs if entry["event"].startswith("polling.")]


@asynccontextmanager
async def replica(world: World, role: Role = "all") -> AsyncIterator[Program]:
    """Another process of the same installation."""
    async with (
        build(settings_for(world.platforms), world.database.url) as program,
        running(program, role, menus=False),
    ):
        yield program
