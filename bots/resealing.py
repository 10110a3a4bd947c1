"""Encrypting accounts' secrets anew: with the newest key of AURA_SECRET_KEY, and without what no longer verifies.

`aura channel reseal` does all accounts, so that an old key can be removed; a worker looks once an hour for former
secrets whose time is over. A row that somebody saves meanwhile is left to them: what they save is current.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bots.accounts import SealedError, SecretBox
from bots.rotation import Kept
from bots.rounds import every
from domain.clinics import store
from domain.clinics.model import ChannelAccount
from domain.database.errors import database_may_be_away
from domain.database.session import list_accounts
from domain.unit import Units

log = structlog.get_logger()
LOOK_SECONDS = 3600.0


@dataclass(slots=True)
class Resealed:
    """Which accounts (`clinic channel`) have the newest key, need an older one, are opened by no key.

    Of those with an older key `done` were encrypted anew.
    """

    current: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    done: int = 0


async def look_at_accounts(units: Units, box: SecretBox) -> Resealed:
    """Which key each account of every clinic needs; changes nothing."""
    return await _each(units, box, lambda account, kept: None)


async def reseal_accounts(units: Units, box: SecretBox) -> Resealed:
    """Encrypt with the newest key what has another one."""
    return await _each(units, box, lambda account, kept: None if box.is_newest(account.secrets) else kept)


async def erase_expired(units: Units, box: SecretBox, now: datetime) -> Resealed:
    """Erase former secrets that no longer verify."""

    def living(account: ChannelAccount, kept: Kept) -> Kept | None:
        left = kept.without_expired(now)
        return None if left == kept else left

    return await _each(units, box, living)


async def _each(units: Units, box: SecretBox, change: Callable[[ChannelAccount, Kept], Kept | None]) -> Resealed:
    """Go round all accounts; keep what `change` makes of their secrets, if anything."""
    found = Resealed()
    for (channel, slug), entry in sorted((await list_accounts(units.engine)).items()):
        name = f"{slug} {channel}"
        async with units.clinic(entry.clinic_id) as unit:
            account = await store.load_account(unit.db, entry.clinic_id, entry.account_id)
            if account is None:
                continue
            try:
                kept = box.open(account.secrets)
            except SealedError:
                found.unopened.append(name)
                continue
            (found.current if box.is_newest(account.secrets) else found.older).append(name)
            changed = change(account, kept)
            if changed is not None:
                found.done += await store.reseal_account(
                    unit.db, entry.clinic_id, entry.account_id, account.secrets, box.seal(changed)
                )
    return found


async def run(units: Units, box: SecretBox) -> None:
    """Erase what no longer verifies, once an hour, until cancelled."""

    async def look() -> None:
        with database_may_be_away("secrets"):
            found = await erase_expired(units, box, datetime.now(UTC))
            if found.done or found.unopened:
                log.info("secrets.erased", accounts=found.done, unopened=found.unopened)

    await every(LOOK_SECONDS, look)
