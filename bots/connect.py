"""Connecting an account: prove its secrets to the platform, keep them encrypted, register the webhook.

A secret that verifies webhooks and is replaced goes on verifying for a day (`bots/rotation.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from bots.accounts import SealedError, SecretBox
from bots.channel import Account, Channel, Proof
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
    offline: bool = False,
    drop_previous: bool = False,
) -> Proof:
    """Make `clinic` (id, slug) reachable on `channel`. AccountError when the platform refuses the secrets.

    `offline` saves what was given without asking the platform, for preparing a machine without a network.
    `drop_previous` ends replaced secrets now (one has leaked); so does another account in the place of this one.
    Safe to repeat: until the webhook is registered the platform's old secret still verifies.
    """
    clinic_id, slug = clinic
    draft = Account(clinic_id, clinic_id, slug, channel.name, "", "", secrets)
    proof = Proof("", "", "") if offline else await channel.prove(draft)
    async with units.clinic(clinic_id) as unit:
        before = await store.account_on(unit.db, clinic_id, channel.name, lock=True)
        same = before is not None and (offline or before.external_id in ("", proof.external_id))
        kept = (_opened(box, before) if same else Kept()).rotated(secrets, channel.verifier, datetime.now(UTC))
        await store.save_account(
            unit.db,
            clinic_id,
            channel=channel.name,
            external_id=proof.external_id,
            handle=proof.handle,
            name=proof.name,
            secrets=box.seal(replace(kept, former=()) if drop_previous else kept),
            settings={},
        )
    if not offline:
        await channel.register(draft, webhook_url)
    return proof


async def kept_secrets(units: Units, box: SecretBox, clinic_id: UUID, channel: str) -> Kept:
    """What is kept for a clinic's account; nothing when there is no account, or when it cannot be opened any more."""
    async with units.clinic(clinic_id) as unit:
        return _opened(box, await store.account_on(unit.db, clinic_id, channel))


def _opened(box: SecretBox, account: ChannelAccount | None) -> Kept:
    try:
        return box.open(account.secrets) if account else Kept()
    except SealedError:  # whoever gives all secrets anew repairs it
        return Kept()


async def renew_menus(units: Units, clinic_id: UUID, channel: str) -> None:
    """Let the next worker that looks install the account's menus, as an operator who connects it again wants."""
    async with units.clinic(clinic_id) as unit:
        await store.forget_menus(unit.db, clinic_id, channel)
