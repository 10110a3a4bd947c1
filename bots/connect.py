"""Connecting an account: prove its secrets to the platform, keep them encrypted, register the webhook.

An account whose events are to be fetched has its webhook removed before that is written down, and one that was polled
gets it after: whatever happens in between, events wait at the platform. A secret that verifies webhooks and is replaced
goes on verifying for a day (`bots/rotation.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from bots.accounts import SealedError, SecretBox
from bots.channel import Account, AccountError, Channel, Pollable, Proof
from bots.rotation import Kept
from domain.clinics import store
from domain.clinics.model import ChannelAccount
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
    drop_previous: bool = False,
) -> Proof:
    """Make `clinic` (id, slug) reachable on `channel`. AccountError when the secrets cannot be right, or are refused.

    `polling`: whoever runs the program fetches the account's events, and there is no webhook.
    `offline` saves what was given without asking the platform, for preparing a machine without a network; it is taken
    for the account that was there, unless the secrets tell of another one.
    `drop_previous` ends replaced secrets now (one has leaked); so does another account in the place of this one.
    Safe to repeat: until the webhook is registered the platform's old secret still verifies.
    """
    if polling and not isinstance(channel, Pollable):
        raise AccountError(f"{channel.label} cannot be polled; it needs a webhook.")
    clinic_id, slug = clinic
    draft = Account(clinic_id, clinic_id, slug, channel.name, "", "", secrets)
    presumed = channel.presume(draft)
    proof = presumed if offline else replace(await channel.prove(draft), doubt=presumed.doubt)
    if isinstance(channel, Pollable) and polling and not offline:
        await channel.unregister(draft)
    async with units.clinic(clinic_id) as unit:
        before = await store.account_on(unit.db, clinic_id, channel.name, lock=True)
        same = before is not None and (not proof.external_id or before.external_id in ("", proof.external_id))
        if before is not None and not same:
            await store.set_aside_event_ids(unit.db, clinic_id, before.id, before.external_id)
        if before is not None and same and offline:
            proof = replace(
                proof, external_id=proof.external_id or before.external_id, name=before.name, handle=before.handle
            )
        kept = (_opened(box, before) if same else Kept()).rotated(secrets, channel.verifier, datetime.now(UTC))
        await store.save_account(
            unit.db,
            clinic_id,
            channel=channel.name,
            external_id=proof.external_id,
            handle=proof.handle,
            name=proof.name,
            secrets=box.seal(replace(kept, former=()) if drop_previous else kept),
            settings={"mode": "polling"} if polling else {},
        )
    if not offline and not polling:
        await channel.register(draft, webhook_url)
    return proof


async def kept_secrets(units: Units, box: SecretBox, clinic_id: UUID, channel: str) -> Kept:
    """What is kept for a clinic's account; nothing when there is no account, or when it cannot be opened any more."""
    async with units.clinic(clinic_id) as unit:
        return _opened(box, await store.account_on(unit.db, clinic_id, channel))


async def is_polled(units: Units, clinic_id: UUID, channel: str) -> bool:
    """Whether a clinic's account is polled as things stand."""
    async with units.clinic(clinic_id) as unit:
        account = await store.account_on(unit.db, clinic_id, channel)
    return account is not None and account.polling


def _opened(box: SecretBox, account: ChannelAccount | None) -> Kept:
    try:
        return box.open(account.secrets) if account else Kept()
    except SealedError:  # whoever gives all secrets anew repairs it
        return Kept()


async def renew_menus(units: Units, clinic_id: UUID, channel: str) -> None:
    """Let the next worker that looks install the account's menus, as an operator who connects it again wants."""
    async with units.clinic(clinic_id) as unit:
        await store.forget_menus(unit.db, clinic_id, channel)
