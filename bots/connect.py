"""Connecting an account: prove its secrets to the platform, keep them encrypted, register the webhook.

An account whose events are to be fetched has its webhook removed before that is written down, and one that was polled
gets it after: whatever happens in between, events wait at the platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bots.accounts import SecretBox
from bots.channel import Account, AccountError, Channel, Pollable, Proof
from domain.clinics import store
from domain.unit import Units


async def connect(
    units: Units,
    box: SecretBox,
    channel: Channel,
    clinic: tuple[UUID, str],
    secrets: Mapping[str, str],
    webhook_url: str,
    *,
    polling: bool = False,
    offline: bool = False,
) -> Proof:
    """Make `clinic` (id, slug) reachable on `channel`. AccountError when the platform refuses the secrets.

    `polling`: whoever runs the program fetches the account's events, and there is no webhook.
    `offline` saves what was given without asking the platform, for preparing a machine without a network.
    """
    if polling and not isinstance(channel, Pollable):
        raise AccountError(f"{channel.label} cannot be polled; it needs a webhook.")
    clinic_id, slug = clinic
    draft = Account(clinic_id, clinic_id, slug, channel.name, "", "", secrets)
    proof = Proof("", "", "") if offline else await channel.prove(draft)
    if isinstance(channel, Pollable) and polling and not offline:
        await channel.unregister(draft)
    async with units.clinic(clinic_id) as unit:
        await store.save_account(
            unit.db,
            clinic_id,
            channel=channel.name,
            external_id=proof.external_id,
            handle=proof.handle,
            name=proof.name,
            secrets=box.seal(secrets),
            settings={"mode": "polling"} if polling else {},
        )
    if not offline and not polling:
        await channel.register(draft, webhook_url)
    return proof


async def renew_menus(units: Units, clinic_id: UUID, channel: str) -> None:
    """Let the next worker that looks install the account's menus, as an operator who connects it again wants."""
    async with units.clinic(clinic_id) as unit:
        await store.forget_menus(unit.db, clinic_id, channel)
