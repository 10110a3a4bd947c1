"""Addresses of pictures: a signed, expiring token that names an outbox row, so that any replica can draw it."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
import time
from hashlib import blake2b, sha256
from uuid import UUID

_BODY = struct.Struct(">16s16sI")
_MAC = 16
# LINE fetches a picture when a person opens the chat, perhaps months later; the row is the limit, not the link.
LIFETIME = 400 * 24 * 3600


class PictureAddress:
    """Makes and reads the addresses `{public_url}/pictures/{token}.png`."""

    def __init__(self, public_url: str, secret_keys: tuple[str, ...]) -> None:
        self._base = public_url.rstrip("/")
        self._keys = [sha256(b"aura/pictures/" + secret.encode()).digest() for secret in secret_keys]

    def url(self, clinic_id: UUID, outbox_id: UUID) -> str:
        """The address of a row's picture, good for LIFETIME seconds; the same all day."""
        until = (int(time.time()) // 86_400 + 1) * 86_400 + LIFETIME
        body = _BODY.pack(clinic_id.bytes, outbox_id.bytes, until)
        token = base64.urlsafe_b64encode(body + self._mac(self._keys[0], body)).decode().rstrip("=")
        return f"{self._base}/pictures/{token}.png"

    def read(self, token: str) -> tuple[UUID, UUID] | None:
        """(clinic id, outbox id) of a token we made that has not expired, else None."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            clinic, row, until = _BODY.unpack(raw[: _BODY.size])
        except (binascii.Error, ValueError, struct.error):
            return None
        mac = raw[_BODY.size :]
        genuine = any(hmac.compare_digest(mac, self._mac(key, raw[: _BODY.size])) for key in self._keys)
        return (UUID(bytes=clinic), UUID(bytes=row)) if genuine and until > time.time() else None

    @staticmethod
    def _mac(key: bytes, body: bytes) -> bytes:
        return blake2b(body, key=key, digest_size=_MAC).digest()
