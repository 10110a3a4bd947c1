"""What every call to LINE carries: the account's access token, and how long LINE may take."""

from __future__ import annotations

from typing import Any

import aiohttp

from bots.channel import Account
from bots.line import settings

# Total seconds of one call; LINE answers in well under one. The SDK's own default is five minutes.
CALL = aiohttp.ClientTimeout(total=10, connect=5)


def options(account: Account, timeout: aiohttp.ClientTimeout = CALL) -> dict[str, Any]:
    """The SDK's options for one call; raises AccountError when the account has no usable token."""
    token = {"in": "header", "type": "bearer", "key": "Authorization", "value": bearer(account)}
    return {"_request_auth": token, "_request_timeout": timeout}


def bearer(account: Account) -> str:
    """The Authorization header's value; raises AccountError likewise."""
    return f"Bearer {settings.parse(account.secrets).access_token}"
