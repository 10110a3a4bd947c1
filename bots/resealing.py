"""Encrypting accounts' secrets anew: with the newest key of AURA_SECRET_KEY, and without what no longer verifies.

`aura channel reseal` does all accounts, so that an old key can be removed; a worker looks once an hour for former
secrets whose time is over. A row that somebody saves meanwhile is left to them: what they save is current.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bots.accounts import SealedError, SecretBox
from domain.clinics import store
from domain.database.session import is_away, list_accounts
from domain.unit import Units

log = structlog.get_logger()
LOOK_SECONDS = 3600.0


@dataclass(slots=True)
class Resealed:
    """How many accounts were encrypted anew, how many needed nothing, and which no key opens (`clinic channel`)."""

    resealed: int = 0
    current: int = 0
    unopened: list[str] = field(default_factory=list)


async def reseal_accounts(units: Units, box: SecretBox, now: datetime, *, only_expired: bool = False) -> Resealed:
    """Look at every account of every clinic; with `only_expired` the key alone is no reason to encrypt anew."""
    done = Resealed()
    for (channel, slug), entry in sorted((await list_accounts(units.engine)).items()):
        async with units.clinic(entry.clinic_id) as unit:
            account = await store.load_account(unit.db, entry.clinic_id, entry.account_id)
            if account is None:
                continue
            try:
                kept = box.open(account.secrets)
            except SealedError:
                done.unopened.append(f"{slug} {channel}")
                continue
            living = kept.without_expired(now)
            if living == kept and (only_expired or box.is_newest(account.secrets)):
                done.current += 1
                continue
            await store.reseal_account(unit.db, entry.clinic_id, entry.account_id, account.secrets, box.seal(living))
            done.resealed += 1
    return done


async def erase_expired(units: Units, box: SecretBox) -> None:
    """Erase former secrets whose time is over, once an hour, until cancelled."""
    while True:
        try:
            done = await reseal_accounts(units, box, datetime.now(UTC), only_expired=True)
            if done.resealed or done.unopened:
                log.info("secrets.erased", accounts=done.resealed, unopened=done.unopened)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("secrets.database_away", error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)
