"""What an operator gives for a Telegram bot: its token and the secret that signs webhooks.

They come from `aura channel set`, are kept encrypted as `Account.secrets` and are read back here.
Several webhook secrets may be accepted at once, so that one can be replaced without losing an update:
the first is the one registered with Telegram, the others are still valid for what is under way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.channel import AccountError
from bots.telegram.limits import SECRET_TOKEN

BOT_TOKEN = re.compile(r"([0-9]+):[A-Za-z0-9_-]+", re.ASCII)
"""The shape BotFather gives out: the bot's numeric id, a colon, and a key (https://core.telegram.org/bots/api)."""


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """A bot's token and the webhook secrets it accepts, newest first. Neither ever shows in a repr."""

    bot_token: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def kept(cls, secrets: Mapping[str, str]) -> TelegramSettings:
        """Reads `Account.secrets`; missing parts are empty, and an empty secret verifies nothing."""
        return cls(secrets.get("bot_token", ""), tuple(secrets.get("webhook_secret", "").split()))

    def bot_id(self) -> str:
        """The bot's id, which stands in its token.

        Raises AccountError with a sentence for the operator, which repeats no secret, when one of them cannot be one.
        """
        shaped = BOT_TOKEN.fullmatch(self.bot_token)
        if shaped is None:
            raise AccountError("A Telegram bot token looks like 123456789:AAE..., as BotFather shows it.")
        if not all(map(SECRET_TOKEN.fullmatch, self.webhook_secrets)):
            raise AccountError("A Telegram webhook secret has 1 to 256 characters of A-Z, a-z, 0-9, _ and -.")
        return shaped[1]
