"""Accounts: which clinic is behind a webhook address, and its secrets, kept in memory.

The address book is read as a whole every few seconds, so that a forged request or an unknown clinic costs no
SQL. Secrets are decrypted once for each revision of an account; they lie encrypted in the database (Fernet, key
derived from AURA_SECRET_KEY; older keys still decrypt).
"""

from __future__ import annotations

import asyncio
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
from domain.database.session import AccountEntry, Engine, set_clinic

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
        self._book: dict[tuple[str, str], AccountEntry] = {}
        self._by_id: dict[UUID, AccountEntry] = {}
        self._loaded: dict[UUID, tuple[int, Account]] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        """Read the address book again now."""
        book = await session.list_accounts(self._engine)
        self._book, self._by_id = book, {entry.account_id: entry for entry in book.values()}
        self._read_at = time.monotonic()

    async def _keep_fresh(self) -> None:
        """New accounts and changed secrets are known everywhere within FRESH_SECONDS; one reads for all."""
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            async with self._reading:
                if time.monotonic() - self._read_at > FRESH_SECONDS:
                    await self.refresh()

    async def at(self, channel: str, slug: str) -> Account | None:
        """The account behind a webhook address, or None. Costs no SQL but for one refresh every few seconds."""
        await self._keep_fresh()
        entry = self._book.get((channel, slug))
        return await self._load(entry) if entry else None

    async def of_clinic(self, slug: str) -> list[Account]:
        """Every account of a clinic, by channel."""
        await self._keep_fresh()
        return [await self._load(entry) for (_, owner), entry in sorted(self._book.items()) if owner == slug]

    async def ids(self) -> list[UUID]:
        """Every account of every clinic."""
        await self._keep_fresh()
        return list(self._by_id)

    async def by_id(self, account_id: UUID) -> Account:
        """An account by its id; KeyError when it does not exist."""
        await self._keep_fresh()
        if account_id not in self._by_id:
            await self.refresh()
        return await self._load(self._by_id[account_id])

    async def _load(self, entry: AccountEntry) -> Account:
        revision, account = self._loaded.get(entry.account_id, (-1, None))
        if account is None or revision != entry.revision:
            account = await self._read(entry)
            self._loaded[entry.account_id] = (entry.revision, account)
        return account

    async def _read(self, entry: AccountEntry) -> Account:
        async with self._engine.begin() as db:
            await set_clinic(db, entry.clinic_id)
            row = await store.load_account(db, entry.clinic_id, entry.account_id)
        if row is None:
            raise KeyError(entry.account_id)
        return Account(
            id=row.id,
            clinic_id=row.clinic_id,
            clinic_slug=row.clinic_slug,
            channel=row.channel,
            external_id=row.external_id,
            handle=row.handle,
            secrets=self._box.open(row.secrets),
            menus=row.menus.get("ids", {}),
            menus_version=row.menus.get("version", ""),
            menus_swept=row.menus.get("swept", True),
            polling=row.polling,
        )
