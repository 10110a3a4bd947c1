"""Where a bot's updates go: setWebhook, deleteWebhook and getWebhookInfo of the emulated Telegram.

https://core.telegram.org/bots/api#setwebhook; what is not written there is as `process_set_webhook_query` in
https://github.com/tdlib/telegram-bot-api has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from bots.telegram.emulator_checks import ApiError, bad_request, flag, integer, nested
from bots.telegram.emulator_records import BotAccount, Json
from bots.telegram.emulator_state import State
from bots.telegram.emulator_webhooks import DEFAULT_CONNECTIONS, Webhooks
from bots.telegram.limits import SECRET_TOKEN, WEBHOOK_CONNECTIONS

_PAUSE_SECONDS = 1
_PORTS = (443, 80, 88, 8443)


@dataclass(frozen=True, slots=True)
class Done:
    """The result `true`, with words about it as a few methods have them."""

    description: str


class Hooks:
    """The methods, on the emulator's state."""

    def __init__(self, state: State, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks
        self._set_at: dict[int, float] = {}

    def set(self, bot: BotAccount, params: Json) -> Done:
        """Set, or with an empty address remove. Types that are left out stay as they were."""
        if not params.get("url"):
            return self.delete(bot, params)
        webhook = _checked(params)
        allowed = nested(params, "allowed_updates") if "allowed_updates" in params else None
        webhook["allowed_updates"] = bot.allowed_updates if allowed is None else allowed
        connections = integer(params, "max_connections", DEFAULT_CONNECTIONS, 1, WEBHOOK_CONNECTIONS)
        webhook["max_connections"] = connections
        drop = flag(params, "drop_pending_updates")
        if webhook == bot.webhook and not drop:
            return Done("Webhook is already set")
        now = self._state.moment()
        if now - self._set_at.get(bot.id, 0) < _PAUSE_SECONDS:
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
        self._set_at[bot.id] = now
        self._change(bot, webhook, drop=drop)
        return Done("Webhook was set")

    def delete(self, bot: BotAccount, params: Json) -> Done:
        """Remove the address; updates wait for the next one, unless they are to be dropped."""
        drop = flag(params, "drop_pending_updates")
        if not bot.webhook and not drop:
            return Done("Webhook is already deleted")
        self._change(bot, {}, drop=drop)
        return Done("Webhook was deleted")

    def info(self, bot: BotAccount, params: Json) -> Json:
        """Where updates go, how many wait, and what went wrong last."""
        known = {k: v for k, v in bot.webhook.items() if k != "secret_token" and v}
        count = {"pending_update_count": self._state.waiting(bot.id)}
        return {"url": "", "has_custom_certificate": False} | count | bot.last_error | known

    def _change(self, bot: BotAccount, webhook: Json, *, drop: bool) -> None:
        self._state.record("webhook", account=bot.id, webhook=webhook, dropped=drop)
        self._webhooks.changed()


def _checked(params: Json) -> Json:
    """The address and secret of setWebhook. Plain http is for this machine, as with a local Bot API server."""
    url, secret = str(params["url"]), str(params.get("secret_token") or "")
    if secret and not SECRET_TOKEN.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if not host or parts.scheme not in ("http", "https"):
        raise bad_request("invalid webhook URL specified")
    if not _is_loopback(host):
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if port is not None and port not in _PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if (address := _address(host)) and not address.is_global:
            raise bad_request(f"bad webhook: IP address {address} is reserved")
    return {"url": url, "secret_token": secret}


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
