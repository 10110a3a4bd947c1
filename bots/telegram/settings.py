"""What an operator gives for a Telegram bot: its token and the secret that its webhooks carry.

They come from `aura channel set`, are kept encrypted as `Account.secrets` and are read here by `client.py` and
`inbound.verify`. Several webhook secrets may be accepted at once, so that one can be replaced without losing an update
(`bots/rotation.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bots.channel import AccountError
from bots.telegram.limits import SECRET_TOKEN

BOT_TOKEN = re.compile(r"([0-9]+):[A-Za-z0-9_-]+", re.ASCII)
"""The shape BotFather gives out: the bot's numeric id, a colon, and a key (https://core.telegram.org/bots/api)."""


def bot_token(secrets: Mapping[str, str]) -> str:
    """The token that BotFather shows, '' if none is kept."""
    return secrets.get("bot_token", "")


def webhook_secrets(secrets: Mapping[str, str]) -> list[str]:
    """The secrets that verify, newest first, which is the one to register with Telegram; none if none is kept."""
    return secrets.get("webhook_secret", "").split()


def bot_id(secrets: Mapping[str, str]) -> str:
    """The bot's id, which stands in its token.

    Raises AccountError with a sentence for the operator, which repeats no secret, when one of them cannot be one.
    """
    shaped = BOT_TOKEN.fullmatch(bot_token(secrets))
    if shaped is None:
        raise AccountError("A Telegram bot token looks like 123456789:AAE..., as BotFather shows it.")
    if not all(map(SECRET_TOKEN.fullmatch, webhook_secrets(secrets))):
        raise AccountError("A Telegram webhook secret has 1 to 256 characters of A-Z, a-z, 0-9, _ and -.")
    return shaped[1]
