"""What an operator gives for a Telegram bot: its token and the secret that signs webhooks.

They come from `aura channel set`, are kept encrypted as `Account.secrets` and are read back here.
Several webhook secrets may be accepted at once, so that one can be replaced without losing an update:
the first is the one registered with Telegram, the others are still valid for what is under way.
"""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bots.telegram.limits import SECRET_TOKEN

BOT_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{8,}", re.ASCII)
"""The shape BotFather gives out: the bot's numeric id, a colon, and a key (https://core.telegram.org/bots/api)."""


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """A bot's token and the webhook secrets it accepts, newest first. Neither ever shows in a repr."""

    bot_token: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def given(cls, bot_token: str, webhook_secret: str = "") -> TelegramSettings:
        """What an operator typed, checked; without a webhook secret a random one is made.

        Raises ValueError with a sentence for the operator that repeats neither secret.
        """
        bot_token = bot_token.strip()
        if not BOT_TOKEN.fullmatch(bot_token):
            raise ValueError("A Telegram bot token looks like 123456789:AAE..., as BotFather shows it.")
        return cls(bot_token, (_checked(webhook_secret),))

    @classmethod
    def kept(cls, secrets: Mapping[str, str]) -> TelegramSettings:
        """What `to_secrets` wrote; missing parts are empty, and an empty secret verifies nothing."""
        return cls(secrets.get("bot_token", ""), tuple(secrets.get("webhook_secret", "").split()))

    def to_secrets(self) -> dict[str, str]:
        """The settings as `Account.secrets`: `bot_token`, with all accepted secrets in `webhook_secret`."""
        return {"bot_token": self.bot_token, "webhook_secret": " ".join(self.webhook_secrets)}

    def rotated(self, webhook_secret: str = "") -> TelegramSettings:
        """The same bot with a new secret in front and the present one still accepted (raises ValueError)."""
        return replace(self, webhook_secrets=(_checked(webhook_secret), *self.webhook_secrets[:1]))


def _checked(webhook_secret: str) -> str:
    webhook_secret = webhook_secret.strip() or randomness.token_urlsafe(32)
    if not SECRET_TOKEN.fullmatch(webhook_secret):
        raise ValueError("A Telegram webhook secret has 1 to 256 characters of A-Z, a-z, 0-9, _ and -.")
    return webhook_secret
