"""What an operator gives for a Telegram bot: its token and the secret that its webhooks carry.

They come from `aura channel set`, are kept encrypted as `Account.secrets` and are read here by `client.py` and
`inbound.verify`. Several webhook secrets may be accepted at once, so that one can be replaced without losing an update
(`bots/rotation.py`).
"""

from __future__ import annotations

from collections.abc import Mapping


def bot_token(secrets: Mapping[str, str]) -> str:
    """The token that BotFather shows, '' if none is kept."""
    return secrets.get("bot_token", "")


def webhook_secrets(secrets: Mapping[str, str]) -> list[str]:
    """The secrets that verify, newest first, which is the one to register with Telegram; none if none is kept."""
    return secrets.get("webhook_secret", "").split()
