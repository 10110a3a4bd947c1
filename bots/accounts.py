"""Accounts: which clinic is behind a webhook address, and its secrets, kept in memory.

The address book is read as a whole every few seconds, so that a forged request or an unknown clinic costs
no SQL. Secrets are decrypted once an account; they lie encrypted in the database (Fernet, key derived from
AURA_SECRET_KEY; older keys still decrypt).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from cryptography.fernet import Fernet, MultiFernet

from bots.channel import Account
from domain.clinics import store
from domain.database import session
from domain.database.session import Engine, set_clinic

FRESH_SECONDS = 10.0


class SecretBox:
    """Encrypts secrets at rest; the first key encrypts, all decrypt."""

    def __init__(self, secret_keys: tuple[str, ...]) -> None:
        keys = [sha256(b"aura/secrets/" + key.encode()).digest() for key in secret_keys]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def seal(self, secrets: Mapping[str, str]) -> bytes:
        """An account's secrets as one encrypted value."""
        return self._fernet.encrypt(json.dumps(dict(secrets)).encode())

    def open(self, sealed: bytes) -> dict[str, str]:
        """The secrets again; cryptography.fernet.InvalidToken when no key fits."""
        opened: dict[str, str] = json.loads(self._fernet.decrypt(sealed))
        return opened


class Accounts:
    """The accounts of all clinics, by webhook address and by id."""

    def __init__(self, engine: Engine, box: SecretBox) -> None:
        self._engine = engine
        self._box = box
        self._book: dict[tuple[str, str], tuple[UUID, UUID]] = {}
        self._loaded: dict[UUID, Account] = {}
        self._read_at = float("-inf")

    async def refresh(self) -> None:
        """Read the address book again now, and forget cached secrets."""
        self._book = await session.list_accounts(self._engine)
        self._loaded.clear()
        self._read_at = time.monotonic()

    async def _keep_fresh(self) -> None:
        """New accounts and changed secrets are known everywhere within FRESH_SECONDS."""
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            await self.refresh()

    async def at(self, channel: str, slug: str) -> Account | None:
        """The account behind a webhook address, or None. Costs no SQL but for one refresh every few seconds."""
        await self._keep_fresh()
        found = self._book.get((channel, slug))
        return await self.by_id(*found) if found else None

    async def of_clinic(self, slug: str) -> list[Account]:
        """Every account of a clinic."""
        await self._keep_fresh()
        found = [ids for (_, owner), ids in self._book.items() if owner == slug]
        return [await self.by_id(*ids) for ids in found]

    async def by_id(self, clinic_id: UUID, account_id: UUID) -> Account:
        """An account by its ids; KeyError when it does not exist."""
        await self._keep_fresh()
        if account_id not in self._loaded:
            async with self._engine.begin() as db:
                await set_clinic(db, clinic_id)
                row = await store.load_account(db, clinic_id, account_id)
            if row is None:
                raise KeyError(account_id)
            self._loaded[account_id] = Account(
                id=account_id,
                clinic_id=clinic_id,
                clinic_slug=row.clinic_slug,
                channel=row.channel,
                external_id=row.external_id,
                handle=row.handle,
                secrets=self._box.open(row.secrets),
            )
        return self._loaded[account_id]
