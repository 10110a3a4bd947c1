"""Buttons that never die: actions packed, signed for one recipient, into at most 64 bytes.

A token is version, key id, action code, id, choice, row version and an 8-byte MAC that also covers clinic,
account and recipient, so it works for ever for the one it was made for and for nobody else. Retired keys
still verify. Telegram allows 64 bytes of callback data (https://core.telegram.org/bots/api#inlinekeyboardbutton),
LINE 300 characters of postback data.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from collections.abc import Mapping
from hashlib import blake2b, sha256
from uuid import UUID

from domain.errors import DomainError
from handlers.cards import Action
from handlers.permissions import ACTIONS

CODES: Mapping[str, int] = {name: press.code for name, press in ACTIONS.items()}
NAMES = {code: name for name, code in CODES.items()}
_BODY = struct.Struct(">BBH16sBI")
_MAC = 8
_VERSION = 1
_NO_ID = bytes(16)


class ActionSigner:
    """Packs and reads action tokens with keys derived from the installation's secret keys.

    `secret_keys` are the secrets in force, newest first: the first signs, all verify.
    """

    def __init__(self, secret_keys: tuple[str, ...]) -> None:
        if not secret_keys:
            raise ValueError("at least one secret key is needed")
        derived = [sha256(b"aura/actions/" + secret.encode()).digest() for secret in secret_keys]
        self._keys = derived
        self._current = derived[0]

    def sign(self, action: Action, clinic_id: UUID, account_id: UUID, recipient: str) -> str:
        """The token of an action for one recipient: at most 64 ASCII characters."""
        body = _BODY.pack(
            _VERSION,
            self._current[0],
            CODES[action.name],
            action.id.bytes if action.id else _NO_ID,
            action.choice,
            action.version & 0xFFFFFFFF,
        )
        mac = _mac(self._current, body, clinic_id, account_id, recipient)
        return base64.urlsafe_b64encode(body + mac).decode().rstrip("=")

    def read(self, token: str, clinic_id: UUID, account_id: UUID, recipient: str) -> Action:
        """The action in a token. DomainError('bad_button') for anything we did not make for this recipient."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            body, mac = raw[: _BODY.size], raw[_BODY.size :]
            version, key_id, code, ident, choice, row_version = _BODY.unpack(body)
        except (binascii.Error, ValueError, struct.error) as error:
            raise DomainError("bad_button") from error
        # A key's id is one byte of it, so that two keys in force can share one.
        macs = (_mac(key, body, clinic_id, account_id, recipient) for key in self._keys if key[0] == key_id)
        if version != _VERSION or code not in NAMES or not any(hmac.compare_digest(mac, ours) for ours in macs):
            raise DomainError("bad_button")
        return Action(NAMES[code], None if ident == _NO_ID else UUID(bytes=ident), choice, row_version)


def _mac(key: bytes, body: bytes, clinic_id: UUID, account_id: UUID, recipient: str) -> bytes:
    message = body + clinic_id.bytes + account_id.bytes + recipient.encode()
    return blake2b(message, key=key, digest_size=_MAC).digest()
