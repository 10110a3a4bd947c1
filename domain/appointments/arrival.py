"""The code on the counter, by which customers say that they are here: it works for a minute, in one branch.

A code is signed with the clinic's own secret (kept in its settings, shown to nobody), so that neither a guess, nor
another clinic's code, nor a photo of an earlier one lets anybody arrive. Telegram takes 64 of these characters in a
link (https://core.telegram.org/bots/features#deep-linking).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID

from domain.errors import DomainError

PREFIX: Final = "arrive-"
VALID: Final = timedelta(seconds=60)
_BODY: Final = struct.Struct(">I16s")
_MAC: Final = 8
_ANYWHERE: Final = UUID(int=0)


def make_code(secret: str, branch_id: UUID | None, now: datetime) -> str:
    """The code to show from `now` on, for a minute."""
    body = _BODY.pack(int(now.timestamp()), (branch_id or _ANYWHERE).bytes)
    return PREFIX + base64.urlsafe_b64encode(body + _mac(secret, body)).decode().rstrip("=")


def read_code(secret: str, code: str, now: datetime) -> UUID | None:
    """The branch of a code that is valid now (None: the clinic has none); DomainError `arrival_code_old` for others."""
    packed = code.removeprefix(PREFIX)
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        seconds, branch = _BODY.unpack(raw[: _BODY.size])
    except (binascii.Error, ValueError, struct.error) as error:
        raise DomainError("arrival_code_old") from error
    genuine = hmac.compare_digest(raw[_BODY.size :], _mac(secret, raw[: _BODY.size]))
    age = now.timestamp() - seconds
    if not genuine or not 0 <= age <= VALID.total_seconds():
        raise DomainError("arrival_code_old")
    return UUID(bytes=branch) if branch != _ANYWHERE.bytes else None


def _mac(secret: str, body: bytes) -> bytes:
    return blake2b(body, key=bytes.fromhex(secret), digest_size=_MAC).digest()
