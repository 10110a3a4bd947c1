"""Accounts: which clinic is behind a webhook address, and its secrets, kept in memory.

The address book is read as a whole every few seconds, so that a forged request or an unknown clinic costs no
SQL. A request that does not verify may have been signed with a secret that is newer than the book: then the book is
read once more, at most once a second for all of them together. Secrets are decrypted, or
found to be sealed, once for each revision of an account; they lie encrypted in the database (Fernet, key derived from
AURA_SECRET_KEY; older keys still decrypt).
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bots.channel import Account
from bots.rotation import Kept
from bots.waiting import on_its_own
from domain.clinics import store
from domain.database import session
from domain.database.session import AccountEntry, Engine, set_clinic

log = structlog.get_logger()
FRESH_SECONDS = 10.0
# How soon after a reading a request that does not verify may have the book read again, and how many may wait for it:
# forged ones must cost neither SQL nor memory.
AGAIN_SECONDS = 1.0
MOST_WAITING = 32
# Work for an account whose secrets cannot be opened is looked at again after so many seconds.
SEALED_WAIT = 60


class SealedError(Exception):
    """An account's secrets cannot be opened with any key of AURA_SECRET_KEY; the message is for the operator."""


class SecretBox:
    """Encrypts secrets at rest; the first key encrypts, all decrypt."""

    def __init__(self, secret_keys: tuple[str, ...]) -> None:
        keys = [sha256(b"aura/secrets/" + key.encode()).digest() for key in secret_keys]
        fernets = [Fernet(base64.urlsafe_b64encode(key)) for key in keys]
        self._newest = fernets[0]
        self._fernet = MultiFernet(fernets)

    def seal(self, kept: Kept) -> bytes:
        """An account's secrets as one encrypted value."""
        return self._fernet.encrypt(json.dumps(kept.to_json()).encode())

    def open(self, sealed: bytes) -> Kept:
        """The secrets again; SealedError when no key fits."""
        try:
            opened: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise SealedError("its secrets were encrypted with a key that is not in AURA_SECRET_KEY") from None
        return Kept.of_json(opened)

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a value was encrypted with the first key."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True


class Accounts:
    """The accounts of all clinics, by webhook address and by id. `now` is real time: former secrets end by it."""

    def __init__(self, engine: Engine, box: SecretBox) -> None:
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.again_seconds = AGAIN_SECONDS
        self._engine = engine
        self._box = box
        self._book: dict[tuple[str, str], AccountEntry] = {}
        self._by_id: dict[UUID, AccountEntry] = {}
        self._loaded: dict[UUID, tuple[int, tuple[Account, Kept] | SealedError]] = {}
        self._read_at = self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._waiting = 0

    async def refresh(self) -> None:
        """Read the address book again now."""
        self._tried_at = started_at = time.monotonic()
        book = await session.list_accounts(self._engine)
        self._book, self._by_id = book, {entry.account_id: entry for entry in book.values()}
        self._read_at = started_at

    async def _keep_fresh(self) -> None:
        """New accounts and changed secrets are known everywhere within FRESH_SECONDS; one reads for all."""
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            await self._one_reading()

    async def _one_reading(self) -> None:
        """The reading that is under way, or a new one. All share its end: none queues behind a silent server."""
        if self._reading is None or self._reading.done():
            self._reading = on_its_own(self.refresh())
        await asyncio.shield(self._reading)

    async def at(self, channel: str, slug: str) -> Account | None:
        """The account behind a webhook address, or None. Costs no SQL but for one refresh every few seconds."""
        await self._keep_fresh()
        entry = self._book.get((channel, slug))
        return await self._load(entry) if entry else None

    async def at_again(self, channel: str, slug: str) -> Account | None:
        """The account behind an address, newly read, for a request that did not verify with what was known.

        Waits until the last reading is AGAIN_SECONDS old, which LINE's limit of 2 s for an answer allows, and shares
        the next one with all that wait; None at once when MOST_WAITING do.
        """
        if self._waiting >= MOST_WAITING:
            return None
        self._waiting += 1
        asked_at = time.monotonic()
        try:
            while self._read_at < asked_at:  # what was under way by then may not know the newest secret
                await asyncio.sleep(self._tried_at + self.again_seconds - time.monotonic())
                await self._one_reading()
        finally:
            self._waiting -= 1
        return await self.at(channel, slug)

    async def of_clinic(self, slug: str) -> list[Account]:
        """Every account of a clinic whose secrets can be opened, by channel."""
        await self._keep_fresh()
        found = []
        for entry in [entry for (_, owner), entry in sorted(self._book.items()) if owner == slug]:
            with suppress(SealedError):  # the other channel goes on; `aura doctor` names this one
                found.append(await self._load(entry))
        return found

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
        loaded = self._loaded.get(entry.account_id)
        if loaded is None or loaded[0] != entry.revision:
            loaded = self._loaded[entry.account_id] = entry.revision, await self._read(entry)
        if isinstance(loaded[1], SealedError):
            raise SealedError(*loaded[1].args)
        account, kept = loaded[1]
        return replace(account, secrets=kept.accepted(self.now())) if kept.former else account

    async def _read(self, entry: AccountEntry) -> tuple[Account, Kept] | SealedError:
        async with self._engine.begin() as db:
            await set_clinic(db, entry.clinic_id)
            row = await store.load_account(db, entry.clinic_id, entry.account_id)
        if row is None:
            raise KeyError(entry.account_id)
        try:
            kept = self._box.open(row.secrets)
        except SealedError as error:
            log.warning("account.sealed", clinic=row.clinic_slug, channel=row.channel, account=str(row.id))
            return error
        account = Account(
            id=row.id,
            clinic_id=row.clinic_id,
            clinic_slug=row.clinic_slug,
            channel=row.channel,
            external_id=row.external_id,
            handle=row.handle,
            secrets=kept.current,
            menus=row.menus.get("ids", {}),
            menus_version=row.menus.get("version", ""),
            menus_swept=row.menus.get("swept", True),
            polling=row.polling,
        )
        return account, kept
