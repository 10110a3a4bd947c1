"""What an operator gives for a LINE official account: the Messaging API channel's secret and access token.

Comes as text from `aura channel set` or the encrypted account row (`Account.secrets`); goes to
`inbound.verify` and `request.py`. Both values are found in the LINE Developers Console, tabs "Basic settings"
and "Messaging API".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.channel import AccountError

_VISIBLE = re.compile(r"[!-~]+")
_SECRET_SHAPE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class LineSecrets:
    """Channel secrets that are accepted, newest first, and the token that sends."""

    channel_secrets: tuple[str, ...] = field(repr=False)
    access_token: str = field(repr=False)

    def doubt(self) -> str:
        """What an operator should look at again. LINE describes no shape, and takes any secret until it has signed."""
        if all(map(_SECRET_SHAPE.fullmatch, self.channel_secrets)):
            return ""
        return "The channel secret is not 32 characters of 0-9 and a-f, as LINE's are: is it the one in Basic settings?"


def parse(secrets: Mapping[str, str]) -> LineSecrets:
    """Read `{"channel_secret": ..., "access_token": ...}`; AccountError names what is wrong, never its value.

    Reissuing a channel secret in the console ends the old one at once
    (https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/), so several may be given,
    separated by commas or spaces: add the new one here first, reissue, then drop the old one.
    """
    channel_secrets = tuple(re.split(r"[,\s]+", secrets.get("channel_secret", "").strip(", \t\r\n")))
    access_token = secrets.get("access_token", "").strip()
    if not all(_VISIBLE.fullmatch(secret) for secret in channel_secrets):
        raise AccountError("The LINE channel secret is missing or has characters that a secret never has.")
    if not _VISIBLE.fullmatch(access_token):
        raise AccountError("The LINE channel access token is missing or has characters that a token never has.")
    if _SECRET_SHAPE.fullmatch(access_token) and not _SECRET_SHAPE.fullmatch(channel_secrets[0]):
        raise AccountError("The LINE channel secret and access token seem to be swapped.")
    return LineSecrets(channel_secrets, access_token)
