"""Keeping the platforms' menus as this release has them: installed once for each content, the older ones deleted.

Every worker looks after all accounts when it starts and once a minute; the account's row says what the platform
has and who installs now, so that any number of workers makes each menu once. When new menus are in place, every
chat of the account is switched (outbox rows, see `domain/people/menus.py`); only then the old ones go.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

import structlog

from bots import pictures
from bots.accounts import Accounts
from bots.channel import Account, Channel, DrawMenu, Installed, Outcome, RetryLater, Sent
from bots.pictures.menu import LOOK
from bots.rounds import each_account, every
from domain.clinics import store
from domain.database import outbox
from domain.people import service as people
from domain.unit import Units
from handlers.menus import fingerprint, menus_of
from handlers.routes import ROUTES

log = structlog.get_logger()
# What whoever has not chosen a language sees: a Thai clinic's menu for strangers.
DEFAULT = "stranger.th"
DRAW: DrawMenu = partial(pictures.draw, "menu")
LOOK_SECONDS = 60.0
# Longer than any installation takes: twelve menus with their pictures.
LEASE_SECONDS = 300.0
REFUSED_WAIT = 3600.0


class Menus:
    """Installs every account's menus; `draw` makes their pictures."""

    def __init__(
        self, units: Units, accounts: Accounts, channels: Mapping[str, Channel], draw: DrawMenu = DRAW
    ) -> None:
        self._draw = draw
        self._units = units
        self._accounts = accounts
        self._channels = channels
        self._menus = menus_of(ROUTES)
        self._settled: set[UUID] = set()

    async def run(self) -> None:
        """Look after all accounts, again and again, until cancelled."""
        await every(LOOK_SECONDS, self.look)

    async def look(self) -> None:
        """Look after all accounts once."""
        await each_account("menus", self._accounts, self.keep)

    async def keep(self, account: Account) -> None:
        """Install an account's menus if the platform has none or others, else delete what is left of older ones.

        Others are replaced once in a process's life, or two releases that are up together would do so by turns.
        """
        version = fingerprint(self._menus, LOOK, account.external_id)
        if account.menus_version == version:
            self._settled.add(account.id)
            if not account.menus_swept:
                await self._sweep(account)
        elif not account.menus_version or account.id not in self._settled:
            await self._install(account, version)

    async def _install(self, account: Account, version: str) -> None:
        clinic_id = account.clinic_id
        async with self._units.clinic(clinic_id) as unit:
            if not await store.claim_menus(unit.db, clinic_id, account.id, LEASE_SECONDS, lacks=version):
                return
        channel = self._channels[account.channel]
        outcome = await channel.install_menus(account, self._menus, version, DEFAULT, self._draw)
        if not isinstance(outcome, Installed):
            await self._put_off(account, outcome)
            return
        async with self._units.clinic(clinic_id) as unit:
            menus = {"version": version, "ids": dict(outcome.ids), "swept": False}
            await store.save_menus(unit.db, clinic_id, account.id, menus)
            chats = await people.switch_account(unit, account.id)
        self._settled.add(account.id)
        log.info("menus.installed", **account.told, version=version, chats=chats)
        await self._accounts.refresh()

    async def _sweep(self, account: Account) -> None:
        """Every chat must have been switched first: a menu that is deleted vanishes from the chats that show it."""
        clinic_id, version = account.clinic_id, account.menus_version
        async with self._units.clinic(clinic_id) as unit:
            if await outbox.menus_left(unit.db, clinic_id, account.id):
                return
            if not await store.claim_menus(unit.db, clinic_id, account.id, LEASE_SECONDS, has=version):
                return
        outcome = await self._channels[account.channel].sweep_menus(account)
        if not isinstance(outcome, Sent):
            await self._put_off(account, outcome)
            return
        async with self._units.clinic(clinic_id) as unit:
            menus = {"version": version, "ids": dict(account.menus), "swept": True}
            await store.save_menus(unit.db, clinic_id, account.id, menus)
        await self._accounts.refresh()

    async def _put_off(self, account: Account, outcome: Outcome) -> None:
        """Nobody tries again before the platform may take it."""
        wait = outcome.seconds if isinstance(outcome, RetryLater) else REFUSED_WAIT
        kind, reason = type(outcome).__name__, getattr(outcome, "reason", "")
        log.warning("menus.put_off", **account.told, outcome=kind, reason=reason, seconds=wait)
        async with self._units.clinic(account.clinic_id) as unit:
            await store.hold_menus(unit.db, account.clinic_id, account.id, wait)
